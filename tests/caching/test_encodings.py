"""Bodies are compressed as the client prefers."""

import gzip

import brotli
import pytest
import zstandard

from minerals_api.caching.encodings import ENCODINGS, choose

TEXT = b'{"key": "kaz-zinc-reserves-aifc-2024", "kind": "reserve"}' * 50


def unpacked(encoding: str | None, body: bytes) -> bytes:
    """The body that a client reads."""
    readers = {
        "zstd": lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed),
        "br": brotli.decompress,
        "gzip": gzip.decompress,
    }
    return readers[encoding](body) if encoding and body else body


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_packed_can_be_unpacked(encoding):
    packed = ENCODINGS[encoding](TEXT)

    assert unpacked(encoding, packed) == TEXT
    assert len(packed) < len(TEXT) / 10
    assert ENCODINGS[encoding](TEXT) == packed


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("gzip;q=1.0, br;q=0.5, zstd;q=0.1", "gzip"),
        ("br;q=0.5, zstd;q=0.5", "zstd"),
        ("zstd;q=0, br;q=0, gzip;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("identity", "identity"),
        ("deflate, x-own", "identity"),
        ("*", "gzip"),
        ("br, *;q=0.1", "br"),
        ("*, gzip;q=0", "identity"),
        ("gzip; q=0.2 , br ;q=x", "gzip"),
        ("gzip;q=much", "identity"),
        ("gzip;q=nan", "identity"),
        (",;=,q=", "identity"),
        ("", "identity"),
    ],
)
def test_the_client_prefers(accepted: str, chosen: str):
    assert choose(accepted) == chosen
