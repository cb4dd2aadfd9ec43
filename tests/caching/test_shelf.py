"""Memory is bounded in bytes, and what was asked for longest ago goes first."""

import tracemalloc

import pytest

from minerals_api.caching.answers import Entry
from minerals_api.caching.shelf import Shelf

HEADERS = [
    ("Content-Type", "application/json"),
    ("ETag", 'W/"1-a"'),
    ("Last-Modified", "Tue, 24 Nov 2026 00:00:00 GMT"),
]


def entry(length: int) -> Entry:
    return Entry(HEADERS, b"x" * length)


@pytest.fixture
def shelf() -> Shelf:
    """Room for three entries of ten thousand bytes."""
    return Shelf(b"1", 3 * entry(10_000).size() + 500)


def test_the_least_recently_used_goes_first(shelf: Shelf):
    for name in "abc":
        shelf.put((name,), entry(10_000))
    shelf.get(("a",))
    shelf.put(("d",), entry(10_000))

    assert [name for name in "abcd" if (name,) in shelf] == ["a", "c", "d"]


def test_a_copy_in_another_encoding_takes_room(shelf: Shelf):
    for name in "abc":
        shelf.put((name,), entry(10_000))
    before = shelf.used
    grown = shelf.get(("c",))
    assert grown
    grown.compress("gzip")
    shelf.put(("c",), grown)

    assert ("a",) not in shelf
    assert shelf.used < before
    assert shelf.used <= shelf.budget


def test_the_same_key_is_counted_once(shelf: Shelf):
    for _ in range(9):
        shelf.put(("a",), entry(10_000))

    assert len(shelf) == 1
    shelf.put(("a",), entry(20))
    assert shelf.used < 10_000


def test_what_exceeds_the_budget_alone_is_not_kept(shelf: Shelf):
    shelf.put(("a",), entry(200_000))

    assert len(shelf) == 0
    assert shelf.used == 0


def test_a_large_body_has_no_room(shelf: Shelf):
    assert shelf.has_room_for(shelf.budget // 8)
    assert not shelf.has_room_for(shelf.budget // 8 + 1)


@pytest.mark.parametrize("length", [10, 20_000])
def test_the_count_is_what_memory_takes(length: int):
    """Small bodies with all their headers count for no less than they take."""
    tracemalloc.start()
    try:
        shelf = Shelf(b"1", 50_000_000)
        for number in range(500):
            headers = [*HEADERS, *((f"X-{name}-{number}", f"{number:060}") for name in range(14))]
            kept = Entry(headers, bytes(f"{number:0{length}}", "ascii"))
            kept.compress("gzip")
            shelf.put((f"/api/v1/facts/{number}/", "", "*/*", "localhost", "http", "", ""), kept)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken <= shelf.used <= 3 * taken


def test_a_long_key_takes_room(shelf: Shelf):
    for number in range(9):
        shelf.put(("/api/v1/facts/", f"{number}" + "x" * 20_000), entry(20))

    assert 0 < len(shelf) < 3
    assert shelf.used <= shelf.budget
