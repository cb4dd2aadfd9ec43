"""Which state of the dataset is the newest: read anew from the database at every request, at the least cost."""

from __future__ import annotations

import logging
import mmap
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ExecStatus

logger = logging.getLogger(__name__)

# Two databases may have the same revisions, each with another past: the first migration tells them apart.
NEWEST = """
SELECT number || ' ' || created || ' ' || (SELECT applied FROM django_migrations ORDER BY id LIMIT 1)
FROM sources_revision ORDER BY number DESC LIMIT 1
"""

UNREADABLE = "The newest revision can't be read, so this request goes past the cache: %s"

LOOK_AGAIN = 0.05
"""Seconds after which the file is looked at anew, in case another has taken its place. No commit waits for it."""

State = bytes
Newest = Callable[[], State | None]
"""Names the newest state; None where there is none yet, or where the database can't be asked."""


def newest_of_database(alias: str = DEFAULT_DB_ALIAS) -> Newest | None:
    """What reads the newest state of a database; None for one that no other connection can see."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        return NewestOfPostgreSQL(connection)
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name.startswith("file:") or ":memory:" in name:
        return None
    return NewestOfSQLite(name)


class NewestOfPostgreSQL:
    """Asks the server: one round trip of a prepared statement, for all requests that came before it began."""

    statement = b"newest_state"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._server: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        self._begun = 0
        self._state: State | None = None

    def __call__(self) -> State | None:
        begun = self._begun
        with self._lock:
            # Whoever waited while others read may share a reading, but only one that began after he had come.
            if self._begun == begun:
                self._begun += 1
                self._state = self._read()
            return self._state

    def close(self) -> None:
        """End the connection."""
        server, self._server = self._server, None
        if server:
            server.close()

    def _read(self) -> State | None:
        try:
            server = self._server or self._connect()
            result = server.pgconn.exec_prepared(self.statement, None)
            if result.status != ExecStatus.TUPLES_OK:
                raise psycopg.OperationalError(result.get_error_message())
        except psycopg.Error as error:
            logger.warning(UNREADABLE, error)
            self.close()
            return None
        return result.get_value(0, 0) if result.ntuples else None

    def _connect(self) -> psycopg.Connection[Any]:
        server = self._connection.get_new_connection(self._connection.get_connection_params())
        server.autocommit = True
        self._server = server
        prepared = server.pgconn.prepare(self.statement, NEWEST.encode())
        if prepared.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(prepared.get_error_message())
        return server


class NewestOfSQLite:
    """Asks SQLite whether anything was committed, and reads the state again only then."""

    def __init__(self, path: str, *, look_again: float = LOOK_AGAIN) -> None:
        self.path = path
        self.look_again = look_again
        self._lock = threading.Lock()
        self._seen: _Seen | None = None
        self._good_until = 0.0

    def __call__(self) -> State | None:
        try:
            seen = self._seen
            if seen is None or monotonic() >= self._good_until:
                seen = self._look()
            mark, state = seen.known
            return state if seen.mark() == mark else seen.read()
        except (sqlite3.Error, OSError) as error:
            logger.warning(UNREADABLE, error)
            self.close()
            return None

    def close(self) -> None:
        """Forget what was seen."""
        self._seen = None

    def _look(self) -> _Seen:
        """What was seen of the file, if it is still the same: something other than SQLite may have written to it."""
        with self._lock:
            file = Path(self.path).stat()
            seen = self._seen
            if seen is None or seen.inode != file.st_ino:
                seen = self._seen = _Seen(self.path, file.st_ino)
            if seen.modified != file.st_mtime_ns:
                seen.modified = file.st_mtime_ns
                seen.read()
            self._good_until = monotonic() + self.look_again
            return seen


class _Seen:
    """What a file held when it was last read, and what tells that it may hold something else since."""

    __slots__ = ("_asked", "_asking", "_header", "address", "inode", "known", "modified")

    def __init__(self, path: str, inode: int) -> None:
        self.address = f"file:{quote(path)}?mode=ro"
        self.inode = inode
        self.modified = 0
        self._asking = threading.Lock()
        self._asked = self._connect()
        [(journal,)] = self._asked.execute("PRAGMA journal_mode")
        self._asked.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        self._header = _header_of_index(path, self._asked) if journal == "wal" else None
        self.known: tuple[object, State | None] = (None, None)

    def mark(self) -> object:
        """Differs from what it was once another connection has committed, whatever it changed."""
        if self._header is not None:
            return self._header[:HEADER]
        with self._asking:
            [(version,)] = self._asked.execute("PRAGMA data_version")
        return version

    def read(self) -> State | None:
        # In this order: a commit between the two is seen by the next request.
        mark = self.mark()
        with closing(self._connect()) as connection:
            row = connection.execute(NEWEST).fetchone()
        state = row and row[0].encode()
        self.known = mark, state
        return state

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.address, uri=True, isolation_level=None, check_same_thread=False)


HEADER = 48
"""Bytes at the beginning of the write-ahead log's index, which SQLite itself compares to tell whether to read anew.

https://sqlite.org/walformat.html#the_wal_index_header
"""

_kept: list[tuple[sqlite3.Connection, int, mmap.mmap]] = []
"""Never closed. To close any descriptor of that file takes SQLite's locks on it from the whole process, and without a
connection SQLite may cut the file short under the map. It is one of each for every file that takes the place of another.
"""


def _header_of_index(path: str, connection: sqlite3.Connection) -> mmap.mmap | None:
    """The memory that all processes share about what was committed; None where it can't be seen."""
    try:
        descriptor = os.open(f"{path}-shm", os.O_RDONLY | os.O_CLOEXEC)
        index = mmap.mmap(descriptor, HEADER, prot=mmap.PROT_READ)
    except (OSError, ValueError):
        return None
    _kept.append((connection, descriptor, index))
    return index
