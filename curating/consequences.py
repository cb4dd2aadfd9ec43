"""What an act moves besides documents, such as totals: each app finds that out for its own figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from curating.changed import DocumentChange


@dataclass(frozen=True, slots=True)
class Moved:
    """A number that readers get, made of several facts, before an act and after it."""

    of: str
    before: str
    after: str
    by: str = ""
    """How much it moves, where that is known."""


Finder = Callable[[Sequence[DocumentChange], int], Iterable[Moved]]
"""Finds what the changes that a revision makes move. The revision and the one before it can be read."""

_finders: list[Finder] = []


def finds_what_moves(finder: Finder) -> Finder:
    """Decorator: previews show what the function finds."""
    _finders.append(finder)
    return finder


def moved_by(changes: Sequence[DocumentChange], revision: int) -> Iterator[Moved]:
    for finder in _finders:
        yield from finder(changes, revision)
