"""Writes CSL-JSON, the data that citation processors work on."""

from __future__ import annotations

from typing import Any

from sources.bibliography.dates import is_plain, parts_of
from sources.bibliography.entries import Entry

Item = dict[str, Any]


def item_of(entry: Entry) -> Item:
    """An entry as citation processors take it: names of authors as they stand, since no one says how they part."""
    known = {
        "id": entry.key,
        "type": entry.kind.csl,
        "title": entry.title,
        "author": [{"literal": author} for author in entry.authors],
        "container-title": entry.container,
        "volume": entry.volume,
        "issue": entry.issue,
        "publisher": entry.publisher,
        "issued": _date(entry.published),
        "version": entry.version,
        "DOI": entry.doi,
        "URL": entry.url,
        "accessed": _date(entry.accessed),
        "note": entry.note,
    }
    return {name: value for name, value in known.items() if value}


def _date(text: str) -> Item | None:
    dates = parts_of(text)
    if not dates:
        return None
    stated = {"date-parts": [list(date) for date in dates]}
    return stated if is_plain(text) or text[-1] not in "?~%" else stated | {"circa": True}
