"""How a revision renames sources and entities, and merges one into another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from sources import documents
from sources.models import Document, Entity, Move, Record, Revision, Source
from sources.moves import holder_of, left_by


@dataclass(frozen=True, slots=True)
class Moving:
    """A source or an entity that is to go by another key, or to become part of another one."""

    record: Record
    reason: str
    key: str = ""
    """The new key of what is renamed."""
    into: Record | None = None
    """What it is merged into."""

    @property
    def moved_to(self) -> str:
        return self.into.document_key if self.into else self.key


def named(record: Record) -> str:
    return f"{record._meta.verbose_name} “{record.document_key}”"


def stands(record: Record) -> bool:
    """Whether the dataset shows a record."""
    shown = Document.objects.standing().filter(kind=record.document_kind, key=record.document_key)
    return shown.exists()


def problems_of(moves: Sequence[Moving], records: Iterable[Record]) -> Iterator[str]:
    """Everything that forbids moves, but for what is still said of those that are merged, see `left_behind`."""
    times = Counter(_identity(move.record) for move in moves)
    merged = {_identity(move.record) for move in moves if move.into}
    for move in moves:
        if times[_identity(move.record)] > 1:
            yield f"The {named(move.record)} would move twice."
        if move.into and _identity(move.into) in times:
            yield f"The {named(move.into)} would move itself: do one after the other."
        yield from _problems_of_one(move)
    for record in records:
        if _identity(record) in merged:
            yield f"The {named(record)} would be both changed and merged into another."


def _identity(record: Record) -> tuple[str, str]:
    return record.document_kind, record.document_key


def _problems_of_one(move: Moving) -> Iterator[str]:
    record = move.record
    if not isinstance(record, Entity | Source):
        yield f"A {record._meta.verbose_name} keeps its name: only sources and entities can be renamed or merged."
        return
    if not move.reason.strip():
        yield f"The {named(record)}: say why it is renamed or merged."
    if not stands(record):
        yield f"The {named(record)} is not in the dataset."
    if move.into is None:
        yield from problems_of_key(record, move.key)
    elif type(move.into) is not type(record):
        yield f"The {named(record)} can't become part of the {named(move.into)}: both have to be of one kind."
    elif move.into.pk == record.pk:
        yield f"The {named(record)} can't become part of itself."
    elif not stands(move.into):
        yield f"The {named(move.into)} is not in the dataset: publish it first."


def problems_of_key(record: Entity | Source, key: str) -> Iterator[str]:
    """Why a record can't go by a new key."""
    name = record.identity[0]
    field = record._meta.get_field(name)
    try:
        field.clean(key, record)  # type: ignore[union-attr]
    except ValidationError as error:
        yield f"“{key}” can't be a {name}: {' '.join(error.messages)}"
        return
    if key == record.document_key:
        yield f"The {named(record)} goes by this {name} already."
    kind = record.document_kind
    shown = Document.objects.filter(kind=kind, key=key).exclude(**{holder_of(kind): record.pk})
    if shown.exists():
        yield f"“{key}” is or was the {name} of another {record._meta.verbose_name}, and leads there: choose another one."
    elif type(record).objects.filter(**{name: key}).exclude(pk=record.pk).exists():
        yield f"A {record._meta.verbose_name} that is not published yet has the {name} “{key}”: choose another one."


def write(moves: Sequence[Moving], records: list[Record], revision: Revision) -> list[Record]:
    """Move in a revision; gives the records that it is to write anew, as they are called then."""
    if not moves:
        return records
    renamed = [_moved(move, revision) for move in moves if move.into is None]
    for move in moves:
        if move.into is not None:
            _record(move, move.into, revision)
    # Those given may remember others under their old keys.
    found = [*records, *renamed, *(move.into for move in moves if move.into)]
    return [type(record).objects.get(pk=record.pk) for record in found]  # type: ignore[attr-defined]


def _moved(move: Moving, revision: Revision) -> Record:
    record = move.record
    _record(move, record, revision)
    name = record.identity[0]
    type(record).objects.filter(pk=record.pk).update(**{name: move.key})  # type: ignore[attr-defined]
    setattr(record, name, move.key)
    return record


def _record(move: Moving, target: Record, revision: Revision) -> None:
    """Say where a key leads from now on, and end what was shown under it."""
    kind, holder = move.record.document_kind, holder_of(move.record.document_kind)
    Move.objects.create(
        kind=kind,
        key=move.record.document_key,
        moved_to=move.moved_to,
        merged=move.into is not None,
        reason=move.reason,
        published_in=revision,
        **{f"{holder}_id": target.pk},
    )
    shown = Document.objects.standing().filter(kind=kind, **{holder: move.record.pk})
    documents.close(shown.values_list("pk", flat=True), revision)


def remaining(records: list[Record], moves: Sequence[Moving]) -> list[Record]:
    """Those of these records that are not merged into others by these moves."""
    merged = {_identity(move.record) for move in moves if move.into}
    return [record for record in records if _identity(record) not in merged]


MOST_NAMED = 5
"""Things that a refusal names; it counts the others."""


def left_behind(moves: Iterable[Moving]) -> Iterator[str]:
    """What would still name something that is merged into another, and so has to go along with it."""
    for move in moves:
        if move.into is None:
            continue
        facts = documents.load(documents.facts_showing([move.record]))
        others = [named(record) for record in documents.records_showing([move.record])]
        if naming := [*map(str, facts), *others]:
            more = f" and {len(naming) - MOST_NAMED} more" if len(naming) > MOST_NAMED else ""
            listed = ", ".join(naming[:MOST_NAMED])
            yield f"The {named(move.record)} is still named by {listed}{more}."


def not_to_return(records: Iterable[Record]) -> Iterator[str]:
    """Those of these records that have left the dataset, with what is to be named instead."""
    for record in records:
        if move := left_by(record):
            yield (
                f"The {named(record)} was merged into “{move.moved_to}” in revision {move.published_in_id}: "
                "name that instead."
            )
