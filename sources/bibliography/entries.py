"""The entries of a bibliography: what is known of a source or of the dataset, and nothing that is not."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sources.bibliography.dates import is_plain
from sources.dataset import package
from sources.models import Revision

ADDRESS_DIGEST = 4
"""Bytes of the digest of its address in the key of the dataset's entry: queries of one revision go into one file."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of document is called in each format."""

    bibtex: str
    ris: str
    csl: str


OTHER = Kind("misc", "GEN", "document")
WEB_PAGE = Kind("misc", "ELEC", "webpage")
REPORT = Kind("techreport", "RPRT", "report")
DATASET = Kind("misc", "DATA", "dataset")
NEWS = "news"
KINDS: Mapping[str, Kind] = {
    NEWS: Kind("article", "NEWS", "article-newspaper"),
    "aggregator": WEB_PAGE,
    "analysis": WEB_PAGE,
    "company": WEB_PAGE,
    "government": REPORT,
    "legal": Kind("misc", "STAT", "legislation"),
    "official_data": DATASET,
    "press_release": WEB_PAGE,
    "reference": WEB_PAGE,
    "report": REPORT,
    "research": REPORT,
}
"""By the words of the vocabulary source-kind. It is open: a word that joins it is a document like any other."""
IN_A_SERIES: Mapping[Kind, Kind] = {
    WEB_PAGE: Kind("article", "MGZN", "article-magazine"),
    KINDS["legal"]: Kind("article", "STAT", "legislation"),
}
"""What becomes another kind where it appeared in a series or periodical."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as bibliographies list it. What is not known is empty."""

    key: str
    kind: Kind
    title: str = ""
    authors: tuple[str, ...] = ()
    container: str = ""
    """The series or periodical that it appeared in."""
    volume: str = ""
    issue: str = ""
    publisher: str = ""
    """Where it is neither the author nor the periodical itself."""
    published: str = ""
    version: str = ""
    doi: str = ""
    url: str = ""
    accessed: str = ""
    notes: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        return " ".join(self.notes)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which facts cite a source: the document it was read in (none if itself), the words, the date."""

    via: str
    cited_as: str
    accessed: str


def one_line(text: Any) -> str:
    """A text without line breaks or control characters, which no format keeps."""
    readable = (" " if unicodedata.category(letter) == "Cc" else letter for letter in str(text or ""))
    return " ".join("".join(readable).split())


def entry_of_source(source: Mapping[str, Any], readings: Iterable[Reading], names: Mapping[str, str]) -> Entry:
    """A source by its stored document; `names` says in short what each document is that it was read in."""
    known = {name: one_line(value) for name, value in source.items() if not isinstance(value, list)}
    readings = sorted(readings, key=lambda one: (one.via, one.cited_as))
    authors = tuple(map(one_line, source["authors"])) or _corporate_author(known)
    container = known["series"] or (
        "" if known["publisher"] in authors or known["kind"] != NEWS else known["publisher"]
    )
    kind = KINDS.get(known["kind"], OTHER)
    return Entry(
        key=known["key"],
        kind=IN_A_SERIES.get(kind, kind) if container else kind,
        title=known["title"],
        authors=authors,
        container=container,
        volume=known["volume"],
        issue=known["issue"],
        publisher="" if known["publisher"] in (*authors, container) else known["publisher"],
        published=known["published"],
        doi=known["doi"],
        url=known["url"],
        # The address was good when it was read last.
        accessed=max((one.accessed for one in readings), default=""),
        notes=(*_notes_on_reading(known, readings, names), *_notes_on_source(known)),
    )


def _corporate_author(known: Mapping[str, str]) -> tuple[str, ...]:
    """Who stands for a document that names no author: its publisher, but for a titled article in the news."""
    return () if known["kind"] == NEWS and known["title"] else (known["publisher"],)


def _notes_on_reading(known: Mapping[str, str], readings: Sequence[Reading], names: Mapping[str, str]) -> Iterable[str]:
    vias = dict.fromkeys(one.via for one in readings if one.via)
    if vias:
        beginning = "As cited in" if all(one.via for one in readings) else "In part as cited in"
        yield f"{beginning} {'; '.join(names[via] + _words(known, readings, via) for via in vias)}."


def _words(known: Mapping[str, str], readings: Sequence[Reading], via: str) -> str:
    """By what words a document cites one whose title is not known."""
    words = dict.fromkeys(one_line(one.cited_as) for one in readings if one.via == via and not known["title"])
    quoted = ", ".join(f"“{word}”" for word in words if word)
    return f", there as {quoted}" if quoted else ""


def _notes_on_source(known: Mapping[str, str]) -> Iterable[str]:
    if known["published"] and not is_plain(known["published"]):
        yield f"Published {known['published']} (EDTF)."
    if known["not_before"]:
        yield f"Published not before {known['not_before']}."
    if known["not_after"]:
        yield f"Published not after {known['not_after']}."
    if known["data_year"]:
        yield f"Data of {known['data_year']}."
    if known["archived_url"]:
        yield f"Archived copy: {known['archived_url']}"
    if known["licence"]:
        yield f"Licence: {known['licence']}."


def name_of(source: Mapping[str, Any]) -> str:
    """A source in short, as the notes of others name it: by its publisher and its title."""
    publisher, title = one_line(source["publisher"]), one_line(source["title"])
    return f"{publisher}, “{title}”" if title else publisher


def entry_of_dataset(revision: Revision | None, permalink: str) -> Entry:
    """The dataset at a revision, if there is one yet, at the address of the query that reads it so."""
    number, day = (str(revision.number), revision.created.date().isoformat()) if revision else ("0", "")
    digest = hashlib.blake2b(permalink.encode(), digest_size=ADDRESS_DIGEST).hexdigest()
    return Entry(
        # No key of a source has a colon.
        key=f"{package.NAME}:{number}-{digest}",
        kind=DATASET,
        title=package.TITLE,
        authors=(package.CONTRIBUTORS,),
        published=day,
        version=number if revision else "",
        url=permalink,
        notes=(*([f"Revision {number} of {day}."] if revision else []), f"Licence: {package.LICENCE['name']}."),
    )
