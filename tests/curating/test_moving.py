"""Renaming and merging at the desk."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from curating import reviewing
from curating.drafts import correction_of
from curating.models import Act, State
from curating.preview import CHANGED_SINCE, NOT_SEEN
from curating.readable import MOST_LISTED
from minerals.models import Country, Mineral, Reserve
from sources import ledger
from sources.models import Document, Entity, Fact, Move, Revision, Source
from sources.registry import entity_models
from tests import factories as make
from tests.curating.desk import in_review, user_named
from tests.curating.test_merge import WHY, A, B, after, before, get, merged, minerals
from tests.endpoints import ROOT, Get
from tests.sources.breaches import contents

__all__ = ["after", "before", "get"]

pytestmark = pytest.mark.django_db

MOVABLE: list[Any] = [Source, *entity_models().values()]


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("curator"))
    return client


@pytest.fixture
def staff() -> Callable[..., Client]:
    def log_in(*permissions: str) -> Client:
        user = User.objects.create_user("editor", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return log_in


def page(record: Any, name: str) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{name}", args=[record.pk])


def said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def confirmed(client: Client, address: str, data: dict[str, Any]) -> Any:
    """Look at the preview, and then do it."""
    preview = client.post(address, data | {"_preview": "Preview"})
    assert preview.context["page"], preview.context["form"].errors
    seen = preview.context["page"].preview.token
    return client.post(address, data | {"_confirm": "Do it", "seen": seen}, follow=True)


def changed(response: Any, title: str) -> set[str]:
    """The keys of what a preview shows as changed in one way."""
    groups = [group for group in response.context["page"].groups if group.title == title]
    return {shown.change.key for group in groups for shown in (*group.detailed, *group.named)}


@pytest.mark.parametrize("model", [pytest.param(model, id=model._meta.model_name) for model in MOVABLE])
@pytest.mark.parametrize("act", ["rename", "merge"])
def test_every_kind_has_the_pages(curator: Client, model: Any, act: str) -> None:
    record = next(
        one for one in model.objects.all() if Document.objects.standing().filter(key=one.document_key).exists()
    )
    links = curator.get(page(record, "change")).content.decode()
    response = curator.get(page(record, act))

    assert page(record, act) in links
    assert response.status_code == HTTPStatus.OK
    assert 'name="message"' in response.content.decode()
    assert " style=" not in response.content.decode()


def test_looking_changes_nothing(curator: Client, before: Revision) -> None:
    record, into = minerals()
    was = contents()
    curator.get(page(record, "merge"))
    curator.get(page(record, "rename"))
    curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})
    curator.post(page(record, "rename"), {"name": "New", "key": "new", "message": WHY})

    assert contents() == was


def test_renaming_at_the_desk(curator: Client, before: Revision, get: Get) -> None:
    record = Mineral.objects.get(slug=B)
    address = page(record, "rename")
    data = {"name": "Testite", "key": "testite", "keep_name": "on", "message": WHY}
    preview = curator.post(address, data)
    done = confirmed(curator, address, data)

    assert changed(preview, "Reads otherwise") == {"testite", "of-b", "output-of-b", "listed-b", "member-b"}
    assert "5 documents read otherwise" in preview.content.decode()
    assert "Renamed in revision" in said(done)
    shown = get(f"{ROOT}minerals/testite/").json()
    assert (shown["name"], shown["aliases"]) == ("Testite", ["Ore of Testium"])
    assert get(f"{ROOT}minerals/{B}/").status_code == HTTPStatus.PERMANENT_REDIRECT
    assert Revision.objects.latest("number").author == "curator"


def test_a_name_alone_is_changed_too(curator: Client, before: Revision, get: Get) -> None:
    record = Mineral.objects.get(slug=B)
    confirmed(curator, page(record, "rename"), {"name": "Testite", "key": B, "message": WHY})

    assert get(f"{ROOT}minerals/{B}/").json()["name"] == "Testite"
    assert get(f"{ROOT}minerals/{B}/").json()["aliases"] == []
    assert not Move.objects.filter(key=B).exists()


def test_merging_at_the_desk(curator: Client, before: Revision, get: Get) -> None:
    record, into = minerals()
    make.make_reserve("drafted", mineral=record)
    preview = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})
    merger, text = preview.context["merger"], preview.content.decode()
    done = confirmed(curator, page(record, "merge"), {"into": into.pk, "message": WHY})

    assert changed(preview, "Is corrected") == {"of-b", "output-of-b", "listed-b", "member-b"}
    assert {(turn.begins, turn.key) for turn in preview.context["page"].disputes.shown} == {
        (True, "of-a"),
        (True, "of-b"),
    }
    assert [(one.fact.key, one.names_both, one.same) for one in merger.looked_at.shown] == [("member-b", True, [])]
    assert [draft.key for draft, _, _ in merger.drafts.shown] == ["drafted"]
    assert merger.aliases == ["Ore of Testium", "Testite"]
    for words in ("4 documents are corrected", "It names both", "2 disputes arise", "Drafts that will name"):
        assert words in text
    assert "Merged in revision" in said(done)
    assert f'became part of <a href="{page(into, "change")}">{A}</a>' in done.content.decode()
    assert get(f"{ROOT}minerals/{B}/").status_code == HTTPStatus.PERMANENT_REDIRECT


def test_facts_that_say_the_same_are_named(curator: Client, before: Revision) -> None:
    record, into = minerals()
    make.publish(make.make_reserve("twin", mineral=into, country=Country.objects.get(slug="testland"), value=30))
    preview = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})

    shown = preview.context["merger"].looked_at.shown
    assert [(one.fact.key, one.same) for one in shown if one.same] == [("of-b", ["twin"])]
    assert "It will say the same as twin" in preview.content.decode()


def test_what_is_lost_of_its_own_is_named(curator: Client, before: Revision) -> None:
    record, into = minerals()
    record.type = "material"
    record.save()
    ledger.record([record], author="curator", message="It is a material.")
    preview = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})

    assert preview.context["merger"].lost == [("type", "material", "element")]


def test_what_changed_since_the_preview_is_looked_at_again(curator: Client, before: Revision) -> None:
    record, into = minerals()
    data = {"into": into.pk, "message": WHY}
    seen = curator.post(page(record, "merge"), data).context["page"].preview.token
    make.publish(make.make_reserve("meanwhile", mineral=record))
    response = curator.post(page(record, "merge"), data | {"_confirm": "Merge", "seen": seen})

    assert said(response) == CHANGED_SINCE
    assert "meanwhile" in changed(response, "Is corrected")
    assert not Move.objects.filter(key=B).exists()


def test_a_refusal_says_why_and_keeps_what_was_typed(curator: Client, before: Revision) -> None:
    record, into = minerals()
    correction_of(Reserve.objects.get(key="of-b"))
    merging = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})
    renaming = curator.post(page(record, "rename"), {"name": "New", "key": A, "message": WHY})
    unchanged = curator.post(page(record, "rename"), {"name": record.name, "key": B, "message": WHY})
    unpublished = curator.post(page(record, "merge"), {"into": make.make_mineral("draftium").pk, "message": WHY})

    assert "publish or delete it first" in merging.content.decode()
    assert WHY in merging.content.decode()
    assert "is or was the slug of another mineral" in renaming.content.decode()
    assert "Nothing is changed" in unchanged.content.decode()
    assert "publish it first" in unpublished.content.decode()
    assert all(one.context["page"] is None for one in (renaming, unchanged, unpublished))
    assert all('name="_confirm"' not in one.text for one in (merging, renaming, unchanged, unpublished))


def test_only_who_may_publish_may_move(staff: Callable[..., Client], before: Revision) -> None:
    record, into = minerals()
    client, was = staff("view_mineral", "change_mineral", "add_mineral", "delete_mineral"), contents()

    for act in ("rename", "merge"):
        assert client.get(page(record, act)).status_code == HTTPStatus.FORBIDDEN
        data = {"into": into.pk, "name": "New", "key": "new", "message": WHY, "_confirm": "Do it"}
        assert client.post(page(record, act), data).status_code == HTTPStatus.FORBIDDEN
        assert page(record, act) not in client.get(page(record, "change")).content.decode()
    assert Client().get(page(record, "merge")).status_code == HTTPStatus.FOUND
    assert contents() == was


def test_what_was_merged_is_only_looked_at(curator: Client, after: Revision) -> None:
    record = Mineral.objects.get(slug=B)
    shown = curator.get(page(record, "change"))
    curator.post(page(record, "change"), {"name": "Rewritten", "slug": B, "type": "element", "aliases": ""})
    curator.post(page(record, "delete"), {"post": "yes"})
    renaming = curator.get(page(record, "rename"), follow=True)

    assert "became part of" in shown.content.decode()
    assert 'name="name"' not in shown.content.decode()
    assert "is not in the dataset" in said(renaming)
    assert Entity.objects.get(pk=record.pk).name == "Ore of Testium"


def test_what_was_merged_is_not_offered_any_more(curator: Client, before: Revision) -> None:
    asked = {"app_label": "minerals", "model_name": "reserve", "field_name": "mineral", "term": "testi"}
    record, into = minerals()

    def offered() -> set[str]:
        found = curator.get(reverse("admin:autocomplete"), asked).json()["results"]
        return {one["id"] for one in found}

    assert offered() == {str(record.pk), str(into.pk)}
    merged(record, into)
    assert offered() == {str(into.pk)}


def test_what_is_not_published_is_changed_as_it_is(curator: Client) -> None:
    draft = make.make_mineral("draftium")

    assert page(draft, "rename") not in curator.get(page(draft, "change")).content.decode()
    assert "is not in the dataset" in said(curator.get(page(draft, "rename"), follow=True))


def test_history_says_who_published_what_a_merger_corrected(curator: Client, before: Revision) -> None:
    record, into = minerals()
    confirmed(curator, page(record, "merge"), {"into": into.pk, "message": WHY})

    for key in ("of-b", "output-of-b", "listed-b", "member-b"):
        fact = Fact.objects.get(key=key, version=2).as_kind
        assert [(step.act, step.by.username, step.note) for step in fact.steps.all()] == [("published", "curator", WHY)]
        shown = curator.get(page(fact, "change"))
        assert "What was done, and by whom" in shown.text
        assert f"<td>curator</td><td>{Act.PUBLISHED.label}</td>" in shown.text


def test_a_draft_in_review_that_a_merger_changes_has_to_be_submitted_again(curator: Client, before: Revision) -> None:
    record, into = minerals()
    waiting, entered = make.make_reserve("waiting", mineral=record), make.make_reserve("entered", mineral=record)
    in_review(waiting, by=user_named("enterer"))
    preview = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})
    assert reviewing.states([waiting]) == {waiting.pk: State.IN_REVIEW}
    confirmed(curator, page(record, "merge"), {"into": into.pk, "message": WHY})

    assert [(draft.key, left) for draft, _, left in preview.context["merger"].drafts.shown] == [
        ("entered", False),
        ("waiting", True),
    ]
    assert preview.text.count("it is in review, and will have to be submitted once more") == 1
    assert set(reviewing.states([waiting, entered]).values()) == {State.DRAFT}
    for draft in (waiting, entered):
        step = draft.steps.latest("pk")
        assert (step.act, step.by.username) == (Act.CHANGED, "curator")
        assert step.note == f"The mineral “{B}” was merged into “{A}”: {WHY}"


@pytest.mark.parametrize("entered", [{"name": "Other"}, {"key": "other"}, {"keep_name": ""}])
def test_what_was_entered_since_the_preview_is_looked_at_first(
    curator: Client, before: Revision, entered: dict[str, str]
) -> None:
    record = Mineral.objects.get(slug=B)
    data = {"name": "Testium sulfide", "key": "sulfide", "keep_name": "on", "message": WHY}
    seen = curator.post(page(record, "rename"), data).context["page"].preview.token
    again = curator.post(page(record, "rename"), data | entered | {"_confirm": "Rename", "seen": seen})
    assert said(again) == CHANGED_SINCE
    assert Revision.objects.current() == before

    seen = again.context["page"].preview.token
    done = curator.post(page(record, "rename"), data | entered | {"_confirm": "Rename", "seen": seen}, follow=True)
    assert "Renamed in revision" in said(done)


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "x" * 32}])
def test_nothing_is_moved_that_was_not_seen(curator: Client, before: Revision, seen: dict[str, str]) -> None:
    record, into = minerals()
    response = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY, "_confirm": "Merge", **seen})
    assert said(response) == (CHANGED_SINCE if seen.get("seen") else NOT_SEEN)
    assert Revision.objects.current() == before


def test_a_merger_of_many_names_what_is_to_be_looked_at_among_them(curator: Client, before: Revision) -> None:
    record, into = minerals()
    keys = [f"many-{number:03}" for number in range(MOST_LISTED + 2)]
    countries = [make.make_country(f"land-{key}", f"L{number:02}") for number, key in enumerate(keys)]
    publish = [make.make_reserve(key, mineral=record, country=land) for key, land in zip(keys, countries, strict=True)]
    publish += [make.make_reserve("twin-of-last", mineral=into, country=countries[-1])]
    make.publish(*publish)
    preview = curator.post(page(record, "merge"), {"into": into.pk, "message": WHY})

    looked_at = preview.context["merger"].looked_at
    assert {one.fact.key: one.same for one in looked_at.shown if one.same} == {keys[-1]: ["twin-of-last"]}
    assert looked_at.others == 0
