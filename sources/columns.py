"""Lays nested documents out as the flat rows of a table: which columns there are, what they mean, what is in them.

The columns follow from the serializers by four rules. What stands on top keeps its name. What is nested has the name
around it in front, joined by an underscore; a quantity has none, since it is the number that a fact is about. An entity
is its slug, or the code that its serializer puts first, under the name of the field alone. What there may be several of
is joined by ` | `, with an entry for each, so that columns of the same things stay aligned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_type_hints

import orjson
from rest_framework import serializers

from sources.models import Entity
from sources.shapes import Shapes

HOST = "\x1a"
"""Stands for scheme and host where an address begins, since a row is written before anyone asks for it."""

BETWEEN = " | "
JOINED = "Joined by “ | ”, an entry for each."
ColumnType = Literal["string", "integer", "number", "boolean"]
Row = dict[str, Any]
Path = tuple[str, ...]

PYTHON_TYPES: dict[type, ColumnType] = {bool: "boolean", int: "integer", float: "number"}


class AddressField(serializers.SerializerMethodField):
    """An address, relative to the host."""


class AddressTextField(serializers.CharField):
    """An address, relative to the host, that is given as it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and where in a document its values stand."""

    name: str
    help_text: str
    type: ColumnType
    paths: tuple[Path, ...]
    """Where the value is; of several the first that has one counts."""
    each: Path | None = None
    """Where the list is whose entries have such a value."""
    is_address: bool = False

    def read(self, body: Mapping[str, Any]) -> Any:
        """The value that a document has in this column."""
        if self.each is None:
            value = self._first(body)
            if not isinstance(value, str):
                return value
            return f"{HOST}{value}" if self.is_address else value.replace(HOST, "")
        entries = [self._first(entry) for entry in _at(body, self.each) or ()]
        if all(entry is None for entry in entries):
            return None
        return BETWEEN.join(map(self._entry, entries))

    def _first(self, body: Any) -> Any:
        for path in self.paths:
            if (value := _at(body, path)) is not None:
                return value
        return None

    def _entry(self, value: Any) -> str:
        if value is None:
            return ""
        if self.is_address:
            return f"{HOST}{value}"
        text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
        # Else it would read as two entries.
        return text.replace(BETWEEN, " / ").replace(HOST, "")


def _at(body: Any, path: Path) -> Any:
    for name in path:
        if body is None:
            return None
        body = body.get(name)
    return body


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a document the walk through its serializer has come to."""

    prefix: str = ""
    path: Path = ()
    each: Path | None = None
    about: str = ""
    """What the things around this one are."""

    def column(self, name: str, words: str, type_: ColumnType, *paths: Path, **options: Any) -> Column:
        paths = tuple((*self.path, *path) for path in paths)
        type_ = "string" if self.each is not None else type_
        joined = JOINED if self.each is not None else ""
        return Column(name, " ".join(filter(None, (self.about, words, joined))), type_, paths, self.each, **options)

    def inside(self, name: str, words: str, prefix: str) -> _Place:
        about = " ".join(filter(None, (self.about, words)))
        return replace(self, prefix=prefix, path=(*self.path, name), about=about)

    def of_each(self, name: str, words: str, prefix: str) -> _Place:
        return _Place(prefix, (), (*self.path, name), words)


@cache
def columns_of(shapes: Shapes) -> tuple[Column, ...]:
    """The columns of the documents of these serializers, those of several taken together. Raises ValueError.

    What all have in common comes at the beginning and the end, as it does in each.
    """
    tables = [tuple(_walk(shape(), _Place())) for shape in shapes]
    for table in tables:
        refuse_collisions(table)
    if len(tables) < 2:
        return tables[0] if tables else ()
    return _together(tables)


def _together(tables: Sequence[tuple[Column, ...]]) -> tuple[Column, ...]:
    shared = set.intersection(*({column.name for column in table} for table in tables))
    head: dict[str, Column] = {}
    for column in tables[0]:
        if column.name not in shared:
            break
        head[column.name] = column
    own = {column.name: column for table in reversed(tables) for column in table if column.name not in shared}
    in_order = {column.name: own[column.name] for table in tables for column in table if column.name in own}
    tail = {column.name: column for column in tables[0] if column.name in shared and column.name not in head}
    return tuple({**head, **in_order, **tail}.values())


