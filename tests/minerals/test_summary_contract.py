"""What every summary promises, and what it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from minerals.summing.counting import REASONS, Figure
from minerals.summing.summaries import Summary
from minerals.summing.sums import interval_of
from minerals.summing.views import AddingViewSet
from minerals.views import ReserveViewSet
from sources import ledger
from tests import openapi
from tests.endpoints import MOST, WITH_SUMS, Endpoint, each, pages_of, refused, the_error
from tests.factories import make_country, make_fact, make_mineral, make_source, publish
from tests.minerals.amounts import COUNTRIES, JSON, NOTHING, WITHHELD, by_place, draft, left_out, reserves, tons

pytestmark = pytest.mark.django_db


# What is refused


def mixed() -> None:
    publish(
        draft("reserve", "metal", "chn", tons(1), basis="contained_metal"),
        draft("reserve", "gross", "kaz", tons(2), basis="gross_weight"),
        draft("reserve", "classed", "kaz", tons(3), basis="gross_weight", reporting_code="JORC"),
    )


def test_figures_of_several_bases_are_refused_with_what_settles_it(api: APIClient, summed: Any) -> None:
    mixed()
    response = api.get("/api/v1/reserves/summary/?mineral=alphite&group_by=mineral")
    errors = refused(response)
    openapi.validate(response)

    assert response.json()["type"] == "/problems/mixed-figures"
    assert [(e["parameter"], e["code"], e["allowed"]) for e in errors] == [
        ("basis", "mixed-figures", ["contained_metal", "gross_weight"]),
        ("reporting_code", "mixed-figures", ["JORC", "null"]),
    ]
    assert all("group_by=mineral,basis,reporting_code" in error["detail"] for error in errors)
    assert len(summed("group_by=mineral,basis,reporting_code")["results"]) == 3
    assert summed("group_by=mineral&basis=gross_weight&reporting_code=null")["totals"][0]["total"]["value"] == 2


def test_countries_are_not_compared_across_bases(api: APIClient, summed: Any) -> None:
    """Each would be the first, with all of its own total."""
    mixed()
    address = "/api/v1/reserves/summary/?mineral=alphite&reporting_code=null&group_by=country"
    error = the_error(api.get(address))
    rows = by_place(summed("reporting_code=null&group_by=country,basis"))

    assert (error["parameter"], error["allowed"]) == ("basis", ["contained_metal", "gross_weight"])
    assert {name: (row["basis"], row["rank"]["value"]) for name, row in rows.items()} == {
        "chn": ("contained_metal", 1),
        "kaz": ("gross_weight", 1),
    }


def test_figures_in_several_units_are_refused(api: APIClient) -> None:
    publish(draft("production", "year", "chn", tons(1)), draft("production", "rate", "kaz", tons(1, unit="t/a")))
    error = the_error(api.get("/api/v1/production/summary/?mineral=alphite&group_by=mineral"))

    assert (error["parameter"], error["code"], error["allowed"]) == ("base_unit", "mixed-units", ["t", "t/a"])


def test_only_what_a_filter_takes_is_offered(api: APIClient) -> None:
    """Nothing finds what names no mineral, so that it can only be grouped by."""
    nameless = make_fact("production", "nameless", mineral=None, form="alphite and others")
    publish(draft("production", "named", "chn", tons(1), form="alphite and others"), nameless)
    errors = refused(api.get("/api/v1/production/summary/?form=alphite and others&group_by=year"))

    assert [(error["parameter"], error["allowed"]) for error in errors] == [("mineral", ["alphite"])]


@each(WITH_SUMS)
@pytest.mark.parametrize(
    ("value", "code", "nearest"),
    [
        ("contry", "invalid-value", "country"),
        ("note", "invalid-value", None),
        ("country,country", "contradiction", None),
        ("country,,basis", "invalid-value", None),
    ],
)
def test_what_can_not_be_grouped_by(endpoint: Endpoint, value: str, code: str, nearest: str | None, api: APIClient):
    error = the_error(api.get(f"{endpoint.address}summary/?group_by={value}"))

    assert (error["parameter"], error["code"], error["nearest"]) == ("group_by", code, nearest)
    assert code == "contradiction" or error["allowed"] == list(endpoint.viewset.addition.words)


@each(WITH_SUMS)
def test_a_summary_takes_the_filters_of_the_list(endpoint: Endpoint, api: APIClient) -> None:
    address = f"{endpoint.address}summary/"
    [error] = refused(api.get(f"{address}?page_size=10"))

    assert error["allowed"] == sorted(["format", "style", "revision", "group_by", "unit", *endpoint.filters])
    assert the_error(api.get(f"{address}?group_by=country&group_by=mineral"))["code"] == "repeated-parameter"
    assert the_error(api.get(f"{address}?country=Kazakstan"))["parameter"] == "country"


@each(WITH_SUMS)
def test_every_dimension_can_be_settled_by_a_filter(endpoint: Endpoint) -> None:
    assert set(endpoint.viewset.addition.words) <= endpoint.filters.keys()


@each(WITH_SUMS)
@pytest.mark.parametrize("group_by", ["country", "mineral", "year", "base_unit"])
def test_a_refusal_says_how_to_ask(endpoint: Endpoint, group_by: str, api: APIClient) -> None:
    mixed()
    response = api.get(f"{endpoint.address}summary/?group_by={group_by}")
    for error in response.json().get("errors", ()):
        suggested = error["detail"].rpartition("group_by=")[2].rstrip(".")
        chosen = "&".join(f"{one['parameter']}={one['allowed'][0]}" for one in response.json()["errors"])

        assert api.get(f"{endpoint.address}summary/?group_by={suggested}").status_code == 200
        assert api.get(f"{endpoint.address}summary/?group_by={group_by}&{chosen}").status_code == 200


def test_more_rows_than_a_person_can_read_are_refused(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reserves(chn=tons(1), kaz=tons(2))
    for name in ("MOST_ROWS", "MOST_FACTS"):
        with monkeypatch.context() as patch:
            patch.setattr(f"minerals.summing.summaries.{name}", 1)
            error = the_error(api.get("/api/v1/reserves/summary/?mineral=alphite&group_by=country"))

        assert (error["parameter"], "more than 1" in error["detail"]) == ("group_by", True)


# What holds for every summary


@each(WITH_SUMS)
def test_every_fact_is_behind_a_number_or_left_out_with_a_reason(endpoint: Endpoint, api: APIClient) -> None:
    mixed()
    reserves(usa=WITHHELD, aus=tons(3), world=tons(100), rest_of_world=tons(2))
    pages = pages_of(f"{endpoint.address}?claims=all&page_size={MOST}&fields=key", api.get)
    summary = api.get(f"{endpoint.address}summary/").json()
    rows = [key for row in summary["results"] for key in row["keys"]]
    totals = [key for row in summary["totals"] for key in row["keys"]]
    stated = [stated["key"] for row in summary["totals"] for stated in row["stated_total"]]

    assert sorted(rows) == sorted(totals)
    assert sorted([*rows, *stated, *left_out(summary)]) == [fact["key"] for page in pages for fact in page["results"]]
    assert set(left_out(summary).values()) <= REASONS.keys()


@each(WITH_SUMS)
def test_what_nothing_fits_is_an_empty_summary(endpoint: Endpoint, api: APIClient) -> None:
    summary = api.get(f"{endpoint.address}summary/?key=no-such-key&group_by=country").json()

    assert summary["count"] == 0
    assert all(summary[name] == [] for name in ("results", "totals", "left_out", "sources"))


def test_an_older_revision_is_summed_as_it_was(summed: Any) -> None:
    union = make_country("union", "", type="country")
    reserves(chn=tons(60), kaz=tons(40), union=tons(1))
    before = summed()
    assert before["count"] == 3
    kaz = ReserveViewSet.queryset.get(key="alphite-kaz")
    ledger.withdraw([kaz], author="curator", reason="Misread.")
    union.type = "bloc"
    union.save()
    ledger.record([union], author="curator", message="It is no country.")
    now = summed()

    assert (by_place(before)["kaz"]["share"]["value"], "kaz" in by_place(now)) == (pytest.approx(39.604), False)
    assert summed(f"group_by=country&revision={before['revision']}") == before
    assert now["revision"] == before["revision"] + 2
    assert (list(by_place(now)), left_out(now)) == (["chn"], {"alphite-union": "area_overlaps"})


def test_the_reasons_are_a_vocabulary(api: APIClient) -> None:
    words = api.get("/api/v1/vocabularies/left-out-reason/").json()["words"]

    assert {word["code"] for word in words} == REASONS.keys()


def test_a_year_keeps_stocks_of_different_years_apart(summed: Any) -> None:
    for year, number in (("2024", 5), ("2025", 8)):
        source = make_source(f"edition-{year}", published=f"{year}-12")
        publish(draft("reserve", f"kaz-{year}", "kaz", tons(number), source=source, period=year))

    assert [row["keys"] for row in summed("group_by=country")["results"]] == [["kaz-2025"]]
    assert [(row["year"], row["total"]["value"]) for row in summed("group_by=year")["results"]] == [
        (2024, 5),
        (2025, 8),
    ]


def test_exports_are_added_over_buyers_and_sellers(api: APIClient) -> None:
    sales = {("kaz", "chn"): 30, ("kaz", "usa"): 10, ("aus", "chn"): 20}
    for (seller, buyer), number in sales.items():
        fields: JSON = {"counterpart_scope": "country", "mineral": make_mineral("alphite"), "period": "2024"}
        fields |= {"country": make_country(seller, COUNTRIES[seller]), **tons(number)}
        fields |= {"counterpart": make_country(buyer, COUNTRIES[buyer])}
        publish(make_fact("trade", f"{seller}-to-{buyer}", **fields))
    address = "/api/v1/trade/summary/?mineral=alphite&group_by="
    sellers, buyers = (api.get(f"{address}{name}").json()["results"] for name in ("country", "counterpart"))
    [whole] = api.get(f"{address}mineral").json()["results"]

    assert [(row["country"]["slug"], row["total"]["value"], row["hhi"]["value"]) for row in sellers] == [
        ("kaz", 40, 6250),
        ("aus", 20, None),
    ]
    assert [(row["counterpart"]["slug"], row["share"]["value"]) for row in buyers] == [
        ("chn", 83.3333),
        ("usa", 16.6667),
    ]
    assert (whole["total"]["value"], whole["hhi"]) == (60, NOTHING)


@pytest.mark.parametrize("facts", [1, 12])
def test_a_summary_costs_as_many_queries_at_any_size(
    facts: int, api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish(*(draft("reserve", f"kaz-{number}", "kaz", tons(number)) for number in range(1, facts + 1)))
    address = "/api/v1/reserves/summary/?mineral=alphite&group_by=country"
    api.get(address)
    with django_assert_num_queries(3):
        api.get(address)


def test_the_views_that_add_are_known() -> None:
    assert {endpoint.name for endpoint in WITH_SUMS} == {"reserves", "production", "trade"}
    assert all(issubclass(endpoint.viewset, AddingViewSet) for endpoint in WITH_SUMS)


# Whatever the order of the facts


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(["chn", "kaz", "usa", "rest_of_world"]))
def test_the_order_of_entry_is_nothing_to_the_sum(order: list[str]) -> None:
    """Held on the facts as a view hands them over, so that no database sorts them first."""

    def figure(where: str, number: int) -> Figure:
        scope, country = (where, None) if where == "rest_of_world" else ("country", {"slug": where})
        quantity = {"comparator": "=", "availability": "reported", "base_unit": "t", "status": None}
        brief = {"key": "survey", "published": "2026"}
        body = {
            "key": where, "url": where, "rank": "normal", "year": None, "quantity": quantity,
            "citations": [{"source": brief}],
        }  # fmt: skip
        columns = dict.fromkeys(ReserveViewSet.addition.columns) | {"scope": scope, "country": country}
        columns |= {"mineral": {"slug": "alphite"}, "category": "reserves", "base_unit": "t"}
        return Figure(body, interval_of(quantity, Decimal(number), None, None), columns)

    amounts = {"chn": 5, "kaz": 3, "usa": 3, "rest_of_world": 1}
    summary = Summary(ReserveViewSet.addition, ("country",))
    expected = summary.of([figure(where, number) for where, number in amounts.items()], set(), frozenset())

    assert summary.of([figure(where, amounts[where]) for where in order], set(), frozenset()) == expected
