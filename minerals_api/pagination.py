"""Keyset pages: a page deep in a list costs what the first does, and stays on the revision of the first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Count, Max, QuerySet, Subquery
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from minerals_api.keyset import Column, Order, columns_of, stretches
from minerals_api.schema_components import or_selection
from sources import compiled, counts
from sources.exceptions import BadParameters
from sources.models import Document
from sources.models.facts import ORDERED
from sources.queries import BAD_CURSOR, Place, Query


class RevisionCursorPagination(BasePagination):
    """Pages by an opaque cursor, which carries the place, the order and the revision of its first page."""

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        asked: Query = view.asked
        order = order_of(view)
        place, backwards = asked.place, bool(asked.place and asked.place.backwards)
        rows = self._rows(queryset, order, view)
        more, rows = len(rows) > asked.page_size, rows[: asked.page_size]
        self.count = len(rows) if place is None and not more else _count(queryset, asked)
        if backwards:
            rows.reverse()
        has_next, has_previous = (True, more) if backwards else (more, place is not None)
        width = len(order)
        self.next = Place.after(rows[-1][:width], asked).sealed() if has_next and rows else None
        self.previous = Place.before(rows[0][:width], asked).sealed() if has_previous and rows else None
        return [row[width:] for row in rows]

    def _rows(self, queryset: Any, order: Order, view: Any) -> list[tuple[Any, ...]]:
        """The rows of the page, in the direction of reading, and one more if there is one."""
        asked: Query = view.asked
        # By its type: an instance may be a query that isn't made before it is looked at.
        if hasattr(type(queryset), "page"):
            return queryset.page(order, asked.place, asked.page_size + 1)
        columns, shown = columns_of(view.queryset.model, order), view.row_columns
        backwards = bool(asked.place and asked.place.backwards)
        place = _values(columns, asked.place) if asked.place else {}
        size = asked.page_size + 1

        def page() -> list[QuerySet[Any, Any]]:
            names = [column.alias for column in columns]
            return [
                stretch.values_list(*names, *shown)[:size]
                for stretch in stretches(queryset, columns, place, backwards=backwards)
            ]

        nulls = tuple(name for name, value in place.items() if value is None)
        form = (*asked.form_of_query, asked.ordering, bool(place), backwards, nulls, size, shown)
        values = asked.values | place
        if steps := _steps_worth_walking(queryset, asked, order):
            # How many words are sought decides how many tests there are.
            tests = tuple(len(value) for value in values.values() if isinstance(value, list | tuple))
            try:
                return compiled.rows((form, tests), page, values, most=size, most_steps=steps)
            except compiled.WalkTooFarError:
                counts.once("walked in vain", asked, lambda: True)
        return compiled.rows(form, page, values, most=size)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link(self.next), "previous": self._link(self.previous)}
        relations = {"next": "next", "previous": "prev"}
        header = ", ".join(f'<{url}>; rel="{relations[name]}"' for name, url in links.items() if url)
        body = {"count": self.count, **links, "results": data}
        return Response(body, headers={"Link": header} if header else None)

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor) if cursor else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        results = {**schema, "items": or_selection(schema["items"]), "description": "The results on this page."}
        return {
            "type": "object",
            "description": "A page of a list.",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "description": "Number of results on all pages together."},
                "next": {**link, "description": "Address of the next page, null on the last."},
                "previous": {**link, "description": "Address of the page before, null on the first."},
                "results": results,
            },
        }


WALKED_ROWS = 4
"""How many rows are walked past in the time that it takes to look up one match."""

STEPS_OF_A_MATCH = 150
"""How many steps of SQLite it takes, or less, to look up one match and sort it in."""


def _steps_worth_walking(rows: QuerySet[Any], asked: Query, order: Order) -> int:
    """How far it is worth to go through a list in its order for a page; 0 where all that match are better looked up.

    If one document in so many matches, a page is found in so many times its size; else all that match are sorted. SQLite
    can't tell which is less, and always sorts. PostgreSQL knows by its statistics.
    """
    if connection.vendor != "sqlite" or not asked.filters or not order[0][0].startswith("documents__"):
        return 0
    documents = Subquery(Document.objects.order_by("-pk").values("pk")[:1])
    size = counts.once("size", asked, lambda: rows.aggregate(count=Count("pk"), of=Max(documents)))
    asked.count = int(counts.once("rows", asked, lambda: int(size["count"])))
    if WALKED_ROWS * asked.count**2 < asked.page_size * (size["of"] or 0) or counts.known("walked in vain", asked):
        return 0
    return STEPS_OF_A_MATCH * asked.count


def _count(rows: QuerySet[Any], asked: Query) -> int:
    if asked.count is not None:
        return asked.count
    # Not the method itself: to look it up would make the query, though its count may be known.
    return int(counts.once("rows", asked, lambda: int(rows.count())))


def order_of(view: Any) -> Order:
    """The paths of the order asked for and whether they descend, with those that break its ties at the end."""
    ordering = view.asked.ordering or view.default_ordering
    asked = [(name.removeprefix("-"), name.startswith("-")) for name in ordering]
    paths = [(view.ordering_fields[name], descending) for name, descending in asked]
    leading, descends = (paths[0][0], paths[-1][1]) if paths else ("", False)
    ties = [(path, descends and view.ties_follow) for path in view.tie_break]
    # Where an index has the column with the key, both go in one direction: it is read from either end.
    if leading in ORDERED.values():
        ties = [("key", descends)]
    elif leading == "documents__kind":
        ties = [("documents__key", descends)]
    return (*paths, *(tie for tie in ties if tie[0] not in dict(paths)))


def _values(columns: tuple[Column, ...], place: Place) -> dict[str, Any]:
    """By alias what each column has at a place. Raises BadParameters."""
    try:
        return {column.alias: column.parse(value) for column, value in zip(columns, place.values, strict=True)}
    except (ValueError, ValidationError) as error:
        raise BadParameters([BAD_CURSOR]) from error
