"""Writes tables as Parquet, each column with its type and its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sources.dataset.rows import Row
from sources.dataset.tables import Column, Table
from sources.releases.flat import FlatTable

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    # Figures have at most 15 significant digits, which a double carries exactly.
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}


def write_parquet(table: Table, rows: Sequence[Row], path: Path) -> None:
    """Write a table of record."""
    described = [(column.name, column.codec.type, str(column.field.help_text)) for column in table.columns]
    _write(described, [_values(column, rows) for column in table.columns], path)


def write_flat_parquet(table: FlatTable, path: Path) -> None:
    described = [(column.name, column.type, column.help_text) for column in table.columns]
    _write(described, [[row[column.name] for row in table.rows] for column in table.columns], path)


def _write(described: Sequence[tuple[str, str, str]], columns: Sequence[Sequence[Any]], path: Path) -> None:
    """Write columns, each described by its name, type and meaning."""
    fields = [pa.field(name, TYPES[kind], metadata={"description": words}) for name, kind, words in described]
    arrays = [pa.array(_as(field, values), field.type) for field, values in zip(fields, columns, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), path, compression="zstd")


def _as(field: Any, values: Sequence[Any]) -> Sequence[Any]:
    """The values as the type of their column needs them: whole numbers are no doubles by themselves."""
    if field.type != TYPES["number"]:
        return values
    return [None if value is None else float(value) for value in values]


def _values(column: Column, rows: Sequence[Row]) -> list[Any]:
    """The values of a column; an empty cell is null, whatever its type, as the description of the package has it."""
    return [column.codec.read(cell) if (cell := row[column.name]) else None for row in rows]
