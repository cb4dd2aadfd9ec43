"""Reads the whole result of a request in batches, at the revision that the request began with.

What stood at a revision stays as it stood, so each batch is a query of its own, and no transaction is held open while
a client takes its time. In the order of keys, and unfiltered, each batch begins after the last key; else the order is
found once, as numbers, and rows are fetched by these.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

import orjson
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from minerals_api.pagination import Column as OrderColumn
from minerals_api.pagination import order_columns
from sources import lines
from sources.batches import batches
from sources.columns import Column, Row
from sources.models import Document
from sources.queries import Query

BATCH = 4000
"""Rows that are in memory at once."""

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
    def has_lines(self) -> bool:
        """Whether the stored lines are the rows as they are: all columns, of one kind of document."""
        return bool(self.view.reads_documents and self.asked.columns is None and len(self.view.get_tables()) == 1)

    def texts(self, form: Form) -> Iterator[list[str]]:
        """Batches of stored lines, with the sign for the host."""
        for batch in self._documents(form):
            stale = {pk for pk, kind, digest, _ in batch if digest != lines.digest_of(kind)}
            made = self._made(stale, form) if stale else {}
            self.is_empty = False
            yield [made[pk] if pk in stale else text for pk, _, _, text in batch]

    def rows(self) -> Iterator[list[Row]]:
        """Batches of rows with the columns that are asked for."""
        names = self.names
        for batch in self._all_columns():
            yield [{name: row.get(name) for name in names} for row in batch]

    def _all_columns(self) -> Iterator[list[Row]]:
        if not self.view.reads_documents:
            yield from self._rows_of_view()
            return
        for texts in self.texts("json"):
            yield orjson.loads(lines.with_host(f"[{','.join(texts)}]", self.host))

    def _made(self, documents: set[int], form: Form) -> dict[int, str]:
        """Lines that are missing, or have the columns of an earlier version of the software."""
        found: dict[int, str] = {}
        for batch in batches(sorted(documents)):
            for pk, kind, body in Document.objects.filter(pk__in=batch).values_list("pk", "kind", "body"):
                written, json = lines.line_of(kind, orjson.loads(body))
                found[pk] = written if form == "csv" else json
        return found

    def _documents(self, form: Form) -> Iterator[list[tuple[int, str, str, str]]]:
        """Batches of number, kind, digest of columns and line of documents."""
        wanted = ("pk", "kind", "line__columns", f"line__{form}")
        if self._is_plain():
            yield from self._by_key(wanted)
            return
        for ids in batches(self.ids("shown_document"), BATCH):
            found = {}
            for some in batches(ids):
                found |= {row[0]: row for row in Document.objects.filter(pk__in=some).values_list(*wanted)}
            yield [found[pk] for pk in ids]

    def _is_plain(self) -> bool:
        """Whether these are all documents of a kind, in the order of their keys."""
        order = self._order()
        in_order = order[0].path == "documents__key" and not order[0].descending
        return self.view.action == "list" and not self.asked.filters and in_order

    def _by_key(self, wanted: tuple[str, ...]) -> Iterator[list[Any]]:
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
                yield [row[:-1] for row in batch]
                last = batch[-1][-1]
            if len(batch) < BATCH:
                return

    def ids(self, name: str) -> array[int]:
        """A column of numbers of all rows, in the order asked for."""
        columns = self._order()
        queryset = self.queryset.annotate(**{column.alias: column.expression for column in columns})
        queryset = queryset.order_by(*(column.order(backwards=False) for column in columns))
        return array("q", queryset.values_list(name, flat=True).iterator(BATCH))

    def _order(self) -> list[OrderColumn]:
        return order_columns(self.queryset, self.asked.ordering or self.view.default_ordering, self.view)

    def _rows_of_view(self) -> Iterator[list[Row]]:
        """Rows that the view itself makes of what it reads."""
        view = self.view
        for ids in batches(self.ids("pk"), BATCH // 10):
            found: dict[int, Any] = {}
            for some in batches(ids):
                queryset = self.queryset.filter(pk__in=some)
                found |= {pk: row for pk, *row in queryset.values_list("pk", *view.row_columns)}
            self.is_empty = False
            yield [row for pk in ids for row in view.rows_of(view.body_of(tuple(found[pk])), self.host)]
