"""Reads the query parameters that all endpoints share, and refuses every one that an endpoint does not know."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from django.core import signing
from django.http import QueryDict
from django.utils.encoding import escape_uri_path

from sources.bibliography.styles import DEFAULT, USUAL, styles
from sources.exceptions import ParameterError
from sources.models import Revision
from sources.parameters import MAX_PAGE_SIZE, PAGE_SIZE
from sources.shapes import Shape, ShapeError, Shapes
from sources.words import nearest

MAX_LENGTH = 2000

FORMAT = "format"
STYLE, STYLED = "style", "citation"
"""The parameter that says how a citation is written, and the format that it goes with."""
OF_ONE_ANSWER = frozenset({FORMAT, STYLE, "cursor", "page_size"})
"""The parameters that choose a form or a part of a result, and so are not in its permalink."""
NOT_DECODED = "\ufffd"
"""What Django puts in place of bytes that are not UTF-8."""
SIGNER = signing.Signer(salt="cursor")
"""Signs without a time, so that one page always links to the next by the same address."""


BAD_CURSOR = ParameterError(
    "cursor", "This cursor can't be read: take it unchanged from `next` or `previous`.", "bad-cursor"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list, as a cursor carries it: the order, the values there, and the revision that is read."""

    revision: int
    subject: str
    ordering: tuple[str, ...]
    values: tuple[Any, ...]
    backwards: bool

    @classmethod
    def after(cls, values: Iterable[Any], asked: Query) -> Place:
        return cls(asked.number, asked.subject, asked.ordering, tuple(values), backwards=False)

    @classmethod
    def before(cls, values: Iterable[Any], asked: Query) -> Place:
        return cls(asked.number, asked.subject, asked.ordering, tuple(values), backwards=True)

    def sealed(self) -> str:
        """The cursor: signed, so that no client can make one that the database has to puzzle over."""
        values = [value if isinstance(value, int | None) else str(value) for value in self.values]
        return SIGNER.sign_object((self.revision, self.subject, self.ordering, values, self.backwards))

    @classmethod
    def opened(cls, cursor: str) -> Place | None:
        try:
            revision, subject, ordering, values, backwards = SIGNER.unsign_object(cursor)
        except (signing.BadSignature, ValueError):
            return None
        return cls(revision, subject, tuple(ordering), tuple(values), backwards)


@dataclass(frozen=True, slots=True)
class Whole:
    """A format that answers with the whole result, and the columns that may be chosen of it."""

    format: str
    columns: Sequence[str]


