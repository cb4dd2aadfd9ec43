"""Parts of a file, for programs that read its end first and then only the columns that they need."""

from __future__ import annotations

import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Generator, Hashable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import IO

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
PIECE = 1 << 16
MOST_FILES = 4
"""How many files a process keeps: enough for the requests that one reader makes of each."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A complete answer, on disk until the last who reads it is done."""

    file: IO[bytes]
    size: int
    is_empty: bool

    def __del__(self) -> None:
        self.file.close()

    def part(self, start: int, end: int) -> Generator[bytes]:
        """The bytes from one place up to another."""
        while start < end:
            piece = os.pread(self.file.fileno(), min(PIECE, end - start), start)
            start += len(piece)
            yield piece


class Files:
    """The files that were read in parts last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        return self._kept.get(key)

    def keep(self, key: Hashable, pieces: Iterable[bytes], *, is_empty: bool) -> Kept:
        file = tempfile.TemporaryFile()  # noqa: SIM115  (the last who reads it closes it)
        for piece in pieces:
            file.write(piece)
        file.flush()
        kept = Kept(file, file.tell(), is_empty)
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > MOST_FILES:
                self._kept.popitem(last=False)
        return kept


def asked_part(header: str, size: int) -> tuple[int, int] | None:
    """Where the one part begins and ends that a header Range asks for; None where it asks for none that there is."""
    found = RANGE.fullmatch(header.strip())
    if not found or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    return (start, end) if start < end else None
