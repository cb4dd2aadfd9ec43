"""Runs queries whose SQL was written once: another of the same form has only its values bound anew.

Django takes longer to write the SQL of a list than the database to answer it. A value that differs from one request to
the next goes into a query as a `Slot`, under a name. The rest of the query has to follow from the key that it is kept under.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection
from django.db.models import QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Converters = list[tuple[int, tuple[list[Callable[..., Any]], Any]]]
"""By position, what turns a column of the database into what it stands for."""

MOST = 2_000
"""How many queries a process keeps; then it begins anew."""

_known: dict[Hashable, _Statement] = {}
_leaves_gaps: ContextVar[bool] = ContextVar("leaves_gaps", default=False)
_walks: ContextVar[bool] = ContextVar("walks", default=False)

_REFERENCE = re.compile(r'(?<![\w"+.])("\w+"\."\w+_id" (?:=|IN) )')
"""A condition on what a row refers to. With a plus before it, SQLite tests each row rather than look the rows up."""


class Slot(Value):
    """A value in a query. Run by itself the query has this one; run again, whatever then has its name."""

    def __init__(self, name: str, value: Any) -> None:
        super().__init__(value)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self.parameter(),)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """Without the cast of decimals: a column says itself how it compares."""
        return self.as_sql(compiler, connection)

    def parameter(self, written: Callable[[Any], Any] | None = None) -> Any:
        """What stands for it among the parameters, written for the database as it has to be."""
        if _leaves_gaps.get():
            return _Gap(self.name, written)
        return written(self.value) if written else self.value


@dataclass(frozen=True, slots=True)
class _Gap:
    """The place of a slot among the parameters of a statement."""

    name: str
    written: Callable[[Any], Any] | None

    def filled(self, values: Mapping[str, Any]) -> Any:
        value = values[self.name]
        return self.written(value) if self.written else value


class _Statement:
    """The SQL of queries that give tuples of the same columns, one after the other up to so many."""

    __slots__ = ("converters", "parameters", "sql")

    def __init__(self, querysets: Sequence[QuerySet[Any, Any]], most: int, *, walking: bool) -> None:
        walked = _walks.set(walking)
        try:
            parts = [part for queryset in querysets if (part := _written(queryset))]
        finally:
            _walks.reset(walked)
        self.parameters = [parameter for _, parameters, _ in parts for parameter in parameters]
        self.converters = parts[0][2] if parts else []
        self.sql = parts[0][0] if parts else ""
        if len(parts) > 1:
            # Both databases read the members in turn: none with a limit of its own is read in parallel.
            members = (f"SELECT * FROM ({sql}) AS part_{index}" for index, (sql, _, _) in enumerate(parts))  # noqa: S608
            self.sql = f"{' UNION ALL '.join(members)} LIMIT {most}"

    def run(self, values: Mapping[str, Any], most_steps: int = 0) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
        parameters = [one.filled(values) if isinstance(one, _Gap) else one for one in self.parameters]
        with connection.cursor() as cursor, _within(most_steps):
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        return list(map(self._converted, rows)) if self.converters else rows

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for position, (converters, column) in self.converters:
            for convert in converters:
                values[position] = convert(values[position], column, connection)
        return tuple(values)


def _written(queryset: QuerySet[Any, Any]) -> tuple[str, Sequence[Any], Converters] | None:
    """The SQL of a query with gaps for its slots, and what its columns are read by; None where it can find nothing."""
    compiler = queryset.query.get_compiler(connection=connection)
    left = _leaves_gaps.set(True)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    finally:
        _leaves_gaps.reset(left)
    if walks():
        beginning, where, conditions = sql.partition(" WHERE ")
        sql = beginning + where + _REFERENCE.sub(r"+\1", conditions)
    columns = [selected for selected, *_ in compiler.select[: compiler.col_count]]
    return sql, parameters, list(compiler.get_converters(columns).items())


class WalkTooFarError(Exception):
    """What was sought lay further along the way than it is worth to walk."""


@contextmanager
def _within(most_steps: int) -> Iterator[None]:
    """Let SQLite take so many steps, where any number is given."""
    if not most_steps:
        yield
        return
    database = connection.connection
    database.set_progress_handler(lambda: 1, most_steps)
    try:
        yield
    except OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise WalkTooFarError from error
    finally:
        database.set_progress_handler(None, 0)


def walks() -> bool:
    """Whether the query that is being written is to go through the rows in their order, and test each."""
    return _walks.get()


def rows(
    key: Hashable,
    queries: Callable[[], Sequence[QuerySet[Any, Any]]],
    values: Mapping[str, Any],
    *,
    most: int = 1,
    most_steps: int = 0,
) -> list[tuple[Any, ...]]:
    """What queries give, one after the other, up to so many rows: of tuples, with slots of these names.

    They are made once for their key. With a number of steps, SQLite walks through the rows in their order and tests each
    until there are enough, the shorter way where many meet the conditions. Raises WalkTooFarError after so many.
    """
    walking = bool(most_steps)
    key = (key, walking)
    statement = _known.get(key)
    if statement is None:
        if len(_known) >= MOST:
            _known.clear()
        statement = _known[key] = _Statement(queries(), most, walking=walking)
    return statement.run(values, most_steps)


def forget() -> None:
    """Empty the memory: for tests, which compare what is run again with what is made anew."""
    _known.clear()
