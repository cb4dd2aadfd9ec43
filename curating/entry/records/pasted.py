"""Tells what format a pasted text is in, and reads it."""

from __future__ import annotations

from collections.abc import Callable

from curating.entry.records import bibtex, csl, ris
from curating.entry.records.record import LARGEST, Record, RecordError

UNKNOWN = (
    "This is neither BibTeX, RIS nor CSL-JSON. A record in BibTeX begins like @article{, in RIS like TY  - NEWS, in "
    "CSL-JSON with a bracket: copy it so from a reference manager, or from “Cite” or “Export” on the document's page."
)


def records_in(text: str) -> list[Record]:
    """The records of a text. Raises RecordError for what is none, with what to do about it."""
    text = text.replace("\x00", "").removeprefix("\ufeff").strip()
    if not text:
        raise RecordError("There is nothing to read: paste a record first.")
    if len(text) > LARGEST:
        raise RecordError(f"The text is too long to be read, at more than {LARGEST:,} characters: paste one record.")
    try:
        found = _reader(text)(text)
    except RecursionError as error:
        raise RecordError("The brackets of the record are nested too deeply. Copy it again.") from error
    if not found:
        raise RecordError(UNKNOWN)
    return found


def _reader(text: str) -> Callable[[str], list[Record]]:
    if text.startswith(("{", "[")):
        return csl.read
    if ris.BEGINNING.search(text) and not text.startswith("@"):
        return ris.read
    if bibtex.BEGINNING.search(text):
        return bibtex.read
    raise RecordError(UNKNOWN)
