"""Runs queries whose SQL was written once: another of the same form has only its values bound anew.

Django takes longer to write the SQL of a list than the database to answer it. A value that differs from one request to
the next goes into a query as a `Slot`, under a name. The rest of the query has to follow from the key that it is kept under.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

MOST = 2_000
"""How many queries a process keeps; then it begins anew."""

_known: dict[Hashable, _Statement] = {}
_leaves_gaps: ContextVar[bool] = ContextVar("leaves_gaps", default=False)


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
    """The SQL of a query that gives tuples."""

    __slots__ = ("converters", "parameters", "sql")

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        left = _leaves_gaps.set(True)
        try:
            self.sql, self.parameters = compiler.as_sql()
        finally:
            _leaves_gaps.reset(left)
        columns = [selected for selected, *_ in compiler.select[: compiler.col_count]]
        self.converters = list(compiler.get_converters(columns).items())

    def run(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        parameters = [one.filled(values) if isinstance(one, _Gap) else one for one in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        return list(map(self._converted, rows)) if self.converters else rows

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for position, (converters, column) in self.converters:
            for convert in converters:
                values[position] = convert(values[position], column, connection)
        return tuple(values)


def rows(key: Hashable, query: Callable[[], QuerySet[Any, Any]], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a query gives that is made once for its key: of tuples, with slots of these names."""
    statement = _known.get(key)
    if statement is None:
        if len(_known) >= MOST:
            _known.clear()
        try:
            statement = _known[key] = _Statement(query())
        except EmptyResultSet:
            return []
    return statement.run(values)


def forget() -> None:
    """Empty the memory: for tests, which compare what is run again with what is made anew."""
    _known.clear()
