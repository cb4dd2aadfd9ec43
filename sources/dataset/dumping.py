"""Writes what the database has published as the files of the package. Drafts are never in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from django.db import models

from sources.dataset.keys import Keys
from sources.dataset.package import DESCRIPTOR, expected_text
from sources.dataset.rows import NEXT, Package, Row
from sources.dataset.tables import Column, Table, natural_field, table_of, tables, tables_that_hold
from sources.models import OPEN, Document, Move, Record

Names = Mapping[type[models.Model], Mapping[int, str]]
"""The key of each source and entity, by model and primary key."""


def published() -> Package:
    """What the database has published, as rows."""
    package = Package()
    names = names_of_records()
    moves = list(_rows(table_of(Move), names))
    keys = Keys(sorted(moves, key=lambda row: row.enters))
    for table in tables().values():
        rows: Iterable[Row] = _states(table, keys) if table.holds == "records" else _rows(table, names)
        package.rows[table.name] = sorted(rows, key=Row.sort_key)
    return package


def dump(directory: Path) -> Package:
    """Write what the database has published; the same database always gives the same bytes."""
    package = published()
    write(package, directory)
    return package


def write(package: Package, directory: Path) -> None:
    """Write all files of the package into a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for table in tables().values():
        (directory / table.file).write_bytes(text_of_table(table, package.rows[table.name]).encode())
    (directory / DESCRIPTOR).write_bytes(expected_text(directory, package.newest).encode())


def text_of_table(table: Table, rows: list[Row]) -> str:
    """The content of the file of a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in table.columns]
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    return text.getvalue()


def names_of_records() -> Names:
    return {
        table.model: dict(table.objects.values_list("pk", natural_field(table.model).name))
        for table in tables_that_hold("records")
    }


def _rows(table: Table, names: Names) -> Iterator[Row]:
    for instance in _published_rows(table):
        yield Row(table, 0, {column.name: _cell(table, column, instance, names) for column in table.columns})


def _published_rows(table: Table) -> models.QuerySet[Any]:
    rows = table.objects
    if table.holds == "facts":
        return rows.filter(published_in__isnull=False)
    if table.holds == "parts":
        whole = table.identity[0]
        return rows.filter(**{f"{whole}__published_in__isnull": False}).select_related(whole)
    return rows


def _cell(table: Table, column: Column, instance: Any, names: Names) -> str:
    holder = getattr(instance, table.identity[0]) if table.holds == "parts" and not column.own else instance
    return cell_of(column, holder, names)


def cell_of(column: Column, holder: Any, names: Names) -> str:
    """The value of a column as its cell has it."""
    value = getattr(holder, column.field.attname)
    return column.write(names[column.refers_to][value] if column.refers_to and value is not None else value)


def _states(table: Table, keys: Keys) -> list[Row]:
    """The states of all records of a model. Only their documents remember those that are past."""
    model: type[Record] = table.model  # type: ignore[assignment]
    documents = Document.objects.filter(kind=model.document_kind).order_by("key", "from_revision_id")
    states: list[Row] = []
    for entered, left, body in documents.values_list("from_revision_id", "to_revision", "body"):
        row = keys.named_at(_state(table, orjson.loads(body), entered, left), NEXT)
        if states and states[-1].values() == row.values() and states[-1]["left"] == row["entered"]:
            # Only something that the document shows besides has changed, such as another record's name.
            states[-1].cells["left"] = row["left"]
        else:
            states.append(row)
    return states


def _state(table: Table, body: Mapping[str, Any], entered: int, left: int) -> Row:
    moments = {"entered": str(entered), "left": "" if left == OPEN else str(left)}
    return Row(table, 0, cells_of(table, body) | moments)


def cells_of(table: Table, body: Mapping[str, Any]) -> dict[str, str]:
    """What a document says of the record itself, by column; a column that is younger than the document is not there."""
    own = (column for column in table.columns if column.own and column.name in body)
    return {column.name: _cell_from_json(column, body[column.name]) for column in own}


def _cell_from_json(column: Column, value: Any) -> str:
    """Documents of records hold each column under its own name: as it is, as a list of names, or as what it names."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, dict) and column.refers_to:
        return str(value[column.refers_to.identity[0]])
    return "" if value is None else str(value)
