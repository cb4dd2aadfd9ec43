"""What is said of each row of a file before anything is written: new, changed, same or wrong, and why."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from curating.files.cells import plain
from curating.files.layout import Cells, Layout, Place, default_of
from curating.files.naming import Directory
from curating.files.sheets import Line, Sheet
from sources.dataset.checking import Known, Rules, wrong_with_cell
from sources.dataset.dumping import names_of_records
from sources.dataset.rows import NEXT, Row
from sources.models import Record

LINES_NAMED = 5


class Outcome(StrEnum):
    WRONG = "wrong"
    CHANGED = "changed"
    NEW = "new"
    SAME = "same"


@dataclass(slots=True)
class Judged:
    """A row, what it would do, and what is wrong with it."""

    line: int
    about: str
    """What it is about, as lists name it."""
    outcome: Outcome = Outcome.SAME
    becomes: str = ""
    """What writing it would make, in words."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """The column and what is wrong there."""
    notes: list[str] = field(default_factory=list)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    """The column, what stands there now, and what the row says."""
    thing: Any = None
    """The stored fact or record that it changes; None for a new one."""
    row: Row | None = None
    parts: list[Row] = field(default_factory=list)

    def refuse(self, column: str, message: str) -> None:
        if (column, message) not in self.problems:
            self.problems.append((column, message))

    def settle(self, outcome: Outcome, becomes: str = "") -> Judged:
        """The row with its outcome, unless something is wrong with it."""
        self.outcome = Outcome.WRONG if self.problems else outcome
        self.becomes = "" if self.problems else becomes
        return self

    def shown(self) -> list[Any]:
        """Everything that a person decides by, and what would be written over."""
        of = (self.thing.pk, str(self.thing)) if self.thing is not None else None
        return [self.line, self.about, self.outcome, self.becomes, self.problems, self.notes, self.differences, of]


@dataclass(slots=True)
class Judgement:
    """All rows of a file."""

    rows: list[Judged]

    def that_are(self, outcome: Outcome) -> list[Judged]:
        return [row for row in self.rows if row.outcome is outcome]

    def count(self, outcome: Outcome) -> int:
        return len(self.that_are(outcome))

    @property
    def to_write(self) -> list[Judged]:
        return [*self.that_are(Outcome.CHANGED), *self.that_are(Outcome.NEW)]

    @property
    def digest(self) -> str:
        """What tells this preview from one that says anything else."""
        shown = json.dumps([row.shown() for row in self.rows])
        return hashlib.sha256(shown.encode()).hexdigest()


@dataclass(slots=True)
class Given:
    """A row with its cells read: what can't be is in `problems`, by column."""

    line: Line
    cells: Cells
    problems: Cells
    notes: list[str]

    def judged(self, about: str) -> Judged:
        return Judged(self.line.number, about, problems=list(self.problems.items()), notes=list(self.notes))


class Judge:
    """Judges the rows of one kind. How it is done for facts and for records is said by its two descendants."""

    def __init__(self, layout: Layout, *, hold: bool = False) -> None:
        self.layout, self.hold = layout, hold
        self.known, self.names = Known.in_database(), names_of_records()
        self.directory, self.rules = Directory(), Rules()

    def judge(self, sheet: Sheet) -> Judgement:
        given = [self._read(line) for line in sheet.lines]
        self.look_up(given)
        lines = defaultdict(list)
        for one in given:
            lines[self.identity(one)].append(one.line.number)
        judged = []
        for one in given:
            row = one.judged(self.about(one))
            identity = self.identity(one)
            if all(identity) and len(same := lines[identity]) > 1:
                named = ", ".join(map(str, same[:LINES_NAMED])) + (" and others" if len(same) > LINES_NAMED else "")
                row.refuse(self.layout.identity[0], f"Lines {named} are about the same: keep one of them.")
            judged.append(self.judge_one(one, row))
        return Judgement(self.settle_all(judged))

    def look_up(self, given: list[Given]) -> None:
        """Fetch what the database holds about the rows."""
        raise NotImplementedError

    def identity(self, given: Given) -> tuple[str, ...]:
        """What must not be there twice in a file."""
        raise NotImplementedError

    def judge_one(self, given: Given, row: Judged) -> Judged:
        raise NotImplementedError

    def settle_all(self, judged: list[Judged]) -> list[Judged]:
        """The rows, once all are known."""
        return judged

    def about(self, given: Given) -> str:
        return " ".join(given.cells.get(name, "") for name in self.layout.identity).strip()

    def _read(self, line: Line) -> Given:
        given = Given(line, {}, dict(line.faults), [f"{name}: {remark}." for name, remark in line.remarks.items()])
        for name, text in line.cells.items():
            place = self.layout.place(name)
            if place is not None and name not in given.problems:
                given.cells[name] = text
                try:
                    given.cells[name] = self._cell(name, place, text, given)
                except ValueError as error:
                    given.problems[name] = str(error)
        return given

    def _cell(self, name: str, place: Place, text: str, given: Given) -> str:
        column = place.column
        cell = plain(column, text)
        if not cell:
            return "" if place.part or name in self.layout.table.identity else default_of(column)
        if column.refers_to is None:
            return cell
        key = self.refer(column.refers_to, cell)
        if key != cell:
            given.notes.append(f"{name}: “{cell}” was read as {key}.")
        return key

    def refer(self, model: type[Record], name: str) -> str:
        """The key of what a cell names. Raises ValueError."""
        return self.directory.find(model, name)

    def broken_rules(self, row: Row, wrong: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The column and message of everything that is wrong with a row, columns known to be wrong left out."""
        found = set(wrong)
        for column in row.table.columns:
            if column.own and column.name not in found:
                for message in wrong_with_cell(row, column, NEXT, self.known):
                    found.add(column.name)
                    yield column.name, message
        yield from self.rules.broken_by(row, self.known, frozenset(found))
