"""Checks what rows say together: the order of revisions, states and versions, and that every fact has a citation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sources.dataset.moved import check_moves, check_names
from sources.dataset.rows import NEXT, Identity, Package, Problem, Row
from sources.dataset.tables import table_of, tables_that_hold
from sources.models import Citation
from sources.words import did_you_mean


def check_histories(package: Package) -> Iterator[Problem]:
    yield from _check_revisions(package.rows["revisions"])
    if "revisions" not in package.unread:
        yield from _check_moments(package)
    yield from _check_duplicates(package)
    yield from _check_states(package)
    yield from check_moves(package)
    yield from check_names(package)
    yield from _check_versions(package)
    yield from _check_parts(package)


def _check_revisions(rows: list[Row]) -> Iterator[Problem]:
    for expected, row in enumerate(rows, start=1):
        if row["number"] != str(expected):
            yield row.problem("number", f"Revisions are numbered one by one: this is to be {expected}.")
    for earlier, later in pairwise(rows):
        try:
            created = [row.table.column("created").read(row["created"]) for row in (earlier, later)]
        except ValueError:
            continue
        if created[1] < created[0] + timedelta(seconds=1):
            yield later.problem("created", "A revision is made at least a second after the one before it.")


def _check_moments(package: Package) -> Iterator[Problem]:
    """Rows enter and leave in revisions that there are, and leave after they entered."""
    for row in (*package.that_hold("records"), *package.that_hold("moves"), *package.that_hold("facts")):
        for name in ("entered", "left"):
            if (number := row.number(name)) is not None and not 1 <= number <= package.newest:
                yield row.problem(name, f"revisions.csv has no revision {number}.")
        if row.leaves is not None and row.leaves <= row.enters:
            yield row.problem("left", "A row leaves in a later revision than the one that it enters in.")


def _check_duplicates(package: Package) -> Iterator[Problem]:
    for rows in package.rows.values():
        first: dict[Identity, Row] = {}
        for row in rows:
            names = row.table.primary_key
            key = tuple(row[name] for name in names)
            if key in first:
                yield row.problem(names[0], f"{' '.join(filter(None, key))} is on line {first[key].line} already.")
            first.setdefault(key, row)


def _check_states(package: Package) -> Iterator[Problem]:
    """Each state of a record ends where the next one begins, unless it moved; the last one stands or moved."""
    moved = {(row["kind"], row["key"], row["entered"]) for row in package.that_hold("moves")}
    for states in package.states().values():
        kind = getattr(states[0].table.model, "document_kind", "")
        for state, following in pairwise(states):
            ends = "" if following.enters == NEXT else following["entered"]
            if state["left"] and (kind, state.identity[0], state["left"]) in moved:
                continue
            if state["left"] != ends:
                wanted = ends or "empty"
                yield state.problem("left", f"This is to be {wanted}, as line {following.line} has the next state.")
            if state.values() == following.values():
                yield following.problem("entered", f"This state is the same as the one on line {state.line}.")
        last = states[-1]
        if last["left"] and (kind, last.identity[0], last["left"]) not in moved:
            yield last.problem("left", "The last state stands: leave this empty, or say in moves.csv where it moved.")


def _check_versions(package: Package) -> Iterator[Problem]:
    """The versions of a key count up from 1, in one table, and one is live at a time."""
    versions = defaultdict(list)
    for row in package.that_hold("facts"):
        versions[row["key"]].append(row)
        if bool(row["left"]) != bool(row["left_reason"]):
            yield row.problem("left_reason", "A reason is given exactly where `left` is.")
    for rows in versions.values():
        rows.sort(key=lambda row: row.number("version") or 0)
        yield from _check_sequence(rows)


def _check_sequence(rows: list[Row]) -> Iterator[Problem]:
    for expected, row in enumerate(rows, start=1):
        if row.table is not rows[0].table:
            yield row.problem("key", f"The key is taken: {rows[0].table.file}, line {rows[0].line}.")
        elif row["version"] != str(expected):
            yield row.problem("version", f"The versions of a key count up from 1: this is to be {expected}.")
    for earlier, later in pairwise(rows):
        if earlier.enters == later.enters == NEXT:
            yield later.problem("version", f"Version {earlier['version']} is new as well: one can enter at a time.")
        elif earlier.leaves is None and later.enters != NEXT:
            message = f"Version {later['version']} replaces it in revision {later['entered']}: say so here."
            yield earlier.problem("left", message)
        elif (earlier.leaves or 0) > later.enters:
            yield later.problem("entered", f"Version {earlier['version']} leaves only in revision {earlier['left']}.")


def _check_parts(package: Package) -> Iterator[Problem]:
    facts = package.facts()
    versions: dict[str, list[str]] = defaultdict(list)
    for key, version in facts:
        versions[key].append(version)
    known = list(versions)
    all_read = package.unread.isdisjoint(table.name for table in tables_that_hold("facts"))
    cited = set()
    for row in package.that_hold("parts"):
        whole, name = facts.get(row.whole), row.table.identity[0]
        if row.table.model is Citation:
            cited.add(row.whole)
        if whole is None and all_read:
            yield _missing_whole(row, versions, known)
        elif whole is not None and not issubclass(whole.table.model, row.table.whole):
            yield row.problem(name, f"{row[name]} is a row of {whole.table.file}, which has no {row.table.name}.")
    if table_of(Citation).name not in package.unread:
        for identity in facts.keys() - cited:
            yield facts[identity].problem("key", "The fact has no citation in citations.csv.")


def _missing_whole(row: Row, versions: dict[str, list[str]], known: list[str]) -> Problem:
    name = row.table.identity[0]
    if row[name] in versions:
        return row.problem("version", f"{row[name]} has no version {row['version']}.")
    return row.problem(name, f"No fact has the key “{row[name]}”.{did_you_mean(row[name], known)}")
