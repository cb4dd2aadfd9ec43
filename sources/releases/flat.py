"""The flat tables of a release: the live facts of each kind as the API exports them, a row each, citations included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sources import lines
from sources.columns import Column, flat
from sources.dataset.package import FLAT
from sources.models import Document
from sources.registry import fact_models, plural

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FlatTable:
    """The live facts of a kind."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def csv(self) -> str:
        names = [column.name for column in self.columns]
        return lines.joined([names, *(list(map(lines.cell, row.values())) for row in self.rows)])

    def resource(self) -> Json:
        """What datapackage.json says of it."""
        fields = [{"name": one.name, "type": one.type, "description": one.help_text} for one in self.columns]
        return {
            "profile": "tabular-data-resource",
            "name": self.name,
            "path": self.file,
            "description": self.meaning,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {"fields": fields, "missingValues": [""], "primaryKey": ["key"]},
        }


def flat_tables(revision: int) -> Iterator[FlatTable]:
    """The flat table of each kind of fact, as it was at a revision."""
    for kind, model in fact_models().items():
        columns = lines.columns_of_kind(kind)
        documents = Document.objects.at(revision).filter(kind=kind).values_list("key", "body")
        rows = [_row(columns, orjson.loads(body)) for _, body in sorted(documents)]
        name = plural(model)
        yield FlatTable(f"{FLAT}{name}", f"The live {name}, one row each, with their citations.", columns, rows)


def _row(columns: tuple[Column, ...], body: Mapping[str, Any]) -> dict[str, Any]:
    """A fact as a row; its addresses are relative to the host, since a release is of none."""
    return {
        name: lines.with_host(value, "") if isinstance(value, str) else value
        for name, value in flat(columns, body).items()
    }
