"""Facts that no database has, as the checks of figures see them, and what is raised on them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

from minerals.models import Country, Mineral, Production, Reserve
from sources.issues import Case, IssueCode, issues_of
from sources.models import Fact, Source

ZINC = Mineral(pk=1, slug="zinc", name="Zinc")
COUNTRIES = {name: Country(pk=pk, slug=name, type="country") for pk, name in enumerate("abcdefgh", start=1)}
UNION = Country(pk=99, slug="union", type="bloc")
SURVEY, MINISTRY = Source(pk=1, key="survey", published="2025"), Source(pk=2, key="ministry", published="2025")
NUMBERS = count()


def quantity(text: str | None, unit: str = "t") -> dict[str, Any]:
    """A quantity as a table has it: 100, >100, ~100, 10-20, 0; none stands for what is withheld."""
    if text is None:
        return {"availability": "withheld"}
    fields: dict[str, Any] = {"comparator": "=", "unit": unit, "availability": "reported"}
    if "-" in text:
        low, high = text.split("-")
        return fields | {"low": Decimal(low), "high": Decimal(high)}
    comparator = text.rstrip("0123456789.")
    value = Decimal(text.removeprefix(comparator))
    return fields | {"value": value, "comparator": comparator or "=", "availability": "reported" if value else "nil"}


def case(kind: type[Fact], text: str | None, *, sources: Iterable[Source] = (SURVEY,), **fields: Any) -> Case:
    """A fact that no database has, with its sources."""
    amount = quantity(text, fields.pop("unit", "t"))
    fact = kind(pk=next(NUMBERS), **{"key": f"fact-{next(NUMBERS)}"} | amount | fields)
    fact.derive()
    return Case(fact, tuple(sources))


def reserve(place: str, text: str | None, **fields: Any) -> Case:
    """What a country (a, b, …), the world or the rest of it holds."""
    terms: dict[str, Any] = {"mineral": ZINC, "category": "reserves"}
    return case(Reserve, text, **terms | where(place) | fields)


def production(place: str, text: str | None, **fields: Any) -> Case:
    terms: dict[str, Any] = {"mineral": ZINC, "measure": "output", "stage": "mine", "period": "2024"}
    return case(Production, text, **terms | where(place) | fields)


def where(place: str) -> dict[str, Any]:
    scope = {"world": "world", "rest": "rest_of_world"}.get(place, "country")
    return {"key": f"{place}-{next(NUMBERS)}", "scope": scope, "country": COUNTRIES.get(place)}


def found(cases: list[Case], code: IssueCode | None = None) -> list[tuple[str, str]]:
    """The place and code of each issue."""
    issues = issues_of(type(cases[0].fact), cases)
    return sorted(
        (one.fact.key.split("-")[0], issue.code)
        for one, raised in issues.items()
        for issue in raised
        if code in (None, issue.code)
    )


def explained(cases: list[Case], one: Case) -> str:
    [issue] = issues_of(type(one.fact), cases)[one]
    return issue.explanation
