"""What every endpoint promises. The tests run over the router, so that a new endpoint has them by existing."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from itertools import zip_longest
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from sources.filters import (
    ChoiceFilter,
    EntityFilter,
    NumberFilter,
    SourceFilter,
    StrictFilter,
    YesNoFilter,
)
from tests.endpoints import (
    ENDPOINTS,
    FACTS,
    MOST,
    OF_ENTITIES,
    OF_FACTS,
    WITH_DETAILS,
    WITH_PAGES,
    WITH_REVISIONS,
    WITH_SHAPES,
    Endpoint,
    Get,
    addresses_of,
    asking,
    each,
    fields_at,
    refused,
    rows_of,
    shaped_addresses_of,
    the_error,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 3
"""The revision, the rows, and their number or the facts that go with them."""

NOT_TEXT = [b"\x00", b"zi\x00nc", "\ud800".encode(errors="surrogatepass"), b"\xff"]
WRONG_PAGE_SIZES = ["0", "501", "-1", "1.5", "ten", str(10**30)]
WRONG_REVISIONS = ["0", "999999", "-1", "1.5", "2020-01-01", "2024-02-30", "yesterday", "1e3", "²"]
WRONG_CURSORS = ["abc", "a:b:c", "null", "0"]
WRONG_NUMBERS = ["abc", "1e400", "NaN", "Infinity", "--1", "0x10", "1,2", str(10**30)]
FRACTION = "0.5"
WRITES = ["post", "put", "patch", "delete"]


NAMING = (EntityFilter, SourceFilter)
LONG = [endpoint for endpoint in WITH_PAGES if endpoint.name != "revisions"]
"""Those whose lists have more than one row in the shipped dataset."""


def parameters_but_format(endpoint: Endpoint) -> list[str]:
    return [name for name in endpoint.parameters if name != "format"]


def faults(api: APIClient, endpoint: Endpoint, given: Sequence[tuple[str, str | bytes]]) -> dict[str, str]:
    """By parameter, the kind of fault that a list finds in it."""
    if not given:
        return {}
    return {error["parameter"]: error["code"] for error in refused(api.get(f"{endpoint.path}?{urlencode(given)}"))}


# What is answered


@each(WITH_PAGES)
def test_a_list_is_a_page(endpoint: Endpoint, shipped: Get) -> None:
    page = shipped(f"{endpoint.address}?page_size={MOST}").json()

    assert list(page) == endpoint.page_fields
    assert [name for name in page if name != "until"] == ["count", "next", "previous", "results"]
    assert page["count"] == len(rows_of(endpoint, shipped)) > 0
    assert page["previous"] is None


@each(endpoint for endpoint in ENDPOINTS if not endpoint.has_pages)
def test_what_has_no_pages_is_answered_whole(endpoint: Endpoint, shipped: Get) -> None:
    response = shipped(endpoint.address)

    assert response.status_code == HTTPStatus.OK
    assert isinstance(response.json(), list if endpoint.has_details else dict)


@each(OF_FACTS)
def test_every_fact_cites_a_source(endpoint: Endpoint, shipped: Get) -> None:
    uncited = [
        row["key"]
        for row in rows_of(endpoint, shipped)
        if not row["citations"] or not all(citation["source"]["key"] for citation in row["citations"])
    ]

    assert uncited == []


@each(endpoint for endpoint in WITH_DETAILS if not endpoint.is_of_entities)
def test_every_row_is_its_detail(endpoint: Endpoint, shipped: Get) -> None:
    different = [row for row in rows_of(endpoint, shipped) if shipped(endpoint.address_of(row)).json() != row]

    assert different == []


@each(OF_ENTITIES)
def test_an_entity_shows_every_fact_that_names_it(endpoint: Endpoint, shipped: Get) -> None:
    facts = {fact["key"]: fact for fact in rows_of(FACTS, shipped)}
    for row in rows_of(endpoint, shipped):
        detail = shipped(endpoint.address_of(row)).json()
        shown = [fact for of_a_kind in detail["facts"].values() for fact in of_a_kind]
        linked = shipped(f"{detail['facts_url']}&page_size={MOST}").json()["results"] if shown else []

        assert {name: detail[name] for name in row} == row
        assert all(fact == facts[fact["key"]] for fact in shown)
        assert detail["facts_complete"]
        assert {fact["key"] for fact in shown} == {fact["key"] for fact in linked}


@each(ENDPOINTS)
def test_head_is_get_without_a_body(endpoint: Endpoint, api: APIClient) -> None:
    for address in addresses_of(endpoint, api.get):
        got, headed = api.get(address), api.head(address)

        assert (headed.status_code, headed.content) == (HTTPStatus.OK, b"")
        assert headed.headers["Content-Type"] == got.headers["Content-Type"]
        assert headed.headers["ETag"] == got.headers["ETag"]


@each(ENDPOINTS)
@pytest.mark.parametrize("method", WRITES)
def test_nothing_can_be_written(endpoint: Endpoint, method: str, api: APIClient) -> None:
    for address in addresses_of(endpoint, api.get):
        response = getattr(api, method)(address)

        assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@each(ENDPOINTS)
def test_a_format_that_nobody_has(endpoint: Endpoint, api: APIClient) -> None:
    for address in addresses_of(endpoint, api.get):
        response = api.get(address, headers={"accept": "image/png"})

        assert response.status_code == HTTPStatus.NOT_ACCEPTABLE
        assert "application/json" in response.json()["errors"][0]["allowed"]


@each(ENDPOINTS)
def test_pages_of_other_sites_may_read(endpoint: Endpoint, api: APIClient) -> None:
    response = api.get(endpoint.address, headers={"origin": "https://example.org"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Link", "Dataset-Revision"} <= set(response.headers["Access-Control-Expose-Headers"].split(", "))


# What it costs


@each(WITH_PAGES)
@pytest.mark.parametrize("page_size", [1, 200])
def test_a_page_costs_the_same_at_any_size(
    endpoint: Endpoint,
    page_size: int,
    api: APIClient,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    api.get(endpoint.address)
    with django_assert_max_num_queries(MOST_QUERIES):
        api.get(f"{endpoint.address}?page_size={page_size}")


@each(ENDPOINTS)
def test_an_answer_costs_few_queries(
    endpoint: Endpoint, api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for address in addresses_of(endpoint, api.get):
        api.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            api.get(address)


# What is refused


@each(ENDPOINTS)
def test_an_unknown_parameter(endpoint: Endpoint, api: APIClient) -> None:
    for address in addresses_of(endpoint, api.get):
        error = the_error(api.get(asking(address, {"formt": "json"})))

        assert (error["parameter"], error["code"]) == ("formt", "unknown-parameter")
        assert error["nearest"] == "format"
        assert "format" in error["allowed"]


@each(ENDPOINTS)
def test_the_parameters_allowed_are_all_that_there_are(endpoint: Endpoint, api: APIClient) -> None:
    error = the_error(api.get(asking(endpoint.address, {"no-such-parameter": 1})))

    assert error["allowed"] == sorted(endpoint.parameters)


@each(ENDPOINTS)
def test_every_parameter_can_be_given_once(endpoint: Endpoint, api: APIClient) -> None:
    names = parameters_but_format(endpoint)
    assert faults(api, endpoint, [(name, "1") for name in names * 2]) == dict.fromkeys(names, "repeated-parameter")


@each(ENDPOINTS)
@pytest.mark.parametrize("nothing", ["", " "])
def test_no_parameter_can_be_empty(endpoint: Endpoint, nothing: str, api: APIClient) -> None:
    names = parameters_but_format(endpoint)
    assert faults(api, endpoint, [(name, nothing) for name in names]) == dict.fromkeys(names, "invalid-value")


@each(ENDPOINTS)
@pytest.mark.parametrize("value", NOT_TEXT)
def test_no_parameter_takes_what_is_no_text(endpoint: Endpoint, value: bytes, api: APIClient) -> None:
    names = parameters_but_format(endpoint)
    assert faults(api, endpoint, [(name, value) for name in names]) == dict.fromkeys(names, "invalid-value")


@each(ENDPOINTS)
@pytest.mark.parametrize(
    "query", ["format=", "format=%00", "format=%ED%A0%80", "format=json&format=json", "format=xml"]
)
def test_a_format_is_told_first(endpoint: Endpoint, query: str, api: APIClient) -> None:
    assert the_error(api.get(f"{endpoint.path}?{query}"))["parameter"] == "format"


@each(ENDPOINTS)
@pytest.mark.parametrize("name", NOT_TEXT)
def test_a_name_that_is_no_text(endpoint: Endpoint, name: bytes, api: APIClient) -> None:
    assert the_error(api.get(asking(endpoint.address, [(name, 1)])))["code"] == "unknown-parameter"


@each(WITH_PAGES)
@pytest.mark.parametrize("value", WRONG_PAGE_SIZES)
def test_a_wrong_page_size(endpoint: Endpoint, value: str, api: APIClient) -> None:
    assert the_error(api.get(f"{endpoint.address}?page_size={value}"))["parameter"] == "page_size"


@each(WITH_REVISIONS)
@pytest.mark.parametrize("value", WRONG_REVISIONS)
def test_a_wrong_revision(endpoint: Endpoint, value: str, api: APIClient) -> None:
    for address in addresses_of(endpoint, api.get):
        assert the_error(api.get(asking(address, {"revision": value})))["parameter"] == "revision"


@each(WITH_SHAPES)
@pytest.mark.parametrize("name", ["fields", "omit"])
def test_a_field_that_is_not_there(endpoint: Endpoint, name: str, api: APIClient) -> None:
    for address in shaped_addresses_of(endpoint, api.get):
        *_, field = fields_at(address, api.get)
        error = the_error(api.get(asking(address, {name: f"{field}x"})))

        assert (error["parameter"], error["nearest"]) == (name, field)
        assert field in error["allowed"]


@each(WITH_SHAPES)
def test_fields_with_omit(endpoint: Endpoint, api: APIClient) -> None:
    for address in shaped_addresses_of(endpoint, api.get):
        *_, field = fields_at(address, api.get)

        assert the_error(api.get(asking(address, {"fields": field, "omit": field})))["code"] == "contradiction"


@each(WITH_PAGES)
def test_an_order_that_is_not_offered(endpoint: Endpoint, api: APIClient) -> None:
    for value in ("no_such_field", f"-{endpoint.orderings[0]}x", "-", ","):
        errors = refused(api.get(f"{endpoint.address}?ordering={value}"))

        assert errors[0]["parameter"] == "ordering"
        assert errors[0]["allowed"] == sorted(endpoint.orderings)


@each(WITH_PAGES)
def test_the_same_order_twice(endpoint: Endpoint, api: APIClient) -> None:
    [name, *_] = endpoint.orderings

    assert the_error(api.get(f"{endpoint.address}?ordering={name},-{name}"))["code"] == "contradiction"


@each(WITH_PAGES)
@pytest.mark.parametrize("cursor", WRONG_CURSORS)
def test_a_cursor_that_was_never_given(endpoint: Endpoint, cursor: str, api: APIClient) -> None:
    assert the_error(api.get(f"{endpoint.address}?cursor={cursor}"))["code"] == "bad-cursor"


@each(LONG)
def test_a_forged_cursor(endpoint: Endpoint, api: APIClient) -> None:
    following = urlsplit(api.get(f"{endpoint.address}?page_size=1").json()["next"])
    [cursor] = parse_qs(following.query)["cursor"]
    for index in (0, len(cursor) // 2, len(cursor) - 2):
        forged = cursor[:index] + ("A" if cursor[index] != "A" else "B") + cursor[index + 1 :]

        assert the_error(api.get(f"{endpoint.address}?cursor={forged}"))["code"] == "bad-cursor"


@each(LONG)
def test_a_cursor_of_another_order(endpoint: Endpoint, api: APIClient) -> None:
    following = api.get(f"{endpoint.address}?page_size=1").json()["next"]

    assert the_error(api.get(f"{following}&ordering=-{endpoint.orderings[0]}"))["code"] == "bad-cursor"


def wrong_values(one: StrictFilter) -> list[str]:
    """Values that a filter of this kind can't take."""
    match one:
        case NumberFilter():
            return [*WRONG_NUMBERS, FRACTION] if one.schema["type"] == "integer" else WRONG_NUMBERS
        case YesNoFilter():
            return ["maybe", "1", "true,false", "null"]
        case ChoiceFilter():
            return ["no-such-thing-at-all", "actual,,planned", ","]
        case _:
            return [","]


