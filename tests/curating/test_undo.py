"""A revision is undone by a further one, which brings back what stood before; the history keeps both."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from curating.models import Act, Step
from curating.preview import NOT_SEEN
from curating.undoing import undo, undoing
from sources import ledger
from sources.dataset.restoring import state_of
from sources.ledger import Change, LedgerError
from sources.models import Document, Fact, Revision
from tests.curating.desk import logged_in, messages_of, person
from tests.curating.test_preview import rows
from tests.factories import (
    document_of,
    make_correction,
    make_event,
    make_fact,
    make_list,
    make_mineral,
    make_partner,
    make_reserve,
    make_source,
    make_term,
    publish,
)
from tests.sources.changes import conftest as of_changes
from tests.sources.changes.test_mirror import acts
from tests.sources.changes.test_mirror import publish as publish_acts
from tests.test_admin import newest

pytestmark = pytest.mark.django_db
empty_dataset = of_changes.empty_dataset

WHY = "It was read in the wrong table."
State = dict[tuple[str, str], Any]


def standing() -> State:
    """What readers get of everything, but for the numbers of versions and revisions."""
    documents = Document.objects.standing()
    found = {}
    for kind, key, best, body in documents.values_list("kind", "key", "best", "body"):
        said = orjson.loads(body)
        found[kind, key] = best, {name: value for name, value in said.items() if name not in ("version", "revision")}
    return found


def withdraw(*facts: Fact) -> Revision:
    return ledger.withdraw(facts, author="curator", reason="The source took it back.")


def edited(record: Any, **fields: Any) -> Revision:
    for name, value in fields.items():
        setattr(record, name, value)
    record.save()
    return ledger.record([record], author="curator", message="Known better.")


def undone(revision: Revision) -> Revision:
    return undo(revision, User.objects.get_or_create(username="reviewer")[0], WHY)


history = st.lists(st.lists(acts, min_size=1, max_size=5), min_size=1, max_size=6)


@pytest.mark.usefixtures("empty_dataset")
@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(history=history)
def test_undoing_the_last_of_any_acts_brings_back_what_stood_before_it(history: list[Any]):
    with transaction.atomic():
        *earlier, last = history
        for together in earlier:
            publish_acts(together)
        before = standing()
        publish_acts([one for one in last if one[0] != "move"])
        after, revision = standing(), newest()
        shown_first = {name: cells for name, cells in own_states().items() if name not in before}
        found = undoing(revision)
        if found.obstacles:
            assert (found.leaving, found.returning, found.records) == ([], [], [])
            assert {name: said for name, said in after.items() if name not in shown_first} == before
        else:
            undone(revision)
            assert {name: said for name, said in standing().items() if name not in shown_first} == before
            assert own_states().items() >= shown_first.items()
            undone(newest())
            assert standing() == after
        transaction.set_rollback(True)


def own_states() -> State:
    """What sources, entities and words say of themselves, apart from what facts and other records make of them."""
    records = Document.objects.standing().filter(fact__isnull=True)
    return {(record.kind, record.key): state_of(record) for record in records}


def test_what_entered_is_withdrawn():
    before = standing()
    fact = make_reserve("testium-new")
    revision = publish(fact)
    made = undone(revision)
    fact.refresh_from_db()
    assert (fact.left_in, fact.superseded_by) == (made, None)
    assert fact.left_reason == made.message == f"Undoes revision {revision.number}: {WHY}"
    assert made.author == "reviewer"
    assert {name: said for name, said in standing().items() if name in before} == before
    assert document_of(fact.key) is None
    assert document_of(fact.key, revision=revision)


def test_what_was_corrected_comes_back_as_a_further_version_with_all_that_belongs_to_it():
    make_term("event-type", "agreement")
    event = make_event("signing-test", parties=[make_partner("one", name="One"), make_partner("two", name="Two")])
    event.citations.update(locator="page 3")
    publish(event)
    before = standing()
    correction = make_correction(event, title="Contract signed", source=make_source("atlas"))
    revision = publish(correction, message="Another name.")
    made = undone(revision)
    assert standing()["event", event.key] == before["event", event.key]
    correction.refresh_from_db()
    third = type(event).objects.get(key=event.key, version=3)
    assert (correction.left_in, correction.superseded_by_id) == (made, third.pk)
    assert [*third.parties.values_list("partner__slug", "position")] == [("one", 1), ("two", 2)]
    assert [*third.citations.values_list("source__key", "locator")] == [("report-2024", "page 3")]


def test_what_was_withdrawn_comes_back():
    fact = make_reserve("testium-back")
    publish(fact)
    before = standing()
    undone(withdraw(fact))
    assert standing() == before
    assert Fact.objects.live().get(key=fact.key).version == 2


def test_records_say_again_what_they_said_before():
    listed = make_list("testium-list")
    fact = make_fact("designation", "testium-listed", list=listed)
    old, new = make_source("edition-1"), make_source("edition-2", authors="A|B", published="2024-06", data_year=2023)
    publish(fact, make_reserve("testium-cited", source=new), make_reserve("testium-older", source=old))
    before = standing()
    first = edited(listed, official_count=7, complete=True, aliases="Other name|More")
    second = edited(new, supersedes=old, title="", authors="C", data_year=None, not_before=None)
    third = edited(make_mineral(), name="Zincum")
    for revision in (third, first, second):
        assert standing() != before
        undone(revision)
    assert standing() == before
    new.refresh_from_db()
    assert (new.supersedes, new.authors, new.data_year) == (None, "A|B", 2023)


def test_everything_that_one_revision_did_is_undone_by_one():
    gone, wrong = make_reserve("testium-gone"), make_reserve("testium-wrong")
    mineral = make_mineral("testium", name="Testium")
    publish(gone, wrong, make_reserve("testium-named", mineral=mineral))
    before = standing()
    mineral.name = "Testium metal"
    mineral.save()
    enter = [make_reserve("testium-new"), make_correction(wrong, value=Decimal(20))]
    revision = ledger.commit(
        Change("curator", "Much at once.", [fact.pk for fact in enter], {gone.pk: "Taken back."}, records=[mineral])
    )
    undone(revision)
    assert newest().number == revision.number + 1
    assert standing() == before


def corrected_since(fact: Fact) -> None:
    publish(make_correction(fact, note="Read again."))


def withdrawn_since(fact: Fact) -> None:
    withdraw(fact)


@pytest.mark.parametrize(("later", "said"), [(corrected_since, "corrected"), (withdrawn_since, "withdrawn")])
def test_what_later_acts_built_on_is_not_undone(later: Callable[[Fact], None], said: str):
    fact = make_reserve("testium-built")
    revision = publish(fact)
    later(fact)
    with pytest.raises(LedgerError, match=f"{fact}, which entered in it, was {said} in revision {newest().number}"):
        undone(revision)


def test_what_came_back_since_is_not_undone():
    fact = make_reserve("testium-back")
    publish(fact)
    revision = withdraw(fact)
    publish(make_correction(fact))
    with pytest.raises(LedgerError, match=f"{fact.key}, which was withdrawn in it, came back as {fact.key} v2"):
        undone(revision)


def test_a_draft_of_the_same_claim_is_in_the_way_until_it_is_deleted():
    fact = make_reserve("testium-back")
    publish(fact)
    revision = withdraw(fact)
    draft = make_correction(fact)
    with pytest.raises(LedgerError, match=f"{draft} is a draft of the same claim"):
        undone(revision)
    draft.delete()
    assert undone(revision) == newest()


def test_a_record_that_was_changed_again_is_not_undone_but_by_turns():
    mineral = make_mineral("testium")
    publish(make_reserve("testium-named", mineral=mineral))
    before = standing()
    first = edited(mineral, name="Testium metal")
    publish(make_fact("designation", "testium-listed", mineral=mineral))
    second = edited(mineral, name="Testium ore")
    with pytest.raises(LedgerError, match=f"testium, which it changed, was changed again in revision {second.number}"):
        undone(first)
    undone(second)
    with pytest.raises(LedgerError, match="was changed again"):
        undone(first)
    assert before["mineral", "testium"] != standing()["mineral", "testium"]


def test_what_only_showed_records_can_not_be_undone():
    term = make_term("basis", "testing-word")
    revision = ledger.record([term], author="curator", message="A new word.")
    with pytest.raises(LedgerError, match="nothing that can be taken back"):
        undone(revision)


# The pages


@pytest.fixture
def reviewer(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("reviewer"))
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


def undo_page(revision: Revision) -> str:
    return reverse("admin:sources_revision_undo", args=[revision.number])


def page_of(revision: Revision) -> str:
    return reverse("admin:sources_revision_change", args=[revision.number])


def test_a_revision_says_what_it_did_and_is_undone_from_its_page(reviewer: Client):
    fact = make_reserve("testium-wrong")
    publish(fact)
    correction = make_correction(fact, value=Decimal(20))
    revision = publish(correction, message="Read again.")
    page = reviewer.get(page_of(revision))
    assert "Was corrected (1)" in page.text
    assert reverse("admin:minerals_reserve_change", args=[correction.pk]) in page.text
    assert "Read again." in page.text
    assert undo_page(revision) in page.text

    page = reviewer.get(undo_page(revision))
    assert [shown.change.key for shown in page.context["page"].groups[0].detailed] == [fact.key]
    data = {"message": WHY, "seen": page.context["page"].preview.token}
    done = reviewer.post(undo_page(revision), data, follow=True)
    assert messages_of(done) == [f"Revision {revision.number} is undone, in revision {revision.number + 1}."]
    assert done.redirect_chain[-1][0] == page_of(newest())
    assert newest().message == f"Undoes revision {revision.number}: {WHY}"
    assert newest().author == "reviewer"


def test_looking_at_an_undoing_changes_nothing(reviewer: Client):
    fact = make_reserve("testium-wrong")
    publish(fact)
    revision = publish(make_correction(fact, value=Decimal(20)))
    before = rows()
    assert reviewer.get(undo_page(revision)).status_code == 200
    assert rows() == before


@pytest.mark.parametrize(
    ("data", "said"), [({"message": " "}, "This field is required."), ({"message": "As I saw it."}, NOT_SEEN)]
)
def test_an_undoing_needs_a_reason_and_to_have_been_seen(reviewer: Client, data: dict[str, str], said: str):
    revision = publish(make_reserve("testium-wrong"))
    page = reviewer.post(undo_page(revision), data)
    assert said in page.text
    assert data["message"].strip() in page.text
    assert newest() == revision


def test_what_is_in_the_way_is_listed_with_its_pages(reviewer: Client):
    fact = make_reserve("testium-wrong")
    revision = publish(fact)
    publish(make_correction(fact))
    page = reviewer.get(undo_page(revision))
    assert f"{fact}, which entered in it, was corrected in revision {newest().number}." in page.text
    assert reverse("admin:minerals_reserve_change", args=[fact.pk]) in page.text
    assert not re.search(r"<input[^>]*Undo this revision", page.text)


def test_the_pages_of_the_shipped_revisions_open(reviewer: Client):
    for revision in Revision.objects.all():
        assert reviewer.get(page_of(revision)).status_code == 200
        assert reviewer.get(undo_page(revision)).status_code == 200


def test_no_more_is_undone_at_once_than_a_page_can_try(reviewer: Client, monkeypatch: pytest.MonkeyPatch):
    revision = publish(make_reserve("testium-one"), make_reserve("testium-two"))
    monkeypatch.setattr("curating.undoing.MOST", 1)
    assert "It did 2 things: no more than 1 are undone at once." in reviewer.get(undo_page(revision)).text
    with pytest.raises(LedgerError, match="no more than 1"):
        undone(revision)


def test_only_who_may_publish_undoes(staff: Callable[..., Client], client: Client):
    revision = publish(make_reserve("testium-wrong"))
    editor = staff("view_revision", "view_reserve", "change_reserve")
    assert "Undo this revision" not in editor.get(page_of(revision)).text
    for refused in (editor.get(undo_page(revision)), editor.post(undo_page(revision), {"message": WHY})):
        assert refused.status_code == 403
    assert client.get(undo_page(revision)).headers["Location"].startswith(reverse("admin:login"))
    assert newest() == revision


def test_who_may_not_change_facts_of_a_kind_undoes_none(staff: Callable[..., Client]):
    revision = publish(make_reserve("testium-wrong"))
    editor = staff("view_revision", "publish_fact", "change_trade")
    assert editor.get(undo_page(revision)).status_code == 403
    assert editor.post(undo_page(revision), {"message": WHY}).status_code == 403
    assert newest() == revision


def test_a_reviewer_undoes_what_others_published_and_the_desk_remembers_who():
    fact = make_reserve("testium-wrong")
    publish(fact)
    revision = publish(make_correction(fact, value=Decimal(20)), make_reserve("testium-new"))
    second = logged_in(person("second", "reviewer"))
    seen = second.get(undo_page(revision)).context["page"].preview.token
    assert second.post(undo_page(revision), {"message": WHY, "seen": seen}).status_code == 302
    steps = Step.objects.filter(by__username="second").order_by("act")
    assert [(step.fact.key, step.fact.version, step.act) for step in steps] == [
        (fact.key, 3, Act.PUBLISHED),
        ("testium-new", 1, Act.WITHDRAWN),
    ]


def test_there_is_no_undoing_of_a_revision_that_is_not_there(reviewer: Client):
    assert reviewer.get(reverse("admin:sources_revision_undo", args=[newest().number + 1])).status_code == 404
    assert reviewer.get("/admin/sources/revision/99999999999999999999/undo/").status_code == 404
