"""Compares the files with the database, and finds what is to be published, revision by revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sources.dataset.keys import Keys
from sources.dataset.rows import NEXT, Package, Problem, Row


@dataclass(slots=True)
class Act:
    """What one revision is to do: the rows that enter in it, and the facts that leave."""

    records: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    leaving: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What is to be published, by revision, and what speaks against it."""

    acts: dict[int, Act] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    """What the database has published in revisions that the files lack."""

    def act(self, revision: int) -> Act:
        return self.acts.setdefault(revision, Act())


def compare(files: Package, database: Package) -> Plan:
    """What the files hold that the database has not."""
    keys = Keys.of(files)
    return _Comparison(keys.package_at(files, NEXT), keys.package_at(database, NEXT)).plan()


class _Comparison:
    def __init__(self, files: Package, database: Package) -> None:
        self.files, self.database = files, database
        self.facts = files.facts()
        self.parts, self.published_parts = files.parts(), database.parts()
        self.result = Plan()

    def plan(self) -> Plan:
        self._compare_revisions()
        self._compare_states()
        self._compare_moves()
        self._compare_facts()
        return self.result

    def _compare_revisions(self) -> None:
        published = {row.identity: row for row in self.database.rows["revisions"]}
        for row in self.files.rows["revisions"]:
            if old := published.get(row.identity):
                self.result.problems += _contradictions(row, old)
            else:
                self.result.act(int(row["number"]))

    def _compare_states(self) -> None:
        published = self.database.states()
        for thing, states in self.files.states().items():
            self._compare_states_of_one(states, published.pop(thing, []))
        for states in published.values():
            self._miss(states)

    def _compare_states_of_one(self, states: list[Row], published: list[Row]) -> None:
        left_over = {state.enters: state for state in published}
        for state in states:
            old = left_over.get(state.enters) or self._published_later(state, left_over)
            if old:
                del left_over[old.enters]
                self.result.problems += _contradictions(state, old)
            elif not published or state.enters > self.database.newest:
                self._enter(state, self._turn(state))
            else:
                self._refuse(state)
        self._miss(left_over.values())
        for old in left_over.values():
            if not self._is_news(old):
                message = f"The state that was published in revision {old['entered']} is missing."
                self.result.problems.append(states[-1].problem("entered", message))

    def _published_later(self, state: Row, published: dict[int, Row]) -> Row | None:
        """The published state that a row without a number, or with one that came too late, has become."""
        candidates = (old for old in published.values() if state.enters == NEXT or self._is_news(old))
        return next((old for old in candidates if old.values() == state.values()), None)

    def _compare_moves(self) -> None:
        published = [*self.database.that_hold("moves")]
        for row in self.files.that_hold("moves"):
            same = [old for old in published if old.identity == row.identity]
            old = next((old for old in same if old.enters == row.enters), None) or self._move_published_later(row, same)
            if old:
                published.remove(old)
                self.result.problems += _contradictions(row, old)
            elif (revision := self._turn(row)) is None:
                self._refuse(row)
            else:
                self.result.act(revision).moves.append(row)
        self._miss(published)

    def _move_published_later(self, row: Row, published: list[Row]) -> Row | None:
        candidates = (old for old in published if row.enters == NEXT or self._is_news(old))
        return next((old for old in candidates if old.values() == row.values()), None)

    def _compare_facts(self) -> None:
        published = self.database.facts()
        for identity, row in self.facts.items():
            old = published.pop(identity, None)
            if old and old.table is not row.table:
                message = f"It is published as a {old.table.model._meta.verbose_name}."
                self.result.problems.append(row.problem("key", message))
            elif old:
                self.result.problems += _contradictions(row, old)
                self._compare_parts(row)
                self._compare_entry(row, old)
                self._compare_exit(row, old)
            else:
                self._enter(row, self._turn(row))
        self._miss(published.values())

    def _compare_parts(self, fact: Row) -> None:
        published = {(part.table.name, part.identity): part for part in self.published_parts.get(fact.identity, [])}
        for part in self.parts.get(fact.identity, []):
            if old := published.pop((part.table.name, part.identity), None):
                self.result.problems += _contradictions(part, old)
            else:
                message = f"{fact.named()} is published without this. A new version of it could have it."
                self.result.problems.append(part.problem("position", message))
        for old in published.values():
            message = f"It is published with {old.table.model._meta.verbose_name} {old['position']}, which is missing"
            self.result.problems.append(fact.problem("key", f"{message} from {old.table.file}."))

    def _compare_entry(self, row: Row, old: Row) -> None:
        if row.enters not in (NEXT, old.enters) and not self._is_news(old):
            self.result.problems.append(_contradiction(row, old, "entered"))

    def _compare_exit(self, row: Row, old: Row) -> None:
        if row.leaves is None and old.leaves is not None and old.leaves > self.files.newest:
            if (row["key"], str(int(row["version"]) + 1)) not in self.facts:
                self.result.lacking.append(f"{old.named()} left in revision {old['left']}: {old['left_reason']}")
        elif row.leaves is not None and old.leaves is None and row.leaves > self.database.newest:
            self.result.act(row.leaves).leaving.append(row)
        else:
            for name in ("left", "left_reason"):
                if row[name] != old[name]:
                    self.result.problems.append(_contradiction(row, old, name))

    def _turn(self, row: Row) -> int | None:
        """The revision in which a row that the database lacks can enter; None if its time has passed."""
        if row.enters > self.database.newest:
            return row.enters
        may_enter_late = row.leaves is None and self.files.newest <= self.database.newest
        return NEXT if may_enter_late else None

    def _enter(self, row: Row, revision: int | None) -> None:
        if revision is None:
            self._refuse(row)
        elif row.table.holds == "facts":
            self.result.act(revision).facts.append(row)
            if row.leaves is not None:
                self.result.act(row.leaves).leaving.append(row)
        else:
            self.result.act(revision).records.append(row)

    def _refuse(self, row: Row) -> None:
        message = f"Revision {row['entered']} was published without this. Leave `entered` empty for what is new."
        self.result.problems.append(row.problem("entered", message))

    def _is_news(self, published: Row) -> bool:
        """Whether it was published in a revision that the files don't have."""
        return published.enters > self.files.newest

    def _miss(self, published: Iterable[Row]) -> None:
        news = (old for old in published if self._is_news(old))
        self.result.lacking += [f"{old.named()} entered in revision {old['entered']}" for old in news]


def _contradictions(row: Row, published: Row) -> Iterator[Problem]:
    """Where a row says of the same thing something else than was published."""
    for column in row.table.columns:
        if column.own and row[column.name] != published[column.name]:
            yield _contradiction(row, published, column.name)


def _contradiction(row: Row, published: Row, column: str) -> Problem:
    return row.problem(column, f"“{row[column]}” contradicts what is published: “{published[column]}”.")