@each(WITH_PAGES)
def test_a_value_of_the_wrong_type(endpoint: Endpoint, api: APIClient) -> None:
    wrong = {name: wrong_values(one) for name, one in endpoint.filters.items() if not isinstance(one, NAMING)}
    for values in zip_longest(*wrong.values()):
        given = [(name, value) for name, value in zip(wrong, values, strict=True) if value is not None]

        assert faults(api, endpoint, given) == {name: "invalid-value" for name, _ in given}


@each(OF_FACTS)
@pytest.mark.parametrize("value", ["no-such-thing-at-all", "zinc,,copper"])
def test_a_name_that_nothing_has(endpoint: Endpoint, value: str, api: APIClient) -> None:
    given = [(name, value) for name, one in endpoint.filters.items() if isinstance(one, NAMING)]

    assert faults(api, endpoint, given) == {name: "invalid-value" for name, _ in given}


@each(OF_FACTS)
def test_a_misspelt_entity_is_told_the_nearest(endpoint: Endpoint, api: APIClient) -> None:
    misspelt = {"mineral": "zinnc", "country": "Kazakstan", "source": "aifc-2024-07-08"}
    for name in misspelt.keys() & endpoint.filters.keys():
        error = the_error(api.get(f"{endpoint.address}?{name}={misspelt[name]}"))

        assert error["nearest"] in ("zinc", "Zinc", "Kazakhstan", "kaz", "aifc-2024-07-09")


@each(OF_FACTS)
def test_everything_that_is_wrong_is_said_at_once(endpoint: Endpoint, api: APIClient) -> None:
    errors = refused(api.get(f"{endpoint.address}?yaer=2024&page_size=0&disputed=maybe&rank=best"))

    assert {error["parameter"] for error in errors} == {"yaer", "page_size", "disputed", "rank"}
