"""Copies a database of the service from SQLite to PostgreSQL, row by row."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks.targets import PYTHON, ROOT

NAME = "critical_minerals_benchmarks"
"""The database that is made on the server, and dropped again."""


@contextmanager
def copied(service: Path, server: str) -> Iterator[str]:
    """The address of a copy, which is dropped in the end."""
    address = urlunsplit(urlsplit(server)._replace(path=f"/{NAME}"))
    _administer(server, f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0")
    try:
        command = [str(PYTHON), "-m", "benchmarks.postgres", str(service), address]
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"PGTZ": "UTC"})
        yield address
    finally:
        _administer(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _administer(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def copy(service: Path, address: str) -> None:
    """Fill an empty database with all that another has, its keys included."""
    from benchmarks.generate import connect, migrate

    connect(address)
    migrate()
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from sources import guards

    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    tables = [model._meta.db_table for model in models]
    guards.remove()
    with transaction.atomic(), connection.cursor() as cursor, sqlite3.connect(service) as source:
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, tables))} CASCADE")
        for model in models:
            _copy_table(model, source, cursor)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    guards.install()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _copy_table(model: Any, source: sqlite3.Connection, cursor: Any) -> None:
    """Foreign keys are checked at the end of the transaction, so that the tables can come in any order."""
    fields = model._meta.local_concrete_fields
    columns = ", ".join(_quoted(field.column) for field in fields)
    table = _quoted(model._meta.db_table)
    truths = [place for place, field in enumerate(fields) if field.get_internal_type() == "BooleanField"]
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copying:
        for row in source.execute(f"SELECT {columns} FROM {table} ORDER BY {_quoted(model._meta.pk.column)}"):
            values = list(row)
            for place in truths:
                values[place] = None if values[place] is None else bool(values[place])
            copying.write_row(values)


if __name__ == "__main__":
    copy(Path(sys.argv[1]), sys.argv[2])
