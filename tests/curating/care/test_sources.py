"""What the pages of sources tell of their links and editions, and how archived copies are accepted or dismissed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curating.links.models import ArchiveProposal, LinkCheck
from sources.models import Revision, Source
from tests.curating.care.lists import care, listed, lost_source, published
from tests.factories import document_of, make_citation, make_reserve, make_source, publish

pytestmark = pytest.mark.django_db

CARE = "/admin/care/"
COPY = "https://web.archive.org/web/20210503120000/https://lost.test/page"


def source_page(client: Client, source: Source) -> str:
    return client.get(reverse("admin:sources_source_change", args=[source.pk])).text


def test_the_page_of_a_source_shows_its_editions_and_what_rests_on_each(curator: Client):
    first = make_source("yearbook-1", published="2024")
    second = make_source("yearbook-2", supersedes=first, published="2025")
    published("old", source=first)
    both = make_reserve("both", source=first)
    make_citation(both, second)
    publish(both)
    for source in (first, second):
        _, _, page = source_page(curator, source).partition('class="care-editions"')
        page, _, _ = page.partition("</table>")
        rows = re.findall(r"<tr><td>.*?</tr>", page)
        assert [re.sub(r"<[^>]+>", " ", row).split() for row in rows] == [
            ["yearbook-1", *(["(this", "one)"] if source == first else []), "2024", "2", "1"],
            ["yearbook-2", *(["(this", "one)"] if source == second else []), "2025", "1", "0"],
        ]
        [live, resting, live_of_second] = re.findall(r'"(/admin/sources/fact/[^"]+)"', page)
        assert listed(curator, live.replace("&amp;", "&")) == {"old", "both"}
        assert listed(curator, resting.replace("&amp;", "&")) == {"old"}
        assert listed(curator, live_of_second.replace("&amp;", "&")) == {"both"}


def test_the_page_of_a_source_tells_how_its_link_stands(curator: Client):
    source = lost_source()
    LinkCheck.objects.add(source, outcome="gone", note="Removed in spring.")
    page = source_page(curator, source)
    checks = curator.get(f"{reverse('admin:curating_linkcheck_changelist')}?source__key=lost").context["cl"]

    assert re.search(r"gone: .*Removed in spring\..*not_found: ", page, re.DOTALL)
    assert "source__key=lost" in page
    assert checks.result_count == 2


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("link=not_found", {"lost"}),
        ("link=dead", {"lost"}),
        ("link=ok", set()),
        ("link=unchecked", {"unread", "changed"}),
        ("link=no_address", {"silent"}),
        ("edition=replaced", {"silent"}),
        ("link=guesswork", set()),
    ],
)
def test_sources_are_found_by_how_their_links_and_editions_stand(curator: Client, filters: str, expected: set[str]):
    address = f"{reverse('admin:sources_source_changelist')}?{filters}"
    before = listed(curator, address)
    lost_source()
    make_source("unread", url="https://unread.test/")
    changed = lost_source("changed")
    Source.objects.filter(pk=changed.pk).update(url="https://changed.test/new")
    make_source("newer", url="https://newer.test/", supersedes=make_source("silent"))
    LinkCheck.objects.add(make_source("newer"), outcome="server_error")

    assert listed(curator, address) - before == expected


def test_link_checks_can_only_be_looked_at(curator: Client):
    check = LinkCheck.objects.add(make_source("one", url="https://one.test/"), outcome="ok")
    pages = {name: reverse(f"admin:curating_linkcheck_{name}", args=[check.pk]) for name in ("change", "delete")}

    assert curator.get(pages["change"]).status_code == 200
    assert curator.post(pages["change"], {"outcome": "gone"}).status_code == 403
    assert curator.post(pages["delete"], {"post": "yes"}).status_code == 403
    assert curator.get(reverse("admin:curating_linkcheck_add")).status_code == 403


@pytest.fixture
def proposal() -> ArchiveProposal:
    """Of a source that the dataset shows."""
    published("resting", source=lost_source())
    return ArchiveProposal.objects.create(source=make_source("lost"), address=COPY, taken_at=timezone.now())


def decide(client: Client, proposal: ArchiveProposal, **data: str) -> Any:
    return client.post(reverse("admin:curating_archiveproposal_decide", args=[proposal.pk]), data, follow=True)


def test_a_proposed_copy_is_accepted_as_a_revision(curator: Client, proposal: ArchiveProposal):
    before = Revision.objects.count()
    page = curator.get(reverse("admin:curating_archiveproposal_change", args=[proposal.pk]), follow=True)
    assert COPY in page.text
    assert "not_found" in page.context["form"]["message"].value()
    page = decide(curator, proposal, accept="Accept", message="The page is gone.")
    revision, source = Revision.objects.latest("number"), Source.objects.get(key="lost")
    proposal.refresh_from_db()
    document = document_of("lost", kind="source")

    assert (Revision.objects.count(), revision.author, revision.message) == (before + 1, "curator", "The page is gone.")
    assert (source.archived_url, proposal.state, str(proposal.decided_by)) == (COPY, "accepted", "curator")
    assert document is not None
    assert COPY in document.body
    assert f"since revision {revision.number}" in page.text
    assert care(curator, "dead_source") == set()


def test_a_proposed_copy_is_dismissed_without_a_revision(curator: Client, proposal: ArchiveProposal):
    before = Revision.objects.count()
    decide(curator, proposal, dismiss="Dismiss", message="It shows another page.")
    proposal.refresh_from_db()

    assert (Revision.objects.count(), Source.objects.get(key="lost").archived_url) == (before, "")
    assert (proposal.state, proposal.reason) == ("dismissed", "It shows another page.")


def test_a_copy_of_a_source_that_is_not_shown_is_accepted_without_a_revision(curator: Client):
    before = Revision.objects.count()
    proposal = ArchiveProposal.objects.create(source=lost_source(), address=COPY, taken_at=timezone.now())
    decide(curator, proposal, accept="Accept", message="The page is gone.")

    assert (Revision.objects.count(), Source.objects.get(key="lost").archived_url) == (before, COPY)


def test_to_look_at_a_proposal_decides_nothing(curator: Client, proposal: ArchiveProposal):
    for query in ("", "?accept=Accept&message=Go"):
        address = reverse("admin:curating_archiveproposal_decide", args=[proposal.pk]) + query
        assert curator.get(address).status_code == 200
    proposal.refresh_from_db()
    assert proposal.is_open


def test_a_decision_that_is_refused_says_why_and_keeps_what_was_written(curator: Client, proposal: ArchiveProposal):
    page = decide(curator, proposal, accept="Accept", message=" ")
    assert "This field is required." in page.text
    Source.objects.filter(key="lost").update(archived_url="https://archive.example/copy")
    page = decide(curator, proposal, accept="Accept", message="The page is gone.")

    assert "names an archived copy already" in page.text
    assert "The page is gone." in page.text
    proposal.refresh_from_db()
    assert proposal.is_open


def test_a_proposal_is_decided_once(curator: Client, proposal: ArchiveProposal):
    decide(curator, proposal, accept="Accept", message="The page is gone.")
    before = Revision.objects.count()
    page = decide(curator, proposal, dismiss="Dismiss", message="After all not.")

    assert "It was accepted already." in page.text
    assert Revision.objects.count() == before
    proposal.refresh_from_db()
    assert proposal.state == "accepted"


@pytest.mark.parametrize(
    "permissions",
    [
        ("view_source", "view_archiveproposal"),
        ("view_source", "change_source", "view_archiveproposal"),
        ("view_source", "publish_fact", "view_archiveproposal"),
    ],
)
def test_who_may_not_publish_decides_nothing(
    staff: Callable[..., Client], proposal: ArchiveProposal, permissions: tuple[str, ...]
):
    client = staff(*permissions)
    page = client.get(reverse("admin:curating_archiveproposal_change", args=[proposal.pk]))

    assert page.status_code == 200
    assert decide(client, proposal, accept="Accept", message="The page is gone.").status_code == 403
    proposal.refresh_from_db()
    assert (proposal.is_open, Source.objects.get(key="lost").archived_url) == (True, "")


def test_the_page_counts_the_copies_that_wait(curator: Client, proposal: ArchiveProposal):
    number = curator.get(CARE).context["proposals"]

    assert number.count == curator.get(number.address).context["cl"].result_count == 1
    assert "Copy of" in source_page(curator, proposal.source)
