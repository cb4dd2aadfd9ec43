"""Real answers of the endpoints, kept beside the code so that the OpenAPI document can show them.

`manage.py collect_examples` takes them from a database that holds the shipped dataset, and a test compares each with
what is answered.
"""

import json
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import Client

FILE = Path(__file__).with_suffix(".json")
HOST = "127.0.0.1:8000"
CANDIDATES = 25
"""Rows of a list that are looked at for the shortest answer about one."""

PREFERRED = {"reserves": "kaz-zinc-reserves-aifc-2024", "countries": "jpn", "revisions": "1"}
ADDRESSES = {
    "reserves_list": "/api/v1/reserves/?country=KAZ&mineral=zinc",
    "reserves_summary_retrieve": "/api/v1/reserves/summary/?group_by=country&country=KAZ&mineral=zinc",
    "citations_list": "/api/v1/citations/?fact=kaz-zinc-reserves-aifc-2024",
    "changes_list": "/api/v1/changes/?since=2&key=bra-rare-earths-reserves-2025-usgs-mcs2026",
    "revisions_list": "/api/v1/revisions/",
    "vocabularies_list": "/api/v1/vocabularies/?fields=name,open",
}
TOO_LONG = frozenset({"dataset_list"})
NOT_SHIPPED = frozenset({"dataset/releases"})

Example = dict[str, Any]


@cache
def kept() -> dict[str, Example]:
    """The address asked and the answer got, by operation."""
    examples: dict[str, Example] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return examples


def collect() -> dict[str, Example]:
    """A short example of every operation but those whose every answer is long."""
    return {operation: {"address": address, "answer": ask(address)} for operation, address in sorted(_addresses())}


def ask(address: str) -> Any:
    """What the API answers at an address."""
    response = Client(headers={"host": HOST, "accept": "application/json"}).get(address)
    if response.status_code != HTTPStatus.OK:
        raise ValueError(f"{address} answers {response.status_code}: {response.content.decode()}")
    return json.loads(response.content)


def _addresses() -> Iterator[tuple[str, str]]:
    from minerals_api.urls import router

    for prefix, viewset, _ in router.registry:
        if prefix in NOT_SHIPPED:
            continue
        for operation, address in _addresses_of(prefix, viewset):
            if operation not in TOO_LONG:
                yield operation, ADDRESSES.get(operation, address)


def _addresses_of(prefix: str, viewset: Any) -> Iterator[tuple[str, str]]:
    base, name = f"/api/v1/{prefix}/", viewset.lookup_field
    if not hasattr(viewset, "retrieve"):
        query = viewset.filterset_class.example() if viewset.filterset_class else {}
        yield f"{prefix}_list", f"{base}?{urlencode(query)}" if query else base
        return
    one = PREFERRED.get(prefix) or _shortest(base, name)
    yield f"{prefix}_list", f"{base}?{name}={one}"
    yield f"{prefix}_retrieve", f"{base}{one}/"
    for action in viewset.get_extra_actions():
        if action.detail:
            yield f"{prefix}_{action.url_path}_list", f"{base}{one}/{action.url_path}/"
        else:
            yield f"{prefix}_{action.url_path}_retrieve", f"{base}{action.url_path}/?{name}={one}"


def _shortest(base: str, name: str) -> str:
    """What names the row about which there is least to say, but something."""
    rows = ask(base)
    names = [row[name] for row in (rows["results"] if isinstance(rows, dict) else rows)[:CANDIDATES]]
    return min(names, key=lambda one: _length(f"{base}{one}/"))


def _length(address: str) -> int:
    answer = ask(address)
    says_something = any(answer.get("facts", {"": True}).values())
    return len(json.dumps(answer)) if says_something else 10**9
