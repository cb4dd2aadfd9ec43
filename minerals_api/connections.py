"""Keeps connections to SQLite between requests, but none to a file whose place another has taken."""

from __future__ import annotations

import os
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def note_file(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Keep on a new connection to SQLite which file it reads."""
    if connection.vendor == "sqlite":
        connection.opened = _state_of_file(connection)  # type: ignore[attr-defined]


def leave_replaced_files(**_: Any) -> None:
    """End the connections of this thread whose file was replaced, or written to by something other than SQLite."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "sqlite" or connection.connection is None or connection.in_atomic_block:
            continue
        if connection.opened != _state_of_file(connection):  # type: ignore[attr-defined]
            connection.close()


def _state_of_file(connection: BaseDatabaseWrapper) -> tuple[int, int] | None:
    """What tells a file from another in its place; None where there is none, as for a database in memory."""
    try:
        file = os.stat(connection.settings_dict["NAME"])  # noqa: PTH116  (a Path takes three times as long)
    except OSError:
        return None
    return file.st_ino, file.st_mtime_ns
