"""Pages of a list: every row once, in the same order, in both directions and for every order that is offered."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.endpoints import FACTS, JSON, MOST, WITH_PAGES, Endpoint, Get, pages_of, rows_of

pytestmark = pytest.mark.django_db

PAGES = 8
"""About as many pages as a list is read in."""

OFFERED = [
    pytest.param(endpoint, sign + name, id=f"{endpoint}-{sign}{name}")
    for endpoint in WITH_PAGES
    for name in endpoint.orderings
    for sign in ("", "-")
]


def amount_of(row: JSON) -> JSON:
    return row.get("quantity") or row.get("share") or {}


def commonest_unit(endpoint: Endpoint, get: Get) -> str:
    """The base unit of most numbers of a list: numbers of several can't be ordered."""
    units = Counter(unit for row in rows_of(endpoint, get) if (unit := amount_of(row).get("base_unit")))
    return max(units, key=lambda unit: units[unit], default="percent")


def ordered_by(row: JSON, name: str) -> Any:
    """What of a row an order compares."""
    value = amount_of(row).get("base_value") if name == "value" else row[name]
    if isinstance(value, dict):
        return next(value[part] for part in ("slug", "key", "value") if part in value)
    return value


def results(pages: list[JSON]) -> list[JSON]:
    return [row for page in pages for row in page["results"]]


@pytest.mark.parametrize(("endpoint", "ordering"), OFFERED)
def test_every_row_comes_once_and_in_order(endpoint: Endpoint, ordering: str, shipped: Get) -> None:
    name = ordering.removeprefix("-")
    query = {"ordering": ordering} | ({"base_unit": commonest_unit(endpoint, shipped)} if name == "value" else {})
    whole = list(pages_of(f"{endpoint.address}?{urlencode(query | {'page_size': MOST})}", shipped))
    query["page_size"] = str(max(2, whole[0]["count"] // PAGES))

    forward = list(pages_of(f"{endpoint.address}?{urlencode(query)}", shipped))
    backward = list(pages_of(forward[-1]["previous"], shipped, direction="previous"))

    assert results(forward) == results(whole)
    assert [page["results"] for page in backward] == [page["results"] for page in reversed(forward[:-1])]
    assert {page["count"] for page in [*forward, *backward]} == {len(results(whole))}
    assert in_order([ordered_by(row, name) for row in results(whole)], descending=ordering.startswith("-"))


def in_order(values: list[Any], *, descending: bool) -> bool:
    """Whether values are in order, with those that are null at the end either way."""
    stated = [value for value in values if value is not None]
    return values == [*sorted(stated, reverse=descending), *[None] * (len(values) - len(stated))]


def test_some_orders_have_nulls(shipped: Get) -> None:
    """Otherwise the test above would not show what becomes of them."""
    for name in ("year", "period"):
        assert {row[name] is None for row in rows_of(FACTS, shipped)} == {True, False}


def test_several_orders_at_once(shipped: Get) -> None:
    rows = results(list(pages_of(f"{FACTS.address}?ordering=-kind,year&page_size=100", shipped)))
    by_year = sorted(rows, key=lambda row: (row["year"] is None, row["year"] or 0, row["key"]))

    assert rows == sorted(by_year, key=lambda row: row["kind"], reverse=True)


def test_the_header_links_the_pages(shipped: Get) -> None:
    first = shipped(f"{FACTS.address}?page_size=7")
    second = shipped(first.json()["next"])

    assert f'<{first.json()["next"]}>; rel="next"' in first.headers["Link"]
    assert 'rel="prev"' not in first.headers["Link"]
    assert f'<{second.json()["previous"]}>; rel="prev"' in second.headers["Link"]


@pytest.mark.parametrize("page_size", [1, 7, MOST])
def test_a_page_has_as_many_rows_as_asked(page_size: int, shipped: Get) -> None:
    assert len(shipped(f"{FACTS.address}?page_size={page_size}").json()["results"]) == page_size
