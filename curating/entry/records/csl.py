"""Reads records in CSL-JSON, such as Zotero and the registries of DOIs give out."""

from __future__ import annotations

import json
from typing import Any

from curating.entry.records import dates
from curating.entry.records.record import Author, Record, RecordError, kinds_of

_READ = frozenset(
    {"id", "type", "title", "author", "container-title", "volume", "issue", "publisher", "issued", "DOI", "URL", "note"}
)
_NAME_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")


def read(text: str) -> list[Record]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise RecordError(
            f"The CSL-JSON can't be read: {error}. Copy the whole record, to its last bracket."
        ) from error
    if isinstance(found, dict):
        found = next((found[name] for name in ("items", "message") if isinstance(found.get(name), dict | list)), found)
    items = found if isinstance(found, list) else [found]
    if not items or not all(isinstance(item, dict) and item.keys() & {"title", "type", "URL", "DOI"} for item in items):
        raise RecordError("The JSON is no CSL-JSON: a record is an object with a type, a title and the like.")
    return [_record(item) for item in items]


def _record(item: dict[str, Any]) -> Record:
    kind = _text(item.get("type"))
    return Record(
        type=kind or "a document",
        kinds=kinds_of("csl", kind, {"journal-article": "article-journal", "report-component": "report"}),
        key=_text(item.get("id")),
        title=_text(item.get("title")),
        authors=tuple(filter(lambda author: author.name, map(_author, _list(item.get("author"))))),
        container=_text(item.get("container-title")),
        is_periodical=kind == "article-newspaper",
        volume=_text(item.get("volume")),
        issue=_text(item.get("issue")),
        publisher=_text(item.get("publisher")),
        published=_date(item.get("issued")),
        doi=_text(item.get("DOI")),
        url=_text(item.get("URL")),
        notes=_text(item.get("note")),
        left_out=tuple(sorted(name for name in item if name not in _READ)),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A text or number; registries give some as lists, of which the first is meant."""
    if isinstance(value, list):
        return _text(value[0]) if value and not isinstance(value[0], list) else ""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _author(name: Any) -> Author:
    if not isinstance(name, dict):
        return Author(_text(name))
    if body := _text(name.get("literal")) or _text(name.get("name")):
        return Author(body, is_body=True)
    return Author(" ".join(filter(None, (_text(name.get(part)) for part in _NAME_PARTS))))


def _date(issued: Any) -> str:
    if not isinstance(issued, dict):
        text = _text(issued)
        return text if dates.is_date(text) else ""
    ends = [dates.joined(parts) for parts in _list(issued.get("date-parts")) if isinstance(parts, list)]
    date = "/".join(filter(None, ends[:2])) or _text(issued.get("raw")) or _text(issued.get("literal"))
    if not dates.is_date(date):
        return ""
    return f"{date}~" if issued.get("circa") and dates.is_date(f"{date}~") else date
