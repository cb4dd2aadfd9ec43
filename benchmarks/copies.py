"""Makes a large database of a smaller one: its made-up facts again and again, each time under keys of their own.

Readers can't tell: rivals, citations and documents are as the ledger published them. Only publishing is spared, which
takes a millisecond of each core for every fact.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import models

from benchmarks.merge import Merger, Model
from sources.models import Document, Fact, Line

AGAIN = "-survey"
"""What tells a copy's key from the others: a word that all have already, so that the same words find them."""
DOCUMENTS = f'part."{Document._meta.db_table}"'
KEY_OF_LINE = f"(SELECT d.key FROM {DOCUMENTS} d WHERE d.id = document_id)"


class Copier(Merger):
    """Adds the facts that a database has beyond another, once more for each part added."""

    def __init__(self, target: Path, base: Path) -> None:
        super().__init__(target)
        self.base = base
        self.number = 0

    def begin(self) -> None:
        self.connection.execute("ATTACH ? AS base", [str(self.base)])
        self.first = {model: self._last(model, "base") for model in self._numbered()}
        self.connection.execute("DETACH base")
        self.last = {model: self._last(model) for model in self.first}

    def add(self, part: Path) -> None:
        self.number += 1
        super().add(part)

    def _condition(self, model: Model) -> str:
        """Of documents, only those of facts that are copied."""
        of_copied = f"fact_id > {self.first[Fact]}"
        if model is Document:
            return f"{super()._condition(model)} AND {of_copied}"
        if model is Line:
            return f"document_id IN (SELECT id FROM {DOCUMENTS} WHERE {super()._condition(Document)} AND {of_copied})"
        return super()._condition(model)

    def _value(self, field: models.Field[Any, Any], shifts: dict[Model, int]) -> str:
        suffix = f"'{AGAIN * self.number}'"
        if field.model in (Fact, Document) and field.name == "key":
            return f'"key" || {suffix}'
        if field.model is Document and field.name == "body":
            return f'replace("body", "key", "key" || {suffix})'
        if field.model is Line and field.name in ("csv", "json"):
            return f'replace("{field.column}", {KEY_OF_LINE}, {KEY_OF_LINE} || {suffix})'
        return super()._value(field, shifts)


def add_copies(target: Path, base: Path, original: Path, copies: int) -> None:
    """Add the facts of another database to the one that Django runs on, so many times; all began with the same base."""
    with Copier(target, base) as copier:
        for number in range(1, copies + 1):
            copier.add(original)
            print(f"\r{number} of {copies} copies", end="", flush=True)
    print()
