"""Compresses an answer on its way, piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Mapping
from typing import Any

import brotli
import zstandard

GZIP = 31
"""The window, with which zlib writes the header of gzip."""


class _Brotli:
    """Brotli under the names that the others have."""

    def __init__(self) -> None:
        self.compressor = brotli.Compressor(quality=3)
        self.compress, self.flush = self.compressor.process, self.compressor.finish


# Fast levels: an answer is compressed anew each time, and no faster than this it can be sent.
COMPRESSORS: Mapping[str, Callable[[], Any]] = {
    "zstd": lambda: zstandard.ZstdCompressor(level=1).compressobj(),
    "br": _Brotli,
    "gzip": lambda: zlib.compressobj(1, zlib.DEFLATED, GZIP),
}


def compressed(pieces: Generator[bytes], encoding: str) -> Generator[bytes]:
    """The pieces in an encoding. Closing this one closes them."""
    compressor = COMPRESSORS[encoding]()
    try:
        for piece in pieces:
            if packed := compressor.compress(piece):
                yield packed
        yield compressor.flush()
    finally:
        pieces.close()
