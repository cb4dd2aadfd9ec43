"""Before anything is published or withdrawn, a page shows exactly what readers will see change."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from curating.drafts import correction_of
from curating.preview import CHANGED_SINCE, NOT_SEEN, perform, preview_of
from curating.readable import IN_DETAIL, Field, Page, fields_of
from minerals.models import Reserve
from sources import ledger
from sources.models import Document, Fact, Revision
from sources.registry import fact_models
from tests import factories as make
from tests.curating.desk import act, address, change, filled, messages_of
from tests.factories import make_correction, make_reserve, make_source, publish
from tests.minerals.amounts import COUNTRIES, by_place, tons
from tests.minerals.amounts import draft as draft_of
from tests.test_admin import body_of, newest

pytestmark = pytest.mark.django_db

OTHER: dict[str, Any] = {"verbatim": "50 tons", "value": Decimal(50)}
"""What contradicts ten tons."""


@pytest.fixture
def reviewer(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("reviewer"))
    return client


def preview(client: Client, name: str, *facts: Fact) -> Page:
    """What the confirmation page of an act shows."""
    asked = {"facts": ",".join(str(fact.pk) for fact in facts)}
    response = client.get(address(type(facts[0]), name), asked)
    assert response.status_code == 200
    return response.context["page"]


def rows() -> dict[str, list[Any]]:
    """Everything that the database holds."""
    return {model._meta.label: [*model._default_manager.order_by("pk").values_list()] for model in apps.get_models()}


def standing() -> dict[tuple[str, str], str]:
    documents = Document.objects.standing()
    return {(kind, key): body for kind, key, body in documents.values_list("kind", "key", "body")}


def named(page: Page, title: str) -> list[str]:
    return [shown.change.key for group in page.groups if group.title == title for shown in group.detailed]


def rivals() -> tuple[Reserve, Reserve]:
    """A published claim, and a draft of another source that contradicts it."""
    first = make_reserve("testium-one", mineral=make.make_mineral("testium"))
    publish(first)
    second = make_reserve("testium-two", mineral=make.make_mineral("testium"), source=make_source("atlas"), **OTHER)
    return first, second


ACTS: dict[str, Callable[[], tuple[str, Fact]]] = {
    "publish a rival": lambda: ("publish", rivals()[1]),
    "withdraw": lambda: ("withdraw", rivals()[0]),
    "correct": lambda: ("publish", make_correction(rivals()[0], **OTHER)),
}


@pytest.mark.parametrize("case", ACTS)
def test_a_preview_leaves_the_database_and_its_answers_as_they_were(reviewer: Client, api: APIClient, case: str):
    name, fact = ACTS[case]()
    asked = "/api/v1/reserves/?mineral=testium"
    before, answer = rows(), api.get(asked)
    preview(reviewer, name, fact)
    again = api.get(asked)
    assert rows() == before
    assert (again.content, again.headers["ETag"]) == (answer.content, answer.headers["ETag"])
    assert again.headers["Dataset-Revision"] == answer.headers["Dataset-Revision"]


@pytest.mark.parametrize("case", ACTS)
def test_a_preview_shows_exactly_what_is_published_then(reviewer: Client, case: str):
    name, fact = ACTS[case]()
    before = standing()
    shown = preview(reviewer, name, fact).preview
    expected = dict(before)
    for one in shown.changes:
        assert one.before is None or before[one.kind, one.key] == one.before.body
        expected.pop((one.kind, one.key), None)
        if one.after:
            expected[one.kind, one.key] = one.after.body
    act(reviewer, name, fact, alone="on")
    assert standing() == expected
    assert newest().number == shown.revision


def test_what_a_preview_would_have_shown_is_not_remembered(reviewer: Client, api: APIClient):
    """The next revision has the number that the preview had, and may have its time."""
    tried = make_reserve("one-test", mineral=make.make_mineral("onium"))
    done = make_reserve("two-test", mineral=make.make_mineral("twoium"))
    preview(reviewer, "publish", tried)
    act(reviewer, "publish", done, alone="on")
    assert api.get("/api/v1/reserves/?mineral=onium").status_code == 400
    assert [row["key"] for row in api.get("/api/v1/reserves/?mineral=twoium").json()["results"]] == [done.key]


def test_a_dispute_that_arises_is_shown_on_both_sides(reviewer: Client):
    first, second = rivals()
    page = preview(reviewer, "publish", second)
    assert [(turn.begins, turn.key) for turn in page.disputes.shown] == [(True, first.key), (True, second.key)]
    assert (named(page, "Enters the dataset"), named(page, "Reads otherwise")) == (
        [second.key, "atlas"],
        [first.key],
    )
    [turned] = [shown for group in page.groups if group.title == "Reads otherwise" for shown in group.detailed]
    assert Field("disputed", "false", "true") in turned.fields
    assert "2 disputes arise" in page.summary

    act(reviewer, "publish", second, alone="on")
    page = preview(reviewer, "withdraw", first)
    assert [(turn.begins, turn.key) for turn in page.disputes.shown] == [(False, first.key), (False, second.key)]
    assert named(page, "Leaves the dataset") == [first.key]


def test_checks_that_fail_from_now_on_are_shown(reviewer: Client):
    source = make_source("early", published="2024-05")
    fact = make_reserve("testium-early", mineral=make.make_mineral("testium"), as_of="2030-01", source=source)
    page = preview(reviewer, "publish", fact)
    [turn] = page.checks.shown
    assert (turn.begins, turn.key) == (True, fact.key)
    assert turn.said.startswith("date_contradiction: The estimate is as of 2030-01")
    assert "1 check fails" in page.summary


def test_what_lists_no_longer_show_is_said(reviewer: Client):
    first, second = rivals()
    second.rank, second.rank_reason = "preferred", "It was measured."
    second.save()
    page = preview(reviewer, "publish", second)
    [outranked] = [shown for group in page.groups for shown in group.detailed if shown.change.key == first.key]
    assert "only to those who ask for all claims" in outranked.notes[0]


def total_of(api: APIClient) -> Any:
    summary = api.get("/api/v1/reserves/summary/?mineral=alphite&group_by=country").json()
    return summary["totals"][0]["total"]["value"], by_place(summary)["kaz"]["total"]["value"]


def test_a_total_that_a_correction_moves_is_shown_as_readers_get_it(reviewer: Client, api: APIClient):
    facts = [draft_of("reserve", f"alphite-{place}", place, tons(40), basis="contained_metal") for place in COUNTRIES]
    stated = draft_of("reserve", "alphite-world", "world", tons(160), basis="contained_metal")
    publish(*facts, stated)
    before = total_of(api)
    correction = make_correction(next(fact for fact in facts if fact.key == "alphite-kaz"), value=Decimal(1_040))
    page = preview(reviewer, "publish", correction)
    [moved] = page.moved.shown
    assert (moved.before, moved.after, moved.by) == ("160 t", "1,160 t", "+1,000")
    assert moved.of == "reserves: alphite, reserves, contained_metal"
    act(reviewer, "publish", correction, alone="on")
    assert (before, total_of(api)) == ((160, 40), (1_160, 1_040))

    page = preview(reviewer, "publish", make_correction(stated, value=Decimal(1_100)))
    [moved] = page.moved.shown
    assert (moved.before, moved.after) == ("160 t", "1,100 t")
    assert moved.of.endswith("as alphite-world states it")

    page = preview(reviewer, "withdraw", correction)
    assert [(moved.before, moved.after, moved.by) for moved in page.moved.shown] == [("1,160 t", "120 t", "-1,040")]


@pytest.mark.parametrize(
    ("quantity", "written"),
    [
        (tons("0.5", "~"), "about 40.5 t"),
        (tons(5, ">"), "at least 45 t"),
        (tons(5, "<"), "40 to 45 t"),
        ({"availability": "withheld"}, "at least 40 t"),
    ],
)
def test_totals_are_written_as_what_is_known_of_them(reviewer: Client, quantity: dict[str, Any], written: str):
    publish(draft_of("reserve", "alphite-chn", "chn", tons(40), basis="contained_metal"))
    fact = draft_of("reserve", "alphite-kaz", "kaz", quantity, basis="contained_metal")
    [moved] = preview(reviewer, "publish", fact).moved.shown
    assert (moved.before, moved.after) == ("40 t", written)


def test_what_becomes_a_bloc_of_countries_moves_totals():
    facts = [draft_of("reserve", f"alphite-{place}", place, tons(40), basis="contained_metal") for place in COUNTRIES]
    publish(*facts)
    country = make.make_country("usa")

    def regroup() -> Revision:
        country.type = "bloc"
        country.save()
        return ledger.record([country], author="reviewer", message="It is several countries.")

    moved = {one.of: (one.before, one.after) for one in preview_of(regroup).moved}
    assert moved["reserves: alphite, reserves, contained_metal"] == ("160 t", "120 t")


def called_otherwise(mineral: Any) -> Revision:
    mineral.name = "Alphite ore"
    mineral.save()
    return ledger.record([mineral], author="reviewer", message="Its usual name.")


def renamed(mineral: Any) -> Revision:
    return ledger.rename(mineral, "alphite-ore", author="reviewer", message="Its usual name.")


@pytest.mark.parametrize(("rename", "key"), [(called_otherwise, "alphite"), (renamed, "alphite-ore")])
def test_a_new_name_moves_no_total(rename: Callable[[Any], Revision], key: str):
    publish(draft_of("reserve", "alphite-kaz", "kaz", tons(40)))
    mineral = make.make_mineral("alphite")
    found = preview_of(lambda: rename(mineral))
    assert {change.key for change in found.changes} == {key, "alphite-kaz"}
    assert found.moved == ()


def test_a_check_that_fails_in_other_words_fails_as_before():
    source = make_source("early", published="2024-05")
    publish(make_reserve("testium-early", as_of="2030-01", source=source))
    page = Page(preview_of(lambda: ledger.rename(source, "earliest", author="reviewer", message="Its usual key.")))
    [change] = [change for change in page.preview.changes if change.key == "testium-early"]
    assert change.old["issues"] != change.new["issues"]
    assert (page.checks.shown, page.summary) == ([], ["2 documents read otherwise"])


def test_what_is_to_be_mended_is_said_instead(reviewer: Client):
    fact = make_reserve("testium-uncited")
    fact.citations.all().delete()
    response = reviewer.get(address(Reserve, "publish"), {"facts": fact.pk})
    assert response.context["page"].preview.refusal == f"{fact} has no citation."
    assert f"This can not be done yet. {fact} has no citation." in response.text


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "x" * 32}])
def test_nothing_is_published_that_was_not_seen(reviewer: Client, seen: dict[str, str]):
    fact, before = make_reserve("testium-unseen"), newest()
    data = {"facts": fact.pk, "message": "Take it as it is.", "alone": "on", **seen}
    response = reviewer.post(address(Reserve, "publish"), data)
    assert messages_of(response) == [CHANGED_SINCE if seen.get("seen") else NOT_SEEN]
    assert "Take it as it is." in response.text
    assert newest() == before


def change_the_draft(fact: Fact) -> None:
    Fact.objects.filter(pk=fact.pk).update(note="Changed in between.")


def publish_another(fact: Fact) -> None:
    publish(make_reserve("another-test"))


@pytest.mark.parametrize("meanwhile", [change_the_draft, publish_another])
def test_what_changed_in_between_is_shown_first(reviewer: Client, meanwhile: Callable[[Fact], None]):
    fact = make_reserve("testium-late")
    seen = preview(reviewer, "publish", fact).preview.token
    meanwhile(fact)
    before = newest()
    data = {"facts": fact.pk, "message": "As I saw it.", "alone": "on", "seen": seen}
    response = reviewer.post(address(Reserve, "publish"), data)
    assert messages_of(response) == [CHANGED_SINCE]
    assert "As I saw it." in response.text
    assert (newest(), Fact.objects.get(pk=fact.pk).is_draft) == (before, True)

    seen = response.context["page"].preview.token
    assert messages_of(reviewer.post(address(Reserve, "publish"), data | {"seen": seen}, follow=True)) == [
        f"Published in revision {before.number + 1}: {fact}."
    ]


def test_a_token_is_good_for_one_act_alone():
    first, second = make_reserve("testium-one"), make_reserve("testium-two")
    seen = preview_of(lambda: publish(first)).token
    with pytest.raises(ledger.LedgerError, match="something else than you were shown"):
        perform(lambda: publish(first, second), seen)
    assert perform(lambda: publish(first), seen) == newest()


def test_many_changes_are_named_and_the_first_are_shown_in_full(reviewer: Client):
    publish(make_reserve("testium-first"))
    facts = [make_reserve(f"testium-{number:02}") for number in range(IN_DETAIL + 2)]
    [entering, *_] = preview(reviewer, "publish", *facts).groups
    assert (entering.count, len(entering.detailed), len(entering.named)) == (len(facts), IN_DETAIL, 2)


@pytest.mark.parametrize("kind", fact_models())
def test_facts_of_every_kind_are_previewed_and_put_beside_their_corrections(reviewer: Client, kind: str):
    fact = make.make_fact(kind, f"{kind}-test")
    for name, vocabulary in fact.vocabularies.items():
        make.make_term(vocabulary, getattr(fact, name))
    assert named(preview(reviewer, "publish", fact), "Enters the dataset")
    publish(fact)
    draft, _ = correction_of(fact_models()[kind].objects.get(pk=fact.pk))
    beside = reviewer.get(change(draft)).context["beside"]
    assert beside.differing == []
    assert "Citation 1: source" in [row.label for row in beside.same]
    draft.note = "Read again."
    draft.save()
    [row] = reviewer.get(change(draft)).context["beside"].differing
    assert (row.label, row.current, row.draft) == ("Note", "", "Read again.")
    [corrected] = [group for group in preview(reviewer, "publish", draft).groups if group.title == "Is corrected"]
    assert Field("note", "", "Read again.") in corrected.detailed[0].fields


def test_the_draft_of_a_correction_stands_beside_what_it_corrects(reviewer: Client):
    event = make.make_event("signing-test", parties=[make.make_partner("one", name="One"), make.make_partner("two")])
    publish(event)
    page = reviewer.post(address(type(event), "correct", event.pk), follow=True)
    assert "Nothing differs yet" in page.text
    draft = page.context["original"]
    entered = {"title": "Contract signed", "parties-1-partner": make.make_partner("third", name="Third").pk}
    entered |= {
        "citations-0-locator": "page 7",
        "citations-1-source": make_source("atlas").pk,
        "citations-1-place_unknown": "on",
    }
    reviewer.post(change(draft), filled(page, **entered))
    page = reviewer.get(change(draft))
    differing = {row.label: (row.current, row.draft) for row in page.context["beside"].differing}
    assert differing["Title"] == ("Agreement signed", "Contract signed")
    assert differing["Party 2: partner"][1] == "Third"
    assert differing["Citation 1: locator"] == ("", "page 7")
    assert differing["Citation 2: source"] == ("", str(make_source("atlas")))
    assert "Party 1: partner" not in differing
    assert "What this correction changes" in page.text


def test_why_it_is_corrected_is_asked_and_kept(reviewer: Client):
    fact = make_reserve("testium-wrong")
    publish(fact)
    draft = make_correction(fact, **OTHER)
    form = reviewer.get(address(Reserve, "publish"), {"facts": draft.pk}).context["form"]
    assert "say what was wrong" in form.fields["message"].help_text
    act(reviewer, "publish", draft, alone="on", message="Ore was taken for metal.")
    fact.refresh_from_db()
    assert fact.left_reason == "Ore was taken for metal."
    assert '"50 tons"' in body_of(fact.key)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": None}, {"a": 0}, [("a", "", "0")]),
        ({"a": False}, {"a": True}, [("a", "false", "true")]),
        (None, {"a": {"b": "x", "c": None}, "d": []}, [("a.b", "", "x")]),
        ({"a": {"b": "x"}}, None, [("a.b", "x", "")]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 2.5}]}, [("a.1.b", "", "2.5")]),
        ({"a": None}, {"a": {"b": "y"}}, [("a.b", "", "y")]),
    ],
)
def test_fields_that_differ_are_told_apart_down_to_single_values(before: Any, after: Any, expected: list[Any]):
    assert [tuple(field) for field in fields_of(before, after)] == expected


def cited(key: str, position: int, locator: str | None = None) -> dict[str, Any]:
    return {"position": position, "source": {"key": key, "publisher": key.title()}, "locator": locator, "note": "Read."}


def test_items_of_lists_stand_beside_those_that_they_are_most_like():
    before, after = [cited("atlas", 1), cited("report", 2)], [cited("report", 1, "page 3")]
    assert [tuple(field) for field in fields_of({"citations": before}, {"citations": after})] == [
        ("citations.0.position", "2", "1"),
        ("citations.0.locator", "", "page 3"),
        ("citations.0 (leaves).position", "1", ""),
        ("citations.0 (leaves).source.key", "atlas", ""),
        ("citations.0 (leaves).source.publisher", "Atlas", ""),
        ("citations.0 (leaves).note", "Read.", ""),
    ]


def test_an_edit_of_what_is_shown_is_previewed_before_it_is_published(reviewer: Client):
    fact = make_reserve("testium-named", mineral=make.make_mineral("testium"))
    publish(fact)
    before = newest()
    data = filled(reviewer.get(change(fact.mineral)), name="Testium ore", revision_message="Its usual name.")
    response = reviewer.post(change(fact.mineral), data)
    page = response.context["page"]
    assert named(page, "Reads otherwise") == ["testium", fact.key]
    assert Field("name", "Testium", "Testium ore") in page.groups[0].detailed[0].fields
    fact.mineral.refresh_from_db()
    assert (fact.mineral.name, newest()) == ("Testium", before)
    assert (
        dict(response.context["posted"]).items()
        >= {"name": "Testium ore", "revision_message": "Its usual name."}.items()
    )

    again = reviewer.post(change(fact.mineral), data | {"_again": "Back to the form"})
    assert again.context["adminform"].form["name"].value() == "Testium ore"
    assert "Nothing was published yet" in again.text
    assert newest() == before

    seen = {"seen": page.preview.token}
    changed = reviewer.post(change(fact.mineral), data | seen | {"name": "Testium metal"})
    assert changed.context["said"] == CHANGED_SINCE
    assert newest() == before

    reviewer.post(change(fact.mineral), data | seen)
    assert newest().message == "Its usual name."
    assert '"Testium ore"' in body_of(fact.key)