def refuse_collisions(columns: Iterable[Column]) -> None:
    """Stop where two columns have one name."""
    seen: dict[str, Column] = {}
    for column in columns:
        if column.name in seen:
            raise ValueError(f"Two columns are named {column.name}: {seen[column.name].paths} and {column.paths}.")
        seen[column.name] = column


def _walk(serializer: Any, place: _Place) -> Iterator[Column]:
    names: Mapping[str, str | None] = getattr(serializer, "column_names", {})
    for name, field in serializer.fields.items():
        for column in _columns_of_field(name, field, place):
            named = names.get(column.name.removeprefix(place.prefix), column.name)
            if named is not None:
                yield replace(column, name=named)


def _columns_of_field(name: str, field: Any, place: _Place) -> Iterator[Column]:
    words = str(field.help_text or "")
    if isinstance(field, serializers.ListSerializer):
        yield from _nested(field.child, place.of_each(name, words, f"{place.prefix}{name}_"), f"{place.prefix}{name}")
    elif isinstance(field, serializers.Serializer):
        yield from _nested(field, *_inside(name, field, place))
    elif hasattr(field, "branches"):
        for branch, shapes in field.branches().items():
            # Whole documents in others have tables of their own.
            if not branch and len(shapes) == 1:
                nested = shapes[0](help_text=words)
                yield from _nested(nested, *_inside(name, nested, place))
    elif is_list(field):
        joined = replace(place, path=(), each=(*place.path, name))
        yield joined.column(f"{place.prefix}{name}", words, "string", ())
    else:
        is_address = isinstance(field, AddressField | AddressTextField)
        words = words.replace(", relative to the host", "") if is_address else words
        yield place.column(f"{place.prefix}{name}", words, type_of(field), (name,), is_address=is_address)


def _inside(name: str, serializer: Any, place: _Place) -> tuple[_Place, str]:
    prefix = "" if getattr(serializer, "is_unprefixed", False) else f"{name}_"
    words = "" if getattr(serializer, "is_unprefixed", False) else str(serializer.help_text or "")
    return place.inside(name, words, f"{place.prefix}{prefix}"), f"{place.prefix}{name}"


def _nested(serializer: Any, place: _Place, name: str) -> Iterator[Column]:
    identity: tuple[str, ...] = getattr(serializer, "identity", ())
    if not issubclass(getattr(getattr(serializer, "Meta", None), "model", object), Entity) or not identity:
        yield from _walk(serializer, place)
        return
    words = f"Its {' or, where it has none, its '.join(identity)}."
    yield place.column(name, words, "string", *((one,) for one in identity))
    yield from (
        column for column in _walk(serializer, place) if column.paths[0][-1:] not in {(one,) for one in identity}
    )


def is_list(field: Any) -> bool:
    return isinstance(field, serializers.ListField | serializers.ManyRelatedField) or getattr(field, "is_list", False)


def type_of(field: Any) -> ColumnType:
    """What the values of a field are."""
    if isinstance(field, serializers.SerializerMethodField):
        method: Callable[..., Any] = getattr(type(field.parent), f"get_{field.field_name}")
        return PYTHON_TYPES.get(get_type_hints(method).get("return", str), "string")
    if isinstance(field, serializers.BooleanField):
        return "boolean"
    if isinstance(field, serializers.IntegerField):
        return "integer"
    return "number" if getattr(field, "is_number", False) else "string"


def flat(columns: Iterable[Column], body: Mapping[str, Any]) -> Row:
    """A document as a row, with every column."""
    return {column.name: column.read(body) for column in columns}


def with_host(row: Row, host: str) -> Row:
    """A row whose addresses begin with scheme and host."""
    return {name: value.replace(HOST, host) if isinstance(value, str) else value for name, value in row.items()}
