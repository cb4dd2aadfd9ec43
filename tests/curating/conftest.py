"""What the tests of the curators' desk share."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.curating.files import CURATOR, log_in


@pytest.fixture
def importer(db: None) -> Client:
    """Someone who may enter and change some facts and records, and publish nothing."""
    return log_in("curator", CURATOR)