@dataclass(slots=True)
class Query:
    """What a request asks for besides its filters."""

    revision: Revision | None = None
    """The revision that is read."""
    newest: Revision | None = None
    shape: Shape | None = None
    columns: frozenset[str] | None = None
    """The columns asked for of a table; None for all."""
    page_size: int = PAGE_SIZE
    place: Place | None = None
    ordering: tuple[str, ...] = ()
    subject: str = ""
    """What tells the list from all others, in short: its address and filters."""
    style: str = ""
    permalink: str = ""
    """Where the same is read at the same revision for ever, relative to the host: its parameters in order of names."""
    claims: str = "best"
    pinned: bool = False
    """Whether a revision was asked for, rather than the newest."""
    filterset: Any = None
    """The filter set that read the filters, where the endpoint has one."""
    group_by: tuple[str, ...] = ()
    unit: str | None = None
    """The unit in which figures are given besides that of their sources."""
    filters: dict[str, str] = field(default_factory=dict)
    count: int | None = None
    form_of_query: tuple[Hashable, ...] = ()
    """All that the SQL of the rows follows from, but for the values below, which are bound anew."""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The revision that is read; 0 while nothing was ever published."""
        return self.revision.number if self.revision else 0


class Reader:
    """Reads the parameters of one request, and collects everything that is wrong with them."""

    def __init__(
        self,
        path: str,
        parameters: QueryDict,
        known: Iterable[str],
        filters: Iterable[str],
        whole: Whole | None = None,
    ) -> None:
        self.path = path
        self.parameters = parameters
        self.filters = set(filters)
        self.known = {FORMAT, *known, *self.filters}
        self.whole = whole
        self.errors: list[ParameterError] = []

    def read(
        self,
        shapes: Shapes,
        ordering: Iterable[str],
        current: Revision | None,
        groupings: Sequence[str] = (),
        units: Sequence[str] = (),
    ) -> Query:
        """What is asked for. Whatever is wrong stands in `errors` afterwards, all of it at once."""
        plain = {name: self._single(name) for name in self.parameters}
        given = {name: value for name, value in plain.items() if value is not None}
        query = Query(revision=current, newest=current, filters={n: v for n, v in given.items() if n in self.filters})
        query.revision, query.pinned = self._revision(given.get("revision"), current), "revision" in given
        if self.whole:
            query.columns = self._columns(given, self.whole)
        else:
            query.shape = self._shape(given, shapes)
        query.ordering = self._ordering(given.get("ordering"), sorted(ordering))
        query.subject = self._subject(given)
        if self.whole:
            self._refuse_pages(given, self.whole)
        else:
            query.page_size = self._page_size(given.get("page_size"))
            self._resume(query, given)
        query.permalink = self._permalink(given, query.number)
        query.style = self._style(given.get(STYLE))
        query.group_by = self._words("group_by", given.get("group_by"), groupings)
        query.unit = self._unit(given.get("unit"), units)
        query.claims = self._choice("claims", given.get("claims"), ["best", "all"], "best")
        return query

    def refuse(
        self, name: str, detail: str, code: Any = "invalid-value", allowed: Any = None, near: Any = None
    ) -> None:
        self.errors.append(ParameterError(name, detail, code, allowed, near))

    def _single(self, name: str) -> str | None:
        """The one value of a parameter, or None, with the reason noted, where it has none that can be used."""
        if name not in self.known:
            near = nearest(name, sorted(self.known))
            hint = f" Did you mean {near}?" if near else ""
            self.refuse(
                name, f"There is no parameter “{name}” here.{hint}", "unknown-parameter", sorted(self.known), near
            )
            return None
        values = self.parameters.getlist(name)
        if len(values) > 1:
            self.refuse(name, f"“{name}” is given {len(values)} times; join values by commas.", "repeated-parameter")
            return None
        value = values[0].strip()
        if not value:
            self.refuse(name, f"“{name}” has no value; leave it out, or give one.")
        elif len(value) > MAX_LENGTH:
            self.refuse(name, f"“{name}” is longer than {MAX_LENGTH} characters.")
        elif not is_text(value):
            self.refuse(name, f"“{name}” holds characters that no text has: NUL, or what is not UTF-8.")
        else:
            return value
        return None

    def _revision(self, value: str | None, current: Revision | None) -> Revision | None:
        if value is None:
            return current
        newest = current.number if current else 0
        if re.fullmatch(r"[0-9]{1,9}", value):
            if 1 <= int(value) <= newest:
                return current if int(value) == newest else Revision.objects.filter(number=int(value)).first()
            self.refuse("revision", f"There is no revision {value}; there are 1 to {newest}.")
            return current
        try:
            day = date.fromisoformat(value if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else "")
        except ValueError:
            self.refuse("revision", f"“{value}” is neither the number of a revision nor a day such as 2026-11-24.")
            return current
        found = Revision.objects.on(day)
        if found is None:
            self.refuse("revision", f"Nothing was published by {value}.")
        return found or current

    def _subject(self, given: dict[str, str]) -> str:
        narrowing = sorted((name, value) for name, value in given.items() if name in self.filters or name == "claims")
        return hashlib.blake2b(repr((self.path, narrowing)).encode(), digest_size=12).hexdigest()

    def _resume(self, query: Query, given: dict[str, str]) -> None:
        """Go on from where a cursor points, at its revision and in its order."""
        if "cursor" not in given:
            return
        place = Place.opened(given["cursor"])
        if place is None or (place.ordering, place.subject) != (query.ordering, query.subject):
            self.errors.append(BAD_CURSOR)
        elif "revision" in given and place.revision != query.number:
            self.refuse("cursor", "“cursor” belongs to another “revision”.", "contradiction")
        else:
            query.place = place
            if place.revision != query.number:
                query.revision = Revision.objects.filter(number=place.revision).first()

    def _permalink(self, given: dict[str, str], revision: int) -> str:
        kept = {name: value for name, value in given.items() if name not in OF_ONE_ANSWER}
        if "revision" in self.known and revision:
            kept["revision"] = str(revision)
        query = urlencode(sorted(kept.items()), safe=",:/", quote_via=quote)
        return f"{escape_uri_path(self.path)}?{query}" if query else escape_uri_path(self.path)

    def _style(self, value: str | None) -> str:
        if value is None:
            return DEFAULT
        name = value.casefold()
        if self.whole is None or self.whole.format != STYLED:
            self.refuse(STYLE, f"“{STYLE}” goes with {FORMAT}={STYLED} alone.", "contradiction")
        elif name not in styles():
            near = nearest(name, styles())
            hint = f" Did you mean {near}?" if near else ""
            self.refuse(STYLE, f"There is no style “{value}”.{hint}", allowed=USUAL, near=near)
        return name

    def _shape(self, given: dict[str, str], shapes: Shapes) -> Shape | None:
        fields, omit = given.get("fields"), given.get("omit")
        if fields and omit:
            self.refuse("omit", "“fields” and “omit” contradict each other; give one of them.", "contradiction")
            return None
        name = "fields" if fields else "omit"
        try:
            return Shape.read(fields or omit or "", keep=bool(fields), shapes=shapes)
        except ShapeError as error:
            self.refuse(name, str(error), allowed=error.allowed, near=error.nearest)
            return None

    def _columns(self, given: dict[str, str], whole: Whole) -> frozenset[str] | None:
        """The columns that are kept of a table."""
        fields, omit = given.get("fields"), given.get("omit")
        if fields and omit:
            self.refuse("omit", "“fields” and “omit” contradict each other; give one of them.", "contradiction")
        if not (text := fields or omit):
            return None
        name, named = "fields" if fields else "omit", [part.strip() for part in text.split(",")]
        if not whole.columns:
            self.refuse(name, f"“{name}” contradicts format={whole.format}, which has no columns.", "contradiction")
        for one in named if whole.columns else ():
            if one not in whole.columns:
                near = nearest(one, whole.columns)
                hint = f" Did you mean {near}?" if near else ""
                detail = f"There is no column “{one}” in format={whole.format}.{hint}"
                self.refuse(name, detail, allowed=sorted(whole.columns), near=near)
        return frozenset(named) if fields else frozenset(whole.columns) - frozenset(named)

    def _refuse_pages(self, given: dict[str, str], whole: Whole) -> None:
        for name in ("page_size", "cursor"):
            if name in given:
                detail = f"“{name}” contradicts format={whole.format}, which gives the whole result, not a page of it."
                self.refuse(name, detail, "contradiction")

    def _page_size(self, value: str | None) -> int:
        if value is None:
            return PAGE_SIZE
        if re.fullmatch(r"[0-9]{1,9}", value) and 1 <= int(value) <= MAX_PAGE_SIZE:
            return int(value)
        self.refuse("page_size", f"“{value}” is not a page size: a whole number from 1 to {MAX_PAGE_SIZE}.")
        return PAGE_SIZE

    def _ordering(self, value: str | None, offered: list[str]) -> tuple[str, ...]:
        asked = tuple(part.strip() for part in value.split(",")) if value else ()
        names = [part.removeprefix("-") for part in asked]
        for name in names:
            if name not in offered:
                near = nearest(name, offered)
                self.refuse("ordering", f"Results can't be ordered by “{name}”.", allowed=offered, near=near)
        if len(set(names)) < len(names):
            self.refuse("ordering", "A field stands twice in “ordering”.", "contradiction")
        return asked

    def _words(self, name: str, value: str | None, offered: Sequence[str]) -> tuple[str, ...]:
        asked = tuple(part.strip().casefold() for part in value.split(",")) if value else ()
        for word in asked:
            if word not in offered:
                near = nearest(word, offered)
                hint = f" Did you mean {near}?" if near else ""
                self.refuse(name, f"Nothing can be grouped by “{word}”.{hint}", allowed=list(offered), near=near)
        if len(set(asked)) < len(asked):
            self.refuse(name, f"A word stands twice in “{name}”.", "contradiction")
        return asked

    def _unit(self, value: str | None, offered: Sequence[str]) -> str | None:
        """A unit as it is written: in another case it may mean another one, as mt for metric tons is not Mt."""
        if value is None or value in offered:
            return value
        near = nearest(value, offered)
        hint = f" Did you mean {near}?" if near else ""
        self.refuse("unit", f"There is no unit “{value}”.{hint}", allowed=list(offered), near=near)
        return None

    def _choice(self, name: str, value: str | None, offered: list[str], default: str) -> str:
        if value is None or value in offered:
            return value or default
        self.refuse(
            name, f"“{value}” is not one of {', '.join(offered)}.", allowed=offered, near=nearest(value, offered)
        )
        return default


def is_text(value: str) -> bool:
    """Whether it is one that every database can hold: no NUL, no lone surrogates, no bytes that were not UTF-8."""
    try:
        return b"\x00" not in value.encode() and NOT_DECODED not in value
    except UnicodeEncodeError:
        return False
