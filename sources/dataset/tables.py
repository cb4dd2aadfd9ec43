"""The tables of the package, one a model, and how values are written in their cells.

All are derived from the models, so that a new kind of fact is in the package by existing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from django.db import models

from sources.models import Citation, Entity, Fact, Mention, Move, Record, Revision, Source
from sources.registry import fact_models, part_models, record_models

Holds = Literal["revisions", "records", "moves", "facts", "parts"]


@dataclass(frozen=True, slots=True)
class Codec:
    """How one type of value is written in a cell. `read` raises ValueError for what is no such value."""

    type: str
    article: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]

    @property
    def named(self) -> str:
        return f"{self.article} {self.type}"


def _write_text(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def _read_decimal(cell: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell):
        raise ValueError
    return Decimal(cell)


def _write_decimal(value: Decimal) -> str:
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_boolean(cell: str) -> bool:
    return {"true": True, "false": False}[cell]


def _read_moment(cell: str) -> datetime:
    moment = datetime.fromisoformat(cell)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _write_moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


TEXT = Codec("string", "a", str, _write_text)
CODECS: list[tuple[type[models.Field[Any, Any]], Codec]] = [
    (models.BooleanField, Codec("boolean", "a", _read_boolean, lambda value: "true" if value else "false")),
    (models.DecimalField, Codec("number", "a", _read_decimal, _write_decimal)),
    (models.IntegerField, Codec("integer", "an", int, str)),
    (models.DateTimeField, Codec("datetime", "a", _read_moment, _write_moment)),
    (models.DateField, Codec("date", "a", date.fromisoformat, date.isoformat)),
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and the field that its cells are values of."""

    name: str
    field: models.Field[Any, Any]
    own: bool = True
    """Whether it fills a field of the row itself; the others say where and when the row belongs."""

    @property
    def refers_to(self) -> type[Record] | None:
        """The model whose rows the cells name, where they name any."""
        model = self.field.related_model
        return model if isinstance(model, type) and issubclass(model, Record) else None

    @property
    def target(self) -> Table | None:
        """The table whose rows the cells name, where they name any."""
        return table_of(self.refers_to) if self.refers_to else None

    @property
    def codec(self) -> Codec:
        field = self.field
        if isinstance(field, models.ForeignKey):
            field = natural_field(field.related_model)
        return next((codec for kind, codec in CODECS if isinstance(field, kind)), TEXT)

    @property
    def is_required(self) -> bool:
        return not (self.field.null or self.field.blank)

    def read(self, cell: str) -> Any:
        """The value of a cell. Raises ValueError that says what is wrong with it."""
        if not cell:
            if self.is_required:
                raise ValueError("This may not be empty.")
            return None if self.field.null else ""
        try:
            value = self.codec.read(cell)
        except (ValueError, KeyError) as error:
            raise ValueError(f"“{cell}” is not {self.codec.named}.") from error
        if (plain := self.codec.write(value)) != cell:
            raise ValueError(f"“{cell}” is to be written “{plain}”.")
        return value

    def write(self, value: Any) -> str:
        return "" if value is None else self.codec.write(value)


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file of the package, which holds the rows of one model."""

    model: type[models.Model]
    holds: Holds
    identity: tuple[str, ...]
    """The columns that tell which thing a row is about."""
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name_plural).replace(" ", "_")

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def objects(self) -> models.QuerySet[Any]:
        """All rows of the table that the database holds."""
        return models.QuerySet(self.model)

    @property
    def primary_key(self) -> tuple[str, ...]:
        return (*self.identity, "entered") if self.holds in ("records", "moves") else self.identity

    @property
    def whole(self) -> type[models.Model]:
        """The model of the facts that the rows of a table of parts belong to: `Fact` where any kind can have them."""
        return self.model._meta.get_field(self.identity[0]).related_model  # type: ignore[return-value]

    @property
    def vocabularies(self) -> dict[str, str]:
        return getattr(self.model, "vocabularies", {})

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def natural_field(model: type[models.Model]) -> models.Field[Any, Any]:
    """The field whose values name the rows of a model to people."""
    return model._meta.get_field(model.identity[0]) if issubclass(model, Record) else model._meta.pk  # type: ignore[return-value]


def _fact_column(name: str, field: str) -> Column:
    return Column(name, Fact._meta.get_field(field), own=False)  # type: ignore[arg-type]


ENTERED, LEFT = _fact_column("entered", "published_in"), _fact_column("left", "left_in")
LEFT_REASON = _fact_column("left_reason", "left_reason")


def _own_columns(model: type[models.Model]) -> list[Column]:
    """The fields that a person fills in, those that the model itself declares before those that it mixes in."""
    mixed_in = {
        field.name
        for base in model.__mro__
        if issubclass(base, models.Model) and base is not models.Model and base._meta.abstract
        for field in base._meta.get_fields()
    }
    fields = [field for field in model._meta.concrete_fields if field.editable and not field.auto_created]
    fields = [field for field in fields if not (field.remote_field and field.remote_field.parent_link)]
    return [Column(field.name, field) for field in sorted(fields, key=lambda field: field.name in mixed_in)]


def _revision_table() -> Table:
    return Table(Revision, "revisions", ("number",), tuple(_own_columns(Revision)))


def _record_table(model: type[Record]) -> Table:
    columns = _own_columns(model)
    head = [column for column in columns if column.name in model.identity]
    rest = [column for column in columns if column.name not in model.identity]
    return Table(model, "records", model.identity, (*head, ENTERED, LEFT, *rest))


def _move_table() -> Table:
    columns = {column.name: column for column in _own_columns(Move)}
    head = (columns.pop("kind"), columns.pop("key"))
    del columns["published_in"]
    return Table(Move, "moves", ("kind", "key"), (*head, ENTERED, *columns.values()))


def _fact_table(model: type[Fact]) -> Table:
    key, version, *rest = _own_columns(model)
    return Table(model, "facts", ("key", "version"), (key, version, ENTERED, LEFT, LEFT_REASON, *rest))


def _part_table(model: type[models.Model], whole: models.ForeignKey[Any, Any]) -> Table:
    own = [column for column in _own_columns(model) if column.field is not whole]
    head = (_fact_column(whole.name, "key"), _fact_column("version", "version"))
    return Table(model, "parts", (whole.name, "version", "position"), (*head, *own))


def _all_tables() -> Iterator[Table]:
    yield _revision_table()
    yield from map(_record_table, record_models().values())
    yield _move_table()
    yield from map(_fact_table, fact_models().values())
    parts = {model: field for model, field in part_models().items() if model is not Mention}
    for model in sorted(parts, key=lambda model: model is not Citation):
        yield _part_table(model, parts[model])


@cache
def tables() -> dict[str, Table]:
    """Every table of the package by its name, each after those that it refers to."""
    return {table.name: table for table in _all_tables()}


def tables_that_hold(what: Holds) -> list[Table]:
    return [table for table in tables().values() if table.holds == what]


@cache
def table_of(model: type[models.Model]) -> Table:
    return next(table for table in tables().values() if table.model is model)


@cache
def moving_tables() -> dict[str, Table]:
    """By kind, the tables of what can be renamed, and merged into another: sources and entities."""
    return {kind: table_of(model) for kind, model in record_models().items() if issubclass(model, Entity | Source)}
