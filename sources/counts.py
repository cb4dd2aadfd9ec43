"""Remembers what was counted at a revision, which stays so: a list is counted when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from sources.queries import Query

MOST = 10_000
"""How many counts a process remembers; then it begins anew."""

_known: dict[Hashable, Any] = {}


def once(what: str, asked: Query, count: Callable[[], Any]) -> Any:
    """What a count came to when the same list was asked for at the same revision, or comes to now."""
    if asked.revision is None:
        return count()
    if (known_already := known(what, asked)) is not None:
        return known_already
    if len(_known) >= MOST:
        _known.clear()
    _known[_key(what, asked)] = found = count()
    return found


def known(what: str, asked: Query) -> Any:
    """What is remembered of a list; None where nothing is."""
    return _known.get(_key(what, asked)) if asked.revision else None


def _key(what: str, asked: Query) -> Hashable:
    return what, asked.revision and (asked.revision.number, asked.revision.created), asked.subject


def forget() -> None:
    """Empty the memory: for tests, which rewind the database."""
    _known.clear()
