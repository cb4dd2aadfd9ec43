"""Sums of facts, with their shares, places and concentration, what they rest on, and what was left out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from minerals.conversion import misfits, refusal
from minerals.quantities import Availability, Status
from minerals.summing.counting import (
    BASE_UNIT,
    REST_OF_WORLD,
    Addition,
    Counting,
    Figure,
    LeftOut,
    Values,
    grouped,
)
from minerals.summing.sums import Estimate, Interval, concentration, ranks, share, total, total_of
from minerals.units import UNITS
from sources.exceptions import BadParameters, ParameterError
from sources.filter_fields import NOTHING

MOST_FACTS, MOST_ROWS = 10_000, 5_000
MOST_NAMED = 3
UNSTATED = "unstated"
STATES = tuple(Availability.values)
STATUSES = (*Status.values, UNSTATED)
NOTHING_KNOWN: Estimate = {"comparator": None, "value": None, "low": None, "high": None}
NO_RANK = {"comparator": None, "value": None}

JSON = dict[str, Any]


class Summary:
    """The sums of the facts of one kind, grouped by columns. Raises BadParameters where they can't be added."""

    def __init__(self, addition: Addition, group_by: tuple[str, ...], unit: str | None = None) -> None:
        """`unit` is that of totals; where none is given they are in their base unit."""
        self.addition = addition
        self.unit = unit
        self.size = UNITS[unit].factor if unit else Decimal(1)
        self.group_by = group_by or addition.dimensions
        self.dimensions = addition.agreeing(self.group_by)

    def of(
        self,
        figures: Sequence[Figure],
        statuses: set[str],
        larger_areas: frozenset[str],
        passed_over: Sequence[LeftOut] = (),
    ) -> JSON:
        """What is answered; `statuses` are those asked for, `larger_areas` the slugs of blocs and groups.

        `passed_over` are facts that a filter left out, but that belong to what is asked.
        """
        refuse_more_than(MOST_FACTS, len(figures), "facts")
        counting = Counting(self.addition, figures, self.group_by, statuses)
        parts, worlds = counting.count(larger_areas)
        rows = list(grouped(self.group_by, parts).values())
        refuse_more_than(MOST_ROWS, len(rows), "rows")
        if errors := list(self._mixed(parts)):
            raise BadParameters(errors)
        self._refuse_other_dimensions([*parts, *worlds])
        wholes = grouped(self.dimensions, parts)
        beside = grouped(self.dimensions, worlds)
        results = self._results(rows)
        not_added = [*counting.left_out, *passed_over]
        return {
            "group_by": list(self.group_by),
            "count": len(results),
            "results": results,
            "totals": [self._whole(wholes[key], beside.get(key, [])) for key in sorted(wholes, key=_order)],
            "left_out": [_left_out(one) for one in sorted(not_added, key=lambda one: one.figure.key)],
            "sources": _briefs([*parts, *worlds]),
        }

    def _refuse_other_dimensions(self, figures: Iterable[Figure]) -> None:
        """Refuse amounts that the unit asked for does not measure."""
        bases = {figure.columns[BASE_UNIT] for figure in figures} - {None}
        if self.unit and misfits(bases, self.unit):
            raise BadParameters([refusal(self.unit, bases)])

    def _mixed(self, parts: list[Figure]) -> Iterator[ParameterError]:
        """Each dimension that facts differ in whose sum or shares are asked for, unless those before it settle it."""
        failing: dict[str, set[Any]] = {}
        names = tuple(name for name in self.group_by if name not in self.addition.parts)
        for name in self.dimensions:
            found = [{figure.value(name) for figure in rows} for rows in grouped(names, parts).values()]
            if mixed := set().union(*(values for values in found if len(values) > 1)):
                failing[name] = mixed
                names = (*names, name)
        for name, values in failing.items():
            is_entity = any(isinstance(figure.columns[name], dict) for figure in parts)
            grouping = (*self.group_by, *failing)
            yield _refusal(name, values - {None} if is_entity else values, grouping)

    def _results(self, rows: list[list[Figure]]) -> list[JSON]:
        """The rows, those of one whole together, its largest first."""
        if not set(self.group_by) & set(self.addition.parts):
            return [self._row(figures) for figures in sorted(rows, key=self._place)]
        wholes: dict[Values, list[list[Figure]]] = {}
        for figures in rows:
            wholes.setdefault(figures[0].values(self.dimensions), []).append(figures)
        return [row for key in sorted(wholes, key=_order) for row in self._ranked(wholes[key])]

    def _ranked(self, rows: list[list[Figure]]) -> Iterator[JSON]:
        """The rows of one whole, each with its share and its place."""
        amounts = [_amount(figures) for figures in rows]
        everything = total_of(amounts)
        named = [index for index, figures in enumerate(rows) if not self._is_rest(figures)]
        places = dict(zip(named, ranks([amounts[index] for index in named]), strict=True))
        order = sorted(range(len(rows)), key=lambda i: (i not in places, -amounts[i].low, self._place(rows[i])))
        for index in order:
            part = share(amounts[index], everything)
            yield self._row(rows[index], part, places.get(index, NO_RANK))

    def _row(self, figures: list[Figure], part: Estimate = NOTHING_KNOWN, rank: JSON = NO_RANK) -> JSON:
        columns = {name: _shown(name, figures) for name in self.addition.columns}
        numbers = {"total": self._total(figures), "share": part, "rank": rank, **self._concentrations(figures)}
        return {**columns, **numbers, **_behind(figures)}

    def _whole(self, figures: list[Figure], worlds: list[Figure]) -> JSON:
        names = (name for name in self.addition.columns if name not in self.addition.parts)
        columns = {name: _shown(name, figures) for name in names}
        whole = self._total(figures)
        numbers = {"total": whole, **self._concentrations(figures)}
        stated = [self._stated_total(world, whole) for world in worlds]
        return {**columns, **numbers, "stated_total": stated, **_behind(figures)}

    def _total(self, figures: list[Figure]) -> Estimate:
        base = _shown(BASE_UNIT, figures)
        return {**total(_amount(figures).in_units_of(self.size)), "unit": base and (self.unit or base)}

    def _stated_total(self, world: Figure, whole: Estimate) -> JSON:
        stated = total(world.interval.in_units_of(self.size))
        known = stated["value"] is not None and whole["value"] is not None
        return {
            "key": world.key,
            "url": world.body["url"],
            **stated,
            "difference": stated["value"] - whole["value"] if known else None,
            "note": world.body["note"],
            "sources": _source_keys([world]),
        }

    def _concentrations(self, figures: list[Figure]) -> dict[str, Estimate]:
        """How concentrated an amount is among the places it is made of, where these differ in one column."""
        differing = [name for name in self.addition.areas if len({figure.value(name) for figure in figures}) > 1]
        if len(differing) != 1:
            return {"hhi": NOTHING_KNOWN, "hhi_of_known": NOTHING_KNOWN}
        named = [figure for figure in figures if not self._is_rest([figure])]
        rest = _amount(figure for figure in figures if self._is_rest([figure]))
        places = [_amount(rows) for rows in grouped(differing, named).values()]
        known = [place for place in places if not place.unbounded]
        known_rest = Interval() if rest.unbounded else rest
        return {"hhi": concentration(places, rest), "hhi_of_known": concentration(known, known_rest)}

    def _is_rest(self, figures: list[Figure]) -> bool:
        scope = self.addition.scope
        return scope is not None and all(figure.columns[scope] == REST_OF_WORLD for figure in figures)

    def _place(self, figures: list[Figure]) -> Any:
        return _order(figures[0].values(self.group_by))


