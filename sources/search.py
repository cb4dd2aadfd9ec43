"""Finds documents by their words with the database's own index: FTS5 on SQLite, tsvector on PostgreSQL.

`search__words=["zin", "kaz"]` asks for the documents that hold all of these, each as the beginning of a word. Both
databases are given the words that `sources.words` made, and cut nothing themselves: they find what a scan would.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.exceptions import FullResultSet
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from sources.compiled import Slot, walks
from sources.models import Document
from sources.words import LONGEST_WORD, is_folded_word

DOCUMENT = Document._meta.db_table
INDEX = f"{DOCUMENT}_words"
"""The table of words on SQLite, the index on PostgreSQL."""

_VECTOR = "array_to_tsvector(string_to_array(btrim({column}), ' '))"

# To this tokenizer, each letter beyond ASCII is part of a word. It so parts the words at spaces only, whatever version
# of Unicode either side knows. What is left out of the index (`detail`, `columnsize`) serves phrases and ranking.
_TABLE = (
    f"CREATE VIRTUAL TABLE \"{INDEX}\" USING fts5(search, content='{DOCUMENT}', content_rowid='id', "
    "tokenize='ascii', detail=none, columnsize=0)"
)
_ADD = f'INSERT INTO "{INDEX}" (rowid, search) VALUES (NEW.id, NEW.search)'
_TAKE = f'INSERT INTO "{INDEX}" ("{INDEX}", rowid, search) VALUES (\'delete\', OLD.id, OLD.search)'
_TRIGGERS = {
    f"ledger_{INDEX}_insert": f'AFTER INSERT ON "{DOCUMENT}" BEGIN {_ADD}; END',
    f"ledger_{INDEX}_update": f'AFTER UPDATE OF id, search ON "{DOCUMENT}" BEGIN {_TAKE}; {_ADD}; END',
    f"ledger_{INDEX}_delete": f'AFTER DELETE ON "{DOCUMENT}" BEGIN {_TAKE}; END',
}
"""What keeps the table of words in step. Being named like the guards, they are dropped with them."""

_CREATE = {
    "sqlite": [f'DROP TABLE IF EXISTS "{INDEX}"', _TABLE, f'INSERT INTO "{INDEX}" ("{INDEX}") VALUES (\'rebuild\')'],
    "postgresql": [
        f'CREATE INDEX IF NOT EXISTS "{INDEX}" ON "{DOCUMENT}" USING gin (({_VECTOR.format(column="search")}))'
    ],
}
_DROP = {"sqlite": f'DROP TABLE IF EXISTS "{INDEX}"', "postgresql": f'DROP INDEX IF EXISTS "{INDEX}"'}
_LISTING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
}


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the index of all documents anew."""
    with connection.cursor() as cursor:
        for statement in _CREATE[connection.vendor]:
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DROP[connection.vendor])


def install(using: str = "default") -> None:
    """Make what is missing of the index, and fill it: while it was not kept in step, documents may have changed."""
    connection = connections[using]
    lacking = missing(using)
    if not lacking:
        return
    with transaction.atomic(using):
        create(connection)
        with connection.cursor() as cursor:
            for name in lacking:
                if name in _TRIGGERS:
                    cursor.execute(f'CREATE TRIGGER "{name}" {_TRIGGERS[name]}')


def missing(using: str = "default") -> list[str]:
    """Names of what the database lacks of the index; none means that it is there and kept in step."""
    connection = connections[using]
    expected = {INDEX, *(_TRIGGERS if connection.vendor == "sqlite" else ())}
    with connection.cursor() as cursor:
        cursor.execute(_LISTING[connection.vendor])
        return sorted(expected - {name for (name,) in cursor.fetchall()})


class Words(models.Lookup):
    """Holds where a document has all of some folded words, each as the beginning of one of its own."""

    lookup_name = "words"
    lhs: Col

    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, Slot):
            return self.rhs
        if not self.rhs:
            return ()
        return Slot("words", _checked(self.rhs))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[str]]:
        if walks() and self.rhs:
            return self._tested(compiler)
        key = Col(self.lhs.alias, Document._meta.pk)
        row, _ = compiler.compile(key)
        asked = self._asked('"{}"*', " ")
        return f'{row} IN (SELECT rowid FROM "{INDEX}" WHERE "{INDEX}" MATCH %s)', [asked]

    def _tested(self, compiler: SQLCompiler) -> tuple[str, list[Any]]:
        """A test of one document, whose words each have a space before them."""
        column, _ = compiler.compile(self.lhs)
        words = range(len(self.rhs.value))
        beginnings = [self.rhs.parameter(partial(_beginning, number)) for number in words]
        return " AND ".join([f"instr({column}, %s) > 0"] * len(words)), beginnings

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[str]]:
        column, _ = compiler.compile(self.lhs)
        asked = self._asked("'{}':*", " & ")
        return f"{_VECTOR.format(column=column)} @@ %s::tsquery", [asked]

    def _asked(self, quoted: str, together: str) -> str:
        if not self.rhs:
            raise FullResultSet
        return self.rhs.parameter(lambda words: together.join(map(quoted.format, _checked(words))))


def _beginning(number: int, words: Iterable[str]) -> str:
    return f" {_checked(words)[number]}"


def _checked(words: Iterable[str]) -> tuple[str, ...]:
    """The words, cut where those of the index are. All else is refused, so that it can't speak to the engine."""
    found = tuple(words)
    for word in found:
        if not is_folded_word(word):
            raise ValueError(f"“{word}” is not one folded word.")
    return tuple(word[:LONGEST_WORD] for word in found)
