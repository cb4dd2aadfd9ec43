"""Whether the place in the world that a fact claims is the one that the stored figures give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from minerals.models import Country, Scope
from minerals.quantities import Comparator
from minerals.spelling import stated
from sources.edtf import bounds
from sources.issues import Case, Found, Issue, IssueCode
from sources.models import Rank

LAST = 1000
"""Further down than any place: there are not as many countries."""


def check_ranks(cases: Sequence[Case]) -> Found:
    """Claimed places that the best figure of each country speaks against."""
    figures = [case for case in cases if _can_be_ranked(case.fact)]
    for claim in cases:
        places = _claimed(claim.fact)
        if places and claim.fact.scope == Scope.COUNTRY and (own := _own_figure(claim, figures)):
            others = _others(own, figures)
            yield from ((claim, issue) for issue in _differences(claim.fact, places, own, others))


def _differences(claim: Any, places: range, own: Case, others: list[Case]) -> Iterator[Issue]:
    least, most = own.fact.interval()
    above = [case for case in others if case.fact.interval()[0] > most]
    beside = [case for case in others if case.fact.interval()[1] >= least]
    best, worst = len(above) + 1, len(beside) + 1
    whose = f"its {stated(own.fact)}" if own.fact is claim else f"the {stated(own.fact)} of {own.fact.key}"
    countries = "1 other country" if len(others) == 1 else f"{len(others)} other countries"
    said = f"It claims place {_spelt(claim)}, but of the figures stored for {countries}"
    if best > places[-1]:
        yield _issue(f"{said}, {_are(above)} larger than {whose}, which is place {best} at the highest", above)
    elif worst < places[0] <= len(others) + 1:
        yield _issue(
            f"{said}, only {_are(beside)} as large as {whose} or larger, which is place {worst} at the lowest",
            others,
        )


def _are(cases: list[Case]) -> str:
    return f"{len(cases)} {'is' if len(cases) == 1 else 'are'}"


def _issue(text: str, cases: Iterable[Case]) -> Issue:
    keys = sorted({source.key for case in cases for source in case.sources})
    return Issue(IssueCode.RANK, f"{text} ({', '.join(keys)}).", "world_rank_value")


def _claimed(fact: Any) -> range | None:
    """The places that a claim allows; None where it claims none, or speaks of one too vaguely to be contradicted."""
    place = fact.world_rank_value
    allowed = {
        Comparator.LESS: range(1, place or 0),
        Comparator.AT_MOST: range(1, (place or 0) + 1),
        Comparator.MORE: range((place or 0) + 1, LAST),
        Comparator.AT_LEAST: range(place or 0, LAST),
        Comparator.ABOUT: range(0),
    }.get(fact.world_rank_comparator, range(place or 0, (place or 0) + 1))
    return allowed if place and allowed else None


def _spelt(fact: Any) -> str:
    comparator = "" if fact.world_rank_comparator == Comparator.EQUAL else fact.world_rank_comparator
    return f"{comparator}{fact.world_rank_value}"


def _can_be_ranked(fact: Any) -> bool:
    """Whether it is an amount of one country, not merely planned."""
    of_one = fact.scope == Scope.COUNTRY and fact.country.type not in Country.LARGER
    return of_one and fact.has_number and not fact.is_share and fact.has_come_about() is not False


def _own_figure(claim: Case, figures: list[Case]) -> Case | None:
    """The figure whose place is claimed: that of the claim itself, or else the best one of its country."""
    if claim in figures:
        return claim
    own = (case for case in figures if case.fact.country_id == claim.fact.country_id)
    return max((case for case in own if _compares(claim.fact, case.fact)), key=_merit, default=None)


def _others(own: Case, figures: list[Case]) -> list[Case]:
    """The best figure of every other country that compares with this one."""
    best: dict[int, Case] = {}
    for case in sorted(figures, key=_merit):
        fact = case.fact
        if (
            fact.country_id != own.fact.country_id
            and fact.dimension == own.fact.dimension
            and _compares(own.fact, fact)
        ):
            best[fact.country_id] = case
    return list(best.values())


def _compares(fact: Any, other: Any) -> bool:
    same_basis = fact.basis == other.basis or not fact.basis or not other.basis
    same_time = not fact.period or fact.is_stock or fact.period == other.period
    return bool(fact.measured() == other.measured() and same_basis and same_time)


def _merit(case: Case) -> tuple[Any, ...]:
    """Puts the figures of a country in order: a preferred one last, else that of the latest time or the latest source."""
    fact = case.fact
    dates = [fact.period or fact.as_of or source.published for source in case.sources]
    days = [bounds(date)[1] or () for date in dates if date]
    return (fact.rank == Rank.PREFERRED, max(days, default=()), fact.key)
