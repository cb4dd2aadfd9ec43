"""What each check of figures flags, and what it leaves alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from minerals.models import Country, Mineral, Production, Reserve, Trade
from projects.models import Affiliation, Figure, Participation, Partner, Project
from sources.issues import Case, Issue, IssueCode, issues_of
from sources.models import Fact, Source

ZINC = Mineral(pk=1, slug="zinc", name="Zinc")
COUNTRIES = {name: Country(pk=pk, slug=name, type="country") for pk, name in enumerate("abcdefgh", start=1)}
UNION = Country(pk=99, slug="union", type="bloc")
SURVEY, MINISTRY = Source(pk=1, key="survey", published="2025"), Source(pk=2, key="ministry", published="2025")
NUMBERS = count()
Flagged = dict[str, list[Issue]]


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


def table(total: str, *parts: str | None, rest: str | None = "0", **fields: Any) -> list[Case]:
    """A table of one source: its total, its countries in order, and the other countries."""
    rows = [reserve(place, part, **fields) for place, part in zip(COUNTRIES, parts, strict=False)]
    return [reserve("world", total, **fields), *rows, reserve("rest", rest, **fields)]


SUMS = {
    "adds exactly": (table("100", "60", "40"), False),
    "more than the total": (table("100", "60", "92"), True),
    "less than the total": (table("133", "60", "40"), True),
    "within the rounding of the total": (table("100", "90", "60"), False),
    "just beyond it": (table("100", "90", "61.6"), True),
    "the total is stated to its last digit that is not zero": (table("110", "60", "55"), False),
    "within the rounding of the parts": (table("2000.5", "1000", "1050"), False),
    "a part that ends in zeros is stated to two digits": (table("2011", "1000", "1000", rest="110"), False),
    "and no coarser": (table("2111", "1000", "1000", rest="250"), True),
    "an approximate part is no finer than its last digit that is not zero": (table("2411", "~1000", "~1000"), False),
    "a part is withheld and the rest less": (table("133", "60", None), False),
    "a part is withheld and the rest more": (table("111", "116", None), True),
    "the rest of the world is not given": (table("133", "60", "40", rest=None), False),
    "all is withheld": (table("133", None, None, rest=None), False),
    "a part is a lower bound": (table("133", "60", ">40"), False),
    "a part is a lower bound beyond the total": (table("133", "60", ">101"), True),
    "a part is an upper bound": (table("133", "60", "<100"), False),
    "an upper bound that is too little": (table("133", "60", "<40"), True),
    "a part is a range about it": (table("133", "60", "40-80"), False),
    "a part is a range below it": (table("133", "60", "40-50"), True),
    "the total is a lower bound": (table(">100", "60", "99"), False),
    "the total is a lower bound that is not reached": (table(">111", "60", "40"), True),
    "the total is a range": (table("99-121", "60", "40"), False),
    "units differ": ([reserve("world", "100"), reserve("a", "0.16", unit="kt"), reserve("rest", "0")], True),
    "units differ and it adds": ([reserve("world", "100"), reserve("a", "0.1", unit="kt"), reserve("rest", "0")], False),
    "dimensions differ": ([reserve("world", "133"), reserve("a", "5", unit="m3"), reserve("rest", "0")], False),
    "no total": ([reserve("a", "60"), reserve("rest", "0")], False),
    "only a total": ([reserve("world", "60")], False),
}  # fmt: skip


@pytest.mark.parametrize("name", SUMS)
def test_a_total_is_flagged_where_the_rows_of_its_table_do_not_add_to_it(name: str) -> None:
    rows, expected = SUMS[name]

    assert found(rows, IssueCode.SUM) == [("world", "sum_differs_from_total")] * expected


DIFFERENT = [
    {"category": "resources"},
    {"basis": "ore"},
    {"period": "2023"},
    {"as_of": "2023"},
    {"status": "planned"},
    {"reporting_class": "proven"},
    {"sources": (MINISTRY,)},
]


@pytest.mark.parametrize("other", DIFFERENT, ids=str)
def test_rows_of_another_table_are_not_added(other: dict[str, Any]) -> None:
    rows = [*table("100", "60", "40"), reserve("c", "500", **other)]

    assert found(rows, IssueCode.SUM) == []


def test_a_table_that_has_a_country_in_another_form_is_not_whole() -> None:
    rows = [production("world", "133"), production("a", "60"), production("rest", "40")]
    processed = production("b", "33", form="processed")

    assert found(rows) == [("world", "sum_differs_from_total")]
    assert found([*rows, processed]) == []


def test_estimated_and_reported_rows_are_of_one_table() -> None:
    assert found([*table("111", "60", "50"), reserve("c", "60", status="estimated")], IssueCode.SUM)


def test_a_country_that_stands_in_a_table_twice_is_not_counted_twice() -> None:
    assert found([*table("100", "60", "40"), reserve("a", "61")], IssueCode.SUM) == []


def test_a_bloc_is_not_added_to_its_members() -> None:
    bloc = reserve("a", "90", country=UNION)

    assert found([*table("100", "60", "40"), bloc], IssueCode.SUM) == []


def test_a_source_that_is_cited_twice_for_a_row_is_one_source() -> None:
    rows = [*table("111", "60"), reserve("b", "90", sources=(SURVEY, SURVEY))]

    assert found(rows, IssueCode.SUM) == [("world", "sum_differs_from_total")]


def test_a_total_of_two_sources_is_checked_against_each() -> None:
    total = reserve("world", "111", sources=(SURVEY, MINISTRY))
    rows = [reserve("a", "111"), reserve("a", "166", sources=(MINISTRY,))]

    assert "1 figure of ministry" in explained([total, *rows], total)


def test_the_explanation_of_a_sum_has_the_figures_as_they_are_stated() -> None:
    rows = [reserve("world", "1700000", unit="kt"), reserve("a", "1.798", unit="Gt"), reserve("rest", None)]

    assert explained(rows, rows[0]) == (
        "The world total is 1,700,000 kt, but 1 figure of survey for countries and the rest of the world "
        "add to at least 1,798,000 kt, which rounding does not explain."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100", 0), ("100.1", 1), (">99", 0), (">101", 1), ("90-120", 0), ("101-120", 1), ("<150", 0), ("~110", 1)],
)
def test_a_share_is_not_more_than_the_whole(text: str, expected: int) -> None:
    assert len(found([production("a", text, unit="percent")], IssueCode.SHARE)) == expected


@pytest.mark.parametrize("kind", [Trade, Figure, Participation, Affiliation])
def test_shares_of_every_kind_are_checked(kind: type[Fact]) -> None:
    fields: dict[str, Any] = {"measure": "share"} if kind in (Trade, Figure) else {}

    assert found([case(kind, "120", unit="percent", **fields)])


def test_a_change_is_no_share() -> None:
    assert found([case(Figure, "120", unit="percent", measure="change")]) == []


ADDED = {
    "adds to the whole": (("60", "40"), False),
    "more than the whole": (("60", "55"), True),
    "within rounding": (("33.4", "33.4", "33.3"), False),
    "beyond rounding": (("33.4", "33.4", "33.4"), True),
    "lower bounds": ((">60", ">42"), True),
    "upper bounds": (("<60", "<90"), False),
    "ranges": (("50-60", "40-50"), False),
    "one is withheld": (("60", None), False),
}


@pytest.mark.parametrize("name", ADDED)
def test_shares_of_one_whole_are_flagged_where_they_add_to_more(name: str) -> None:
    shares, expected = ADDED[name]
    rows = [production(place, share, unit="percent") for place, share in zip(COUNTRIES, shares, strict=False)]
    world = production("world", "100", unit="percent")

    assert len(found([world, *rows])) == (len(rows) if expected else 0)


def test_shares_of_different_wholes_are_not_added() -> None:
    rows = [production("a", "60", unit="percent")]
    terms: list[dict[str, Any]] = [{"period": "2023"}, {"form": "sponge"}]
    others = [production("b", "60", unit="percent", **other) for other in terms]
    elsewhere = production("b", "60", unit="percent", sources=(MINISTRY,))

    assert found([*rows, *others, elsewhere]) == []


def test_the_shares_of_the_owners_of_a_project_are_added() -> None:
    project = Project(pk=1, slug="mine")
    terms: dict[str, Any] = {"unit": "percent", "role": "owner"}
    owners = [
        case(Participation, "60", project=project, partner=Partner(pk=pk, slug=str(pk)), **terms) for pk in (1, 2)
    ]
    lender = case(Participation, "60", project=project, partner=Partner(pk=3), unit="percent", role="lender")

    flagged = issues_of(Participation, [*owners, lender])

    assert set(flagged) == set(owners)
    assert explained([*owners, lender], owners[0]) == (
        "The 2 shares of one whole in survey, of which this is one, add to 120 percent."
    )


JUMPS = {
    "less than a thousand": ("2", "1999", False),
    "a thousand": ("2", "2000", True),
    "down": ("2000", "2", True),
    "zero": ("0", "2000", False),
    "withheld": (None, "2000", False),
    "a lower bound far off": ("2", ">2000", True),
    "a lower bound that may be far off": (">2", "2000", False),
    "an upper bound far off": ("<2", "2000", True),
    "an upper bound that may be near": ("2", "<2000", False),
    "a range far off": ("1-2", "2000", True),
    "a range near": ("1-3", "2000", False),
    "about": ("~2", "2000", True),
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_factor_of_a_thousand_between_years_flags_both(name: str) -> None:
    first, second, expected = JUMPS[name]
    rows = [production("a", first, period="2023"), production("a", second, period="2024")]

    assert found(rows) == [("a", "jump")] * 2 * expected


def test_a_factor_of_a_thousand_between_sources_flags_both() -> None:
    rows = [reserve("a", "20", unit="kt"), reserve("a", "20", unit="Mt", sources=(MINISTRY,), basis="ore")]

    assert found(rows) == [("a", "jump")] * 2
    assert explained(rows, rows[1]) == f"Its 20 Mt is 1,000 times the 20 kt of {rows[0].fact.key}."
    assert explained(rows, rows[0]) == f"The 20 Mt of {rows[1].fact.key} is 1,000 times its 20 kt."


@pytest.mark.parametrize(
    "other",
    [{"stage": "refinery"}, {"form": "sponge"}, {"measure": "capacity"}, {"basis": "ore"}, {"status": "planned"}],
    ids=str,
)
def test_figures_for_different_things_do_not_jump(other: dict[str, Any]) -> None:
    rows = [production("a", "2", basis="W"), production("a", "5000", **{"basis": "W", "period": "2025"} | other)]

    assert found(rows) == []


def test_figures_for_different_places_do_not_jump() -> None:
    assert found([production("a", "2"), production("b", "5000"), production("world", "5002")]) == []


def test_only_neighbours_of_a_wrong_figure_are_flagged() -> None:
    values = {"2020": "5", "2021": "5", "2022": "5000", "2023": "5", "2024": "5"}
    rows = [production("a", value, period=year) for year, value in values.items()]

    flagged = {one.fact.period: len(issues) for one, issues in issues_of(Production, rows).items()}

    assert flagged == {"2021": 1, "2022": 2, "2023": 1}


def test_a_figure_of_another_basis_in_between_does_not_hide_a_jump() -> None:
    rows = [
        production("a", "5", period="2022", basis="W"),
        production("a", "7", period="2023", basis="ore"),
        production("a", "5000", period="2024", basis="W"),
    ]

    assert Counter(found(rows)) == {("a", "jump"): 2}


def in_units(*units: str, **fields: Any) -> list[Case]:
    places = iter(COUNTRIES)
    return [reserve(next(places), "5", unit=unit, **fields) for unit in units]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (["t", "t", "kt", "t", "m3"], 1),
        (["t", "t", "t", "m3"], 0),
        (["t", "t", "t", "t", "m3", "m3"], 0),
        (["t", "kg", "kt", "Mt", "Gt"], 0),
        (["t", "t", "t", "t", "percent"], 0),
        (["t", "t", "t", "t", "t/a"], 1),
        (["t", "t", "t", "percent", "m3"], 0),
    ],
    ids=str,
)
def test_a_unit_of_another_dimension_is_flagged_where_one_is_usual(units: list[str], expected: int) -> None:
    assert len(found(in_units(*units), IssueCode.UNIT)) == expected


def test_the_explanation_of_a_unit_counts() -> None:
    rows = in_units("t", "kt", "t", "t", "m3")

    assert explained(rows, rows[-1]) == (
        "It is given in m3, but 4 of the 5 figures of this kind for the mineral are given in units of t."
    )


def test_an_amount_made_in_a_year_and_one_per_year_have_one_dimension() -> None:
    rows = [production(place, "5", unit=unit) for place, unit in zip("abcde", ["t", "t", "t", "t", "t/a"], strict=True)]

    assert found(rows) == []


def test_other_measures_have_other_units() -> None:
    assert found([*in_units("t", "t", "t", "t"), reserve("e", "5", unit="m3", category="resources")]) == []


def claim(place: str, text: str | None, value: int | None, comparator: str = "=", **fields: Any) -> Case:
    return reserve(place, text, world_rank_value=value, world_rank_comparator=comparator, **fields)


def others(*values: str | None, **fields: Any) -> list[Case]:
    return [
        reserve(place, value, sources=(MINISTRY,), **fields) for place, value in zip("bcdefgh", values, strict=False)
    ]


RANKS = {
    "as stored": (claim("a", "50", 3), True),
    "too good": (claim("a", "50", 2), False),
    "too bad": (claim("a", "50", 4), False),
    "so bad that the stored figures can't tell": (claim("a", "50", 7), True),
    "in the top 3": (claim("a", "50", 3, "<="), True),
    "in the top 2": (claim("a", "50", 2, "<="), False),
    "before the fourth": (claim("a", "50", 4, "<"), True),
    "before the third": (claim("a", "50", 3, "<"), False),
    "third or further down": (claim("a", "50", 3, ">="), True),
    "further down than the third": (claim("a", "50", 3, ">"), False),
    "about the first": (claim("a", "50", 1, "~"), True),
    "no number": (claim("a", "50", None, ""), True),
    "a figure that may be the first": (claim("a", ">50", 1), True),
    "a figure that may be the last": (claim("a", "<50", 5), True),
    "a range": (claim("a", "15-80", 1), False),
    "a range that may be the third": (claim("a", "15-80", 3), True),
    "a tie": (claim("a", "80", 3), True),
    "better than the tied one": (claim("a", "80", 1), False),
    "a share, and no amount stored": (claim("a", "14", 1, unit="percent"), True),
    "none, and no amount stored": (claim("a", None, 1), True),
}  # fmt: skip


@pytest.mark.parametrize("name", RANKS)
def test_a_claimed_place_is_compared_with_the_stored_figures(name: str) -> None:
    one, agrees = RANKS[name]
    rows = [one, *others("100", "80", "20", "10", None, "0.5")]

    assert found(rows, IssueCode.RANK) == ([] if agrees else [("a", "rank_differs")])


def test_the_explanation_of_a_place_names_what_was_compared() -> None:
    good, bad = claim("a", "50", 1), claim("a", "50", 3, ">=")

    assert explained([good, *others("100", "20")], good) == (
        "It claims place 1, but of the figures stored for 2 other countries, 1 is larger than its 50 t, "
        "which is place 2 at the highest (ministry)."
    )
    assert explained([bad, *others("100", "20")], bad) == (
        "It claims place >=3, but of the figures stored for 2 other countries, only 1 is as large as its 50 t or larger, "
        "which is place 2 at the lowest (ministry)."
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "resources"},
        {"unit": "m3"},
        {"unit": "percent"},
        {"status": "planned"},
        {"reporting_class": "proven"},
        {"basis": "ore"},
        {"country": UNION},
        {"scope": "rest_of_world", "country": None},
        {"rank": "deprecated"},
    ],
    ids=str,
)
def test_figures_that_do_not_compare_take_no_place(fields: dict[str, Any]) -> None:
    one = claim("a", "50", 1, basis="W")

    assert found([one, *others("100")]) == [("a", "rank_differs")]
    assert found([one, *others("100", **fields)]) == []


def test_a_share_has_the_place_of_the_best_amount_of_its_country() -> None:
    one = claim("a", "14", 1, unit="percent")
    amounts = [reserve("a", "50"), reserve("a", "500", sources=(MINISTRY,), rank="preferred", rank_reason="Newer.")]

    assert found([one, *amounts[:1], *others("100")]) == [("a", "rank_differs")]
    assert found([one, *amounts, *others("100")]) == []


def test_each_country_has_its_latest_figure() -> None:
    one = claim("a", "50", 1, period="2020")
    late, early = reserve("b", "40", period="2024"), reserve("b", "60", period="2023")

    assert found([one, early]) == [("a", "rank_differs")]
    assert found([one, early, late]) == []


def test_what_is_made_is_ranked_within_its_period() -> None:
    one = production("a", "50", world_rank_value=1, world_rank_comparator="=")

    assert found([one, production("b", "60", period="2023")]) == []
    assert found([one, production("b", "60")]) == [("a", "rank_differs")]


def test_a_deprecated_figure_is_neither_flagged_nor_compared_with() -> None:
    rows = [production("a", "5", period="2023"), production("a", "5000", rank="deprecated", rank_reason="Wrong.")]

    assert found(rows) == []
    assert found([production("a", "120", unit="percent", rank="deprecated", rank_reason="Wrong.")]) == []


def test_the_order_of_the_facts_makes_no_difference() -> None:
    rows = [*table("100", "60", "90"), claim("c", "5", 1), reserve("a", "99999"), *in_units("t", "m3")]

    assert issues_of(Reserve, rows) == issues_of(Reserve, rows[::-1])
