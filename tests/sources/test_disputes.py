"""Which claims compete, which contradict each other, and how that turns as claims come and go."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from minerals.models import Production, Reserve
from sources import ledger
from sources.models import Fact, Revision
from tests.factories import (
    document_of,
    make_citation,
    make_correction,
    make_country,
    make_mineral,
    make_production,
    make_reserve,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db


def stock(key: str, source: str, value: str = "10", **fields: Any) -> Reserve:
    """A draft of what a source says that the country holds of the mineral of these tests."""
    return make_reserve(key, source=make_source(source), value=Decimal(value), **_subject(), **fields)


def flow(key: str, source: str, value: str = "10", **fields: Any) -> Production:
    """A draft of what a source says that the country makes of it."""
    return make_production(key, source=make_source(source), value=Decimal(value), **_subject(), **fields)


def _subject() -> dict[str, Any]:
    return {"mineral": make_mineral("testium"), "country": make_country("testland", iso3="XTL")}


def shown(key: str, kind: str = "reserve", revision: Revision | None = None) -> Any:
    document = document_of(key, kind=kind, revision=revision)
    assert document, f"The dataset shows no {key}."
    return document


def alternatives(*facts: Fact) -> list[int]:
    return [shown(fact.key, fact.kind).alternatives for fact in facts]


def disputed(*facts: Fact) -> list[bool]:
    return [shown(fact.key, fact.kind).disputed for fact in facts]


def best(*facts: Fact) -> list[bool]:
    return [shown(fact.key, fact.kind).best for fact in facts]


def test_a_lone_claim_is_best_and_undisputed() -> None:
    claim = stock("lone", "survey")
    publish(claim)

    assert (alternatives(claim), disputed(claim), best(claim)) == ([0], [False], [True])


def test_a_rival_that_enters_disputes_both() -> None:
    claim, rival = stock("first", "survey", "11"), stock("second", "ministry", "17")
    before = publish(claim)
    publish(rival)

    assert disputed(claim, rival) == [True, True]
    assert alternatives(claim, rival) == [1, 1]
    assert not shown("first", revision=before).disputed


def test_a_rival_that_leaves_settles_the_dispute() -> None:
    claim, rival = stock("first", "survey", "11"), stock("second", "ministry", "17")
    publish(claim)
    during = publish(rival)
    ledger.withdraw([rival], author="curator", reason="The source took it back.")

    assert (disputed(claim), alternatives(claim)) == ([False], [0])
    assert shown("first", revision=during).disputed


def test_a_rival_that_is_corrected_to_agree_settles_the_dispute() -> None:
    claim, rival = stock("first", "survey", "11"), stock("second", "ministry", "17")
    publish(claim, rival)
    publish(make_correction(rival, value=Decimal(11)))

    assert (disputed(claim), alternatives(claim)) == ([False], [1])


def test_a_rival_that_turns_to_another_mineral_is_none_any_more() -> None:
    claim, rival = stock("first", "survey", "11"), stock("second", "ministry", "17")
    publish(claim, rival)
    publish(make_correction(rival, mineral_id=make_mineral("novium").pk))

    assert (disputed(claim), alternatives(claim)) == ([False], [0])


def test_claims_that_agree_are_alternatives_but_undisputed() -> None:
    claim, rival = stock("first", "survey"), stock("second", "ministry")
    publish(claim, rival)

    assert (disputed(claim, rival), alternatives(claim, rival)) == ([False, False], [1, 1])


def test_a_deprecated_claim_is_no_rival() -> None:
    claim = stock("first", "survey", "11")
    overtaken = stock("second", "ministry", "17", rank="deprecated", rank_reason="Overtaken.")
    publish(claim, overtaken)

    assert (disputed(claim), alternatives(claim)) == ([False], [0])
    assert best(claim, overtaken) == [True, False]


def test_a_preferred_claim_outranks_the_normal_ones() -> None:
    normal = stock("first", "survey", "11")
    before = publish(normal)
    preferred = stock("second", "ministry", "17", rank="preferred", rank_reason="It counted anew.")
    publish(preferred)

    assert best(normal, preferred) == [False, True]
    assert disputed(normal, preferred) == [True, True]
    assert shown("first", revision=before).best


def test_a_normal_claim_is_best_again_once_the_preferred_one_leaves() -> None:
    normal = stock("first", "survey", "11")
    preferred = stock("second", "ministry", "17", rank="preferred", rank_reason="It counted anew.")
    publish(normal, preferred)
    ledger.withdraw([preferred], author="curator", reason="The source took it back.")

    assert best(normal) == [True]


def test_a_preferred_claim_outranks_none_that_it_does_not_compare_with() -> None:
    ore = stock("first", "survey", basis="ore")
    metal = stock("second", "ministry", basis="contained_metal", rank="preferred", rank_reason="Newer.")
    publish(ore, metal)

    assert best(ore, metal) == [True, True]


def test_claims_of_one_source_are_no_rivals() -> None:
    early, late = stock("first", "survey", "11", period="2020"), stock("second", "survey", "17", period="2024")
    publish(early, late)

    assert (disputed(early, late), alternatives(early, late)) == ([False, False], [0, 0])


@pytest.mark.parametrize("dated", ["period", "as_of"])
def test_a_stock_is_compared_with_the_latest_claim_of_a_source(dated: str) -> None:
    early = stock("z-early", "survey", "17", **{dated: "2020"})
    late = stock("a-late", "survey", "11", **{dated: "2024"})
    claim = stock("claim", "ministry", "11", period="2022")
    publish(early, late, claim)

    assert (disputed(claim), alternatives(claim)) == ([False], [1])


def test_a_source_speaks_through_its_latest_claim_even_where_it_is_cited_beside_another() -> None:
    early, late = stock("early", "survey", "17", period="2020"), stock("late", "survey", "11", period="2024")
    make_citation(late, make_source("atlas"))
    claim = stock("claim", "ministry", "11")
    publish(early, late, claim)

    assert (disputed(claim), alternatives(claim)) == ([False], [1])


def test_a_claim_that_shares_a_source_is_no_rival() -> None:
    claim, other = stock("first", "survey", "11"), stock("second", "ministry", "17")
    make_citation(other, make_source("survey"))
    publish(claim, other)

    assert alternatives(claim, other) == [0, 0]


def test_a_stock_is_compared_whatever_its_date() -> None:
    old, new = stock("first", "survey", "11", period="2020"), stock("second", "ministry", "17", period="2024")
    publish(old, new)

    assert disputed(old, new) == [True, True]


@pytest.mark.parametrize(("other_period", "expected"), [("2024", 1), ("2023", 0), ("2024-05", 0)])
def test_a_flow_is_compared_for_the_same_period_only(other_period: str, expected: int) -> None:
    claim, rival = flow("first", "survey", period="2024"), flow("second", "ministry", period=other_period)
    publish(claim, rival)

    assert alternatives(claim, rival) == [expected, expected]


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ({"basis": "ore"}, {"basis": "ore"}, 1),
        ({"basis": "ore"}, {"basis": ""}, 1),
        ({"basis": "ore"}, {"basis": "contained_metal"}, 0),
        ({"status": "actual"}, {"status": ""}, 1),
        ({"status": "actual"}, {"status": "planned"}, 0),
        ({"reporting_code": "JORC"}, {"reporting_code": "GKZ"}, 0),
        ({"reporting_code": "JORC"}, {"reporting_code": ""}, 1),
        ({"reporting_class": "indicated"}, {"reporting_class": "inferred"}, 0),
        ({"category": "reserves"}, {"category": "resources"}, 0),
        ({"unit": "t"}, {"unit": "kg"}, 1),
        ({"unit": "t"}, {"unit": "percent"}, 0),
        ({"unit": "t"}, {"value": None, "unit": "", "comparator": "", "availability": "withheld"}, 0),
    ],
    ids=str,
)
def test_figures_compare_where_they_measure_the_same(
    mine: dict[str, Any], theirs: dict[str, Any], expected: int
) -> None:
    claim, rival = (
        stock("first", "survey", **mine),
        make_reserve("second", source=make_source("ministry"), **_subject() | theirs),
    )
    publish(claim, rival)

    assert alternatives(claim, rival) == [expected, expected]


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ({"value": "20", "unit": "Mt"}, {"value": "20000", "unit": "kt"}, False),
        ({"value": "6.7", "unit": "Mt"}, {"value": "7.4", "unit": "Mt"}, True),
        ({"value": "6.7", "unit": "Mt"}, {"value": "6.74", "unit": "Mt"}, False),
        ({"value": "6.7", "unit": "Mt"}, {"value": "6.81", "unit": "Mt"}, True),
        ({"value": "7", "unit": "Mt"}, {"value": "7.4", "unit": "Mt"}, False),
        ({"value": "1000", "comparator": ">"}, {"value": "1200"}, False),
        ({"value": "1000", "comparator": ">"}, {"value": "1000"}, False),
        ({"value": "1500", "comparator": ">="}, {"value": "1200"}, True),
        ({"value": "1500", "comparator": "<"}, {"value": "1200"}, False),
        ({"value": "1500", "comparator": "<="}, {"value": "1800", "comparator": ">"}, True),
        ({"value": "11", "comparator": "~"}, {"value": "17"}, True),
        ({"low": "10", "high": "20"}, {"value": "15"}, False),
        ({"low": "11", "high": "13"}, {"low": "13", "high": "18"}, False),
        ({"low": "11", "high": "13"}, {"low": "15", "high": "18"}, True),
        ({"low": "11"}, {"value": "99"}, False),
        ({"value": "0", "availability": "nil"}, {"value": "11"}, True),
        ({"value": "0", "availability": "nil"}, {"value": "0"}, False),
    ],
    ids=str,
)
def test_figures_are_disputed_where_they_differ_by_more_than_the_coarser_rounding(
    mine: dict[str, str], theirs: dict[str, str], expected: bool
) -> None:
    claim, rival = (
        make_reserve(key, source=make_source(key), **_subject(), **_quantity(figures))
        for key, figures in (("survey", mine), ("ministry", theirs))
    )
    publish(claim, rival)

    assert disputed(claim, rival) == [expected, expected]


def _quantity(figures: dict[str, str]) -> dict[str, Any]:
    numbers: dict[str, Any] = dict.fromkeys(("value", "low", "high"))
    return numbers | {name: Decimal(text) if name in numbers else text for name, text in figures.items()}
