"""Brings the database to what the files hold: all of it, or nothing."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sources import ledger
from sources.batches import BATCH
from sources.bulk import insert_facts
from sources.dataset.building import build, values_of
from sources.dataset.checking import read_checked
from sources.dataset.dumping import published
from sources.dataset.keys import Keys
from sources.dataset.planning import Act, Plan, compare
from sources.dataset.rows import NEXT, DatasetError, Identity, Package, Problem, Row
from sources.dataset.tables import Table, moving_tables, tables_that_hold
from sources.ledger import Change
from sources.models import Fact, Record, Revision
from sources.moving import Moving
from sources.progress import Progress


class DatabaseAheadError(DatasetError):
    """The database has published what the files lack."""


def load(directory: Path, *, author: str, message: str, progress: Progress) -> list[Revision]:
    """Publish what the files hold and the database lacks; none if there is nothing.

    Revisions of the files that the database lacks are replayed; rows that are in none of them yet become one further
    revision, with the author and message given. Raises DatasetError, and leaves all as it was, if that can't be.
    """
    progress.say(f"Reading {directory}")
    files = read_checked(directory, progress)
    with transaction.atomic():
        ledger.one_at_a_time()
        progress.say("Comparing with the database")
        acts = _agreed(compare(files, published()))
        loader = _Loader(files, author, message, progress)
        revisions = []
        for number in sorted(acts):
            progress.say(_summary(number, acts[number]))
            revisions.append(loader.publish(number, acts[number]))
        if revisions:
            # Many rows at once: without new statistics, the database would find its way by the old ones.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        return revisions


def _agreed(plan: Plan) -> dict[int, Act]:
    problems = [*plan.problems, *_drafts_in_the_way(plan)]
    if plan.lacking:
        raise DatabaseAheadError(
            ["The database has published what the files lack. Dump it first, then merge:", *plan.lacking]
        )
    if problems:
        raise DatasetError(sorted(problems))
    return plan.acts


def _drafts_in_the_way(plan: Plan) -> list[Problem]:
    drafts = {(key, str(version)) for key, version in Fact.objects.drafts().values_list("key", "version")}
    message = "The database has a draft of this key and version. Publish or delete it first."
    facts = (row for act in plan.acts.values() for row in act.facts)
    return [row.problem("key", message) for row in facts if row.identity in drafts]


def _summary(number: int, act: Act) -> str:
    which = "A further revision" if number == NEXT else f"Revision {number}"
    moving = f", {len(act.moves)} moving" if act.moves else ""
    return f"{which}: {len(act.records)} records{moving}, {len(act.facts)} facts, {len(act.leaving)} leaving"


class _Loader:
    def __init__(self, files: Package, author: str, message: str, progress: Progress) -> None:
        self.keys = Keys.of(files)
        self.parts = files.parts()
        self.revisions = {int(row["number"]): row for row in files.rows["revisions"]}
        self.author, self.message, self.progress = author, message, progress
        self.ids: dict[tuple[str, str], int] = {}
        for (table, key), pk in _stored_ids().items():
            self._remember(table, key, pk)
        self.facts: dict[Identity, int] = {
            (key, str(version)): pk for pk, key, version in Fact.objects.values_list("pk", "key", "version")
        }

    def publish(self, number: int, act: Act) -> Revision:
        author, message, created = self._said_by(number)
        records = self._save(act)
        self._insert(act.facts)
        entering = {row["key"] for row in act.facts}
        leaving = {self.facts[row.identity]: row for row in act.leaving}
        change = Change(
            author,
            message,
            enter=[self.facts[row.identity] for row in act.facts],
            withdraw={pk: row["left_reason"] for pk, row in leaving.items() if row["key"] not in entering},
            records=records,
            moves=[self._moving(row) for row in act.moves],
            correction_reasons={pk: row["left_reason"] for pk, row in leaving.items() if row["key"] in entering},
            created=created,
        )
        return ledger.commit(change, self.progress)

    def _said_by(self, number: int) -> tuple[str, str, datetime | None]:
        """Who makes a revision, why and when."""
        if number == NEXT:
            return self.author, self.message, None
        row = self.revisions[number]
        return row["author"], row["message"], row.table.column("created").read(row["created"])

    def _remember(self, table: str, key: str, pk: int) -> None:
        """Rows may name what is renamed later by any of its keys, at any revision."""
        self.ids.update(dict.fromkeys(((table, name) for name in self.keys.all(table, key)), pk))

    def _moving(self, row: Row) -> Moving:
        table = moving_tables()[row["kind"]]
        model: type[Any] = table.model
        record, other = (model.objects.get(pk=self.ids[table.name, row[name]]) for name in ("key", "moved_to"))
        if row["merged"] == "true":
            return Moving(record, row["reason"], into=other)
        return Moving(record, row["reason"], row["moved_to"])

    def _save(self, act: Act) -> list[Record]:
        """Save sources, entities and terms; those that name others of their kind do so when all are there."""
        renamed = {(moving_tables()[row["kind"]].name, row["moved_to"]) for row in act.moves if row["merged"] != "true"}
        saved = [self._save_one(row, renamed) for row in self.progress.through("Saving records", act.records)]
        for row, record in zip(act.records, saved, strict=True):
            if own_kind := _references_to_own_kind(row.table):
                values = values_of(row, self.ids, frozenset(c.name for c in row.table.columns) - own_kind)
                for attribute, value in values.items():
                    setattr(record, attribute, value)
                record.save(update_fields=own_kind)
        return saved

    def _save_one(self, row: Row, renamed: set[tuple[str, str]]) -> Record:
        """Save a record, but for the key that it is given by a move of the same revision."""
        key = row.table.name, ":".join(row.identity)
        model: type[Any] = row.table.model
        record = model.objects.get(pk=self.ids[key]) if key in self.ids else model()
        later = frozenset(row.table.identity) if key in renamed else frozenset[str]()
        for attribute, value in values_of(row, self.ids, _references_to_own_kind(row.table) | later).items():
            setattr(record, attribute, value)
        record.save()
        self._remember(*key, record.pk)
        return record

    def _insert(self, rows: list[Row]) -> None:
        """Insert facts with their citations and other parts, as drafts."""
        facts: list[Any] = [build(row, self.ids) for row in rows]
        insert_facts(facts)
        parts = defaultdict(list)
        for row, fact in zip(rows, facts, strict=True):
            self.facts[row.identity] = fact.pk
            for part_row in self.parts[row.identity]:
                part = build(part_row, self.ids)
                setattr(part, f"{part_row.table.identity[0]}_id", fact.pk)
                parts[part_row.table].append(part)
        for table, members in parts.items():
            table.objects.bulk_create(members, batch_size=BATCH)


def _stored_ids() -> dict[tuple[str, str], int]:
    """The primary keys of the sources, entities and terms in the database, by table and key."""
    return {
        (table.name, ":".join(names)): pk
        for table in tables_that_hold("records")
        for pk, *names in table.objects.values_list("pk", *table.identity)
    }


def _references_to_own_kind(table: Table) -> frozenset[str]:
    """The columns that name other rows of the same table, such as the edition that one supersedes."""
    return frozenset(column.name for column in table.columns if column.refers_to is table.model)
