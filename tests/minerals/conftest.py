"""What the tests of sums share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import openapi


@pytest.fixture
def summed(api: APIClient) -> Callable[..., dict[str, Any]]:
    """Gets a summary of the reserves of the made-up mineral, which has to fit the OpenAPI document."""

    def get(query: str = "group_by=country", kind: str = "reserves") -> dict[str, Any]:
        response = api.get(f"/api/v1/{kind}/summary/?mineral=alphite&{query}")
        assert response.status_code == 200, response.json()
        openapi.validate(response)
        return response.json()

    return get
