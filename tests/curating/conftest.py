from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from minerals.models import Reserve
from tests.curating.desk import logged_in, person
from tests.factories import make_reserve


@pytest.fixture
def enterer(db: None) -> User:
    return person("curator", "curator")


@pytest.fixture
def curator(enterer: User) -> Client:
    return logged_in(enterer)


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
