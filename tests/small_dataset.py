"""A small package of the dataset with a history, and variations of it, for the tests of the package."""

import csv
from pathlib import Path

from django.db import models

from curating.models import Review, Step
from sources import guards
from sources.dataset.tables import tables
from sources.models import Document, Entity, Fact, Line, Move, Revision
from sources.registry import fact_models, part_models, record_models

COMMON = {"version": "1", "entered": "1", "rank": "normal"}
FIGURE = {"comparator": "=", "unit": "Mt", "availability": "reported"}
SMALL: dict[str, list[dict[str, str]]] = {
    "revisions": [
        {"number": "1", "created": "2026-01-01T00:00:00Z", "author": "curator", "message": "Begin."},
        {"number": "2", "created": "2026-02-01T00:00:00Z", "author": "curator", "message": "Correct."},
        {"number": "3", "created": "2026-03-01T00:00:00Z", "author": "Ben", "message": "Withdraw."},
    ],
    "sources": [
        {"key": "survey-2024", "entered": "1", "kind": "report", "publisher": "Survey", "supersedes": "survey-2023"},
        {"key": "survey-2023", "entered": "1", "kind": "report", "publisher": "Survey", "authors": "A. A.|B. B."},
    ],
    "vocabularies": [
        {"vocabulary": "source-kind", "code": "report", "entered": "1", "definition": "A report."},
        {"vocabulary": "event-type", "code": "agreement", "entered": "1", "definition": "An agreement."},
        {"vocabulary": "party-role", "code": "signatory", "entered": "1", "definition": "Who signs."},
    ],
    "minerals": [
        {"slug": "zinc", "entered": "1", "name": "Zinc", "symbol": "Zn", "type": "element"},
        {"slug": "copper", "entered": "1", "name": "Copper", "symbol": "Cu", "type": "element"},
    ],
    "countries": [
        {"slug": "kaz", "entered": "1", "left": "2", "name": "Kazakstan", "iso3": "KAZ", "type": "country"},
        {"slug": "kaz", "entered": "2", "name": "Kazakhstan", "iso3": "KAZ", "type": "country"},
        {"slug": "chn", "entered": "1", "name": "China", "iso3": "CHN", "type": "country"},
    ],
    "reserves": [
        {
            **COMMON, **FIGURE, "key": "kaz-zinc", "left": "2", "left_reason": "Misread.", "mineral": "zinc",
            "scope": "country", "country": "kaz", "category": "reserves", "value": "6.7", "period": "2024",
        },
        {
            **COMMON, **FIGURE, "key": "kaz-zinc", "version": "2", "entered": "2", "mineral": "zinc",
            "scope": "country", "country": "kaz", "category": "reserves", "value": "7.6", "period": "2024",
            "note": 'Two lines,\nand "quotes".',
        },
        {
            **COMMON, **FIGURE, "key": "chn-zinc", "left": "3", "left_reason": "Not in the source.",
            "mineral": "zinc", "scope": "country", "country": "chn", "category": "reserves", "value": "46",
        },
    ],
    "events": [
        {**COMMON, "key": "pact", "type": "agreement", "title": "A pact", "status": "actual", "period": "../2028"},
    ],
    "parties": [
        {"event": "pact", "version": "1", "position": "1", "country": "kaz", "role": "signatory"},
        {"event": "pact", "version": "1", "position": "2", "country": "chn", "role": "signatory"},
    ],
    "citations": [
        {"fact": fact, "version": version, "position": "1", "source": "survey-2024", "support": "supports"}
        for fact, version in (("kaz-zinc", "1"), ("kaz-zinc", "2"), ("chn-zinc", "1"), ("pact", "1"))
    ],
}  # fmt: skip


def write(directory: Path, content: dict[str, list[dict[str, str]]]) -> Path:
    """A package with these rows; whatever they leave out is empty."""
    directory.mkdir(exist_ok=True)
    for table in tables().values():
        with (directory / table.file).open("w", newline="", encoding="utf-8") as file:
            names = [column.name for column in table.columns]
            writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(content.get(table.name, []))
    return directory


def changed(table: str, index: int, **cells: str) -> dict[str, list[dict[str, str]]]:
    rows = [dict(row) for row in SMALL[table]]
    rows[index] |= cells
    return SMALL | {table: rows}


def added(**rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    return SMALL | {table: [*SMALL[table], *more] for table, more in rows.items()}


def without(table: str, index: int) -> dict[str, list[dict[str, str]]]:
    return SMALL | {table: [row for i, row in enumerate(SMALL[table]) if i != index]}


def empty_database() -> None:
    """Take everything out of the database, past the guards."""
    guards.remove()
    kinds: list[type[models.Model]] = [*fact_models().values(), *record_models().values()]
    kinds = [Step, Review, Line, Document, Move, *part_models(), *kinds, Fact, Entity, Revision]
    for model in kinds:
        models.QuerySet(model)._raw_delete(using="default")
    guards.install()
