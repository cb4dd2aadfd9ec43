"""Where many match, SQLite goes through a list in its order rather than sort all: it finds the same, or turns back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from minerals_api import pagination
from sources import compiled, counts
from tests.test_compiled import SAME_FORM

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by its statistics"),
]

LOOKED_UP = "/api/v1/production/?q=mine&mineral=zinc,copper&page_size=5"


def pages(api: APIClient, address: str, most: int = 4) -> list[Any]:
    """The first pages of a list, and back from the last of them."""
    found: list[Any] = []
    link = "next"
    following: str | None = address
    while following and len(found) < 2 * most:
        found.append(api.get(following).json())
        if len(found) == most:
            link = "previous"
        following = found[-1].get(link)
    return found


def steps(worth: int) -> Any:
    return lambda *_: worth


ADDRESSES = [
    f"/api/v1/{name}/?page_size=3&{query}{ordering}"
    for name, forms in SAME_FORM.items()
    for queries in forms
    for query in queries
    for ordering in ("", "&ordering=-key")
    if not ordering or ("ordering" not in query and name in ("reserves", "facts"))
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_walking_finds_what_looking_up_finds(address: str, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for worth in (0, 10**9):
        monkeypatch.setattr(pagination, "_steps_worth_walking", steps(worth))
        found.append(pages(api, address))
    assert found[0] == found[1]


def test_many_matches_are_not_sorted(api: APIClient) -> None:
    address = "/api/v1/production/?q=mine&page_size=5"
    count = api.get(address).json()["count"]
    with CaptureQueriesContext(connection) as captured:
        api.get(address)
    [page] = [one["sql"] for one in captured if "shown_body" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {page.replace('%', '%%')}")
        plan = [row[3] for row in cursor.fetchall()]
    assert count > 1000
    assert [step for step in plan if "TEMP B-TREE" in step or "VIRTUAL" in step] == []


def test_few_matches_are_looked_up(api: APIClient) -> None:
    with CaptureQueriesContext(connection) as captured:
        answer = api.get("/api/v1/production/?q=antimony%20kaz&page_size=5").json()
    assert answer["count"] < 30
    assert "MATCH" in captured[-1]["sql"]


def test_who_walks_too_far_turns_back_and_remembers(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    run = compiled.rows

    def watched(*args: Any, most_steps: int = 0, **options: Any) -> Any:
        asked.append(bool(most_steps))
        return run(*args, most_steps=most_steps, **options)

    counts.forget()
    monkeypatch.setattr(compiled, "rows", watched)
    monkeypatch.setattr(pagination, "STEPS_OF_A_MATCH", 1)
    monkeypatch.setattr(pagination, "WALKED_ROWS", 10**6)
    first, second = api.get(LOOKED_UP).json(), api.get(LOOKED_UP).json()
    walked = [one for one in asked if one]
    monkeypatch.setattr(pagination, "_steps_worth_walking", steps(0))

    assert first == second == api.get(LOOKED_UP).json()
    assert walked == [True]


def test_a_walk_leaves_no_limit_behind(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "_steps_worth_walking", steps(1))
    api.get(LOOKED_UP)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM sources_mention a, (SELECT 1 FROM sources_mention LIMIT 50)")
        assert cursor.fetchone()[0] > 10_000
