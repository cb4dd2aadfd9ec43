"""A record of a document, whatever format it was pasted in, and what a source takes from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sources.bibliography.entries import IN_A_SERIES, KINDS, NEWS, WEB_PAGE, one_line
from sources.models.records import validate_key

LARGEST = 100_000
"""Characters of a text that is read: a record has some hundreds."""


class RecordError(ValueError):
    """Says why a text can't be read as records, and what to do."""


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    is_body: bool = False
    """Whether the record gives the name as one that doesn't part into given and family name."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says, in the terms of ours. What it doesn't say is empty."""

    type: str
    """As the format names it."""
    kinds: tuple[str, ...] = ()
    """The kinds of sources that a document of this type may be."""
    key: str = ""
    title: str = ""
    authors: tuple[Author, ...] = ()
    container: str = ""
    is_periodical: bool = False
    """Whether the container is a newspaper, which stands for its own publisher."""
    volume: str = ""
    issue: str = ""
    publisher: str = ""
    published: str = ""
    doi: str = ""
    url: str = ""
    notes: str = ""
    left_out: tuple[str, ...] = ()
    """Names of what it says besides."""

    @property
    def name(self) -> str:
        """In short, to be chosen by."""
        return ", ".join(filter(None, [self.publisher or self.container, self.title or "untitled", self.published]))


_RESEARCH = ("article-journal", "paper-conference", "thesis", "chapter", "article")
_LAW = ("bill", "legal_case", "regulation", "treaty")
_REFERENCE = ("entry", "entry-encyclopedia", "entry-dictionary")
_NOT_WRITTEN = {
    **dict.fromkeys(_RESEARCH, ("research",)),
    **dict.fromkeys(_LAW, ("legal",)),
    **dict.fromkeys(_REFERENCE, ("reference",)),
}
"""By types of CSL that no source is written as, the kinds that they are."""


def kinds_of(format_name: str, word: str, types_of_csl: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds whose sources a format gives this type, or whatever CSL calls the type; a page of the web may be news."""
    in_csl = types_of_csl.get(word, word if format_name == "csl" else "")
    written = {
        kind
        for kind, entry in KINDS.items()
        for one in (entry, IN_A_SERIES.get(entry, entry))
        if getattr(one, format_name) == word or (in_csl and one.csl == in_csl)
    }
    if WEB_PAGE in {KINDS[kind] for kind in written}:
        written.add(NEWS)
    return tuple(sorted(written)) or _NOT_WRITTEN.get(in_csl, ())


_OWN_NOTES = {
    "published": r"Published (\S+) \(EDTF\)\.",
    "not_before": r"Published not before ([0-9]{4}-[0-9]{2}-[0-9]{2})\.",
    "not_after": r"Published not after ([0-9]{4}-[0-9]{2}-[0-9]{2})\.",
    "data_year": r"Data of ([0-9]{4})\.",
    "archived_url": r"Archived copy: (\S+)",
    "licence": r"Licence: (\S+)\.(?:\s|$)",
}
"""By field, how the notes of the bibliographies that are written here say what formats have no place for."""
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")


def fields_of(record: Record) -> dict[str, str]:
    """The fields of a source that a record fills in."""
    publisher, series, authors = _parts(record)
    fields = {
        "key": record.key if "-" in record.key and validate_key.regex.fullmatch(record.key) else "",  # type: ignore[union-attr]
        "kind": record.kinds[0] if len(record.kinds) == 1 else "",
        "publisher": publisher,
        "title": record.title,
        "authors": "|".join(author.name.replace("|", "/") for author in authors),
        "series": series,
        "volume": record.volume,
        "issue": record.issue,
        "published": record.published,
        "doi": bare(record.doi),
        "url": record.url,
    }
    noted = {name: found[1] for name, words in _OWN_NOTES.items() if (found := re.search(words, record.notes))}
    return {name: one_line(value) for name, value in (fields | noted).items() if value}


def bare(doi: str) -> str:
    """A DOI without the address of its resolver."""
    found = _DOI.search(doi)
    return found[0] if found else ""


def _parts(record: Record) -> tuple[str, str, tuple[Author, ...]]:
    """Publisher, series and authors. A document's publisher may stand as its author, and a newspaper as publisher."""
    if record.publisher:
        return record.publisher, record.container, record.authors
    if record.container and record.is_periodical:
        return record.container, "", record.authors
    if len(record.authors) == 1 and record.authors[0].is_body:
        return record.authors[0].name, record.container, ()
    return "", record.container, record.authors


def remarks_on(record: Record) -> Iterable[str]:
    """What a curator should know of how a record was taken over."""
    if not record.kinds:
        yield f"The record calls the document “{record.type}”: choose its kind."
    elif len(record.kinds) > 1:
        yield f"The record calls the document “{record.type}”, which may be {', '.join(record.kinds)}: choose its kind."
    if not _parts(record)[0]:
        yield "The record names no publisher: fill it in."
    if record.left_out:
        yield f"Not taken over, as a source has no field for it: {', '.join(record.left_out)}."
