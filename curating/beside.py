"""Puts the draft of a correction beside the version that it is to replace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import capfirst

from sources import documents
from sources.models import Citation, Fact
from sources.plain import plain_text
from sources.registry import parts_of

NOT_COMPARED = frozenset({"key", "version", "position"})


@dataclass(frozen=True, slots=True)
class Row:
    """A field with what the version that stands says, and what the draft says; empty where it says nothing."""

    label: str
    current: str
    draft: str

    @property
    def differs(self) -> bool:
        return self.current != self.draft


@dataclass(frozen=True, slots=True)
class Beside:
    """A draft beside the newest published version of its key."""

    current: Fact
    draft: Fact
    rows: list[Row]

    @property
    def differing(self) -> list[Row]:
        return [row for row in self.rows if row.differs]

    @property
    def same(self) -> list[Row]:
        return [row for row in self.rows if not row.differs and row.draft]


def beside(draft: Fact) -> Beside | None:
    """A draft beside what it is to correct, or to bring back; None if nothing of its key was published."""
    published = Fact.objects.filter(key=draft.key, published_in__isnull=False).order_by("-version").first()
    if published is None or published.kind != draft.kind:
        return None
    by_id = {fact.pk: fact for fact in documents.load([published.pk, draft.pk])}
    current, corrected = by_id[published.pk], by_id[draft.pk]
    said, says = dict(_said(current)), dict(_said(corrected))
    rows = [Row(label, said.get(label, ""), says.get(label, "")) for label in dict.fromkeys([*says, *said])]
    return Beside(current, corrected, rows)


def _said(fact: Fact) -> Iterator[tuple[str, str]]:
    """What a fact says, field by field, with its citations and other parts."""
    yield from _fields(fact)
    for owner in (*parts_of(type(fact)).values(), Citation._meta.get_field("fact")):
        parts = getattr(fact, owner.remote_field.get_accessor_name()).all()
        for number, part in enumerate(parts, start=1):
            yield from _fields(part, f"{capfirst(part._meta.verbose_name)} {number}: ", owner.name)


def _fields(holder: Any, prefix: str = "", owner: str = "") -> Iterator[tuple[str, str]]:
    for field in holder._meta.concrete_fields:
        if field.editable and not field.primary_key and field.name not in NOT_COMPARED | {owner}:
            label = f"{prefix}{field.verbose_name}" if prefix else capfirst(field.verbose_name)
            yield label, _text(field, holder)


def _text(field: models.Field[Any, Any], holder: Any) -> str:
    value = getattr(holder, field.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain_text(value)
    return "" if value is None else str(value)
