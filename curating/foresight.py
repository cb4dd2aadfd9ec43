"""What a renaming or a merger would do, found by doing it in a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction

from curating.merging import Merged
from curating.shared import page_of
from sources.models import Document, Entity, Fact, Record, Revision
from sources.registry import fact_models

Done = TypeVar("Done")

LISTED = 100
"""Facts that a preview names; it counts the others."""
UNSAID = ("verbatim", "note")
"""The ends of the names of fields that may differ between facts that say the same."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A fact that gets a next version."""

    fact: Fact
    page: str
    names_both: bool
    """Whether it names both of those that become one."""
    same: tuple[str, ...]
    """Keys of the live facts that say the same from then on."""


@dataclass(slots=True)
class Foresight:
    """What readers would see change."""

    rewritten: int = 0
    """Facts that read otherwise in the same version, as they show another name or key, or stand otherwise."""
    disputed: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    corrected: list[Corrected] = field(default_factory=list)
    more: int = 0
    drafts: list[tuple[Fact, str]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    lost: list[tuple[str, str, str]] = field(default_factory=list)
    """By field, what is said of what is merged, and what is said of the other and stays."""


def foreseen(act: Callable[[], Done], tell: Callable[[Done], Foresight]) -> Foresight:
    """What an act would do. Nothing of it stays."""
    with transaction.atomic():
        found = tell(act())
        transaction.set_rollback(True)
    return found


def of_revision(revision: Revision) -> Foresight:
    """What a revision changed of facts beyond those that it corrected."""
    found = Foresight()
    before = {
        (kind, key): (fact, body, disputed)
        for kind, key, fact, body, disputed in Document.objects.filter(
            to_revision=revision.number, fact__isnull=False
        ).values_list("kind", "key", "fact", "body", "disputed")
    }
    opened = Document.objects.filter(from_revision=revision, fact__isnull=False).order_by("kind", "key")
    for kind, key, fact, body, disputed in opened.values_list("kind", "key", "fact", "body", "disputed"):
        old_fact, old_body, was_disputed = before.get((kind, key), (None, "", False))
        found.rewritten += fact == old_fact and body != old_body
        if disputed != was_disputed:
            (found.disputed if disputed else found.settled).append(key)
    return found


def of_merger(merged: Merged, record: Any, into: Any, past: Any) -> Foresight:
    """What a merger changed; `past` is what it was merged into, as that was before."""
    found = of_revision(merged.revision)
    for fact in merged.entered[:LISTED]:
        was = Fact.objects.get(key=fact.key, version=fact.version - 1)
        both = _names(was, into) and isinstance(into, Entity)
        found.corrected.append(Corrected(was, page_of(was), both, tuple(_saying_the_same(fact))))
    found.more = max(0, len(merged.entered) - LISTED)
    found.drafts = [(draft, page_of(draft)) for draft in merged.drafts]
    found.records, found.aliases = merged.records, merged.aliases
    found.lost = list(_lost(record, past))
    return found


def _names(fact: Fact, record: Record) -> bool:
    return fact.mentions.filter(entity=record.pk).exists()


def _saying_the_same(fact: Fact) -> Sequence[str]:
    """Keys of the other live facts of a kind that claim the same of the same."""
    kind = fact_models()[fact.kind]
    own = [one for one in kind._meta.local_concrete_fields if not one.primary_key]
    claimed = [*own, *(kind._meta.get_field(name) for name in ("period", "as_of"))]
    same = {
        one.attname: getattr(fact, one.attname)  # type: ignore[union-attr]
        for one in claimed
        if not one.name.endswith(UNSAID)
    }
    asked = models.Q()
    for name, value in same.items():
        asked &= models.Q(**{f"{name}__isnull": True}) if value is None else models.Q(**{name: value})
    return list(kind.objects.live().filter(asked).exclude(key=fact.key).order_by("key").values_list("key", flat=True))


def _lost(record: Any, into: Any) -> Sequence[tuple[str, str, str]]:
    """What is said of one record in fields of its own, and of the other otherwise."""
    left_out = {*record.identity, "aliases", "name"}
    return [
        (str(one.verbose_name), str(mine), str(theirs) if theirs not in (None, "") else "")
        for one in type(record)._meta.concrete_fields
        if one.editable and not one.primary_key and one.name not in left_out
        if (mine := getattr(record, one.name)) not in (None, "") and mine != (theirs := getattr(into, one.name))
    ]
