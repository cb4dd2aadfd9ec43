"""Why a fact needs care. Each reason is a condition of the database, so that it counts facts and lists them alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from curating.links.models import dead_sources
from curating.models import Review, Step
from sources.editions import stored_editions
from sources.models import Citation, Document, Source

STALE_AFTER = timedelta(days=30)
LIVE = Q(published_in__isnull=False, left_in__isnull=True)
DRAFT = Q(published_in__isnull=True)


@dataclass(frozen=True, slots=True)
class Care:
    """One reason to look at a fact again."""

    word: str
    """What the filter of lists knows it by."""
    title: str
    meaning: str
    condition: Callable[[], Q]
    """True of the facts that it holds for, of whatever kind."""


def _single_source() -> Q:
    citing = Citation.objects.order_by().values("fact").annotate(sources=Count("source", distinct=True))
    return LIVE & Q(pk__in=citing.filter(sources=1).values("fact"))


def _dead_source() -> Q:
    dead = dead_sources().values("pk")
    return LIVE & Q(pk__in=Citation.objects.resting_on(dead).values("fact"))


def _older_edition() -> Q:
    replaced = Source.objects.filter(superseded_by__isnull=False).values("pk")
    citing = Citation.objects.filter(~Exists(_newer_citation()), source__in=replaced)
    return LIVE & Q(pk__in=citing.values("fact"))


def _newer_citation() -> QuerySet[Citation]:
    """A citation, by the fact of another one, of an edition that replaces, at once or in the end, what that one cites."""
    longest = max((number for _, number in stored_editions().values()), default=1)
    steps = ("source" + "__supersedes" * number for number in range(1, longest + 1))
    replaces = reduce(or_, (Q(**{step: OuterRef("source")}) for step in steps))
    return Citation.objects.filter(replaces, fact=OuterRef("fact"))


def _flagged() -> Q:
    flagged = Document.objects.standing().filter(fact__isnull=False).exclude(issues="")
    return LIVE & Q(pk__in=flagged.values("fact"))


def _disputed() -> Q:
    disputed = Document.objects.standing().filter(fact__isnull=False, disputed=True)
    return LIVE & Q(pk__in=disputed.values("fact"))


def _no_place() -> Q:
    return LIVE & Q(pk__in=Citation.objects.filter(locator="", via_locator="").values("fact"))


def _unseen() -> Q:
    return LIVE & ~Q(pk__in=Citation.objects.filter(via__isnull=True).values("fact"))


def _stale() -> Q:
    since = timezone.now() - STALE_AFTER
    moved = Review.objects.filter(since__gte=since).values("fact")
    touched = Step.objects.filter(at__gte=since).values("fact")
    return DRAFT & ~Q(pk__in=moved) & ~Q(pk__in=touched)


CARES = (
    Care("single_source", "Single source", "live facts that one source alone supports", _single_source),
    Care(
        "dead_source",
        "Dead source",
        "live facts that cite, or were read in, a source whose address is gone and that names no archived copy",
        _dead_source,
    ),
    Care(
        "older_edition",
        "Older edition",
        "live facts that cite an edition which a newer one replaces, and no newer one",
        _older_edition,
    ),
    Care("flagged", "Flagged", "live facts in which a check found something that looks wrong", _flagged),
    Care("disputed", "Disputed", "live facts that a comparable claim of another source contradicts", _disputed),
    Care(
        "no_place",
        "No locator",
        "live facts with a citation that names no place, in its source or elsewhere",
        _no_place,
    ),
    Care("unseen", "Original unseen", "live facts whose sources were all read only in other documents (via)", _unseen),
    Care(
        "stale", "Stale draft", f"drafts that nobody has touched for {STALE_AFTER.days} days, or of unknown age", _stale
    ),
)
BY_WORD = {care.word: care for care in CARES}
