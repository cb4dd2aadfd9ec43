"""A draft on its way: entered, submitted, sent back, mended and published by somebody else, each step kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curating import findings, reviewing
from curating.models import Act, Review, State, Step
from minerals.models import Reserve
from sources import documents
from sources.models import Fact, Revision
from sources.registry import fact_models
from tests.curating.desk import act, address, change, filled, in_review, logged_in, messages_of, person, seen_at
from tests.factories import (
    LEAST,
    document_of,
    make_citation,
    make_fact,
    make_mineral,
    make_reserve,
    make_source,
    make_term,
    publish,
)

pytestmark = pytest.mark.django_db

QUEUE = "admin:curating_review_changelist"


def stands(fact: Fact) -> str:
    return Review.objects.get(pk=fact.pk).state


def steps_of(fact: Fact) -> list[tuple[str, str, str]]:
    return [(step.act, step.by.username, step.note) for step in fact.steps.select_related("by")]


def is_draft(fact: Fact) -> bool:
    return Fact.objects.get(pk=fact.pk).is_draft


def listed(page: Any) -> list[Fact]:
    return [review.fact for review in page.context["cl"].result_list]


def new_reserve(client: Client, **changes: Any) -> Any:
    entered = LEAST["reserve"]()
    named = {name: getattr(value, "pk", value) for name, value in entered.items()}
    data = {"key": "kaz-zinc-reserves-test", "citations-0-source": make_source().pk, **named, **changes}
    if not {"citations-0-locator", "citations-0-source"} & changes.keys():
        data["citations-0-place_unknown"] = "on"
    return client.post(address(Reserve, "add"), filled(client.get(address(Reserve, "add")), **data), follow=True)


def test_a_draft_goes_from_who_enters_it_to_who_publishes_it(curator: Client, reviewer: Client):
    page = new_reserve(curator, _submit="Save and submit for review", **{"citations-0-locator": "page 3"})
    draft = Reserve.objects.get(key="kaz-zinc-reserves-test")
    assert messages_of(page)[0] == f"Submitted for review: {draft}."
    assert [verb for verb, _ in page.context["next_acts"]] == []

    page = reviewer.get(change(draft))
    assert [verb for verb, _ in page.context["next_acts"]] == ["Publish", "Send back"]
    act(reviewer, "publish", draft, message="As the report has it.")
    assert document_of(draft.key)
    assert steps_of(draft) == [
        (Act.ENTERED, "curator", ""),
        (Act.SUBMITTED, "curator", ""),
        (Act.PUBLISHED, "reviewer", "As the report has it."),
    ]
    thread = reviewer.get(change(draft)).text
    assert thread.index("submitted for review") < thread.index("As the report has it.")


def test_a_draft_is_sent_back_mended_and_submitted_again(
    curator: Client, reviewer: Client, enterer: User, draft: Reserve
):
    in_review(draft, by=enterer)
    page = act(reviewer, "send_back", draft, message=" ")
    assert "This field is required." in page.text
    assert stands(draft) == State.IN_REVIEW

    act(reviewer, "send_back", draft, message="The report says 12 tons.")
    assert stands(draft) == State.RETURNED
    page = curator.get(change(draft))
    assert "sent back" in page.context["notice"]
    assert page.context["told"][0] == "Sent back by reviewer: The report says 12 tons."

    curator.post(change(draft), filled(page, value="12", verbatim="12 tons"))
    assert stands(draft) == State.RETURNED
    assert messages_of(act(reviewer, "publish", draft))[-1].startswith(f"{draft} is not in review")

    act(curator, "submit", draft, message="")
    assert stands(draft) == State.IN_REVIEW
    assert steps_of(draft)[2:] == [
        (Act.RETURNED, "reviewer", "The report says 12 tons."),
        (Act.CHANGED, "curator", "verbatim, value"),
        (Act.SUBMITTED, "curator", ""),
    ]


def test_a_draft_that_is_changed_in_review_is_a_draft_again(
    curator: Client, reviewer: Client, enterer: User, draft: Reserve
):
    in_review(draft, by=enterer)
    page = curator.get(change(draft))
    curator.post(change(draft), filled(page))
    assert stands(draft) == State.IN_REVIEW

    page = curator.post(change(draft), filled(page, **{"citations-0-locator": "page 4"}), follow=True)
    assert stands(draft) == State.DRAFT
    assert any("it is a draft again" in said for said in messages_of(page))
    assert steps_of(draft)[-1] == (Act.CHANGED, "curator", "citations")
    act(reviewer, "publish", draft)
    assert is_draft(draft)


def test_who_entered_or_changed_a_draft_does_not_publish_it(
    checker: User, reviewer: Client, enterer: User, draft: Reserve
):
    other = make_reserve("kaz-tin-reserves-test", mineral=make_mineral("tin"))
    reviewing.entered([draft, other], enterer)
    reviewing.changed(other, checker)
    reviewing.submit([draft, other], enterer)
    before = Revision.objects.count()
    page = act(reviewer, "publish", draft, other)
    assert messages_of(page) == [f"You entered or changed {other}: somebody else has to publish it."]
    assert Revision.objects.count() == before
    assert "alone" not in page.context["form"].fields
    assert 'value="Publish"' not in page.text
    assert [verb for verb, _ in reviewer.get(change(other)).context["next_acts"]] == ["Send back"]

    act(reviewer, "publish", other, alone="on")
    assert is_draft(other)
    act(reviewer, "publish", draft)
    assert not is_draft(draft)


def test_a_superuser_publishes_alone_only_by_saying_so(superuser: Client, draft: Reserve):
    user = User.objects.get(username="superuser")
    in_review(draft, by=user)
    page = superuser.get(address(Reserve, "publish"), {"facts": draft.pk})
    assert "alone" in page.context["form"].fields
    page = act(superuser, "publish", draft)
    assert messages_of(page) == [f"You entered or changed {draft}: somebody else has to publish it."]
    assert is_draft(draft)

    act(superuser, "publish", draft, message="Urgent.", alone="on")
    assert not is_draft(draft)
    assert steps_of(draft)[-1] == (Act.PUBLISHED, "superuser", f"Urgent. {reviewing.ALONE}")
    assert reviewing.ALONE in superuser.get(address(Reserve, "history", draft.pk)).text


def test_a_review_by_somebody_else_is_not_said_to_be_missing(superuser: Client, enterer: User, draft: Reserve):
    in_review(draft, by=enterer)
    page = superuser.get(address(Reserve, "publish"), {"facts": draft.pk})
    assert "alone" not in page.context["form"].fields
    act(superuser, "publish", draft, message="Read.", alone="on")
    assert steps_of(draft)[-1] == (Act.PUBLISHED, "superuser", "Read.")


def test_a_draft_from_files_is_submitted_by_one_and_published_by_another(
    checker: User, reviewer: Client, draft: Reserve
):
    assert "(draft)" in reviewer.get(change(draft)).context["notice"]
    page = act(reviewer, "publish", draft)
    assert messages_of(page) == [f"{draft} is not in review: it is a draft that is still to be submitted."]
    act(reviewer, "submit", draft, message="")
    act(reviewer, "publish", draft)
    assert is_draft(draft)
    act(logged_in(person("second", "reviewer")), "publish", draft)
    assert not is_draft(draft)


def test_what_the_ledger_would_refuse_is_saved_but_not_submitted(curator: Client):
    page = new_reserve(curator, _submit="1", **{"citations-0-source": ""})
    draft = Reserve.objects.get(key="kaz-zinc-reserves-test")
    assert messages_of(page) == [f"Saved, but not submitted. {draft} has no citation."]
    assert stands(draft) == State.DRAFT
    Reserve.objects.filter(pk=draft.pk).update(basis="guesswork")
    page = act(curator, "submit", draft, message="")
    assert "has no citation." in messages_of(page)[0]
    assert "“guesswork” is not a word of the vocabulary" in messages_of(page)[0]
    assert stands(draft) == State.DRAFT


def test_who_submits_is_told_what_the_reviewer_will_see(curator: Client):
    page = new_reserve(curator, _submit="1")
    assert any("no locator" in said for said in messages_of(page))
    assert stands(Reserve.objects.get(key="kaz-zinc-reserves-test")) == State.IN_REVIEW


def test_a_draft_is_submitted_once(curator: Client, enterer: User, draft: Reserve):
    in_review(draft, by=enterer)
    page = act(curator, "submit", draft, message="")
    assert messages_of(page) == [f"{draft} is in review already."]
    assert len(steps_of(draft)) == 2


def test_only_what_is_in_review_is_sent_back(reviewer: Client, draft: Reserve):
    assert "is not in review" in messages_of(act(reviewer, "send_back", draft))[0]
    publish(draft)
    assert "was published already" in messages_of(act(reviewer, "send_back", draft))[0]
    assert steps_of(draft) == []


@pytest.mark.parametrize("name", ["submit", "send_back", "publish", "withdraw"])
def test_looking_at_an_act_changes_nothing(superuser: Client, enterer: User, draft: Reserve, name: str):
    in_review(draft, by=enterer)
    before = steps_of(draft), Revision.objects.count()
    asked: Any = {"facts": draft.pk, "message": "Because.", "alone": "on"}
    page = superuser.get(address(Reserve, name), asked)
    assert page.status_code == 200
    assert (steps_of(draft), Revision.objects.count()) == before


def test_correcting_and_withdrawing_leave_steps(reviewer: Client, draft: Reserve):
    publish(draft)
    reviewer.post(address(Reserve, "correct", draft.pk))
    correction = Reserve.objects.get(key=draft.key, version=2)
    assert (stands(correction), steps_of(correction)) == (
        State.DRAFT,
        [(Act.ENTERED, "reviewer", f"A correction of {draft}.")],
    )
    reviewer.post(address(Reserve, "correct", draft.pk))
    assert len(steps_of(correction)) == 1

    act(reviewer, "withdraw", draft, message="It counted ore.")
    assert steps_of(draft) == [(Act.WITHDRAWN, "reviewer", "It counted ore.")]


def test_a_draft_is_deleted_with_its_steps(curator: Client, enterer: User, draft: Reserve):
    in_review(draft, by=enterer)
    curator.post(address(Reserve, "delete", draft.pk), {"post": "yes"})
    assert not Fact.objects.filter(pk=draft.pk).exists()
    assert not Step.objects.filter(fact=draft.pk).exists()


@pytest.mark.parametrize("kind", fact_models())
def test_every_kind_is_submitted_and_published(enterer: User, reviewer: Client, kind: str):
    draft = make_fact(kind, f"{kind}-test")
    for field, vocabulary in draft.vocabularies.items():
        if word := getattr(draft, field):
            make_term(vocabulary, word)
    in_review(draft, by=enterer)
    act(reviewer, "publish", draft)
    assert document_of(draft.key, kind=kind)


@pytest.fixture
def queued(enterer: User, checker: User) -> list[Fact]:
    """Drafts of two kinds in review, entered by two people, and one that was sent back."""
    drafts = [make_reserve("queue-reserve"), make_fact("component", "queue-component"), make_reserve("queue-returned")]
    in_review(drafts[0], drafts[2], by=enterer)
    in_review(drafts[1], by=checker)
    reviewing.send_back(drafts[2:], checker, "Mend it.")
    Review.objects.filter(pk=drafts[0].pk).update(since=timezone.now() - timedelta(days=3))
    return [Fact.objects.get(pk=draft.pk) for draft in drafts]


def test_the_queue_tells_what_waits_for_how_long_and_who_entered_it(reviewer: Client, queued: list[Fact]):
    page = reviewer.get(reverse(QUEUE))
    assert listed(page) == queued[:2]
    assert "3\xa0days" in page.text
    assert [review.names for review in page.context["cl"].result_list] == [["curator"], ["reviewer"]]
    assert "no locator" in page.text
    assert change(Reserve.objects.get(pk=queued[0].pk)) in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "returned"}, [2]),
        ({"state": "all"}, [0, 1, 2]),
        ({"state": "draft"}, []),
        ({"fact__kind": "component"}, [1]),
        ({"person": "curator"}, [0]),
        ({"person": "nobody-here"}, []),
        ({"q": "queue-res"}, [0]),
    ],
)
def test_the_queue_is_filtered(reviewer: Client, queued: list[Fact], query: dict[str, str], expected: list[int]):
    assert listed(reviewer.get(reverse(QUEUE), query)) == [queued[place] for place in expected]


def test_the_queue_takes_as_many_queries_for_many_drafts_as_for_few(
    reviewer: Client, enterer: User, queued: list[Fact], django_assert_num_queries: Any
):
    with CaptureQueriesContext(connection) as few:
        reviewer.get(reverse(QUEUE))
    in_review(*(make_reserve(f"queue-reserve-{number}") for number in range(20)), by=enterer)
    with django_assert_num_queries(len(few)):
        assert len(listed(reviewer.get(reverse(QUEUE)))) == 22


def test_publishing_asks_the_database_little_of_each_draft(enterer: User, checker: User):
    def queries(*keys: str) -> int:
        drafts = [make_reserve(key) for key in keys]
        in_review(*drafts, by=enterer)
        with CaptureQueriesContext(connection) as asked:
            reviewing.publish(drafts, checker, "As the source says.")
        return len(asked)

    one, ten = queries("cost-one"), queries(*(f"cost-{number}" for number in range(10)))
    assert ten - one <= 9 * len(Reserve.entity_fields), "Of each draft only the entities that it names are looked up."


def test_drafts_of_several_kinds_are_published_from_the_queue_as_one_revision(queued: list[Fact]):
    client = logged_in(person("second", "reviewer"))
    before = Revision.objects.count()
    selected = {"action": "publish_selected", "_selected_action": [fact.pk for fact in queued[:2]]}
    page = client.post(reverse(QUEUE), selected)
    assert all(fact.key in page.text for fact in queued[:2])
    assert Revision.objects.count() == before

    data = {"facts": page.context["asked"], "message": "Both read.", "seen": page.context["page"].preview.token}
    page = client.post(page.context["address"], data, follow=True)
    assert page.redirect_chain[-1][0] == reverse(QUEUE)
    assert Revision.objects.count() == before + 1
    assert not any(is_draft(fact) for fact in queued[:2])


def test_drafts_are_sent_back_from_the_queue_together(reviewer: Client, queued: list[Fact]):
    selected = {"action": "send_back_selected", "_selected_action": [fact.pk for fact in queued[:2]]}
    page = reviewer.post(reverse(QUEUE), selected)
    data = {"facts": page.context["asked"], "message": "Name the pages."}
    reviewer.post(page.context["address"], data)
    assert [stands(fact) for fact in queued] == [State.RETURNED] * 3


def test_facts_of_several_kinds_take_the_rights_to_each(enterer: User, queued: list[Fact]):
    client = logged_in(person("half", "", "view_review", "view_fact", "change_reserve", "publish_fact"))
    facts = ",".join(str(fact.pk) for fact in queued[:2])
    assert client.post(address(Fact, "publish"), {"facts": facts, "message": "Both."}).status_code == 403
    data = {"facts": queued[0].pk, "message": "One.", "seen": seen_at(client, address(Fact, "publish"), queued[0].pk)}
    assert client.post(address(Fact, "publish"), data).status_code == 302
    assert [is_draft(fact) for fact in queued[:2]] == [False, True]


def test_the_front_page_tells_what_waits_for_whom(curator: Client, reviewer: Client, queued: list[Fact]):
    def waiting(client: Client) -> dict[str, str]:
        page = client.get(reverse("admin:index"))
        return {one.words: one.address for one in page.context["waiting"] if f"{one.count} {one.words}" in page.text}

    assert list(waiting(curator)) == ["sent back to you"]
    assert listed(curator.get(waiting(curator)["sent back to you"])) == [queued[2]]
    assert "Nothing." in logged_in(person("onlooker", "viewer")).get(reverse("admin:index")).text
    assert "1 in review, entered by others" in reviewer.get(reverse("admin:index")).text


def remarks_on(draft: Fact) -> list[str]:
    return findings.remarks(documents.load([draft.pk]))[draft.pk]


def test_a_draft_with_nothing_missing_has_no_remarks(db: None):
    draft = make_reserve("iceland-test-reserves", mineral=make_mineral("testium"))
    draft.citations.update(locator="page 3")
    make_citation(draft, make_source("second"), note="A page without numbers.")
    assert remarks_on(draft) == []


def test_a_reviewer_is_told_what_is_missing(db: None):
    draft = make_reserve("testium-reserves", mineral=make_mineral("testium"), verbatim="")
    draft.citations.update(via=make_source("paper"), support="doubtful")
    assert remarks_on(draft) == [
        "no locator, nor a note that says why: report-2024",
        "the source itself was never seen",
        "supported doubtful",
        "one source only",
        "the figure is not given in the source's words",
    ]


def test_a_reviewer_is_told_of_a_dispute_before_it_arises(db: None):
    mineral = make_mineral("testium")
    standing = make_reserve("testium-reserves", mineral=mineral)
    publish(standing)
    rival = make_reserve("testium-rival", mineral=mineral, source=make_source("second"), value=99, verbatim="99 tons")
    same = make_reserve("testium-same", mineral=mineral, source=make_source("third"))
    assert "would be disputed" in remarks_on(rival)
    assert "would be disputed" not in remarks_on(same)
    publish(rival)
    document = document_of(rival.key)
    assert document
    assert document.disputed
