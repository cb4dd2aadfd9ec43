"""How the database sorts texts. SQLite goes by code points; PostgreSQL may go by a language."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

BY_CODE_POINT = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8"})
"""The collations of PostgreSQL that sort as SQLite does, so that the indexes of texts are of use for pages."""


def note_collation(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Keep on a new connection to PostgreSQL how the database sorts texts."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()")
            connection.sorts_texts_by = cursor.fetchone()[0]  # type: ignore[attr-defined]


def sorts_by_code_point(connection: Any) -> bool:
    if connection.vendor != "postgresql":
        return True
    connection.ensure_connection()
    return connection.sorts_texts_by in BY_CODE_POINT
