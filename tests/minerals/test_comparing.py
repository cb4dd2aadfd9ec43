"""What `compare/` sets side by side, what it leaves out and why, and how far the claims lie apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.endpoints import JSON
from tests.factories import (
    make_citation,
    make_source,
    make_term,
    publish,
)
from tests.minerals.comparing import (
    COMPARE,
    OUTPUT,
    RESERVES,
    compare,
    compared,
    explanations,
    flow,
    reasons,
    selects,
    stock,
)

pytestmark = pytest.mark.django_db

NO_NUMBER = {"value": None, "unit": "", "comparator": "", "availability": "withheld"}

# What is compared


def test_claims_of_two_sources_stand_side_by_side(api: APIClient) -> None:
    publish(stock("first", "survey", 11), stock("second", "ministry", 17))
    answer = compare(api, RESERVES)

    assert answer["kind"] == "reserve"
    assert (answer["count"], sorted(compared(answer))) == (2, ["first", "second"])
    assert answer["disputed"]
    assert answer["left_out"] == []
    assert all(claim["fact"]["citations"] for claim in answer["claims"])
    assert sorted(source["key"] for source in answer["sources"]) == ["ministry", "survey"]
    assert answer["claims"][0]["fact"] == api.get("/api/v1/reserves/first/").json()


def test_the_subject_is_what_was_asked_for_and_what_the_claims_share(api: APIClient) -> None:
    publish(
        stock("first", "survey", period="2024", basis="ore", status="estimated"),
        stock("second", "ministry", period="2023", basis="ore", status=""),
    )

    assert compare(api, RESERVES)["subject"] == {
        "mineral": {"slug": "testium", "name": "Testium", "symbol": None},
        "scope": "country",
        "country": {"slug": "testland", "iso3": "XTL", "name": "Testland"},
        "measure": "reserves",
        "stage": None,
        "form": None,
        "basis": "ore",
        "period": None,
        "status": None,
        "reporting_code": None,
        "reporting_class": None,
        "base_unit": "t",
    }


def test_the_world_is_compared_by_its_scope(api: APIClient) -> None:
    for scope in ("world", "rest_of_world"):
        publish(stock(f"of-{scope}".replace("_", "-"), "survey", scope=scope, country=None))
    answer = compare(api, {"mineral": "testium", "scope": "world", "measure": "reserves"})

    assert compared(answer) == ["of-world"]
    assert (answer["subject"]["scope"], answer["subject"]["country"], answer["left_out"]) == ("world", None, [])


def test_a_stock_is_compared_whatever_its_date(api: APIClient) -> None:
    publish(stock("old", "survey", period="2019"), stock("new", "ministry", period="2024"))

    assert sorted(compared(compare(api, RESERVES))) == ["new", "old"]


def test_a_flow_is_compared_for_the_same_period(api: APIClient) -> None:
    publish(
        flow("survey-2023", "survey", period="2023"),
        flow("survey-2024", "survey", period="2024"),
        flow("ministry-2023", "ministry", period="2023"),
    )
    answer = compare(api, OUTPUT)

    assert (answer["kind"], sorted(compared(answer))) == ("production", ["ministry-2023", "survey-2023"])
    assert answer["subject"]["period"] == "2023"
    assert reasons(answer) == {"survey-2024": ["period"]}
    assert explanations(answer)["survey-2024"] == "Its period is 2024, that of the claims compared is 2023."
    assert selects(answer) == {"survey-2024": f"{COMPARE}?mineral=testium&country=XTL&measure=output&period=2024"}


def test_the_latest_period_is_compared_where_all_have_as_many_sources(api: APIClient) -> None:
    publish(*(flow(f"in-{year}", "survey", period=str(year)) for year in (2022, 2024, 2023)))

    assert compared(compare(api, OUTPUT)) == ["in-2024"]


def test_an_unstated_basis_compares_with_any_and_is_said(api: APIClient) -> None:
    publish(stock("silent", "survey", 11), stock("metal", "ministry", 17, basis="contained_metal"))
    answer = compare(api, RESERVES)

    assert sorted(compared(answer)) == ["metal", "silent"]
    assert (answer["basis_unstated"], answer["subject"]["basis"], answer["disputed"]) == (True, None, True)


def test_a_stated_basis_is_not_said_to_be_unstated(api: APIClient) -> None:
    publish(stock("first", "survey", basis="ore"), stock("second", "ministry", basis="ore"))

    assert not compare(api, RESERVES)["basis_unstated"]


def test_two_bases_are_never_compared_but_each_can_be(api: APIClient) -> None:
    publish(
        stock("silent", "atlas"),
        stock("ore-one", "survey", basis="ore"),
        stock("ore-two", "ministry", basis="ore"),
        stock("metal", "agency", basis="contained_metal"),
    )
    answer = compare(api, RESERVES)

    assert sorted(compared(answer)) == ["ore-one", "ore-two", "silent"]
    assert reasons(answer) == {"metal": ["basis"]}
    assert explanations(answer)["metal"] == "Its basis is contained_metal, that of the claims compared is ore."

    other = compare(api, selects(answer)["metal"])
    assert sorted(compared(other)) == ["metal", "silent"]
    assert reasons(other) == {"ore-one": ["basis"], "ore-two": ["basis"]}


@pytest.mark.parametrize(
    ("field", "mine", "theirs"),
    [
        ("status", "estimated", "proposed"),
        ("reporting_code", "JORC", "GKZ"),
        ("reporting_class", "A+B+C1", "C2, in part"),
        ("basis", "ore", "contained_metal"),
    ],
)
def test_terms_that_differ_keep_stocks_apart(field: str, mine: str, theirs: str, api: APIClient) -> None:
    publish(stock("first", "survey", **{field: mine}), stock("second", "ministry", **{field: theirs}))
    answer = compare(api, RESERVES)

    assert compared(answer) == ["first"]
    assert reasons(answer) == {"second": [field]}
    assert compared(compare(api, selects(answer)["second"])) == ["second"]


@pytest.mark.parametrize(
    ("field", "mine", "theirs", "reason"),
    [
        ("stage", "mine", "refinery", "stage"),
        ("stage", "mine", "", "stage"),
        ("form", "sponge", "ingots, sheet", "form"),
        ("period", "2024", "", "period"),
        ("unit", "kt/a", "percent", "unit"),
        ("status", "actual", "planned", "status"),
    ],
)
def test_what_differs_keeps_flows_apart(field: str, mine: str, theirs: str, reason: str, api: APIClient) -> None:
    make_term("stage", "mine"), make_term("stage", "refinery")
    publish(flow("first", "survey", **{field: mine}), flow("second", "ministry", **{field: theirs}))
    answer = compare(api, OUTPUT)
    [left_out] = answer["left_out"]

    assert left_out["reasons"] == [reason]
    assert compared(compare(api, left_out["select"])) == [left_out["fact"]["key"]]


@pytest.mark.parametrize(
    ("draft", "query", "other", "reason"),
    [
        (lambda: stock("other", "ministry", category="resources"), RESERVES, "resources", "category"),
        (lambda: flow("other", "ministry", measure="capacity"), OUTPUT, "capacity", "measure"),
    ],
    ids=["resources", "capacity"],
)
def test_another_measure_is_left_out(draft: Any, query: JSON, other: str, reason: str, api: APIClient) -> None:
    make_term("production-measure", "capacity")
    publish(stock("of-reserves", "survey"), flow("of-output", "survey"), draft())
    answer = compare(api, query)

    assert reasons(answer) == {"other": [reason]}
    assert explanations(answer)["other"] == f"It is of {other}, not of {query['measure']}."
    assert compared(compare(api, selects(answer)["other"])) == ["other"]


@pytest.mark.parametrize("dated", ["period", "as_of"])
def test_a_source_speaks_by_its_latest_claim(api: APIClient, dated: str) -> None:
    publish(
        stock("early", "survey", 17, **{dated: "2020"}),
        stock("late", "survey", 11, **{dated: "2024"}),
        stock("other", "ministry", 11, **{dated: "2018"}),
    )
    answer = compare(api, RESERVES)

    assert (sorted(compared(answer)), answer["disputed"]) == (["late", "other"], False)
    assert reasons(answer) == {"early": ["superseded_by_later"]}
    assert explanations(answer)["early"] == "Its source makes a later claim, late."
    assert compared(compare(api, selects(answer)["early"])) == ["early"]


def test_a_claim_stays_while_one_of_its_sources_has_no_later_one(api: APIClient) -> None:
    early = stock("early", "survey", period="2020")
    make_citation(early, make_source("atlas"))
    publish(early, stock("late", "survey", period="2024"))

    assert sorted(compared(compare(api, RESERVES))) == ["early", "late"]


def test_two_claims_of_one_source_are_no_dispute(api: APIClient) -> None:
    publish(stock("in-the-text", "survey", 11), stock("in-the-table", "survey", 17))
    answer = compare(api, RESERVES)

    assert (answer["count"], answer["disputed"]) == (2, False)


def test_a_deprecated_claim_is_left_out_for_good(api: APIClient) -> None:
    publish(
        stock("first", "survey"),
        stock("wrong", "ministry", 99, rank="deprecated", rank_reason="A misprint, as the ministry says."),
    )
    answer = compare(api, RESERVES)

    assert (compared(answer), answer["disputed"]) == (["first"], False)
    assert reasons(answer) == {"wrong": ["deprecated"]}
    assert explanations(answer)["wrong"] == "It is deprecated: A misprint, as the ministry says."
    assert selects(answer) == {"wrong": None}


def test_a_claim_without_a_number_is_left_out_for_good(api: APIClient) -> None:
    publish(stock("first", "survey"), stock("secret", "ministry", **NO_NUMBER))
    answer = compare(api, RESERVES)

    assert reasons(answer) == {"secret": ["no_number"]}
    assert selects(answer) == {"secret": None}


def test_every_reason_is_said(api: APIClient) -> None:
    publish(
        flow("first", "survey", period="2024", basis="ore"),
        flow("other", "ministry", period="2023", basis="gross_weight", form="sponge"),
    )
    answer = compare(api, OUTPUT)

    assert reasons(answer) == {"other": ["form", "period", "basis"]}
    assert compared(compare(api, selects(answer)["other"])) == ["other"]


def test_the_nearest_claims_left_out_come_first(api: APIClient) -> None:
    publish(
        flow("first", "survey", period="2024", basis="ore"),
        flow("second", "atlas", period="2024", basis="ore"),
        flow("far", "ministry", period="2023", basis="gross_weight"),
        flow("near", "agency", period="2023"),
    )

    assert list(reasons(compare(api, OUTPUT))) == ["near", "far"]


# What is preferred, and the order


def test_a_preferred_claim_is_the_reference_and_says_why(api: APIClient) -> None:
    publish(
        stock("recent", "survey", 11),
        stock("better", "ministry", 17, rank="preferred", rank_reason="It counted anew."),
    )
    answer = compare(api, RESERVES)

    assert compared(answer) == ["better", "recent"]
    assert answer["preferred"] == {"key": "better", "reason": "It counted anew."}


def test_no_preference_is_invented(api: APIClient) -> None:
    publish(stock("first", "survey"), stock("second", "ministry"))

    assert compare(api, RESERVES)["preferred"] is None


def test_the_claims_with_the_preferred_one_win_over_those_of_more_sources(api: APIClient) -> None:
    publish(
        stock("ore-one", "survey", basis="ore"),
        stock("ore-two", "ministry", basis="ore"),
        stock("metal", "agency", basis="contained_metal", rank="preferred", rank_reason="It counted anew."),
    )

    assert compared(compare(api, RESERVES)) == ["metal"]
    assert sorted(compared(compare(api, RESERVES | {"basis": "ore"}))) == ["ore-one", "ore-two"]


def test_claims_are_in_the_order_of_their_latest_sources(api: APIClient) -> None:
    dates = {"undated": "", "in-2023": "2023", "in-may": "2024-05", "at-the-end-of-2024": "2024-12-31"}
    for source, published in dates.items():
        make_source(source, published=published)
    publish(*(stock(f"by-{source}", source) for source in dates))

    assert compared(compare(api, RESERVES)) == ["by-at-the-end-of-2024", "by-in-may", "by-in-2023", "by-undated"]


# How far the claims lie apart


def test_differences_are_those_from_the_reference(api: APIClient) -> None:
    publish(
        stock("first", "survey", "6.7", unit="Mt", rank="preferred", rank_reason="For the test."),
        stock("second", "ministry", "7400", unit="kt"),
    )
    first, second = compare(api, RESERVES)["claims"]

    assert first["difference"] == {"value": 0, "unit": "t", "percent": 0, "beyond_rounding": False}
    assert second["difference"] == {"value": 700000, "unit": "t", "percent": 10.45, "beyond_rounding": True}


def test_the_spread_is_from_the_least_to_the_most(api: APIClient) -> None:
    publish(stock("first", "survey", "6.7", unit="Mt"), stock("second", "ministry", "7.4", unit="Mt"))

    assert compare(api, RESERVES)["spread"] == {
        "low": 6700000,
        "high": 7400000,
        "unit": "t",
        "absolute": 700000,
        "percent": 10.45,
        "ratio": 1.104,
        "explanation": "From 6,700,000 to 7,400,000 t, the highest 10.45 percent above the lowest.",
    }


def _range(low: int | None, high: int | None) -> dict[str, Any]:
    return {"value": None, "low": low and Decimal(low), "high": high and Decimal(high)}


@pytest.mark.parametrize(
    ("fields", "low", "high", "percent", "words"),
    [
        (_range(8, 12), 8, 12, 50, "From 8 to 12 t, the highest 50 percent above the lowest."),
        (_range(8, None), 8, None, None, "From 8 t; a claim sets no bound above."),
        (_range(None, 12), None, 12, None, "Up to 12 t; a claim sets no bound below."),
        ({"comparator": ">"}, 10, None, None, "From 10 t; a claim sets no bound above."),
        ({"comparator": "<="}, None, 10, None, "Up to 10 t; a claim sets no bound below."),
        ({"comparator": "~"}, 10, 10, 0, "All claims give 10 t."),
        ({"value": Decimal(0), "availability": "nil"}, 0, 10, None, "From 0 to 10 t."),
    ],
    ids=str,
)
def test_ranges_and_bounds_stay_what_they_are(
    fields: dict[str, Any], low: int | None, high: int | None, percent: int | None, words: str, api: APIClient
) -> None:
    publish(stock("point", "survey", 10), stock("other", "ministry", **fields))
    answer = compare(api, RESERVES)
    spread = answer["spread"]
    absolute = None if low is None or high is None else high - low

    assert (spread["low"], spread["high"], spread["absolute"], spread["percent"]) == (low, high, absolute, percent)
    assert (spread["ratio"] is None) == (percent is None)
    assert spread["explanation"] == words
    is_point = ("comparator" not in fields and "low" not in fields) or fields.get("comparator") == "~"
    assert (answer["claims"][1]["difference"]["value"] is None) != is_point


def test_bounds_on_both_sides_leave_no_spread(api: APIClient) -> None:
    publish(stock("least", "survey", comparator=">"), stock("most", "ministry", comparator="<"))
    spread = compare(api, RESERVES)["spread"]

    assert (spread["low"], spread["high"]) == (None, None)
    assert spread["explanation"] == "No claim sets a bound on either side."


def test_the_largest_and_the_smallest_number_can_be_compared(api: APIClient) -> None:
    publish(
        stock("large", "survey", "99999999999.9999", unit="Gt"),
        stock("small", "ministry", "0.001", unit="g"),
    )
    spread = compare(api, RESERVES)["spread"]

    assert (spread["low"], spread["high"]) == (1e-9, 99999999999.9999e9)
    assert spread["ratio"] == pytest.approx(99999999999.9999e18)


@pytest.mark.parametrize(("other", "expected"), [(11, False), (12, True)])
def test_a_difference_within_the_rounding_is_no_dispute(other: int, expected: bool, api: APIClient) -> None:
    publish(stock("first", "survey", 10), stock("second", "ministry", other))
    answer = compare(api, RESERVES)
    own = {claim["fact"]["disputed"] for claim in answer["claims"]}

    assert (
        {expected}
        == {answer["disputed"]}
        == own
        == {claim["difference"]["beyond_rounding"] for claim in answer["claims"][1:]}
    )
