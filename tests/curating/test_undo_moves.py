"""What was renamed or merged is not undone by another revision: its keys lead on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from curating.changed import changes_of
from curating.merging import merge
from curating.preview import preview_of
from curating.readable import Page
from curating.undoing import undo, undoing
from sources import ledger
from sources.changes.rows import Action
from sources.ledger import LedgerError
from sources.models import Revision
from tests.factories import make_mineral, make_reserve, publish
from tests.test_admin import newest

pytestmark = pytest.mark.django_db


def test_a_renaming_is_told_as_a_change_and_undone_by_renaming_back():
    mineral = make_mineral("testium")
    publish(make_reserve("testium-named", mineral=mineral))
    revision = ledger.rename(mineral, "testium-ore", author="curator", message="Its usual name.")
    [record] = [change for change in changes_of(revision.number) if change.kind == "mineral"]
    assert [state.key for state in record.states] == ["testium", "testium-ore"]
    assert record.action == Action.CHANGED
    with pytest.raises(LedgerError, match="mineral testium was renamed to testium-ore in it: rename it back"):
        undo(revision, User.objects.create_user("reviewer"), "It was right before.")
    assert newest() == revision


def test_a_merger_shows_what_leaves_and_stays_so():
    mineral, other = make_mineral("testium"), make_mineral("testium-ore")
    publish(make_reserve("testium-named", mineral=mineral), make_reserve("other-named", mineral=other))

    def run() -> Revision:
        return merge(mineral, other, author="curator", message="They are one.").revision

    page = Page(preview_of(run))
    assert "1 document leaves" in page.summary
    mineral.refresh_from_db()
    other.refresh_from_db()
    revision = run()
    assert [one.said for one in undoing(revision).obstacles] == [
        "mineral testium was merged into another one in it, and what is merged stays so."
    ]
