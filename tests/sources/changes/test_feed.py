"""The feed of changes, as a feed reader finds it."""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from django.utils.html import escape

from sources import ledger
from sources.models import Revision
from tests import factories as make
from tests.endpoints import Get, the_error

pytestmark = pytest.mark.django_db

FEED = "/api/v1/changes/?format=atom"


def read(get: Get, address: str = FEED) -> Any:
    response = get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def moment(parsed: time.struct_time) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def test_each_revision_is_an_entry_the_newest_first(dataset: Revision, get: Get) -> None:
    feed = read(get)
    revisions = Revision.objects.order_by("-number")

    assert len(feed.entries) == len(revisions) == dataset.number
    for entry, revision in zip(feed.entries, revisions, strict=True):
        assert entry.title.startswith(f"Revision {revision.number}: {revision.message[:40]}")
        assert entry.author == revision.author
        assert moment(entry.updated_parsed) == revision.created.replace(microsecond=0)
        assert revision.message in entry.summary
    assert moment(feed.feed.updated_parsed) == dataset.created.replace(microsecond=0)


def test_an_entry_counts_and_links_its_changes(get: Get) -> None:
    newest = read(get).entries[0]
    changes = get(newest.link).json()["results"]

    assert newest.id == newest.link
    assert "4 corrected" in newest.summary
    for change in changes:
        assert f'href="http://testserver{change["url"]}"' in newest.summary
        assert escape(change["reason"] or "") in newest.summary


def test_an_entry_stays_as_it_is(dataset: Revision, get: Get) -> None:
    before = read(get)
    make.publish(make.make_reserve("published-later"))
    after = read(get)

    assert [entry.id for entry in after.entries[1:]] == [entry.id for entry in before.entries]
    assert [entry.summary for entry in after.entries[1:]] == [entry.summary for entry in before.entries]
    assert after.feed.id == before.feed.id


def test_the_same_feed_is_the_same_bytes(get: Get) -> None:
    assert get(FEED).content == get(FEED).content


def test_filters_keep_the_revisions_that_they_find(dataset: Revision, get: Get) -> None:
    mineral = make.make_mineral("testium")
    ledger.record([mineral], author="curator", message="A mineral.")
    feed = read(get, f"{FEED}&mineral=testium")
    [entry] = feed.entries

    assert "testium" in feed.feed.title
    assert get(entry.link).json()["count"] == 1
    assert read(get, f"{FEED}&since={dataset.number + 1}").entries == []
    assert len(read(get, f"{FEED}&page_size=2").entries) == 2


def test_what_a_message_holds_is_text(dataset: Revision, get: Get) -> None:
    ledger.record([make.make_mineral("testium")], author="A\x0b & B", message="<b>\x0bbold</b> & \ufffe“quoted”" * 9)
    entry = read(get).entries[0]

    assert "&lt;b&gt;bold&lt;/b&gt; &amp; “quoted”" in entry.summary
    assert "<b>" not in entry.summary
    assert entry.author == "A & B"


@pytest.mark.parametrize("parameter", ["fields=key", "omit=key", "ordering=revision"])
def test_what_a_feed_has_not_is_refused(parameter: str, get: Get) -> None:
    assert the_error(get(f"{FEED}&{parameter}"))["code"] == "contradiction"


def test_a_feed_is_found_by_its_media_type(get: Get) -> None:
    response = get("/api/v1/changes/", headers={"accept": "application/atom+xml"})  # type: ignore[call-arg]

    assert response.headers["Content-Type"].startswith("application/atom+xml")
    assert get("/api/v1/reserves/?format=atom").status_code == 406
