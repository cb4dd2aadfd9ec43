"""Keyset pages: a page deep in a list costs what the first does, and stays on the revision of the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Collate, NullIf
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from minerals_api.collation import sorts_by_code_point
from minerals_api.schema_components import or_selection
from sources import compiled, counts
from sources.compiled import Slot
from sources.exceptions import BadParameters
from sources.queries import BAD_CURSOR, Place, Query


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list is ordered by, under an alias; rows where it is null come last either way."""

    alias: str
    path: str
    field: models.Field[Any, Any]
    has_nulls: bool
    descending: bool

    @property
    def expression(self) -> Any:
        if not isinstance(self.field, models.CharField | models.TextField):
            return F(self.path)
        # An absent text is stored as an empty one, and served as null.
        text = NullIf(F(self.path), Value("")) if self.field.blank else F(self.path)
        # PostgreSQL may sort texts by a language; both databases are to give the same order.
        return text if sorts_by_code_point(connection) else Collate(text, "C")

    def order(self, *, backwards: bool) -> Any:
        column = F(self.alias)
        if self.descending is backwards:
            return column.asc(nulls_first=backwards or None, nulls_last=not backwards or None)
        return column.desc(nulls_first=backwards or None, nulls_last=not backwards or None)

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """The rows whose value comes after this one, in the direction of reading."""
        null = Q(**{f"{self.alias}__isnull": True})
        if value is None:
            return Q(**{f"{self.alias}__isnull": False}) if backwards else Q(pk__in=[])
        further = Q(**{f"{self.alias}__{'gt' if self.descending is backwards else 'lt'}": Slot(self.alias, value)})
        # Databases can seek by a bound alone, not by one or another condition.
        return further if backwards or not self.has_nulls else further | null

    def at(self, value: Any) -> Q:
        return Q(**{f"{self.alias}__isnull": True}) if value is None else Q(**{self.alias: Slot(self.alias, value)})

    def parse(self, value: Any) -> Any:
        return None if value is None else self.field.to_python(value)


class RevisionCursorPagination(BasePagination):
    """Pages by an opaque cursor, which carries the place, the order and the revision of its first page."""

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        asked: Query = view.asked
        columns = _columns(view.queryset.model, asked.ordering or view.default_ordering, view)
        self.count = counts.once("rows", asked, queryset.count) if asked.count is None else asked.count
        place, backwards = asked.place, bool(asked.place and asked.place.backwards)
        rows = self._rows(queryset, columns, asked, view.row_columns)
        more, rows = len(rows) > asked.page_size, rows[: asked.page_size]
        if backwards:
            rows.reverse()
        has_next, has_previous = (True, more) if backwards else (more, place is not None)
        width = len(columns)
        self.next = Place.after(rows[-1][:width], asked).sealed() if has_next and rows else None
        self.previous = Place.before(rows[0][:width], asked).sealed() if has_previous and rows else None
        return [row[width:] for row in rows]

    def _rows(
        self, queryset: QuerySet[Any], columns: list[Column], asked: Query, shown: tuple[str, ...]
    ) -> list[tuple[Any, ...]]:
        """The rows of the page, in the direction of reading, and one more if there is one."""
        backwards = bool(asked.place and asked.place.backwards)
        place = _values(columns, asked.place) if asked.place else {}

        def page() -> QuerySet[Any, Any]:
            found = queryset.annotate(**{column.alias: column.expression for column in columns})
            if place:
                found = found.filter(_beyond(columns, place, backwards=backwards))
            found = found.order_by(*(column.order(backwards=backwards) for column in columns))
            return found.values_list(*(column.alias for column in columns), *shown)[: asked.page_size + 1]

        nulls = tuple(name for name, value in place.items() if value is None)
        form = (*asked.form_of_query, asked.ordering, bool(place), backwards, nulls, asked.page_size, shown)
        return compiled.rows(form, page, asked.values | place)

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


def _columns(model: type[models.Model], ordering: tuple[str, ...], view: Any) -> list[Column]:
    """The columns of an order, with those that break its ties at the end."""
    asked = [(name.removeprefix("-"), name.startswith("-")) for name in ordering]
    paths = [(view.ordering_fields[name], descending) for name, descending in asked]
    paths += [(path, False) for path in view.tie_break if path not in [known for known, _ in paths]]
    return [
        Column(f"order_{index}", path, *_field(model, path), descending)
        for index, (path, descending) in enumerate(paths)
    ]


def _field(model: type[models.Model], path: str) -> tuple[models.Field[Any, Any], bool]:
    """The field at the end of a path, and whether there may be nothing there; an empty text is nothing."""
    *relations, name = path.split("__")
    has_nulls = False
    for relation in relations:
        followed: Any = model._meta.get_field(relation)
        has_nulls = has_nulls or bool(followed.many_to_one and followed.null)
        model = followed.related_model
    field: Any = model._meta.get_field(name)
    is_text = isinstance(field, models.CharField | models.TextField)
    return field, has_nulls or field.null or (is_text and field.blank)


def _values(columns: list[Column], place: Place) -> dict[str, Any]:
    """By alias what each column has at a place. Raises BadParameters."""
    try:
        return {column.alias: column.parse(value) for column, value in zip(columns, place.values, strict=True)}
    except (ValueError, ValidationError) as error:
        raise BadParameters([BAD_CURSOR]) from error


def _beyond(columns: list[Column], place: Mapping[str, Any], *, backwards: bool) -> Q:
    """The rows after a place: beyond it in the first column, or level there and beyond it in the next, and so on."""
    beyond, level = Q(pk__in=[]), Q()
    for column in columns:
        beyond |= level & column.beyond(place[column.alias], backwards=backwards)
        level &= column.at(place[column.alias])
    return beyond
