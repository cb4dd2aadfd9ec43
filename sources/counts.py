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
    key = (what, asked.revision.number, asked.revision.created, asked.subject)
    if (known := _known.get(key)) is not None:
        return known
    if len(_known) >= MOST:
        _known.clear()
    _known[key] = found = count()
    return found


def forget() -> None:
    """Empty the memory: for tests, which rewind the database."""
    _known.clear()
