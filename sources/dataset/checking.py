"""Checks the rows of the package one by one: their values, what they refer to, and the rules of their models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from sources.dataset.building import build
from sources.dataset.extras import check_descriptor, check_origins
from sources.dataset.histories import check_histories
from sources.dataset.keys import Keys
from sources.dataset.reading import read_package
from sources.dataset.rows import NEXT, DatasetError, Package, Problem, Row
from sources.dataset.tables import Column, table_of, tables_that_hold
from sources.models import Fact, Term
from sources.progress import SILENT, Progress
from sources.words import did_you_mean


def read_checked(directory: Path, progress: Progress = SILENT) -> Package:
    """The rows of a directory's files. Raises DatasetError with everything that is wrong with them."""
    package, problems = read_package(directory)
    if problems := [*problems, *check_package(package, progress)]:
        raise DatasetError(sorted(set(problems)))
    return package


def check_directory(directory: Path) -> tuple[Package, list[Problem]]:
    """The rows of a directory's files, and all that is wrong with them, the files besides the tables included."""
    package, problems = read_package(directory)
    problems += check_package(package)
    if not problems:
        problems = [*check_origins(directory, package), *check_descriptor(directory, package)]
    return package, sorted(set(problems))


def check_package(package: Package, progress: Progress = SILENT) -> list[Problem]:
    """Everything that is wrong with the rows, whatever a database may hold."""
    known = Known.in_package(package)
    rules = Rules()
    problems = list(check_histories(package))
    facts = package.facts()
    for row in progress.through("Checking rows", list(package)):
        whole = facts.get(row.whole, row) if row.table.holds == "parts" else row
        problems += _check_row(row, whole.enters, known, rules)
    return problems


@dataclass(slots=True)
class Known:
    """What rows can refer to, each with the first revision that has it."""

    since: dict[str, dict[str, int]] = field(default_factory=dict)
    """By table and key."""
    words: dict[str, dict[str, int]] = field(default_factory=dict)
    """By vocabulary and word."""
    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    """Numbers that stand in for the primary keys that a database would give."""
    unread: set[str] = field(default_factory=set)

    @classmethod
    def in_package(cls, package: Package) -> Known:
        known, keys = cls(unread=package.unread), Keys.of(package)
        for (table, identity), states in package.states().items():
            if states[0].table.model is Term:
                vocabulary, code = identity
                known.words.setdefault(vocabulary, {})[code] = states[0].enters
            else:
                known.since.setdefault(table, {})[identity[0]] = states[0].enters
                known.ids[table, identity[0]] = len(known.ids) + 1
        known._know_by_all_keys(keys)
        return known

    def _know_by_all_keys(self, keys: Keys) -> None:
        """What was renamed is one thing under several keys, which has been there since it had the first."""
        for table, key in list(self.ids) if keys else ():
            first = table, keys.first(table, key)
            self.ids[table, key] = self.ids.get(first, self.ids[table, key])
            since = self.since[table]
            since[key] = since.get(first[1], since[key])

    @classmethod
    def in_database(cls) -> Known:
        """What the database holds, whether the dataset shows it yet or not, with its true primary keys."""
        known = cls()
        for table in tables_that_hold("records"):
            for pk, first, *rest in table.objects.values_list("pk", *table.identity):
                if table.model is Term:
                    known.words.setdefault(first, {})[rest[0]] = 0
                else:
                    known.since.setdefault(table.name, {})[first] = 0
                    known.ids[table.name, first] = pk
        return known


def _check_row(row: Row, enters: int, known: Known, rules: Rules) -> Iterator[Problem]:
    wrong: set[str] = set()
    for column in row.table.columns:
        for message in wrong_with_cell(row, column, enters, known):
            wrong.add(column.name)
            yield row.problem(column.name, message)
    for name, message in rules.broken_by(row, known, frozenset(wrong)):
        yield row.problem(name, message)


def wrong_with_cell(row: Row, column: Column, enters: int, known: Known) -> Iterator[str]:
    """What is wrong with one cell of a row that enters in a revision."""
    cell = row[column.name]
    try:
        column.read(cell)
    except ValueError as error:
        yield str(error)
        return
    if not cell:
        return
    if column.field.choices and cell not in (choices := [value for value, _ in column.field.flatchoices if value]):
        yield f"“{cell}” is not one of {', '.join(choices)}.{did_you_mean(cell, choices)}"
    if column.target and column.target.name not in known.unread:
        what = f"in {column.target.file}"
        yield from _unknown(cell, what, known.since.get(column.target.name, {}), enters)
    if (vocabulary := row.table.vocabularies.get(column.name)) and table_of(Term).name not in known.unread:
        what = f"a word of the vocabulary {vocabulary}"
        yield from _unknown(cell, what, known.words.get(vocabulary, {}), enters)


