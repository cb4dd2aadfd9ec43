"""What the ledger refuses, and that whatever it refuses leaves all as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from sources import ledger
from sources.ledger import Change, LedgerError
from sources.models import Document, Fact, Mention, Revision
from tests.factories import (
    make_correction,
    make_production,
    make_reserve,
    make_term,
    publish,
)

pytestmark = pytest.mark.django_db


def state_of_the_ledger() -> list[list[tuple[Any, ...]]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Revision, Fact, Mention, Document)]


def is_refused(change: Change, match: str) -> None:
    """Assert that the ledger refuses a change and that all is as it was."""
    before = state_of_the_ledger()
    with pytest.raises(LedgerError, match=match):
        ledger.commit(change)
    assert state_of_the_ledger() == before


def publishing(*facts: Fact, message: str = "Publish what was read.") -> Change:
    return Change("curator", message, enter=[fact.pk for fact in facts])


def withdrawing(fact: Fact, reason: str = "The source took it back.") -> Change:
    return Change("curator", "Withdraw.", withdraw={fact.pk: reason})


@pytest.mark.parametrize("message", ["", "  \n"])
def test_a_revision_needs_a_message(message: str) -> None:
    is_refused(publishing(make_reserve("unexplained-reserves"), message=message), match="needs a message")


def test_a_fact_without_a_citation_is_refused() -> None:
    reserve = make_reserve("uncited-reserves")
    reserve.citations.all().delete()

    is_refused(publishing(reserve), match="has no citation")


def test_a_fact_is_not_published_twice() -> None:
    reserve = make_reserve("published-reserves")
    publish(reserve)

    is_refused(publishing(reserve), match="published already")


def test_a_draft_that_is_gone_is_refused() -> None:
    change = publishing(reserve := make_reserve("deleted-reserves"))
    reserve.delete()

    is_refused(change, match="no longer there")


@pytest.mark.parametrize("reason", ["", " "])
def test_withdrawing_needs_a_reason(reason: str) -> None:
    reserve = make_reserve("withdrawn-reserves")
    publish(reserve)

    is_refused(withdrawing(reserve, reason), match="say why it is withdrawn")


def test_a_draft_is_not_withdrawn() -> None:
    is_refused(withdrawing(make_reserve("drafted-reserves")), match="is not live")


def test_a_fact_is_not_withdrawn_twice() -> None:
    reserve = make_reserve("withdrawn-reserves")
    publish(reserve)
    ledger.withdraw([reserve], author="curator", reason="It was wrong.")

    is_refused(withdrawing(reserve), match="is not live")


def test_a_fact_is_not_corrected_and_withdrawn_at_once() -> None:
    first = make_reserve("contested-reserves")
    publish(first)
    change = publishing(make_correction(first))
    change.withdraw = {first.pk: "The source took it back."}

    is_refused(change, match="both corrected and withdrawn")


def test_two_versions_of_a_key_do_not_enter_at_once() -> None:
    first = make_reserve("twice-reserves")

    is_refused(publishing(first, make_correction(first)), match="twice-reserves would enter twice")


@pytest.mark.parametrize("version", [3, 9])
def test_a_version_is_not_skipped(version: int) -> None:
    first = make_reserve("skipping-reserves")
    publish(first)

    is_refused(publishing(make_correction(first, version=version)), match="not the next version: 1 was")


def test_a_claim_begins_with_its_first_version() -> None:
    first = make_reserve("skipped-reserves")

    is_refused(publishing(make_correction(first)), match="not the next version: none was")


def test_a_claim_keeps_its_kind() -> None:
    publish(make_reserve("changing-claim"))

    is_refused(publishing(make_production("changing-claim", version=2)), match="is a production, but earlier versions")


def test_everything_wrong_is_said_at_once() -> None:
    reserve = make_reserve("uncited-reserves")
    reserve.citations.all().delete()

    is_refused(publishing(reserve, message=""), match=r"(?s)no citation.*needs a message")


def test_one_fact_refused_keeps_back_all() -> None:
    good, bad = make_reserve("good-reserves"), make_reserve("bad-reserves")
    bad.citations.all().delete()

    is_refused(publishing(good, bad), match="bad-reserves v1 has no citation")


def test_an_act_that_breaks_halfway_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = make_reserve("broken-reserves")
    before = state_of_the_ledger()

    def fail(*_: Any) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr("sources.documents.keep", fail)
    with pytest.raises(RuntimeError, match="disk is full"):
        publish(reserve)

    assert state_of_the_ledger() == before


# Checking drafts


def test_a_draft_with_a_word_that_no_vocabulary_has_is_invalid() -> None:
    reserve = make_reserve("worded-reserves", basis="unheard_of")

    with pytest.raises(ValidationError, match="not a word of the vocabulary basis"):
        ledger.validate(reserve, ledger.known_words())


def test_a_draft_with_a_known_word_is_valid() -> None:
    make_term("basis", "testing_basis")

    ledger.validate(make_reserve("worded-reserves", basis="testing_basis"), ledger.known_words())


def test_the_next_version_counts_drafts_too() -> None:
    first = make_reserve("versioned-reserves")
    make_correction(first)

    assert ledger.next_version(first) == 3
