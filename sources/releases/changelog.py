"""What changed between two revisions, told from the rows alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sources.dataset.keys import move_rows
from sources.dataset.rows import Package, Row
from sources.dataset.tables import Table, tables_that_hold

Moves = Mapping[tuple[str, str], Row]
"""By kind and key, the last move from it."""


@dataclass(slots=True)
class TableChanges:
    """What entered, was corrected and was withdrawn of one table."""

    table: Table
    entered: list[str] = field(default_factory=list)
    corrected: list[tuple[str, str]] = field(default_factory=list)
    """Keys, each with the reason where there is one."""
    withdrawn: list[tuple[str, str]] = field(default_factory=list)
    """Facts that left, and keys that were left."""

    def __bool__(self) -> bool:
        return bool(self.entered or self.corrected or self.withdrawn)


def changes(package: Package, since: int) -> Iterator[TableChanges]:
    """The changes from a revision to the newest one of a package; what came and went in between is none."""
    moves = {(row["kind"], row["key"]): row for row in move_rows(package)}
    for table in [*tables_that_hold("facts"), *tables_that_hold("records")]:
        if found := _changes_of(table, package.rows[table.name], since, moves):
            yield found


def _changes_of(table: Table, rows: list[Row], since: int, moves: Moves) -> TableChanges:
    found = TableChanges(table)
    before = {_name(row): row for row in rows if row.enters <= since and (row.leaves is None or row.leaves > since)}
    now = {_name(row): row for row in rows if row.leaves is None}
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            found.entered.append(name)
        elif name not in now:
            found.withdrawn.append((name, _reason(before[name], rows, moves)))
        elif before[name] is not now[name]:
            found.corrected.append((name, _reason(before[name], rows)))
    return found


def _name(row: Row) -> str:
    """What tells a fact or record from others, whatever its version or state."""
    return row["key"] if row.table.holds == "facts" else ":".join(row.identity)


def _reason(row: Row, rows: list[Row], moves: Moves | None = None) -> str:
    """Why the last version but the live one left, or a record its key; other changes of records have no reason."""
    if row.table.holds != "facts":
        move = (moves or {}).get((row.table.model.document_kind, row.identity[0]))  # type: ignore[attr-defined]
        how = "merged into" if move and move["merged"] == "true" else "renamed"
        return f"{how} `{move['moved_to']}`. {move['reason']}" if move else ""
    left = [other for other in rows if other["key"] == row["key"] and other["left"]]
    return max(left, key=lambda other: other.number("version") or 0)["left_reason"]


def changelog(package: Package, since: int) -> str:
    """The changes as Markdown."""
    found = list(changes(package, since))
    return "\n".join([*_head(package, since), *_counts(found), *_revisions(package, since), *_keys(found)]) + "\n"


def _head(package: Package, since: int) -> list[str]:
    origin = f"since revision {since}, which the release before this one froze" if since else "since the beginning"
    text = f"What changed {origin}, up to revision {package.newest}. Of what came and went in between, nothing is said."
    return ["# Changes", "", text, ""]


def _counts(found: list[TableChanges]) -> list[str]:
    if not found:
        return ["Nothing has changed.", ""]
    rows = [f"| {one.table.name} | {len(one.entered)} | {len(one.corrected)} | {len(one.withdrawn)} |" for one in found]
    return ["| table | entered | corrected | withdrawn |", "|---|--:|--:|--:|", *rows, ""]


def _revisions(package: Package, since: int) -> list[str]:
    rows = [row for row in package.rows["revisions"] if (row.number("number") or 0) > since]
    said = [f"- {row['number']} ({row['created']}, {_line(row['author'])}): {_line(row['message'])}" for row in rows]
    return ["## Revisions", "", *(said or ["None."]), ""]


def _keys(found: list[TableChanges]) -> Iterator[str]:
    for one in found:
        yield f"## {one.table.name}"
        yield ""
        parts = {"Entered": [(key, "") for key in one.entered], "Corrected": one.corrected, "Withdrawn": one.withdrawn}
        for title, keys in parts.items():
            if keys:
                yield from (f"### {title} ({len(keys)})", "")
                yield from (f"- `{key}`: {_line(reason)}" if reason else f"- `{key}`" for key, reason in keys)
                yield ""


def _line(text: str) -> str:
    return " ".join(text.split())
