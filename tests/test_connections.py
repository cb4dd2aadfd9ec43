"""Connections to SQLite: kept between requests, and left where another file has taken the place of theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="a server keeps its files to itself")


def make(path: Path, what: str) -> Path:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE held (what TEXT)")
        database.execute("INSERT INTO held VALUES (?)", [what])
    database.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "data.sqlite3", "old")


@pytest.fixture
def scratch(path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """A connection of its own, as a thread of the service has one."""
    monkeypatch.setitem(connections.settings, "scratch", {**connections.settings["default"], "NAME": str(path)})
    with django_db_blocker.unblock():
        yield connections["scratch"]
        connections["scratch"].close()
    del connections["scratch"]


def held(scratch: Any) -> str:
    """What the file holds to which a request comes now."""
    request_started.send(sender=None, environ={})
    with scratch.cursor() as cursor:
        return str(cursor.execute("SELECT what FROM held").fetchone()[0])


def test_it_is_kept(scratch: Any):
    held(scratch)
    first = scratch.connection
    held(scratch)

    assert scratch.connection is first


def rename_over(path: Path) -> None:
    make(path.with_name("next.sqlite3"), "new").replace(path)


def make_anew(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    make(path, "new")


@pytest.mark.parametrize("replace", [rename_over, make_anew])
def test_a_file_that_was_replaced_is_left(scratch: Any, path: Path, replace: Callable[[Path], None]):
    assert held(scratch) == "old"
    replace(path)

    assert held(scratch) == "new"


def test_what_others_commit_is_read(scratch: Any, path: Path):
    assert held(scratch) == "old"
    with sqlite3.connect(path) as other:
        other.execute("UPDATE held SET what = 'newer'")
    other.close()

    assert held(scratch) == "newer"
