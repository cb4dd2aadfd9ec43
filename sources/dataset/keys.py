"""By what keys the rows of the package name things that were renamed: by those of its newest revision, in every row.

So the rows of a table can be joined to those that they name, whenever they entered. What a thing was called at an
older revision, its own rows say, and moves.csv.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sources.dataset.rows import NEXT, Package, Row
from sources.dataset.tables import moving_tables, table_of
from sources.models import Move

Thing = tuple[str, str]
"""A table, and the first key that something had in it."""


def move_rows(package: Package) -> list[Row]:
    """The moves, from the first to the last."""
    return sorted(package.rows[table_of(Move).name], key=lambda row: row.enters)


class Keys:
    """What things were called at each revision, as far as they were renamed."""

    def __init__(self, moves: Iterable[Row]) -> None:
        self._first: dict[Thing, str] = {}
        self._called: dict[Thing, list[tuple[int, str]]] = {}
        tables = moving_tables()
        for row in moves:
            if row["merged"] == "true" or (table := tables.get(row["kind"])) is None:
                continue
            first = self.first(table.name, row["key"])
            self._first[table.name, row["moved_to"]] = first
            self._called.setdefault((table.name, first), [(0, first)]).append((row.enters, row["moved_to"]))

    @classmethod
    def of(cls, package: Package) -> Keys:
        return cls(move_rows(package))

    def __bool__(self) -> bool:
        return bool(self._called)

    def first(self, table: str, key: str) -> str:
        """The key that a thing had before it was ever renamed, by any of its keys."""
        return self._first.get((table, key), key)

    def at(self, table: str, key: str, revision: int) -> str:
        """The key that a thing had at a revision, by any of its keys."""
        called = self._called.get((table, self.first(table, key)))
        return next((name for since, name in reversed(called or ()) if since <= revision), key)

    def all(self, table: str, key: str) -> list[str]:
        """All keys that a thing ever had, by any of them."""
        called = self._called.get((table, self.first(table, key)), ())
        return list(dict.fromkeys([key, *(name for _, name in called)]))

    def named_at(self, row: Row, revision: int) -> Row:
        """A row that names others by the keys that they had at a revision."""
        changed = {}
        for column in row.table.columns:
            if column.target and (cell := row[column.name]):
                changed[column.name] = self.at(column.target.name, cell, revision)
        return Row(row.table, row.line, row.cells | changed) if changed else row

    def package_at(self, package: Package, revision: int) -> Package:
        """A package all of whose rows name others by the keys that they had at a revision."""
        if not self:
            return package
        rows = {name: [self.named_at(row, revision) for row in rows] for name, rows in package.rows.items()}
        return Package(rows, package.unread)


class Gaps:
    """When what was merged into another is not there, so that no row that stands then may name it."""

    def __init__(self, package: Package) -> None:
        self._of: dict[Thing, list[tuple[int, int, Row]]] = defaultdict(list)
        tables, states = moving_tables(), package.states()
        for row in move_rows(package):
            if row["merged"] == "true" and (table := tables.get(row["kind"])):
                later = [one.enters for one in states.get((table.name, (row["key"],)), ()) if one.enters > row.enters]
                self._of[table.name, row["key"]].append((row.enters, min(later, default=NEXT + 1), row))

    def __bool__(self) -> bool:
        return bool(self._of)

    def between(self, table: str, key: str, enters: int, leaves: int) -> Iterator[Row]:
        """The moves by which a thing is not there at some revision between two."""
        for begins, ends, row in self._of.get((table, key), ()):
            if enters < ends and leaves > begins:
                yield row


def standing_until(package: Package) -> dict[int, int]:
    """By the identity of each row of a fact or a record, the revision in which it leaves, after all others if in none."""
    last: dict[int, int] = {}
    next_versions = {row.identity for row in package.that_hold("facts") if row.enters == NEXT}
    for row in package.that_hold("facts"):
        follows = (row["key"], str((row.number("version") or 0) + 1)) in next_versions
        last[id(row)] = row.leaves or (NEXT if follows else NEXT + 1)
    for states in package.states().values():
        for state, following in zip(states, [*states[1:], None], strict=True):
            last[id(state)] = state.leaves or (following.enters if following else NEXT + 1)
    return last
