"""Gives records back what they said of themselves in an earlier state, which only their documents remember."""

from __future__ import annotations

from typing import Any

import orjson

from sources.dataset.building import values_of
from sources.dataset.dumping import cells_of
from sources.dataset.rows import Row
from sources.dataset.tables import table_of
from sources.models import Document, Record
from sources.registry import record_models

Cells = dict[str, str]


def state_of(document: Document) -> Cells:
    """What a document says of a source, entity or word itself, by column, and nothing that facts make of it."""
    return cells_of(table_of(record_models()[document.kind]), orjson.loads(document.body))


def record_of(document: Document) -> Record:
    """The source, entity or word that a document describes, as it is now."""
    model: Any = record_models()[document.kind]
    if pk := document.entity_id or document.source_id:
        return model.objects.get(pk=pk)
    return model.objects.get(**dict(zip(model.identity, document.key.split(":", len(model.identity) - 1), strict=True)))


def restore(record: Record, cells: Cells) -> None:
    """Let a record say again what it said in a state; it is not saved."""
    row = Row(table_of(type(record)), 0, cells)
    missing = frozenset(column.name for column in row.table.columns if column.own and column.name not in cells)
    for attribute, value in values_of(row, _ids(row), missing).items():
        setattr(record, attribute, value)


def _ids(row: Row) -> dict[tuple[str, str], int]:
    """The primary keys of the records that a row names."""
    found = {}
    for column in row.table.columns:
        target, cell = column.target, row.cells.get(column.name, "")
        if column.own and target and cell:
            found[target.name, cell] = target.objects.values_list("pk", flat=True).get(**{target.identity[0]: cell})
    return found
