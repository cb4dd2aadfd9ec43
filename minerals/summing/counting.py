"""Which facts may be added to a sum: one claim for each subject, amounts only, nothing twice. The others say why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from minerals.quantities import Availability, Status
from minerals.summing.sums import Interval
from sources import vocabularies
from sources.edtf import UNREADABLE, bounds
from sources.models import Rank

WORLD, REST_OF_WORLD = "world", "rest_of_world"
BASIS, BASE_UNIT, SCOPE, YEAR = "basis", "base_unit", "scope", "year"
NOT_REALISED = frozenset({Status.PLANNED, Status.TARGET, Status.DESIGN, Status.PROPOSED, Status.FORECAST})
WITH_AMOUNT = frozenset({Availability.REPORTED, Availability.NIL})
LOOSE = frozenset({BASIS, BASE_UNIT})
"""What a fact without an amount may leave open: what is withheld is withheld on any basis."""
MAIN = Fraction(3, 4)
"""The part of a table that states nothing in a column, from which on the others stand apart from it."""

REASONS: dict[str, str] = {
    "deprecated": "The claim is known to be wrong or overtaken.",
    "share": "A percentage is no amount; it can't be added to amounts.",
    "rate": "A grade or a price is no amount; it can't be added to others.",
    "not_realised": "Planned, targeted, proposed or forecast: it is not added to what is, unless `status` asks for it.",
    "another_claim_counts": "Another claim on the same subject counts: the preferred one, or else that of a source that "
    "gives an amount, states its basis, and is the most recent. `instead` names it.",
    "basis_unstated": "It does not say what the amount is of, as the others do; `basis=null` adds such claims alone.",
    "stands_apart": "It is under a reporting code, in a class or of a form of its own, where those that are added state "
    "none; the filter of that name adds it alone, and grouping by it keeps it beside them.",
    "area_overlaps": "A bloc or group of countries holds others that are counted; `country` or `counterpart` can ask "
    "for it alone.",
    "in_rest_of_world": "The rest of the world that counts, which `instead` names, holds this country: its source has "
    "no row for it.",
    "world": "A world total is no part of a sum, and here there is no sum that it could stand beside.",
}
vocabularies.add("left-out-reason", REASONS)

STRENGTHS = (
    "it is the preferred claim",
    "it says what the amount is of",
    "its source is the more recent one",
    "it gives an amount",
    "it is about a later year",
)
EQUALLY_STRONG = "its source is of the same date, and its key comes first"

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Addition:
    """How the facts of a kind add up."""

    dimensions: tuple[str, ...]
    """What must agree between facts that are added, each by the name of its field and of its filter."""
    areas: tuple[str, ...]
    """The countries that they differ in, which add up."""
    scope: str | None = None
    """The field that tells a country from the world and its rest."""
    apart: tuple[str, ...] = ()
    """The dimensions that a table leaves unstated but for the few rows which differ from it, in the order of weight."""

    @cached_property
    def parts(self) -> tuple[str, ...]:
        return (*((self.scope,) if self.scope else ()), *self.areas)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What each row of a summary says besides its numbers."""
        return tuple(dict.fromkeys((*self.dimensions, *self.parts, "period", YEAR)))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What may be grouped by."""
        return tuple(dict.fromkeys((*self.dimensions, *self.parts, YEAR)))

    def agreeing(self, group_by: Iterable[str]) -> tuple[str, ...]:
        """The dimensions, and the year where the facts of each year are asked for by themselves."""
        return tuple(dict.fromkeys((*self.dimensions, *([YEAR] if YEAR in group_by else []))))


@dataclass(slots=True)
class Figure:
    """A fact as far as sums need it."""

    body: Mapping[str, Any]
    interval: Interval
    columns: dict[str, Any]
    """By name what it says of each dimension and part; an entity in brief."""
    plain: dict[str, Any] = field(init=False)
    """The same in a form that compares."""

    def __post_init__(self) -> None:
        self.plain = {name: found["slug"] if isinstance(found, dict) else found for name, found in self.columns.items()}

    def settle(self, name: str, word: Any) -> None:
        """Say of a column what the fact leaves open."""
        self.columns[name] = self.plain[name] = word

    @property
    def key(self) -> str:
        return str(self.body["key"])

    @property
    def quantity(self) -> Mapping[str, Any]:
        return self.body["quantity"] or {}

    @property
    def has_amount(self) -> bool:
        return self.quantity.get("availability") in WITH_AMOUNT

    @property
    def is_open(self) -> bool:
        """Whether what it says holds on any basis: that no amount is given, or that there is none."""
        return self.quantity.get("availability") != Availability.REPORTED

    @property
    def status(self) -> str | None:
        return self.quantity.get("status")

    @property
    def sources(self) -> Iterator[Mapping[str, Any]]:
        return (citation["source"] for citation in self.body["citations"])

    def value(self, name: str) -> Any:
        return self.plain[name]

    def values(self, names: Iterable[str]) -> Values:
        plain = self.plain
        return tuple([plain[name] for name in names])

    def strength(self) -> tuple[Any, ...]:
        """Orders the claims on one subject, the one that counts last; `STRENGTHS` has the words for it."""
        stated = self.columns.get(BASIS) is not None
        latest = max((_day(source["published"]) for source in self.sources), default=())
        preferred = self.body["rank"] == Rank.PREFERRED
        return (preferred, stated, latest, self.has_amount, self.body[YEAR] or 0)


def _day(published: str | None) -> tuple[int, ...]:
    """The earliest day that a date of publication can mean; an unknown one comes before all others."""
    try:
        return bounds(published)[0] or () if published else ()
    except UNREADABLE:
        return ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A fact that is not added, and why."""

    figure: Figure
    reason: str
    instead: Figure | None = None
    column: str = ""
    """The column in which it stands apart."""

    @property
    def explanation(self) -> str:
        if self.column:
            word = self.figure.columns[self.column]
            return f"Its {self.column} is {word}; those that are added state none. {self.column}={word} adds it alone."
        if self.instead is None:
            return REASONS[self.reason]
        if self.reason != "another_claim_counts":
            return f"“{self.instead.key}” holds it already, since its source has no row for this country."
        pairs = zip(STRENGTHS, self.figure.strength(), self.instead.strength(), strict=True)
        why = next((words for words, own, other in pairs if own != other), EQUALLY_STRONG)
        return f"“{self.instead.key}” counts for the same subject: {why}."


