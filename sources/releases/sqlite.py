"""Writes the package as one SQLite file that opens in Datasette: typed tables, indexes, foreign keys, metadata."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sources.dataset.keys import Keys
from sources.dataset.rows import NEXT, Package, Row
from sources.dataset.tables import Column, Table, table_of, tables, tables_that_hold
from sources.models import Fact
from sources.releases.described import described_columns

TYPES = {
    "string": "TEXT",
    "number": "REAL",
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "date": "TEXT",
    "datetime": "TEXT",
}
PAGE = 4096
ALL_FACTS, PAST, CODEBOOK, RELEASE = "facts", "past_states", "codebook", "release"
LIVE = "live_"
"""What the name of a view begins with that has the live facts of a kind."""

Values = tuple[Any, ...]

CONVERTERS: dict[str, Callable[[str], Any]] = {
    "number": float,
    "integer": int,
    "boolean": lambda cell: int(cell == "true"),
}


def write_sqlite(package: Package, about: dict[str, Any], path: Path) -> None:
    """Write all rows. Tables of records have the last state of each; states that are past have a table of their own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in (f"page_size={PAGE}", "journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for statement in _schema():
            database.execute(statement)
        for name, width, rows in _content(package, about):
            marks = ", ".join("?" * width)
            database.executemany(f"INSERT INTO {_quoted(name)} VALUES ({marks})", rows)
        database.execute("COMMIT")
        if dangling := database.execute("PRAGMA foreign_key_check").fetchall():
            raise ValueError(f"Rows name what is not there: {dangling[:5]}")
        database.execute("ANALYZE")
        database.execute("VACUUM")


def _content(package: Package, about: dict[str, Any]) -> Iterator[tuple[str, int, Iterable[Values]]]:
    """Each table with its number of columns and its rows, in the order that they are written in."""
    yield RELEASE, 2, [(name, str(value)) for name, value in about.items()]
    yield CODEBOOK, 8, _codebook()
    yield "revisions", *_typed(tables()["revisions"], package.rows["revisions"])
    shared = [column.name for column in _shared_columns()]
    facts = sorted(package.that_hold("facts"), key=Row.sort_key)
    kinds = {table.name: table.model.document_kind for table in tables_that_hold("facts")}  # type: ignore[attr-defined]
    codecs = {name: _converter(_facts_table().column(name)) for name in shared}
    rows = [(*(codecs[name](row[name]) for name in shared), kinds[row.table.name]) for row in facts]
    yield ALL_FACTS, len(shared) + 1, rows
    yield "moves", *_typed(tables()["moves"], package.rows["moves"])
    last = _last_states(package)
    for table in tables_that_hold("records"):
        yield table.name, *_typed(table, [row for row in package.rows[table.name] if id(row) in last])
    past = [row for row in package.that_hold("records") if id(row) not in last]
    yield PAST, 5, [(row.table.name, ":".join(row.identity), row.enters, row.leaves, _state(row)) for row in past]
    for table in [*tables_that_hold("facts"), *tables_that_hold("parts")]:
        yield table.name, *_typed(table, package.rows[table.name])


def _last_states(package: Package) -> set[int]:
    """The rows of the states that stand, and the last of each that was merged into another: past facts name it."""
    keys = Keys.of(package)
    last = [states[-1] for states in package.states().values()]
    return {id(row) for row in last if keys.at(row.table.name, row.identity[0], NEXT) == row.identity[0]}


def _state(row: Row) -> str:
    own = {column.name: _converter(column)(row[column.name]) for column in row.table.columns if column.own}
    return json.dumps(own, ensure_ascii=False)


def _typed(table: Table, rows: Iterable[Row]) -> tuple[int, list[Values]]:
    converters = [(column.name, _converter(column)) for column in table.columns]
    return len(converters), [tuple(convert(row[name]) for name, convert in converters) for row in rows]


def _converter(column: Column) -> Any:
    """Turns a cell into what SQLite keeps; an empty one is null."""
    convert = CONVERTERS.get(column.codec.type, str)
    return lambda cell: convert(cell) if cell else None


def _codebook() -> Iterator[Values]:
    for table in tables().values():
        for one in described_columns(table):
            said = (one.type, one.unit, int(one.required), one.refers_to, one.vocabulary, one.meaning)
            yield table.name, one.name, *(value if value != "" else None for value in said)


def _facts_table() -> Table:
    return tables_that_hold("facts")[0]


def _shared_columns() -> list[Column]:
    """The columns that the facts of all kinds have."""
    return [column for column in _facts_table().columns if column.field.model is Fact]


def _schema() -> Iterator[str]:
    yield _created(RELEASE, ['"name" TEXT PRIMARY KEY', '"value" TEXT'])
    words = [f'"{name}" TEXT' for name in ("table", "column", "type", "unit")]
    more = [f'"{name}" TEXT' for name in ("refers_to", "vocabulary", "meaning")]
    yield _created(CODEBOOK, [*words, '"required" INTEGER', *more, 'PRIMARY KEY ("table", "column")'])
    yield from _table(tables()["revisions"])
    shared = [_column(column) for column in _shared_columns()]
    yield _created(ALL_FACTS, [*shared, '"kind" TEXT NOT NULL', 'PRIMARY KEY ("key", "version")'])
    yield from _indexes(ALL_FACTS, ["entered", "left", "kind"])
    yield from _table(tables()["moves"])
    for table in tables_that_hold("records"):
        yield from _table(table)
    moments = [f'"{name}" INTEGER NOT NULL REFERENCES "revisions" ("number")' for name in ("entered", "left")]
    key = 'PRIMARY KEY ("table", "key", "entered")'
    yield _created(PAST, ['"table" TEXT NOT NULL', '"key" TEXT NOT NULL', *moments, '"state" TEXT NOT NULL', key])
    for table in [*tables_that_hold("facts"), *tables_that_hold("parts")]:
        yield from _table(table)
    for table in tables_that_hold("facts"):
        yield f'CREATE VIEW {_quoted(LIVE + table.name)} AS SELECT * FROM {_quoted(table.name)} WHERE "left" IS NULL'


def _table(table: Table) -> Iterator[str]:
    key = ", ".join(map(_quoted, table.primary_key if table.holds == "moves" else table.identity))
    keys = [f"PRIMARY KEY ({key})"]
    if table.holds in ("facts", "parts"):
        whole = ALL_FACTS if table.holds == "facts" or table.whole is Fact else table_of(table.whole).name
        own = ", ".join(map(_quoted, table.identity[:2]))
        keys.append(f'FOREIGN KEY ({own}) REFERENCES {_quoted(whole)} ("key", "version")')
    yield _created(table.name, [*map(_column, table.columns), *keys])
    yield from _indexes(table.name, [column.name for column in table.columns if _reference(column)])


def _column(column: Column) -> str:
    words = [_quoted(column.name), TYPES[column.codec.type]]
    if column.is_required:
        words.append("NOT NULL")
    if reference := _reference(column):
        words.append(f"REFERENCES {reference}")
    return " ".join(words)


def _reference(column: Column) -> str:
    if column.name in ("entered", "left"):
        return '"revisions" ("number")'
    return f"{_quoted(column.target.name)} ({_quoted(column.target.identity[0])})" if column.target else ""


def _created(name: str, parts: Iterable[str]) -> str:
    return f"CREATE TABLE {_quoted(name)} (\n  " + ",\n  ".join(parts) + "\n)"


def _indexes(table: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"CREATE INDEX {_quoted(f'{table}_by_{name}')} ON {_quoted(table)} ({_quoted(name)})"


def _quoted(name: str) -> str:
    return f'"{name}"'
