"""Chooses what is asked for: places spread over the data, the same for the service and all its peers."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

PAGE_SIZE = 50
DEPTH = 0.9
Thing = TypeVar("Thing")
MOST_PAGES, MOST_KEYS, MOST_MINERALS, MOST_SEARCHES = 60, 300, 30, 60


@dataclass(frozen=True, slots=True)
class Page:
    """A page deep in the list: its number, and the key that it comes after."""

    number: int
    after: str


@dataclass(frozen=True, slots=True)
class Places:
    rows: int
    deep: list[Page]
    keys: list[str]
    minerals: list[str]
    """Those whose production is all in one unit, so that it can be ordered by value."""
    searches: list[str]


def choose(peers: Path) -> Places:
    """Choose from the tables that the peers serve."""
    database = sqlite3.connect(f"file:{peers}?mode=ro", uri=True)
    keys = [key for (key,) in database.execute("SELECT key FROM production ORDER BY key")]
    minerals = [
        slug
        for (slug,) in database.execute(
            "SELECT m.slug FROM production p JOIN minerals m ON m.id = p.mineral_id GROUP BY m.id "
            "HAVING count(DISTINCT base_unit) = 1 ORDER BY count(*) DESC, m.slug LIMIT ?",
            [MOST_MINERALS],
        )
    ]
    words = database.execute(
        "SELECT m.slug, c.iso3, p.stage, p.period FROM production p JOIN minerals m ON m.id = p.mineral_id "
        "JOIN countries c ON c.id = p.country_id WHERE p.stage IS NOT NULL AND instr(m.slug, '-') = 0 ORDER BY p.id"
    ).fetchall()
    database.close()
    return Places(len(keys), _deep(keys), spread(keys, MOST_KEYS), minerals, _searches(words))


def spread(things: list[Thing], most: int) -> list[Thing]:
    """So many of these, at equal distances."""
    step = max(1, len(things) // most)
    return things[::step][:most]


def _deep(keys: list[str]) -> list[Page]:
    """Pages around nine tenths of the way."""
    pages = (len(keys) - 1) // PAGE_SIZE
    middle = int(pages * DEPTH)
    first = max(1, middle - MOST_PAGES // 2)
    numbers = range(first, min(first + MOST_PAGES, pages))
    return [Page(number + 1, keys[number * PAGE_SIZE - 1]) for number in numbers]


def _searches(rows: list[tuple[str, str, str, str]]) -> list[str]:
    """Half of them narrow, a mineral in a country; half broad, a mineral and a stage, or a stage and a year."""
    chosen = rows[:: max(1, len(rows) // MOST_SEARCHES)]
    found = []
    for index, (mineral, country, stage, year) in enumerate(chosen):
        narrow, broad = f"{mineral} {country.lower()}", (f"{mineral} {stage}", f"{stage} {year}")[index // 2 % 2]
        found.append(broad if index % 2 else narrow)
    return list(dict.fromkeys(found))
