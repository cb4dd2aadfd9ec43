"""The codebook of a release: every table, column, type, unit and list of words, generated from the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sources import vocabularies
from sources.dataset.rows import Package, Row
from sources.dataset.tables import Table, table_of, tables
from sources.models import Term
from sources.releases.described import DescribedColumn, described_columns, meaning_of, unit_of
from sources.releases.flat import FlatTable
from sources.releases.sqlite import ALL_FACTS, CODEBOOK, LIVE, PAST, RELEASE

HOLDS = {
    "revisions": "One row a revision.",
    "records": "One row for each state that a thing was in: the one with an empty `left` stands.",
    "moves": "One row for each key that a source or an entity left. The rows of all tables name it by its newest key.",
    "facts": "One row for each version of a fact: those with an empty `left` are live.",
    "parts": "One row for each part of a version of a fact.",
}

HEAD = f"""\
# Codebook

## The files

**The flat tables** hold the live facts of each kind as the API exports them: `flat-reserves.csv`, `flat-reserves.parquet`. A row
is one fact with its citations; several things in a cell are joined by ` | `, aligned over the columns of the same things. A
text that a spreadsheet would take for a formula has an apostrophe in front in the CSV file. Figures stand as stated and in their
base unit. Addresses are relative to the host that serves the API.

**The tables of record** hold everything that was ever published, superseded versions and past states included:
`reserves.csv` as text, `reserves.parquet` with types. `datapackage.json` describes the CSV files (Frictionless Data
Package v1); `load_dataset` of the software reads them back. An empty cell is null. Several names in a cell are joined by
`|`. The figures of facts stand in their own unit, as the source gave them.

`critical-minerals.sqlite` has the same rows with keys and indexes. There, a table of records has the state that stands, so
that others can refer to it, and `{PAST}` the states before it, as JSON; `{ALL_FACTS}` has what facts of all kinds share,
and a view such as `{LIVE}reserves` the live facts of each kind. `{CODEBOOK}` repeats the columns below, `{RELEASE}` says what release
it is. Dates and times are text there, as in the CSV files; yes and no are 1 and 0.

Dates of claims and of publication are EDTF (ISO 8601-2): `2024`, `2024-07-09`, `2026-35` (third quarter), `../2028` (by 2028).
"""


def codebook(package: Package, flat: Iterable[FlatTable]) -> str:
    """The codebook as Markdown."""
    return "\n".join([HEAD, *_flat(flat), *_tables(package), *_vocabularies(package)])


def _flat(flat: Iterable[FlatTable]) -> Iterator[str]:
    yield "## The flat tables\n"
    for table in flat:
        yield f"### {table.name}\n"
        yield f"{table.meaning} Rows: {len(table.rows)}.\n"
        yield "| column | type | unit | meaning |"
        yield "|---|---|---|---|"
        names = {column.name for column in table.columns}
        for column in table.columns:
            unit = f"in `{unit}`" if (unit := unit_of(column.name, column.type, names)) else ""
            yield f"| `{column.name}` | {column.type} | {unit} | {_cell(column.help_text)} |"
        yield ""


def _tables(package: Package) -> Iterator[str]:
    yield "## The tables of record\n"
    for table in tables().values():
        yield from _table(table, len(package.rows[table.name]))


def _table(table: Table, count: int) -> Iterator[str]:
    yield f"### {table.name}\n"
    yield f"{meaning_of(table)} {HOLDS[table.holds]} Rows: {count}. A row is told by {_codes(table.primary_key)}.\n"
    yield "| column | type | unit | required | words or reference | meaning |"
    yield "|---|---|---|---|---|---|"
    own_words = []
    for column in described_columns(table):
        yield _row(column)
        own_words += [(column.name, *word) for word in column.words]
    yield ""
    if own_words:
        yield "| column | word | what it means |"
        yield "|---|---|---|"
        yield from (f"| `{name}` | `{word}` | {_cell(meaning)} |" for name, word, meaning in own_words)
        yield ""


def _row(column: DescribedColumn) -> str:
    unit = f"in `{column.unit}`" if column.unit else ""
    required = "yes" if column.required else ""
    cells = (f"`{column.name}`", column.type, unit, required, _domain(column), _cell(column.meaning))
    return f"| {' | '.join(cells)} |"


def _domain(column: DescribedColumn) -> str:
    if column.refers_to:
        return column.refers_to
    if column.vocabulary:
        return f"vocabulary {column.vocabulary}"
    return "see below" if column.words else ""


def _vocabularies(package: Package) -> Iterator[str]:
    """The open lists as they stood at the revision, and the fixed ones."""
    yield "## The vocabularies\n"
    for name, words in sorted((_open(package.rows[table_of(Term).name]) | _fixed()).items()):
        yield f"### {name}\n"
        yield "| word | what it means |"
        yield "|---|---|"
        yield from (f"| `{_cell(code)}` | {_cell(definition)} |" for code, definition in words)
        yield ""


def _open(rows: list[Row]) -> dict[str, list[tuple[str, str]]]:
    lists: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.leaves is None:
            lists.setdefault(row["vocabulary"], []).append((row["code"], row["definition"]))
    return lists


def _fixed() -> dict[str, list[tuple[str, str]]]:
    lists = vocabularies.closed().items()
    return {name: [(word["code"], word["definition"]) for word in words] for name, words in lists}


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
