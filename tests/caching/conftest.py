"""A cache in front of Django that tests can ask as a server would."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from minerals_api.caching.middleware import RevisionCache
from minerals_api.caching.newest import newest_of_database
from tests.caching.asking import Counting

BUDGET = 1_000_000


@pytest.fixture
def django_alone(settings: Any) -> Counting:
    settings.RATE_LIMIT = ""
    return Counting(WSGIHandler())


@pytest.fixture
def django(django_alone: Counting, one_connection: None) -> Counting:
    """Django inside the transaction of a test."""
    return django_alone


@pytest.fixture
def cache(django: Counting) -> RevisionCache:
    """A cache over the shipped dataset, which stays at one state."""
    return RevisionCache(django, lambda: b"1", budget=BUDGET)


@pytest.fixture
def live_cache(transactional_db: None, django_alone: Counting) -> Iterator[RevisionCache]:
    """A cache that reads the newest state from the database, as others commit to it."""
    newest = newest_of_database()
    assert newest is not None
    yield RevisionCache(django_alone, newest, budget=BUDGET)
    newest.close()  # type: ignore[attr-defined]
