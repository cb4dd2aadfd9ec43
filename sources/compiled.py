"""Runs queries whose SQL was written once: another of the same form has only its values bound anew.

Django takes longer to write the SQL of a list than the database to answer it. A value that differs from one request to
the next goes into a query as a `Slot`, under a name. The rest of the query has to follow from the key that it is kept under.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Converters = list[tuple[int, tuple[list[Callable[..., Any]], Any]]]
"""By position, what turns a column of the database into what it stands for."""

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
    """The SQL of queries that give tuples of the same columns, one after the other up to so many."""

    __slots__ = ("converters", "parameters", "sql")

    def __init__(self, querysets: Sequence[QuerySet[Any, Any]], most: int) -> None:
        parts = [part for queryset in querysets if (part := _written(queryset))]
        self.parameters = [parameter for _, parameters, _ in parts for parameter in parameters]
        self.converters = parts[0][2] if parts else []
        self.sql = parts[0][0] if parts else ""
        if len(parts) > 1:
            # Both databases read the members in turn: none with a limit of its own is read in parallel.
            members = (f"SELECT * FROM ({sql}) AS part_{index}" for index, (sql, _, _) in enumerate(parts))  # noqa: S608
            self.sql = f"{' UNION ALL '.join(members)} LIMIT {most}"

    def run(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
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
    columns = [selected for selected, *_ in compiler.select[: compiler.col_count]]
    return sql, parameters, list(compiler.get_converters(columns).items())


def rows(
    key: Hashable, queries: Callable[[], Sequence[QuerySet[Any, Any]]], values: Mapping[str, Any], *, most: int = 1
) -> list[tuple[Any, ...]]:
    """What queries give, one after the other, up to so many rows: of tuples, with slots of these names.

    They are made once for their key.
    """
    statement = _known.get(key)
    if statement is None:
        if len(_known) >= MOST:
            _known.clear()
        statement = _known[key] = _Statement(queries(), most)
    return statement.run(values)


def forget() -> None:
    """Empty the memory: for tests, which compare what is run again with what is made anew."""
    _known.clear()
