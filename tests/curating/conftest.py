"""What the tests of the curators' desk share."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.curating.files import log_in

CURATOR = (
    *("view_reserve", "add_reserve", "change_reserve", "view_event", "add_event", "change_event"),
    *("view_source", "add_source", "change_source", "view_mineral", "add_mineral", "change_mineral"),
)


@pytest.fixture
def importer(db: None) -> Client:
    """Someone who may enter and change some facts and records, and publish nothing."""
    return log_in("curator", CURATOR)
