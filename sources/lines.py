"""Writes documents as the lines of tables, and keeps them in step: a line follows from its document alone."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from django.db.models import BinaryField, Func
from django.db.models.sql.compiler import SQLCompiler

from sources.batches import BATCH, batches
from sources.columns import HOST, Column, Row, columns_of, flat
from sources.models import Document, Line
from sources.registry import fact_models, record_models, serializer_for

FORM = 1
"""Grows when lines are written otherwise though their columns stay."""

END = "\r\n"
FORMULA = re.compile(r"(?s)[=+\-@\t\r\n].")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def cell(value: Any) -> str:
    """A value as CSV has it: numbers as in JSON, nothing where there is none."""
    if isinstance(value, str):
        return safe_text(value)
    return "" if value is None else orjson.dumps(value).decode()


def joined(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as RFC 4180 has them."""
    written = io.StringIO()
    csv.writer(written, lineterminator=END).writerows(rows)
    return written.getvalue()


def json_line(row: Row) -> str:
    """A row as a JSON object; the sign for the host is there as it is, not as JSON would escape it."""
    text = orjson.dumps(row).decode()
    return text.replace('"\\u001a', f'"{HOST}').replace("| \\u001a", f"| {HOST}")


def with_host(text: str, host: str) -> str:
    return text.replace(HOST, host)


def bytes_with_host(written: bytes, host: str) -> bytes:
    """The same for lines in bytes, as they are sent."""
    return written.replace(HOST.encode(), host.encode())


class InBytes(Func):
    """A line as bytes where the database can give it so: to make texts of lines, and bytes again, takes half the time."""

    output_field = BinaryField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS BLOB)")

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s")

    @staticmethod
    def read(line: Any) -> Any:
        return line.encode() if isinstance(line, str) else line


@cache
def columns_of_kind(kind: str) -> tuple[Column, ...]:
    """The columns of the documents of a kind."""
    model: Any = {**fact_models(), **record_models()}[kind]
    return columns_of((serializer_for(model),))


@cache
def digest_of(kind: str) -> str:
    """What tells lines of these columns from those of earlier ones."""
    names = [(column.name, column.paths, column.each) for column in columns_of_kind(kind)]
    return hashlib.blake2b(repr((FORM, names)).encode(), digest_size=8).hexdigest()


def line_of(kind: str, body: Mapping[str, Any]) -> tuple[str, str]:
    """A document as a line of CSV and one of JSON."""
    row = flat(columns_of_kind(kind), body)
    return joined([list(map(cell, row.values()))]).removesuffix(END), json_line(row)


def write(documents: Sequence[Document]) -> None:
    """Write the lines of new documents."""
    Line.objects.bulk_create(map(_line, documents), batch_size=BATCH // 2)


def write_anew(documents: Sequence[int], using: str = "default") -> None:
    """Write the lines of documents by their numbers, whether they had any or not; the guards have to be off."""
    for batch in batches(documents, BATCH // 4):
        Line.objects.using(using).bulk_create(
            map(_line, Document.objects.using(using).filter(pk__in=batch).only("pk", "kind", "body")),
            update_conflicts=True,
            unique_fields=["document"],
            update_fields=["columns", "csv", "json"],
        )


def _line(document: Document) -> Line:
    written, json = line_of(document.kind, orjson.loads(document.body))
    return Line(document=document, columns=digest_of(document.kind), csv=written, json=json)


def complete(using: str = "default") -> int:
    """Write all lines that are missing or have other columns than today's, and say how many; the guards have to be off."""
    outdated = [pk for kind in _kinds() for pk in _outdated(kind, using).values_list("pk", flat=True)]
    write_anew(outdated, using)
    return len(outdated)


def wrong() -> list[int]:
    """Numbers of the documents, of any revision, whose line is not what would be written of them today."""
    documents = Document.objects.select_related("line").only("kind", "body", "line").order_by("pk")
    return [document.pk for document in documents.iterator(BATCH) if not _says_the_same(document)]


def _says_the_same(document: Document) -> bool:
    line = getattr(document, "line", None)
    fresh = _line(document)
    return line is not None and (line.columns, line.csv, line.json) == (fresh.columns, fresh.csv, fresh.json)


def _kinds() -> list[str]:
    return [*fact_models(), *record_models()]


def _outdated(kind: str, using: str) -> Any:
    current = Line.objects.filter(columns=digest_of(kind)).values("pk")
    return Document.objects.using(using).filter(kind=kind).exclude(pk__in=current)
