"""What the tests of importing and of sums share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from sources.dataset.rows import Package
from tests import openapi
from tests.usgs_excerpt import EXCERPT, bare, take


@pytest.fixture(scope="session")
def shared_bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare(tmp_path_factory.mktemp("bare") / "dataset")


@pytest.fixture
def empty(shared_bare: Path, tmp_path: Path) -> Path:
    """A dataset without a fact, to import into."""
    return shutil.copytree(shared_bare, tmp_path / "dataset")


@pytest.fixture
def taken(empty: Path) -> Package:
    return take(EXCERPT, empty)[1]


@pytest.fixture
def summed(api: APIClient) -> Callable[..., dict[str, Any]]:
    """Gets a summary of the reserves of the made-up mineral, which has to fit the OpenAPI document."""

    def get(query: str = "group_by=country", kind: str = "reserves") -> dict[str, Any]:
        response = api.get(f"/api/v1/{kind}/summary/?mineral=alphite&{query}")
        assert response.status_code == 200, response.json()
        openapi.validate(response)
        return response.json()

    return get
