"""What each check of figures flags, and what it leaves alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from minerals.models import Production, Reserve, Trade
from projects.models import Affiliation, Figure, Participation, Partner, Project
from sources.issues import Case, IssueCode, issues_of
from sources.models import Fact
from tests.minerals.cases import COUNTRIES, MINISTRY, SURVEY, UNION, case, explained, found, production, reserve


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
        "adds to at least 1,798,000 kt, which rounding does not explain."
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


def test_a_deprecated_figure_is_neither_flagged_nor_compared_with() -> None:
    rows = [production("a", "5", period="2023"), production("a", "5000", rank="deprecated", rank_reason="Wrong.")]

    assert found(rows) == []
    assert found([production("a", "120", unit="percent", rank="deprecated", rank_reason="Wrong.")]) == []


def test_the_order_of_the_facts_makes_no_difference() -> None:
    rows = [
        *table("100", "60", "90"),
        reserve("c", "5", world_rank_value=1),
        reserve("a", "99999"),
        *in_units("t", "m3"),
    ]

    assert issues_of(Reserve, rows) == issues_of(Reserve, rows[::-1])
