"""Who sits at the desk."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from minerals.models import Reserve
from tests.curating.desk import logged_in, person
from tests.curating.files import CURATOR, log_in
from tests.factories import make_reserve


@pytest.fixture
def importer(db: None) -> Client:
    """Someone who may enter and change some facts and records, and publish nothing."""
    return log_in("curator", CURATOR)


@pytest.fixture
def enterer(db: None) -> User:
    return person("curator", "curator")


@pytest.fixture
def curator(enterer: User) -> Client:
    return logged_in(enterer)


@pytest.fixture
def viewer(db: None) -> Client:
    return logged_in(person("viewer", "viewer"))


@pytest.fixture
def checker(db: None) -> User:
    return person("reviewer", "reviewer")


@pytest.fixture
def reviewer(checker: User) -> Client:
    return logged_in(checker)


@pytest.fixture
def superuser(db: None) -> Client:
    return logged_in(User.objects.create_superuser("superuser"))


@pytest.fixture
def draft(db: None) -> Reserve:
    """A draft that nobody at the desk has entered."""
    return make_reserve("kaz-zinc-reserves-test")
