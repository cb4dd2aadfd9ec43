"""Reads an uploaded file: CSV in the encodings and with the separators that spreadsheets write, or XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from curating.files import workbooks
from curating.files.layout import Layout
from curating.files.sheets import Cell, RawRow, Sheet, UnreadableFileError, column_name, sheet_of

MOST_BYTES = 5 * 1024 * 1024

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
OLD_EXCEL, ZIP, PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF"
DECLARED = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)
"""A first line by which a file tells Excel what separates its cells."""

NOT_A_SPREADSHEET = "This is not a spreadsheet. Choose a CSV or XLSX file."


def read(content: bytes, file: str, layout: Layout) -> Sheet:
    """The rows of a file. Raises UnreadableFileError."""
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(f"The file is larger than {MOST_BYTES // 1024**2} MB. Cut it into several.")
    if content.startswith(ZIP):
        return workbooks.read(content, file, layout)
    if content.startswith(OLD_EXCEL):
        raise UnreadableFileError(
            "This is a workbook of the old format (.xls), or one locked by a password. Save it as XLSX, without a password."
        )
    if content.startswith(PDF):
        raise UnreadableFileError(NOT_A_SPREADSHEET)
    text, encoding = _decoded(content)
    separator, start = _separator(text, layout)
    described = f"CSV, {encoding}, separated by {SEPARATORS[separator]}"
    return sheet_of(_rows(text, separator, start), layout, file=file, described=described, pads=False)


def _decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and the encoding that it was read in."""
    for mark, codec, name in MARKS:
        if content.startswith(mark):
            return _strictly(content, codec), name
    if b"\0" in content:
        codec = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
        return _strictly(content, codec), "UTF-16"
    try:
        return content.decode(), "UTF-8"
    except UnicodeDecodeError:
        return _strictly(content, "cp1252"), "Windows-1252 (see that accents are right)"


def _strictly(content: bytes, codec: str) -> str:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{NOT_A_SPREADSHEET} If it is one, save it as CSV in UTF-8, or as XLSX.") from error
    if re.search(r"[\0-\x08\x0e-\x1f]", text):
        raise UnreadableFileError(NOT_A_SPREADSHEET)
    return text


def _separator(text: str, layout: Layout) -> tuple[str, int]:
    """What separates the cells, and where the rows begin: that by which most columns are known, or which is declared."""
    if (declared := DECLARED.match(text)) and declared[1] in SEPARATORS:
        return declared[1], declared.end()
    header = next((line for line in text.splitlines() if line.strip(",;\t| ")), "")

    def known(separator: str) -> tuple[int, int]:
        names = [column_name(name.strip('" ')) for name in header.split(separator)]
        return sum(1 for name in names if layout.place(name)), len(names)

    return max(SEPARATORS, key=known), 0


def _rows(text: str, separator: str, start: int) -> Iterator[RawRow]:
    skipped = text.count("\n", 0, start)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFileError(
                f"The row that begins in line {line} can't be read: {error}. Look at its quotes."
            ) from error
        yield line, [Cell(text) for text in row]
