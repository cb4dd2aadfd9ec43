"""Checks moves.csv: what moved is to be there before and after, and nothing may name what was merged into another."""

from __future__ import annotations

from collections.abc import Iterator

from sources.dataset.keys import Gaps, Keys, move_rows, standing_until
from sources.dataset.rows import NEXT, Package, Problem, Row
from sources.dataset.tables import Table, moving_tables
from sources.words import did_you_mean


def check_moves(package: Package) -> Iterator[Problem]:
    """What is wrong with the moves, each looked at with the states of what moved."""
    states, keys = package.states(), Keys.of(package)
    for row in move_rows(package):
        table = moving_tables().get(row["kind"])
        if table is None:
            kinds = list(moving_tables())
            yield row.problem(
                "kind", f"“{row['kind']}” is not one of {', '.join(kinds)}.{did_you_mean(row['kind'], kinds)}"
            )
        elif table.name not in package.unread:
            before, after = (states.get((table.name, (row[name],)), []) for name in ("key", "moved_to"))
            yield from _check_before(row, before, table)
            yield from _check_after(row, after, table, keys)


def _check_before(row: Row, states: list[Row], table: Table) -> Iterator[Problem]:
    """What moves stands before, and its last state leaves with the move."""
    earlier = [state for state in states if state.enters < row.enters]
    if not earlier:
        yield row.problem("key", f"“{row['key']}” is not in {table.file} before {_revision(row)}.")
    elif row.enters != NEXT and earlier[-1]["left"] != row["entered"]:
        message = f"This is to be {row['entered']}, as moves.csv, line {row.line} has it move then."
        yield earlier[-1].problem("left", message)
    elif row.enters == NEXT and earlier[-1]["left"]:
        yield row.problem("key", f"“{row['key']}” left in revision {earlier[-1]['left']} already.")


def _check_after(row: Row, states: list[Row], table: Table, keys: Keys) -> Iterator[Problem]:
    begins = [state for state in states if state.enters == row.enters]
    stood = [state for state in states if state.enters < row.enters and state["left"] in ("", row["entered"])]
    if row["merged"] == "true":
        if not stood:
            message = (
                f"“{row['moved_to']}” is not in {table.file} before {_revision(row)}: nothing can be merged into it."
            )
            yield row.problem("moved_to", message)
    elif not begins:
        message = f"{table.file} is to have a row for “{row['moved_to']}” that enters in {_revision(row)}."
        yield row.problem("moved_to", message)
    elif states[0].enters < row.enters and keys.first(table.name, row["moved_to"]) != row["moved_to"]:
        # Its own earlier states are those of the first key of a thing; any other key begins with a move.
        yield row.problem(
            "moved_to", f"“{row['moved_to']}” is the key of another one: choose a key that was never used."
        )
    elif stood:
        yield row.problem(
            "moved_to", f"“{row['moved_to']}” stands already: say that it is merged, or choose another key."
        )


def check_names(package: Package) -> Iterator[Problem]:
    """Rows name what was renamed by its newest key, and nothing that was merged into another when they stand."""
    keys, gaps = Keys.of(package), Gaps(package)
    if not keys and not gaps:
        return
    until, facts = standing_until(package), package.facts()
    for row in package:
        whole = facts.get(row.whole) if row.table.holds == "parts" else row
        if whole is None or id(whole) not in until:
            continue
        for column in row.table.columns:
            if column.target and (cell := row[column.name]):
                table = column.target.name
                if cell not in (newest := [keys.at(table, cell, NEXT), keys.at(table, cell, package.newest)]):
                    yield row.problem(column.name, f"“{cell}” was renamed: name it “{newest[0]}”.")
                for move in gaps.between(table, cell, whole.enters, until[id(whole)]):
                    message = (
                        f"“{cell}” was merged into “{move['moved_to']}” in {_revision(move)}: name that from then on."
                    )
                    yield row.problem(column.name, message)


def _revision(row: Row) -> str:
    return "the next revision" if row.enters == NEXT else f"revision {row['entered']}"
