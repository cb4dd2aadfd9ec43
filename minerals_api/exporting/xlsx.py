"""Tables as a workbook for spreadsheets."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from typing import Any

from xlsxwriter import Workbook

from minerals_api.exporting.reading import Result
from minerals_api.exporting.whole import WholeRenderer
from sources.exceptions import BadParameters, ParameterError
from sources.lines import safe_text

MOST_ROWS = 1_048_575
"""What a sheet holds below its line of names."""
LONGEST_CELL = 32_767
PIECE = 1 << 16


class XLSXRenderer(WholeRenderer):
    """Writes a workbook: the rows on one sheet, what they are on another. It is sent once it is complete."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    compresses = False
    description = (
        f"All results as a workbook with the sheets “data” and “about”; more than {MOST_ROWS:,} rows are refused."
    )

    def schema(self, row: str) -> dict[str, Any]:
        described = super().schema(row)
        return {**described, "schema": {**described["schema"], "format": "binary"}}

    def check(self, result: Result) -> None:
        if result.count > MOST_ROWS:
            raise BadParameters([_too_many(result.count)])

    def write(self, result: Result) -> Generator[bytes]:
        with tempfile.TemporaryFile() as file:
            options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
            with Workbook(file, options) as book:
                _write_data(book.add_worksheet("data"), result)
                _write_about(book.add_worksheet("about"), result)
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece


def _too_many(rows: int) -> ParameterError:
    detail = (
        f"A sheet has room for {MOST_ROWS:,} rows, and these are {rows:,}: narrow them by filters, or take "
        "format=csv or format=parquet, which have no limit."
    )
    return ParameterError("format", detail, "too-many-rows", ["csv", "parquet"])


def _write_data(sheet: Any, result: Result) -> None:
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, result.names)
    line = 0
    for rows in result.rows():
        for row in rows:
            line += 1
            for place, value in enumerate(row.values()):
                _write(sheet, line, place, value)


def _write(sheet: Any, line: int, place: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    elif value is not None:
        sheet.write_string(line, place, safe_text(value)[:LONGEST_CELL])


def _write_about(sheet: Any, result: Result) -> None:
    said = [*result.about().items(), (), ("column", "type", "meaning")]
    described = [(column.name, column.type, column.help_text) for column in result.columns]
    for line, row in enumerate([*said, *described]):
        for place, text in enumerate(row):
            sheet.write_string(line, place, text)
