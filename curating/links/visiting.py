"""Looks at an address as a well-mannered robot does: asks robots.txt first, follows redirects by hand, judges the end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from protego import Protego

from curating.links.addresses import Failure, Target
from curating.links.fetching import Answer, Fetcher
from curating.links.models import LONGEST_ADDRESS, Outcome
from curating.links.turns import Pace, Turns

TOKEN = "CriticalMineralsLinkChecker"  # noqa: S105 (the name that robots.txt knows it by)
MOST_REDIRECTS = 5
MOST_OF_ROBOTS = 512 * 1024
"""Bytes of a robots.txt that are read: RFC 9309 wants 500 KiB at least."""

REDIRECTS = (301, 302, 303, 307, 308)
ASKED_AGAIN = (400, 403, 404, 405, 501)
"""Answers to HEAD from sites that answer GET otherwise."""
WAITS = (429, 503)
"""Answers whose Retry-After says when to come back."""
FORWARDERS = ("doi.org", "dx.doi.org", "hdl.handle.net", "purl.org", "w3id.org", "n2t.net")
"""Sites whose addresses are meant to lead elsewhere."""

SAID_BY = {404: Outcome.NOT_FOUND, 410: Outcome.GONE, 429: Outcome.RATE_LIMITED} | dict.fromkeys(
    (401, 402, 403, 451), Outcome.FORBIDDEN
)


def agent_of(contact: str) -> str:
    """How the checker names itself to the sites that it asks, with where to write to."""
    return f"{TOKEN}/1.0 (looks whether cited pages are still there{f'; {contact}' if contact else ''})"


Ask = Callable[[Target], Turns[Answer]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one look at an address."""

    outcome: Outcome
    status: int | None = None
    final_address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the robots.txt of a site says."""

    parsed: Protego | None = None
    unreadable: Failure | None = None
    """Why it can't be read: then nothing of the site is asked."""

    def check(self, target: Target) -> None:
        """Raises Failure where the page must not be asked."""
        if self.unreadable:
            raise Failure(self.unreadable.outcome, self.unreadable.note)
        if self.parsed and not self.parsed.can_fetch(target.address, TOKEN):
            raise Failure(Outcome.ROBOTS, f"The robots.txt of {target.host} asks programs not to look at it.")


class Visitor:
    """Looks at addresses, and remembers what the robots.txt of each site said."""

    def __init__(self, fetcher: Fetcher, pace: Pace) -> None:
        self.fetcher = fetcher
        self.pace = pace
        self._rules: dict[str, Rules] = {}

    def look_at(self, address: str) -> Turns[Finding]:
        """Whether a document is where it was. It always finds something, and raises nothing."""
        try:
            target, answer = yield from self._follow(address, self._head)
        except Failure as failure:
            led_to = "" if failure.at == _plain(address) else failure.at
            return Finding(failure.outcome, None, _plain_text(led_to), _plain_text(failure.note))
        return _judged(address, target, answer)

    def read(self, address: str, most: int) -> Turns[Answer]:
        """What an address answers, with the beginning of its body. Raises Failure where nothing comes."""
        _, answer = yield from self._follow(address, lambda target: self._get(target, most))
        return answer

    def _follow(self, address: str, ask: Ask, *, for_robots: bool = False) -> Turns[tuple[Target, Answer]]:
        """Where an address leads in the end, each step judged anew."""
        trail = [address]
        try:
            return (yield from self._steps(trail, ask, for_robots=for_robots))
        except Failure as failure:
            failure.at = failure.at or trail[-1]
            raise

    def _steps(self, trail: list[str], ask: Ask, *, for_robots: bool) -> Turns[tuple[Target, Answer]]:
        target, is_our_turn = Target.of(trail[-1]), for_robots
        for _ in range(MOST_REDIRECTS + 1):
            trail.append(target.address)
            if not is_our_turn:
                yield target.host
            is_our_turn = False
            if not for_robots:
                yield from self._permitted(target)
            answer = yield from ask(target)
            if answer.status not in REDIRECTS:
                return target, answer
            if not (location := answer.headers.get("Location", "")):
                raise Failure(Outcome.BAD_ANSWER, f"It answers {answer.status} without saying where to go.")
            trail.append(location)
            target = target.next(location)
        raise Failure(Outcome.MANY_REDIRECTS, f"It still led on after {MOST_REDIRECTS} redirects.")

    def _ask(self, target: Target, method: str, most: int = 0) -> Answer:
        """One request: made only when it is the site's turn."""
        try:
            answer = self.fetcher.ask(target, method, most)
        finally:
            self.pace.asked(target.host)
        if answer.status in WAITS:
            self.pace.hold(target.host, _seconds(answer.headers.get("Retry-After", "")))
        return answer

    def _get(self, target: Target, most: int) -> Turns[Answer]:
        yield from ()
        return self._ask(target, "GET", most)

    def _head(self, target: Target) -> Turns[Answer]:
        answer = self._ask(target, "HEAD")
        if answer.status in ASKED_AGAIN:
            yield target.host
            answer = self._ask(target, "GET")
        return answer

    def _permitted(self, target: Target) -> Turns[None]:
        """Raises Failure where robots.txt forbids the page. Who finds it unread reads it first, in a turn of its own."""
        is_unread = target.site not in self._rules
        if is_unread:
            self._rules[target.site] = yield from self._read_rules(target)
        self._rules[target.site].check(target)
        if is_unread:
            yield target.host

    def _read_rules(self, target: Target) -> Turns[Rules]:
        """As RFC 9309 has it: without a robots.txt all may be asked, and nothing where it can't be reached."""
        robots = f"{target.site}/robots.txt"
        try:
            _, answer = yield from self._follow(robots, lambda at: self._get(at, MOST_OF_ROBOTS), for_robots=True)
        except Failure as failure:
            if failure.outcome == Outcome.MANY_REDIRECTS:
                return Rules()
            if failure.at.startswith(f"{target.site}/"):
                return Rules(unreadable=Failure(failure.outcome, failure.note))
            return _closed(target, f"it leads to {failure.at}, which can't be read: {failure.note}")
        rules = _rules_in(target, answer)
        if rules.parsed:
            self.pace.slow(target.host, rules.parsed.crawl_delay(TOKEN) or 0)
        return rules


