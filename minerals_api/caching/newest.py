"""Which state of the dataset is the newest: read anew from the database at every request, at the least cost."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
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
    """Asks the server, over a connection of each thread's own: one round trip of a prepared statement."""

    statement = b"newest_state"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._of_thread = threading.local()

    def __call__(self) -> State | None:
        try:
            server = getattr(self._of_thread, "server", None) or self._connect()
            result = server.pgconn.exec_prepared(self.statement, None)
            if result.status != ExecStatus.TUPLES_OK:
                raise psycopg.OperationalError(result.get_error_message())
        except psycopg.Error as error:
            logger.warning(UNREADABLE, error)
            self.close()
            return None
        return result.get_value(0, 0) if result.ntuples else None

    def close(self) -> None:
        """End the connection of this thread."""
        if server := getattr(self._of_thread, "server", None):
            server.close()
        self._of_thread.__dict__.clear()

    def _connect(self) -> psycopg.Connection[Any]:
        server = self._connection.get_new_connection(self._connection.get_connection_params())
        server.autocommit = True
        self._of_thread.server = server
        prepared = server.pgconn.prepare(self.statement, NEWEST.encode())
        if prepared.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(prepared.get_error_message())
        return server


class NewestOfSQLite:
    """Asks the file whether anything was committed, and reads the state again only then."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._of_thread = threading.local()

    def __call__(self) -> State | None:
        try:
            seen: _Seen | None = getattr(self._of_thread, "seen", None)
            # Another file may have taken its place, or something other than SQLite have written to it.
            file = os.stat(self.path)  # noqa: PTH116  (a Path takes half as long again)
            if seen is None or file.st_ino != seen.inode or file.st_mtime_ns != seen.modified:
                return self._open()
            if seen.version() != seen.at_version:
                seen.read()
        except (sqlite3.Error, OSError) as error:
            logger.warning(UNREADABLE, error)
            self.close()
            return None
        return seen.state

    def close(self) -> None:
        """End the connection of this thread."""
        self._of_thread.__dict__.clear()

    def _open(self) -> State | None:
        self.close()
        file = Path(self.path).stat()
        seen = _Seen(self.path, file)
        seen.read()
        if Path(self.path).stat().st_ino != file.st_ino:
            return None
        self._of_thread.seen = seen
        return seen.state


class _Seen:
    """What a thread's connection saw last."""

    __slots__ = ("at_version", "connection", "cursor", "inode", "modified", "state")

    def __init__(self, path: str, file: os.stat_result) -> None:
        address = f"file:{quote(path)}?mode=ro"
        self.connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        self.cursor = self.connection.cursor()
        self.inode, self.modified = file.st_ino, file.st_mtime_ns
        self.state: State | None = None
        self.at_version = -1

    def __del__(self) -> None:
        self.connection.close()

    def version(self) -> int:
        """Differs from what it was once another connection has committed, whatever it changed."""
        [(version,)] = self.cursor.execute("PRAGMA data_version")
        return version

    def read(self) -> None:
        # In this order: a commit between the two is seen by the next request.
        self.at_version = self.version()
        row = self.cursor.execute(NEWEST).fetchone()
        self.state = row and row[0].encode()
