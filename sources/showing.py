"""The facts that entities show in their own documents, as a mineral does the lists on which it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from sources.batches import batches
from sources.documents import naming
from sources.models import Entity, Fact, Rank, Record
from sources.registry import fact_models


def with_showing(records: Iterable[Record], facts: Iterable[int]) -> list[Record]:
    """The records, and the entities whose documents show any of the facts with these ids, each once."""
    found: dict[tuple[str, str], Record] = {}
    for record in [*records, *entities_showing(facts)]:
        found.setdefault((record.document_kind, record.document_key), record)
    return list(found.values())


def entities_showing(facts: Iterable[int]) -> list[Entity]:
    """The entities whose documents show, or did show, any of the facts with these ids."""
    ids = sorted(facts)
    return [
        entity
        for kind in fact_models().values()
        for name in kind.shown_on
        for batch in batches(ids)
        for entity in _model(kind, name).objects.filter(pk__in=kind.objects.filter(pk__in=batch).values(name))
    ]


def _model(kind: type[Fact], name: str) -> Any:
    return kind._meta.get_field(name).related_model


def facts_shown(entities: QuerySet[Any], revision: int) -> list[QuerySet[Any]]:
    """The facts that entities show in their documents at a revision, by kind and by the field that names them."""
    return [
        kind.objects.at(revision).exclude(rank=Rank.DEPRECATED).filter(**{f"{name}__in": entities.values("pk")})
        for kind in fact_models().values()
        for name in kind.shown_on
        if _model(kind, name) is entities.model
    ]


def give_facts(records: Iterable[Record]) -> None:
    """Give each entity the live facts that its document shows; those known to be wrong are not among them."""
    entities = [record for record in records if isinstance(record, Entity)]
    for entity in entities:
        entity.facts_shown = {}
    for kind in fact_models().values():
        for name in kind.shown_on:
            model = _model(kind, name)
            _give(kind, name, {entity.pk: entity for entity in entities if isinstance(entity, model)})


def _give(kind: type[Fact], name: str, holders: dict[int, Entity]) -> None:
    for entity in holders.values():
        entity.facts_shown[kind.document_kind] = []
    for batch in batches(list(holders)):
        live = naming(kind).live().exclude(rank=Rank.DEPRECATED).filter(**{f"{name}__in": batch})
        for fact in live.order_by("key"):
            holders[getattr(fact, f"{name}_id")].facts_shown[kind.document_kind].append(fact)
