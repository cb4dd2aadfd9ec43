"""Writes RIS, such as Zotero, EndNote and Mendeley read: a tag a line, each line ended by CR and LF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sources.bibliography.dates import Parts, parts_of
from sources.bibliography.entries import Entry

END = "\r\n"


def write(entries: Iterable[Entry]) -> str:
    return END.join(_entry(entry) for entry in entries)


def _entry(entry: Entry) -> str:
    lines = [("TY", entry.kind.ris), *_tags(entry), ("ER", "")]
    return "".join(f"{tag}  - {value}{END}" for tag, value in lines)


def _tags(entry: Entry) -> Iterator[tuple[str, str]]:
    published, accessed = parts_of(entry.published), parts_of(entry.accessed)
    tags = [
        ("ID", entry.key),
        *(("AU", author) for author in entry.authors),
        ("TI", entry.title),
        ("T2", entry.container),
        ("VL", entry.volume),
        ("IS", entry.issue),
        ("PB", entry.publisher),
        ("PY", f"{published[0][0]:04}" if published else ""),
        ("DA", _date(published)),
        ("ET", entry.version),
        ("DO", entry.doi),
        ("UR", entry.url),
        ("Y2", _date(accessed)),
        *(("N1", note) for note in entry.notes),
    ]
    yield from ((tag, value) for tag, value in tags if value)


def _date(dates: list[Parts]) -> str:
    """Year, month and day, each with its slash, as the format has it; of a span the beginning."""
    if not dates:
        return ""
    year, *rest = dates[0]
    return "/".join([f"{year:04}", *(f"{part:02}" for part in rest), *[""] * (2 - len(rest)), ""])
