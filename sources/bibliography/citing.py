"""Writes bibliographies as people read them, in one of the styles of the Citation Style Language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.source.json import CiteProcJSON

from sources.bibliography.csl import Item, item_of
from sources.bibliography.entries import Entry, one_line
from sources.bibliography.styles import DEFAULT, file_of

MOST = 300
"""How many entries are written at most: the library takes some hundredths of a second for each."""

LABEL = re.compile(r"^(\[\d+\]|\(\d+\)|\d+[.)]?)(?=[^\s\d.)])")
"""The number before an entry, which the library runs into it."""

FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, SyntaxError, TypeError, ValueError)
"""What the library raises over a style that it can't follow: never an error of its own."""


class UnusableStyleError(Exception):
    """The library can't write a bibliography in a style."""


def _as_it_is(text: Any) -> Any:
    return text


FORMS = ("Italic", "Oblique", "Bold", "Light", "Underline", "Superscript", "Subscript", "SmallCaps")
# The library's own plain formatter turns its strings into others, which its capitals then fail over.
PLAIN: Any = SimpleNamespace(preformat=_as_it_is, **dict.fromkeys(FORMS, _as_it_is))


def write(entries: Iterable[Entry], style: str = DEFAULT) -> str:
    """One entry a line in the order of the style, the last entry last. Raises UnusableStyleError."""
    *sources, dataset = entries
    try:
        return _written(sources, dataset, style)
    except FAILURES as error:
        raise UnusableStyleError from error


def _written(sources: list[Entry], dataset: Entry, style: str) -> str:
    every = {entry.key: entry for entry in (*sources, dataset)}
    items = CiteProcJSON([_processed(entry) for entry in every.values()])
    read = CitationStylesStyle(str(file_of(style)), validate=False)
    bibliography = CitationStylesBibliography(read, items, PLAIN)
    for entry in sources:
        bibliography.register(_citation(entry))
    bibliography.sort()
    bibliography.register(_citation(dataset))
    written = map(str, bibliography.bibliography())
    return "".join(_line(text, every[key]) for text, key in zip(written, bibliography.keys, strict=True))


def _processed(entry: Entry) -> Item:
    """What styles have a say in; none of the notes, and no date of reading where there is no address.

    Where a document names no author, the library writes its title twice: the periodical then stands for the author.
    """
    left_out = {"note"} if entry.url else {"note", "accessed"}
    item = {name: value for name, value in item_of(entry).items() if name not in left_out}
    return item if entry.authors else {"author": [{"literal": entry.container}], **item}


def _citation(entry: Entry) -> Citation:
    return Citation([CitationItem(entry.key)])


def _line(text: str, entry: Entry) -> str:
    cited = LABEL.sub(r"\1 ", one_line(text))
    return f"{cited} [{entry.note}]\n" if entry.note else f"{cited}\n"
