"""Fifty figures drawn at random from a data release are what the API serves: value, unit, year, state and place.

Nothing of the importer is used: what a cell is to be served as is worked out here anew.
"""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import pytest

from tests.endpoints import ENDPOINTS, JSON, Get, rows_of
from tests.usgs_excerpt import EXCERPT, SOURCE

pytestmark = pytest.mark.django_db

DRAWN = 50
SEED = 2026
UNITS = {
    "metric tons": "t",
    "tons": "t",
    "thousand metric tons": "kt",
    "million metric tons": "Mt",
    "kilograms": "kg",
    "million cubic meters": "Mm3",
}
WITHOUT_A_NUMBER = {"W": "withheld", **dict.fromkeys(("NA", "XX", "s", "Large", "Small"), "not_available")}
NOT_ON_A_LIST = {"CEMENT", "GOLD", "Krypton", "Neon", "Xenon"}
CORRECTED = {("Brazil", "21,000,000"): "11,000,000", ("World total", ">85,000,000"): ">75,000,000"}
"""What the errata make of cells of the rare-earth reserves."""


def cells() -> list[dict[str, str]]:
    """The cells of world tables in the excerpt, those of the one shifted row put right."""
    text = EXCERPT.read_bytes().decode("cp1252")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    rows = [{name: " ".join(cell.split()) for name, cell in row.items()} for row in rows]
    rows = [row | {"Notes": ""} if row["Notes"] == "Yes" else row for row in rows]
    return [
        row
        for row in rows
        if row["Section"].startswith("World") and not NOT_ON_A_LIST & {row["MCS chapter"], row["Commodity"]}
    ]


def expected(row: dict[str, str]) -> dict[str, Any]:
    """The quantity that is to be served for a cell."""
    cell = CORRECTED.get((row["Country"], row["Value"]), row["Value"])
    quantity: dict[str, Any] = {"verbatim": cell, "unit": UNITS[row["Unit"]], "comparator": None}
    quantity |= {"value": None, "low": None, "high": None, "availability": "reported", "status": None}
    numbers = [float(number.strip(" <>").replace(",", "")) for number in cell.split(" - ") if number[-1].isdigit()]
    if "Less than" in row["Notes"]:
        quantity |= {"comparator": "<", "value": 0.5}
    elif cell in WITHOUT_A_NUMBER:
        return quantity | {"availability": WITHOUT_A_NUMBER[cell]}
    elif cell == "—":
        quantity |= {"comparator": "=", "value": 0, "availability": "nil"}
    elif len(numbers) == 2:
        quantity |= {"comparator": "=", "low": numbers[0], "high": numbers[1]}
    else:
        quantity |= {"comparator": cell[0] if cell[0] in "<>" else "=", "value": numbers[0]}
    return quantity | {"status": status(row)}


def status(row: dict[str, str]) -> str | None:
    if "Reported." in row["Notes"]:
        return "actual"
    if "Estimated" in row["Notes"] or "estimated to have" in row["Statistics_detail"]:
        return "estimated"
    if row["Statistics"] == "Reserves":
        return None
    return "estimated" if row["Year"] == "2025" else "actual"


def served(shipped: Get) -> dict[str, list[JSON]]:
    """What the API has of the release, by the place that is cited."""
    found: dict[str, list[JSON]] = {}
    for endpoint in ENDPOINTS:
        if endpoint.name in ("reserves", "production"):
            for fact in rows_of(endpoint, shipped):
                for citation in fact["citations"]:
                    if citation["source"]["key"] == SOURCE:
                        found.setdefault(citation["locator"], []).append(fact)
    return found


def test_fifty_figures_are_served_as_they_are_printed(shipped: Get) -> None:
    facts, rows = served(shipped), cells()
    assert len(rows) >= 120
    for row in random.Random(SEED).sample(rows, DRAWN):
        place = [row["MCS chapter"], row["Section"], row["Country"]]
        # The column is named where the year alone would leave several.
        places = [", ".join([*place, row["Statistics_detail"], row["Year"]]), ", ".join([*place, row["Year"]])]
        [fact] = next(facts[place] for place in places if place in facts)
        wanted = expected(row)
        if fact["revision"] == 1 and wanted["availability"] == "nil":
            # It was a fact before the release was taken over, and was published without a status.
            wanted["status"] = None

        assert {name: fact["quantity"][name] for name in wanted} == wanted, places
        assert fact["as_of" if fact["kind"] == "reserve" else "period"] == row["Year"]
        assert fact["scope"] == {"World total": "world", "Other countries": "rest_of_world"}.get(
            row["Country"], "country"
        )


def test_the_release_names_heavy_rare_earths(shipped: Get) -> None:
    """Only those that its chapter on them has or names; none is called light."""
    rows = shipped("/api/v1/memberships/?group=heavy-rare-earths,light-rare-earths&page_size=500").json()["results"]
    members = {(row["group"]["slug"], row["member"]["slug"]) for row in rows}
    named = ("dysprosium", "erbium", "holmium", "lutetium", "terbium", "ytterbium", "yttrium")

    assert members == {("heavy-rare-earths", name) for name in named}
    assert {citation["source"]["key"] for row in rows for citation in row["citations"]} == {SOURCE}
