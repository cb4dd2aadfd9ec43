"""Whom the link checker never asks: this machine, private networks, and whatever is no address of the web."""

from __future__ import annotations

import pytest

from curating.links.addresses import is_public
from curating.links.fetching import Fetcher
from curating.links.models import Outcome
from curating.links.turns import Pace
from curating.links.visiting import Visitor, agent_of
from tests.curating.care.web import HERE, Web, look, outcome

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("number", PRIVATE)
def test_a_number_off_the_open_internet_is_not_public(number: str):
    assert not is_public(number)


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_number_on_the_open_internet_is_public(number: str):
    assert is_public(number)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "user:word@127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
    ],
)
def test_this_machine_is_never_asked_however_it_is_written(web: Web, host: str):
    """By the checker as the command makes it: nothing is told to it of what it may ask."""
    checker = Visitor(Fetcher(agent_of("")), Pace())
    [finding] = look(f"http://{host}:{web.port}/page", by=checker)

    assert finding.outcome == Outcome.PRIVATE
    assert web.requests == []


@pytest.mark.parametrize("number", PRIVATE)
def test_a_name_is_refused_for_each_private_number_that_it_has(number: str):
    numbers = {"resolver": lambda *_: [number], "rule": is_public}

    assert outcome("http://named.test/page", **numbers) == "refused_private"
    assert outcome("https://named.test/page", **numbers) == "refused_private"


def test_a_name_with_a_public_and_a_private_number_is_refused(web: Web):
    assert outcome(web.address("both.test"), rule=is_public) == "refused_private"


def test_a_redirect_into_a_private_network_is_not_followed(web: Web):
    [finding] = look(web.redirect("one.test", "/page", f"http://private.test:{web.port}/secret"))

    assert (finding.outcome, finding.final_address) == (
        "refused_private",
        f"http://private.test:{web.port}/secret",
    )
    assert web.asked("/secret") == []


def test_robots_txt_that_leads_into_a_private_network_is_not_read(web: Web):
    web.redirect("one.test", "/robots.txt", f"http://private.test:{web.port}/secret")
    [finding] = look(web.put("one.test"))

    assert finding.outcome == "robots"
    assert web.asked("/secret") == web.asked() == []


def test_the_connection_goes_to_the_number_that_was_judged(web: Web):
    """A name that is given another number by the time of the connection would lead past the judgement."""
    given: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        given.append(host)
        return [HERE]

    judged: list[str] = []

    def rule(number: str) -> bool:
        judged.append(number)
        return True

    assert outcome(web.put("one.test"), resolver=resolver, rule=rule) == "ok"
    assert len(given) == len(judged) == len(web.requests) == 2


def test_the_next_number_of_a_name_is_tried_where_the_first_takes_no_connection(web: Web):
    numbers = {"resolver": lambda *_: ["127.0.0.9", HERE], "rule": lambda _: True}

    assert outcome(web.put("one.test"), **numbers) == "ok"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://one.test/page",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///page",
        "http://one.test:99999/",
        "http://[::1/",
        "http://a..b/",
        "http://a b/",
        "http://one%2etest/",
        "no address",
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_not_asked(address: str):
    assert outcome(address) == "bad_address"


def test_a_redirect_to_what_is_no_address_of_the_web_is_not_followed(web: Web):
    [finding] = look(web.redirect("one.test", "/page", "file:///etc/passwd"))

    assert (finding.outcome, finding.final_address) == ("bad_address", "file:///etc/passwd")


def test_addresses_in_other_scripts_are_asked_as_browsers_do(web: Web):
    web.put("xn--mnchen-3ya.test", "/%D1%81%D1%82%D1%80?q=%C3%A4%20b")

    assert outcome(web.address("münchen.test", "/стр?q=ä b#part")) == "ok"
