"""Nothing of the facts that the dataset started from is missing or has changed on the way.

`tests/data` holds them as they were first written down: 134 facts of the article and 96 further ones on Kazakhstan.
`fixtures/origins.csv` says which rows of the dataset carry each.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings

from minerals.units import UNITS, to_base
from sources.models import Document

pytestmark = pytest.mark.django_db

JSON = dict[str, Any]
Amount = tuple[Decimal, str]

DATA = Path(__file__).parent / "data"
ARTICLE_FACTS: list[JSON] = json.loads((DATA / "seed_facts.json").read_text())
FURTHER_FACTS: list[JSON] = json.loads((DATA / "kazakhstan_facts.json").read_text())
FIRST_FACTS = {fact["id"]: fact for fact in [*ARTICLE_FACTS, *FURTHER_FACTS]}

ARTICLE = "jamestown-edm-2025-kz-prc-cm"
FIELDS_OF_THE_ARTICLE = {"seed-133": ("series", "Eurasia Daily Monitor"), "seed-134": ("volume", "22")}
SAME_PAGE = {
    "at-2024-06-03": "astana-times-2024-06-03",
    "at-2024-11-04": "astana-times-2024-11-04",
    "at-2025-02-19": "astana-times-2025-02-19",
}
"""Keys of pages that the article cites as well, under another key."""

UNIT_CODES = {
    "million tons": "Mt",
    "thousand t": "kt",
    "t": "t",
    "t WO3 (JORC)": "t",
    "t tungsten (JORC)": "t",
    "t W content": "t",
    "tU (100% basis)": "t",
    "tons copper per year": "t/a",
    "t copper/year": "t/a",
    "t gallium/year": "t/a",
    "t tungsten/year": "t/a",
    "t/year": "t/a",
    "million tons ore per year": "Mt/a",
    "million t ore/year": "Mt/a",
    "million t of ore/year": "Mt/a",
    "billion USD": "GUSD",
    "million USD": "MUSD",
    "USD": "USD",
    "HKD": "HKD",
    "HKD per share": "HKD/share",
    "percent": "percent",
    "jobs": "persons",
    "deposits": "count",
    "of 34": "count",
}
UNIT_OF_MEMBER = {
    "ore_mt": "Mt",
    "contained_wo3_kt": "kt",
    "contained_graphite_mt": "Mt",
    "grade_wo3_pct": "percent",
    "tgc_pct": "percent",
    "ore_mtpa_initial": "Mt/a",
    "ore_mtpa_full": "Mt/a",
}
"""Units of the members of a compound value that name their own."""

NUMBERS_THAT_MEASURE_NOTHING = {"rank", "year"}
UNITS_OF_DATES = {"year", "date", None}
STOCK_CODE = "hkex"
YEAR_AMONG_NUMBERS = "full_by"
DATE = re.compile(r"\d{4}(-\d{2}){0,2}|\d{4}-(Q[1-4]|H[12])|end of \d{4}")
EDTF_PARTS = {"Q1": "33", "Q2": "34", "Q3": "35", "Q4": "36", "H1": "40", "H2": "41"}


def origins() -> dict[str, list[dict[str, str]]]:
    """The rows of the dataset that carry each first fact."""
    found: dict[str, list[dict[str, str]]] = {}
    with (settings.BASE_DIR / "fixtures" / "origins.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["origin"], []).append(row)
    return found


ORIGINS = origins()
CARRIED = [key for key in FIRST_FACTS if key not in FIELDS_OF_THE_ARTICLE]


@pytest.fixture
def carriers(request: pytest.FixtureRequest, db: None) -> list[JSON]:
    """The live facts that carry the first fact a test is about, as the API serves them."""
    keys = [row["key"] for row in ORIGINS[request.getfixturevalue("first")]]
    bodies = Document.objects.standing().filter(key__in=keys, fact__isnull=False).values_list("body", flat=True)
    return [orjson.loads(body) for body in bodies]


def sources_of(first: str) -> set[str]:
    return {SAME_PAGE.get(key, key) for key in FIRST_FACTS[first]["sources"]}


def cited_by(fact: JSON) -> set[str]:
    vias = {citation["via"]["source"]["key"] for citation in fact["citations"] if citation["via"]}
    return vias | {citation["source"]["key"] for citation in fact["citations"]}


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a value, each with its name where it has one."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from (("", part) for part in value)
    else:
        yield "", value


def numbers_in(first: JSON) -> set[Amount]:
    """Each number of a first fact in its base unit. A unit that no table here knows is an error."""
    if first["unit"] in NUMBERS_THAT_MEASURE_NOTHING:
        return set()
    return {
        in_base_unit(part, UNIT_OF_MEMBER.get(name) or UNIT_CODES[first["unit"]])
        for name, part in members(first["value"])
        if type(part) in (int, float) and name != YEAR_AMONG_NUMBERS
    }


def in_base_unit(number: float, unit: str) -> Amount:
    return to_base(Decimal(str(number)), unit), UNITS[unit].base


def amounts_of(fact: JSON) -> set[Amount]:
    quantity = fact.get("quantity") or fact.get("share") or {}
    numbers = (quantity.get(name) for name in ("base_value", "base_low", "base_high"))
    return {(Decimal(str(number)), quantity["base_unit"]) for number in numbers if number is not None}


def dates_in(first: JSON) -> set[str]:
    """Every date of a first fact in EDTF: when it holds, and what it says happens when."""
    dates = {first["as_of"] or ""}
    for name, part in members(first["value"]):
        dates.add(name)
        if name == YEAR_AMONG_NUMBERS or (first["unit"] in UNITS_OF_DATES and name != STOCK_CODE):
            dates.add(str(part))
    return {edtf(date) for date in dates if DATE.fullmatch(date)}


def edtf(date: str) -> str:
    date = date.removeprefix("end of ").removesuffix("-12-31")
    for part, code in EDTF_PARTS.items():
        date = date.replace(part, code)
    return date


def dates_of(fact: JSON) -> str:
    """Every date that a fact has, or that a source of it has."""
    published = [citation["source"]["published"] for citation in fact["citations"]]
    return " ".join(str(date) for date in (fact["period"], fact["year"], fact["as_of"], *published) if date)


def place_in_article(paragraph: str) -> str:
    if paragraph.startswith("ES"):
        return f"summary, bullet {paragraph.removeprefix('ES')}"
    return f"body, paragraph {paragraph.removeprefix('P')}"


def test_there_are_as_many_as_there_were() -> None:
    assert (len(ARTICLE_FACTS), len(FURTHER_FACTS)) == (134, 96)


def test_nothing_else_is_given_as_an_origin() -> None:
    assert ORIGINS.keys() == FIRST_FACTS.keys()


@pytest.mark.parametrize("first", FIELDS_OF_THE_ARTICLE)
def test_the_article_has_its_series_and_volume(first: str) -> None:
    field, value = FIELDS_OF_THE_ARTICLE[first]
    [row] = ORIGINS[first]
    article = orjson.loads(Document.objects.standing().get(kind="source", key=ARTICLE).body)

    assert (row["target"], row["key"]) == ("source", ARTICLE)
    assert article[field] == value == str(FIRST_FACTS[first]["value"])


@pytest.mark.parametrize("first", CARRIED)
def test_every_row_named_is_a_live_fact(first: str, carriers: list[JSON]) -> None:
    assert {fact["key"] for fact in carriers} == {row["key"] for row in ORIGINS[first]}


@pytest.mark.parametrize("first", CARRIED)
def test_its_sources_are_cited(first: str, carriers: list[JSON]) -> None:
    assert sources_of(first) <= set().union(*map(cited_by, carriers))


@pytest.mark.parametrize("first", CARRIED)
def test_whatever_carries_it_cites_one_of_its_sources(first: str, carriers: list[JSON]) -> None:
    """But for what was drawn from its note, its conflict or the like, which may name another source."""
    drawn_from_elsewhere = {row["key"] for row in ORIGINS[first] if row["note"].startswith("from the ")}
    unsupported = {fact["key"] for fact in carriers if not cited_by(fact) & sources_of(first)}

    assert unsupported - drawn_from_elsewhere == set()


@pytest.mark.parametrize("first", [key for key in CARRIED if numbers_in(FIRST_FACTS[key])])
def test_its_numbers_are_kept(first: str, carriers: list[JSON]) -> None:
    assert numbers_in(FIRST_FACTS[first]) <= set().union(*map(amounts_of, carriers))


@pytest.mark.parametrize("first", [key for key in CARRIED if dates_in(FIRST_FACTS[key])])
def test_its_dates_are_kept(first: str, carriers: list[JSON]) -> None:
    known = " ".join(map(dates_of, carriers))

    assert {date for date in dates_in(FIRST_FACTS[first]) if date not in known} == set()


@pytest.mark.parametrize("first", [key for key in CARRIED if FIRST_FACTS[key].get("rank")])
def test_its_rank_is_kept(first: str, carriers: list[JSON]) -> None:
    stated = str(FIRST_FACTS[first]["rank"])
    bounded = stated.startswith(("<=", "within"))
    expected = ("<=" if bounded else "=", int(re.sub(r"\D", "", stated)))
    ranks = [fact.get("world_rank") or fact["counterpart_rank"] for fact in carriers]

    assert {(rank["comparator"], rank["value"]) for rank in ranks} == {expected}


@pytest.mark.parametrize("first", [fact["id"] for fact in ARTICLE_FACTS if fact["id"] in CARRIED])
def test_its_paragraph_of_the_article_is_named(first: str, carriers: list[JSON]) -> None:
    place = place_in_article(FIRST_FACTS[first]["paragraph"])
    expected = {(key, ARTICLE, place) if key != ARTICLE else (key, None, place) for key in sources_of(first)}

    for fact in carriers:
        assert expected <= set(map(place_of, fact["citations"])), fact["key"]


def place_of(citation: JSON) -> tuple[str, str | None, str | None]:
    """The source of a citation, in what it was read, and the place there."""
    via = citation["via"]
    if via is None:
        return citation["source"]["key"], None, citation["locator"]
    return citation["source"]["key"], via["source"]["key"], via["locator"]
