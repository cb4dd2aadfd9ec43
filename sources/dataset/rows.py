"""Rows of the package in memory, wherever they were read from, and what can be wrong with them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sources.dataset.tables import Holds, Table, tables, tables_that_hold

NEXT = sys.maxsize
"""Stands for the revision, not numbered yet, that a row without `entered` is to enter in."""

Identity = tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, and in which file, line and column."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = [self.file, str(self.line), *filter(None, [self.column])]
        return f"{':'.join(place)}: {self.message}"


class DatasetError(Exception):
    """Why the package was refused; nothing was changed."""

    def __init__(self, reasons: Iterable[Problem | str]) -> None:
        self.reasons = [str(reason) for reason in reasons]
        super().__init__("\n".join(self.reasons))


@dataclass(slots=True)
class Row:
    """A row of a table as text: what its file, or the database, holds."""

    table: Table
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def identity(self) -> Identity:
        """Which thing the row is about."""
        return tuple(self.cells[name] for name in self.table.identity)

    @property
    def whole(self) -> Identity:
        """Of a fact or a part of one: the key and version of the fact."""
        return self.identity[:2]

    @property
    def enters(self) -> int:
        return self.number("entered") or NEXT

    @property
    def leaves(self) -> int | None:
        return self.number("left")

    def number(self, column: str) -> int | None:
        """The whole number in a column; None if there is none."""
        cell = self.cells.get(column, "")
        return int(cell) if cell.isascii() and cell.isdecimal() else None

    def values(self) -> tuple[str, ...]:
        """What the row says of the thing itself, whenever it entered or left."""
        return tuple(self.cells[column.name] for column in self.table.columns if column.own)

    def problem(self, column: str, message: str) -> Problem:
        return Problem(self.table.file, self.line, column, message)

    def sort_key(self) -> tuple[int | str, ...]:
        """Puts rows in the order of the dump: by what they are about, then by when they entered."""
        return tuple(
            self.number(name) or 0 if self.table.column(name).codec.type == "integer" else self.cells[name]
            for name in self.table.primary_key
        )

    def named(self) -> str:
        if self.table.holds == "facts":
            return f"{self['key']} version {self['version']}"
        if self.table.holds == "moves":
            return f"move of {self['kind']} {self['key']} to {self['moved_to']}"
        return f"{self.table.model._meta.verbose_name} {' '.join(self.identity)}"


def _no_rows() -> dict[str, list[Row]]:
    return {name: [] for name in tables()}


@dataclass(slots=True)
class Package:
    """All rows of the dataset by table, and the tables that could not be read whole."""

    rows: dict[str, list[Row]] = field(default_factory=_no_rows)
    unread: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Row]:
        return (row for rows in self.rows.values() for row in rows)

    def that_hold(self, what: Holds) -> Iterator[Row]:
        return (row for table in tables_that_hold(what) for row in self.rows[table.name])

    @property
    def newest(self) -> int:
        """The number of the newest revision, 0 while there is none."""
        return max((row.number("number") or 0 for row in self.rows["revisions"]), default=0)

    def facts(self) -> dict[Identity, Row]:
        return {row.identity: row for row in self.that_hold("facts")}

    def parts(self) -> dict[Identity, list[Row]]:
        """The citations and other parts of each fact."""
        found: dict[Identity, list[Row]] = {}
        for row in self.that_hold("parts"):
            found.setdefault(row.whole, []).append(row)
        return found

    def states(self) -> dict[tuple[str, Identity], list[Row]]:
        """The rows of each source, entity and term, from its first state to its last."""
        found: dict[tuple[str, Identity], list[Row]] = {}
        for row in sorted(self.that_hold("records"), key=lambda row: row.enters):
            found.setdefault((row.table.name, row.identity), []).append(row)
        return found
