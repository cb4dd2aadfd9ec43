"""Reads records in RIS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import rispy

from curating.entry.records import dates
from curating.entry.records.record import Author, Record, RecordError, kinds_of

BEGINNING = re.compile(r"^\s*TY\s{0,2}-", re.MULTILINE)
_LOOSE_TAG = re.compile(r"^\s*([A-Z][A-Z0-9]) {0,2}- ?", re.MULTILINE)
_TYPES = {
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "THES": "thesis",
    "CHAP": "chapter",
    "BILL": "bill",
    "LEGAL": "regulation",
    "CASE": "legal_case",
    "BLOG": "webpage",
    "ENCYC": "entry-encyclopedia",
    "DICT": "entry-dictionary",
}
"""What CSL calls types that are not written here."""
_TITLES = ("title", "primary_title")
_CONTAINERS = ("secondary_title", "journal_name", "alternate_title3", "alternate_title2")
_DATES = ("date", "publication_year", "year")
_READ = frozenset(
    {"type_of_reference", "id", "authors", "first_authors", "volume", "number", "publisher", "doi", "urls", "notes"}
    | {*_TITLES, *_CONTAINERS, *_DATES, "unknown_tag"}
)
_SMALL_WORDS = re.compile(r"\b(?:and|of|for|the|on|in|de|und|et)\b|[()&0-9]", re.IGNORECASE)


def read(text: str) -> list[Record]:
    lines = _LOOSE_TAG.sub(r"\1  - ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not re.search(r"^ER  -", lines, re.MULTILINE):
        lines += "\nER  - \n"
    # An address may have a semicolon, which others part addresses by.
    found = rispy.loads(lines, delimiter_tags_mapping={})
    if not found:
        raise RecordError("The RIS can't be read: copy the whole record, from its line TY to its line ER.")
    return [_record(entry) for entry in found]


def _record(entry: dict[str, Any]) -> Record:
    container = _first(entry, _CONTAINERS)
    kind = str(entry.get("type_of_reference", "")).strip().upper()
    return Record(
        type=kind,
        kinds=kinds_of("ris", kind, _TYPES),
        key=str(entry.get("id", "")),
        title=_first(entry, _TITLES),
        authors=tuple(map(_author, [*_all(entry.get("authors")), *_all(entry.get("first_authors"))])),
        container=container,
        is_periodical=kind == "NEWS",
        volume=str(entry.get("volume", "")),
        issue=str(entry.get("number", "")),
        publisher=str(entry.get("publisher", "")),
        published=next(filter(None, (dates.of_slashes(str(entry.get(name, ""))) for name in _DATES)), ""),
        doi=str(entry.get("doi", "")),
        url=next(iter(_all(entry.get("urls"))), ""),
        notes=" ".join(_all(entry.get("notes"))),
        left_out=tuple(sorted(name.replace("_", " ") for name in entry if name not in _READ)),
    )


def _first(entry: dict[str, Any], names: Iterable[str]) -> str:
    return next((str(entry[name]) for name in names if entry.get(name)), "")


def _all(values: Any) -> list[str]:
    return [str(value).strip() for value in values or [] if str(value).strip()]


def _author(name: str) -> Author:
    """Family name, given name; a name without a comma, or with the words of an office's name, is a body's."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma or "," in given or _SMALL_WORDS.search(name):
        return Author(name, is_body=not comma or bool(_SMALL_WORDS.search(name)))
    return Author(f"{given} {family}".strip())
