"""Goes through the sources whose addresses are due to be looked at, and keeps what is found of each."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, When
from django.utils import timezone

from curating.links.models import PASSING, LinkCheck, Outcome
from curating.links.turns import Turns, take_turns
from curating.links.visiting import Finding, Visitor
from sources.models import Source

logger = logging.getLogger(__name__)

SOON = timedelta(days=1)
"""After so long an address is asked again whose trouble may have passed."""


def due(older_than: timedelta, now: datetime | None = None) -> QuerySet[Source]:
    """Sources whose address was not looked at for so long, those never looked at first."""
    now = now or timezone.now()
    since = Case(
        When(outcome__in=PASSING, then=now - min(older_than, SOON)),
        default=now - older_than,
    )
    newest = LinkCheck.objects.filter(source=OuterRef("pk"), newest=True)
    fresh = LinkCheck.objects.current().filter(source=OuterRef("pk"), checked_at__gt=since)
    return (
        Source.objects.exclude(url="")
        .filter(~Exists(fresh))
        .annotate(last_checked=Subquery(newest.values("checked_at")[:1]))
        .order_by(F("last_checked").asc(nulls_first=True), "key")
    )


def check(sources: Iterable[Source], visitor: Visitor) -> Iterator[LinkCheck | None]:
    """What is found of each source, kept as soon as it is found; None where the checker itself went wrong.

    Sources of a site that asks to wait too long are left out, and stay due; so are those deleted meanwhile.
    """
    for source, finding in take_turns((_look_at(source, visitor) for source in sources), visitor.pace):
        if finding is None:
            yield None
        elif Source.objects.filter(pk=source.pk).exists():
            yield LinkCheck.objects.add(source, **asdict(finding))


def _look_at(source: Source, visitor: Visitor) -> Turns[tuple[Source, Finding | None]]:
    try:
        finding = yield from visitor.look_at(source.url)
    except Exception:
        # One address never stops the run, whatever is wrong with it or with us.
        logger.exception("The address of %s could not be judged.", source.key)
        return source, None
    return source, finding


def summary(outcomes: Iterable[str]) -> str:
    """How many addresses came to what, in the order of the outcomes."""
    found = list(outcomes)
    counts = ((outcome, found.count(outcome)) for outcome in Outcome.values)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts if count) or "none"
