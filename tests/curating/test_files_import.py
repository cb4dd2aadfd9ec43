"""What is confirmed is written as drafts, all or nothing, as it was previewed; nothing is ever published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from curating.files.importing import CHANGED_SINCE, GONE, SUBMIT_THEM, WRONG_ROWS
from curating.files.models import KEPT_FOR, Upload
from minerals.models import Mineral, Reserve
from projects.models import Event
from sources.models import Document, Fact, Revision, Source
from tests.curating.files import CURATOR, RESERVE, address, confirm, counts, export, log_in, messages_of, upload
from tests.factories import (
    make_citation,
    make_correction,
    make_country,
    make_event,
    make_mineral,
    make_partner,
    make_reserve,
    make_source,
    make_term,
    publish,
)
from tests.sources.test_concurrency import overlapping

pytestmark = pytest.mark.django_db

NEW = RESERVE | {"source_2": "atlas", "locator_2": "p. 9", "support_2": "partly", "citation_note_2": "Dim."}


def make_records() -> None:
    make_source()
    make_source("atlas")
    make_term("source-kind", "report")
    make_mineral("tin")
    make_country()


@pytest.fixture(autouse=True)
def _records(db: None) -> None:
    make_records()


@pytest.fixture
def published() -> Reserve:
    reserve = make_reserve("kaz-tin-published", mineral=make_mineral("tin"), note="As first read.")
    make_citation(reserve, make_source("atlas"), locator="p. 1")
    publish(reserve)
    reserve.refresh_from_db()
    return reserve


def state() -> tuple[int, int, int]:
    """What an import must never change: revisions and what is shown; and what it may add to."""
    return Revision.objects.count(), Document.objects.count(), Fact.objects.live().count()


def newest_of(key: str) -> Any:
    return Reserve.objects.filter(key=key).latest("version")


def citations_of(fact: Any) -> list[tuple[int, str, str, str]]:
    return [(one.position, one.source.key, one.locator, one.support) for one in fact.citations.order_by("position")]


def test_a_new_row_becomes_a_draft_with_its_citations(importer: Client):
    before = state()
    page = confirm(importer, upload(importer, Reserve, [NEW], "tin.csv"))
    draft = newest_of(RESERVE["key"])
    assert messages_of(page) == [f"Imported tin.csv: 1 new and 0 changed, as drafts. 0 the same. {SUBMIT_THEM}"]
    assert (draft.is_draft, draft.version, draft.value, draft.base_unit, draft.year) == (True, 1, 10, "t", 2024)
    assert citations_of(draft) == [(1, "report-2024", "page 3", "supports"), (2, "atlas", "p. 9", "partly")]
    assert draft.citations.get(position=2).note == "Dim."
    assert draft.key in page.text
    assert state() == before


def test_a_changed_row_of_a_published_fact_becomes_a_draft_of_its_next_version(importer: Client, published: Reserve):
    before = state()
    confirm(importer, upload(importer, Reserve, [{"key": published.key, "value": "12", "verbatim": "12 tons"}]))
    draft = newest_of(published.key)
    assert (draft.version, draft.is_draft, draft.value, draft.base_value) == (2, True, 12, 12)
    assert (draft.note, draft.mineral.slug) == ("As first read.", "tin")
    assert citations_of(draft) == citations_of(published)
    published.refresh_from_db()
    assert (published.value, published.left_in_id) == (10, None)
    assert state() == before


def test_a_changed_row_of_a_draft_changes_it(importer: Client):
    draft = make_reserve("kaz-tin-draft", mineral=make_mineral("tin"))
    make_citation(draft, make_source("atlas"), locator="p. 1")
    row = {"key": draft.key, "note": "Looked at again.", "source": "atlas", "locator": "p. 2", "source_2": ""}
    confirm(importer, upload(importer, Reserve, [row]))
    draft.refresh_from_db()
    assert (draft.version, draft.note) == (1, "Looked at again.")
    assert citations_of(draft) == [(1, "atlas", "p. 2", "supports")]
    assert Reserve.objects.filter(key=draft.key).count() == 1


def test_the_parties_of_an_event_are_written_with_it(importer: Client):
    make_term("event-type", "agreement")
    event = make_event("pact-test", parties=[make_partner("one", name="One")])
    publish(event)
    row = {"key": event.key, "party_country_2": "kaz", "party_role_2": "signatory", "party_person_2": "A. Person"}
    confirm(importer, upload(importer, Event, [row]))
    draft = Event.objects.get(key=event.key, version=2)
    parties = draft.parties.values_list("position", "partner__slug", "country__slug", "person", "role")
    assert list(parties) == [(1, "one", None, "", "signatory"), (2, None, "kaz", "A. Person", "signatory")]
    assert draft.citations.count() == 1


def test_a_fact_that_was_withdrawn_comes_back_as_a_draft(importer: Client, published: Reserve):
    from sources import ledger

    ledger.withdraw([published], author="reviewer", reason="Misread.")
    page = upload(importer, Reserve, [{"key": published.key, "note": "Read again."}])
    assert "Version 1 was withdrawn: the draft would bring the fact back." in page.text
    confirm(importer, page)
    assert (newest_of(published.key).version, newest_of(published.key).is_draft) == (2, True)


def test_importing_the_same_file_again_changes_nothing_more(importer: Client, published: Reserve):
    rows = [NEW, dict.fromkeys(NEW, "") | {"key": published.key, "scope": "country", "category": "reserves"}]
    rows[1] |= {"mineral": "tin", "country": "kaz", "availability": "unknown", "source": "atlas", "locator": "p. 1"}
    first = upload(importer, Reserve, rows)
    assert counts(first) == {"new": 1, "changed": 1}
    confirm(importer, first)
    assert counts(upload(importer, Reserve, rows)) == {"same": 2}
    versioned = [row | {"version": "1"} for row in rows]
    assert counts(upload(importer, Reserve, versioned)) == {"same": 2}


def test_what_was_written_is_exported_as_it_was_imported(importer: Client):
    confirm(importer, upload(importer, Reserve, [NEW]))
    exported = export(importer, Reserve, "csv", "?state=draft").content
    assert counts(upload(importer, Reserve, exported)) == {"same": 1}


def test_with_a_wrong_row_nothing_is_written_unless_it_is_to_be_left_out(importer: Client):
    rows = [NEW, NEW | {"key": "kaz-tin-other", "unit": "stone"}]
    page = upload(importer, Reserve, rows)
    refused = confirm(importer, page)
    assert messages_of(refused) == [WRONG_ROWS]
    assert counts(refused) == {"new": 1, "wrong": 1}
    assert not Reserve.objects.filter(key=RESERVE["key"]).exists()

    done = confirm(importer, page, leave_out="on")
    assert messages_of(done)[0].endswith(f"0 the same. 1 wrong left out. {SUBMIT_THEM}")
    assert Reserve.objects.filter(key__in=[RESERVE["key"], "kaz-tin-other"]).count() == 1


def changed_in_between() -> list[Any]:
    def publish_the_draft(draft: Reserve) -> None:
        publish(draft)

    def change_the_draft(draft: Reserve) -> None:
        Reserve.objects.filter(pk=draft.pk).update(verbatim="9 tons")

    def delete_the_draft(draft: Reserve) -> None:
        draft.delete()

    def cite_another(draft: Reserve) -> None:
        make_citation(draft, make_source("atlas"))

    return [publish_the_draft, change_the_draft, delete_the_draft, cite_another]


@pytest.mark.parametrize("act", changed_in_between())
def test_where_the_data_changed_after_the_preview_it_is_shown_again(importer: Client, act: Callable[[Reserve], None]):
    draft = make_reserve("kaz-tin-draft", mineral=make_mineral("tin"))
    page = upload(importer, Reserve, [RESERVE | {"key": draft.key, "verbatim": "12 tons", "source_2": ""}])
    act(draft)
    before = list(Reserve.objects.filter(key=draft.key).values("pk", "verbatim"))
    again = confirm(importer, page)
    assert messages_of(again) == [CHANGED_SINCE]
    assert list(Reserve.objects.filter(key=draft.key).values("pk", "verbatim")) == before

    confirm(importer, again)
    assert newest_of(draft.key).verbatim == "12 tons"


def test_a_change_elsewhere_does_not_matter(importer: Client):
    page = upload(importer, Reserve, [NEW])
    publish(make_reserve("kaz-tin-elsewhere"))
    confirm(importer, page)
    assert newest_of(RESERVE["key"]).is_draft


def test_a_preview_is_confirmed_once(importer: Client):
    page = upload(importer, Reserve, [NEW])
    confirm(importer, page)
    assert messages_of(confirm(importer, page)) == [GONE]
    assert Reserve.objects.filter(key=RESERVE["key"]).count() == 1


def test_a_preview_waits_for_a_time_and_is_then_forgotten(importer: Client):
    page = upload(importer, Reserve, [NEW])
    Upload.objects.update(at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    assert messages_of(confirm(importer, page)) == [GONE]
    upload(importer, Reserve, [NEW])
    assert Upload.objects.count() == 1


def test_a_preview_belongs_to_its_curator_and_its_kind(importer: Client):
    page = upload(importer, Reserve, [NEW])
    other = log_in("reviewer", CURATOR)
    assert messages_of(other.get(page.context["preview_at"], follow=True)) == [GONE]
    assert messages_of(confirm(other, page)) == [GONE]
    elsewhere = address(Event, "preview", Upload.objects.get().pk)
    assert messages_of(importer.get(elsewhere, follow=True)) == [GONE]
    assert Upload.objects.count() == 1


def test_a_file_is_set_aside(importer: Client):
    page = upload(importer, Reserve, [NEW])
    aside = importer.post(page.context["preview_at"], {"_discard": "x"}, follow=True)
    assert messages_of(aside) == ["The file was set aside. Nothing was written."]
    assert Upload.objects.count() == 0


def test_what_the_database_refuses_writes_nothing_and_is_said(importer: Client, monkeypatch: pytest.MonkeyPatch):
    page = upload(importer, Reserve, [NEW, NEW | {"key": "kaz-tin-other"}])

    def refuse(*_: Any) -> None:
        raise IntegrityError("Not this one.\nDETAIL: none")

    monkeypatch.setattr("curating.files.saving.FactWriter._write_parts", refuse)
    refused = confirm(importer, page)
    assert messages_of(refused) == ["Not this one."]
    assert counts(refused) == {"new": 2}
    assert not Reserve.objects.filter(key__in=[RESERVE["key"], "kaz-tin-other"]).exists()


def test_who_imported_is_in_the_history_of_each_fact(importer: Client, published: Reserve):
    confirm(
        importer, upload(importer, Reserve, [NEW, dict.fromkeys(NEW, "") | NEW | {"key": published.key}], "tin.csv")
    )
    entries = LogEntry.objects.filter(user__username="curator", change_message="Imported from tin.csv.")
    assert sorted(entry.object_repr for entry in entries) == [f"{published.key} v2", f"{RESERVE['key']} v1"]


def test_the_review_is_told_who_entered_and_who_changed(importer: Client):
    draft = make_reserve("kaz-tin-draft", mineral=make_mineral("tin"))
    confirm(importer, upload(importer, Reserve, [NEW, NEW | {"key": draft.key}]))
    steps = {fact.key: [step.act for step in fact.steps.all()] for fact in Fact.objects.drafts() if fact.steps.exists()}
    assert steps == {RESERVE["key"]: ["entered"], draft.key: ["changed"]}
    by = {step.by.get_username() for fact in Fact.objects.drafts() for step in fact.steps.all()}
    assert by == {"curator"}


def test_new_sources_and_changed_ones_are_written_whatever_their_order(importer: Client):
    make_source("atlas-2024")
    before = state()
    rows = [
        {"key": "atlas-2026", "kind": "report", "publisher": "Survey", "supersedes": "atlas-2025"},
        {"key": "atlas-2025", "kind": "report", "publisher": "Survey", "supersedes": "atlas-2024"},
        {"key": "atlas-2024", "kind": "report", "publisher": "Survey of Surveys", "supersedes": ""},
    ]
    page = confirm(importer, upload(importer, Source, rows, "atlas.csv"))
    assert messages_of(page)[0].startswith("Imported atlas.csv: 2 new and 1 changed")
    chain = Source.objects.filter(key="atlas-2026").values_list("supersedes__supersedes__publisher", flat=True)
    assert list(chain) == ["Survey of Surveys"]
    assert state() == before
    assert counts(upload(importer, Source, rows)) == {"same": 3}


def test_a_new_mineral_is_an_entity_of_its_kind(importer: Client):
    confirm(importer, upload(importer, Mineral, [{"slug": "testium", "name": "Testium", "type": "element"}]))
    assert Mineral.objects.get(slug="testium").kind == "mineral"


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_import_once(db: None):
    client, other = log_in("curator", CURATOR), Client()
    make_records()
    other.force_login(User.objects.get(username="curator"))
    page = upload(client, Reserve, [NEW])
    first, second = overlapping(lambda: confirm(client, page), lambda: confirm(other, page))
    said = [messages_of(answer.result()) for answer in (first, second)]
    assert said[0][0].startswith("Imported sheet.csv: 1 new")
    assert said[1] == [GONE]
    assert Reserve.objects.filter(key=RESERVE["key"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_published_while_it_is_imported_is_not_overwritten(db: None):
    client = log_in("curator", CURATOR)
    make_records()
    draft = make_reserve("kaz-tin-draft", mineral=make_mineral("tin"))
    page = upload(client, Reserve, [{"key": draft.key, "verbatim": "12 tons"}])
    published, confirmed = overlapping(lambda: publish(draft), lambda: confirm(client, page))
    assert published.result()
    assert messages_of(confirmed.result()) == [CHANGED_SINCE]
    assert list(Reserve.objects.filter(key=draft.key).values_list("version", "verbatim")) == [(1, "10 tons")]
    confirm(client, confirmed.result())
    assert list(Reserve.objects.filter(key=draft.key).values_list("version", "verbatim")) == [
        (1, "10 tons"),
        (2, "12 tons"),
    ]


def test_a_correction_begun_elsewhere_is_changed_not_doubled(importer: Client, published: Reserve):
    correction: Any = make_correction(published, verbatim="11 tons")
    confirm(importer, upload(importer, Reserve, [{"key": published.key, "verbatim": "12 tons"}]))
    correction.refresh_from_db()
    assert correction.verbatim == "12 tons"
    assert Reserve.objects.filter(key=published.key).count() == 2
