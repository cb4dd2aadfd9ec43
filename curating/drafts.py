"""Drafts of corrections: the next version of a published fact, begun as a copy of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sources import ledger
from sources.ledger import LedgerError
from sources.models import Citation, Fact
from sources.registry import parts_of


@transaction.atomic
def correction_of(fact: Fact) -> tuple[Fact, bool]:
    """The draft that is to correct a fact, with its citations and parts, and whether it was made just now.

    Raises LedgerError where there is nothing to correct: for a draft, or a version that a later one replaced.
    """
    ledger.one_at_a_time()
    newest = Fact.objects.filter(key=fact.key).latest("version")
    if newest.is_draft and newest.pk != fact.pk:
        return newest.as_kind, False
    if newest.is_draft:
        raise LedgerError(f"{fact} is a draft: change it as it is.")
    if newest.pk != fact.pk:
        raise LedgerError(f"{fact} was replaced: correct {newest} instead.")
    return copy_of(fact, fact.version + 1), True


def copy_of(fact: Fact, version: int) -> Fact:
    """A draft of another version of a fact, given as its own kind, that says and cites what the fact does."""
    draft = _copy(fact, version)
    for owner in (Citation._meta.get_field("fact"), *parts_of(type(fact)).values()):
        _copy_parts(owner, fact, draft)
    return draft


def _copy(fact: Fact, version: int) -> Fact:
    """A draft that says what the fact says; what is not entered by hand is derived or left to publishing."""
    entered = (field for field in fact._meta.concrete_fields if field.editable and not field.primary_key)
    values = {field.attname: getattr(fact, field.attname) for field in entered}
    draft = type(fact)(**values | {"version": version})
    draft.save()
    return draft


def _copy_parts(owner: Any, fact: Fact, draft: Fact) -> None:
    accessor = owner.remote_field.get_accessor_name()
    parts = list(getattr(fact, accessor).all())
    for part in parts:
        part.pk = None
        setattr(part, owner.name, draft)
    getattr(draft, accessor).bulk_create(parts)
