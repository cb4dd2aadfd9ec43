"""The newest state is read from the database itself: whatever another connection commits is seen at once."""

import gc
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
from time import sleep

import pytest
from django.db import connection

from minerals_api.caching import behind_cache
from minerals_api.caching.newest import (
    LOOK_AGAIN,
    Newest,
    NewestOfPostgreSQL,
    NewestOfSQLite,
    State,
    newest_of_database,
)
from sources.models import Revision

TABLES = """
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, applied TEXT NOT NULL);
CREATE TABLE sources_revision (number INTEGER PRIMARY KEY, created TEXT NOT NULL);
CREATE TABLE draft (id INTEGER PRIMARY KEY);
"""
REVISION = "INSERT INTO sources_revision VALUES ({0}, '2026-11-{0:02}')"


def make(path: Path, *, journal: str = "WAL", migrated: str = "2026-01-01", revisions: int = 1) -> Path:
    """A database with as much of the ledger as is read."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(f"PRAGMA journal_mode={journal}")
    database.executescript(TABLES)
    database.execute("INSERT INTO django_migrations VALUES (1, ?)", [migrated])
    for number in range(1, revisions + 1):
        database.execute(REVISION.format(number))
    database.close()
    return path


@pytest.fixture(params=["WAL", "DELETE"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return make(tmp_path / "a ledger?.sqlite3", journal=request.param)


@pytest.fixture
def newest(path: Path) -> Iterator[NewestOfSQLite]:
    newest = NewestOfSQLite(str(path), look_again=0)
    yield newest
    newest.close()


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    writer = sqlite3.connect(path, isolation_level=None)
    yield writer
    writer.close()


def test_a_revision_is_seen_when_it_is_committed(newest: Newest, writer: sqlite3.Connection):
    states = [newest()]
    for number in range(2, 9):
        writer.execute("BEGIN")
        writer.execute(REVISION.format(number))
        assert newest() == states[-1]
        writer.execute("COMMIT")
        states.append(newest())

    assert None not in states
    assert len(set(states)) == 8


def test_what_was_rolled_back_is_not_seen(newest: Newest, writer: sqlite3.Connection):
    before = newest()
    writer.execute("BEGIN")
    writer.execute(REVISION.format(2))
    writer.execute("ROLLBACK")

    assert newest() == before


def test_drafts_change_nothing(newest: Newest, writer: sqlite3.Connection):
    before = newest()
    writer.execute("INSERT INTO draft VALUES (1)")

    assert newest() == before


def test_another_process_is_seen(newest: Newest, path: Path):
    before = newest()
    code = f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute({REVISION.format(2)!r}); c.commit()"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)

    assert newest() not in (before, None)


def test_a_log_that_begins_anew_is_seen(newest: Newest, writer: sqlite3.Connection):
    states = []
    for number in range(2, 9):
        writer.execute("PRAGMA wal_checkpoint(RESTART)")
        writer.execute(REVISION.format(number))
        states.append(newest())

    assert len(set(states)) == 7


def test_a_reader_that_ends_takes_no_lock_from_a_writer(path: Path, writer: sqlite3.Connection):
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0); c.execute('BEGIN IMMEDIATE')"
    NewestOfSQLite(str(path))()
    writer.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        newest = NewestOfSQLite(str(path))
        newest()
        newest.close()
        del newest
        gc.collect()
    other = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)

    assert "database is locked" in other.stderr


def test_another_file_is_seen_in_a_moment_without_looking_at_every_request(path: Path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("minerals_api.caching.newest.monotonic", lambda: clock[0])
    newest = NewestOfSQLite(str(path))
    before = newest()
    rename_over(path)
    clock[0] += LOOK_AGAIN

    assert newest() not in (before, None)


def test_a_checkpoint_changes_nothing(newest: Newest, writer: sqlite3.Connection):
    writer.execute(REVISION.format(2))
    before = newest()
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert newest() == before
    writer.execute(REVISION.format(3))
    assert newest() != before


def delete(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def make_anew(path: Path) -> None:
    delete(path)
    make(path, revisions=2)


def make_anew_with_the_same_revisions(path: Path) -> None:
    delete(path)
    make(path, migrated="2026-01-02")


def rename_and_make_anew(path: Path) -> None:
    path.rename(path.with_name("old.sqlite3"))
    make(path, revisions=2)


def rename_over(path: Path) -> None:
    make(path.with_name("next.sqlite3"), revisions=2).replace(path)


@pytest.mark.parametrize("replace", [make_anew, make_anew_with_the_same_revisions, rename_and_make_anew, rename_over])
def test_a_file_that_was_replaced_is_seen(newest: Newest, path: Path, replace: Callable[[Path], None]):
    before = newest()
    replace(path)

    assert newest() not in (before, None)


def test_the_same_revisions_in_another_database_are_another_state(tmp_path: Path):
    paths = [
        make(tmp_path / "a.sqlite3"),
        make(tmp_path / "b.sqlite3", migrated="2026-01-02"),
        make(tmp_path / "c.sqlite3"),
    ]
    one, other, copy = [NewestOfSQLite(str(path))() for path in paths]

    assert one == copy
    assert one != other


def test_without_a_revision_there_is_no_state(tmp_path: Path):
    path = make(tmp_path / "empty.sqlite3", revisions=0)
    assert NewestOfSQLite(str(path))() is None


def test_a_file_that_is_not_there_is_no_state_until_it_is(tmp_path: Path, caplog):
    path = tmp_path / "later.sqlite3"
    newest = NewestOfSQLite(str(path), look_again=0)

    assert newest() is None
    assert "goes past the cache" in caplog.text
    assert not path.exists()
    make(path)
    assert newest() is not None
    delete(path)
    assert newest() is None


def test_every_thread_sees_it(newest: Newest, writer: sqlite3.Connection):
    with ThreadPoolExecutor(4) as threads:
        for number in range(2, 6):
            writer.execute(REVISION.format(number))
            states = {future.result() for future in [threads.submit(newest) for _ in range(20)]}
            assert states == {newest()}


@pytest.mark.parametrize("name", [":memory:", "file:memorydb_default?mode=memory&cache=shared"])
def test_a_database_in_memory_is_not_cached(monkeypatch, name: str):
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(connection.settings_dict, "NAME", name)
    monkeypatch.setattr(connection, "vendor", "sqlite")

    def application(environ, start_response):
        return []

    assert newest_of_database() is None
    assert behind_cache(application) is application


def test_no_bytes_is_no_cache(settings):
    settings.CACHE_BYTES = 0

    def application(environ, start_response):
        return []

    assert behind_cache(application) is application


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_to_postgresql_is_made_anew(caplog):
    newest = newest_of_database()
    assert newest is not None
    try:
        before = newest()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        lost, again = newest(), newest()
    finally:
        newest.close()  # type: ignore[attr-defined]
    assert before is not None
    assert (lost, again) == (None, before)
    assert "goes past the cache" in caplog.text


class CountingLock:
    """A lock that tells how many have come to it."""

    def __init__(self) -> None:
        self.came = 0
        self._lock = Lock()

    def __enter__(self) -> None:
        self.came += 1
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_reading_is_shared_only_with_those_who_came_before_it_began():
    newest = newest_of_database()
    assert isinstance(newest, NewestOfPostgreSQL)
    readings = []
    begun, go_on = Event(), Event()
    read = newest._read

    def slow() -> State | None:
        readings.append(read())
        begun.set()
        assert go_on.wait(10)
        return f"{len(readings)}".encode()

    newest._read = slow  # type: ignore[method-assign]
    newest._lock = counted = CountingLock()  # type: ignore[assignment]
    try:
        with ThreadPoolExecutor(5) as threads:
            first = threads.submit(newest)
            assert begun.wait(10)
            later = [threads.submit(newest) for _ in range(4)]
            while counted.came < 5:
                sleep(0.001)
            go_on.set()
        assert first.result() == b"1"
        assert {future.result() for future in later} == {b"2"}
        assert len(readings) == 2
    finally:
        newest.close()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_that_cannot_be_reached_is_no_state(monkeypatch, caplog):
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    newest = newest_of_database()
    assert newest is not None

    assert newest() is None
    assert "goes past the cache" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_it_reads_the_tables_of_the_ledger():
    newest = newest_of_database()
    assert newest is not None
    try:
        state = newest()
    finally:
        newest.close()  # type: ignore[attr-defined]
    current = Revision.objects.current()
    assert state is not None
    assert current is not None
    assert state.decode().startswith(f"{current.number} {current.created:%Y-%m-%d}")
