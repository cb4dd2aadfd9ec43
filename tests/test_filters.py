"""Filters find exactly the rows that have what was asked for, by whatever name it goes."""

from __future__ import annotations

import json
import operator
from collections import Counter
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from sources.filter_fields import NUMBER_LOOKUPS
from sources.filters import MEASURE, TextFilter
from sources.shapes import paths_of
from tests import factories as make
from tests.endpoints import (
    FACTS,
    JSON,
    MOST,
    OF_FACTS,
    WITH_MEASURES,
    WITH_PAGES,
    Endpoint,
    Get,
    each,
    pages_of,
    rows_of,
    the_error,
)

pytestmark = pytest.mark.django_db

AMOUNTS = ("quantity", "share")
"""Objects whose members are filtered by under their own names."""

WITHOUT_A_FILTER = {
    "url": "an address",
    "facts_url": "an address",
    "archived_url": "an address",
    "kind": "the same for all facts of an endpoint",
    "revision": "as a parameter it travels in time; a list is ordered by it instead",
    "note": "prose, which q searches",
    "title": "prose, which q searches",
    "text": "prose, which q searches",
    "rank_reason": "prose, which q searches",
    "verbatim": "prose, which q searches",
    "aliases": "slug, name and entity filters accept them, and q searches them",
    "authors": "names, which q searches",
    "alternatives": "a count, of which disputed tells what matters",
    "citations": "filtered by source and support",
    "issues": "filtered by issue",
    "parties": "filtered by partner, person and role",
    "grade": "not comparable between reporting classes",
    "low": "a range is bounded by what it says itself",
    "high": "a range is bounded by what it says itself",
    "base_low": "a range is bounded by what it says itself",
    "base_high": "a range is bounded by what it says itself",
    "base_value": "filtered by as value",
    "unit": "filtered by as stated_unit: as a parameter it converts",
    "converted": "what a request asks for",
    "official_count": "a check of whether a list is complete, by which it is filtered",
    "names_held": "a check of whether a list is complete, by which it is filtered",
    "designations": "filtered by designated_by",
    "groups": "filtered by group",
    "supersedes": "status tells which editions are superseded; a source's edition is one click away",
    "volume": "found by q, with the series",
    "issue": "found by q, with the series",
    "series": "found by q",
    "not_before": "a bound of published",
    "not_after": "a bound of published",
}
"""Fields by which no list needs to be filtered, and why."""

OF_A_CITATION = {
    "key": "made of the key of its fact, by which it is filtered, and its position",
    "position": "its place among those of one fact",
    "locator": "prose, which q searches",
    "cited_as": "prose, which q searches",
    "accessed": "rarely known, and of interest to nobody but the curator",
    "via": "source finds what was read in it as well",
}

OF_A_CHANGE = {
    "created": "the date of the revision, which since and revision take as well",
    "version": "key and kind find all of a fact's",
    "best": "tells whoever keeps a copy what lists show by themselves",
    "reason": "prose of the ledger",
    "moved_to": "filters by entity and key find a move by the key that was left, and action all of them",
    "changed": "what was found, not what is sought",
    "document": "what was found, not what is sought",
}

UNFILTERED = {"revisions"}
"""Lists that are short, and read in their order."""

MOST_VALUES = 4
"""How many values of a field are tried: the commonest."""


def fields_of(endpoint: Endpoint) -> set[str]:
    """What rows of a list have, under the names that filters go by."""
    paths = paths_of((endpoint.viewset.serializer_class,))
    inner = {path.partition(".")[2] for path in paths if path.startswith(tuple(f"{name}." for name in AMOUNTS))}
    return {path for path in (*inner, *paths) if "." not in path and path not in AMOUNTS}


def value_of(row: JSON, name: str) -> Any:
    """What of a row a filter compares."""
    amount: JSON = next((row[known] for known in AMOUNTS if row.get(known)), {})
    value = amount.get("base_value") if name == "value" else row[name] if name in row else amount.get(name)
    if isinstance(value, dict):
        return next(value[part] for part in ("slug", "key", "value") if part in value)
    return value


def spelt(value: Any) -> str:
    """A value as a query has it."""
    words = {"None": "null", "True": "true", "False": "false"}
    return words.get(str(value), str(value))


