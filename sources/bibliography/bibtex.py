"""Writes BibTeX, such as BibTeX, biblatex and reference managers read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from sources.bibliography.dates import Parts, parts_of
from sources.bibliography.entries import Entry

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "%&#_$"},
}
BRACES = {"{": r"\{", "}": r"\}"}
LONE_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
"""BibTeX counts braces even where a backslash stands before: where they don't pair, they are named."""
PAIRED = str.maketrans(ESCAPES | BRACES)
UNPAIRED = str.maketrans(ESCAPES | LONE_BRACES)
LIGATURE = re.compile(r"([-'`,<>])(?=\1)")
"""Two of a kind that LaTeX would set as something else, such as two hyphens as a dash."""
IN_ADDRESSES = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"})


def write(entries: Iterable[Entry]) -> str:
    return "\n".join(map(_entry, entries))


def _entry(entry: Entry) -> str:
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(entry))
    return f"@{entry.kind.bibtex}{{{entry.key},\n{fields}}}\n"


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    authors = " and ".join(f"{{{escaped(author)}}}" for author in entry.authors)
    publisher = "institution" if entry.kind.bibtex == "techreport" else "publisher"
    texts = {
        "author": authors,
        # The second pair of braces keeps its capitals.
        "title": entry.title and f"{{{escaped(entry.title)}}}",
        "journal": escaped(entry.container),
        "volume": escaped(entry.volume),
        "number": escaped(entry.issue),
        publisher: entry.publisher and f"{{{escaped(entry.publisher)}}}",
        "version": escaped(entry.version),
        "doi": entry.doi.translate(IN_ADDRESSES),
        "url": entry.url.translate(IN_ADDRESSES),
        "urldate": escaped(entry.accessed),
        "note": escaped(entry.note),
    }
    yield from ((name, f"{{{text}}}") for name, text in texts.items() if text)
    yield from _date(parts_of(entry.published))


def _date(dates: list[Parts]) -> Iterator[tuple[str, str]]:
    if not dates:
        return
    years = dict.fromkeys(date[0] for date in dates)
    yield "year", f"{{{'--'.join(f'{year:04}' for year in years)}}}"
    if len(dates) == 1 and len(dates[0]) > 1:
        yield "month", MONTHS[dates[0][1] - 1]
        yield from (("day", f"{{{day}}}") for day in dates[0][2:])


def escaped(text: str) -> str:
    """A text in which LaTeX finds nothing to carry out."""
    return LIGATURE.sub(r"\1{}", text.translate(PAIRED if _pairs(text) else UNPAIRED))


def _pairs(text: str) -> bool:
    """Whether every brace that opens is closed after it."""
    depths = accumulate((letter == "{") - (letter == "}") for letter in text)
    return min(depths, default=0) >= 0 and text.count("{") == text.count("}")
