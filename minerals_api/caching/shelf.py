"""What is kept of one state of the dataset, within a number of bytes: what was asked for longest ago goes first."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from sys import getsizeof
from threading import Lock

from minerals_api.caching.answers import Entry
from minerals_api.caching.newest import State

LARGEST_SHARE = 8
"""A body may take one part in this many of the budget, lest a few large ones push out all others."""


Key = tuple[str, ...]


class Shelf:
    """The entries of one state. A new state gets a new shelf, so that no entry can outlive the state it shows."""

    def __init__(self, state: State | None, budget: int) -> None:
        self.state = state
        self.budget = budget
        self.used = 0
        self._entries: OrderedDict[Key, tuple[Entry, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def get(self, key: Key) -> Entry | None:
        """The entry of a key, which thereby becomes the last to go."""
        kept = self._entries.get(key)
        if kept is None:
            return None
        with suppress(KeyError):  # Another thread may have taken it away since, to make room.
            self._entries.move_to_end(key)
        return kept[0]

    def has_room_for(self, length: int) -> bool:
        return length * LARGEST_SHARE <= self.budget

    def put(self, key: Key, entry: Entry) -> None:
        """Keep an entry at the size it has now; put it again when it has grown.

        The key counts too: a client chooses how long its headers are.
        """
        with self._lock:
            _, freed = self._entries.pop(key, (None, 0))
            size = entry.size() + sum(map(getsizeof, key))
            self._entries[key] = entry, size
            self.used += size - freed
            while self.used > self.budget:
                _, (_, freed) = self._entries.popitem(last=False)
                self.used -= freed
