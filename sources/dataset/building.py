"""Turns rows into unsaved instances of their models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from sources.dataset.rows import Row

Ids = Mapping[tuple[str, str], int]
"""The primary key of each source and entity, by table and key."""


def values_of(row: Row, ids: Ids, skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The values of a row's own fields, by the attribute that holds them."""
    return {
        column.field.attname: _value(row, column.name, ids)
        for column in row.table.columns
        if column.own and column.name not in skip
    }


def _value(row: Row, name: str, ids: Ids) -> Any:
    column = row.table.column(name)
    value = column.read(row[name])
    return ids[column.target.name, value] if column.target and value is not None else value


def build(row: Row, ids: Ids, skip: frozenset[str] = frozenset()) -> models.Model:
    return row.table.model(**values_of(row, ids, skip))
