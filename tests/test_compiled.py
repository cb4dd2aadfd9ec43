"""Queries that were written once and are run again with other values: they find what queries made anew find."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.sql.compiler import SQLCompiler
from rest_framework.test import APIClient

from sources import compiled, counts
from tests.endpoints import OF_FACTS, WITH_PAGES, Endpoint, each

pytestmark = pytest.mark.django_db

SAME_FORM = {
    "reserves": [
        ["mineral=zinc", "mineral=copper"],
        ["country=KAZ", "country=CHN"],
        ["scope=world", "scope=country"],
        ["mineral=zinc&base_unit=t&ordering=-value", "mineral=lead&base_unit=t&ordering=-value"],
        ["base_unit=t&value__gte=1000000", "base_unit=t&value__gte=20000000.5"],
        ["base_unit=t&value__gte=0&value__lt=5000", "base_unit=t&value__gte=1e6&value__lt=1e9"],
        ["year=2024", "year=2025"],
        ["year__gte=2025", "year__gte=1900"],
        ["basis=contained_metal", "basis=null"],
        ["disputed=true", "disputed=false"],
        ["source=usgs-mcs-2026-data", "source=usgs-mcs-2025"],
        ["q=zinc", "q=copper kaz", "q=%22 OR zinc"],
        ["support=supports", "support=partly"],
        ["claims=all&rank=normal", "claims=all&rank=deprecated"],
        ["issue=no-issue", "issue=null"],
        ["mineral=zinc,copper", "mineral=lead,zinc"],
        ["designated_by=usa-critical-minerals-2022", "designated_by=kaz-critical-minerals"],
        ["reporting_code=JORC", "reporting_code=null"],
        ["revision=1", "revision=2"],
    ],
    "facts": [
        ["country=KAZ", "country=CHN"],
        ["kind=reserve", "kind=event"],
        ["project=verkhne-kairakty", "mineral=zinc"],
    ],
    "citations": [["kind=reserve", "kind=event"], ["support=supports", "support=partly"]],
    "minerals": [["country=KAZ", "country=CHN"], ["type=element", "type=group"]],
}


def answered(api: APIClient, address: str) -> Any:
    return api.get(address).json()


@pytest.mark.parametrize(("name", "queries"), [(name, one) for name, all_ in SAME_FORM.items() for one in all_])
def test_other_values_find_what_a_query_made_anew_finds(api: APIClient, name: str, queries: list[str]) -> None:
    addresses = [f"/api/v1/{name}/?{query}" for query in queries]
    anew = []
    for address in addresses:
        compiled.forget()
        counts.forget()
        anew.append(answered(api, address))

    assert [answered(api, address) for address in [*addresses, *reversed(addresses)]] == [*anew, *reversed(anew)]


@each(WITH_PAGES)
def test_pages_after_one_another_are_those_of_queries_made_anew(endpoint: Endpoint, api: APIClient) -> None:
    for ordering in (f"-{name}" for name in endpoint.orderings):
        address = f"{endpoint.address}?page_size=3&ordering={ordering}"
        if "value" in ordering:
            address += "&base_unit=t"
        for _ in range(2):
            again = answered(api, address)
            compiled.forget()
            assert again == answered(api, address), address
            if "results" not in again or not (address := again["next"]):
                break


@each(OF_FACTS)
def test_details_share_one_query(endpoint: Endpoint, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (answered(api, endpoint.address)["results"] * 2)[:2]
    api.get(first["url"])
    written = _count_written(monkeypatch)

    assert answered(api, second["url"]) == second
    assert not written


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ("?mineral=zinc&base_unit=t&ordering=-value", "?mineral=copper&base_unit=t&ordering=-value"),
        ("?q=zinc", "?q=cop kaz"),
        ("?year=2024&country=KAZ", "?year=2023&country=CHN"),
    ],
)
def test_a_list_is_written_once_for_all_values(
    known: str, new: str, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for query in (known, new):
        api.get(f"/api/v1/reserves/{query}")
    compiled.forget()
    api.get(f"/api/v1/reserves/{known}")
    written = _count_written(monkeypatch)
    api.get(f"/api/v1/reserves/{new}")

    assert not written


def _count_written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []
    as_sql = SQLCompiler.as_sql

    def noted(self: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        sql = as_sql(self, *args, **kwargs)
        written.append(sql[0])
        return sql

    monkeypatch.setattr(SQLCompiler, "as_sql", noted)
    return written


def test_the_memory_is_bounded(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MOST", 3)
    compiled.forget()
    for size in range(1, 10):
        api.get(f"/api/v1/minerals/?page_size={size}")

    assert len(compiled._known) <= 3