def found(api: APIClient, address: str, **query: Any) -> list[JSON]:
    """The first rows that a list has for a query."""
    response = api.get(f"{address}?{urlencode({'page_size': MOST} | query)}")
    assert response.status_code == HTTPStatus.OK, response.json()
    return response.json()["results"]


def found_all(api: APIClient, address: str, **query: Any) -> list[JSON]:
    """All rows that a list has for a query, page by page."""
    pages = pages_of(f"{address}?{urlencode({'page_size': MOST} | query)}", api.get)
    return [row for page in pages for row in page["results"]]


def keys(rows: list[JSON]) -> list[str]:
    return [row["key"] for row in rows]


@each(endpoint for endpoint in WITH_PAGES if endpoint.name not in UNFILTERED)
def test_every_field_has_its_filter(endpoint: Endpoint) -> None:
    reasons = WITHOUT_A_FILTER | {"citations": OF_A_CITATION, "changes": OF_A_CHANGE}.get(endpoint.name, {})

    assert fields_of(endpoint) - endpoint.filters.keys() - reasons.keys() == set()


def test_no_reason_is_given_for_what_is_no_field() -> None:
    assert WITHOUT_A_FILTER.keys() <= set().union(*map(fields_of, WITH_PAGES))


@each(WITH_PAGES)
def test_a_filter_finds_what_has_the_value(endpoint: Endpoint, shipped: Get, api: APIClient) -> None:
    rows = rows_of(endpoint, shipped)
    for name in (endpoint.filters.keys() & fields_of(endpoint)) - {"source"}:
        values = Counter(value_of(row, name) for row in rows)
        for value in [value for value, _ in values.most_common(MOST_VALUES) if can_be_asked(endpoint, name, value)]:
            wanted = [row for row in rows if value_of(row, name) == value][:MOST]

            assert found(api, endpoint.address, **{name: spelt(value)}) == wanted, (name, value)


def can_be_asked(endpoint: Endpoint, name: str, value: Any) -> bool:
    """Whether a query can say a value: commas part values, and not every filter takes null."""
    one = endpoint.filters[name]
    if value is None:
        return isinstance(one, TextFilter) or getattr(one, "nullable", False)
    return "," not in str(value) and one.field_name != MEASURE


@each(OF_FACTS)
@pytest.mark.parametrize("suffix", [suffix for suffix in NUMBER_LOOKUPS if suffix])
def test_years_are_bounded(endpoint: Endpoint, suffix: str, shipped: Get, api: APIClient) -> None:
    compare = getattr(operator, NUMBER_LOOKUPS[suffix][0].replace("gte", "ge").replace("lte", "le"))
    wanted = [row for row in rows_of(endpoint, shipped) if row["year"] and compare(row["year"], 2024)]

    assert found_all(api, endpoint.address, **{f"year{suffix}": 2024}) == wanted


@pytest.mark.parametrize(
    ("low", "high"),
    [("year__gte=2025", "year__lte=2024"), ("year__gt=2024", "year__lte=2024"), ("year__gte=2024", "year__lt=2024")],
)
def test_an_empty_range_is_a_contradiction(low: str, high: str, api: APIClient) -> None:
    assert the_error(api.get(f"/api/v1/facts/?{low}&{high}"))["code"] == "contradiction"


@pytest.mark.parametrize("bounds", ["year__gte=2024&year__lte=2024", "year__gt=2023&year__lt=2025"])
def test_a_range_may_be_one_year(bounds: str, api: APIClient) -> None:
    years = {row["year"] for row in api.get(f"/api/v1/facts/?{bounds}").json()["results"]}

    assert years == {2024}


@pytest.mark.parametrize("country", ["kaz", "KAZ", "Kaz", "KZ", "kz", "Kazakhstan", "KAZAKHSTAN", "%20kazakhstan%20"])
def test_a_country_goes_by_any_of_its_names(country: str, api: APIClient) -> None:
    results = api.get(f"/api/v1/reserves/?country={country}").json()["results"]

    assert {row["country"]["iso3"] for row in results} == {"KAZ"}


@pytest.mark.parametrize("mineral", ["aluminium", "aluminum", "Aluminum", "Al", "AL"])
def test_a_mineral_goes_by_any_of_its_names(mineral: str, api: APIClient) -> None:
    results = found(api, "/api/v1/designations/", mineral=mineral)

    assert {row["mineral"]["slug"] for row in results} == {"aluminium"}


