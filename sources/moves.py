"""Where the old keys of sources and entities lead: one that was renamed or merged is found by what it was called before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sources.models import Document, Entity, Move, Record, Revision
from sources.registry import record_models

Span = tuple[int, int]
"""The revision in which something came to stand, and the one in which it no longer does."""


def holder_of(kind: str) -> str:
    """The field of documents and moves that names records of a kind."""
    return "entity" if issubclass(record_models()[kind], Entity) else "source"


@dataclass(slots=True)
class Moves:
    """All moves of one kind, as they are known at the newest revision."""

    had: dict[str, int] = field(default_factory=dict)
    """By key that anything moved from or to, the primary key of what it belongs to."""
    into: dict[int, int] = field(default_factory=dict)
    """By what was merged, what it was merged into."""
    stood: dict[int, list[Span]] = field(default_factory=dict)
    """When each of those that were merged stood by itself."""

    def apart(self, revision: int) -> frozenset[int]:
        """Of what was merged, that which stood by itself at a revision."""
        return frozenset(pk for pk, spans in self.stood.items() if any(a <= revision < b for a, b in spans))

    def end(self, pk: int, apart: frozenset[int]) -> int:
        """What something has become part of in the end; itself where it stands by itself."""
        seen = {pk}
        while pk not in apart and (further := self.into.get(pk)) is not None and further not in seen:
            seen.add(pk := further)
        return pk

    def meant(self, key: str, revision: int) -> int | None:
        """What a key that anything moved from or to stands for at a revision."""
        pk = self.had.get(key)
        return None if pk is None else self.end(pk, self.apart(revision))

    def merged_into(self, pk: int, apart: frozenset[int]) -> list[int]:
        """What has become part of something, whether at once or by way of another."""
        return [other for other in self.into if other not in apart and self.end(other, apart) == pk != other]


NO_MOVES = Moves()


def moves_of(kind: str, newest: Revision | None) -> Moves:
    """The moves of a kind, kept in memory until the next revision."""
    return _moves(kind, newest.number, newest.created) if newest else NO_MOVES


@lru_cache(maxsize=64)
def _moves(kind: str, number: int, created: object) -> Moves:
    found, holder = Moves(), holder_of(kind)
    rows = list(
        Move.objects.filter(kind=kind).order_by("published_in").values_list("key", "moved_to", "merged", holder)
    )
    keys = {key for row in rows for key in row[:2]}
    found.had = dict(Document.objects.filter(kind=kind, key__in=keys).values_list("key", holder)) if keys else {}
    found.into = {found.had[key]: pk for key, _, merged, pk in rows if merged}
    found.stood = _spans(holder, found.into)
    return found


def _spans(holder: str, records: Mapping[int, int]) -> dict[int, list[Span]]:
    """When records stood, by their documents."""
    spans: dict[int, list[Span]] = defaultdict(list)
    if records:
        states = Document.objects.filter(**{f"{holder}__in": records})
        for pk, begun, ended in states.values_list(holder, "from_revision", "to_revision"):
            spans[pk].append((begun, ended))
    return spans


def present_key(kind: str, key: str, revision: int, newest: Revision | None) -> str | None:
    """The key by which the dataset shows, at a revision, what goes or went by another key; None where it shows nothing."""
    pk = moves_of(kind, newest).meant(key, revision)
    if pk is None:
        return None
    shown = Document.objects.at(revision).filter(**{"kind": kind, holder_of(kind): pk})
    return shown.values_list("key", flat=True).first()


def merged_by_now(kind: str) -> list[int]:
    """Primary keys of what was merged into others, and is not there by itself again."""
    newest = Revision.objects.current()
    moves = moves_of(kind, newest)
    return [pk for pk in moves.into if newest and pk not in moves.apart(newest.number)]


def standing_record(kind: str, key: str, revision: int) -> int | None:
    """The primary key of what the dataset shows by a key at a revision."""
    shown = Document.objects.at(revision).filter(kind=kind, key=key)
    return shown.values_list(holder_of(kind), flat=True).first()


def left_by(record: Record) -> Move | None:
    """The move by which a record left the dataset that showed it before; None for all others."""
    named = {"kind": record.document_kind, "key": record.document_key}
    if Document.objects.standing().filter(**named).exists():
        return None
    return Move.objects.filter(**named).order_by("-published_in").first()


def forget() -> None:
    """Empty the memory: for tests, which rewind the database."""
    _moves.cache_clear()
