"""Lets many look-ups take turns, so that no site is asked more often than is kind, and none waits for another.

A look-up is a generator: it names the site that it is about to ask, and goes on when it is the site's turn.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TypeVar

Found = TypeVar("Found")
Turns = Generator[str, None, Found]
"""A look-up, with what it finds in the end."""

PAUSE = 5.0
"""Seconds between two requests to one site."""
LONGEST_PAUSE = 60.0
"""No more seconds than this are waited between two requests, whatever a site's robots.txt asks."""
PATIENCE = 120.0
"""A site that asks to wait longer than so many seconds is left for the next run."""


class Pace:
    """When each site may be asked again. Clock and sleep are given only by tests."""

    def __init__(
        self,
        pause: float = PAUSE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pause = pause
        self._clock = clock
        self._sleep = sleep
        self._pauses: dict[str, float] = {}
        self._free_at: dict[str, float] = {}

    def free_at(self, site: str) -> float:
        return self._free_at.get(site, 0.0)

    def asked(self, site: str) -> None:
        """A request to a site has just ended."""
        self.hold(site, self._pauses.get(site, self._pause))

    def slow(self, site: str, seconds: float) -> None:
        """A site wishes for longer pauses, from the request on that has just ended."""
        self._pauses[site] = max(self._pause, min(seconds, LONGEST_PAUSE))
        self.asked(site)

    def hold(self, site: str, seconds: float) -> None:
        """A site is not asked for so long."""
        self._free_at[site] = max(self.free_at(site), self._clock() + seconds)

    def wait(self, site: str) -> bool:
        """Wait until a site may be asked; False, at once, where that would take too long."""
        seconds = self.free_at(site) - self._clock()
        if seconds > PATIENCE:
            return False
        if seconds > 0:
            self._sleep(seconds)
        return True


def take_turns(lookups: Iterable[Turns[Found]], pace: Pace) -> Iterator[Found]:
    """What each of the look-ups finds, as they end. Those that a site lets wait too long are given up."""
    waiting: dict[str, deque[Turns[Found]]] = {}

    def go_on(lookup: Turns[Found], asked: str = "") -> Iterator[Found]:
        try:
            site = next(lookup)
        except StopIteration as end:
            yield end.value
            return
        queue = waiting.setdefault(site, deque())
        # Who has more to ask of the same site keeps the place.
        (queue.appendleft if site == asked else queue.append)(lookup)

    for lookup in lookups:
        yield from go_on(lookup)
    while waiting:
        site = min(waiting, key=pace.free_at)
        if not pace.wait(site):
            for given_up in waiting.pop(site):
                given_up.close()
            continue
        lookup = waiting[site].popleft()
        yield from go_on(lookup, site)
        if not waiting[site]:
            del waiting[site]
