"""The columns of a file: those of one kind's table, and beside them those of its parts, so that a row is a whole fact.

The first citation has the plain columns `source`, `locator` and so on, the second `source_2`, `locator_2`. A column
of a part whose name the fact has as well, and every column of a part that only one kind has, begins with the name of
the part: `citation_note`, `party_role`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from curating.wording import help_on
from sources.dataset.tables import Column, Table, table_of
from sources.models import Citation, Fact
from sources.registry import parts_of

MOST_PLACES = 50
"""Citations, or other parts of one sort, that a row has room for."""

Cells = dict[str, str]
"""What a row says, by column."""


@dataclass(frozen=True, slots=True)
class Part:
    """The columns of what a fact may have several of."""

    table: Table
    accessor: str
    columns: Mapping[str, Column]
    """By the name that the first of them has in a file."""

    def needed(self) -> list[str]:
        """The columns without which there is no such part."""
        return [name for name, column in self.columns.items() if column.is_required and not column.field.has_default()]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell belongs: to the thing itself, or to the part of it in a position."""

    column: Column
    part: Part | None = None
    position: int = 0


def numbered(name: str, position: int) -> str:
    """The name of a part's column for the part in a position."""
    return name if position == 1 else f"{name}_{position}"


def default_of(column: Column) -> str:
    """What a cell says that was left empty or out."""
    field = column.field
    return column.write(field.get_default()) if column.is_required and field.has_default() else ""


class Layout:
    """The columns of the files of one kind of fact or record."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model: Any = model
        self.table = table_of(model)
        self.own = {column.name: column for column in _in_reading_order(self.table)}
        self.parts = tuple(self._parts()) if issubclass(model, Fact) else ()
        self._places = {name: Place(column) for name, column in self.own.items()}
        self._order = {name: (0, 0, number) for number, name in enumerate(self.own)}

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that every file must have: those that tell what a row is about."""
        return tuple(name for name in self.table.identity if name != "version")

    @property
    def holds_facts(self) -> bool:
        return self.table.holds == "facts"

    def _parts(self) -> Iterator[Part]:
        owners: dict[type[models.Model], Any] = {Citation: Citation._meta.get_field("fact"), **parts_of(self.model)}
        for model, owner in owners.items():
            table = table_of(model)
            columns = [column for column in table.columns if column.own and column.name not in table.identity]
            names = {self._name_of_part(table, column): column for column in columns}
            yield Part(table, owner.remote_field.get_accessor_name(), names)

    def _name_of_part(self, table: Table, column: Column) -> str:
        if table.whole is Fact and column.name not in self.own:
            return column.name
        return f"{str(table.model._meta.verbose_name).replace(' ', '_')}_{column.name}"

    def place(self, name: str) -> Place | None:
        """Where the cells of a column belong; None where no column has this name."""
        if name not in self._places:
            self._learn(name)
        return self._places.get(name)

    def _learn(self, name: str) -> None:
        numbering = re.fullmatch(r"(.+)_([1-9][0-9]?)", name)
        plain, position = (numbering[1], int(numbering[2])) if numbering else (name, 1)
        for sort, part in enumerate(self.parts, start=1):
            if plain in part.columns and position <= MOST_PLACES and numbered(plain, position) == name:
                self._places[name] = Place(part.columns[plain], part, position)
                self._order[name] = (sort, position, list(part.columns).index(plain))

    def names(self, rows: Iterable[Mapping[str, str]] = ()) -> list[str]:
        """All columns, with as many places for parts as the rows take up, and at least one."""
        used = {name for cells in rows for name in cells}
        names = list(self.own)
        for part in self.parts:
            last = max(
                (place.position for name in used if (place := self.place(name)) and place.part is part), default=1
            )
            names += [numbered(name, position) for position in range(1, last + 1) for name in part.columns]
        return names

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Columns in the order in which a file has them."""
        return sorted((name for name in names if self.place(name)), key=self._order.__getitem__)

    def meaning_of(self, name: str) -> str:
        """What a column says, in words."""
        place = self.place(name)
        return help_on(place.column.field) if place else ""


def _in_reading_order(table: Table) -> list[Column]:
    """What tells a thing from others, then what only its kind has, then what all have in common."""
    own = [column for column in table.columns if column.own]
    return sorted(own, key=lambda column: (column.name not in table.identity, column.field.model is not table.model))


@cache
def layout_of(model: type[models.Model]) -> Layout:
    return Layout(model)
