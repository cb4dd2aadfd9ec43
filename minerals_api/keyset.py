"""Keyset conditions: the rows after a place in an order, so that an index leads to them however deep they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Collate, NullIf

from minerals_api.collation import sorts_by_code_point
from sources.compiled import Slot

Order = tuple[tuple[str, bool], ...]
"""The paths of columns, and whether each descends."""

Place = dict[str, Any]
"""By alias, what the columns of an order have in the row that a page comes after."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list is ordered by, under an alias; rows where it is null come last either way."""

    alias: str
    path: str
    field: models.Field[Any, Any]
    has_nulls: bool
    descending: bool

    @property
    def is_text(self) -> bool:
        return isinstance(self.field, models.CharField | models.TextField)

    @property
    def stated(self) -> Any:
        """What it holds where it holds anything."""
        # PostgreSQL may sort texts by a language; both databases are to give the same order.
        return F(self.path) if not self.is_text or sorts_by_code_point(connection) else Collate(F(self.path), "C")

    @property
    def expression(self) -> Any:
        """What it holds; an absent text is stored as an empty one, and served as null."""
        if not (self.is_text and self.field.blank):
            return self.stated
        text = NullIf(F(self.path), Value(""))
        return text if sorts_by_code_point(connection) else Collate(text, "C")

    def is_stated(self) -> Q:
        return Q(**{f"{self.alias}__gt": Value("")}) if self.is_text else Q(**{f"{self.alias}__isnull": False})

    def is_absent(self) -> Q:
        if self.is_text and self.field.blank and self.field.name == self.path:
            return Q(**{self.path: ""})  # an index has the column, not the expression
        return Q(**{f"{self.alias}__isnull": True})

    def order(self, *, backwards: bool) -> Any:
        column = F(self.alias)
        if not self.has_nulls:
            return column.asc() if self.descending is backwards else column.desc()
        if self.descending is backwards:
            return column.asc(nulls_first=backwards or None, nulls_last=not backwards or None)
        return column.desc(nulls_first=backwards or None, nulls_last=not backwards or None)

    def further(self, value: Any, *, backwards: bool) -> Q:
        """The rows that state something which comes after this, in the direction of reading."""
        return Q(**{f"{self.alias}__{'gt' if self.descending is backwards else 'lt'}": Slot(self.alias, value)})

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """The rows whose value comes after this one, in the direction of reading."""
        if value is None:
            return Q(**{f"{self.alias}__isnull": False}) if backwards else Q(pk__in=[])
        further = self.further(value, backwards=backwards)
        return further if backwards or not self.has_nulls else further | self.is_absent()

    def at(self, value: Any) -> Q:
        return self.is_absent() if value is None else Q(**{self.alias: Slot(self.alias, value)})

    def parse(self, value: Any) -> Any:
        return None if value is None else self.field.to_python(value)


def stretches(
    rows: QuerySet[Any, Any], columns: tuple[Column, ...], place: Place, *, backwards: bool
) -> list[QuerySet[Any, Any]]:
    """The rows after a place, or all, in order: as queries to be read one after the other.

    Each is found by an index from where it begins: what is level with the place in the first column, what states
    something further, and what states nothing. By one condition over all three, or by one order, databases find no place.
    """
    first, others = columns[0], columns[1:]
    known = rows.annotate(**{column.alias: column.expression for column in columns})
    stated = rows.annotate(**{column.alias: column.expression for column in others}, **{first.alias: first.stated})
    by_others = [column.order(backwards=backwards) for column in others]
    by_first = F(first.alias).asc() if first.descending is backwards else F(first.alias).desc()
    after = _beyond(others, place, backwards=backwards) if place else Q()
    absent = known.filter(first.is_absent()).order_by(*by_others)
    everything = (stated.filter(first.is_stated()) if first.has_nulls else stated).order_by(by_first, *by_others)
    if not place:
        found = [everything, absent] if first.has_nulls else [everything]
        return found[::-1] if backwards else found
    if place[first.alias] is None:
        return [absent.filter(after), everything] if backwards else [absent.filter(after)]
    level = [stated.filter(first.at(place[first.alias]) & after).order_by(*by_others)] if others else []
    further = everything.filter(first.further(place[first.alias], backwards=backwards))
    return [*level, further, *([absent] if first.has_nulls and not backwards else [])]


def _beyond(columns: Sequence[Column], place: Place, *, backwards: bool) -> Q:
    """The rows after a place: beyond it in the first column, or level there and beyond it in the next, and so on."""
    beyond, level = Q(pk__in=[]), Q()
    for column in columns:
        beyond |= level & column.beyond(place[column.alias], backwards=backwards)
        level &= column.at(place[column.alias])
    return beyond


@cache
def columns_of(model: type[models.Model], order: Order) -> tuple[Column, ...]:
    """The columns of an order."""
    return tuple(
        Column(f"order_{index}", path, *_field(model, path), descending)
        for index, (path, descending) in enumerate(order)
    )


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
