"""Inserts many facts at once, which Django's `bulk_create` refuses for models that extend another table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.sql import InsertQuery

from sources.batches import BATCH
from sources.models import Fact


def insert_facts(facts: Sequence[Fact]) -> None:
    """Insert facts of any kinds as drafts: first their common rows, then those of each kind."""
    for fact in facts:
        fact.derive()
    common = Fact.objects.bulk_create(map(_common_row, facts), batch_size=BATCH)
    by_kind = defaultdict(list)
    for fact, row in zip(facts, common, strict=True):
        fact.pk = fact.id = row.pk
        by_kind[type(fact)].append(fact)
    for kind, members in by_kind.items():
        _insert_own_rows(kind, members)


def _common_row(fact: Fact) -> Fact:
    fields = [field for field in Fact._meta.local_concrete_fields if not field.primary_key]
    return Fact(**{field.attname: getattr(fact, field.attname) for field in fields})


def _insert_own_rows(kind: type[Fact], facts: list[Fact]) -> None:
    fields = kind._meta.local_concrete_fields
    size = connection.ops.bulk_batch_size(fields, facts)
    for start in range(0, len(facts), size):
        rows: list[Model] = [*facts[start : start + size]]
        query = InsertQuery(kind)
        query.insert_values(fields, rows)
        query.get_compiler(using=DEFAULT_DB_ALIAS).execute_sql()
