"""How the database finds lists: by an index, whatever they are ordered or filtered by."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from sources import counts
from sources.models.facts import ORDERED
from tests.endpoints import OF_FACTS, WITH_PAGES, Endpoint, each

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans are SQLite's"),
]

LARGE = re.compile(r"^SCAN (sources_(fact|document|citation|mention)|minerals_(reserve|production|trade))\b(?!.*INDEX)")
"""A step that reads a table of which there is a row for every fact, from its first row to its last."""

ENOUGH = 200
"""Rows from which on sorting them costs more than finding them in order."""


def steps_of(api: APIClient, address: str) -> list[str]:
    """What SQLite does for the page at an address, up to the rows that state nothing in the order: few, and the last."""
    with CaptureQueriesContext(connection) as queries:
        response = api.get(address)
    assert response.status_code == 200, response.json()
    page = next(query["sql"] for query in reversed(queries.captured_queries) if "LIMIT" in query["sql"])
    with connection.cursor() as cursor:
        steps = [step for _, _, _, step in cursor.execute(f"EXPLAIN QUERY PLAN {page.replace('%', '%%')}").fetchall()]
    return steps[: steps.index("UNION ALL")] if "UNION ALL" in steps else steps


def test_long_lists_read_documents_in_the_order_of_their_keys(api: APIClient) -> None:
    """Short ones are sorted as quickly, and statistics tell the database so."""
    lists = [endpoint for endpoint in WITH_PAGES if endpoint.viewset.document_path]
    long = [endpoint for endpoint in lists if api.get(endpoint.address).json()["count"] > ENOUGH]
    assert len(long) > 3

    for endpoint in long:
        steps = steps_of(api, endpoint.address)
        assert any("sources_document USING INDEX" in step for step in steps), (str(endpoint), steps)
        assert not any("TEMP B-TREE FOR ORDER BY" in step for step in steps), (str(endpoint), steps)


COMMON = ["key", "kind", *ORDERED]
"""The orders of columns that all facts have."""


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("kind", ["facts", "production", "reserves"])
def test_orders_of_all_facts_are_read_off_an_index_from_where_a_page_begins(
    kind: str, direction: str, api: APIClient
) -> None:
    """Neither sorted, nor searched from the first row whose value is that of the last on the page before."""
    endpoint = next(one for one in OF_FACTS if one.name == kind)
    for name in (name for name in COMMON if name in endpoint.orderings):
        first = f"{endpoint.address}?ordering={direction}{name}&page_size=20"
        deep = api.get(first).json()["next"]
        steps: list[str] = []
        for address in (first, deep):
            steps = steps_of(api, address)
            assert not any("TEMP B-TREE" in step for step in steps), (address, steps)
            assert not any(map(LARGE.match, steps)), (address, steps)
        assert any(re.search(r"INDEX .*\(.*key[<>]\?", step) for step in steps), (address, steps)


@each(OF_FACTS)
def test_keys_and_values_read_no_large_table_from_end_to_end(endpoint: Endpoint, api: APIClient) -> None:
    """Orders by what is named sort what matches: see docs/decisions/0013-cold-lists.md."""
    for name in {"key", "value"}.intersection(endpoint.orderings):
        settled = "&base_unit=t" if name == "value" else ""
        steps = steps_of(api, f"{endpoint.address}?ordering=-{name}{settled}")

        assert not any(map(LARGE.match, steps)), (name, steps)


@pytest.mark.parametrize("query", ["mineral=zinc&base_unit=t", "country=KAZ&base_unit=t", "base_unit=t"])
@pytest.mark.parametrize("kind", ["production", "reserves"])
def test_values_come_in_their_order(kind: str, query: str, api: APIClient) -> None:
    steps = steps_of(api, f"/api/v1/{kind}/?{query}&ordering=-value")

    assert any(re.search(r"USING INDEX (production|reserve)_by_", step) for step in steps), steps


@each(WITH_PAGES)
def test_a_list_is_counted_once_a_revision(endpoint: Endpoint, api: APIClient) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            api.get(endpoint.address)
        assert len(queries) <= 3
        return sum("COUNT(" in query["sql"] and "LIMIT" not in query["sql"] for query in queries.captured_queries)

    is_long = api.get(endpoint.address).json()["next"] is not None
    counts.forget()
    # What fits on the first page need not be counted.
    assert counted() == is_long
    if endpoint.viewset.document_path:
        assert counted() == 0
