"""Writes the facts or records of a list as a file that can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curating.files import workbooks
from curating.files.cells import guarded
from curating.files.layout import Layout
from curating.files.stored import cells_of, in_batches
from curating.files.workbooks import NUMERIC
from sources.dataset.dumping import names_of_records

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes CSV for an encoding of its own."""


@dataclass(frozen=True, slots=True)
class Form:
    """A format of files."""

    name: str
    media_type: str


CSV = Form("csv", "text/csv; charset=utf-8")
XLSX = Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
FORMS = (CSV, XLSX)


def exported(layout: Layout, ids: Sequence[int], form: Form) -> bytes:
    """A file with the things of these ids, in their order. Raises LongCellError where a workbook has no room."""
    names = names_of_records()
    rows = [cells_of(thing, layout, names) for thing in in_batches(layout, ids)]
    columns = layout.names(rows)
    return workbooks.written(layout, columns, rows) if form is XLSX else _csv(layout, columns, rows)


def _csv(layout: Layout, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    file = io.StringIO(BYTE_ORDER_MARK, newline="")
    file.seek(0, io.SEEK_END)
    writer = csv.writer(file)
    writer.writerow(columns)
    numeric = {name for name in columns if workbooks.type_of(layout, name) in NUMERIC}
    for cells in rows:
        texts = ((name, cells.get(name, "")) for name in columns)
        writer.writerow(text if name in numeric else guarded(text) for name, text in texts)
    return file.getvalue().encode()
