"""Reads and writes workbooks. Cells are read as the text that a person sees or means, dates and percentages too."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from xlsxwriter import Workbook

from curating.files.cells import guarded
from curating.files.layout import Layout
from curating.files.sheets import Cell, RawRow, Sheet, UnreadableFileError, sheet_of

DATA, ABOUT = "data", "about"
MOST_UNPACKED = 60 * 1024 * 1024
LAST_LINE, MOST_CELLS = 1_048_576, 3_000_000
"""What a sheet of Excel has room for; and what is read of one, empty cells counted."""
LONGEST_CELL = 32_767
NUMBER_DIGITS = 15
"""Digits of a number that a spreadsheet keeps and shows: what comes after them is a remainder of its sums."""
NUMERIC = ("number", "integer")
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
STYLES, MOST_STYLES = b"styleSheet", 100_000
"""What the part with a workbook's formats is known by, whatever its name; and the tags that it may have. Each becomes an object."""
BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ParseError, SyntaxError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
)
"""What reading a workbook that is none, or a broken one, may raise."""

FORMULA = "The cell holds a formula. Put its value there: copy the cell, then paste the value."
ERROR = "Put a value into the cell, or leave it empty: it shows the error"
NO_WORKBOOK = "This is not a workbook that can be read. Save it as XLSX or CSV from your spreadsheet."


class LongCellError(Exception):
    """A text is too long for a cell of a workbook."""


def read(content: bytes, file: str, layout: Layout) -> Sheet:
    """The rows of the sheet “data”, or of the first one. Raises UnreadableFileError."""
    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True)
        try:
            return _read(book, file, layout)
        finally:
            book.close()
    except BROKEN as error:
        raise UnreadableFileError(NO_WORKBOOK) from error


def _read(book: Any, file: str, layout: Layout) -> Sheet:
    sheets = {sheet.title: sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")}
    if not sheets:
        raise UnreadableFileError(NO_WORKBOOK)
    title = next((title for title in sheets if title.strip().casefold() == DATA), next(iter(sheets)))
    others = [other for other in sheets if other not in (title, ABOUT)]
    described = f"XLSX, sheet “{title}”" + (f"; not read: {', '.join(others)}" if others else "")
    return sheet_of(_rows(sheets[title]), layout, file=file, described=described, pads=True)


def _refuse_bombs(content: bytes) -> None:
    """Refuse what grows beyond measure when it is unpacked or parsed, before it does."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise UnreadableFileError(
                f"Unpacked, the workbook is larger than {MOST_UNPACKED // 1024**2} MB. Cut it into several."
            )
        for part in parts:
            # In UTF-16, every other byte of a tag is empty.
            text = archive.read(part).replace(b"\0", b"")
            if any(declaration in text for declaration in DECLARATIONS):
                raise UnreadableFileError(NO_WORKBOOK)
            if STYLES in text and text.count(b"<") > MOST_STYLES:
                raise UnreadableFileError("The workbook has too much formatting. Copy its values into a new one.")


def _rows(sheet: Any) -> Iterator[RawRow]:
    sheet.reset_dimensions()
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells += len(row)
        if number > LAST_LINE or cells > MOST_CELLS:
            raise UnreadableFileError(
                "The sheet has too many cells. Remove empty rows and columns, or cut it into several."
            )
        yield number, [_cell(cell) for cell in row]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type in ("f", "e"):
        return Cell("", fault=FORMULA if cell.data_type == "f" else f"{ERROR} {value}.")
    if isinstance(value, bool):
        return Cell("true" if value else "false")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    if isinstance(value, date):
        text = _date(value, str(cell.number_format))
        return Cell(text, remark=f"a date cell, read as {text}")
    # Excel writes the first half of a line's end like this.
    return Cell(str(value).replace("_x000D_", ""))


def _number(value: int | float, shown_as: str) -> Cell:
    number = Decimal(value if isinstance(value, int) else f"{value:.{NUMBER_DIGITS}g}")
    if "%" in re.sub(r'"[^"]*"', "", shown_as):
        return Cell(f"{_plain(number * 100)}%")
    return Cell(_plain(number))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"


def _date(value: date, shown_as: str) -> str:
    """A date no more precise than the cell shows it: one that is typed 2024-07 becomes a day that nobody named."""
    if isinstance(value, datetime):
        if value.time() != time.min:
            return value.isoformat(timespec="seconds")
        value = value.date()
    shown = set(re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", shown_as).casefold())
    if "d" in shown or not shown & {"m", "y"}:
        return value.isoformat()
    return value.isoformat()[: 7 if "m" in shown else 4]


def written(layout: Layout, names: list[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A workbook with the rows on one sheet and the meaning of the columns on another.

    Texts are in cells of the format text, so that a spreadsheet leaves them as they are. Raises LongCellError.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": False}
    with Workbook(file, options) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(DATA)
        sheet.freeze_panes(1, len(layout.identity))
        sheet.write_row(0, 0, names)
        types = [type_of(layout, name) for name in names]
        for place, type_ in enumerate(types):
            sheet.set_column(place, place, max(12, len(names[place]) + 2), None if type_ in NUMERIC else text)
        for line, cells in enumerate(rows, start=1):
            for place, (name, type_) in enumerate(zip(names, types, strict=True)):
                _write(sheet, (line, place), cells.get(name, ""), type_, text)
        about = book.add_worksheet(ABOUT)
        for line, row in enumerate([("column", "meaning"), *((name, layout.meaning_of(name)) for name in names)]):
            about.write_row(line, 0, row)
    return file.getvalue()


def type_of(layout: Layout, name: str) -> str:
    """What the values of a column are."""
    place = layout.place(name)
    return place.column.codec.type if place else "string"


def _write(sheet: Any, at: tuple[int, int], cell: str, type_: str, text: Any) -> None:
    if not cell:
        return
    if type_ in NUMERIC and len(Decimal(cell).normalize().as_tuple().digits) <= NUMBER_DIGITS:
        sheet.write_number(*at, float(cell))
    elif type_ == "boolean":
        sheet.write_boolean(*at, cell == "true")
    elif len(cell) >= LONGEST_CELL:
        raise LongCellError
    else:
        sheet.write_string(*at, guarded(cell), text)