def _unknown(word: str, what: str, known: dict[str, int], enters: int) -> Iterator[str]:
    since = known.get(word)
    if since is None:
        yield f"“{word}” is not {what}.{did_you_mean(word, list(known))}"
    elif since > enters:
        revision = "the next revision" if since == NEXT else f"revision {since}"
        yield f"“{word}” is {what} only from {revision} on."


class Rules:
    """Applies the rules of the models: those of single fields, `clean` and the check constraints."""

    def __init__(self) -> None:
        self._judged: dict[tuple[Any, ...], str | None] = {}

    def broken_by(self, row: Row, known: Known, wrong: frozenset[str]) -> Iterator[tuple[str, str]]:
        """The column and message of each rule that a row breaks, columns known to be wrong left out."""
        unresolved = frozenset(
            column.name
            for column in row.table.columns
            if column.target and row[column.name] and (column.target.name, row[column.name]) not in known.ids
        )
        instance = build(row, known.ids, wrong | unresolved)
        checked = {column.name for column in row.table.columns if column.own and not column.field.is_relation}
        if messages := _messages(instance, checked - wrong):
            yield from messages
        elif not wrong | unresolved:
            yield from _messages_of_whole(instance)
            yield from self._broken_constraints(row, instance)

    def _broken_constraints(self, row: Row, instance: models.Model) -> Iterator[tuple[str, str]]:
        for model, constraints in instance.get_constraints():
            for constraint in constraints:
                if not isinstance(constraint, models.CheckConstraint):
                    continue
                if message := self._judge(constraint, model, instance):
                    names = constraint.condition.referenced_base_fields  # type: ignore[union-attr]
                    yield next((c.name for c in row.table.columns if c.name in names), ""), message

    def _judge(
        self, constraint: models.CheckConstraint, model: type[models.Model], instance: models.Model
    ) -> str | None:
        """What a constraint has against an instance. What looks the same to it is judged once: the database does it."""
        values = (constraint.name, *_seen_by(constraint.condition, instance))
        if values not in self._judged:
            try:
                constraint.validate(model, instance)
            except ValidationError as error:
                self._judged[values] = " ".join(error.messages)
            else:
                self._judged[values] = None
        return self._judged[values]


def _seen_by(condition: Any, instance: models.Model) -> Iterator[Any]:
    """What decides how a condition judges an instance: of most fields only whether they are null or one value."""
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from _seen_by(child, instance)
            continue
        path, wanted = child if isinstance(child, tuple) else ("", child)
        name, _, lookup = path.partition("__")
        if lookup == "isnull":
            yield _value_of(instance, name) is None
        elif path and not lookup and not hasattr(wanted, "resolve_expression"):
            value = _value_of(instance, name)
            yield None if value is None else value == wanted
        else:
            yield from (_value_of(instance, name) for name in sorted(models.Q(child).referenced_base_fields))


def _value_of(instance: models.Model, name: str) -> Any:
    return getattr(instance, instance._meta.get_field(name).attname)  # type: ignore[union-attr]


def _messages(instance: models.Model, names: set[str]) -> list[tuple[str, str]]:
    """What is wrong with the values of single fields."""
    exclude = {field.name for field in instance._meta.concrete_fields} - names
    try:
        instance.clean_fields(exclude=exclude)
    except ValidationError as error:
        return _by_column(error)
    return []


def _messages_of_whole(instance: models.Model) -> list[tuple[str, str]]:
    """What is wrong with an instance whose values are right one by one, and with what is derived from them."""
    try:
        instance.clean()
    except ValidationError as error:
        return _by_column(error)
    if not isinstance(instance, Fact):
        return []
    instance.derive()
    derived = {f.name for f in instance._meta.concrete_fields if not f.editable and not f.is_relation}
    return _messages(instance, derived - {"left_reason"})


def _by_column(error: ValidationError) -> list[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        return [("", message) for message in error.messages]
    return [
        ("" if name == NON_FIELD_ERRORS else name, message)
        for name, messages in error.message_dict.items()
        for message in messages
    ]
