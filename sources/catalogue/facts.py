"""What catalogues are told of the dataset, whatever their vocabulary: what it covers and where it can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Max, Min
from django.urls import reverse
from rest_framework.settings import api_settings

from sources.dataset import package
from sources.models import Entity, Fact, Mention, Revision
from sources.registry import entity_models, fact_models, plural
from sources.releases import shelf
from sources.releases.papers import About

KEYWORDS = (
    *("critical minerals", "mineral reserves", "mineral production", "mineral trade", "mining projects"),
    *("supply chains", "provenance", "open data"),
)
EXPORTS = ("csv", "ndjson", "parquet")
"""The formats that give a whole list."""

Absolute = Callable[[str], str]
"""Makes an address that is relative to the host absolute."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that facts are about."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the live facts are about."""

    first_year: int | None
    last_year: int | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """One way to get the data, or some of it."""

    title: str
    address: str
    media_type: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ReleasedAs:
    """A release, and the files that it can be had as."""

    about: About
    address: str
    files: tuple[Distribution, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """The dataset as it is at a revision."""

    revision: Revision
    issued: datetime
    coverage: Coverage
    variables: tuple[tuple[str, str], ...]
    """The kinds of facts, each with what it says."""
    exports: tuple[Distribution, ...]
    releases: tuple[ReleasedAs, ...]

    @property
    def version(self) -> str:
        return package.version_of(self.revision.number)


def described(revision: Revision) -> Described:
    """What there is to tell of the newest revision, and of all releases."""
    return Described(
        revision,
        _issued(),
        coverage(revision.number, revision.created),
        tuple((plural(model), _first_line(model)) for model in fact_models().values()),
        tuple(_exports()),
        tuple(_releases()),
    )


@lru_cache(maxsize=4)
def coverage(revision: int, created: datetime) -> Coverage:
    """What the facts of a revision are about; remembered, since a revision never changes."""
    facts = Fact.objects.at(revision)
    years = facts.aggregate(first=Min("year"), last=Max("year"))
    return Coverage(years["first"], years["last"], tuple(_places(facts)))


def _places(facts: Any) -> Iterator[Place]:
    models = {kind: model for kind, model in entity_models().items() if model.is_place}
    named = Mention.objects.filter(fact__in=facts).values("entity")
    places = Entity.objects.filter(kind__in=models, pk__in=named).order_by("slug")
    for kind, slug, name in places.values_list("kind", "slug", "name"):
        yield Place(name, reverse(f"{plural(models[kind])}-detail", kwargs={"slug": slug}))


def _issued() -> datetime:
    """When the dataset was first published."""
    return Revision.objects.order_by("number").values_list("created", flat=True)[0]


def _first_line(model: type[Any]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def _exports() -> Iterator[Distribution]:
    """Every kind of fact, whole, in each format that can hold it."""
    renderers: Iterable[Any] = api_settings.DEFAULT_RENDERER_CLASSES
    offered = [renderer for renderer in renderers if renderer.format in EXPORTS]
    for model in fact_models().values():
        name = plural(model)
        for renderer in offered:
            address = f"{reverse(f'{name}-list')}?format={renderer.format}"
            yield Distribution(f"{name} as {renderer.format}", address, renderer.media_type.partition(";")[0])


def _releases() -> Iterator[ReleasedAs]:
    for release in shelf.releases():
        name = release.about.name
        files = (
            Distribution(
                f"{file.name} of release {name}",
                reverse("released-file", kwargs={"name": name, "file": file.name}),
                file.media_type.partition(";")[0],
                file.bytes,
                file.sha256,
            )
            for file in release.files.values()
        )
        yield ReleasedAs(release.about, reverse("releases-detail", kwargs={"name": name}), tuple(files))
