"""The names that filters know, kept in memory until the next revision: entities by any alias, sources, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sources import moves
from sources.models import Document, Revision, Source, Term
from sources.moves import moves_of
from sources.registry import entity_models
from sources.words import folded


@dataclass(frozen=True, slots=True)
class Directory:
    """The entities of one kind: by each folded name the id, and the names to offer where one is not known."""

    ids: Mapping[str, int]
    slugs: tuple[str, ...]
    names: tuple[str, ...]

    def find(self, name: str) -> int | None:
        return self.ids.get(folded(name))


def directory(kind: str, newest: Revision, read: Revision | None) -> Directory:
    """The entities of a kind that the dataset has shown, as their names are now.

    What was merged into another is that other, unless a revision is read at which it stood by itself.
    """
    return _directory(kind, newest.number, newest.created, _apart(kind, newest, read))


def _apart(kind: str, newest: Revision, read: Revision | None) -> frozenset[int]:
    return moves_of(kind, newest).apart((read or newest).number)


@lru_cache(maxsize=64)
def _directory(kind: str, number: int, created: datetime, apart: frozenset[int]) -> Directory:
    made = moves_of(kind, Revision(number=number, created=created))
    shown = Document.objects.filter(kind=kind).values("entity")
    known = list(entity_models()[kind].objects.filter(pk__in=shown))
    entities = [entity for entity in known if made.end(entity.pk, apart) == entity.pk]
    # What stands by itself at an older revision comes before what has its names by now.
    by_rank = sorted(entities, key=lambda entity: entity.pk not in apart)
    ids = {folded(name): entity.pk for entity in reversed(by_rank) for name in reversed(entity.names)}
    # A slug or a name of one entity wins over another's alias, and a slug over what another was called once.
    ids |= {folded(entity.name): entity.pk for entity in reversed(by_rank)}
    ids |= {folded(key): made.end(pk, apart) for key, pk in made.had.items()}
    ids |= {folded(entity.slug): entity.pk for entity in entities}
    names = dict.fromkeys(name for entity in entities for name in entity.names)
    return Directory(ids, tuple(entity.slug for entity in entities), tuple(names))


def source_ids(newest: Revision, read: Revision | None) -> Mapping[str, int]:
    """The id of each source that the dataset has shown, by every key that it was shown under."""
    return _source_ids(newest.number, newest.created, _apart(Source.document_kind, newest, read))


@lru_cache(maxsize=4)
def _source_ids(number: int, created: datetime, apart: frozenset[int]) -> Mapping[str, int]:
    made = moves_of(Source.document_kind, Revision(number=number, created=created))
    shown = Document.objects.filter(kind=Source.document_kind).values_list("key", "source")
    return {key: made.end(pk, apart) for key, pk in shown}


def words(vocabulary: str, revision: Revision) -> Sequence[str]:
    """The words of an open vocabulary."""
    return _words(revision.number, revision.created).get(vocabulary, ())


@lru_cache(maxsize=4)
def _words(number: int, created: object) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for key in (
        Document.objects.filter(kind=Term.document_kind).order_by("key").values_list("key", flat=True).distinct()
    ):
        vocabulary, _, code = key.partition(":")
        found.setdefault(vocabulary, []).append(code)
    return found


def forget() -> None:
    """Empty the memory: for tests, which rewind the database."""
    for memory in (_directory, _source_ids, _words):
        memory.cache_clear()
    moves.forget()
