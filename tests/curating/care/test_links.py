"""The link checker: what it finds, whom it asks and whom never, and how it behaves towards those that it asks."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from curating.links.addresses import Target
from curating.links.fetching import Limits
from curating.links.turns import PATIENCE, PAUSE
from curating.links.visiting import agent_of
from tests.curating.care.web import HERE, Clock, Web, certificate, look, one_connection, outcome, visitor

CLOSED = "http://closed.test:9/page"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "ok"),
        (204, "ok"),
        (401, "forbidden"),
        (403, "forbidden"),
        (404, "not_found"),
        (410, "gone"),
        (418, "client_error"),
        (429, "rate_limited"),
        (451, "forbidden"),
        (500, "server_error"),
        (503, "server_error"),
        (306, "bad_answer"),
    ],
)
def test_an_answer_is_judged_by_its_status(web: Web, status: int, expected: str):
    [finding] = look(web.put("one.test", status=status))

    assert (finding.outcome, finding.status, finding.final_address) == (expected, status, "")


def test_the_page_is_asked_for_by_head_alone_where_that_is_answered(web: Web):
    look(web.put("one.test"))

    assert web.requests == [("GET", "one.test", "/robots.txt"), ("HEAD", "one.test", "/page")]


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_site_that_does_not_know_head_is_asked_again_by_get(web: Web, status: int):
    web.put("one.test", method="HEAD", status=status)
    address = web.put("one.test", method="GET", body=b"x" * 10_000_000)

    assert outcome(address) == "ok"
    assert [method for method, *_ in web.asked()] == ["HEAD", "GET"]


def test_whoever_is_asked_learns_who_asks(web: Web):
    look(web.put("one.test"))
    [agent] = web.agents

    assert agent == agent_of("curator@example.org")
    assert "curator@example.org" in agent
    assert ";" not in agent_of("")


@pytest.mark.parametrize(
    ("asked", "led_to", "expected"),
    [
        ("/page", "/page/", "ok"),
        ("/page", "//www.one.test:{port}/page", "ok"),
        ("/page", "/other", "redirected"),
        ("/page", "/page?error=1", "redirected"),
        ("/page", "//two.test:{port}/page", "redirected"),
    ],
)
def test_a_redirect_counts_where_it_leads_to_another_page(web: Web, asked: str, led_to: str, expected: str):
    led_to = led_to.format(port=web.port)
    address = web.redirect("one.test", asked, led_to)
    for site in ("one.test", "www.one.test", "two.test"):
        for path in ("/page/", "/other", "/page?error=1", "/page"):
            if (site, path) != ("one.test", "/page"):
                web.put(site, path)
    [finding] = look(address)

    assert finding.outcome == expected
    assert finding.final_address == Target.of(address).next(led_to).address


def test_a_redirect_to_the_front_page_is_told(web: Web):
    web.put("one.test", "/")
    [finding] = look(web.redirect("one.test", "/page", "/"))

    assert finding.outcome == "redirected"
    assert "front page" in finding.note


def test_a_persistent_identifier_is_meant_to_lead_elsewhere(web: Web):
    address = web.redirect("doi.org", "/10.1/x", web.put("publisher.test", "/article"))
    finding, dead = look(
        address,
        web.redirect("doi.org", "/10.1/y", web.address("publisher.test", "/none")),
        by=visitor(resolver=lambda *_: [HERE]),
    )

    assert (finding.outcome, finding.final_address) == ("ok", web.address("publisher.test", "/article"))
    assert (dead.outcome, dead.final_address) == ("not_found", web.address("publisher.test", "/none"))


@pytest.mark.parametrize(("redirects", "expected"), [(5, "redirected"), (6, "many_redirects")])
def test_five_redirects_are_followed_and_no_more(web: Web, redirects: int, expected: str):
    for step in range(redirects):
        web.redirect("one.test", f"/{step}", f"/{step + 1}", status=(301, 302, 303, 307, 308)[step % 5])
    web.put("one.test", f"/{redirects}")

    assert outcome(web.address("one.test", "/0")) == expected


def test_a_redirect_that_leads_nowhere_is_no_answer(web: Web):
    assert outcome(web.put("one.test", status=302)) == "bad_answer"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://gone.test/page", "no_host"),
        ("http://no-network.test/page", "unreachable"),
        (f"http://{'a' * 70}.test/page", "unreachable"),
        (CLOSED, "unreachable"),
    ],
)
def test_a_site_that_gives_no_answer_is_told_from_one_that_is_gone(address: str, expected: str):
    [finding] = look(address)

    assert finding.outcome == expected
    assert finding.note


def drip(connection: socket.socket, beginning: bytes = b"HTTP/1.1 200 OK\r\nX-Long: ") -> None:
    """An answer that never ends, a letter at a time: no single wait is long."""
    connection.settimeout(0.05)
    connection.sendall(beginning)
    while True:
        try:
            if connection.recv(4096) == b"":
                return
        except TimeoutError:
            connection.sendall(b"x")


def be_silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


@pytest.mark.parametrize(
    ("talk", "limits", "expected"),
    [
        (be_silent, Limits(connect=5, read=0.2, total=5), "timeout"),
        (drip, Limits(connect=5, read=5, total=0.5), "timeout"),
        (
            lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\n\r\n"),
            Limits(connect=5, read=5, total=0.5),
            "timeout",
        ),
        (lambda connection: connection.sendall(b"\0\1\2 nonsense\r\n\r\n"), Limits(), "bad_answer"),
        (lambda connection: None, Limits(), "bad_answer"),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), Limits(), "bad_answer"),
    ],
    ids=["silent", "dripping head", "dripping body", "nonsense", "hanging up", "endless headers"],
)
def test_a_server_that_misbehaves_does_not_hold_the_checker_up(talk: Any, limits: Limits, expected: str):
    with one_connection(talk) as address:
        assert outcome(address, limits=limits) == expected


def test_a_certificate_that_nobody_vouches_for_is_told(secure_web: Web):
    [finding] = look(secure_web.put("secure.test"))

    assert finding.outcome == "bad_tls"
    assert "certificate" in finding.note
    assert secure_web.requests == []


@pytest.mark.parametrize(("site", "expected"), [("secure.test", "ok"), ("other.test", "bad_tls")])
def test_a_certificate_must_be_of_the_site_that_is_asked(secure_web: Web, site: str, expected: str):
    trusting = ssl.create_default_context(cafile=str(certificate()))

    assert outcome(secure_web.put(site), tls=trusting) == expected


def test_a_site_that_speaks_no_tls_is_told(web: Web):
    assert outcome(web.address("one.test").replace("http:", "https:")) == "bad_tls"


ROBOTS = """
User-agent: *
Disallow: /