def _rules_in(target: Target, answer: Answer) -> Rules:
    if 200 <= answer.status < 300:
        return Rules(Protego.parse(answer.body.decode("utf-8", "replace")))
    if answer.status == 429:
        return Rules(unreadable=Failure(Outcome.RATE_LIMITED, f"{target.host} asked to come back later."))
    return Rules() if 400 <= answer.status < 500 else _closed(target, f"it answers {answer.status}")


def _closed(target: Target, why: str) -> Rules:
    note = f"The robots.txt of {target.host} can't be read ({why}), so nothing of the site is asked."
    return Rules(unreadable=Failure(Outcome.ROBOTS, note))


def _seconds(retry_after: str) -> float:
    """How long a Retry-After asks to wait: a number of seconds, or a date."""
    if retry_after.strip().isdecimal():
        return min(float(retry_after), 10**9)
    with suppress(ValueError, TypeError, OverflowError):
        date = parsedate_to_datetime(retry_after)
        return (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return 0.0


def _judged(address: str, target: Target, answer: Answer) -> Finding:
    final = "" if target.address == _plain(address) else _plain_text(target.address)
    return Finding(_outcome_of(address, target, answer.status), answer.status, final, _note_on(address, target))


def _outcome_of(address: str, target: Target, status: int) -> Outcome:
    if 200 <= status < 300 or status == 304:
        return Outcome.OK if _same_page(address, target) else Outcome.REDIRECTED
    if 400 <= status < 500:
        return SAID_BY.get(status, Outcome.CLIENT_ERROR)
    return Outcome.SERVER_ERROR if 500 <= status < 600 else Outcome.BAD_ANSWER


def _note_on(address: str, target: Target) -> str:
    if target.path == "/" and Target.of(address).path != "/":
        return "It leads to the front page of a site: the document itself may be gone."
    return ""


def _same_page(address: str, target: Target) -> bool:
    """Whether a redirect changed no more than the scheme, a www or a slash, or was what the site is for."""
    asked = Target.of(address)
    return asked.host.removeprefix("www.") in FORWARDERS or _page(asked) == _page(target)


def _page(target: Target) -> tuple[str, str, str]:
    parts = urlsplit(target.address)
    return target.host.rstrip(".").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _plain_text(said: str) -> str:
    """What others said, as every database can keep it."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in said[:LONGEST_ADDRESS])


def _plain(address: str) -> str:
    try:
        return Target.of(address).address
    except Failure:
        return address
