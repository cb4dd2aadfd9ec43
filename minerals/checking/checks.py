"""What looks wrong with figures: each check goes through the facts of one circle and says which to look into.

The checks ask no database. What they compare, and what they leave alone, is told in docs/checks.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from minerals.checking.ranks import check_ranks
from minerals.models import Country, Scope
from minerals.quantities import Comparator, last_place
from minerals.spelling import amount, stated
from minerals.units import to_base
from sources.edtf import bounds
from sources.issues import Case, Found, Issue, IssueCode

Terms = Callable[[Any], tuple[Any, ...]]
WHOLE = Decimal(100)
JUMP = 1000
ENOUGH = 5
"""Figures that there must be before a unit is usual for them."""
MOST = Decimal("0.8")
"""The part of them that must have it."""
DIGITS = 2
"""Digits that a part of a sum is taken to be stated to, even where the last of them are zeros."""


def inspect_statistics(cases: Sequence[Case]) -> Found:
    """All checks of figures for countries and the world."""
    parts = [case for case in cases if case.fact.scope != Scope.WORLD and not _is_several(case)]
    return chain(
        check_totals(cases),
        check_shares(cases),
        check_added_shares(parts),
        check_jumps(cases),
        check_units(cases),
        check_ranks(cases),
    )


def inspect_figures(cases: Sequence[Case]) -> Found:
    """The checks of figures of which no total is known, nor what units they usually have."""
    return chain(check_shares(cases), check_jumps(cases))


def check_totals(cases: Iterable[Case]) -> Found:
    """World totals that the other rows of their table do not add to."""
    for source, table in _tables((case for case in cases if not case.fact.is_share), _measure):
        for total in table:
            if total.fact.scope == Scope.WORLD and total.fact.has_number:
                yield from ((total, issue) for issue in _differences(total.fact, table, source))


def _differences(total: Any, table: list[Case], source: str) -> Iterator[Issue]:
    rows = [case for case in table if case.fact.scope != Scope.WORLD]
    parts = [case for case in rows if _terms(case.fact) == _terms(total)]
    if not parts or not _are_different(parts):
        return
    facts = [case.fact for case in parts if not _is_several(case)]
    known = [fact for fact in facts if fact.has_number and fact.base_unit == total.base_unit]
    places = {case.fact.place() for case in rows}
    complete = len(known) == len(places) and any(fact.scope == Scope.REST_OF_WORLD for fact in known)
    slack, slacks = _slack(total), sum(_slack(fact, DIGITS) for fact in known)
    lowest = sum((max(fact.interval()[0], Decimal(0)) for fact in known), Decimal(0))
    highest = sum((fact.interval()[1] for fact in known), Decimal(0))
    if lowest - slacks > total.interval()[1] + slack:
        found = f"{'at least ' if lowest != highest or not complete else ''}{amount(lowest, total.unit)}"
    elif complete and highest + slacks < total.interval()[0] - slack:
        found = f"{'at most ' if lowest != highest else ''}{amount(highest, total.unit)}"
    else:
        return
    figures, add = (f"{len(known)} figures", "add") if len(known) > 1 else ("1 figure", "adds")
    explanation = (
        f"The world total is {stated(total)}, but {figures} of {source} for countries and the rest of the world "
        f"{add} to {found}, which rounding does not explain."
    )
    yield Issue(IssueCode.SUM, explanation, _field(total))


def check_shares(cases: Iterable[Case]) -> Found:
    """Single shares that are more than the whole."""
    for case in cases:
        if case.fact.is_share and case.fact.has_number and case.fact.interval()[0] > WHOLE:
            explanation = f"It is {stated(case.fact)}, and no share is more than the whole."
            yield case, Issue(IssueCode.SHARE, explanation, _field(case.fact))


def check_added_shares(cases: Iterable[Case]) -> Found:
    """Shares of one whole, each of another holder, that are more than it when added."""
    for source, table in _tables((case for case in cases if case.fact.is_share and case.fact.has_number), _terms):
        if len(table) > 1 and _are_different(table):
            lowest = sum((max(case.fact.interval()[0], Decimal(0)) for case in table), Decimal(0))
            if lowest - sum(_slack(case.fact, DIGITS) for case in table) > WHOLE:
                said = f"The {len(table)} shares of one whole in {source}, of which this is one, add to"
                for case in table:
                    explanation = f"{said} {amount(lowest, case.fact.unit)}."
                    yield case, Issue(IssueCode.SHARE, explanation, _field(case.fact))


def check_jumps(cases: Iterable[Case]) -> Found:
    """Neighbouring figures for the same thing, in order of time, of which one is a thousand times the other."""
    for series in _grouped((case for case in cases if case.fact.interval()[1] > 0), _subject):
        ordered = sorted(series, key=lambda case: (_moment(case.fact), case.fact.key))
        for place, case in enumerate(ordered):
            before = (other for other in reversed(ordered[:place]) if _same_basis(case.fact, other.fact))
            if other := next(before, None):
                yield from _jumps_between(other, case)


def _jumps_between(one: Case, other: Case) -> Found:
    large, small = sorted((one, other), key=lambda case: case.fact.interval(), reverse=True)
    least, most = large.fact.interval()[0], small.fact.interval()[1]
    if not (0 < most < least and least >= JUMP * most):
        return
    times = f"{int(least / most):,}"
    texts = {
        large: f"Its {stated(large.fact)} is {times} times the {stated(small.fact)} of {small.fact.key}.",
        small: f"The {stated(large.fact)} of {large.fact.key} is {times} times its {stated(small.fact)}.",
    }
    for case, explanation in texts.items():
        yield case, Issue(IssueCode.JUMP, explanation, _field(case.fact))


def check_units(cases: Iterable[Case]) -> Found:
    """Figures in a unit of another dimension than most figures of the same measure."""
    for group in _grouped(cases, _kind_of_measure):
        dimensions = Counter(case.fact.dimension for case in group)
        usual, count = dimensions.most_common(1)[0]
        if len(group) < ENOUGH or count < MOST * len(group):
            continue
        for case in group:
            if case.fact.dimension != usual:
                explanation = (
                    f"It is given in {case.fact.unit}, "
                    f"but {count} of the {len(group)} figures of this kind for the mineral are given in units of {usual}."
                )
                yield case, Issue(IssueCode.UNIT, explanation, "unit")


def _tables(cases: Iterable[Case], terms: Terms) -> Iterator[tuple[str, list[Case]]]:
    """What one source says, in the same terms, of one time, place by place: its key, and the facts."""
    found = defaultdict(list)
    for case in cases:
        fact = case.fact
        same = (*terms(fact), fact.period, fact.as_of, fact.has_come_about() is False)
        for key in {source.key for source in case.sources}:
            found[key, *same].append(case)
    for (source, *_), table in found.items():
        yield source, table


def _measure(fact: Any) -> tuple[Any, ...]:
    """Output, capacity, reserves… alone, which rows of one table share even where some are of another form."""
    return fact.measured()[:1]


def _terms(fact: Any) -> tuple[Any, ...]:
    return (*fact.measured(), getattr(fact, "basis", ""))


def _grouped(cases: Iterable[Case], key: Terms) -> Iterable[list[Case]]:
    """The figures that are amounts, by what they have in common."""
    found = defaultdict(list)
    for case in cases:
        if case.fact.has_number and case.fact.base_unit != "percent":
            found[key(case.fact)].append(case)
    return found.values()


def _subject(fact: Any) -> tuple[Any, ...]:
    return (*fact.place(), *fact.measured(), fact.dimension, fact.has_come_about() is False)


def _kind_of_measure(fact: Any) -> tuple[Any, ...]:
    measure, *terms = fact.measured()
    return (measure,) if fact.mineral_id else (measure, *terms)


def _moment(fact: Any) -> tuple[int, ...]:
    first, last = bounds(fact.period or fact.as_of) if fact.period or fact.as_of else (None, None)
    return last or first or ()


def _same_basis(one: Any, other: Any) -> bool:
    bases = {getattr(fact, "basis", "") for fact in (one, other)} - {""}
    return len(bases) < 2


def _are_different(parts: list[Case]) -> bool:
    """Whether each is of another place, so that adding them counts nothing twice."""
    return len({case.fact.place() for case in parts}) == len(parts)


def _is_several(case: Case) -> bool:
    """Whether it is a figure for countries together, which may be there one by one as well."""
    return case.fact.country is not None and case.fact.country.type in Country.LARGER


def _slack(fact: Any, digits: int = 0) -> Decimal:
    """Half a unit in the last digit that is not zero; of whole numbers, the first digits count even where they are."""
    if fact.comparator == Comparator.ABOUT:
        digits = 0
    numbers = [number for number in (fact.value, fact.low, fact.high) if number]
    places = [_last_place(number, digits) for number in numbers]
    return max((to_base(Decimal(10) ** place, fact.unit) for place in places), default=Decimal(0)) / 2


def _last_place(number: Decimal, digits: int) -> int:
    last = last_place(number)
    return min(last, max(0, number.adjusted() - digits + 1)) if digits else last


def _field(fact: Any) -> str:
    """The field that holds the number."""
    return next(name for name in ("value", "low", "high") if getattr(fact, name) is not None)
