"""Undoes a revision by the next one, which brings back what stood before. Nothing of the history goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from curating import reviewing
from curating.changed import changes_of_records
from curating.drafts import copy_of
from curating.readable import page_of_document
from curating.shared import page_of
from sources import documents, ledger
from sources.batches import batches
from sources.dataset.restoring import Cells, record_of, restore, state_of
from sources.ledger import Change, LedgerError
from sources.models import Document, Fact, Move, Record, Revision
from sources.registry import fact_models, record_models

MOST = 5_000
"""Facts and records that one undoing takes back."""
SAID = 5
"""Obstacles that a refusal tells."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way of undoing a revision."""

    said: str
    address: str = ""
    is_later: bool = True
    """Whether it was done since, and builds on the revision: it has to be undone first."""


@dataclass(slots=True)
class Undoing:
    """What it takes to undo a revision."""

    revision: Revision
    leaving: list[Fact] = field(default_factory=list)
    """The facts that entered in it, where nothing of their key stood before."""
    returning: list[Fact] = field(default_factory=list)
    """The versions that left in it."""
    records: list[tuple[Document, Cells]] = field(default_factory=list)
    """What it changed of sources, entities and words, each as it stands and as it was."""
    staying: list[Document] = field(default_factory=list)
    """The sources, entities and words that it showed first: these never leave."""
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def rights(self) -> set[str]:
        """The permissions that it takes, besides that of publishing."""
        models = [fact_models()[fact.kind] for fact in (*self.leaving, *self.returning)]
        models += [record_models()[document.kind] for document, _ in self.records]  # type: ignore[misc]
        return {f"{model._meta.app_label}.change_{model._meta.model_name}" for model in models}


def undoing(revision: Revision) -> Undoing:
    """What it takes to undo a revision now, and what is in the way."""
    entered = list(Fact.objects.filter(published_in=revision).order_by("key"))
    left = list(Fact.objects.filter(left_in=revision).order_by("key"))
    replacing = {fact.superseded_by_id for fact in left}
    found = Undoing(revision, [fact for fact in entered if fact.pk not in replacing], left)
    found.obstacles += _left_since(entered)
    found.obstacles += _came_back(fact for fact in left if fact.superseded_by_id is None)
    found.obstacles += _drafts_of(left)
    _add_records(found)
    size = len(found.leaving) + len(found.returning) + len(found.records)
    if size > MOST:
        found.obstacles = [Obstacle(f"It did {size} things: no more than {MOST} are undone at once.", is_later=False)]
    if not size and not found.obstacles:
        found.obstacles = [
            Obstacle("It did nothing that can be taken back: what it showed first stays.", is_later=False)
        ]
    return found


def _left_since(entered: Iterable[Fact]) -> Iterator[Obstacle]:
    for fact in entered:
        if fact.left_in_id is not None:
            done = "corrected" if fact.superseded_by_id else "withdrawn"
            yield Obstacle(f"{fact}, which entered in it, was {done} in revision {fact.left_in_id}.", page_of(fact))


def _came_back(withdrawn: Iterable[Fact]) -> Iterator[Obstacle]:
    for fact, other in _others_of(withdrawn):
        if not other.is_draft and other.version > fact.version:
            said = f"{fact.key}, which was withdrawn in it, came back as {other} in revision {other.published_in_id}."
            yield Obstacle(said, page_of(other))


def _drafts_of(left: Iterable[Fact]) -> Iterator[Obstacle]:
    for _, other in _others_of(left):
        if other.is_draft:
            yield Obstacle(f"{other} is a draft of the same claim: publish it or delete it first.", page_of(other))


def _others_of(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Each fact with each other version of its key."""
    by_key = {fact.key: fact for fact in facts}
    for batch in batches(sorted(by_key)):
        for other in Fact.objects.filter(key__in=batch).order_by("key", "version"):
            if other.pk != by_key[other.key].pk:
                yield by_key[other.key], other


def _add_records(found: Undoing) -> None:
    """Find the records that the revision showed first or otherwise, but for what facts made of them."""
    for change in changes_of_records(found.revision.number):
        before, after = change.before, change.after
        if before is None:
            found.staying.append(change.newest)
        elif after is None or before.key != after.key:
            found.obstacles.append(_moved(before, after))
        elif (was := state_of(before)) != (became := state_of(after)):
            later = Document.objects.filter(kind=after.kind, key=after.key, from_revision__gt=found.revision.number)
            if changed := _changed_since(later, became):
                said = f"{after.kind} {after.key}, which it changed, was changed again in revision {changed}."
                found.obstacles.append(Obstacle(said, page_of_document(after)))
            found.records.append((after, was))


def _moved(before: Document, after: Document | None) -> Obstacle:
    """Keys lead on for good, so they are left by hand alone."""
    if after is None:
        return _merged(before)
    said = f"{before.kind} {before.key} was renamed to {after.key} in it: rename it back on its page."
    return Obstacle(said, page_of_document(after), is_later=False)


def _merged(before: Document) -> Obstacle:
    into = Move.objects.get(kind=before.kind, key=before.key, published_in=before.to_revision).moved_to
    [name, *_] = record_models()[before.kind].identity
    names = f"take its names out of the aliases of {into}, " if before.entity_id else ""
    said = (
        f"{before.kind} {before.key} was merged into {into} in it, and what is merged stays so. If they are two after all, "
        f"{names}enter it anew under another {name}, and correct the facts that are about it."
    )
    other = Document.objects.filter(kind=before.kind, key=into).earliest("pk")
    return Obstacle(said, page_of_document(other), is_later=False)


def _changed_since(later: Iterable[Document], became: Cells) -> int | None:
    """The first revision in which a record said something else of itself."""
    ordered = sorted(later, key=lambda document: document.from_revision_id)
    return next((document.from_revision_id for document in ordered if state_of(document) != became), None)


@transaction.atomic
def undo(revision: Revision, user: Any, why: str) -> Revision:
    """Bring back what stood before a revision, as the next one. Raises LedgerError where something is in the way.

    No second person reviews it: what it publishes was published before.
    """
    ledger.one_at_a_time()
    found = undoing(revision)
    if found.obstacles:
        raise LedgerError(" ".join(obstacle.said for obstacle in found.obstacles[:SAID]))
    message = f"Undoes revision {revision.number}: {why}"
    returning = _drafted(found.returning)
    made = ledger.commit(
        Change(
            user.get_username(),
            message,
            enter=[draft.pk for draft in returning],
            withdraw={fact.pk: message for fact in found.leaving},
            records=[_restored(document, was) for document, was in found.records],
        )
    )
    reviewing.published(returning, user, message)
    reviewing.withdrawn(found.leaving, user, message)
    return made


def _drafted(facts: Iterable[Fact]) -> list[Fact]:
    """A next version of each fact that says what it said."""
    wanted = documents.load(fact.pk for fact in facts)
    newest: dict[str, int] = {}
    for batch in batches([fact.key for fact in wanted]):
        versions = Fact.objects.filter(key__in=batch).order_by().values("key").annotate(last=Max("version"))
        newest |= {one["key"]: one["last"] for one in versions}
    return [copy_of(fact, newest[fact.key] + 1) for fact in wanted]


def _restored(document: Document, was: Cells) -> Record:
    record = record_of(document)
    restore(record, was)
    record.full_clean()
    record.save()
    return record