class Counting:
    """Sorts facts into those that are added, world totals that stand beside, and those that are left out."""

    def __init__(self, addition: Addition, figures: Iterable[Figure], group_by: Iterable[str], statuses: set[str]):
        self.addition = addition
        self.dimensions = addition.agreeing(group_by)
        self.settled = tuple(name for name in self.dimensions if name != BASIS)
        self.apart = tuple(name for name in addition.apart if name not in group_by)
        self.alike = tuple(name for name in self.settled if name not in addition.apart)
        self.asked_for_plans = bool(statuses) and statuses <= NOT_REALISED
        self.left_out: list[LeftOut] = []
        self.figures = sorted(figures, key=lambda figure: figure.key)

    def count(self, larger_areas: frozenset[str]) -> tuple[list[Figure], list[Figure]]:
        """The facts that are added, and the world totals; `larger_areas` are the slugs of blocs and groups."""
        amounts = list(self._amounts())
        self._settle(amounts)
        counted = self._one_each(amounts)
        worlds = [figure for figure in counted if self._scope(figure) == WORLD]
        parts = [figure for figure in counted if self._scope(figure) != WORLD]
        parts = self._each(self.settled, parts, self._with_basis)
        parts = self._each((*self.alike, BASIS), parts, self._main_table)
        naming = grouped(self.alike, amounts)
        parts = self._each(self.dimensions, parts, partial(self._outside_rest, naming))
        for area in self.addition.areas:
            others = tuple(name for name in (*self.dimensions, *self.addition.areas) if name != area)
            parts = self._each(others, parts, partial(self._smaller, area, larger_areas))
        combinations = {figure.values(self.dimensions) for figure in parts}
        beside = {figure.key: figure for figure in worlds if figure.values(self.dimensions) in combinations}
        self.left_out += [LeftOut(figure, "world") for figure in worlds if figure.key not in beside]
        return parts, list(beside.values())

    def _scope(self, figure: Figure) -> str | None:
        return figure.columns[self.addition.scope] if self.addition.scope else None

    def _amounts(self) -> Iterator[Figure]:
        """The facts that speak of an amount that is there."""
        for figure in self.figures:
            unit = figure.columns[BASE_UNIT] or ""
            if figure.body["rank"] == Rank.DEPRECATED:
                self.left_out.append(LeftOut(figure, "deprecated"))
            elif unit == "percent":
                self.left_out.append(LeftOut(figure, "share"))
            elif "/" in unit and not unit.endswith("/a"):
                self.left_out.append(LeftOut(figure, "rate"))
            elif figure.status in NOT_REALISED and not self.asked_for_plans:
                self.left_out.append(LeftOut(figure, "not_realised"))
            else:
                yield figure

    def _settle(self, figures: list[Figure]) -> None:
        """Let facts without an amount share the unit and basis of the others where these have but one."""
        nearest = tuple(name for name in self.dimensions if name not in LOOSE)
        further = tuple(name for name in nearest if name not in self.addition.apart)
        for names in dict.fromkeys((nearest, further)):
            for rows in grouped(names, figures).values():
                self._settle_among(rows)

    def _settle_among(self, rows: list[Figure]) -> None:
        for name in LOOSE & set(self.dimensions):
            stated = {row.columns[name] for row in rows if row.columns[name] is not None}
            for row in rows:
                if row.columns[name] is None and len(stated) == 1 and row.is_open:
                    row.settle(name, next(iter(stated)))

    def _one_each(self, figures: list[Figure]) -> list[Figure]:
        """One claim for each subject; an unstated basis is comparable with any."""
        found = []
        for rivals in grouped((*self.settled, *self.addition.parts), figures).values():
            strongest = max(rivals, key=Figure.strength)
            bases = grouped([BASIS], rivals) if strongest.columns.get(BASIS) is not None else {(): rivals}
            winners = {basis: max(rows, key=Figure.strength) for basis, rows in bases.items() if basis != (None,)}
            for rival in rivals:
                winner = winners.get((rival.columns.get(BASIS),), strongest)
                if rival is winner:
                    found.append(rival)
                else:
                    self.left_out.append(LeftOut(rival, "another_claim_counts", winner))
        return found

    def _with_basis(self, rows: list[Figure]) -> Iterator[Figure]:
        """Those that state a basis, where any does."""
        stated = any(row.columns.get(BASIS) is not None and not row.is_open for row in rows)
        for row in rows:
            if stated and row.columns[BASIS] is None and not row.is_open:
                self.left_out.append(LeftOut(row, "basis_unstated"))
            else:
                yield row

    def _main_table(self, rows: list[Figure]) -> list[Figure]:
        """Those that state no reporting code, form and the like, where nearly all state none."""
        for name in self.apart:
            main = [row for row in rows if row.columns[name] is None]
            if MAIN * len(rows) <= len(main) < len(rows):
                self.left_out += [LeftOut(row, "stands_apart", column=name) for row in rows if row not in main]
                rows = main
        return rows

    def _outside_rest(self, naming: dict[Values, list[Figure]], rows: list[Figure]) -> Iterator[Figure]:
        """Those that no rest of the world holds already: its own source names them."""
        rests = [row for row in rows if self._scope(row) == REST_OF_WORLD]
        named = {rest.key: self._named_beside(rest, naming[rest.values(self.alike)]) for rest in rests}
        for row in rows:
            place = row.values(self.addition.areas)
            holding = next((rest for rest in rests if place not in named[rest.key]), None)
            if holding and self._scope(row) != REST_OF_WORLD:
                self.left_out.append(LeftOut(row, "in_rest_of_world", holding))
            else:
                yield row

    def _named_beside(self, rest: Figure, figures: list[Figure]) -> set[Values]:
        """The places that the source of a rest of the world gives rows of their own."""
        keys = {source["key"] for source in rest.sources}
        naming = (figure for figure in figures if not keys.isdisjoint(source["key"] for source in figure.sources))
        return {figure.values(self.addition.areas) for figure in naming}

    def _smaller(self, area: str, larger_areas: frozenset[str], rows: list[Figure]) -> Iterator[Figure]:
        """All but blocs and groups of countries; one that stands alone is kept."""
        alone = len({row.value(area) for row in rows}) == 1
        for row in rows:
            if row.value(area) in larger_areas and not alone:
                self.left_out.append(LeftOut(row, "area_overlaps"))
            else:
                yield row

    def _each(
        self, names: tuple[str, ...], figures: list[Figure], keep: Callable[[list[Figure]], Iterable[Figure]]
    ) -> list[Figure]:
        return [figure for rows in grouped(names, figures).values() for figure in keep(rows)]


def grouped(names: Iterable[str], figures: Iterable[Figure]) -> dict[Values, list[Figure]]:
    """The facts that say the same of these columns."""
    names = tuple(names)
    found: dict[Values, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure.values(names)].append(figure)
    return dict(found)
