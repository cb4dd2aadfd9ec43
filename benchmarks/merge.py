"""Brings the rows that were published apart together in one database, as if one ledger had published them all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.db import models

from benchmarks.generate import AUTHOR, FACTS_SAID, publishing_day
from sources import guards
from sources.models import OPEN, Document, Fact, Line, Revision
from sources.registry import fact_models, part_models

Model = type[models.Model]


def merged() -> list[Model]:
    """The tables that publishing facts adds rows to, each after those that it refers to."""
    return list(dict.fromkeys([Fact, *fact_models().values(), *part_models(), Document, Line]))


class Merger:
    """Adds the rows of each part to the database that Django runs on, as its next revision; guards stand before and after."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> Self:
        guards.remove()
        self.connection = sqlite3.connect(self.target, isolation_level=None)
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute("PRAGMA cache_size=-400000")
        self.begin()
        return self

    def begin(self) -> None:
        """Make the revision, and note where the rows of all parts begin."""
        newest = Revision.objects.order_by("-number")[0].number
        Revision.objects.create(number=newest + 1, created=publishing_day(), author=AUTHOR, message=FACTS_SAID)
        self.first = {model: self._last(model) for model in self._numbered()}
        self.last = dict(self.first)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        guards.install()

    def _numbered(self) -> Iterator[Model]:
        """The tables with numbers of their own; the others are numbered as the facts are."""
        return (model for model in merged() if not model._meta.pk.remote_field)

    def _last(self, model: Model, schema: str = "main") -> int:
        query = f'SELECT COALESCE(MAX("{model._meta.pk.column}"), 0) FROM {schema}."{model._meta.db_table}"'
        return int(self.connection.execute(query).fetchone()[0])

    def add(self, part: Path) -> None:
        """Add the rows that a part has beyond those that all parts began with."""
        self.connection.execute("ATTACH ? AS part", [str(part)])
        self.connection.execute("BEGIN")
        shifts = {model: self.last[model] - self.first[model] for model in self.first}
        self._close_documents()
        for model in merged():
            self.connection.execute(self._insert(model, shifts))
        self.connection.execute("COMMIT")
        self.last = {model: self._last(model) for model in self.first}
        self.connection.execute("DETACH part")

    def _close_documents(self) -> None:
        """Close what the part has closed of the documents that all parts began with."""
        table, closed = (
            Document._meta.db_table,
            f"SELECT to_revision FROM part.{Document._meta.db_table} p WHERE p.id = d.id",
        )
        self.connection.execute(
            f"UPDATE main.{table} AS d SET to_revision = ({closed}) "
            f"WHERE d.id <= {self.first[Document]} AND to_revision = {OPEN} AND ({closed}) <> {OPEN}"
        )

    def _insert(self, model: Model, shifts: dict[Model, int]) -> str:
        fields = model._meta.local_concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(self._value(field, shifts) for field in fields)
        key, table = model._meta.pk.column, model._meta.db_table
        rows = f'SELECT {values} FROM part."{table}" WHERE {self._condition(model)} ORDER BY "{key}"'
        return f'INSERT INTO main."{table}" ({columns}) {rows}'

    def _condition(self, model: Model) -> str:
        """Holds for the rows that a part has beyond those that all parts began with."""
        return f'"{model._meta.pk.column}" > {self.first[_numbered_as(model._meta.pk)]}'

    def _value(self, field: models.Field[Any, Any], shifts: dict[Model, int]) -> str:
        numbered = _numbered_as(field)
        shift = shifts.get(numbered, 0) if field.primary_key or field.remote_field else 0
        # What a part refers to may be older than all parts.
        return (
            f'"{field.column}" + {shift} * ("{field.column}" > {self.first[numbered]})'
            if shift
            else f'"{field.column}"'
        )


def _numbered_as(field: models.Field[Any, Any]) -> Model:
    """The table whose numbers a key, or a reference to one, holds."""
    while field.remote_field:
        field = field.remote_field.model._meta.pk
    return field.model
