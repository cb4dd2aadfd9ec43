"""What looks wrong with facts: coded flags, and the check of dates that the facts of all kinds have.

Flags never change a figure. Whatever raises one works on cases alone, without a query, so that the files of the
dataset are checked the same way as what the database has published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from django.db import models

from sources.editions import voices
from sources.edtf import bounds
from sources.models import Fact, Rank, Source


class IssueCode(models.TextChoices):
    """What is flagged. Software that reads flags is to expect codes that it does not know: new ones join."""

    SUM = "sum_differs_from_total", "A source's figures for countries do not add to its world total within rounding."
    SHARE = "share_over_100", "A share, or all shares of one whole together, are more than 100 percent."
    JUMP = (
        "jump",
        "It differs by a factor of 1,000 or more from the figure for the year before or after, or of another source.",
    )
    UNIT = (
        "unusual_unit",
        "Its unit measures something else than the units that such figures of the mineral are given in.",
    )
    RANK = "rank_differs", "The place in the world that it claims is not the one that the stored figures give."
    DATE = "date_contradiction", "Its dates do not fit those on which its sources were published."


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One flag on a fact: its code, one plain sentence that explains it, and the field of the fact that it concerns."""

    code: str
    explanation: str
    field: str

    def served(self) -> dict[str, str]:
        return {"code": self.code, "explanation": self.explanation}


@dataclass(frozen=True, eq=False)
class Case:
    """A fact as checks see it, stored or not, with the sources that it cites."""

    fact: Any
    sources: tuple[Source, ...]
    editions: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Which of the sources are editions of one document, as `sources.editions` has it."""

    @cached_property
    def source_ids(self) -> frozenset[int]:
        return frozenset(source.pk for source in self.sources)

    @cached_property
    def voices(self) -> dict[int, int]:
        """Who makes the claim, and in which edition."""
        return voices(self.source_ids, self.editions)


Day = tuple[int, ...]
Found = Iterator[tuple[Case, Issue]]
"""Issues, each with the case that it is raised on."""


def issues_of(kind: type[Fact], cases: Iterable[Case]) -> dict[Case, tuple[Issue, ...]]:
    """The issues of each fact of one circle, in an order of their own. Deprecated facts have none and raise none."""
    compared = sorted((case for case in cases if case.fact.rank != Rank.DEPRECATED), key=lambda case: case.fact.key)
    found: dict[Case, set[Issue]] = {}
    for case, issue in chain(check_dates(compared), kind.inspect(compared)):
        found.setdefault(case, set()).add(issue)
    return {case: tuple(sorted(issues)) for case, issues in found.items()}


def check_dates(cases: Iterable[Case]) -> Found:
    """Dates that lie on the wrong side of publication, by whatever day each date can mean."""
    for case in cases:
        spans = [(*_publication(source), source) for source in case.sources]
        ends = [(last, source.key, source) for _, last, source in spans if last]
        starts = [(first, source.key, source) for first, _, source in spans if first]
        if ends and len(ends) == len(spans):
            last, _, source = max(ends)
            yield from ((case, issue) for issue in _too_late(case.fact, source, last))
        if starts and len(starts) == len(spans):
            first, _, source = min(starts)
            yield from ((case, issue) for issue in _too_early(case.fact, source, first))


def _too_late(fact: Any, source: Source, published: Day) -> Iterator[Issue]:
    """What is said to be known already, but begins after the last source was published."""
    if fact.as_of and (bounds(fact.as_of)[0] or published) > published:
        explanation = f"The estimate is as of {fact.as_of}, after {_dated(source)} was published."
        yield Issue(IssueCode.DATE, explanation, "as_of")
    if fact.has_come_about() and fact.period and (bounds(fact.period)[0] or published) > published:
        explanation = f"It is given as {fact.status}, but {fact.period} begins after {_dated(source)} was published."
        yield Issue(IssueCode.DATE, explanation, "period")


def _too_early(fact: Any, source: Source, published: Day) -> Iterator[Issue]:
    """What is said to be still to come, but was over before the first source was published."""
    if fact.has_come_about() is False and fact.period and (bounds(fact.period)[1] or published) < published:
        explanation = f"It is given as {fact.status}, but {fact.period} was over before {_dated(source)} was published."
        yield Issue(IssueCode.DATE, explanation, "period")


def _publication(source: Source) -> tuple[Day | None, Day | None]:
    """The first and last day on which a source can have been published; None where it is not known."""
    if source.published:
        return bounds(source.published)
    return _day(source.not_before), _day(source.not_after)


def _day(day: date | None) -> Day | None:
    return (day.year, day.month, day.day) if day else None


def _dated(source: Source) -> str:
    when = source.published or "/".join(
        day.isoformat() if day else ".." for day in (source.not_before, source.not_after)
    )
    return f"{source.key} ({when})"
