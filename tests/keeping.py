"""Keeps the test database as it was when the dataset had been loaded, and copies that back.

Tests with real transactions change it for good. To empty it, which the ledger forbids, and to load the dataset anew takes
ten times as long and more.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction


class KeptFile:
    """SQLite: the pages of the database, in a file beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "loaded.sqlite3"
        with closing(sqlite3.connect(self.path)) as kept:
            connection.connection.backup(kept)

    def copy_back(self) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(self.path)) as kept:
            kept.backup(connection.connection)


class KeptSchema:
    """PostgreSQL: the rows of all tables, in a schema beside them. No trigger sees them go or come."""

    def __init__(self, folder: Path) -> None:
        quoted = connection.ops.quote_name
        self.sequences = connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True))
        self.columns: dict[str, str] = {}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA kept")
            for table in connection.introspection.table_names(cursor):
                columns = connection.introspection.get_table_description(cursor, table)
                self.columns[quoted(table)] = ", ".join(quoted(column.name) for column in columns)
                cursor.execute(f"CREATE TABLE kept.{quoted(table)} AS TABLE {quoted(table)}")

    def copy_back(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"TRUNCATE {', '.join(self.columns)}")
            for table, columns in self.columns.items():
                cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept.{table}")
            for statement in self.sequences:
                cursor.execute(statement)


KEPT: dict[str, type[KeptFile] | type[KeptSchema]] = {"sqlite": KeptFile, "postgresql": KeptSchema}
