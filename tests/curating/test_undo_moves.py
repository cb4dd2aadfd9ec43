"""What was renamed or merged is not undone by another revision: its keys lead on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from curating.changed import changes_of
from curating.merging import merge
from curating.preview import preview_of
from curating.readable import Page
from curating.undoing import undo, undoing
from sources import ledger
from sources.changes.rows import Action
from sources.ledger import LedgerError
from sources.models import Fact, Revision
from tests.curating.desk import address, change, user_named
from tests.factories import make_correction, make_mineral, make_reserve, make_source, publish
from tests.test_admin import newest

pytestmark = pytest.mark.django_db


def test_a_renaming_is_told_as_a_change_and_undone_by_renaming_back():
    mineral = make_mineral("testium")
    publish(make_reserve("testium-named", mineral=mineral))
    revision = ledger.rename(mineral, "testium-ore", author="curator", message="Its usual name.")
    [record] = [one for one in changes_of(revision.number) if one.kind == "mineral"]
    assert [state.key for state in record.states] == ["testium", "testium-ore"]
    assert record.action == Action.CHANGED
    with pytest.raises(LedgerError, match="mineral testium was renamed to testium-ore in it: rename it back"):
        undo(revision, User.objects.create_user("reviewer"), "It was right before.")
    assert newest() == revision


def test_a_merger_shows_what_leaves_and_stays_so():
    mineral, other = make_mineral("testium"), make_mineral("testium-ore")
    publish(make_reserve("testium-named", mineral=mineral), make_reserve("other-named", mineral=other))

    def run() -> Revision:
        return merge(mineral, other, user_named("curator"), "They are one.").revision

    page = Page(preview_of(run))
    assert "1 document leaves" in page.summary
    mineral.refresh_from_db()
    other.refresh_from_db()
    revision = run()
    [obstacle] = undoing(revision).obstacles
    assert obstacle.said.startswith("mineral testium was merged into testium-ore in it, and what is merged stays so.")
    assert "take its names out of the aliases of testium-ore, enter it anew under another slug" in obstacle.said
    assert obstacle.address == change(other)


def test_the_page_says_what_to_do_instead_and_asks_for_no_undoing_before(superuser: Client):
    source, other = make_source("testium-one"), make_source("testium-two")
    publish(make_reserve("testium-named", source=source), make_reserve("other-named", source=other))
    revision = merge(source, other, user_named("curator"), "They are one.").revision
    shown = superuser.get(address(Revision, "undo", revision.pk))
    assert "If they are two after all, enter it anew under another key" in shown.text
    assert "has to be undone first" not in shown.text
    withdrawing = ledger.withdraw([Fact.objects.live().get(key="testium-named")], author="curator", reason="Wrong.")
    publish(make_correction(Fact.objects.get(key="testium-named", version=2).as_kind))
    assert "has to be undone first" in superuser.get(address(Revision, "undo", withdrawing.pk)).text
