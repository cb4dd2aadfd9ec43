"""What a curator's file says, as text by line and column, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from curating.files.cells import quoted, unguarded
from curating.files.layout import Cells, Layout
from sources.words import did_you_mean

MOST_ROWS = 5_000
"""Rows that one file may have: as many as a person can look through, and as one transaction can hold."""


MOST_COLUMNS = 1_000
"""Columns that one file may have: more than there are, with as many citations and parties as a row has room for."""


class UnreadableFileError(Exception):
    """Why a file can't be read at all, and what to do about it."""


class Cell(NamedTuple):
    """A cell as it was read, what forbids to use it, and what was done to read it."""

    text: str
    fault: str = ""
    remark: str = ""


RawRow = tuple[int, list[Cell]]


@dataclass(slots=True)
class Line:
    """A row of a file below its names of columns. What is said of the whole row has the column “”."""

    number: int
    cells: Cells
    faults: Cells = field(default_factory=dict)
    remarks: Cells = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """The rows of a file, and how it was read."""

    file: str
    described: str
    header: list[str]
    lines: list[Line]

    def as_json(self) -> dict[str, Any]:
        lines = [[line.number, list(line.cells.values()), line.faults, line.remarks] for line in self.lines]
        return {"file": self.file, "described": self.described, "header": self.header, "lines": lines}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        header = kept["header"]
        lines = [
            Line(number, dict(zip(header, cells, strict=True)), faults, remarks)
            for number, cells, faults, remarks in kept["lines"]
        ]
        return cls(kept["file"], kept["described"], header, lines)


def column_name(text: str) -> str:
    """The name of a column, however a person spells it: “World rank value” is world_rank_value."""
    return re.sub(r"[\s-]+", "_", text.strip()).casefold()


def sheet_of(rows: Iterable[RawRow], layout: Layout, *, file: str, described: str, pads: bool) -> Sheet:
    """The rows of a file by column. Raises UnreadableFileError where they can't be told apart."""
    filled = (row for row in rows if any(cell.text.strip() or cell.fault for cell in row[1]))
    first = next(filled, None)
    if first is None:
        raise UnreadableFileError(f"The file is empty. Its first row names the columns: {_some(layout)}.")
    names = [column_name(cell.text) for cell in first[1]]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise UnreadableFileError(
            f"The file has more than {MOST_COLUMNS:,} columns. Remove those that are not named below."
        )
    _refuse_wrong_columns(names, layout)
    lines = [_line(number, cells, names, pads=pads) for number, cells in _limited(filled)]
    if not lines:
        raise UnreadableFileError("The file has names of columns, and no row below them.")
    return Sheet(file, described, [name for name in names if name], lines)


def _limited(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    for count, row in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise UnreadableFileError(f"The file has more than {MOST_ROWS:,} rows. Cut it into several.")
        yield row


def _line(number: int, cells: list[Cell], names: list[str], *, pads: bool) -> Line:
    line = Line(number, {})
    padded = [*cells, *[Cell("")] * (len(names) - len(cells))]
    for name, cell in zip(names, padded, strict=False):
        if name:
            line.cells[name] = unguarded(cell.text)
            line.faults |= {name: cell.fault} if cell.fault else {}
            line.remarks |= {name: cell.remark} if cell.remark else {}
        elif cell.text.strip():
            line.faults[""] = (
                f"{quoted(cell.text)} stands in a column without a name. Name the column in the first row."
            )
    if beyond := [cell.text for cell in cells[len(names) :] if cell.text.strip()]:
        line.faults[""] = (
            f"{quoted(beyond[0])} stands to the right of all named columns. Is a cell too many in the row?"
        )
    if len(cells) < len(names) and not pads:
        line.faults[""] = f"The row has {len(cells)} cells instead of {len(names)}: it seems to be cut off."
    return line


def _some(layout: Layout) -> str:
    return ", ".join(layout.names())


def _refuse_wrong_columns(names: list[str], layout: Layout) -> None:
    known = layout.names()
    given = [name for name in names if name]
    if not any(layout.place(name) for name in given):
        raise UnreadableFileError(f"The first row names none of the columns. They are: {_some(layout)}.")
    wrong = [
        f"{quoted(name)} is none of the columns.{did_you_mean(name, known)}"
        for name in dict.fromkeys(given)
        if not layout.place(name)
    ]
    if wrong:
        wrong.append(f"Rename or remove such columns; the known ones are: {_some(layout)}.")
    wrong += [f"The column {name} is there twice." for name in dict.fromkeys(given) if given.count(name) > 1]
    wrong += [
        f"The column {name} is missing: it tells what a row is about." for name in layout.identity if name not in given
    ]
    if wrong:
        raise UnreadableFileError(" ".join(wrong))
