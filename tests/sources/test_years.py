"""The year of a claim: of what it is about, or else of the estimate's date, so that stocks are found by it, too."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from sources.models import Fact
from tests.endpoints import MOST
from tests.factories import make_reserve, publish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("period", "as_of", "year"),
    [
        ("2024", "", 2024),
        ("", "2025-06-30", 2025),
        ("2024", "2025", 2024),
        ("2020/2024", "2025", 2025),
        ("", "2024/2025", None),
        ("", "", None),
    ],
)
def test_a_claim_has_the_year_of_its_period_or_else_of_its_valuation(period: str, as_of: str, year: int | None) -> None:
    assert make_reserve(period=period, as_of=as_of).year == year


def test_a_year_finds_the_stocks_of_that_date(api: APIClient) -> None:
    publish(make_reserve("measured", as_of="2031-06-30"), make_reserve("dated", period="2031"), make_reserve("undated"))
    rows = api.get("/api/v1/reserves/?year=2031&ordering=key").json()["results"]

    assert [(row["key"], row["year"], row["period"]) for row in rows] == [
        ("dated", 2031, "2031"),
        ("measured", 2031, None),
    ]
    assert [row["year"] for row in api.get("/api/v1/reserves/summary/?year=2031&group_by=year").json()["results"]] == [
        2031
    ]


def test_the_reserves_of_the_survey_are_found_by_their_year(api: APIClient) -> None:
    page = api.get(f"/api/v1/reserves/?year=2025&source=usgs-mcs2026&page_size={MOST}").json()

    assert page["count"] > 400
    assert {row["as_of"] for row in page["results"]} == {"2025"}


def test_the_migration_fills_in_what_was_stored_before() -> None:
    facts = [
        make_reserve("measured", as_of="2025"),
        make_reserve("spanning", as_of="2024/2025"),
        make_reserve("undated"),
    ]
    Fact.objects.filter(pk__in=[fact.pk for fact in facts]).update(year=None)
    import_module("sources.migrations.0007_year_of_valuation").fill(apps, None)

    assert [Fact.objects.get(pk=fact.pk).year for fact in facts] == [2025, None, None]
