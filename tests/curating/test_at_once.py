"""Two people at the desk at the same moment."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from curating import reviewing
from curating.models import Act, State
from minerals.models import Reserve
from sources.models import Fact, Revision
from tests.curating.desk import act, change, in_review, logged_in, messages_of, person, seen_by
from tests.factories import make_reserve
from tests.sources.test_concurrency import overlapping

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting() -> Reserve:
    draft = make_reserve("contested-reserves")
    in_review(draft, by=person("curator", "curator"))
    return draft


def test_two_reviewers_who_publish_one_draft_make_one_revision_and_one_is_told(waiting: Reserve):
    first, second = (logged_in(person(name, "reviewer")) for name in ("first", "second"))
    before, seen = Revision.objects.count(), seen_by(first, "publish", waiting)

    leading, following = overlapping(
        lambda: act(first, "publish", waiting, seen=seen), lambda: act(second, "publish", waiting, seen=seen)
    )

    revision = Revision.objects.latest("number")
    assert (Revision.objects.count(), revision.author) == (before + 1, "first")
    assert messages_of(leading.result()) == [f"Published in revision {revision.number}: {waiting}."]
    assert messages_of(following.result()) == [
        f"{waiting} was published already, in revision {revision.number} by first."
    ]
    assert following.result().request["PATH_INFO"] == change(waiting)
    assert [step.by.username for step in waiting.steps.filter(act=Act.PUBLISHED)] == ["first"]


def test_a_draft_that_changes_while_it_is_published_is_not_published(waiting: Reserve):
    curator = User.objects.get(username="curator")
    reviewer = logged_in(person("reviewer", "reviewer"))
    seen = seen_by(reviewer, "publish", waiting)

    def change() -> None:
        Fact.objects.filter(pk=waiting.pk).update(note="Read again.")
        reviewing.changed(waiting, curator)

    _, publishing = overlapping(change, lambda: act(reviewer, "publish", waiting, seen=seen))

    assert f"{waiting} is not in review" in messages_of(publishing.result())[0]
    assert Fact.objects.get(pk=waiting.pk).is_draft
    assert reviewing.states([waiting]) == {waiting.pk: State.DRAFT}


def test_a_draft_that_is_sent_back_while_it_is_published_stays_published(waiting: Reserve):
    first, second = (logged_in(person(name, "reviewer")) for name in ("first", "second"))
    seen = seen_by(first, "publish", waiting)

    _, returning = overlapping(
        lambda: act(first, "publish", waiting, seen=seen),
        lambda: act(second, "send_back", waiting, seen="not asked for"),
    )

    assert "was published already" in messages_of(returning.result())[0]
    assert not waiting.steps.filter(act=Act.RETURNED).exists()