@pytest.mark.parametrize("address", ["/api/v1/countries/KAZ/", "/api/v1/countries/kaz/", "/api/v1/minerals/ZINC/"])
def test_details_are_found_whatever_their_case(address: str, api: APIClient) -> None:
    assert api.get(address).json()["slug"] in ("kaz", "zinc")


def test_several_values_go_by_commas(api: APIClient) -> None:
    both = found(api, "/api/v1/designations/", mineral="zinc,Cu")
    each_alone = [
        *found(api, "/api/v1/designations/", mineral="zinc"),
        *found(api, "/api/v1/designations/", mineral="cu"),
    ]

    assert sorted(keys(both)) == sorted(keys(each_alone))


@each(endpoint for endpoint in WITH_PAGES if endpoint.filters.keys() & {"key", "slug"})
def test_several_rows_are_fetched_at_once(endpoint: Endpoint, shipped: Get, api: APIClient) -> None:
    [name] = endpoint.filters.keys() & {"key", "slug"}
    some = rows_of(endpoint, shipped)[::2][:20]

    assert found(api, endpoint.address, **{name: ",".join(row[name].upper() for row in some)}) == some


def test_null_stands_for_what_is_absent(api: APIClient) -> None:
    without = found(api, "/api/v1/figures/", basis="null")
    either = found(api, "/api/v1/figures/", basis="null,ore")

    assert {row["basis"] for row in without} == {None}
    assert {row["basis"] for row in either} == {None, "ore"}


def test_a_source_is_found_by_what_cites_it_or_was_read_in_it(shipped: Get, api: APIClient) -> None:
    article = "jamestown-edm-2025-kz-prc-cm"
    resting = [fact for fact in rows_of(FACTS, shipped) if f'"{article}"' in json.dumps(fact["citations"])]

    assert found_all(api, FACTS.address, source=article) == resting
    assert found_all(api, f"/api/v1/sources/{article}/facts/") == resting


def test_facts_of_no_source(api: APIClient) -> None:
    assert api.get("/api/v1/sources/no-such-source/facts/").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", ["mineral", "country", "partner", "project"])
def test_facts_are_found_by_whatever_they_name(kind: str, api: APIClient) -> None:
    slug = {"mineral": "tungsten", "country": "chn", "partner": "jiaxin", "project": "boguty-tungsten"}[kind]
    rows = found(api, FACTS.address, **{kind: slug})

    assert rows
    assert all(f'"slug": "{slug}"' in json.dumps(row) for row in rows)


# Words


@pytest.fixture
def worded(db: None) -> str:
    """The key of a fact whose note, source and mineral have words that are hard to find."""
    make.make_term("basis", "contained_metal")
    source = make.make_source(
        "gites-2024",
        title="Qualité des gîtes",
        publisher="Øre & Söhne",
        authors="Ninth Working Group",
        series="Cahiers du sous-sol",
    )
    mineral = make.make_mineral("unobtainium", aliases="Élusif|недостижимый")
    fact = make.make_reserve("worded-fact", source=source, mineral=mineral, note="Résumé: Жезқазған, O'Neil-type ore.")
    make.publish(fact)
    return fact.key


@pytest.mark.parametrize(
    "words",
    [
        "resume",
        "RÉSUMÉ",
        "Resum",
        "qualite gites",
        "gites resume",
        "elusif",
        "жезқазған",
        "ЖЕЗҚ",
        "недост",
        "neil type",
        "ninth working",
        "cahiers sol",
    ],
)
def test_words_are_found(words: str, worded: str, api: APIClient) -> None:
    assert worded in keys(found(api, "/api/v1/reserves/", q=words))


@pytest.mark.parametrize("words", ["esume", "resume zzz", "zhezq", "жезказ", "resumes"])
def test_other_words_are_not(words: str, worded: str, api: APIClient) -> None:
    assert worded not in keys(found(api, "/api/v1/reserves/", q=words))


def test_a_query_without_a_word(api: APIClient) -> None:
    assert the_error(api.get("/api/v1/facts/?q=%2B-"))["parameter"] == "q"


# Numbers in several units


