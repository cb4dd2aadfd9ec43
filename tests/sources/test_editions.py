"""Editions of one document speak with one voice: none is another's rival, and the newest stands for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rest_framework.test import APIClient

from sources import ledger
from sources.editions import editions_of, voices
from sources.models import Fact, Source
from tests.factories import document_of, make_country, make_fact, make_mineral, make_source, publish

pytestmark = pytest.mark.django_db

EDITIONS = ("yearbook-2024", "yearbook-2025", "yearbook-2026")
COMPARE = "/api/v1/compare/?mineral=testium&country=testland"
MEASURES = {"reserve": "reserves", "production": "output"}


def edition(key: str, **fields: Any) -> Source:
    """An edition of the yearbook, with all those before it."""
    earlier = EDITIONS.index(key)
    supersedes = edition(EDITIONS[earlier - 1]) if earlier else None
    return make_source(key, published=key[-4:], supersedes=supersedes, **fields)


def claim(kind: str, key: str, source: Source, value: str, **fields: Any) -> Fact:
    subject = {"mineral": make_mineral("testium"), "country": make_country("testland", iso3="XTL")}
    return make_fact(kind, key, source=source, value=Decimal(value), **subject, **fields)


def standing(kind: str, *keys: str) -> list[tuple[int, bool]]:
    found = [document_of(key, kind=kind) for key in keys]
    return [(one.alternatives, one.disputed) for one in found if one]


def test_a_chain_of_editions_is_one_voice() -> None:
    editions = editions_of({"third": "second", "second": "first", "other": "else"})

    assert editions == {"third": ("first", 2), "second": ("first", 1), "other": ("else", 1)}
    assert voices(["first", "third", "alone"], editions) == {"first": 2, "alone": 0}
    assert editions_of({"one": "two", "two": "one"}).keys() == {"one", "two"}


@pytest.mark.parametrize("kind", MEASURES)
def test_an_edition_is_no_rival_of_another(kind: str) -> None:
    publish(claim(kind, "old", edition(EDITIONS[0]), "10"), claim(kind, "new", edition(EDITIONS[2]), "90"))

    assert standing(kind, "old", "new") == [(0, False), (0, False)]


@pytest.mark.parametrize("kind", MEASURES)
def test_the_newest_edition_stands_for_its_voice(kind: str) -> None:
    """Whatever the keys, and although the older one alone contradicts the other claim."""
    publish(
        claim(kind, "z-old", edition(EDITIONS[0]), "90"),
        claim(kind, "a-new", edition(EDITIONS[1]), "10"),
        claim(kind, "other", make_source("ministry"), "10"),
    )

    assert standing(kind, "other", "a-new", "z-old") == [(1, False), (1, False), (1, True)]


def test_the_newest_edition_speaks_although_its_estimate_is_of_an_earlier_year() -> None:
    publish(
        claim("reserve", "old", edition(EDITIONS[0]), "90", as_of="2023"),
        claim("reserve", "new", edition(EDITIONS[1]), "10", as_of="2020"),
        claim("reserve", "other", make_source("ministry"), "10"),
    )

    assert standing("reserve", "other") == [(1, False)]


def test_an_edition_that_makes_no_claim_leaves_the_older_one_standing() -> None:
    edition(EDITIONS[2])
    publish(
        claim("production", "old", edition(EDITIONS[0]), "90"),
        claim("production", "new", edition(EDITIONS[1]), "10", period="2025"),
        claim("production", "other", make_source("ministry"), "10"),
    )

    assert standing("production", "other", "old", "new") == [(1, True), (1, True), (0, False)]


def test_sources_that_are_found_to_be_editions_cease_to_be_rivals() -> None:
    """Also where the one that ties them together makes no claim itself."""
    first, second, third = (make_source(key) for key in EDITIONS)
    third.supersedes = second
    third.save()
    before = publish(claim("reserve", "old", first, "10"), claim("reserve", "new", third, "90"))
    assert standing("reserve", "old", "new") == [(1, True), (1, True)]
    second.supersedes = first
    second.save()
    ledger.record([second], author="curator", message="It is the next edition.")

    assert standing("reserve", "old", "new") == [(0, False), (0, False)]
    then = document_of("old", revision=before)
    assert then is not None
    assert then.disputed


@pytest.mark.parametrize("kind", MEASURES)
def test_a_comparison_hears_the_newest_edition(kind: str, api: APIClient) -> None:
    publish(
        claim(kind, "old", edition(EDITIONS[0]), "90"),
        claim(kind, "new", edition(EDITIONS[1]), "10"),
        claim(kind, "other", make_source("ministry"), "10"),
    )
    answer = api.get(f"{COMPARE}&measure={MEASURES[kind]}").json()
    [left_out] = answer["left_out"]
    selected = api.get(left_out["select"]).json()

    assert {one["fact"]["key"] for one in answer["claims"]} == {"new", "other"}
    assert (answer["disputed"], left_out["fact"]["key"], left_out["reasons"]) == (False, "old", ["superseded_by_later"])
    assert "a later claim, new" in left_out["explanation"]
    assert parse_qs(urlsplit(left_out["select"]).query)["source"] == ["yearbook-2024"]
    assert [one["fact"]["key"] for one in selected["claims"]] == ["old"]


def test_a_comparison_at_an_older_revision_knows_the_editions_of_then(api: APIClient) -> None:
    first, second = (make_source(key) for key in EDITIONS[:2])
    before = publish(claim("reserve", "old", first, "10"), claim("reserve", "new", second, "90"))
    second.supersedes = first
    second.save()
    ledger.record([second], author="curator", message="It is the next edition.")
    now, then = (api.get(f"{COMPARE}&measure=reserves{at}").json() for at in ("", f"&revision={before.number}"))

    assert [one["fact"]["key"] for one in now["claims"]] == ["new"]
    assert (then["disputed"], then["count"]) == (True, 2)
