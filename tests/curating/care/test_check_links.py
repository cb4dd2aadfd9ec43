"""The command that looks at the links of sources: what it keeps, whom it passes over, and the copies it proposes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from curating.links import archive, checking
from curating.links.archive import copy_in
from curating.links.models import ArchiveProposal, LinkCheck, ProposalState
from curating.links.visiting import Visitor
from sources.models import Document, Source
from tests.curating.care.web import Web, one_connection, visitor
from tests.factories import make_reserve, make_source, publish

pytestmark = pytest.mark.django_db

COMMAND = "curating.management.commands.check_links.Command"
NEVER = timedelta(days=36500)


@pytest.fixture(autouse=True)
def _no_other_sources(db: None) -> None:
    """The addresses of the shipped dataset are looked at already, as far as these tests are concerned."""
    LinkCheck.objects.bulk_create(
        LinkCheck(source=source, address=source.url, outcome="ok") for source in Source.objects.exclude(url="")
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs the command with a visitor that may ask this machine; returns what it says."""

    def run(*arguments: str, by: Visitor | None = None) -> str:
        monkeypatch.setattr(f"{COMMAND}.visitor", lambda command: by or visitor())
        out = StringIO()
        call_command("check_links", *arguments, stdout=out)
        return out.getvalue()

    return run


def sourced(web: Web, key: str, path: str = "/page", status: int = 200) -> Source:
    return make_source(key, url=web.put(f"{key}.test", path, status=status))


def found(key: str) -> list[str]:
    """What was found of a source, the newest first."""
    return [check.outcome for check in LinkCheck.objects.filter(source__key=key)]


def past(key: str, **ago: int) -> None:
    """Let the checks of a source have been made so long ago."""
    LinkCheck.objects.filter(source__key=key).update(checked_at=timezone.now() - timedelta(**ago))


def test_what_is_found_is_kept_and_summed_up(web: Web, run: Callable[..., str]):
    for key, status in (("fine", 200), ("lost", 404), ("lost-too", 404)):
        sourced(web, key, status=status)
    said = run()
    check = LinkCheck.objects.get(source__key="lost")

    assert (check.outcome, check.status, check.newest, check.address) == (
        "not_found",
        404,
        True,
        web.address("lost.test"),
    )
    assert "lost: not_found" in said
    assert "Looked at 3 addresses: 1 ok, 2 not_found." in said


def test_neither_source_nor_fact_is_touched(web: Web, run: Callable[..., str]):
    source = sourced(web, "lost", status=410)
    publish(make_reserve(source=source))
    before = list(Source.objects.order_by("pk").values()), list(Document.objects.order_by("pk").values())
    run()

    assert found("lost") == ["gone"]
    assert before == (list(Source.objects.order_by("pk").values()), list(Document.objects.order_by("pk").values()))


def test_a_second_run_passes_over_what_was_looked_at_and_takes_up_the_rest(web: Web, run: Callable[..., str]):
    for key in ("a", "b", "c"):
        sourced(web, key)
    assert "Looked at 2 addresses" in run("--limit", "2")
    asked = len(web.requests)
    run()
    run()

    assert [found(key) for key in ("a", "b", "c")] == [["ok"], ["ok"], ["ok"]]
    assert len(web.requests) == asked + 2


def test_what_was_looked_at_longest_ago_comes_first_after_what_never_was(web: Web):
    for key, days in (("recent", 40), ("older", 50), ("new", 0)):
        source = sourced(web, key)
        if days:
            LinkCheck.objects.add(source, outcome="ok")
            past(key, days=days)

    assert [source.key for source in checking.due(timedelta(days=30))] == ["new", "older", "recent"]
    assert [source.key for source in checking.due(timedelta(days=45))] == ["new", "older"]


@pytest.mark.parametrize(
    ("outcome", "hours", "is_due"),
    [
        ("ok", 30, False),
        ("not_found", 30, False),
        ("server_error", 30, True),
        ("no_host", 30, True),
        ("timeout", 20, False),
    ],
)
def test_a_trouble_that_may_have_passed_is_looked_at_again_after_a_day(
    web: Web, outcome: str, hours: int, is_due: bool
):
    LinkCheck.objects.add(sourced(web, "one"), outcome=outcome)
    past("one", hours=hours)

    assert checking.due(timedelta(days=30)).exists() == is_due


def test_an_address_that_was_changed_is_looked_at_at_once(web: Web, run: Callable[..., str]):
    source = sourced(web, "one", status=404)
    run()
    assert list(LinkCheck.objects.current().dead()) == [LinkCheck.objects.get(source=source)]
    Source.objects.filter(pk=source.pk).update(url=web.put("one.test", "/new"))
    assert not LinkCheck.objects.current().dead().exists()
    run()

    assert found("one") == ["ok", "not_found"]
    assert list(LinkCheck.objects.filter(source=source, newest=True)) == [LinkCheck.objects.filter(source=source)[0]]


