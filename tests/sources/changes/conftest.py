"""What the tests of changes share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings
from rest_framework.test import APIClient

from sources import counts, guards, names
from tests.endpoints import Get

OURS = ("sources", "minerals", "projects")


@pytest.fixture
def get(db: None) -> Iterator[Get]:
    """Gets an address of the API, as often as it likes."""
    client = APIClient()
    with override_settings(RATE_LIMIT=""):
        client.handler.load_middleware()
        yield client.get


@pytest.fixture
def empty_dataset(db: None) -> None:
    """A dataset in which nothing was ever published: only a test may have that, for whom it is rolled back."""
    guards.remove()
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            model._default_manager.all()._raw_delete("default")
    connection.check_constraints()
    guards.install()
    names.forget()
    counts.forget()
