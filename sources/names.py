"""The names that filters know, kept in memory until the next revision: entities by any alias, sources, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sources.models import Document, Revision, Source, Term
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


def directory(kind: str, revision: Revision) -> Directory:
    """The entities of a kind that the dataset has shown."""
    return _directory(kind, revision.number, revision.created)


@lru_cache(maxsize=64)
def _directory(kind: str, number: int, created: object) -> Directory:
    shown = Document.objects.filter(kind=kind).values("entity")
    entities = list(entity_models()[kind].objects.filter(pk__in=shown))
    ids = {folded(name): entity.pk for entity in reversed(entities) for name in reversed(entity.names)}
    # A slug or a name of one entity wins over another's alias.
    ids |= {folded(entity.name): entity.pk for entity in entities}
    ids |= {folded(entity.slug): entity.pk for entity in entities}
    names = dict.fromkeys(name for entity in entities for name in entity.names)
    return Directory(ids, tuple(entity.slug for entity in entities), tuple(names))


def source_ids(revision: Revision) -> Mapping[str, int]:
    """The id of each source that the dataset has shown, by key."""
    return _source_ids(revision.number, revision.created)


@lru_cache(maxsize=4)
def _source_ids(number: int, created: object) -> Mapping[str, int]:
    return dict(Document.objects.filter(kind=Source.document_kind).values_list("key", "source"))


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
