"""Reads records in BibTeX and biblatex."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors
from bibtexparser.middlewares.names import parse_single_name_into_parts
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ParsingFailedBlock
from pylatexenc import latex2text

from curating.entry.records import dates
from curating.entry.records.record import Author, Record, RecordError, kinds_of

BEGINNING = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]", re.MULTILINE)
_TYPES = {
    "online": "webpage",
    "www": "webpage",
    "electronic": "webpage",
    "report": "report",
    "dataset": "dataset",
    "legislation": "legislation",
    "jurisdiction": "legal_case",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "incollection": "chapter",
    "inbook": "chapter",
    "inreference": "entry",
}
"""What CSL calls types that are not written here."""
_PUBLISHERS = ("publisher", "institution", "organization", "school")
_CONTAINERS = ("journal", "journaltitle", "booktitle", "series")
_READ = frozenset(
    {"author", "title", "subtitle", "volume", "number", "issue", "year", "month", "day", "date", "doi", "url", "note"}
    | {"howpublished", *_PUBLISHERS, *_CONTAINERS}
)
_URL = re.compile(r"https?://[^\s{}\\]+(?:\\[_%&#~][^\s{}\\]*)*")
_ESCAPED_IN_ADDRESS = re.compile(r"\\([_%&#~$])")
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_DEEPEST = 50


def read(text: str) -> list[Record]:
    library = parse_string(text, append_middleware=[SeparateCoAuthors()])
    entries: list[Entry] = []
    for block in library.blocks:
        if isinstance(block, DuplicateBlockKeyBlock) and isinstance(block.ignore_error_block, Entry):
            entries.append(block.ignore_error_block)
        elif isinstance(block, ParsingFailedBlock):
            raise RecordError(_why(block))
        elif isinstance(block, Entry):
            entries.append(block)
    return [_record(entry) for entry in entries]


def _why(block: ParsingFailedBlock) -> str:
    line = f"from line {block.start_line + 1} on " if block.start_line is not None else ""
    reason = str(getattr(block.error, "abort_reason", "") or block.error).strip().rstrip(".")
    why = f": {reason}" if reason else ""
    return f"The BibTeX {line}can't be read{why}. Copy the whole record, to its last bracket."


def _record(entry: Entry) -> Record:
    values = {field.key.lower(): field.value for field in entry.fields}
    names = values.pop("author", [])
    texts = {name: str(value) for name, value in values.items() if isinstance(value, str)}
    known = {name: decoded(value) for name, value in texts.items()}
    container = _first(known, _CONTAINERS)
    is_article = entry.entry_type.lower() == "article"
    issue = known.get("issue") or known.get("number", "")
    has_issues = bool(container or known.get("volume"))
    kind = entry.entry_type.lower()
    return Record(
        type=f"@{entry.entry_type}",
        kinds=kinds_of("bibtex", kind, _TYPES),
        key=entry.key,
        title=": ".join(filter(None, (known.get("title"), known.get("subtitle")))),
        authors=tuple(_author(name) for name in names if isinstance(name, str) and name != "others"),
        container=container,
        # Articles of journals have volumes, those of newspapers hardly ever.
        is_periodical=is_article and not (known.get("volume") or issue or known.get("doi")),
        volume=known.get("volume", ""),
        issue=issue if has_issues else "",
        publisher=_first(known, _PUBLISHERS),
        published=_date(known),
        doi=_address(texts.get("doi", "")),
        url=_address(texts.get("url", "")) or _address_in(texts.get("howpublished", "")),
        notes=known.get("note", ""),
        left_out=tuple(sorted(name for name in values if name not in _READ)),
    )


def _first(known: dict[str, str], names: tuple[str, ...]) -> str:
    return next((known[name] for name in names if known.get(name)), "")


def _author(name: str) -> Author:
    """A name in braces stands as it is; another may have the family name first."""
    stripped = name.strip()
    if _is_braced(stripped):
        return Author(decoded(stripped), is_body=True)
    return Author(decoded(parse_single_name_into_parts(stripped, strict=False).merge_first_name_first))


def _is_braced(name: str) -> bool:
    """Whether the brace that a name begins with closes at its end."""
    depth = 0
    for place, letter in enumerate(name):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return place == len(name) - 1 and len(name) > 1
    return False


def _date(known: dict[str, str]) -> str:
    date = known.get("date", "").strip()
    if date:
        return date if dates.is_date(date) else dates.of_slashes(date)
    return dates.of_year_month_day(known.get("year", ""), known.get("month", ""), known.get("day", ""))


def _address(text: str) -> str:
    return _ESCAPED_IN_ADDRESS.sub(r"\1", text).strip()


def _address_in(text: str) -> str:
    found = _URL.search(text)
    return _address(found[0]) if found else ""


def decoded(latex: str) -> str:
    """What LaTeX would print, but for numbers between dollar signs, which are hardly ever formulas."""
    if latex.count("{") > _DEEPEST and _depth(latex) > _DEEPEST:
        raise RecordError("The brackets of the BibTeX are nested too deeply. Copy the record again.")
    printed: Any = _decoder().latex_to_text(_BARE_PERCENT.sub(r"\%", latex))
    return " ".join(str(printed).split())


def _depth(latex: str) -> int:
    depth = deepest = 0
    for letter in latex:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        deepest = max(depth, deepest)
    return deepest


@cache
def _decoder() -> Any:
    """The decoder, told of three macros of LaTeX's own that it lacks, or takes for others."""
    own = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    macros = [latex2text.MacroTextSpec(name, text) for name, text in own.items()]
    context = latex2text.get_default_latex_context_db()
    context.add_context_category("own", macros=macros, prepend=True)
    return latex2text.LatexNodes2Text(latex_context=context, math_mode="verbatim")
