"""Writes what a file was judged to change: facts as drafts, never published, and records that nobody is shown yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser

from curating import reviewing
from curating.drafts import correction_of
from curating.files.judging import Judged, Judgement
from curating.files.layout import Layout
from sources.dataset.building import build, values_of
from sources.dataset.checking import Known
from sources.models import Fact, Record


def save(judgement: Judgement, layout: Layout, known: Known, user: Any, *, file: str) -> list[Any]:
    """Write the rows that are new or changed, in the transaction of the caller, and note who did it."""
    writer = FactWriter(layout, known) if layout.holds_facts else RecordWriter(layout, known)
    writer.write(judgement.to_write)
    message = f"Imported from {file}."
    for flag, things in ((ADDITION, writer.added), (CHANGE, writer.changed)):
        if things:
            LogEntry.objects.log_actions(user.pk, things, flag, message, single_object=False)
    if layout.holds_facts:
        _note_steps(writer.added, writer.changed, user)
    return [*writer.added, *writer.changed]


def _note_steps(entered: list[Fact], changed: list[Fact], user: AbstractBaseUser) -> None:
    """Tell the review who entered and who changed drafts."""
    if entered:
        reviewing.entered(entered, user)
    for fact in changed:
        reviewing.changed(fact, user)


class Writer:
    def __init__(self, layout: Layout, known: Known) -> None:
        self.layout, self.ids = layout, known.ids
        self.added: list[Any] = []
        self.changed: list[Any] = []

    def write(self, rows: Iterable[Judged]) -> None:
        raise NotImplementedError


class FactWriter(Writer):
    def write(self, rows: Iterable[Judged]) -> None:
        for row in rows:
            fact = self._draft(row)
            _fill(fact, row, self.ids)
            fact.save()
            self._write_parts(fact, row)

    def _draft(self, row: Judged) -> Any:
        """The draft that is to say what a row says."""
        if row.thing is None:
            draft = self.layout.model()
        elif row.thing.is_draft:
            self.changed.append(row.thing)
            return row.thing
        else:
            draft, _ = correction_of(row.thing)
        self.added.append(draft)
        return draft

    def _write_parts(self, fact: Any, row: Judged) -> None:
        for part in self.layout.parts:
            stored = getattr(fact, part.accessor)
            stored.all().delete()
            for member in row.parts:
                if member.table is part.table:
                    written: Any = build(member, self.ids)
                    setattr(written, part.table.identity[0], fact)
                    written.save()


class RecordWriter(Writer):
    def write(self, rows: Iterable[Judged]) -> None:
        """Those that name others of their kind do so when all are there."""
        table = self.layout.table
        own_kind = frozenset(column.name for column in table.columns if column.refers_to is table.model)
        waiting = []
        for row in rows:
            record: Record = row.thing or self.layout.model()
            _fill(record, row, self.ids, own_kind)
            record.save()
            (self.changed if row.thing else self.added).append(record)
            if row.row is not None:
                self.ids[table.name, row.row.identity[0]] = record.pk
            waiting.append((record, row))
        for record, row in waiting:
            if own_kind:
                _fill(record, row, self.ids)
                record.save(update_fields=own_kind)


def _fill(thing: Any, row: Judged, ids: Any, skip: frozenset[str] = frozenset()) -> None:
    if row.row is not None:
        for attribute, value in values_of(row.row, ids, skip).items():
            setattr(thing, attribute, value)
