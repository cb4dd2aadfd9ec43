"""Reads the whole result of a request in batches, at the revision that the request began with.

What stood at a revision stays as it stood, so each batch is a query of its own, and no transaction is held open while
a client takes its time. In the order of keys, and unfiltered, each batch begins after the last key; else the order is
found once, as numbers, and rows are fetched by these.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal

import orjson
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from minerals_api.keyset import Column as OrderColumn
from minerals_api.keyset import columns_of
from minerals_api.pagination import order_of
from sources import counts, lines
from sources.batches import batches
from sources.columns import Column, Row, flat, with_host
from sources.dataset.package import LICENCE_URL
from sources.models import Document
from sources.queries import Place, Query

BATCH = 2000
"""Lines that are in memory at once."""
FEW = 500
"""Rows that are in memory at once, which take more of it than lines."""

Form = Literal["csv", "json"]


class Result:
    """All rows that a request asks for."""

    def __init__(self, view: Any, queryset: QuerySet[Any]) -> None:
        self.view = view
        self.queryset = queryset
        self.request: Request = view.request
        self.asked: Query = view.asked
        self.is_empty = True
        """Whether nothing has been found, as far as it was read."""
        self.host = f"{self.request.scheme}://{self.request.get_host()}"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are asked for."""
        columns: tuple[Column, ...] = self.view.get_columns()
        kept = self.asked.columns
        return columns if kept is None else tuple(column for column in columns if column.name in kept)

    @cached_property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def count(self) -> int:
        """How many rows there are."""
        if self.view.at_hand is not None:
            return len(self.view.at_hand)
        return int(counts.once("rows", self.asked, self.queryset.count))

    def finds_nothing(self) -> bool:
        return not (self.queryset.exists() if self.view.at_hand is None else self.view.at_hand)

    def about(self) -> dict[str, str]:
        """What whoever finds a copy of the result has to know of it."""
        return {
            "title": "Critical Minerals API",
            "revision": str(self.asked.number),
            "licence": LICENCE_URL,
            "address": self.request.build_absolute_uri(),
        }

    @property
    def reads_documents(self) -> bool:
        """Whether each row is a document with a line of its own, which holds figures in no unit but their own."""
        return self.view.reads_documents and self.view.at_hand is None and self.asked.unit is None

    @property
    def has_lines(self) -> bool:
        """Whether the stored lines are the rows as they are: all columns, of one kind of document."""
        return self.reads_documents and self.asked.columns is None and len(self.view.get_tables()) == 1

    def lines(self, form: Form) -> Iterator[list[bytes]]:
        """Batches of stored lines, with the sign for the host."""
        for _, written in self._stored(form):
            yield written

    def cells(self) -> Iterator[list[Sequence[str]]]:
        """Batches of rows as CSV has them, cell by cell, with the columns that are asked for."""
        if not self.reads_documents:
            for rows in self.rows():
                yield [[lines.cell(value) for value in row.values()] for row in rows]
            return
        for stored in self._stored("csv"):
            for kinds, written in zip(*(batches(part, FEW) for part in stored), strict=True):
                parsed = csv.reader(map(bytes.decode, written))
                yield [self._pickers[kind]([*cells, ""]) for kind, cells in zip(kinds, parsed, strict=True)]

    def rows(self) -> Iterator[list[Row]]:
        """Batches of rows with the columns that are asked for, all of them."""
        yield from self.rows_with(())

    def rows_with(self, besides: Sequence[str]) -> Iterator[list[Row]]:
        """The same, with columns that are needed though they may not have been asked for."""
        nothing: Row = dict.fromkeys([*self.names, *besides])
        for batch in self._all_columns():
            if self.asked.columns is None:
                yield [nothing | row for row in batch]
            else:
                yield [{name: row.get(name) for name in nothing} for row in batch]

    @cached_property
    def _pickers(self) -> Mapping[str, Callable[[list[str]], Sequence[str]]]:
        """By kind, what picks the cells asked for out of those of a line, the last of which is empty."""
        return _Pickers(self.names)

    def _all_columns(self) -> Iterator[list[Row]]:
        if self.view.at_hand is not None:
            self.is_empty = not self.view.at_hand
            yield [with_host(row, self.host) for row in self.view.at_hand]
            return
        if hasattr(type(self.queryset), "page"):
            yield from self._rows_of_pages()
            return
        if not self.reads_documents:
            yield from self._rows_of_view()
            return
        for written in self.lines("json"):
            for few in batches(written, FEW):
                yield orjson.loads(lines.bytes_with_host(b"[" + b",".join(few) + b"]", self.host))

    def _stored(self, form: Form) -> Iterator[tuple[list[str], list[bytes]]]:
        """Batches of the kinds of lines, and the lines."""
        read = lines.InBytes.read
        for batch in self._documents(form):
            self.is_empty = False
            kinds = [row[1] for row in batch]
            current = {kind: lines.digest_of(kind) for kind in set(kinds)}
            stale = [row[0] for row in batch if row[2] != current[row[1]]]
            if not stale:
                yield kinds, [read(row[3]) for row in batch]
                continue
            made = self._made(stale, form)
            yield kinds, [made.get(row[0]) or read(row[3]) for row in batch]

    def _made(self, documents: list[int], form: Form) -> dict[int, bytes]:
        """Lines that are missing, or have the columns of an earlier version of the software."""
        found: dict[int, bytes] = {}
        for batch in batches(documents):
            for pk, kind, body in Document.objects.filter(pk__in=batch).values_list("pk", "kind", "body"):
                written, json = lines.line_of(kind, orjson.loads(body))
                found[pk] = (written if form == "csv" else json).encode()
        return found

    def _documents(self, form: Form) -> Iterator[list[Any]]:
        """Batches of number, kind, digest of columns and line of documents."""
        wanted = ("pk", "kind", "line__columns", lines.InBytes(f"line__{form}"))
        if self._is_plain():
            yield from self._by_key(wanted)
            return
        for ids in batches(self.ids("shown_document"), BATCH):
            found: dict[int, Any] = {}
            for some in batches(ids):
                found |= {row[0]: row for row in Document.objects.filter(pk__in=some).values_list(*wanted)}
            yield [found[pk] for pk in ids]

    def _is_plain(self) -> bool:
        """Whether these are all documents of a kind, in the order of their keys."""
        order = self._order()
        in_order = order[0].path == "documents__key" and not order[0].descending
        return self.view.action == "list" and not self.asked.filters and in_order

    def _by_key(self, wanted: tuple[Any, ...]) -> Iterator[list[Any]]:
        kind = getattr(self.queryset.model, "document_kind", "")
        stood = Document.objects.at(self.asked.number).filter(Q(kind=kind) if kind else Q(fact__isnull=False))
        if self.asked.claims == "best":
            stood = stood.filter(best=True)
        column = OrderColumn("order_key", "key", Document._meta.get_field("key"), has_nulls=False, descending=False)
        stood = stood.annotate(order_key=column.expression).order_by("order_key")
        last: str | None = None
        while True:
            after = stood if last is None else stood.filter(order_key__gt=last)
            batch = list(after.values_list(*wanted, "order_key")[:BATCH])
            if batch:
                yield batch
                last = batch[-1][-1]
            if len(batch) < BATCH:
                return

    def ids(self, name: str) -> array[int]:
        """A column of numbers of all rows, in the order asked for."""
        columns = self._order()
        queryset = self.queryset.annotate(**{column.alias: column.expression for column in columns})
        queryset = queryset.order_by(*(column.order(backwards=False) for column in columns))
        return array("q", queryset.values_list(name, flat=True).iterator(BATCH))

    def _order(self) -> tuple[OrderColumn, ...]:
        model: type[Model] = self.queryset.model
        return columns_of(model, order_of(self.view))

    def _rows_of_view(self) -> Iterator[list[Row]]:
        """Rows that the view itself makes of what it reads."""
        view, columns = self.view, self.view.get_columns()
        for ids in batches(self.ids("pk"), FEW):
            found: dict[int, Any] = {}
            for some in batches(ids):
                queryset = self.queryset.filter(pk__in=some)
                found |= {pk: row for pk, *row in queryset.values_list("pk", *view.row_columns)}
            self.is_empty = False
            bodies = (view.body_of(tuple(found[pk])) for pk in ids)
            yield [with_host(flat(columns, body), self.host) for body in bodies]

    def _rows_of_pages(self) -> Iterator[list[Row]]:
        """Rows of what is no query, but can be asked for what comes after a place."""
        order, columns = order_of(self.view), self.view.get_columns()
        rows: Any = self.queryset
        place: Place | None = None
        while True:
            batch = rows.page(order, place, FEW)
            if batch:
                self.is_empty = False
                bodies = (self.view.shown(row[len(order) :]) for row in batch)
                yield [with_host(flat(columns, body), self.host) for body in bodies]
                place = Place.after(batch[-1][: len(order)], self.asked)
            if len(batch) < FEW:
                return


class _Pickers(dict[str, Callable[[list[str]], Sequence[str]]]):
    """By kind, made when it is first met: what brings the cells of its lines into the order of a table."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, kind: str) -> Callable[[list[str]], Sequence[str]]:
        places = {column.name: index for index, column in enumerate(lines.columns_of_kind(kind))}
        # One that the kind lacks is the empty one at the end; a slice keeps a single cell a list.
        wanted = [places.get(name, len(places)) for name in self.names]
        self[kind] = found = itemgetter(*wanted) if len(wanted) > 1 else itemgetter(slice(wanted[0], wanted[0] + 1))
        return found