@pytest.mark.parametrize("query", ["value__gte=1", "value=1", "ordering=value", "ordering=-value"])
def test_numbers_in_several_units_are_not_compared(query: str, api: APIClient) -> None:
    response = api.get(f"/api/v1/figures/?{query}")
    error = the_error(response)

    assert (response.json()["type"], error["code"]) == ("/problems/mixed-units", "mixed-units")
    assert error["parameter"] == query.partition("=")[0]
    assert "base_unit=" in error["detail"]
    assert {"USD", "t", "persons"} <= set(error["allowed"])


@each(WITH_MEASURES)
@pytest.mark.parametrize("unit", ["USD", "t", "t/a", "persons", "percent"])
def test_numbers_in_one_unit_are(endpoint: Endpoint, unit: str, shipped: Get, api: APIClient) -> None:
    numbers = [value_of(row, "value") for row in rows_of(endpoint, shipped) if value_of(row, "base_unit") == unit]
    wanted = sorted((number for number in numbers if number is not None and number >= 15), reverse=True)
    rows = found_all(api, endpoint.address, base_unit=unit, value__gte=15, ordering="-value")

    assert [value_of(row, "value") for row in rows] == wanted


# Rival claims


@pytest.fixture
def rivals(db: None) -> dict[str, str]:
    """Keys of claims about one reserve by their rank."""
    ranks = {"preferred": "It was measured.", "normal": "", "deprecated": "It was misread."}
    facts = {
        rank: make.make_reserve(f"rival-{rank}", source=make.make_source(f"rival-{rank}"), rank=rank, rank_reason=why)
        for rank, why in ranks.items()
    }
    make.publish(*facts.values())
    return {rank: fact.key for rank, fact in facts.items()}


@pytest.mark.parametrize(
    ("query", "ranks"),
    [
        ({}, {"preferred"}),
        ({"claims": "best"}, {"preferred"}),
        ({"claims": "all"}, {"preferred", "normal", "deprecated"}),
        ({"claims": "all", "rank": "deprecated"}, {"deprecated"}),
        ({"rank": "deprecated"}, set()),
    ],
)
def test_the_best_claims_or_all(query: dict[str, str], ranks: set[str], rivals: dict[str, str], api: APIClient) -> None:
    results = keys(found(api, "/api/v1/reserves/", q="rival", **query))

    assert set(results) == {rivals[rank] for rank in ranks}


def test_a_preference_says_why(rivals: dict[str, str], api: APIClient) -> None:
    assert api.get(f"/api/v1/reserves/{rivals['preferred']}/").json()["rank_reason"] == "It was measured."


# Shape


def test_fields_reach_what_is_nested(api: APIClient) -> None:
    wanted = "key,quantity.value,citations.source.key"
    [row] = found(api, "/api/v1/reserves/", fields=wanted, key="kaz-zinc-reserves-aifc-2024")

    assert row == {
        "key": "kaz-zinc-reserves-aifc-2024",
        "quantity": {"value": 6.7},
        "citations": [{"source": {"key": "aifc-2024-07-09"}}],
    }


def test_omit_reaches_what_is_nested(api: APIClient) -> None:
    address = "/api/v1/reserves/kaz-zinc-reserves-aifc-2024/"
    whole, rest = api.get(address).json(), api.get(f"{address}?omit=quantity.low,citations.source,note").json()
    del whole["quantity"]["low"], whole["note"]
    for citation in whole["citations"]:
        del citation["source"]

    assert rest == whole


def test_the_cited_zinc_figure(api: APIClient) -> None:
    """The example of the README: the number, its unit, its place in the world, who says so, and where that was read."""
    [row] = found(api, "/api/v1/reserves/", country="KAZ", mineral="zinc", source="aifc-2024-07-09")
    [citation] = row["citations"]

    assert (row["quantity"]["value"], row["quantity"]["unit"]) == (6.7, "Mt")
    assert (row["quantity"]["base_value"], row["quantity"]["base_unit"]) == (6_700_000, "t")
    assert row["world_rank"]["value"] == 7
    assert citation["source"]["key"] == "aifc-2024-07-09"
    assert citation["via"]["source"]["key"] == "jamestown-edm-2025-kz-prc-cm"
    assert citation["via"]["locator"] == "body, paragraph 2"
