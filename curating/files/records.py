"""Judges rows of sources, entities and words. What the dataset shows is changed on its page alone, as a revision."""

from __future__ import annotations

from typing import Any

from curating.files.judging import Given, Judge, Judged, Judgement, Outcome
from curating.files.layout import Cells, default_of
from curating.files.sheets import Sheet
from curating.files.stored import cells_of
from sources.batches import batches
from sources.dataset.building import build
from sources.dataset.rows import Identity, Row
from sources.models import Document, Entity, Record
from sources.moves import left_by, merged_by_now


class RecordJudge(Judge):
    def judge(self, sheet: Sheet) -> Judgement:
        """Rows may name each other: a source the edition that it supersedes, further down in the same file."""
        first = self.layout.identity[0]
        self.own_kind: set[str] = {line.cells.get(first, "").strip() for line in sheet.lines} - {""}
        table = self.layout.table.name
        for number, key in enumerate(sorted(self.own_kind), start=1):
            self.known.ids.setdefault((table, key), -number)
            self.known.since.setdefault(table, {}).setdefault(key, 0)
        return super().judge(sheet)

    def look_up(self, given: list[Given]) -> None:
        first = self.layout.identity[0]
        keys = sorted({one.cells.get(first, "") for one in given} - {""})
        self.stored: dict[Identity, Any] = {}
        for batch in batches(keys):
            for record in self._records({f"{first}__in": batch}):
                self.stored[tuple(getattr(record, name) for name in self.layout.identity)] = record
        standing = Document.objects.standing().filter(kind=self.layout.model.document_kind)
        self.shown = set(standing.values_list("key", flat=True))
        self.merged = set(merged_by_now(self.layout.model.document_kind))

    def _records(self, wanted: dict[str, Any]) -> Any:
        records = self.layout.table.objects.filter(**wanted).order_by("pk")
        return records.select_for_update() if self.hold else records

    def identity(self, given: Given) -> tuple[str, ...]:
        return tuple(given.cells.get(name, "") for name in self.layout.identity)

    def refer(self, model: type[Record], name: str) -> str:
        try:
            return super().refer(model, name)
        except ValueError:
            if model is self.layout.model and name in self.own_kind:
                return name
            raise

    def judge_one(self, given: Given, row: Judged) -> Judged:
        for name, cell in zip(self.layout.identity, self.identity(given), strict=True):
            if not cell:
                row.refuse(name, "This may not be empty: it tells what the row is about.")
        row.thing = self.stored.get(self.identity(given))
        before = cells_of(row.thing, self.layout, self.names) if row.thing else {}
        cells = {
            name: given.cells.get(name, before.get(name, default_of(column)))
            for name, column in self.layout.own.items()
        }
        row.differences = [
            (name, before.get(name, ""), cell) for name, cell in cells.items() if self._is_news(name, cell, before)
        ]
        if row.thing and not row.differences and not row.problems:
            return row.settle(Outcome.SAME)
        self._check(given, row, cells)
        meta = self.layout.model._meta
        if row.thing and row.thing.document_key in self.shown:
            message = f"The published dataset shows this {meta.verbose_name}: change it on its page, as a revision with a reason."
            row.refuse(row.differences[0][0] if row.differences else "", message)
        if row.thing and row.thing.pk in self.merged and (move := left_by(row.thing)):
            message = f"This {meta.verbose_name} was merged into {move.moved_to}, so it never changes. Change that one."
            row.refuse(row.differences[0][0] if row.differences else "", message)
        if row.thing:
            return row.settle(Outcome.CHANGED, f"the {meta.verbose_name}, changed")
        return row.settle(Outcome.NEW, f"a new {meta.verbose_name}")

    def _is_news(self, name: str, cell: str, before: Cells) -> bool:
        return name not in self.layout.identity and cell != before.get(name, "")

    def _check(self, given: Given, row: Judged, cells: Cells) -> None:
        blank = {column.name: "" for column in self.layout.table.columns}
        row.row = Row(self.layout.table, row.line, {**blank, **cells})
        wrong = [name for name in given.problems if name in cells]
        for name, message in self.broken_rules(row.row, wrong):
            row.refuse(name, message)
        if not row.problems:
            others = self.directory.namesakes(self.layout.model, cells[self.layout.identity[0]], self._names(row.row))
            row.notes += [f"It may be there already: {other} answers to the same." for other in others]

    def _names(self, row: Row) -> list[str]:
        record: Any = build(row, self.known.ids)
        return record.names if isinstance(record, Entity) else [row.cells.get("doi", ""), row.cells.get("url", "")]

    def settle_all(self, judged: list[Judged]) -> list[Judged]:
        """Refuse rows that name a row which is wrong itself, as long as there are any."""
        by_key = {row.about: row for row in judged}
        while True:
            refused = [(row, name, other) for row in judged for name, other in self._leaning_on(row, by_key)]
            if not refused:
                return judged
            for row, name, other in refused:
                row.refuse(name, f"{other.about} is to be new, but line {other.line} is wrong.")
                row.settle(Outcome.WRONG)

    def _leaning_on(self, row: Judged, by_key: dict[str, Judged]) -> list[tuple[str, Judged]]:
        """The wrong rows of new records that a row which is not wrong names."""
        if row.outcome is Outcome.WRONG or row.row is None:
            return []
        names = [column.name for column in row.row.table.columns if column.refers_to is self.layout.model]
        named = [(name, by_key.get(row.row[name])) for name in names]
        return [
            (name, other) for name, other in named if other and other.thing is None and other.outcome is Outcome.WRONG
        ]
