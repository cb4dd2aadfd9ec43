"""The acts that change the published dataset. Each is one revision, made whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from sources import documents, moving, showing
from sources.batches import BATCH, batches
from sources.editions import of_one_voice
from sources.models import Document, Entity, Fact, Mention, Record, Revision, Source, Term
from sources.moving import Moving
from sources.progress import SILENT, Progress
from sources.standing import circles_touched, standings, turned

Words = dict[str, set[str]]
"""Words by the vocabulary that they are of."""


class LedgerError(Exception):
    """Why an act was refused; nothing was changed."""


@dataclass(slots=True)
class Change:
    """What one revision does: facts that enter, live facts that leave and why, records that are new, changed or moved."""

    author: str
    message: str
    enter: Iterable[int] = ()
    withdraw: Mapping[int, str] = field(default_factory=dict)
    records: Sequence[Record] = ()
    moves: Sequence[Moving] = ()
    correction_reason: str = ""
    correction_reasons: Mapping[int, str] = field(default_factory=dict)
    created: datetime | None = None


@transaction.atomic
def commit(change: Change, progress: Progress = SILENT) -> Revision:
    """Publish a change as the next revision. Raises LedgerError, and leaves all as it was, if it can't be."""
    one_at_a_time()
    entering = hold(change.enter)
    leaving = hold(change.withdraw)
    corrected = _check(entering, leaving, change)
    records = _with_unseen(entering, change.records)
    revision = _open(change)

    _leave(corrected, entering, leaving, change, revision)
    Mention.objects.bulk_create(documents.mention_rows(entering), batch_size=BATCH)
    for batch in batches(entering):
        Fact.objects.filter(pk__in=[fact.pk for fact in batch]).update(published_in=revision)
    records = moving.write(change.moves, records, revision)
    _refuse(moving.left_behind(change.moves))
    left = [*corrected.values(), *leaving]
    written = _to_write(entering, left, records, change.moves)
    documents.keep(map(documents.document_of, progress.through("Writing documents", written)), revision)
    return revision


def publish(facts: Iterable[Fact], *, author: str, message: str) -> Revision:
    """Publish drafts as one revision; each supersedes the live version of its key, if there is one."""
    return commit(Change(author, message, enter=[fact.pk for fact in facts]))


def withdraw(facts: Iterable[Fact], *, author: str, reason: str) -> Revision:
    """Take live facts out of the dataset, for a reason; they stay readable at older revisions."""
    return commit(Change(author, reason, withdraw={fact.pk: reason for fact in facts}))


def record(records: Iterable[Record], *, author: str, message: str) -> Revision:
    """Publish new or changed sources, entities or terms, with all facts that show them, as one revision."""
    return commit(Change(author, message, records=list(records)))


def rename(record: Entity | Source, key: str, *, author: str, message: str) -> Revision:
    """Publish an entity or a source under another key, with all that shows it; the old key leads on to the new one."""
    return commit(Change(author, message, records=[record], moves=[Moving(record, message, key)]))


