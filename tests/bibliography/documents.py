"""Documents to cite, which no database has to hold, and what readers of the formats make of their entries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors
from bibtexparser.model import Entry as BibtexEntry
from pylatexenc import latex2text

from sources.bibliography import bibtex
from sources.bibliography.entries import Entry, Reading, entry_of_dataset, entry_of_source, name_of
from sources.models import Revision, Source
from sources.serializers import SourceSerializer

PERMALINK = "https://example.org/api/v1/reserves/?country=KAZ&mineral=zinc%20ore&revision=7"
BRACES = [latex2text.MacroTextSpec("textbraceleft", "{"), latex2text.MacroTextSpec("textbraceright", "}")]
CIRCUMFLEX = [latex2text.MacroTextSpec("textasciicircum", "^")]


def stored(**fields: Any) -> dict[str, Any]:
    """The document of a source, as it is stored."""
    least = {"key": "report-2024", "kind": "report", "publisher": "Survey"}
    return dict(SourceSerializer(Source(**least | fields)).data)


def entry(*readings: Reading, vias: tuple[dict[str, Any], ...] = (), **fields: Any) -> Entry:
    return entry_of_source(stored(**fields), readings, {via["key"]: name_of(via) for via in vias})


def dataset() -> Entry:
    return entry_of_dataset(Revision(number=7, created=datetime(2026, 11, 24, 8, tzinfo=UTC)), PERMALINK)


def read_bibtex(text: str) -> list[BibtexEntry]:
    """The entries that bibtexparser finds; fails where it finds anything else."""
    library = parse_string(text, append_middleware=[SeparateCoAuthors()])
    assert library.failed_blocks == []
    assert len(library.blocks) == len(library.entries)
    return library.entries


def bibtex_of(one: Entry) -> dict[str, Any]:
    """The fields of an entry, written and read again."""
    [found] = read_bibtex(bibtex.write([one]))
    return {"type": found.entry_type, "key": found.key, **{field.key: field.value for field in found.fields}}


def plain(latex: str) -> str:
    """What LaTeX would print. The decoder is told of three macros of LaTeX's own that it lacks, or takes for others."""
    context = latex2text.get_default_latex_context_db()
    context.add_context_category("own", macros=[*BRACES, *CIRCUMFLEX], prepend=True)
    return str(latex2text.LatexNodes2Text(latex_context=context).latex_to_text(latex))
