"""What all tests share: the shipped dataset in the test database, a client, and the services that some need."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.http import HttpResponse
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from tests.keeping import KEPT

REDIS_URL = os.environ.get("CI_REDIS_URL", "redis://127.0.0.1:6379/15")
REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES", "") not in ("", "0")
SERVICES = {"postgresql": "PostgreSQL", "redis": "Redis", "chromium": "Chromium"}
MISSING = pytest.StashKey[dict[str, str]]()

# How long an example takes says more about the machine than about the code.
hypothesis_settings.register_profile("without-deadline", deadline=None)
hypothesis_settings.load_profile("without-deadline")


def pytest_configure(config: pytest.Config) -> None:
    """Find out which services are there; where all are required, stop before the first test."""
    reasons = {"postgresql": _why_no_postgresql(), "redis": _why_no_redis(), "chromium": _why_no_chromium()}
    config.stash[MISSING] = {marker: reason for marker, reason in reasons.items() if reason}
    if REQUIRE_SERVICES and config.stash[MISSING]:
        raise pytest.UsageError("REQUIRE_SERVICES is set, but " + "; ".join(config.stash[MISSING].values()))


def _why_no_postgresql() -> str:
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("postgresql"):
        return "DATABASE_URL names no PostgreSQL server"
    address = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"]}
    try:
        psycopg.connect(
            dbname="postgres",
            password=database["PASSWORD"] or None,
            connect_timeout=5,
            **{name: value for name, value in address.items() if value},
        ).close()
    except psycopg.OperationalError as error:
        return f"PostgreSQL can't be reached: {error}"
    return ""


def _why_no_redis() -> str:
    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        return f"Redis can't be reached at {REDIS_URL}: {error}"
    return ""


def _why_no_chromium() -> str:
    return "" if shutil.which("chromium") else "no program is named chromium"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for marker, reason in config.stash[MISSING].items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what a run without a service has not tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    untested = {marker: sum(marker in report.keywords for report in skipped) for marker in config.stash[MISSING]}
    if any(untested.values()):
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
    for marker, count in untested.items():
        if count:
            terminalreporter.write_line(
                f"{count} skipped for want of {SERVICES[marker]}: {config.stash[MISSING][marker]}",
                red=True,
            )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file, as in production: one in memory makes no writer wait for another."""
    if connection.vendor == "sqlite":
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Load the shipped dataset once. Every test reads it, and rolls back what it adds, or has it copied back."""
    from sources import names

    with django_db_blocker.unblock():
        call_command("load_dataset", verbosity=0)
        kept = KEPT[connection.vendor](tmp_path_factory.mktemp("loaded"))

    def copy_back(test_case: TransactionTestCase) -> None:
        kept.copy_back()
        names.forget()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", copy_back)
        yield
    if connection.vendor == "postgresql":
        # A server that a test has stopped may take a moment to leave, and no database in use can be dropped.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def _check_what_was_written() -> Iterator[None]:
    """Check the references of the whole database after a test, as Django does, only where it wrote anything."""
    check = SQLite.check_constraints

    def check_if_written(self: SQLite, table_names: Any = None) -> None:
        written = self.connection.total_changes if self.connection else None
        if table_names or written != vars(self).get("checked_at"):
            check(self, table_names)
            vars(self)["checked_at"] = written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLite, "check_constraints", check_if_written)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every test see one release, made by hand, and none of this machine."""
    from tests.releases.making import make_release

    shelf = tmp_path_factory.mktemp("releases")
    make_release(shelf)
    with override_settings(RELEASES_DIR=shelf):
        yield


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    """Counts are remembered by revision, and each test makes revisions of its own."""
    from sources import counts

    counts.forget()


@pytest.fixture
def dataset(db: None):
    """The newest revision of the shipped dataset."""
    from sources.models import Revision

    return Revision.objects.current()


@pytest.fixture
def api(db: None) -> APIClient:
    """A client of the API, over the shipped dataset."""
    return APIClient()


TABLES_AT_HAND = 24
"""Whole tables take megabytes: enough for one test to ask for each twice."""


@pytest.fixture(scope="session")
def shipped(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Callable[[str], HttpResponse]:
    """Gets an address of the API over the shipped dataset, each only once: for tests that change nothing."""
    client = APIClient()
    with override_settings(RATE_LIMIT=""):
        client.handler.load_middleware()

    def ask(address: str) -> HttpResponse:
        with django_db_blocker.unblock():
            response = client.get(address)
            if response.streaming:
                # A stream can be read once, and this answer is for many tests.
                content = response.getvalue()
                response.getvalue = lambda: content  # type: ignore[method-assign]
            return response

    pages, tables = cache(ask), lru_cache(maxsize=TABLES_AT_HAND)(ask)

    def get(address: str) -> HttpResponse:
        return tables(address) if "format=" in address else pages(address)

    return get


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Let the WSGI application keep the connection of the test, and so see its transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def redis_url() -> str:
    """A Redis database that tests may write to; a test that asks for it is marked `redis`."""
    return REDIS_URL
