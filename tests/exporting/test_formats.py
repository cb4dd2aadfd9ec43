"""What every format that holds a whole result promises, at every endpoint."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from sources import ledger
from sources.columns import columns_of, refuse_collisions
from sources.lines import cell, columns_of_kind
from sources.models import Fact
from sources.registry import fact_models, record_models
from tests import openapi
from tests.endpoints import (
    ENDPOINTS,
    MOST,
    OF_FACTS,
    WITH_DETAILS,
    WITH_PAGES,
    WITH_REVISIONS,
    Endpoint,
    Get,
    addresses_of,
    asking,
    each,
    first_row,
    formats_at,
    refused,
    rows_of,
    the_error,
)
from tests.factories import make_reserve, publish

pytestmark = pytest.mark.django_db

TEXT = ("csv", "ndjson")
FLAT = (*TEXT, "parquet", "xlsx")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
MOST_QUERIES = 3
"""The revision, the order, the rows."""


WITH_TABLES = [endpoint for endpoint in WITH_PAGES if endpoint.name != "changes"]
"""All lists whose rows have a name: a change has none, see test_made_tables.py."""


def in_format(address: str, name: str) -> str:
    return asking(address, {"format": name})


def tables_at(address: str, get: Get) -> list[str]:
    """The formats of tables that an address has."""
    return [name for name in formats_at(address, get) if name in MEDIA_TYPES]


# What is answered


@each(endpoint for endpoint in WITH_DETAILS if endpoint.name != "dataset/releases")
def test_every_list_and_detail_is_a_table(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        assert set(FLAT) <= set(tables_at(address, shipped))


@each(ENDPOINTS)
def test_every_format_fits_what_is_documented(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        for name in tables_at(address, shipped):
            response = shipped(in_format(address, name))

            assert response.status_code == HTTPStatus.OK
            assert response.headers["Content-Type"] == MEDIA_TYPES[name]
            openapi.validate(response)


@each(WITH_TABLES)
@pytest.mark.parametrize("name", FLAT)
def test_a_table_has_every_row_of_the_list_in_its_order(endpoint: Endpoint, name: str, shipped: Get) -> None:
    identity = endpoint.viewset.lookup_field
    table = openapi.rows_of_table(shipped(in_format(endpoint.address, name)))

    assert [str(row[identity]) for row in table] == [str(row[identity]) for row in rows_of(endpoint, shipped)]


@each(WITH_TABLES)
def test_every_order_is_that_of_the_pages(endpoint: Endpoint, shipped: Get) -> None:
    identity = endpoint.viewset.lookup_field
    for name in (name for name in endpoint.orderings if name != "value"):
        asked = asking(endpoint.address, {"ordering": f"-{name}", "fields": identity})
        page = shipped(asking(asked, {"page_size": MOST})).json()["results"]
        table = openapi.rows_of_table(shipped(in_format(asked, "ndjson")))

        assert table[: len(page)] == page


@each(WITH_TABLES)
def test_the_formats_agree(endpoint: Endpoint, shipped: Get) -> None:
    by_format = {name: openapi.rows_of_table(shipped(in_format(endpoint.address, name))) for name in FLAT}

    assert by_format["parquet"] == by_format["ndjson"]
    as_text = [{name: cell(value) for name, value in row.items()} for row in by_format["ndjson"]]
    assert by_format["csv"] == as_text
    shown = [{name: "" if value is None else value for name, value in row.items()} for row in by_format["xlsx"]]
    assert [list(row) for row in shown] == [list(row) for row in as_text]
    assert [row.get("key") for row in shown] == [row.get("key") for row in as_text]


@each(WITH_DETAILS)
def test_a_detail_is_its_row(endpoint: Endpoint, shipped: Get) -> None:
    if not endpoint.has_pages:
        pytest.skip("its table has a row for each word")
    row = first_row(endpoint, shipped)
    [alone] = openapi.rows_of_table(shipped(in_format(endpoint.address_of(row), "ndjson")))

    assert alone in openapi.rows_of_table(shipped(in_format(endpoint.address, "ndjson")))


@each(OF_FACTS)
def test_each_row_has_its_address_in_full(endpoint: Endpoint, shipped: Get) -> None:
    for row in openapi.rows_of_table(shipped(in_format(endpoint.address, "csv")))[:3]:
        assert row["url"].startswith("http://testserver/api/v1/")
        assert shipped(row["url"].removeprefix("http://testserver")).json()["key"] == row["key"]


@each(OF_FACTS)
def test_an_empty_result_has_its_line_of_names(endpoint: Endpoint, shipped: Get) -> None:
    address = asking(endpoint.address, {"key": "no-such-key"})
    names = [column.name for column in endpoint.viewset(action="list").get_columns()]

    assert shipped(in_format(address, "csv")).getvalue().decode() == f"{','.join(names)}\r\n"
    assert [openapi.rows_of_table(shipped(in_format(address, name))) for name in FLAT] == [[]] * len(FLAT)


@each(OF_FACTS)
def test_a_table_narrows_as_the_list_does(endpoint: Endpoint, shipped: Get) -> None:
    asked = asking(endpoint.address, {"q": "kazakhstan", "claims": "all"})
    page = shipped(asking(asked, {"page_size": MOST})).json()

    for name in TEXT:
        table = openapi.rows_of_table(shipped(in_format(asked, name)))
        assert len(table) == page["count"]
        assert [row["key"] for row in table[:MOST]] == [row["key"] for row in page["results"]]


@each(WITH_REVISIONS)
def test_an_older_revision(endpoint: Endpoint, shipped: Get) -> None:
    for name in tables_at(endpoint.address, shipped):
        response = shipped(asking(endpoint.address, {"format": name, "revision": 1}))

        assert response.headers["Dataset-Revision"] == "1"
        assert f'-r1.{name}"' in response.headers["Content-Disposition"]
        if endpoint.has_pages and name in FLAT:
            page = shipped(asking(endpoint.address, {"revision": 1, "page_size": MOST})).json()
            assert len(openapi.rows_of_table(response)) == page["count"]


@each(WITH_TABLES)
def test_columns_can_be_chosen(endpoint: Endpoint, shipped: Get) -> None:
    first, *_, last = (column.name for column in endpoint.viewset(action="list").get_columns())
    for name in FLAT:
        whole = openapi.rows_of_table(shipped(in_format(endpoint.address, name)))
        kept = openapi.rows_of_table(shipped(asking(endpoint.address, {"format": name, "fields": f"{last},{first}"})))
        rest = openapi.rows_of_table(shipped(asking(endpoint.address, {"format": name, "omit": last})))

        assert kept == [{first: row[first], last: row[last]} for row in whole]
        assert rest == [{key: value for key, value in row.items() if key != last} for row in whole]


# Headers


@each(ENDPOINTS)
def test_a_table_names_its_revision_and_its_licence(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        for name in tables_at(address, shipped):
            response = shipped(in_format(address, name))
            revision = response.headers["Dataset-Revision"]

            assert response.headers["Content-Disposition"].endswith(f'-r{revision}.{name}"')
            assert 'creativecommons.org/licenses/by/4.0/>; rel="license"' in response.headers["Link"]
            assert 'rel="describedby"' in response.headers["Link"]
            assert {"ETag", "Last-Modified", "Cache-Control"} <= set(response.headers.keys())


@each(ENDPOINTS)
def test_head_is_get_without_rows(endpoint: Endpoint, api: APIClient, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        for name in tables_at(address, shipped):
            got, headed = shipped(in_format(address, name)), api.head(in_format(address, name))

            assert headed.getvalue() == b""
            assert int(headed.headers.get("Content-Length", len(got.getvalue()))) == len(got.getvalue())
            assert {name: headed.headers[name] for name in got.headers} == dict(got.headers)


@each(WITH_TABLES)
def test_who_has_it_is_spared_it(
    endpoint: Endpoint, api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = in_format(endpoint.address, "csv")
    tag = api.get(address).headers["ETag"]
    with django_assert_max_num_queries(1):
        response = api.get(address, headers={"if-none-match": tag})

    assert (response.status_code, response.content) == (HTTPStatus.NOT_MODIFIED, b"")


@each(OF_FACTS)
def test_a_small_table_costs_few_queries(
    endpoint: Endpoint, api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    narrow = asking(endpoint.address, {"q": "kazakhstan", "page_size": 1})
    found = api.get(narrow).json()["results"]
    keys = [row["key"] for row in found] or ["none"]
    for address in (endpoint.address, asking(endpoint.address, {"key": keys[0]}), *map(endpoint.address_of, found)):
        with django_assert_max_num_queries(MOST_QUERIES):
            api.get(in_format(address, "csv")).getvalue()


# What is refused


@each(WITH_TABLES)
def test_a_page_of_a_whole_result(endpoint: Endpoint, api: APIClient) -> None:
    for name in FLAT:
        errors = refused(api.get(asking(endpoint.address, {"format": name, "page_size": "10", "cursor": "abc"})))

        assert {error["parameter"]: error["code"] for error in errors} == dict.fromkeys(
            ("page_size", "cursor"), "contradiction"
        )
        assert all(f"format={name}" in error["detail"] for error in errors)


@each(WITH_TABLES)
@pytest.mark.parametrize("parameter", ["fields", "omit"])
def test_a_column_that_is_not_there(endpoint: Endpoint, parameter: str, api: APIClient) -> None:
    *_, last = (column.name for column in endpoint.viewset(action="list").get_columns())
    error = the_error(api.get(asking(endpoint.address, {"format": "csv", parameter: f"{last}x"})))

    assert (error["parameter"], error["nearest"]) == (parameter, last)
    assert last in error["allowed"]


def test_columns_both_kept_and_left_out(api: APIClient) -> None:
    assert the_error(api.get("/api/v1/reserves/?format=csv&fields=key&omit=value"))["code"] == "contradiction"


@pytest.mark.parametrize("name", FLAT)
def test_what_is_not_there(name: str, api: APIClient) -> None:
    for address in ("reserves/no-such-key/", "reserves/no-such-key/history/", "sources/none/facts/", "minerals/none/"):
        response = api.get(f"/api/v1/{address}?format={name}")

        assert response.status_code == HTTPStatus.NOT_FOUND
        assert response.headers["Content-Type"] == "application/problem+json"


def test_what_was_withdrawn(api: APIClient) -> None:
    fact = make_reserve("kaz-zinc-withdrawn")
    publish(fact)
    ledger.withdraw([fact], author="curator", reason="Misread.")

    assert api.get("/api/v1/reserves/kaz-zinc-withdrawn/?format=csv").status_code == HTTPStatus.GONE
    [state] = openapi.rows_of_table(api.get("/api/v1/reserves/kaz-zinc-withdrawn/history/?format=csv"))
    assert state["left_reason"] == "Misread."


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("reserves/?format=geojson", 406),
        ("dataset/?format=csv", 406),
        ("?format=csv", 406),
        ("reserves/?format=cvs", 400),
    ],
)
def test_a_format_that_an_endpoint_lacks(address: str, status: int, api: APIClient) -> None:
    response = api.get(f"/api/v1/{address}")

    assert response.status_code == status
    assert "json" in response.json()["errors"][0]["allowed"]


@pytest.mark.parametrize("name", FLAT)
def test_accept_asks_as_format_does(name: str, api: APIClient) -> None:
    accept = MEDIA_TYPES[name].partition(";")[0]
    response = api.get("/api/v1/reserves/", headers={"accept": f"{accept};q=0.9, application/json;q=0.5"})

    assert response.headers["Content-Type"] == MEDIA_TYPES[name]


# Columns


@pytest.mark.parametrize("kind", [*fact_models(), *record_models()])
def test_no_two_columns_have_one_name(kind: str) -> None:
    columns = columns_of_kind(kind)

    refuse_collisions(columns)
    assert [column.name for column in columns if len(column.help_text.split()) < 2] == []


def test_a_column_means_the_same_in_every_kind_of_fact() -> None:
    types: dict[str, set[str]] = {}
    for kind in fact_models():
        for column in columns_of_kind(kind):
            types.setdefault(column.name, set()).add(column.type)

    assert [name for name, found in types.items() if len(found) > 1] == []


def test_all_kinds_together_have_every_column_once() -> None:
    endpoint = next(one for one in ENDPOINTS if one.name == "facts")
    together = [column.name for column in columns_of(endpoint.viewset(action="list").get_tables())]

    assert len(together) == len(set(together))
    assert set(together) == {column.name for kind in fact_models() for column in columns_of_kind(kind)}
    assert together[:5] == ["key", "kind", "version", "revision", "url"]
    assert together[-1] == "via_locators"


def test_a_colliding_column_is_refused() -> None:
    [column, *_] = columns_of_kind("reserve")

    with pytest.raises(ValueError, match="Two columns are named key"):
        refuse_collisions([column, column])


def test_facts_of_one_kind_are_the_same_among_all_kinds(shipped: Get) -> None:
    alone = openapi.rows_of_table(shipped("/api/v1/events/?format=ndjson"))
    among = openapi.rows_of_table(shipped("/api/v1/facts/?format=ndjson&kind=event"))

    assert [{name: row[name] for name in alone[0]} for row in among] == alone
    assert {row["latitude"] for row in among} == {None}


def test_citations_of_a_row_stay_aligned(shipped: Get) -> None:
    facts = {fact["key"]: fact for fact in rows_of(next(one for one in ENDPOINTS if one.name == "reserves"), shipped)}
    for row in openapi.rows_of_table(shipped("/api/v1/reserves/?format=ndjson")):
        citations = facts[row["key"]]["citations"]

        assert row["source_keys"].split(" | ") == [citation["source"]["key"] for citation in citations]
        if row["locators"] is not None:
            assert len(row["locators"].split(" | ")) == len(citations)


def test_stored_facts_are_all_there(shipped: Get) -> None:
    table = openapi.rows_of_table(shipped("/api/v1/facts/?format=ndjson&claims=all&fields=key"))

    assert {row["key"] for row in table} == set(Fact.objects.live().values_list("key", flat=True))
    assert json.loads(shipped("/api/v1/facts/?format=geojson&kind=location").getvalue())["type"] == "FeatureCollection"
