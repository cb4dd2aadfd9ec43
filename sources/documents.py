"""Renders what the ledger holds into the documents that the API serves, and keeps them in step with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import orjson
from django.db import models
from django.db.models import Q

from sources import lines
from sources.batches import BATCH, batches
from sources.models import Document, Entity, Fact, Mention, Record, Revision, Source, Term
from sources.models.facts import FactQuerySet
from sources.registry import parts_of, record_models, serializer_for
from sources.standing import Standing, by_kind
from sources.words import index_of, words_of


def naming(kind: type[Fact]) -> FactQuerySet:
    """All facts of a kind with the entities that they name, and the entities that those refer to."""
    paths = list(kind.entity_fields)
    for name in kind.entity_fields:
        entity: type[Entity] = kind._meta.get_field(name).related_model  # type: ignore[assignment]
        paths += [f"{name}__{field.name}" for field in references(entity) if field.related_model is not entity]
    return kind.objects.select_related(*paths)


def with_relations(kind: type[Fact]) -> models.QuerySet[Any]:
    """All facts of a kind with everything that their documents show."""
    return (
        naming(kind)
        .prefetch_related("citations__source", "citations__via")
        .prefetch_related(*(field.remote_field.get_accessor_name() for field in parts_of(kind).values()))
    )


def load(facts: Iterable[int]) -> list[Fact]:
    """Facts of any kind by their ids, each as its own kind and with everything that its document shows."""
    return [
        fact
        for kind, pks in by_kind(sorted(facts)).items()
        for batch in batches(pks)
        for fact in with_relations(kind).filter(pk__in=batch)
    ]


def mentioned(fact: Fact) -> list[tuple[Entity, str]]:
    """The entities that a fact and its parts name, each once with each field that names it, in the order of these."""
    named = ((getattr(holder, name), name) for holder in _with_parts(fact) for name in holder.entity_fields)
    return list(dict.fromkeys((entity, name) for entity, name in named if entity is not None))


def terms_of(holders: Iterable[Fact | Record]) -> list[Term]:
    """The words of open vocabularies that facts, their parts, and records use."""
    used: set[tuple[str, str]] = set()
    for holder in holders:
        for one in _with_parts(holder) if isinstance(holder, Fact) else [holder]:
            used |= {(vocabulary, getattr(one, name)) for name, vocabulary in one.vocabularies.items()}
    vocabularies = {vocabulary for vocabulary, _ in used}
    return [term for term in Term.objects.filter(vocabulary__in=vocabularies) if (term.vocabulary, term.code) in used]


def _with_parts(fact: Fact) -> Iterator[Any]:
    """A fact, and the parts that its kind has besides citations and mentions."""
    yield fact
    for field in parts_of(type(fact)).values():
        yield from getattr(fact, field.remote_field.get_accessor_name()).all()


def facts_showing(records: Iterable[Record]) -> set[int]:
    """Ids of the live facts whose documents show any of these records."""
    records = list(records)
    entities = [record.pk for record in records if isinstance(record, Entity)]
    sources = [record.pk for record in records if isinstance(record, Source)]
    shown = [
        *(Q(mentions__entity__in=batch) for batch in batches(entities)),
        *(Q(citations__source__in=batch) for batch in batches(sources)),
        *(Q(citations__via__in=batch) for batch in batches(sources)),
    ]
    return {pk for one in shown for pk in Fact.objects.live().filter(one).order_by().values_list("pk", flat=True)}


def referred(record: Record) -> list[Record]:
    """The records that one refers to and shows, as a list does the country it applies in."""
    return [other for field in references(type(record)) if (other := getattr(record, field.name)) is not None]


def references(model: type[Record]) -> list[models.ForeignKey[Any, Any]]:
    """The fields by which the records of a model name other records."""
    fields = (field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))
    return [field for field in fields if not field.remote_field.parent_link]


def records_showing(records: Iterable[Record]) -> list[Record]:
    """The records that refer to any of these, as a list does to the country it applies in."""
    records = list(records)
    return [
        shower
        for model in record_models().values()
        for field in references(model)
        if (ids := [record.pk for record in records if isinstance(record, field.related_model)])
        for batch in batches(ids)
        for shower in model.objects.filter(**{f"{field.name}__in": batch}, pk__in=_shown(model))  # type: ignore[attr-defined]
    ]


def _shown(model: type[Record]) -> list[str]:
    """Primary keys of the records of a model that the published dataset shows."""
    keys = set(Document.objects.standing().filter(kind=model.document_kind).values_list("key", flat=True))
    return [record.pk for record in model.objects.all() if record.document_key in keys]  # type: ignore[attr-defined]


def with_standings(facts: Iterable[int], standings: Mapping[int, Standing]) -> list[Fact]:
    """Stored facts of any kind as their documents show them, whose standings were found before."""
    found = load(facts)
    for fact in found:
        fact.standing = standings[fact.pk]
    return found


def document_of(holder: Record | Fact) -> Document:
    return document_of_fact(holder) if isinstance(holder, Fact) else document_of_record(holder)


def document_of_fact(fact: Fact) -> Document:
    """The document of a fact that was given its standing before."""
    standing = fact.standing
    names = [name for entity, _ in mentioned(fact) for name in entity.names]
    return Document(
        kind=fact.kind,
        key=fact.key,
        fact_id=fact.pk,
        disputed=standing.disputed,
        alternatives=standing.alternatives,
        best=standing.best,
        issues=standing.codes,
        **_written(fact, [*names, *_words_of_sources(fact)]),
    )


def _words_of_sources(fact: Fact) -> Iterator[str]:
    """What the sources of a fact say of themselves that its document leaves out."""
    for citation in fact.citations.all():
        for source in filter(None, (citation.source, citation.via)):
            yield from (source.title, source.authors, source.series, source.doi, source.published)


@cache
def _writer(model: type[models.Model]) -> Any:
    """The serializer of a model, made once: making one takes longer than writing a document by it."""
    return serializer_for(model)()


def _written(holder: Record | Fact, names: Iterable[str]) -> dict[str, str]:
    """The JSON of a document, and the words that it is found by: not those that other facts put into it."""
    writer = _writer(type(holder))
    body = dict(writer.to_representation(holder))
    said = {name: value for name, value in body.items() if name not in writer.from_facts}
    return {"body": orjson.dumps(body).decode(), "search": index_of([*words_of(said), *names])}


def document_of_record(record: Record) -> Document:
    """The document of a record, which was given the facts that it shows before."""
    names = record.names if isinstance(record, Entity) else []
    return Document(
        kind=record.document_kind,
        key=record.document_key,
        entity_id=record.pk if isinstance(record, Entity) else None,
        source_id=record.pk if isinstance(record, Source) else None,
        **_written(record, names),
    )


WRITTEN = ("body", "search", "disputed", "alternatives", "best", "issues")
"""What is written of a document anew whenever it changes."""


def says_the_same(old: Document, new: Document) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in WRITTEN)


def keep(documents: Iterable[Document], revision: Revision) -> None:
    """Open those that say something new in a revision, closing the states that they replace."""
    fresh = {(document.kind, document.key): document for document in documents}
    closing = []
    for old in _standing_states(fresh):
        new = fresh[old.kind, old.key]
        if says_the_same(old, new):
            del fresh[old.kind, old.key]
        else:
            closing.append(old.pk)
    close(closing, revision)
    for document in fresh.values():
        document.from_revision = revision
    lines.write(Document.objects.bulk_create(fresh.values(), batch_size=BATCH))


def _standing_states(wanted: dict[tuple[str, str], Document]) -> Iterator[Document]:
    keys = sorted({key for _, key in wanted})
    for batch in batches(keys):
        for old in Document.objects.standing().filter(key__in=batch):
            if (old.kind, old.key) in wanted:
                yield old


def close_facts(facts: Iterable[int], revision: Revision) -> None:
    """Close the documents of facts that leave."""
    ids = list(facts)
    for batch in batches(ids):
        close(Document.objects.standing().filter(fact_id__in=batch).values_list("pk", flat=True), revision)


def close(documents: Iterable[int], revision: Revision) -> None:
    """End states, by their ids, in a revision that no longer shows them."""
    for batch in batches(list(documents)):
        Document.objects.filter(pk__in=batch).update(to_revision=revision.number)


def mention_rows(facts: Iterable[Fact]) -> list[Mention]:
    """What `mentions` is to hold of these facts."""
    return [
        Mention(fact_id=fact.pk, entity_id=entity.pk, role=role) for fact in facts for entity, role in mentioned(fact)
    ]