User-agent: CriticalMineralsLinkChecker
Disallow: /closed
Crawl-delay: 17
"""


def test_robots_txt_is_heeded_and_read_once_a_run(web: Web):
    web.put("one.test", "/robots.txt", body=ROBOTS.encode())
    findings = look(web.put("one.test", "/closed/page"), web.put("one.test", "/open"), web.put("one.test", "/open/2"))

    assert [finding.outcome for finding in findings] == ["robots", "ok", "ok"]
    assert [path for _, _, path in web.requests] == ["/robots.txt", "/open", "/open/2"]


def test_the_robots_txt_of_where_a_redirect_leads_is_heeded_too(web: Web):
    web.put("two.test", "/robots.txt", body=b"User-agent: *\nDisallow: /")
    [finding] = look(web.redirect("one.test", "/page", web.put("two.test")))

    assert (finding.outcome, finding.final_address) == ("robots", web.address("two.test"))
    assert ("HEAD", "two.test", "/page") not in web.requests


def test_robots_txt_is_followed_to_another_site(web: Web):
    elsewhere = web.put("two.test", "/rules", body=b"User-agent: *\nDisallow: /page")
    web.redirect("one.test", "/robots.txt", elsewhere)

    assert outcome(web.put("one.test")) == "robots"


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "ok"), (403, "ok"), (500, "robots"), (503, "robots"), (429, "rate_limited")]
)
def test_a_robots_txt_that_fails_closes_the_site_and_one_that_is_missing_opens_it(web: Web, status: int, expected: str):
    web.put("one.test", "/robots.txt", status=status)

    assert outcome(web.put("one.test")) == expected


def test_a_robots_txt_without_end_or_sense_is_read_up_to_a_limit(web: Web):
    web.put("one.test", "/robots.txt", body=b"User-agent: *\nDisallow: /page\n" + b"\xff\x00nonsense\n" * 200_000)

    assert outcome(web.put("one.test")) == "robots"


def test_a_site_is_asked_no_more_often_than_is_kind_while_others_are_asked(web: Web):
    clock = Clock()
    sites = ["one.test", "one.test", "one.test", "two.test"]
    found = look(*(web.put(site, f"/{at}") for at, site in enumerate(sites)), by=visitor(clock))
    order = [(site, path) for _, site, path in web.requests]

    assert [finding.outcome for finding in found] == ["ok"] * 4
    assert order == [
        ("one.test", "/robots.txt"),
        ("two.test", "/robots.txt"),
        ("one.test", "/0"),
        ("two.test", "/3"),
        ("one.test", "/1"),
        ("one.test", "/2"),
    ]
    assert clock.slept == [PAUSE] * 3


def test_a_site_that_wishes_for_longer_pauses_has_them(web: Web):
    clock = Clock()
    web.put("one.test", "/robots.txt", body=ROBOTS.encode())
    look(web.put("one.test", "/open"), web.put("one.test", "/open/2"), by=visitor(clock))

    assert clock.slept == [17, 17]


def test_a_site_that_asks_to_wait_is_not_asked_before(web: Web):
    clock = Clock()
    busy = web.put("one.test", "/busy", status=429, headers={"Retry-After": "40"})
    found = look(busy, web.put("one.test", "/next"), by=visitor(clock))

    assert [finding.outcome for finding in found] == ["rate_limited", "ok"]
    assert clock.slept == [PAUSE, 40]


@pytest.mark.parametrize("retry_after", [str(int(PATIENCE) + 60), "Fri, 31 Dec 2199 23:59:59 GMT", "9" * 400])
def test_a_site_that_asks_to_wait_long_is_left_for_the_next_run(web: Web, retry_after: str):
    busy = web.put("one.test", "/busy", status=503, headers={"Retry-After": retry_after})
    found = look(busy, web.put("one.test", "/next"), web.put("two.test"))

    assert sorted(finding.outcome for finding in found) == ["ok", "server_error"]
    assert web.asked("/next") == []


@pytest.mark.parametrize("retry_after", ["soon", "-5", "Fri, 31 Dec 1999 23:59:59 GMT", ""])
def test_a_wait_that_can_not_be_read_changes_nothing(web: Web, retry_after: str):
    busy = web.put("one.test", "/busy", status=503, headers={"Retry-After": retry_after})

    assert [finding.outcome for finding in look(busy, web.put("one.test", "/next"))] == ["server_error", "ok"]
