"""Makes rival claims about a mineral and a country of the tests' own, and reads what `compare/` answers of them."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from rest_framework.test import APIClient

from minerals.models import Production, Reserve
from tests import openapi
from tests.endpoints import JSON, asking
from tests.factories import make_country, make_mineral, make_production, make_reserve, make_source

COMPARE = "/api/v1/compare/"
RESERVES: JSON = {"mineral": "testium", "country": "XTL", "measure": "reserves"}
OUTPUT: JSON = RESERVES | {"measure": "output"}


def subject() -> dict[str, Any]:
    return {"mineral": make_mineral("testium"), "country": make_country("testland", iso3="XTL")}


def stock(key: str, source: str, value: Any = 10, **fields: Any) -> Reserve:
    """A draft of what a source says that the country holds of the mineral of these tests."""
    return make_reserve(key, source=make_source(source), **subject() | _quantity(value) | fields)


def flow(key: str, source: str, value: Any = 10, **fields: Any) -> Production:
    """A draft of what a source says that the country makes of it."""
    return make_production(key, source=make_source(source), **subject() | _quantity(value) | fields)


def _quantity(value: Any) -> dict[str, Any]:
    return {"value": None if value is None else Decimal(str(value))}


def compare(api: APIClient, query: dict[str, Any] | str) -> JSON:
    """What is answered, after it was held against the OpenAPI document."""
    response = api.get(query if isinstance(query, str) else asking(COMPARE, query))
    assert response.status_code == HTTPStatus.OK, response.content.decode()
    openapi.validate(response)
    answer: JSON = response.json()
    return answer


def compared(answer: JSON) -> list[str]:
    return [claim["fact"]["key"] for claim in answer["claims"]]


def reasons(answer: JSON) -> dict[str, list[str]]:
    """By key of each claim left out, why it is."""
    return {one["fact"]["key"]: one["reasons"] for one in answer["left_out"]}


def explanations(answer: JSON) -> dict[str, str]:
    return {one["fact"]["key"]: one["explanation"] for one in answer["left_out"]}


def selects(answer: JSON) -> dict[str, Any]:
    return {one["fact"]["key"]: one["select"] for one in answer["left_out"]}
