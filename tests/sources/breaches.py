"""What the tests of the guards try on a published dataset, and how they see that nothing came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from minerals.models import Mineral, Reserve
from projects.models import Event, Party
from sources import guards
from sources.models import Citation, Document, Entity, Fact, Line, Mention, Revision, Source


@dataclass(frozen=True, slots=True)
class Published:
    """One row of everything that a published dataset consists of."""

    fact: Fact
    reserve: Reserve
    citation: Citation
    mention: Mention
    event: Event
    party: Party
    source: Source
    via: Source
    entity: Entity
    mineral: Mineral
    revision: Revision
    document: Document
    line: Line


KEPT = [
    "fact",
    "reserve",
    "citation",
    "mention",
    "event",
    "party",
    "source",
    "via",
    "entity",
    "mineral",
    "revision",
    "document",
    "line",
]
"""What can't be deleted."""

FIXED = {
    "fact": {"note": "rewritten"},
    "reserve": {"verbatim": "rewritten"},
    "citation": {"locator": "rewritten"},
    "mention": {"role": "rewritten"},
    "event": {"title": "rewritten"},
    "party": {"office": "rewritten"},
    "revision": {"message": "rewritten"},
    "document": {"body": "{}"},
    "line": {"csv": "rewritten"},
}
"""What can't be changed either, and a change to try."""

Row = tuple[Any, ...]


def contents() -> dict[str, list[Row]]:
    """Every row of every guarded table."""
    tables = sorted({guard.table for guard in guards.guards()})
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


def execute(sql: str, parameters: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or [])
        return int(cursor.rowcount)


def refuses(act: Callable[[], Any], match: str | None = None) -> None:
    """Assert that the database refuses an act, and that nothing at all has changed."""
    before = contents()
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        act()
    assert contents() == before


def table_of(row: models.Model) -> str:
    return row._meta.db_table


def key_of(row: models.Model) -> str:
    return str(row._meta.pk.column)


def own_row(row: models.Model, **changed: Any) -> tuple[str, list[Any]]:
    """The columns of a row's own table, and its values with some of them changed."""
    values = {field.column: getattr(row, field.attname) for field in row._meta.local_concrete_fields} | changed
    return ", ".join(f'"{column}"' for column in values), list(values.values())


def insert(row: models.Model, verb: str = "INSERT", **changed: Any) -> int:
    columns, values = own_row(row, **changed)
    places = ", ".join(["%s"] * len(values))
    return execute(f'{verb} INTO "{table_of(row)}" ({columns}) VALUES ({places})', values)
