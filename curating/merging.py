"""Merges an entity or a source into another: each fact that names it gets a next version that names the other instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction

from curating import reviewing
from curating.drafts import correction_of
from sources import documents, ledger
from sources.ledger import Change, LedgerError
from sources.models import Citation, Entity, Fact, Record, Revision
from sources.moving import Moving, named, problems_of
from sources.registry import fact_models, parts_of, record_models
from sources.words import folded


@dataclass(slots=True)
class Merged:
    """What a merger did."""

    revision: Revision
    entered: list[Fact]
    """The next versions of the facts that named what is no more."""
    drafts: list[Fact]
    """Drafts that were entered before, and now name the other."""
    left_review: list[Fact]
    """Those of the drafts that were in review, and have to be submitted once more."""
    records: list[Record]
    """Published sources and entities that referred to it."""
    aliases: list[str] = field(default_factory=list)
    """The names that the other goes by from now on."""


@transaction.atomic
def merge(record: Any, into: Any, user: Any, message: str) -> Merged:
    """Merge a record into another of its kind, as one revision. Raises LedgerError with all that is in the way.

    No second person reviews it: its facts say what they said, of the other.
    """
    ledger.one_at_a_time()
    moves = [Moving(record, message, into=into)]
    if problems := " ".join(problems_of(moves, ())):
        raise LedgerError(problems)
    replacing = _Replacing(record, into)
    entered = list(replacing.corrections())
    drafts = list(replacing.drafts())
    records = list(replacing.records())
    aliases = _take_names(record, into)
    if replacing.problems:
        raise LedgerError(" ".join(dict.fromkeys(replacing.problems)))
    reason = f"The {named(record)} was merged into “{into.document_key}”: {message}"
    left_review = [draft for draft in drafts if reviewing.changed(draft, user, reason)]
    change = Change(
        user.get_username(),
        message,
        enter=[draft.pk for draft in entered],
        records=[into, *records],
        moves=moves,
        correction_reason=reason,
    )
    revision = ledger.commit(change)
    reviewing.published(entered, user, message)
    return Merged(revision, entered, drafts, left_review, records, aliases)


class _Replacing:
    """Puts one record in the place of another wherever that is named, and collects what forbids it."""

    def __init__(self, record: Record, into: Record) -> None:
        self.record, self.into = record, into
        self.problems: list[str] = []
        self.words = ledger.known_words()

    def corrections(self) -> Iterator[Fact]:
        """The next versions of the live facts that name it."""
        for fact in documents.load(documents.facts_showing([self.record])):
            draft, is_new = correction_of(fact)
            if not is_new:
                self.problems.append(f"{draft} is a draft that is to correct {fact}: publish or delete it first.")
            elif self._replace_in_all(draft):
                yield draft

    def drafts(self) -> Iterator[Fact]:
        """The drafts that name it: nothing is published of them, so they are changed as they are."""
        for kind in fact_models().values():
            named_by = set(kind.objects.drafts().filter(self._naming(kind)).values_list("pk", flat=True))
            for owner in _owners(kind):
                part: Any = owner.model
                of_drafts = part.objects.filter(self._naming(part), **{f"{owner.name}__published_in__isnull": True})
                named_by.update(
                    of_drafts.filter(**{f"{owner.name}__kind": kind.document_kind}).values_list(owner.name, flat=True)
                )
            for draft in sorted(ledger.hold(named_by), key=attrgetter("key")):
                if self._replace_in_all(draft):
                    yield draft

    def records(self) -> Iterator[Record]:
        """The records that refer to it; those that are published, to be published once more."""
        for model in record_models().values():
            for reference in documents.references(model):
                if reference.related_model is type(self.record):
                    yield from self._replace_in_records(model, reference.name)

    def _replace_in_records(self, model: Any, name: str) -> Iterator[Record]:
        shown = {(type(one), one.pk) for one in documents.records_showing([self.record])}
        for holder in model.objects.filter(**{name: self.record.pk}).exclude(pk=self._own_pk(model)):
            if type(holder) is type(self.into) and holder.pk == self.into.pk:
                self.problems.append(f"The {named(holder)} names it itself, as {name}: empty that first.")
            elif self._replace(holder) and (model, holder.pk) in shown:
                yield holder

    def _own_pk(self, model: Any) -> Any:
        return self.record.pk if model is type(self.record) else None

    def _naming(self, model: type[models.Model]) -> models.Q:
        """The rows of a model that name it in any of their fields."""
        named_by = models.Q(pk__in=[])
        for reference in self._fields(model):
            named_by |= models.Q(**{reference.name: self.record.pk})
        return named_by

    def _fields(self, model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
        fields = (one for one in model._meta.concrete_fields if isinstance(one, models.ForeignKey))
        return [one for one in fields if one.related_model is type(self.record) and not one.remote_field.parent_link]

    def _replace_in_all(self, draft: Fact) -> bool:
        """Replace it in a draft and its parts; whether all of these are sound afterwards."""
        parts = [part for owner in _owners(type(draft)) for part in _parts(draft, owner)]
        return all([self._replace(draft), *(self._replace(part, draft) for part in parts)])

    def _replace(self, holder: Any, whole: Fact | None = None) -> bool:
        changed = [one for one in self._fields(type(holder)) if getattr(holder, one.attname) == self.record.pk]
        if not changed:
            return True
        for reference in changed:
            setattr(holder, reference.name, self.into)
        try:
            ledger.validate(holder, self.words) if isinstance(holder, Fact) else holder.full_clean()
        except ValidationError as error:
            self.problems += [f"{whole or holder}{said}" for said in _said(error)]
            return False
        holder.save()
        return True


def _owners(kind: type[Fact]) -> list[models.ForeignKey[Any, Any]]:
    """The keys by which citations and other parts belong to facts of a kind."""
    return [Citation._meta.get_field("fact"), *parts_of(kind).values()]


def _parts(fact: Fact, owner: models.ForeignKey[Any, Any]) -> Iterable[Any]:
    return getattr(fact, owner.remote_field.get_accessor_name()).all()


def _said(error: ValidationError) -> Iterator[str]:
    for name, messages in error.message_dict.items():
        yield f"{'' if name == NON_FIELD_ERRORS else f', {name}'}: {' '.join(messages)}"


def names_to_take(record: Record, into: Record) -> list[str]:
    """The names and codes that one entity goes by and another does not."""
    if not (isinstance(record, Entity) and isinstance(into, Entity)):
        return []
    known = {folded(name) for name in into.names}
    return [name for name in dict.fromkeys(record.names[1:]) if folded(name) not in known]


def _take_names(record: Record, into: Record) -> list[str]:
    taken = names_to_take(record, into)
    if taken and isinstance(into, Entity):
        into.aliases = "|".join([*filter(None, into.aliases.split("|")), *taken])
        into.save()
    return taken