def refuse_more_than(most: int, found: int, what: str) -> None:
    if found > most:
        detail = f"This would be more than {most} {what}; narrow it with filters, or group by less."
        raise BadParameters([ParameterError("group_by", detail)])


def _refusal(name: str, values: set[Any], grouping: tuple[str, ...]) -> ParameterError:
    allowed = [NOTHING if value is None else str(value) for value in sorted(values, key=lambda one: _order((one,)))]
    listed = ", ".join(allowed[:MOST_NAMED]) + (
        f" and {len(allowed) - MOST_NAMED} more" if len(allowed) > MOST_NAMED else ""
    )
    detail = (
        f"Figures whose “{name}” differs can't be added, and these have {listed}: choose one with {name}=…, "
        f"or group by it: group_by={','.join(grouping)}."
    )
    return ParameterError(name, detail, "mixed-units" if name == BASE_UNIT else "mixed-figures", allowed)


def _shown(name: str, figures: Sequence[Figure]) -> Any:
    """What all facts of a row say of a column, null where they differ."""
    return figures[0].columns[name] if len({figure.value(name) for figure in figures}) == 1 else None


def _amount(figures: Iterable[Figure]) -> Interval:
    return total_of(figure.interval for figure in figures)


def _behind(figures: Sequence[Figure]) -> JSON:
    """What the numbers of a row rest on."""
    states = Counter(figure.quantity.get("availability") for figure in figures)
    statuses = Counter(figure.status or UNSTATED for figure in figures)
    return {
        "facts": len(figures),
        "states": {state: states[state] for state in STATES},
        "statuses": {status: statuses[status] for status in STATUSES},
        "sources": _source_keys(figures),
        "keys": sorted(figure.key for figure in figures),
    }


def _left_out(one: LeftOut) -> JSON:
    return {
        "key": one.figure.key,
        "url": one.figure.body["url"],
        "reason": one.reason,
        "explanation": one.explanation,
        "instead": one.instead.key if one.instead else None,
    }


def _source_keys(figures: Iterable[Figure]) -> list[str]:
    return sorted({source["key"] for figure in figures for source in figure.sources})


def _briefs(figures: Iterable[Figure]) -> list[Any]:
    """The sources of facts, each once."""
    found = {source["key"]: source for figure in figures for source in figure.sources}
    return [found[key] for key in sorted(found)]


def _order(values: Values) -> list[tuple[bool, Any]]:
    """Orders values among which some are null; these come last."""
    return [(value is None, value if isinstance(value, int) else str(value)) for value in values]