def test_only_one_check_of_a_source_is_the_newest(web: Web):
    source = sourced(web, "one")
    LinkCheck.objects.add(source, outcome="ok")
    with pytest.raises(IntegrityError), transaction.atomic():
        LinkCheck.objects.create(source=source, address=source.url, outcome="ok")


def test_a_source_is_looked_at_when_it_is_named(web: Web, run: Callable[..., str]):
    sourced(web, "one")
    sourced(web, "two")
    run("--source", "one")
    run("--source", "one")

    assert (found("one"), found("two")) == (["ok", "ok"], [])


def test_a_dry_run_says_what_it_would_ask_and_asks_nobody(web: Web, run: Callable[..., str]):
    sourced(web, "one")
    said = run("--dry-run", "--propose-archived")

    assert f"one {web.address('one.test')}" in said
    assert "To be looked at: 1." in said
    assert (web.requests, found("one")) == ([], [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--source", "no-such-source"), "There is no source no-such-source"),
        (("--source", "silent"), "silent has no address"),
        (("--older-than", "a month"), "write it as 30d, 12h or 90m"),
        (("--limit", "0"), "no number from 1 upwards"),
    ],
)
def test_what_can_not_be_done_is_said(run: Callable[..., str], arguments: tuple[str, ...], said: str):
    make_source("silent")
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_sources_of_a_site_that_asks_to_wait_stay_due(web: Web, run: Callable[..., str]):
    for path in ("/a", "/b"):
        web.put("busy.test", path, status=429, headers={"Retry-After": "99999"})
        make_source(f"busy{path}".replace("/", "-"), url=web.address("busy.test", path))
    said = run()

    assert found("busy-a") == ["rate_limited"]
    assert "Left for the next run, as their sites asked to wait: 1." in said
    assert [source.key for source in checking.due(timedelta(days=30))] == ["busy-b"]


