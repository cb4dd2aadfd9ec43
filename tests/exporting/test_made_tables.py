"""The tables whose rows are made when they are asked for: sums, comparisons, changes."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from minerals_api.exporting import reading
from sources import ledger
from tests import openapi
from tests.factories import make_reserve, publish

pytestmark = pytest.mark.django_db

SUMMARY = "/api/v1/reserves/summary/?mineral=zinc&year=2025&group_by=country"
COMPARISON = "/api/v1/compare/?mineral=zinc&country=KAZ&measure=reserves"
FORMATS = ("csv", "ndjson", "parquet", "xlsx")


def table(api: APIClient, address: str, name: str = "ndjson") -> list[dict[str, Any]]:
    response = api.get(f"{address}&format={name}")
    assert response.status_code == 200, response.json()
    openapi.validate(response)
    return openapi.rows_of_table(api.get(f"{address}&format={name}"))  # once more, as a stream is read once


@pytest.mark.parametrize("address", [SUMMARY, COMPARISON, "/api/v1/changes/?since=1&kind=event,source"])
def test_the_formats_agree(address: str, api: APIClient) -> None:
    tables = {name: table(api, address, name) for name in FORMATS}

    assert tables["ndjson"]
    assert tables["parquet"] == tables["ndjson"]
    assert len(tables["csv"]) == len(tables["xlsx"]) == len(tables["ndjson"])
    assert list(tables["csv"][0]) == list(tables["xlsx"][0]) == list(tables["ndjson"][0])


def test_a_summary_is_its_rows(api: APIClient) -> None:
    results, rows = api.get(SUMMARY).json()["results"], table(api, SUMMARY)

    assert [row["country"] for row in rows] == [(one["country"] or {}).get("iso3") for one in results]
    assert [row["total_value"] for row in rows] == [one["total"]["value"] for one in results]
    assert [row["keys"] for row in rows] == [" | ".join(one["keys"]) for one in results]


def test_a_summary_that_is_refused_is_refused_as_a_table(api: APIClient) -> None:
    response = api.get("/api/v1/reserves/summary/?format=csv&group_by=colour")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_comparison_is_its_claims(api: APIClient) -> None:
    claims, rows = api.get(COMPARISON).json()["claims"], table(api, COMPARISON)

    assert [row["key"] for row in rows] == [claim["fact"]["key"] for claim in claims]
    assert [row["difference_value"] for row in rows] == [claim["difference"]["value"] for claim in claims]
    assert all(row["source_keys"] for row in rows)


@pytest.mark.parametrize("ordering", ["", "&ordering=-revision"])
def test_changes_are_a_row_each_however_many(ordering: str, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/api/v1/changes/?since=1&kind=source,mineral{ordering}"
    page = api.get(f"{address}&page_size=100").json()
    monkeypatch.setattr(reading, "FEW", 3)
    rows = table(api, address)

    assert len(rows) == page["count"] > 7
    assert [(row["revision"], row["kind"], row["key"]) for row in rows] == [
        (one["revision"], one["kind"], one["key"]) for one in page["results"]
    ]


def test_what_reads_otherwise_stands_in_three_columns(api: APIClient) -> None:
    fact = make_reserve("kaz-zinc-changed")
    before = publish(fact)
    fact.refresh_from_db()
    ledger.withdraw([fact], author="curator", reason="Misread.")
    changes = table(api, f"/api/v1/changes/?since={before.number - 1}&kind=reserve")
    entered, left = (row for row in changes if row["key"] == fact.key)

    assert (entered["action"], entered["key"], entered["changed_path"]) == ("entered", fact.key, None)
    assert (left["action"], left["reason"], left["version"]) == ("withdrawn", "Misread.", 1)


def test_no_changes_are_a_table_without_rows(api: APIClient) -> None:
    newest = api.get("/api/v1/revisions/?ordering=-number&page_size=1").json()["results"][0]["number"]

    assert table(api, f"/api/v1/changes/?since={newest}", "csv") == []
