"""The editions of a source, in order, and the live facts that rest on each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from curating.care.conditions import BY_WORD, LIVE
from sources.editions import stored_editions
from sources.models import Citation, Fact, Source


@dataclass(frozen=True, slots=True)
class Edition:
    source: Source
    live: int
    """Live facts that cite it."""
    resting: int
    """Those of them that need care, as they cite an edition that was replaced and none that replaces it."""


def chain_of(source: Source) -> list[Edition]:
    """The editions of one document, the first one first; none where a source is the only one."""
    editions = stored_editions()
    first, _ = editions.get(source.pk, (source.pk, 0))
    order = {first: 0} | {pk: number for pk, (voice, number) in editions.items() if voice == first}
    if len(order) < 2:
        return []
    live, resting = _citing(order, LIVE), _citing(order, BY_WORD["older_edition"].condition())
    members = sorted(Source.objects.filter(pk__in=order), key=lambda one: (order[one.pk], one.key))
    return [Edition(one, live.get(one.pk, 0), resting.get(one.pk, 0)) for one in members]


def _citing(sources: Collection[int], condition: Q) -> dict[int, int]:
    """How many facts of a condition cite each of these sources."""
    facts = Fact.objects.filter(condition).values("pk")
    citing = Citation.objects.filter(source__in=sources, fact__in=facts)
    return dict(citing.order_by().values_list("source").annotate(Count("fact", distinct=True)))