def test_a_fault_of_the_checker_stops_nothing_and_is_told_in_the_end(
    web: Web, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    sourced(web, "one")
    sourced(web, "two")
    judge = Visitor.look_at

    def fail_at_one(self: Visitor, address: str) -> Any:
        if "one.test" in address:
            raise ZeroDivisionError
        return judge(self, address)

    monkeypatch.setattr(Visitor, "look_at", fail_at_one)
    with pytest.raises(CommandError, match="1 addresses could not be judged"):
        run()

    assert (found("one"), found("two")) == ([], ["ok"])
    assert "The address of one could not be judged." in caplog.text


def test_nonsense_from_a_site_is_kept_as_text_and_stops_nothing(web: Web, run: Callable[..., str]):
    """No database of ours takes all that a site can send, nor as much of it."""
    make_source("lured", url=web.redirect("lured.test", "/page", "file:///\0\x07nowhere"))
    with one_connection(lambda connection: connection.sendall(b"\0\1" * 20_000 + b"\r\n\r\n")) as address:
        make_source("odd", url=address)
        run()

    assert (found("lured"), found("odd")) == (["bad_address"], ["bad_answer"])
    assert LinkCheck.objects.get(source__key="lured").final_address.endswith("nowhere")


def test_a_source_that_was_deleted_meanwhile_stops_nothing(
    web: Web, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    sourced(web, "one")
    sourced(web, "two")
    judge = Visitor.look_at

    def delete_one(self: Visitor, address: str) -> Any:
        Source.objects.filter(key="one").delete()
        return judge(self, address)

    monkeypatch.setattr(Visitor, "look_at", delete_one)
    run()

    assert (found("one"), found("two")) == ([], ["ok"])


def test_a_run_in_which_addresses_are_dead_or_refused_is_no_failure(web: Web, run: Callable[..., str]):
    make_source("inner", url=f"http://private.test:{web.port}/")
    make_source("gone", url="http://gone.test/")
    make_source("odd", url="ftp://one.test/")

    assert "1 no_host, 1 refused_private, 1 bad_address" in run()


@pytest.mark.parametrize("contact", ["", "curator@example.org"])
def test_the_command_itself_asks_only_the_open_internet(
    web: Web, settings: Any, capsys: pytest.CaptureFixture[str], contact: str
):
    """No setting tells it otherwise. Without a contact it says so."""
    settings.LINK_CHECKER_CONTACT = contact
    make_source("here", url=f"http://127.0.0.1:{web.port}/page")
    call_command("check_links", "--source", "here")

    assert found("here") == ["refused_private"]
    assert web.requests == []
    assert ("Set LINK_CHECKER_CONTACT" in capsys.readouterr().err) == (not contact)


def test_a_contact_that_no_request_can_carry_is_refused(settings: Any):
    settings.LINK_CHECKER_CONTACT = "curator@example.org\r\nX: y"
    with pytest.raises(CommandError, match="LINK_CHECKER_CONTACT"):
        call_command("check_links")


COPY = "https://web.archive.org/web/20210503120000/https://lost.test/page"


def answered(**changes: Any) -> dict[str, Any]:
    """What the archive answers about a copy that it has."""
    closest = {
        "available": True,
        "url": COPY.replace("https:", "http:", 1),
        "timestamp": "20210503120000",
        "status": "200",
    }
    return {"url": "lost.test", "archived_snapshots": {"closest": closest | changes}}


@pytest.fixture
def archived(web: Web, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the archive, here a site of the test, answer any question alike."""
    ask = archive._question

    def answer(body: Any, status: int = 200) -> None:
        def question(source: Source, api: str) -> str:
            path = ask(source, "/available")
            return web.put("archive.test", path, status=status, body=json.dumps(body).encode())

        monkeypatch.setattr(archive, "_question", question)

    return answer


@pytest.mark.parametrize(
    ("status", "is_proposed"), [(404, True), (410, True), (200, False), (500, False), (403, False)]
)
def test_a_copy_is_proposed_of_what_is_gone(
    web: Web, run: Callable[..., str], archived: Callable[..., None], status: int, is_proposed: bool
):
    archived(answered())
    source = sourced(web, "lost", status=status)
    said = run("--propose-archived")
    proposals = list(ArchiveProposal.objects.filter(source=source))

    assert [(proposal.address, proposal.state) for proposal in proposals] == [(COPY, "open")] * is_proposed
    assert (f"lost: proposed {COPY}" in said) == is_proposed
    assert all(proposal.taken_at == datetime(2021, 5, 3, 12, tzinfo=UTC) for proposal in proposals)
    source.refresh_from_db()
    assert source.archived_url == ""


def test_a_copy_is_proposed_of_what_leads_elsewhere(web: Web, run: Callable[..., str], archived: Callable[..., None]):
    archived(answered())
    web.put("lost.test", "/")
    make_source("lost", url=web.redirect("lost.test", "/page", "/"))
    run("--propose-archived")

    assert ArchiveProposal.objects.filter(source__key="lost").exists()


def test_the_archive_is_asked_once_after_a_check_and_only_when_told(
    web: Web, run: Callable[..., str], archived: Callable[..., None]
):
    archived({"archived_snapshots": {}})
    sourced(web, "lost", status=404)
    run()
    assert not [site for _, site, _ in web.requests if site == "archive.test"]
    assert "lost: the archive has no copy." in run("--propose-archived")
    assert "lost" not in run("--propose-archived")
    run("--source", "lost")
    assert "lost: the archive has no copy." in run("--propose-archived")


def test_a_source_that_names_a_copy_needs_none(web: Web, run: Callable[..., str], archived: Callable[..., None]):
    archived(answered())
    source = sourced(web, "lost", status=404)
    Source.objects.filter(pk=source.pk).update(archived_url="https://archive.example/copy")
    run("--propose-archived")

    assert not ArchiveProposal.objects.exists()


def test_a_copy_that_was_dismissed_is_not_proposed_again(
    web: Web, run: Callable[..., str], archived: Callable[..., None]
):
    archived(answered())
    sourced(web, "lost", status=404)
    run("--propose-archived")
    ArchiveProposal.objects.update(state=ProposalState.DISMISSED)
    run("--source", "lost")

    assert "lost: its copy was dismissed before." in run("--propose-archived")
    assert [proposal.state for proposal in ArchiveProposal.objects.all()] == ["dismissed"]


@pytest.mark.parametrize("status", [429, 500])
def test_an_archive_that_fails_is_asked_again_by_the_next_run(
    web: Web, run: Callable[..., str], archived: Callable[..., None], status: int
):
    archived({}, status=status)
    sourced(web, "lost", status=404)
    assert f"lost: the archive answered {status}." in run("--propose-archived")
    archived(answered())
    assert "lost: proposed" in run("--propose-archived")


def test_the_copy_of_about_the_day_of_publication_is_asked_for():
    day = make_source("day", url="https://lost.test/page?a=1&b=2", published="2021-05-03")
    month = make_source("month", url="https://lost.test/", published="2021-05")

    assert archive._question(day, archive.AVAILABILITY) == (
        "https://archive.org/wayback/available?url=https%3A%2F%2Flost.test%2Fpage%3Fa%3D1%26b%3D2&timestamp=20210503"
    )
    assert "timestamp" not in archive._question(month, archive.AVAILABILITY)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"archived_snapshots": []},
        {"archived_snapshots": {"closest": "no"}},
        answered(available=False),
        answered(available="yes"),
        answered(status="404"),
        answered(url="https://elsewhere.example/web/20210503120000/https://lost.test/page"),
        answered(url="javascript:alert(1)//web.archive.org/web/20210503120000/x"),
        answered(url="http://web.archive.org/web/20211399120000/https://lost.test/page"),
        answered(url=f"http://web.archive.org/web/20210503120000/https://lost.test/{'x' * 1000}"),
    ],
)
def test_what_is_no_copy_in_the_archive_is_not_proposed(answer: Any):
    assert copy_in(answer) is None
