"""The life of a draft: entered, submitted for review, sent back or published. Each act leaves a step behind it.

A draft that has no review was entered by nobody at the desk: it came from files, and counts as a draft.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from curating import findings
from curating.models import Act, Review, State, Step
from sources import ledger
from sources.batches import BATCH, batches
from sources.ledger import LedgerError
from sources.models import Fact, Revision

CONTRIBUTING = (Act.ENTERED, Act.CHANGED)
ALONE = "Without a review by a second person."


def word_of(state: str) -> str:
    """A state as lists and messages name it."""
    return State(state).label.partition(":")[0]


def states(facts: Iterable[Fact]) -> dict[int, State]:
    """Where each of these drafts stands, by its id."""
    ids = [fact.pk for fact in facts]
    found = dict.fromkeys(ids, State.DRAFT)
    for batch in batches(ids):
        found.update((review.pk, State(review.state)) for review in Review.objects.filter(pk__in=batch))
    return found


def contributors(facts: Iterable[Fact]) -> dict[int, list[str]]:
    """The names of those who entered or changed each of these versions; of one from files, of those who submitted it."""
    entered: dict[int, list[str]] = defaultdict(list)
    submitted: dict[int, list[str]] = defaultdict(list)
    for batch in batches([fact.pk for fact in facts]):
        steps = Step.objects.filter(fact__in=batch, act__in=[*CONTRIBUTING, Act.SUBMITTED]).order_by("pk")
        for fact, act, name in steps.values_list("fact_id", "act", "by__username"):
            (submitted if act == Act.SUBMITTED else entered)[fact].append(name)
    return {fact: list(dict.fromkeys(names)) for fact, names in ({**submitted, **entered}).items()}


@transaction.atomic
def entered(facts: Iterable[Fact], user: Any, note: str = "") -> None:
    """Say that a person entered these drafts."""
    drafts = list(facts)
    _stand(drafts, State.DRAFT)
    _step(drafts, Act.ENTERED, user, note)


@transaction.atomic
def changed(fact: Fact, user: Any, note: str = "") -> bool:
    """Say that a person changed a draft, and whether this took it out of review: what is reviewed doesn't change."""
    ledger.hold([fact.pk])
    review = Review.objects.filter(pk=fact.pk).first()
    was_in_review = review is not None and review.state == State.IN_REVIEW
    if review is None or was_in_review:
        _stand([fact], State.DRAFT)
    _step([fact], Act.CHANGED, user, note)
    return was_in_review


@transaction.atomic
def submit(facts: Iterable[Fact], user: Any, note: str = "") -> None:
    """Ask for a review of drafts. Raises LedgerError if one is in review, or is such that the ledger would refuse it."""
    drafts = ledger.hold(fact.pk for fact in facts)
    _refuse(obstacles(drafts))
    _stand(drafts, State.IN_REVIEW)
    _step(drafts, Act.SUBMITTED, user, note)


def obstacles(facts: Sequence[Fact]) -> list[str]:
    """Why these facts, each given as its own kind, can't be submitted for review."""
    standing = states(facts)
    waiting = [f"{fact} is in review already." for fact in facts if standing[fact.pk] == State.IN_REVIEW]
    drafts, words = [fact for fact in facts if fact.is_draft], ledger.known_words()
    return [*_published(facts), *waiting, *(problem for fact in drafts for problem in findings.refusals(fact, words))]


@transaction.atomic
def send_back(facts: Iterable[Fact], user: Any, note: str) -> None:
    """Return drafts to who entered them, and say why. Raises LedgerError if one is not in review."""
    drafts = ledger.hold(fact.pk for fact in facts)
    _refuse([*unsubmitted(drafts), *([] if note.strip() else ["Say what is to be mended."])])
    _stand(drafts, State.RETURNED)
    _step(drafts, Act.RETURNED, user, note)


def sent_back(draft: Fact) -> Step | None:
    """Who sent a draft back, and why, while it waits to be mended."""
    waits = Step.objects.filter(fact=draft.pk, fact__review__state=State.RETURNED, act=Act.RETURNED)
    return waits.select_related("by").last()


def unsubmitted(facts: Sequence[Fact]) -> list[str]:
    """Which of these facts are not in review, and what they are instead."""
    standing = states(facts)
    drafts = [fact for fact in facts if fact.is_draft and standing[fact.pk] != State.IN_REVIEW]
    return [*_published(facts), *(f"{fact} is not in review: it is {_said(standing[fact.pk])}." for fact in drafts)]


def _said(state: State) -> str:
    return (
        "a draft that is still to be submitted" if state == State.DRAFT else "sent back and still to be submitted again"
    )


@transaction.atomic
def publish(facts: Iterable[Fact], user: Any, message: str, *, alone: bool = False) -> Revision:
    """Publish drafts in review as one revision, and say who did. A superuser may do it alone, without a review.

    Raises LedgerError, and leaves all as it was, if one is not to be published, or not by this person.
    """
    ledger.one_at_a_time()
    drafts = ledger.hold(fact.pk for fact in facts)
    _refuse(_published(drafts))
    missing = objections(drafts, user)
    if not (alone and user.is_superuser):
        _refuse(missing)
    words = ledger.known_words()
    _refuse([problem for draft in drafts for problem in findings.invalid(draft, words)])
    revision = ledger.publish(drafts, author=user.get_username(), message=message)
    published(drafts, user, f"{message} {ALONE}" if missing else message)
    return revision


def objections(facts: Sequence[Fact], user: Any) -> list[str]:
    """Why this person can't publish these drafts: not in review, or entered or changed by the person."""
    names = contributors(facts)
    own = [fact for fact in facts if fact.is_draft and user.get_username() in names.get(fact.pk, ())]
    return [*unsubmitted(facts), *(f"You entered or changed {fact}: somebody else has to publish it." for fact in own)]


def published(facts: Iterable[Fact], user: Any, note: str = "") -> None:
    """Say that a person published these facts."""
    _step(list(facts), Act.PUBLISHED, user, note)


@transaction.atomic
def withdraw(facts: Iterable[Fact], user: Any, reason: str) -> Revision:
    """Take live facts out of the dataset as one revision, and say who did."""
    leaving = list(facts)
    revision = ledger.withdraw(leaving, author=user.get_username(), reason=reason)
    withdrawn(leaving, user, reason)
    return revision


def withdrawn(facts: Iterable[Fact], user: Any, reason: str) -> None:
    """Say that a person withdrew these facts."""
    _step(list(facts), Act.WITHDRAWN, user, reason)


def _published(facts: Sequence[Fact]) -> list[str]:
    done = [(fact, fact.published_in_id) for fact in facts if fact.published_in_id is not None]
    authors = dict(Revision.objects.filter(pk__in={number for _, number in done}).values_list("number", "author"))
    return [f"{fact} was published already, in revision {number} by {authors[number]}." for fact, number in done]


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise LedgerError(" ".join(problems))


def _stand(facts: Sequence[Fact], state: State) -> None:
    now = timezone.now()
    reviews = [Review(fact_id=fact.pk, state=state, since=now) for fact in facts]
    Review.objects.bulk_create(
        reviews, batch_size=BATCH, update_conflicts=True, update_fields=["state", "since"], unique_fields=["fact"]
    )


def _step(facts: Sequence[Fact], act: Act, user: Any, note: str) -> None:
    now = timezone.now()
    steps = [Step(fact_id=fact.pk, act=act, by_id=user.pk, at=now, note=note) for fact in facts]
    Step.objects.bulk_create(steps, batch_size=BATCH)
