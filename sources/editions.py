"""Editions: a source and those that it supersedes speak with one voice, and the newest of them for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

import orjson

from sources.models import Document, Revision, Source

Key = TypeVar("Key", int, str)


def editions_of(supersedes: Mapping[Key, Key]) -> dict[Key, tuple[Key, int]]:
    """By source that supersedes another: the first edition, which the voice goes by, and how many came before it."""
    found = {}
    for source in supersedes:
        chain = [source]
        while (earlier := supersedes.get(chain[-1])) is not None and earlier not in chain:
            chain.append(earlier)
        found[source] = chain[-1], len(chain) - 1
    return found


def voices(sources: Iterable[Key], editions: Mapping[Key, tuple[Key, int]]) -> dict[Key, int]:
    """The voices that these sources speak with, each with the edition that is the newest among them."""
    found: dict[Key, int] = {}
    for source in sources:
        voice, edition = editions.get(source, (source, 0))
        found[voice] = max(edition, found.get(voice, 0))
    return found


def stored_editions() -> dict[int, tuple[int, int]]:
    """The editions of all sources, by their ids."""
    pairs = Source.objects.filter(supersedes__isnull=False).values_list("pk", "supersedes")
    return editions_of({pk: earlier for pk, earlier in pairs if earlier is not None})


def editions_at(revision: Revision | None) -> Mapping[str, tuple[str, int]]:
    """The editions of all sources as the dataset showed them at a revision, by their keys."""
    return _editions_at(revision.number, revision.created) if revision else {}


@lru_cache(maxsize=4)
def _editions_at(number: int, created: object) -> Mapping[str, tuple[str, int]]:
    shown = Document.objects.at(number).filter(kind=Source.document_kind, body__contains='"supersedes":"')
    bodies = [orjson.loads(body) for body in shown.values_list("body", flat=True)]
    return editions_of({body["key"]: body["supersedes"] for body in bodies if body["supersedes"]})


def of_one_voice(sources: Iterable[Source]) -> list[Source]:
    """All editions that speak with the voice of any of these."""
    editions = stored_editions()
    wanted = voices([source.pk for source in sources], editions)
    return list(Source.objects.filter(pk__in=[pk for pk, (voice, _) in editions.items() if voice in wanted]))