def one_at_a_time() -> None:
    """Wait for any other act to end. SQLite admits one writer anyway, from the start of a transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Revision._meta.db_table}" IN EXCLUSIVE MODE')


def hold(ids: Iterable[int]) -> list[Fact]:
    """Load facts, and let no one edit them, or what belongs to them, until the act has ended."""
    wanted = sorted(ids)
    held: set[int] = set()
    for batch in batches(wanted):
        held.update(Fact.objects.select_for_update().filter(pk__in=batch).order_by("pk").values_list("pk", flat=True))
    if gone := set(wanted) - held:
        raise LedgerError(f"{len(gone)} of these facts are no longer there.")
    return documents.load(wanted)


def _check(entering: list[Fact], leaving: list[Fact], change: Change) -> dict[str, Fact]:
    """The live facts, by key, that those that enter correct. Everything that forbids the change is said at once."""
    problems = [f"{fact} was published already." for fact in entering if not fact.is_draft]
    problems += [f"{fact} is not live." for fact in leaving if fact.is_draft or fact.left_in_id]
    problems += [f"{fact}: say why it is withdrawn." for fact in leaving if not change.withdraw[fact.pk].strip()]
    problems += [f"{fact} has no citation." for fact in entering if not fact.citations.all()]
    if not change.message.strip():
        problems.append("A revision needs a message: what changed and why.")
    keys = [fact.key for fact in entering]
    problems += [f"{key} would enter twice." for key, times in Counter(keys).items() if times > 1]
    earlier = _versions(keys)
    corrected: dict[str, Fact] = {}
    for fact in filter(attrgetter("is_draft"), entering):
        versions = earlier.get(fact.key, {})
        if fact.version != (last := max(versions, default=0)) + 1:
            problems.append(f"{fact} is not the next version: {last or 'none'} was published before it.")
        if any(other.kind != fact.kind for other in versions.values()):
            problems.append(f"{fact} is a {fact.kind}, but earlier versions of its key are not.")
        corrected.update((fact.key, other) for other in versions.values() if other.left_in_id is None)
    both = {fact.pk for fact in corrected.values()}.intersection(change.withdraw)
    problems += [f"{fact} would be both corrected and withdrawn." for fact in leaving if fact.pk in both]
    _refuse([*problems, *moving.problems_of(change.moves, change.records)])
    live = {fact.pk: fact for fact in documents.load(fact.pk for fact in corrected.values())}
    return {key: live[fact.pk] for key, fact in corrected.items()}


def _refuse(problems: Iterable[str]) -> None:
    if found := " ".join(problems):
        raise LedgerError(found)


def _versions(keys: list[str]) -> dict[str, dict[int, Fact]]:
    """The published versions of each key."""
    found: dict[str, dict[int, Fact]] = {}
    for batch in batches(keys):
        for fact in Fact.objects.filter(key__in=batch, published_in__isnull=False):
            found.setdefault(fact.key, {})[fact.version] = fact
    return found


def _with_unseen(entering: list[Fact], records: Iterable[Record]) -> list[Record]:
    """The records of a change, and those that its facts and they show and that the dataset has not shown yet."""
    wanted = {_identity(record): record for record in records}
    named: list[Record] = [other for record in wanted.values() for other in documents.referred(record)]
    for fact in entering:
        for citation in fact.citations.all():
            named += [source for source in (citation.source, citation.via) if source]
        named += [entity for entity, _ in documents.mentioned(fact)]
    named += documents.terms_of([*entering, *wanted.values(), *named])
    shown = set(Document.objects.standing().filter(fact__isnull=True).values_list("kind", "key"))
    unseen: list[Record] = []
    while named:
        record = named.pop()
        if (identity := _identity(record)) not in shown and identity not in wanted:
            wanted[identity] = record
            unseen.append(record)
            named += documents.referred(record)
    _refuse(moving.not_to_return(unseen))
    return list(wanted.values())


def _identity(record: Record) -> tuple[str, str]:
    return record.document_kind, record.document_key


def _open(change: Change) -> Revision:
    newest = Revision.objects.current()
    created = change.created or timezone.now()
    if newest and created < newest.created + timedelta(seconds=1):
        # Last-Modified counts whole seconds: two revisions must never share one.
        created = newest.created + timedelta(seconds=1)
    number = newest.number + 1 if newest else 1
    return Revision.objects.create(number=number, created=created, author=change.author, message=change.message)


def _leave(
    corrected: Mapping[str, Fact], entering: list[Fact], leaving: list[Fact], change: Change, revision: Revision
) -> None:
    for new in entering:
        if old := corrected.get(new.key):
            reason = change.correction_reasons.get(old.pk) or change.correction_reason or change.message
            Fact.objects.filter(pk=old.pk).update(left_in=revision, left_reason=reason, superseded_by=new.pk)
    withdrawn: dict[str, list[int]] = {}
    for fact in leaving:
        withdrawn.setdefault(change.withdraw[fact.pk], []).append(fact.pk)
    for reason, pks in withdrawn.items():
        for batch in batches(pks):
            Fact.objects.filter(pk__in=batch).update(left_in=revision, left_reason=reason)
    documents.close_facts([fact.pk for fact in [*corrected.values(), *leaving]], revision)


def _to_write(
    entering: list[Fact], left: list[Fact], records: list[Record], moves: Sequence[Moving]
) -> list[Record | Fact]:
    """What the change shows otherwise: its facts and records, what shows these, and whose standing turned."""
    records = [*records, *documents.records_showing(records)]
    shown = {fact.pk for fact in entering} | documents.facts_showing(records)
    editions = of_one_voice(record for record in records if isinstance(record, Source))
    found = standings(circles_touched([*entering, *left], shown | documents.facts_showing(editions)))
    affected = shown | turned(found)
    records = moving.remaining(showing.with_showing(records, affected | {fact.pk for fact in left}), moves)
    showing.give_facts(records)
    return [*records, *documents.with_standings(affected, found)]


def validate(fact: Fact, words: Words, *, is_stored: bool = False) -> None:
    """Check a draft as a form would, its words against those known included. Raises ValidationError.

    Of a draft as it is stored, the database has checked the constraints: they cost a query each.
    """
    fact.derive()
    fact.full_clean(validate_unique=not is_stored, validate_constraints=not is_stored)
    missing = unknown_words(fact, words)
    if missing:
        raise ValidationError(missing)


def known_words() -> Words:
    """The words of each open vocabulary."""
    words: dict[str, set[str]] = {}
    for vocabulary, code in Term.objects.values_list("vocabulary", "code"):
        words.setdefault(vocabulary, set()).add(code)
    return words


def unknown_words(holder: Fact, words: Mapping[str, set[str]]) -> dict[str, str]:
    """By field, what is wrong with the words of a fact or a part of it."""
    return {
        name: f"“{word}” is not a word of the vocabulary {vocabulary}. Add it there first, with its definition."
        for name, vocabulary in holder.vocabularies.items()
        if (word := getattr(holder, name)) and word not in words.get(vocabulary, ())
    }


def next_version(fact: Fact) -> int:
    """The version that a correction of a fact is to have."""
    return max(Fact.objects.filter(key=fact.key).values_list("version", flat=True)) + 1
