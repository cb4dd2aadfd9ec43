"""The OpenAPI document is what the API does: it is up to date, all in it is described, and every answer fits it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from minerals_api.problems import MEDIA_TYPE
from sources import ledger
from sources.models import Fact
from sources.views import RevisionViewSet
from tests import openapi
from tests.endpoints import (
    ENDPOINTS,
    JSON,
    MOST,
    WITH_DETAILS,
    WITH_PAGES,
    WITH_SHAPES,
    Endpoint,
    Get,
    addresses_of,
    asking,
    each,
    fields_at,
    rows_of,
    shaped_addresses_of,
)

pytestmark = pytest.mark.django_db

OPERATIONS = [pytest.param(path, operation, id=operation["operationId"]) for path, operation in openapi.operations()]


# The document itself


def test_the_committed_document_is_up_to_date() -> None:
    committed = (settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert committed == openapi.generated(), "Run `make schema`, and commit docs/openapi.json."


def test_it_is_openapi_3_1() -> None:
    assert openapi.document()["openapi"].startswith("3.1.")


def test_every_endpoint_is_in_it(shipped: Get) -> None:
    addresses = [address for endpoint in ENDPOINTS for address in addresses_of(endpoint, shipped)]
    released = shipped("/api/v1/dataset/releases/").json()[0]["files"][0]["url"]

    assert {openapi.path_of(address) for address in [*addresses, released]} == openapi.document()["paths"].keys()


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_every_operation_is_described(path: str, operation: JSON) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert [
        name for name, answer in operation["responses"].items() if not openapi.resolved(answer)["description"]
    ] == []


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_every_parameter_is_described(path: str, operation: JSON) -> None:
    undescribed = [one["name"] for one in operation["parameters"] if len(one.get("description", "").split()) < 2]

    assert undescribed == []
    assert all("type" in one["schema"] or "enum" in one["schema"] for one in operation["parameters"])


def test_every_property_is_described() -> None:
    undescribed = [
        f"{place}: {name}"
        for place, node in openapi.objects(openapi.document()["components"]["schemas"])
        if isinstance(node.get("properties"), dict)
        for name, declared in node["properties"].items()
        if not openapi.resolved(declared).get("description")
    ]

    assert undescribed == []


def test_every_schema_is_described() -> None:
    schemas = openapi.document()["components"]["schemas"].items()

    assert [name for name, schema in schemas if not schema.get("description")] == []


def test_every_word_of_an_enumeration_is_described() -> None:
    """Where there are more than a few, that is: what a yes or no means, the field says."""
    undescribed = [
        f"{place}: {word}"
        for place, node in openapi.objects(openapi.document()["components"]["schemas"])
        for word in node.get("enum", ())
        if isinstance(node.get("enum"), list)
        and isinstance(word, str)
        and f"`{word}`" not in node.get("description", "")
    ]

    assert undescribed == []


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_errors_are_problems_with_examples(path: str, operation: JSON) -> None:
    errors = {status: openapi.resolved(answer) for status, answer in operation["responses"].items() if status >= "400"}

    assert {"400", "406", "429", "500"} <= errors.keys()
    for status, answer in errors.items():
        [(media_type, content)] = answer["content"].items()
        checks = openapi.validator(path, int(status), media_type, whole=True)

        assert media_type == MEDIA_TYPE
        assert content["examples"]
        for example in content["examples"].values():
            checks.validate(example["value"])
            assert str(example["value"]["status"]) == status


# What is answered


@each(WITH_PAGES)
def test_every_row_of_a_list_fits(endpoint: Endpoint, shipped: Get) -> None:
    address: str | None = f"{endpoint.address}?page_size={MOST}"
    while address:
        response = shipped(address)
        openapi.validate(response)
        address = response.json()["next"]


@each(endpoint for endpoint in ENDPOINTS if not endpoint.has_pages)
def test_what_has_no_pages_fits(endpoint: Endpoint, shipped: Get) -> None:
    openapi.validate(shipped(endpoint.address))


@each(WITH_DETAILS)
def test_every_detail_fits(endpoint: Endpoint, shipped: Get) -> None:
    for row in rows_of(endpoint, shipped):
        openapi.validate(shipped(endpoint.address_of(row)))


@each(WITH_DETAILS)
def test_what_hangs_on_a_detail_fits(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        openapi.validate(shipped(address))


@each(WITH_SHAPES)
@pytest.mark.parametrize("name", ["fields", "omit"])
def test_a_selection_fits(endpoint: Endpoint, name: str, shipped: Get) -> None:
    for address in shaped_addresses_of(endpoint, shipped):
        openapi.validate(shipped(asking(address, {name: fields_at(address, shipped)[0]})))


@pytest.mark.parametrize(
    ("status", "address"),
    [
        (400, "/api/v1/reserves/?contry=KAZ"),
        (400, "/api/v1/reserves/?rank=best"),
        (400, "/api/v1/reserves/?rank=normal&rank=normal"),
        (400, "/api/v1/reserves/?fields=key&omit=key"),
        (400, "/api/v1/figures/?ordering=value"),
        (400, "/api/v1/reserves/?cursor=abc"),
        (400, "/api/v1/reserves/?cursor=abc&contry=KAZ"),
        (400, "/api/v1/reserves/?format=jsn"),
        (404, "/api/v1/reserves/no-such-key/"),
        (404, "/api/v1/citations/no-such-key-c1/"),
        (404, "/api/v1/minerals/no-such-slug/"),
        (406, "/api/v1/reserves/?format=yaml"),
    ],
)
def test_a_problem_fits(status: int, address: str, shipped: Get) -> None:
    response = shipped(address)

    assert response.status_code == status
    openapi.validate(response)


def test_what_was_withdrawn_fits(api: APIClient) -> None:
    fact = Fact.objects.live().filter(kind="reserve").first()
    assert fact is not None
    ledger.withdraw([fact], author="curator", reason="Misread.")
    response = api.get(f"/api/v1/reserves/{fact.key}/")

    assert response.status_code == HTTPStatus.GONE
    openapi.validate(response)


def test_too_many_requests_fit(settings: Any) -> None:
    settings.RATE_LIMIT = "1/hour"
    client = APIClient()
    client.get("/api/v1/revisions/")
    response = client.get("/api/v1/revisions/")

    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    openapi.validate(response)


def test_a_failure_fits(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RevisionViewSet, "get_queryset", lambda view: 1 / 0)
    api.raise_request_exception = False
    response = api.get("/api/v1/revisions/")

    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    openapi.validate(response)


@each(ENDPOINTS)
def test_described_headers_are_sent(endpoint: Endpoint, api: APIClient) -> None:
    described = openapi.document()["paths"][endpoint.path]["get"]["responses"]["200"]["headers"]

    assert described.keys() <= set(api.get(endpoint.address).headers.keys())


# What is taken


@each(ENDPOINTS)
def test_the_parameters_described_are_those_taken(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        operation = openapi.document()["paths"][openapi.path_of(address)]["get"]
        described = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
        [error] = shipped(asking(address, {"no-such-parameter": 1})).json()["errors"]

        assert sorted(described) == error["allowed"]


@each(ENDPOINTS)
def test_the_examples_of_parameters_are_taken(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        for one in openapi.document()["paths"][openapi.path_of(address)]["get"]["parameters"]:
            if "example" in one:
                example = one["example"]
                value = ",".join(example) if isinstance(example, list) else example
                response = shipped(asking(address, {one["name"]: value}))

                assert response.status_code == HTTPStatus.OK, response.json()["detail"]
                openapi.validate(response)


@each(ENDPOINTS)
def test_every_word_offered_for_a_parameter_is_taken(endpoint: Endpoint, shipped: Get) -> None:
    for one in openapi.document()["paths"][endpoint.path]["get"]["parameters"]:
        for word in one["schema"].get("enum", ()):
            response = shipped(asking(endpoint.address, {one["name"]: word}))
            # A unit may be known, and yet not measure what all the figures of a list do.
            refused = [error["code"] for error in response.json().get("errors", ())] if one["name"] == "unit" else []
            assert response.status_code == HTTPStatus.OK or refused == ["mixed-units"]
