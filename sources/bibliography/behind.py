"""Finds the sources behind an answer: those that its facts cite, and those in which these were read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Q, QuerySet

from sources.batches import batches
from sources.bibliography.entries import Entry, Reading, entry_of_source, name_of
from sources.models import Citation, Document, Entity, Fact, Source
from sources.showing import facts_shown


@dataclass(frozen=True, slots=True)
class Behind:
    """What an answer rests on: citations, and the sources to list, where it isn't all that these name."""

    citations: QuerySet[Citation]
    sources: QuerySet[Source] | None = None

    def entries(self, revision: int) -> list[Entry]:
        """An entry for each source as it was described at a revision, in the order of their keys."""
        cited = self.citations.order_by().values_list("source", "via", "cited_as", "accessed").distinct()
        readings: dict[int, list[tuple[int | None, str, str]]] = {}
        for source, *reading in cited:
            readings.setdefault(source, []).append(tuple(reading))  # type: ignore[arg-type]
        vias = {via for of_one in readings.values() for via, _, _ in of_one if via}
        listed = {*readings, *vias} if self.sources is None else set(self.sources.values_list("pk", flat=True))
        stored = _stored({*listed, *vias}, revision)
        names = {body["key"]: name_of(body) for body in stored.values()}
        found = [
            entry_of_source(stored[pk], (_reading(one, stored) for one in readings.get(pk, ())), names) for pk in listed
        ]
        return sorted(found, key=lambda entry: entry.key)


NOTHING = Behind(Citation.objects.none())
"""Behind what says nothing of any source: the dataset alone is cited."""


def behind_rows(rows: QuerySet[Any], revision: int, *, in_full: bool) -> Behind:
    """What the rows of an endpoint rest on; of entities, with all facts about them or with those that a list shows."""
    rows = rows.order_by()
    if issubclass(rows.model, Fact):
        return behind_facts(rows)
    if issubclass(rows.model, Entity):
        about = Fact.objects.at(revision).filter(mentions__entity__in=rows.values("pk"))
        return behind_facts(about) if in_full else behind_facts(*facts_shown(rows, revision))
    if rows.model is Source:
        live = Fact.objects.at(revision)
        return Behind(Citation.objects.filter(source__in=rows.values("pk"), fact__in=live.values("pk")), rows)
    return Behind(rows) if rows.model is Citation else NOTHING


def behind_facts(*facts: QuerySet[Any]) -> Behind:
    """What facts rest on, of one kind or several."""
    asked = Q(pk__in=[])
    for of_one_kind in facts:
        asked |= Q(fact__in=of_one_kind.order_by().values("pk"))
    return Behind(Citation.objects.filter(asked))


def _stored(sources: Iterable[int], revision: int) -> dict[int, Any]:
    """The documents of sources as they stood at a revision."""
    stood = Document.objects.at(revision)
    return {
        pk: orjson.loads(body)
        for batch in batches(sorted(sources))
        for pk, body in stood.filter(source__in=batch).values_list("source", "body")
    }


def _reading(reading: Sequence[Any], stored: dict[int, Any]) -> Reading:
    via, cited_as, accessed = reading
    return Reading(stored[via]["key"] if via else "", cited_as, accessed)
