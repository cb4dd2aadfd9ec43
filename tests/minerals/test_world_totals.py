"""Sums of the shipped dataset, against totals that were worked out by hand from the tables of the source."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.usefixtures("dataset")


def the_total(api: APIClient, query: str) -> dict[str, Any]:
    response = api.get(f"/api/v1/{query}")
    assert response.status_code == 200, response.json()
    [total] = response.json()["totals"]
    return total


def the_rows(api: APIClient, query: str) -> dict[str, dict[str, Any]]:
    """The rows for countries, by code."""
    rows = api.get(f"/api/v1/{query}").json()["results"]
    return {row["country"]["iso3"]: row for row in rows if row["country"]}


def squares(total: int, *parts: int) -> float:
    """The sum of the squared percentages, worked out beside the code under test."""
    return sum((100 * part / total) ** 2 for part in parts)


def test_cobalt_is_added_whole(api: APIClient):
    query = "production/summary/?mineral=cobalt&stage=mine&year=2024&group_by=country"
    named = (200, 4_780, 3_350, 2_000, 226_000, 3_450, 35_000, 3_100, 2_630, 3_100, 8_000, 2_200)
    rest = 7_780
    total = the_total(api, query)

    # 200 + 4,780 + 3,350 + 2,000 + 226,000 + 3,450 + 35,000 + 3,100 + 2,630 + 3,100 + 8,000 + 2,200 + 7,780
    assert (total["total"]["comparator"], total["total"]["value"], total["total"]["unit"]) == ("=", 301_590, "t")
    assert total["stated_total"][0]["value"] == 302_000
    assert total["stated_total"][0]["difference"] == 410
    assert total["hhi"]["low"] == pytest.approx(squares(301_590, *named), abs=0.01)
    assert total["hhi"]["high"] == pytest.approx(squares(301_590, *named, rest), abs=0.01)
    assert total["statuses"]["estimated"] == total["facts"] == 13
    assert the_rows(api, query)["COD"]["share"]["value"] == 74.9362  # 226,000 / 301,590


def test_lithium_reserves_fall_short_of_the_rounded_total(api: APIClient):
    total = the_total(api, "reserves/summary/?mineral=lithium&group_by=country")

    # 4.4 + 4.4 + 8.4 + 0.54 + 1.6 + 9.2 + 4.6 + 0.37 + 0.06 + 0.5 + 2.4 million tons
    assert (total["total"]["comparator"], total["total"]["value"]) == ("=", 36_470_000)
    assert total["stated_total"][0]["difference"] == 530_000


def test_zinc_counts_the_disputed_country_once(api: APIClient):
    query = "reserves/summary/?mineral=zinc&group_by=country"
    total, answer = the_total(api, query), api.get(f"/api/v1/{query}").json()

    # 9.3 + 64 + 60 + 10 + 7.4 + 14 + 18 + 29 + 4.1 + 25 million tons; Bolivia's is not available
    assert (total["total"]["comparator"], total["total"]["value"]) == (">=", 240_800_000)
    assert total["states"]["not_available"] == 1
    assert the_rows(api, query)["KAZ"]["keys"] == ["kaz-zinc-reserves-2025-usgs-mcs2026"]
    assert [(one["key"], one["reason"], one["instead"]) for one in answer["left_out"]] == [
        ("kaz-zinc-reserves-aifc-2024", "another_claim_counts", "kaz-zinc-reserves-2025-usgs-mcs2026")
    ]


def test_rare_earths_follow_their_correction(api: APIClient):
    query = "reserves/summary/?mineral=rare-earths&category=reserves&group_by=country"
    before, after = the_total(api, f"{query}&revision=2"), the_total(api, f"{query}&revision=3")

    # 1.9 + 6.3 + 21 + 0.83 + 44 + 1.5 + 0.71 + 3.8 + 0.86 + 0.89 + 3.5 million tons, then 11 in place of 21
    assert (before["total"]["comparator"], before["total"]["value"]) == (">=", 85_290_000)
    assert (after["total"]["comparator"], after["total"]["value"]) == (">=", 75_290_000)
    assert [one["value"] for one in (before["stated_total"][0], after["stated_total"][0])] == [85_000_000, 75_000_000]
    assert after["states"]["not_available"] == 6
    assert after["hhi"]["value"] is None


def test_copper_is_more_concentrated_where_it_is_refined(api: APIClient):
    mined = "production/summary/?mineral=copper&stage=mine&year=2024&measure=output&group_by=country"
    refined = mined.replace("stage=mine", "stage=refinery")

    # kt: 1,050 + 765 + 515 + 5,510 + 1,840 + 2,990 + 27 + 1,010 + 724 + 717 + 2,740 + 400 + 1,020 + 823 + 2,850
    assert the_total(api, mined)["total"]["value"] == 22_981_000
    # kt: 921 + 434 + 324 + 1,940 + 12,400 + 2,560 + 597 + 545 + 349 + 1,570 + 498 + 604 + 489 + 385 + 589 + 896
    #     + 189 + 2,310
    assert the_total(api, refined)["total"]["value"] == 27_600_000
    assert the_total(api, mined)["hhi"]["high"] < the_total(api, refined)["hhi"]["low"]
    assert the_total(api, mined)["states"]["nil"] == 3
    assert the_rows(api, mined)["CHL"]["rank"] == {"comparator": "=", "value": 1}
    assert the_rows(api, refined)["CHN"]["share"]["value"] == 44.9275  # 12,400 / 27,600


def test_stages_and_bases_are_never_added(api: APIClient):
    response = api.get("/api/v1/production/summary/?mineral=copper&year=2024&measure=output&group_by=country")

    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert (error["parameter"], error["code"], error["allowed"]) == ("stage", "mixed-figures", ["mine", "refinery"])
