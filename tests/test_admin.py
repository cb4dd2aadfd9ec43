"""The curators' admin: every page opens, and its acts keep to the rules of the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from minerals.models import Mineral, Reserve
from sources import ledger
from sources.models import Document, Fact, Move, Revision, Source, Term
from sources.registry import fact_models, record_models
from tests.curating.desk import (
    act,
    address,
    change,
    filled,
    in_review,
    logged_in,
    lost_link,
    messages_of,
    person,
    publish_edit,
)
from tests.factories import (
    document_of,
    make_country,
    make_event,
    make_mineral,
    make_partner,
    make_reserve,
    make_source,
    make_term,
    publish,
)

MODELS = [
    model
    for app in ("sources", "curating", "minerals", "projects")
    for model in apps.get_app_config(app).get_models()
    if model._meta.default_permissions  # what has none is no one's to look at, such as a file on its way in
]
READ_ONLY = {
    *("line", "fact", "entity", "revision", "citation", "document", "mention", "move", "party", "review", "step"),
    *("linkcheck", "archiveproposal"),
}
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\s(?:style|on[a-z]+)=\"")

pytestmark = pytest.mark.django_db


def named(model: Any) -> Any:
    return pytest.param(model, id=model._meta.model_name)


def newest() -> Revision:
    return Revision.objects.latest("number")


def body_of(key: str, kind: str = "reserve") -> str:
    """The JSON that the dataset shows of a thing now."""
    return Document.objects.standing().get(kind=kind, key=key).body


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("maria"))
    return client


@pytest.fixture
def staff() -> Callable[..., Client]:
    return lambda *permissions: logged_in(person("editor", "", *permissions))


@pytest.fixture
def draft() -> Reserve:
    return make_reserve("kaz-zinc-reserves-test")


@pytest.fixture
def reviewed(draft: Reserve) -> Reserve:
    """A draft that somebody else has entered and submitted."""
    in_review(draft, by=person("keeper"))
    return draft


@pytest.fixture
def desk(reviewed: Reserve) -> None:
    """Something of everything that the desk keeps."""
    lost_link()


@pytest.fixture
def published(draft: Reserve) -> Reserve:
    publish(draft)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def moved() -> Move:
    mineral = make_mineral("testium")
    ledger.record([mineral], author="curator", message="A mineral.")
    ledger.rename(mineral, "testium-metal", author="curator", message="Its name was misread.")
    return Move.objects.get()


def new_reserve(client: Client, **changes: Any) -> dict[str, Any]:
    entered = {
        "key": "kaz-tin-reserves-test",
        "mineral": make_mineral("tin").pk,
        "scope": "country",
        "country": make_country().pk,
        "category": "reserves",
        "verbatim": "10 tons",
        "comparator": "=",
        "value": "10",
        "unit": "t",
        "availability": "reported",
        "citations-0-source": make_source().pk,
        "citations-0-locator": "page 3",
    }
    return filled(client.get(address(Reserve, "add")), **entered | changes)


def test_every_model_is_registered():
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", [named(model) for model in MODELS])
def test_the_list_of_every_model_opens_searches_and_filters(curator: Client, desk: None, moved: Move, model: Any):
    page = curator.get(address(model, "changelist"))
    changes = page.context["cl"]
    filters = [list(spec.choices(changes))[-1]["query_string"] for spec in changes.filter_specs]
    queries = ["?q=zinc+kaz", *filters]
    statuses = {query: curator.get(address(model, "changelist") + query).status_code for query in queries}
    assert page.status_code == 200
    assert {query for query, status in statuses.items() if status != 200} == set()
    assert changes.result_count > 0
    assert not INLINE.search(page.text)


@pytest.mark.parametrize("model", [named(model) for model in MODELS])
def test_the_pages_of_every_model_open(curator: Client, desk: None, moved: Move, model: Any):
    add = curator.get(address(model, "add"))
    page = curator.get(address(model, "change", model.objects.first().pk), follow=True)
    assert add.status_code == (403 if model._meta.model_name in READ_ONLY else 200)
    assert page.status_code == 200
    assert not INLINE.search(add.text + page.text)


@pytest.mark.parametrize("model", [named(model) for model in fact_models().values()])
def test_the_form_of_a_fact_has_each_of_its_fields_once(model: Any):
    fieldsets = admin.site.get_model_admin(model).get_fieldsets(RequestFactory().get("/"))
    expected = [field.name for field in model._meta.fields if field.editable and not field.primary_key]
    assert sorted(flatten_fieldsets(fieldsets)) == sorted(set(expected) - {"version"})


@pytest.mark.parametrize("model", [named(model) for model in record_models().values()])
def test_entities_sources_and_terms_that_are_shown_keep_their_keys(curator: Client, model: Any):
    record = next(
        record for record in model.objects.all() if document_of(record.document_key, kind=model.document_kind)
    )
    page = curator.get(change(record))
    fields = page.context["adminform"].form.fields
    assert "revision_message" in fields
    assert not set(model.identity) & set(fields)
    assert curator.post(address(model, "delete", record.pk), {"post": "yes"}).status_code == 403


def test_a_fact_is_found_in_the_overview_and_opened_among_its_kind(curator: Client, draft: Reserve):
    page = curator.get(address(Fact, "changelist"), {"q": draft.key})
    assert change(draft) in page.text
    assert curator.get(address(Fact, "change", draft.pk)).headers["Location"] == change(draft)


def test_a_draft_is_entered_with_its_citation_and_published(curator: Client):
    saved = curator.post(address(Reserve, "add"), new_reserve(curator) | {"_publish": "Save and publish"}, follow=True)
    draft = Reserve.objects.get(key="kaz-tin-reserves-test")
    assert draft.is_draft
    assert saved.context["title"] == "Publish reserve"
    assert draft.key in saved.text

    page = act(curator, "publish", draft, message="Tin reserves of Kazakhstan.", alone="on")
    revision = newest()
    assert messages_of(page) == [f"Published in revision {revision.number}: {draft}."]
    assert (revision.author, revision.message) == ("maria", "Tin reserves of Kazakhstan.")
    assert '"locator":"page 3"' in body_of(draft.key)


def test_a_draft_without_a_citation_is_kept_but_not_published(curator: Client):
    curator.post(address(Reserve, "add"), new_reserve(curator, **{"citations-0-source": "", "citations-0-locator": ""}))
    draft = Reserve.objects.get(key="kaz-tin-reserves-test")
    before = newest()
    page = act(curator, "publish", draft, message="Try it.", alone="on")
    assert messages_of(page)[-1] == f"{draft} has no citation."
    assert "Try it." in page.text
    assert newest() == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "kaz-zinc-reserves-test"}, "A fact has this key already"),
        ({"unit": "stone"}, "stone is not one of the available choices"),
        ({"basis": "guesswork"}, "guesswork is not one of the available choices"),
        ({"value": "1" + "0" * 20, "unit": "Mt"}, "too large"),
        ({"scope": "world"}, "Name a country exactly where the scope is country."),
    ],
)
def test_a_bad_draft_is_refused_and_says_why(curator: Client, draft: Reserve, changes: dict[str, str], said: str):
    page = curator.post(address(Reserve, "add"), new_reserve(curator, **changes))
    errors = re.sub(r"<[^>]+>", "", str(page.context["errors"]))
    assert said in errors
    assert not Reserve.objects.filter(key="kaz-tin-reserves-test").exists()


def test_what_the_database_refuses_is_said_on_the_form(curator: Client, monkeypatch: pytest.MonkeyPatch):
    make_reserve("kaz-tin-reserves-test")
    monkeypatch.delattr("curating.forms.FactForm.clean_key")
    page = curator.post(address(Reserve, "add"), new_reserve(curator))
    assert page.status_code == 200
    assert "unique" in str(page.context["errors"]).lower()
    assert page.context["adminform"].form["verbatim"].value() == "10 tons"


def test_what_a_guard_refuses_is_said_on_the_form(curator: Client, published: Reserve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("curating.facts.FactAdmin.has_change_permission", lambda *_: True)
    page = curator.post(change(published), filled(curator.get(change(published)), note="Changed after all."))
    assert page.status_code == 200
    assert "never changes" in str(page.context["errors"])
    published.refresh_from_db()
    assert published.note == ""


def test_words_are_offered_from_their_vocabulary(curator: Client):
    make_term("basis", "testing_weight", definition="Without moisture.")
    page = curator.get(address(Reserve, "add"))
    offered = page.context["adminform"].form.fields["basis"].choices
    assert ("testing_weight", "testing_weight: Without moisture.") in offered
    assert f"{address(Term, 'add')}?vocabulary=basis" in page.text


def test_a_draft_is_changed_and_deleted(curator: Client, draft: Reserve):
    page = curator.get(change(draft))
    assert page.context["adminform"].form["value"].value() == "10"
    curator.post(
        change(draft),
        filled(
            page,
            **{"note": "Checked.", "citations-1-source": make_source("atlas").pk, "citations-1-place_unknown": "on"},
        ),
    )
    draft.refresh_from_db()
    assert draft.note == "Checked."
    assert [(citation.position, citation.source.key) for citation in draft.citations.all()] == [
        (1, "report-2024"),
        (2, "atlas"),
    ]

    page = curator.get(change(draft))
    curator.post(change(draft), filled(page, **{"citations-0-DELETE": "on"}))
    assert [(citation.position, citation.source.key) for citation in draft.citations.all()] == [(1, "atlas")]

    curator.post(address(Reserve, "delete", draft.pk), {"post": "yes"})
    assert not Fact.objects.filter(key=draft.key).exists()


def test_a_published_fact_can_only_be_looked_at(curator: Client, published: Reserve):
    page = curator.get(change(published))
    assert "so it never changes" in page.context["notice"]
    assert page.context["adminform"].form.fields == {}
    assert not page.context["inline_admin_formsets"][0].has_change_permission
    assert curator.post(change(published), {"key": "another"}).status_code == 403
    assert curator.post(address(Reserve, "delete", published.pk), {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [published.pk], "post": "yes"}
    assert curator.post(address(Reserve, "changelist"), selected).status_code in (200, 403)
    assert Reserve.objects.get(pk=published.pk).key == published.key


def test_a_correction_is_a_draft_with_all_citations_that_supersedes(curator: Client, published: Reserve):
    page = curator.post(address(Reserve, "correct", published.pk), follow=True)
    correction = Reserve.objects.get(key=published.key, version=2)
    assert page.redirect_chain[-1][0] == change(correction)
    assert correction.is_draft
    assert [citation.source for citation in correction.citations.all()] == [make_source()]

    again = curator.post(address(Reserve, "correct", published.pk), follow=True)
    assert again.redirect_chain[-1][0] == change(correction)

    curator.post(change(correction), filled(page, value="12", verbatim="12 tons"))
    act(curator, "publish", correction, message="The source was misread.", alone="on")
    published.refresh_from_db()
    assert (published.superseded_by_id, published.left_reason) == (correction.pk, "The source was misread.")
    assert '"12 tons"' in body_of(published.key)
    assert curator.get(change(published)).context["replaced_by"] == change(correction)
    page = curator.post(address(Reserve, "correct", published.pk), follow=True)
    assert messages_of(page) == [f"{published} was replaced: correct {correction} instead."]


def test_a_correction_keeps_the_parties_of_an_event(curator: Client):
    make_term("event-type", "agreement")
    event = make_event("agreement-test", parties=[make_partner("one", name="One"), make_partner("two", name="Two")])
    publish(event)
    curator.post(address(type(event), "correct", event.pk))
    correction = type(event).objects.get(key=event.key, version=2)
    assert [*correction.parties.values_list("partner__slug", flat=True)] == ["one", "two"]
    assert event.parties.count() == 2


def test_a_fact_is_withdrawn_for_a_reason_and_can_come_back(curator: Client, published: Reserve):
    page = act(curator, "withdraw", published, message=" ")
    assert "This field is required." in page.text
    page = act(curator, "withdraw", published, message="It counted ore, not metal.")
    published.refresh_from_db()
    assert published.left_reason == "It counted ore, not metal."
    assert document_of(published.key) is None
    assert curator.get(change(published)).context["correct_at"] == address(Reserve, "correct", published.pk)


def test_publishing_twice_makes_one_revision(curator: Client, reviewed: Reserve):
    first = act(curator, "publish", reviewed)
    before = newest()
    second = act(curator, "publish", reviewed)
    assert len(messages_of(first)) == 1
    assert messages_of(second) == [f"{reviewed} was published already, in revision {before.number} by maria."]
    assert newest() == before


def test_selected_drafts_are_published_as_one_revision(curator: Client):
    drafts = [make_reserve(f"kaz-zinc-reserves-test-{number}") for number in (1, 2)]
    before = newest().number
    selected = {"action": "publish_selected", "_selected_action": [draft.pk for draft in drafts]}
    page = curator.post(address(Reserve, "changelist"), selected)
    assert all(draft.key in page.text for draft in drafts)
    assert newest().number == before

    in_review(*drafts, by=person("keeper"))
    page = act(curator, "publish", *drafts)
    assert messages_of(page) == [f"Published in revision {before + 1}: 2 facts."]
    assert all(document_of(draft.key) for draft in drafts)


@pytest.mark.parametrize("query", ["", "?facts=", "?facts=x", "?facts=999999999999", "?facts=" + "9" * 40])
def test_an_act_on_no_fact_is_not_found(curator: Client, query: str):
    assert curator.get(address(Reserve, "publish") + query).status_code == 404


def test_renaming_an_entity_is_a_revision_that_shows_in_its_facts(curator: Client, published: Reserve):
    mineral, before = published.mineral, newest().number
    page = curator.get(change(mineral))
    refused = curator.post(change(mineral), filled(page, name="Zinc metal"))
    assert "revision_message" in refused.context["adminform"].form.errors

    publish_edit(curator, mineral, name="Zinc metal", revision_message="The usual name.")
    revision = newest()
    assert (revision.number, revision.message) == (before + 1, "The usual name.")
    assert "Zinc metal" in body_of(mineral.slug, "mineral")
    assert "Zinc metal" in body_of(published.key)

    page = curator.get(change(mineral))
    curator.post(change(mineral), filled(page, revision_message="Nothing in fact."))
    assert newest() == revision


def test_an_entity_that_is_not_shown_is_saved_without_a_revision_and_deleted(curator: Client):
    before = newest()
    page = curator.get(address(Mineral, "add"))
    curator.post(address(Mineral, "add"), filled(page, name="Testium", slug="testium", type="element"))
    mineral = Mineral.objects.get(slug="testium")
    assert "revision_message" not in curator.get(change(mineral)).context["adminform"].form.fields
    curator.post(change(mineral), filled(curator.get(change(mineral)), slug="testium-2"))
    mineral.refresh_from_db()
    assert mineral.slug == "testium-2"
    curator.post(address(Mineral, "delete", mineral.pk), {"post": "yes"})
    assert not Mineral.objects.filter(pk=mineral.pk).exists()
    assert newest() == before


EDITOR = ("view_reserve", "add_reserve", "change_reserve", "view_source", "view_mineral", "change_mineral")


def test_who_may_not_publish_may_still_draft(staff: Callable[..., Client], draft: Reserve):
    client = staff(*EDITOR)
    page = client.get(change(draft))
    assert not page.context["may_publish"]
    assert client.post(change(draft), filled(page, note="Draft only.")).status_code == 302
    assert client.get(address(Reserve, "publish"), {"facts": draft.pk}).status_code == 403
    assert act(client, "publish", draft).status_code == 403
    draft.refresh_from_db()
    assert (draft.note, draft.is_draft) == ("Draft only.", True)


def test_who_may_not_publish_changes_nothing_that_is_shown(staff: Callable[..., Client], published: Reserve):
    client = staff(*EDITOR)
    documents = Document.objects.count()
    assert act(client, "withdraw", published).status_code == 403
    changed = client.post(change(published.mineral), {"name": "Other", "revision_message": "Because."})
    assert changed.status_code == 403
    assert client.post(address(Reserve, "correct", published.pk)).status_code == 302
    assert Document.objects.count() == documents


def test_who_may_only_look_can_not_act(staff: Callable[..., Client], draft: Reserve):
    client = staff("view_reserve", "view_source", "publish_fact")
    assert client.get(address(Reserve, "changelist")).status_code == 200
    assert client.get(change(draft)).status_code == 200
    assert client.post(address(Reserve, "correct", draft.pk)).status_code == 403
    assert act(client, "publish", draft).status_code == 403
    assert client.get(address(Source, "add")).status_code == 403
