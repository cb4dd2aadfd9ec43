"""The acts of the ledger: what each changes, what it refuses, and that the past stays readable to the byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from minerals.models import Reserve
from sources import documents, ledger
from sources.ledger import Change
from sources.models import Document, Fact, Mention, Revision
from tests.factories import (
    LEAST,
    document_of,
    make_citation,
    make_correction,
    make_country,
    make_event,
    make_fact,
    make_list,
    make_mineral,
    make_partner,
    make_project,
    make_reserve,
    make_source,
    make_term,
    publish,
)

pytestmark = pytest.mark.django_db


def withdraw(*facts: Fact, reason: str = "The source took it back.") -> Revision:
    return ledger.withdraw(facts, author="curator", reason=reason)


def publishing(*facts: Fact, message: str = "Publish what was read.") -> Change:
    return Change("curator", message, enter=[fact.pk for fact in facts])


def shown(key: str, **where: Any) -> Document:
    document = document_of(key, **where)
    assert document, f"The dataset shows no {key}."
    return document


def body_of(key: str, **where: Any) -> Any:
    return json.loads(shown(key, **where).body)


# Publishing


def test_a_draft_has_no_document() -> None:
    make_reserve("drafted-reserves")

    assert document_of("drafted-reserves") is None
    assert not Mention.objects.filter(fact__key="drafted-reserves").exists()


@pytest.mark.parametrize("kind", LEAST)
def test_a_fact_of_any_kind_is_shown_once_published(kind: str) -> None:
    revision = publish(make_fact(kind, "published-fact"))

    body = body_of("published-fact", kind=kind)

    assert (body["key"], body["kind"]) == ("published-fact", kind)
    assert (body["version"], body["revision"]) == (1, revision.number)
    assert [citation["source"]["key"] for citation in body["citations"]] == ["report-2024"]


def test_a_published_fact_is_live_in_its_revision() -> None:
    reserve = make_reserve("published-reserves")
    revision = publish(reserve)

    fact = Fact.objects.get(pk=reserve.pk)

    assert fact.published_in == revision == Revision.objects.current()
    assert fact.left_in is None


def test_a_published_fact_mentions_what_it_and_its_parts_name() -> None:
    event = make_event("agreement", country=make_country("testland"), parties=[make_partner("testing-company")])
    publish(event)

    assert {(mention.entity.slug, mention.role) for mention in event.mentions.select_related("entity")} == {
        ("testland", "country"),
        ("testing-company", "partner"),
    }


def test_what_a_fact_mentions_has_one_order() -> None:
    """Else rendering a fact again could find its names in another order, and open a state that says nothing new."""
    trade: Any = make_fact(
        "trade", "kaz-zinc-exports", counterpart_scope="country", counterpart=make_country("chn", "CHN")
    )
    trade.mineral = make_mineral()
    assert [role for _, role in documents.mentioned(trade)] == ["country", "counterpart", "mineral"]


def test_what_a_fact_shows_is_published_with_it() -> None:
    make_term("basis", "testing_basis")
    make_term("basis", "unused_basis")
    reserve = make_reserve(
        "published-reserves", mineral=make_mineral("testium"), source=make_source("testing"), basis="testing_basis"
    )
    make_citation(reserve, make_source("testing"), via=make_source("testing-digest"))

    publish(reserve)

    named = [
        ("testium", "mineral"),
        ("testing", "source"),
        ("testing-digest", "source"),
        ("basis:testing_basis", "term"),
    ]
    assert all(document_of(key, kind=kind) for key, kind in named)
    assert not document_of("basis:unused_basis", kind="term")


def test_what_a_shown_record_refers_to_is_published_with_it() -> None:
    jurisdiction = make_country("testland")
    older = make_source("testing-2023", supersedes=make_source("testing-2022"))
    newer = make_source("testing-2024", supersedes=older)

    publish(make_fact("designation", "listed", list=make_list("testing-list", jurisdiction=jurisdiction), source=newer))

    assert document_of("testland", kind="country") is not None
    assert document_of("testing-2022", kind="source") is not None


def test_revisions_are_at_least_a_second_apart() -> None:
    first = publish(make_reserve("first-reserves"))
    second = publish(make_reserve("second-reserves"))

    assert second.number == first.number + 1
    assert second.created >= first.created + timedelta(seconds=1)


def test_a_revision_does_not_date_from_before_the_last() -> None:
    last = publish(make_reserve("first-reserves"))
    change = publishing(make_reserve("second-reserves"))
    change.created = datetime(1999, 12, 31, tzinfo=UTC)

    assert ledger.commit(change).created == last.created + timedelta(seconds=1)


def test_a_revision_keeps_a_later_date_that_it_is_given() -> None:
    change = publishing(make_reserve("published-reserves"))
    change.created = datetime(2999, 12, 31, tzinfo=UTC)

    assert ledger.commit(change).created == change.created


# Correcting


def test_a_correction_supersedes_the_version_that_was_live() -> None:
    first = make_reserve("corrected-reserves")
    publish(first)
    second = make_correction(first, note="Read again.")
    revision = publish(second, message="The note was missing.")

    old = Fact.objects.get(pk=first.pk)

    assert (old.left_in, old.left_reason, old.superseded_by_id) == (revision, "The note was missing.", second.pk)
    assert [fact.pk for fact in Fact.objects.live().filter(key="corrected-reserves")] == [second.pk]
    assert body_of("corrected-reserves")["version"] == 2


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ({}, "A message."),
        ({"correction_reason": "For all."}, "For all."),
        ({"correction_reason": "For all.", "own": "For this."}, "For this."),
    ],
)
def test_a_correction_is_explained_by_the_closest_reason(reasons: dict[str, str], expected: str) -> None:
    first = make_reserve("corrected-reserves")
    publish(first)
    change = publishing(make_correction(first), message="A message.")
    change.correction_reason = reasons.get("correction_reason", "")
    change.correction_reasons = {first.pk: reasons["own"]} if "own" in reasons else {}

    ledger.commit(change)

    assert Fact.objects.get(pk=first.pk).left_reason == expected


def test_a_withdrawn_claim_returns_as_its_next_version() -> None:
    first = make_reserve("returning-reserves")
    publish(first)
    withdraw(first)

    publish(make_correction(first))

    assert body_of("returning-reserves")["version"] == 2
    assert Fact.objects.get(pk=first.pk).superseded_by is None


# Withdrawing


def test_a_withdrawn_fact_leaves_with_its_reason_and_nothing_in_its_place() -> None:
    reserve = make_reserve("withdrawn-reserves")
    publish(reserve)
    revision = withdraw(reserve, reason="The source took it back.")

    fact = Fact.objects.get(pk=reserve.pk)

    assert (fact.left_in, fact.left_reason) == (revision, "The source took it back.")
    assert fact.superseded_by is None
    assert document_of("withdrawn-reserves") is None


# Time travel


def test_every_state_stays_readable_to_the_byte() -> None:
    mineral = make_mineral("testium")
    first = make_reserve("travelled-reserves", mineral=mineral)
    revisions = [publish(first)]
    bodies = [shown("travelled-reserves").body]
    revisions.append(publish(make_correction(first, note="Read again.")))
    bodies.append(shown("travelled-reserves").body)
    mineral.name = "Testium, renamed"
    mineral.save()
    revisions.append(ledger.record([mineral], author="curator", message="Renamed."))
    bodies.append(shown("travelled-reserves").body)

    withdraw(Reserve.objects.get(key="travelled-reserves", version=2))

    assert [shown("travelled-reserves", revision=revision).body for revision in revisions] == bodies
    assert len(set(bodies)) == 3


def test_facts_live_at_a_revision_are_those_that_had_entered_and_not_left() -> None:
    first = make_reserve("travelled-reserves")
    entered = publish(first)
    corrected = publish(make_correction(first))
    left = withdraw(Fact.objects.get(key="travelled-reserves", version=2))

    versions = [
        [fact.version for fact in Fact.objects.at(number).filter(key="travelled-reserves")]
        for number in (entered.number - 1, entered.number, corrected.number, left.number)
    ]

    assert versions == [[], [1], [2], []]


# Records


def test_a_renamed_entity_shows_under_its_new_name_wherever_it_stands() -> None:
    mineral = make_mineral("testium")
    before = publish(make_reserve("renamed-reserves", mineral=mineral))
    mineral.name = "Renamed"
    mineral.save()
    after = ledger.record([mineral], author="curator", message="Renamed.")

    assert body_of("renamed-reserves")["mineral"]["name"] == "Renamed"
    assert body_of("testium", kind="mineral")["name"] == "Renamed"
    assert body_of("renamed-reserves", revision=before)["mineral"]["name"] == "Testium"
    assert shown("renamed-reserves", revision=before).to_revision == after.number


def test_a_changed_entity_is_not_shown_before_it_is_recorded() -> None:
    mineral = make_mineral("testium")
    publish(make_reserve("renamed-reserves", mineral=mineral))
    mineral.name = "Renamed"
    mineral.save()

    assert body_of("renamed-reserves")["mineral"]["name"] == "Testium"


def test_a_renamed_party_shows_in_its_events() -> None:
    partner = make_partner("testing-company")
    publish(make_event("agreement", parties=[partner]))
    partner.name = "Renamed Company"
    partner.save()
    ledger.record([partner], author="curator", message="Renamed.")

    assert body_of("agreement", kind="event")["parties"][0]["partner"]["name"] == "Renamed Company"


def test_a_renamed_country_shows_in_the_lists_that_apply_there() -> None:
    country = make_country("testland")
    publish(make_fact("designation", "listed", list=make_list("testing-list", jurisdiction=country)))
    country.name = "Renamed"
    country.save()
    ledger.record([country], author="curator", message="Renamed.")

    assert body_of("testing-list", kind="list")["jurisdiction"]["name"] == "Renamed"


@pytest.mark.parametrize("role", ["source", "via"])
def test_a_changed_source_shows_in_the_facts_that_cite_it(role: str) -> None:
    source, changed = make_source("testing"), make_source("testing-changed")
    reserve = make_reserve("cited-reserves", source=source)
    make_citation(reserve, **{"source": source, role: changed})
    before = publish(reserve)
    changed.publisher = "Renamed"
    changed.save()
    ledger.record([changed], author="curator", message="Renamed.")

    def publishers(revision: Revision | None = None) -> str:
        return json.dumps(body_of("cited-reserves", revision=revision)["citations"])

    assert "Renamed" in publishers()
    assert "Renamed" not in publishers(before)


def test_recording_what_did_not_change_opens_no_document() -> None:
    mineral = make_mineral("testium")
    publish(make_reserve("published-reserves", mineral=mineral))

    revision = ledger.record([mineral], author="curator", message="Nothing new.")

    assert not Document.objects.filter(from_revision=revision).exists()


def test_a_fact_that_no_longer_names_an_entity_is_left_alone_when_it_is_renamed() -> None:
    old, new = make_mineral("testium"), make_mineral("novium")
    first = make_reserve("moved-reserves", mineral=old)
    publish(first)
    publish(make_correction(first, mineral_id=new.pk))
    old.name = "Renamed"
    old.save()
    revision = ledger.record([old], author="curator", message="Renamed.")

    assert not Document.objects.filter(from_revision=revision, key="moved-reserves").exists()


def test_a_document_is_found_by_names_in_the_order_of_its_fields() -> None:
    """Or else the same fact would be written otherwise by another process, and seem to have changed."""
    made: dict[str, Any] = {
        "country": make_country("firstland", aliases="alpha"),
        "partner": make_partner("second-company", aliases="beta"),
        "project": make_project("third-mine", aliases="gamma"),
        "counterpart": make_country("fourthland", aliases="delta"),
        "mineral": make_mineral("fifthium", aliases="epsilon"),
    }
    publish(make_fact("assessment", "ordered", **made))

    document = document_of("ordered", kind="assessment")

    assert document
    aliases = ["alpha", "beta", "gamma", "delta", "epsilon"]
    assert [word for word in document.search.split() if word in aliases] == aliases
