"""Flags what looks wrong with the facts of the files, by the same checks that publishing makes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sources.dataset.building import build
from sources.dataset.checking import Known
from sources.dataset.rows import Identity, Package, Problem, Row
from sources.issues import Case, issues_of
from sources.models import Citation, Fact, Record, Source
from sources.standing import Circle, circle_of


def flags(package: Package) -> list[Problem]:
    """What looks wrong with the facts that stand once the files are loaded, which are sound."""
    return sorted(_Flags(package).found())


class _Flags:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.ids = Known.in_package(package).ids
        self.records = self._records()
        self.sources = self._sources()

    def found(self) -> Iterator[Problem]:
        circles: dict[tuple[type[Fact], Circle], dict[Case, Row]] = defaultdict(dict)
        for number, row in enumerate(self._standing(), start=1):
            fact: Any = self._with_records(row)
            fact.pk = number
            fact.derive()
            circles[type(fact), circle_of(fact)][Case(fact, self.sources[row.identity])] = row
        for (kind, _), rows in circles.items():
            for case, issues in issues_of(kind, rows).items():
                for issue in issues:
                    yield rows[case].problem(issue.field, f"{issue.code}: {issue.explanation}")

    def _standing(self) -> Iterator[Row]:
        """The last version of each fact, unless it was withdrawn."""
        last: dict[str, Row] = {}
        for row in self.package.that_hold("facts"):
            if row["key"] not in last or int(last[row["key"]]["version"]) < int(row["version"]):
                last[row["key"]] = row
        return (row for row in last.values() if row.leaves is None)

    def _records(self) -> dict[tuple[str, str], Record]:
        """What facts can refer to, each in its last state."""
        found = {}
        for (table, identity), states in self.package.states().items():
            if (record_id := self.ids.get((table, identity[0]))) is not None:
                record: Any = build(states[-1], self.ids)
                record.pk = record_id
                found[table, identity[0]] = record
        return found

    def _sources(self) -> dict[Identity, tuple[Source, ...]]:
        """The sources that each fact cites."""
        found: dict[Identity, list[Any]] = defaultdict(list)
        for row in self.package.that_hold("parts"):
            if row.table.model is Citation:
                found[row.whole].append(self._with_records(row).source)
        return {identity: tuple(sources) for identity, sources in found.items()}

    def _with_records(self, row: Row) -> Any:
        """A row as an instance that has at hand what it refers to."""
        instance = build(row, self.ids)
        for column in row.table.columns:
            if column.own and column.target and row[column.name]:
                setattr(instance, column.name, self.records[column.target.name, row[column.name]])
        return instance
