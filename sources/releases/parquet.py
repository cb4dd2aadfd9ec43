"""Writes a table of the package as Parquet, each column with its type and its meaning."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sources.dataset.rows import Row
from sources.dataset.tables import Column, Table

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    # Figures have at most 15 significant digits, which a double carries exactly.
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}


def write_parquet(table: Table, rows: Iterable[Row], path: Path) -> None:
    rows = list(rows)
    schema = pa.schema([_field(column) for column in table.columns])
    columns = [pa.array(_values(column, rows), schema.field(column.name).type) for column in table.columns]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), path, compression="zstd")


def _field(column: Column) -> pa.Field:
    meaning = {"description": str(column.field.help_text)}
    return pa.field(column.name, TYPES[column.codec.type], metadata=meaning)


def _values(column: Column, rows: list[Row]) -> list[Any]:
    """The values of a column; an empty cell is null, whatever its type, as the description of the package has it."""
    read = column.codec.read if column.codec.type != "number" else float
    return [read(cell) if (cell := row[column.name]) else None for row in rows]
