"""Two who publish at once: one waits for the other, nothing is lost, and never are two versions of a key live."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection, connections, transaction

from sources.ledger import LedgerError
from sources.models import Document, Fact, Revision
from tests.factories import document_of, make_citation, make_correction, make_reserve, make_source, publish

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
"""Seconds after which a thread gives up on the other, so that a failure ends the test instead of hanging it."""


def in_a_thread(act: Callable[[], Any]) -> Callable[[], Any]:
    """The act with a database connection of its own, closed in the end."""

    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return run


def overlapping(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Future[Any], Future[Any]]:
    """Do two acts at once: the second begins after the first has written and before it has committed."""
    written, begun = Signal(), Signal()

    def following() -> Any:
        assert written.wait(PATIENCE)
        begun.set()
        return second()

    def leading() -> Any:
        with transaction.atomic():
            result = first()
            written.set()
            assert begun.wait(PATIENCE)
            hold_up(follower)
        return result

    with ThreadPoolExecutor(max_workers=2) as threads:
        follower = threads.submit(in_a_thread(following))
        leader = threads.submit(in_a_thread(leading))
    return leader, follower


def hold_up(follower: Future[Any]) -> None:
    """Return once the other act waits for this transaction, or did not wait; SQLite has no way to tell."""
    while connection.vendor == "postgresql" and not is_waited_for() and not follower.done():
        pass


def is_waited_for() -> bool:
    """Whether another connection waits for a lock that this one has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def newest() -> int:
    current = Revision.objects.current()
    return current.number if current else 0


def live_versions(key: str) -> list[int]:
    return [fact.version for fact in Fact.objects.live().filter(key=key)]


def test_a_draft_that_two_publish_enters_once() -> None:
    draft = make_reserve("contested-reserves")
    before = newest()

    first, second = overlapping(lambda: publish(draft), lambda: publish(draft))

    assert first.result().number == newest() == before + 1
    assert isinstance(second.exception(), LedgerError)
    assert live_versions("contested-reserves") == [1]


def test_two_corrections_of_one_claim_leave_one_live() -> None:
    original = make_reserve("contested-reserves")
    publish(original)
    correction = make_correction(original, note="Read again.")
    another = make_correction(original, note="Read once more.")

    first, second = overlapping(lambda: publish(correction), lambda: publish(another))

    assert second.result().number == first.result().number + 1
    assert live_versions("contested-reserves") == [3]
    assert Fact.objects.get(pk=correction.pk).superseded_by_id == another.pk


def test_a_correction_overtaken_by_a_later_one_is_refused() -> None:
    original = make_reserve("contested-reserves")
    publish(original)
    correction = make_correction(original)
    overtaking = make_correction(original)

    first, second = overlapping(lambda: publish(correction), lambda: publish(correction, overtaking))

    assert first.exception() is None
    assert isinstance(second.exception(), LedgerError)
    assert live_versions("contested-reserves") == [2]


def test_two_claims_published_at_once_are_both_kept() -> None:
    drafts = make_reserve("first-reserves"), make_reserve("second-reserves")
    before = newest()

    first, second = overlapping(lambda: publish(drafts[0]), lambda: publish(drafts[1]))

    assert (first.result().number, second.result().number) == (before + 1, before + 2)
    assert live_versions("first-reserves") == live_versions("second-reserves") == [1]


def test_rivals_published_at_once_know_of_each_other() -> None:
    drafts = [make_reserve(key, source=make_source(key)) for key in ("first-claim", "second-claim")]

    overlapping(lambda: publish(drafts[0]), lambda: publish(drafts[1]))

    first, second = (Document.objects.standing().get(kind="reserve", key=draft.key) for draft in drafts)
    assert first.alternatives == second.alternatives >= 1


@pytest.mark.postgresql
def test_what_is_added_to_a_draft_while_it_is_published_is_published_with_it() -> None:
    draft = make_reserve("growing-reserves")

    with ThreadPoolExecutor(max_workers=1) as threads:
        with transaction.atomic():
            make_citation(draft, make_source("late-report"))
            publishing = threads.submit(in_a_thread(lambda: publish(draft)))
            hold_up(publishing)
        publishing.result()

    document = document_of("growing-reserves")
    assert document
    assert len(json.loads(document.body)["citations"]) == draft.citations.count() == 2
