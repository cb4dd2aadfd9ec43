"""How far a long act has come: whoever waits for it hands in something to be told by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

Thing = TypeVar("Thing")


class Progress(Protocol):
    def say(self, text: str) -> None:
        """Told what is done next, where that can't be counted."""

    def through(self, step: str, things: Collection[Thing]) -> Iterable[Thing]:
        """The things of one step one by one, told as they are taken."""


class Silent:
    """Tells nobody."""

    def say(self, text: str) -> None:
        pass

    def through(self, step: str, things: Collection[Thing]) -> Iterable[Thing]:
        return things


SILENT = Silent()
