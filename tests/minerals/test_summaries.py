"""Summaries of a made-up mineral, each worked out by hand: what is added, and what never is."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.endpoints import the_error
from tests.factories import make_country, make_fact, make_mineral, make_source, publish
from tests.minerals.amounts import (
    NIL,
    NOTHING,
    WITHHELD,
    between,
    by_place,
    draft,
    left_out,
    reserves,
    slug,
    tons,
    written,
)

pytestmark = pytest.mark.django_db


# Totals, shares, places and concentration


def test_exact_amounts(summed: Any) -> None:
    reserves(chn=tons(50), kaz=tons(30), usa=tons(20), world=tons(101))
    summary = summed()
    rows = by_place(summary)

    assert list(rows) == ["chn", "kaz", "usa"]
    assert written(rows["kaz"]["total"]) == ("=", 30, 30, 30)
    assert rows["kaz"]["total"]["unit"] == "t"
    assert [written(row["share"]) for row in rows.values()] == [("=", s, s, s) for s in (50, 30, 20)]
    assert [row["rank"] for row in rows.values()] == [{"comparator": "=", "value": n} for n in (1, 2, 3)]
    assert rows["kaz"]["hhi"] == NOTHING
    assert rows["kaz"]["keys"] == ["alphite-kaz"]
    assert rows["kaz"]["sources"] == ["report-2024"]
    [whole] = summary["totals"]
    assert written(whole["total"]) == ("=", 100, 100, 100)
    assert written(whole["hhi"]) == ("=", 3800, 3800, 3800)
    [stated] = whole["stated_total"]
    assert (stated["key"], stated["value"], stated["difference"]) == ("alphite-world", 101, 1)
    assert summary["left_out"] == []
    assert [source["key"] for source in summary["sources"]] == ["report-2024"]


def test_the_rest_of_the_world_has_a_share_but_no_place(summed: Any) -> None:
    reserves(chn=tons(60), kaz=tons(20), rest_of_world=tons(20))
    summary = summed()
    rows = by_place(summary)

    assert list(rows) == ["chn", "kaz", "rest_of_world"]
    assert written(rows["rest_of_world"]["share"]) == ("=", 20, 20, 20)
    assert rows["rest_of_world"]["rank"] == {"comparator": None, "value": None}
    assert [row["rank"]["value"] for row in rows.values()] == [1, 2, None]
    assert written(summary["totals"][0]["hhi"]) == ("=", None, 4000, 4400)


def test_what_is_withheld_is_never_nothing(summed: Any) -> None:
    reserves(chn=tons(40), kaz=tons(10), usa=WITHHELD, aus=NIL)
    summary = summed()
    rows = by_place(summary)
    [whole] = summary["totals"]

    assert written(whole["total"]) == (">=", 50, 50, None)
    assert whole["states"] == {"reported": 2, "withheld": 1, "not_available": 0, "nil": 1, "unknown": 0}
    assert whole["hhi"] == NOTHING
    assert written(whole["hhi_of_known"]) == ("=", 6800, 6800, 6800)
    assert written(rows["chn"]["share"]) == ("<=", 80, 0, 80)
    assert written(rows["aus"]["share"]) == ("=", 0, 0, 0)
    assert written(rows["aus"]["total"]) == ("=", 0, 0, 0)
    assert (written(rows["usa"]["total"]), rows["usa"]["share"]) == ((None,) * 4, NOTHING)
    assert rows["usa"]["rank"] == {"comparator": None, "value": None}
    assert rows["chn"]["rank"] == {"comparator": ">=", "value": 1}


def test_ranges_and_bounds(summed: Any) -> None:
    reserves(chn=between(10, 20), kaz=tons(30), usa=tons("5", "<"))
    summary = summed()
    rows = by_place(summary)
    [whole] = summary["totals"]

    assert written(whole["total"]) == ("=", None, 40, 55)
    assert written(rows["usa"]["total"]) == ("<=", 5, 0, 5)
    assert written(rows["kaz"]["share"]) == ("=", None, 54.5454, 75)
    assert written(whole["hhi"]) == ("=", None, 3469.03, 7348.46)
    assert [row["rank"]["value"] for row in rows.values()] == [1, 2, 3]


def test_one_approximate_part_makes_the_total_approximate(summed: Any) -> None:
    reserves(chn=tons(10, "~"), kaz=tons("0.5"))
    summary = summed()

    assert written(summary["totals"][0]["total"]) == ("~", 10.5, 10.5, 10.5)
    assert written(by_place(summary)["kaz"]["share"]) == ("~", 4.7619, 4.7619, 4.7619)


def test_countries_are_added_where_they_are_not_grouped_by(summed: Any) -> None:
    reserves(chn=tons(60), kaz=tons(20), rest_of_world=tons(20))
    [row] = summed("group_by=mineral")["results"]
    scopes = summed("group_by=scope")["results"]

    assert (row["country"], row["scope"]) == (None, None)
    assert written(row["total"]) == ("=", 100, 100, 100)
    assert written(row["hhi"]) == ("=", None, 4000, 4400)
    assert (row["share"], row["rank"]["value"], row["facts"]) == (NOTHING, None, 3)
    assert [(one["scope"], one["total"]["value"]) for one in scopes] == [("country", 80), ("rest_of_world", 20)]


# One claim for each subject


def test_the_claim_of_the_most_recent_source_counts(summed: Any) -> None:
    old, new = make_source("old", published="2025-12"), make_source("new", published="2026-01-31")
    undated = make_source("undated")
    for key, source, number in (("a-old", old, 5), ("b-new", new, 8), ("c-undated", undated, 9)):
        publish(draft("reserve", key, "kaz", tons(number), source=source))
    summary = summed()

    assert written(by_place(summary)["kaz"]["total"]) == ("=", 8, 8, 8)
    assert left_out(summary) == {"a-old": "another_claim_counts", "c-undated": "another_claim_counts"}
    assert {one["instead"] for one in summary["left_out"]} == {"b-new"}
    assert "“b-new”" in summary["left_out"][0]["explanation"]
    assert "recent" in summary["left_out"][0]["explanation"]
    assert [source["key"] for source in summary["sources"]] == ["new"]


def test_of_sources_of_one_day_the_first_key_counts_and_says_so(summed: Any) -> None:
    for key in ("b", "a"):
        publish(draft("reserve", key, "kaz", tons(1), source=make_source(f"source-{key}", published="2026")))
    [other] = summed()["left_out"]

    assert (other["key"], other["instead"]) == ("b", "a")
    assert "same date" in other["explanation"]


def test_a_preferred_claim_counts_whatever_its_date(summed: Any) -> None:
    old, new = make_source("old", published="2020"), make_source("new", published="2026")
    why = {"rank": "preferred", "rank_reason": "It counted again."}
    publish(draft("reserve", "preferred", "kaz", tons(5), source=old, **why))
    publish(draft("reserve", "newer", "kaz", tons(8), source=new))
    publish(draft("reserve", "wrong", "kaz", tons(99), source=new, rank="deprecated", rank_reason="Misprint."))
    summary = summed()

    assert by_place(summary)["kaz"]["keys"] == ["preferred"]
    assert left_out(summary) == {"newer": "another_claim_counts", "wrong": "deprecated"}


def test_of_one_source_the_claim_about_the_later_year_counts(summed: Any) -> None:
    for key, year in (("a-earlier", "2024"), ("b-later", "2025")):
        publish(draft("reserve", key, "kaz", tons(1), source=make_source("edition", published="2026"), period=year))
    [other] = summed()["left_out"]

    assert (other["key"], other["instead"]) == ("a-earlier", "b-later")
    assert "later year" in other["explanation"]


def test_a_preference_stands_even_for_what_is_withheld(summed: Any) -> None:
    publish(draft("reserve", "withheld", "kaz", WITHHELD, rank="preferred", rank_reason="The other was a misreading."))
    publish(draft("reserve", "number", "kaz", tons(5)))

    assert by_place(summed())["kaz"]["keys"] == ["withheld"]


def test_what_a_newer_source_withholds_is_not_filled_from_an_older_one(summed: Any) -> None:
    publish(draft("reserve", "number", "kaz", tons(5), source=make_source("old", published="2020")))
    publish(draft("reserve", "withheld", "kaz", WITHHELD, source=make_source("new", published="2026")))

    publish(draft("reserve", "another", "chn", tons(2)))

    assert by_place(summed())["kaz"]["keys"] == ["withheld"]
    assert written(summed()["totals"][0]["total"]) == (">=", 2, 2, None)


def test_of_one_date_a_claim_with_an_amount_counts(summed: Any) -> None:
    publish(draft("reserve", "number", "kaz", tons(5), source=make_source("one", published="2026")))
    publish(draft("reserve", "a-withheld", "kaz", WITHHELD, source=make_source("other", published="2026")))

    assert by_place(summed())["kaz"]["keys"] == ["number"]


def test_of_one_source_the_later_valuation_counts(summed: Any) -> None:
    source = make_source("one", published="2026")
    publish(draft("reserve", "a-former", "kaz", tons(1), source=source, as_of="2020"))
    publish(draft("reserve", "later", "kaz", tons(9), source=source, as_of="2025"))

    assert by_place(summed())["kaz"]["keys"] == ["later"]


def test_an_unstated_basis_is_comparable_with_any(summed: Any) -> None:
    aifc, usgs = make_source("aifc", published="2026-07"), make_source("usgs", published="2026-01")
    publish(draft("reserve", "unstated", "kaz", tons(7), source=aifc))
    publish(draft("reserve", "stated", "kaz", tons(8), source=usgs, basis="contained_metal"))
    summary = summed()

    assert by_place(summary)["kaz"]["keys"] == ["stated"]
    assert left_out(summary) == {"unstated": "another_claim_counts"}


def test_an_unstated_basis_is_not_added_to_a_stated_one(summed: Any) -> None:
    publish(draft("reserve", "unstated", "kaz", tons(7)))
    publish(draft("reserve", "stated", "chn", tons(8), basis="contained_metal"))
    publish(draft("reserve", "withheld", "usa", WITHHELD))
    summary = summed()
    alone = summed("group_by=country&basis=null&availability=reported")

    assert left_out(summary) == {"unstated": "basis_unstated"}
    assert written(summary["totals"][0]["total"]) == (">=", 8, 8, None)
    assert (by_place(alone)["kaz"]["total"]["value"], alone["left_out"]) == (7, [])


# What is never added


def test_shares_and_rates_are_no_amounts(summed: Any) -> None:
    publish(
        draft("reserve", "amount", "kaz", tons(5)),
        draft("reserve", "share", "chn", tons(30, unit="percent")),
        draft("reserve", "grade", "usa", tons(30, unit="g/t")),
    )
    summary = summed()

    assert list(by_place(summary)) == ["kaz"]
    assert left_out(summary) == {"share": "share", "grade": "rate"}


def test_plans_are_added_only_where_they_are_asked_for(summed: Any) -> None:
    quantities = {"chn": tons(1, status="actual"), "kaz": tons(2, status="estimated"), "usa": tons(4)}
    publish(*(draft("production", f"alphite-{where}", where, q) for where, q in quantities.items()))
    publish(draft("production", "plan", "aus", tons(8, status="planned")))
    [whole] = (summary := summed(kind="production"))["totals"]
    plans = summed("group_by=country&status=PLANNED", kind="production")

    assert whole["total"]["value"] == 7
    assert {name: n for name, n in whole["statuses"].items() if n} == {"actual": 1, "estimated": 1, "unstated": 1}
    assert left_out(summary) == {"plan": "not_realised"}
    assert (by_place(plans)["aus"]["total"]["value"], plans["left_out"]) == (8, [])
    assert left_out(summed("group_by=country&status=planned,actual", kind="production")) == {"plan": "not_realised"}


def test_a_bloc_is_not_added_to_countries(summed: Any) -> None:
    make_country("union", "", type="bloc")
    reserves(chn=tons(5), union=tons(9))

    assert left_out(summed()) == {"alphite-union": "area_overlaps"}
    assert by_place(summed("group_by=country&country=union"))["union"]["total"]["value"] == 9


def test_a_country_that_the_rest_of_the_world_holds_is_not_added_again(summed: Any) -> None:
    usgs, other = make_source("usgs", published="2025"), make_source("other", published="2026")
    for where, number in (("chn", 60), ("rest_of_world", 20)):
        publish(draft("reserve", f"usgs-{slug(where)}", where, tons(number), source=usgs))
    publish(draft("reserve", "other-chn", "chn", tons(50), source=other))
    publish(draft("reserve", "other-kaz", "kaz", tons(10), source=other))
    summary = summed()

    assert {name: row["total"]["value"] for name, row in by_place(summary).items()} == {"chn": 50, "rest_of_world": 20}
    assert left_out(summary) == {"other-kaz": "in_rest_of_world", "usgs-chn": "another_claim_counts"}
    assert summary["left_out"][0]["instead"] == "usgs-rest-of-world"
    assert list(by_place(summed("group_by=country&country=kaz"))) == ["kaz"]


def test_a_rest_of_the_world_holds_nothing_on_another_basis(summed: Any) -> None:
    usgs, other = make_source("usgs", published="2025"), make_source("other", published="2026")
    publish(draft("reserve", "rest", "rest_of_world", tons(20), source=usgs, basis="ore"))
    publish(draft("reserve", "metal", "kaz", tons(10), source=other, basis="contained_metal"))

    assert summed("group_by=country,basis")["left_out"] == []


def test_a_world_total_stands_beside_or_is_left_out(summed: Any) -> None:
    publish(draft("reserve", "beside", "world", tons(9)), draft("reserve", "part", "kaz", tons(9)))
    publish(draft("reserve", "resources", "world", tons(90), category="resources"))
    summary = summed("group_by=country,category")

    assert [stated["key"] for whole in summary["totals"] for stated in whole["stated_total"]] == ["beside"]
    assert left_out(summary) == {"resources": "world"}


def test_a_group_is_never_added_to_its_members(api: APIClient) -> None:
    group, member = make_mineral("group", type="group"), make_mineral("member")
    publish(make_fact("membership", "member-of-group", group=group, member=member))
    publish(draft("reserve", "of-group", "kaz", tons(9), mineral=group))
    publish(draft("reserve", "of-member", "kaz", tons(4), mineral=member))
    address = "/api/v1/reserves/summary/?mineral=group,member&group_by="

    assert the_error(api.get(f"{address}country"))["allowed"] == ["group", "member"]
    assert [row["total"]["value"] for row in api.get(f"{address}mineral").json()["results"]] == [9, 4]
