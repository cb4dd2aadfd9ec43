"""Rows that differ from their table in what it leaves unstated: never added to it, never passed over in silence."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.endpoints import JSON, the_error
from tests.factories import make_country, make_source, publish
from tests.minerals.amounts import COUNTRIES, WITHHELD, by_place, draft, left_out, tons

pytestmark = pytest.mark.django_db

RESERVES, PRODUCTION = "/api/v1/reserves/summary/?mineral=alphite", "/api/v1/production/summary/?mineral=alphite"
CODED = {"reporting_code": "GKZ", "reporting_class": "A+B+C1"}


def table(*, coded: Any = None, **amounts: int) -> None:
    """Reserves under no reporting code, and Russia's under one of its own."""
    make_country("rus", "RUS")
    own = draft("reserve", "coded", "rus", coded or tons(50), basis="contained_metal", **CODED)
    others = (
        draft("reserve", f"alphite-{name}", name, tons(number), basis="contained_metal")
        for name, number in amounts.items()
    )
    publish(own, *others)


def test_a_row_under_a_code_of_its_own_does_not_keep_the_others_from_being_added(api: APIClient) -> None:
    table(chn=60, kaz=30, usa=10)
    summary = api.get(f"{RESERVES}&group_by=country").json()
    [apart] = summary["left_out"]

    assert {name: row["share"]["value"] for name, row in by_place(summary).items()} == {"chn": 60, "kaz": 30, "usa": 10}
    assert (apart["key"], apart["reason"], apart["instead"]) == ("coded", "stands_apart", None)
    assert "Its reporting_code is GKZ" in apart["explanation"]
    assert "reporting_code=GKZ adds it alone" in apart["explanation"]
    assert api.get(f"{RESERVES}&group_by=country&reporting_code=GKZ").json()["totals"][0]["total"]["value"] == 50


def test_grouped_by_the_code_all_are_answered(api: APIClient) -> None:
    table(chn=60, kaz=30, usa=10)
    for query in ("&group_by=country,reporting_code,reporting_class", ""):
        summary = api.get(f"{RESERVES}{query}").json()

        assert sorted(total["total"]["value"] for total in summary["totals"]) == [50, 100]
        assert summary["left_out"] == []


def test_where_no_group_is_clearly_the_table_the_sum_is_refused(api: APIClient) -> None:
    table(chn=60, kaz=30)
    error = the_error(api.get(f"{RESERVES}&group_by=country"))

    assert (error["parameter"], error["allowed"]) == ("reporting_code", ["GKZ", "null"])


@pytest.mark.parametrize(
    "query", ["reporting_code=null", "reporting_class=null", "reporting_code=null&country=rus,chn"]
)
def test_what_a_filter_for_the_unstated_passes_over_is_named(query: str, api: APIClient) -> None:
    table(chn=60)
    summary = api.get(f"{RESERVES}&group_by=country&{query}").json()

    assert list(by_place(summary)) == ["chn"]
    assert left_out(summary) == {"coded": "stands_apart"}


@pytest.mark.parametrize(
    "query", ["reporting_code=null&country=chn", "reporting_code=GKZ", "reporting_code=null&key=alphite-chn"]
)
def test_what_was_not_asked_for_is_not_named(query: str, api: APIClient) -> None:
    table(chn=60)

    assert left_out(api.get(f"{RESERVES}&group_by=country&{query}").json()) == {}


def test_a_form_of_its_own_stands_apart_with_or_without_an_amount(api: APIClient) -> None:
    fields: JSON = {"basis": "contained_metal", "stage": "refinery", "period": "2024"}
    plain = [draft("production", f"plain-{name}", name, tons(10), **fields) for name in COUNTRIES]
    for iso3 in ("SWE", "JPN", "CAN"):
        make_country(iso3.lower(), iso3)
    more = [draft("production", f"plain-{name}", name, tons(10), **fields) for name in ("jpn", "can")]
    apart = [
        draft("production", "concentrate", "swe", tons(46), form="concentrate", **fields),
        draft("production", "telluride", "usa", WITHHELD, form="telluride", **fields),
    ]
    publish(*plain, *more, *apart)
    for query in ("", "&form=null"):
        summary = api.get(f"{PRODUCTION}&group_by=country{query}").json()

        assert summary["totals"][0]["total"]["value"] == 60
        assert left_out(summary) == {"concentrate": "stands_apart", "telluride": "stands_apart"}


def test_a_country_with_a_row_of_its_own_code_is_not_held_by_the_rest_of_the_world(api: APIClient) -> None:
    """Its source names it, if apart from the table, so that another source's claim on it may be added."""
    make_country("rus", "RUS")
    publish(draft("reserve", "coded", "rus", tons(50), basis="contained_metal", **CODED))
    publish(
        *(draft("reserve", f"a-{n}", n, tons(10), basis="contained_metal") for n in ("chn", "kaz", "rest_of_world"))
    )
    publish(draft("reserve", "other", "rus", tons(40), basis="contained_metal", source=make_source("other")))
    summary = api.get(f"{RESERVES}&group_by=country,scope").json()

    assert by_place(summary)["rus"]["keys"] == ["other"]
    assert left_out(summary) == {"coded": "stands_apart"}


def test_a_stated_total_has_the_note_of_its_fact(api: APIClient) -> None:
    note = "World total, rounded by the source. Without U.S. production."
    publish(draft("reserve", "kaz", "kaz", tons(1)), draft("reserve", "world", "world", tons(3), note=note))
    [stated] = api.get(RESERVES).json()["totals"][0]["stated_total"]

    assert (stated["key"], stated["note"]) == ("world", note)


@pytest.mark.parametrize(
    ("query", "apart"),
    [
        ("reserves/summary/?mineral=platinum-group-metals&group_by=country", "rus-platinum-group-metals-reserves-2025"),
        ("reserves/summary/?mineral=iron&basis=ore&group_by=country", "ukr-iron-ore-reserves-2025"),
        (
            "production/summary/?mineral=tellurium&measure=output&year=2024&group_by=country",
            "swe-tellurium-refinery-production-2024",
        ),
    ],
)
def test_the_tables_of_the_survey_are_added(query: str, apart: str, api: APIClient) -> None:
    assert left_out(api.get(f"/api/v1/{query}").json())[f"{apart}-usgs-mcs2026"] == "stands_apart"


def test_what_really_differs_is_refused_as_before(api: APIClient) -> None:
    error = the_error(api.get("/api/v1/production/summary/?mineral=silicon&year=2024&group_by=country"))

    assert (error["parameter"], error["code"]) == ("form", "mixed-figures")
