"""Reads the files of the package strictly: what could be read in two ways is refused, not guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from sources.dataset.package import FLAT, ORIGINS
from sources.dataset.rows import Package, Problem, Row
from sources.dataset.tables import Table, tables
from sources.words import did_you_mean

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_package(directory: Path) -> tuple[Package, list[Problem]]:
    """The rows of all files that can be read, and what is wrong with the others."""
    package = Package()
    problems = list(_unknown_files(directory))
    for table in tables().values():
        rows, found = read_table(directory / table.file, table)
        package.rows[table.name] = rows
        if found:
            package.unread.add(table.name)
            problems += found
    return package, problems


def _unknown_files(directory: Path) -> Iterator[Problem]:
    known = [table.file for table in tables().values()]
    for path in sorted(directory.glob("*.csv")):
        if path.name not in [*known, ORIGINS] and not path.name.startswith(FLAT):
            yield Problem(path.name, 1, "", f"No table has this name.{did_you_mean(path.name, known)}")


def read_table(path: Path, table: Table) -> tuple[list[Row], list[Problem]]:
    """The rows of one file that have a cell for each column, and what is wrong with the rest."""
    if not path.is_file():
        return [], [Problem(table.file, 1, "", f"The file is missing. It begins: {_header_of(table)}")]
    content = path.read_bytes()
    if problem := _unreadable(content, table.file):
        return [], [problem]
    lines, problems = cells_of(content.decode(), table.file)
    if not lines:
        return [], problems or [Problem(table.file, 1, "", f"The header is missing: {_header_of(table)}")]
    (_, header), *body = lines
    if wrong := list(_wrong_columns(header, table)):
        return [], [*wrong, *problems]
    rows = []
    for line, cells in body:
        if len(cells) == len(header):
            rows.append(Row(table, line, dict(zip(header, cells, strict=True))))
        else:
            problems.append(Problem(table.file, line, "", f"{len(cells)} cells instead of {len(header)}."))
    return rows, problems


def _header_of(table: Table) -> str:
    return ",".join(column.name for column in table.columns)


def _unreadable(content: bytes, file: str) -> Problem | None:
    """What keeps a file from being split into cells without a doubt."""
    if content.startswith(BYTE_ORDER_MARK):
        return Problem(file, 1, "", "The file begins with a byte order mark. Save it as UTF-8 without one.")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return Problem(file, _line_at(content, error.start), "", "The file is not UTF-8.")
    if (place := content.find(b"\0")) >= 0:
        return Problem(file, _line_at(content, place), "", "The line holds a NUL byte.")
    if (place := content.find(b"\r")) >= 0:
        return Problem(file, _line_at(content, place), "", "Lines are to end with LF alone, not with CR LF.")
    if content and not content.endswith(b"\n"):
        last = _line_at(content, len(content))
        return Problem(file, last, "", "The last line has no end: the file may have been cut off.")
    return None


def _line_at(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def cells_of(text: str, file: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """The cells of each row with the line that it begins on, as far as the quotes make sense."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        start = reader.line_num + 1
        try:
            rows.append((start, next(reader)))
        except StopIteration:
            return rows, []
        except csv.Error as error:
            return rows, [Problem(file, start, "", f"The row that begins here can't be read: {error}.")]


def _wrong_columns(header: list[str], table: Table) -> Iterator[Problem]:
    known = [column.name for column in table.columns]
    missing = [name for name in known if name not in header]
    for name in dict.fromkeys(header):
        if name not in known:
            hint = did_you_mean(name, missing or known)
            yield Problem(table.file, 1, name, f"The table has no column “{name}”.{hint}")
        elif header.count(name) > 1:
            yield Problem(table.file, 1, name, "The column is there more than once.")
    for name in missing:
        yield Problem(table.file, 1, name, "The column is missing.")
