"""How an answer is compressed, and how a request chooses among the ways."""

import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache

import brotli
import zstandard

LEAST_WORTH_COMPRESSING = 500
"""Shorter bodies gain nothing: with their headers they fit one packet anyway."""

AS_IT_IS = "identity"


def _zstd(body: bytes) -> bytes:
    # A compressor serves one thread at a time; making one costs little beside its work.
    return zstandard.ZstdCompressor(level=7).compress(body)


def _brotli(body: bytes) -> bytes:
    return brotli.compress(body, quality=5)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}
"""Every encoding, the one preferred among equals first."""


@lru_cache(maxsize=64)
def choose(accept_encoding: str) -> str:
    """The encoding that a header Accept-Encoding prefers. A `*` is taken for gzip, which every client can read."""
    weights = dict(map(_weighed, accept_encoding.lower().split(",")))
    if "*" in weights:
        weights.setdefault("gzip", weights["*"])
    best = max(ENCODINGS, key=lambda name: weights.get(name, 0.0))
    weight = weights.get(best, 0.0)
    return best if weight > 0 and weight >= weights.get(AS_IT_IS, 0.0) else AS_IT_IS


def _weighed(token: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in token.split(";"))
    given = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
    try:
        return name, float(given[0]) if given else 1.0
    except ValueError:
        return name, 0.0
