"""The package as it was at a revision: what entered later is not there, what left later has not left."""

from __future__ import annotations

from sources.dataset.keys import Keys
from sources.dataset.rows import Package, Row
from sources.dataset.tables import tables


def as_of(package: Package, revision: int) -> Package:
    """The rows of a package that a dump at an older revision would have had."""
    keys = Keys.of(package)
    facts = {row.identity for row in package.that_hold("facts") if row.enters <= revision}
    then = Package(
        {name: [_then(row, revision) for row in package.rows[name] if _was(row, revision, facts)] for name in tables()}
    )
    return keys.package_at(then, revision)


def _was(row: Row, revision: int, facts: set[tuple[str, ...]]) -> bool:
    match row.table.holds:
        case "revisions":
            return (row.number("number") or 0) <= revision
        case "parts":
            return row.whole in facts
        case _:
            return row.enters <= revision


def _then(row: Row, revision: int) -> Row:
    if row.leaves is None or row.leaves <= revision:
        return row
    later = {"left": ""} | ({"left_reason": ""} if "left_reason" in row.cells else {})
    return Row(row.table, row.line, row.cells | later)
