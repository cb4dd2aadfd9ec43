"""What is measured: how each server is started, and how each kind of read is asked of it."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.places import Places

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / ".bench"
PYTHON, PEER_PYTHON = ROOT / ".venv/bin/python", BENCH / "venv/bin/python"

OPERATIONS = {
    "first": "first page",
    "deep": "deep page",
    "detail": "one fact",
    "filter": "filter + order",
    "search": "search",
    "unchanged": "unchanged (304)",
}

Paths = Mapping[str, list[str]]
"""By operation, the addresses that are asked in turn."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server to measure."""

    name: str
    label: str
    command: Sequence[str]
    environment: Mapping[str, str]
    paths: Callable[[Places, Cursors], Paths]
    facts: Callable[[Any], list[Any]]
    """The facts in an answer."""
    exports: Mapping[str, str] = field(default_factory=dict)
    """By format, the address that exports all facts."""
    ready: str = "/"
    """An address that answers as soon as the server does."""


Cursors = Callable[[str], str]
"""Makes the service's cursor of the page after a key."""


def granian(python: Path, application: str, interface: str = "wsgi") -> list[str]:
    return [
        *(str(python), "-m", "granian", "--interface", interface, "--workers", "1", "--no-access-log"),
        *("--log-level", "error", "--host", "127.0.0.1", "--port", "{port}", application),
    ]


LISTED = "/api/v1/production/"
SECRET_KEY = secrets.token_urlsafe(64)


def _of_service(places: Places, cursor: Cursors) -> Paths:
    deep = [f"{LISTED}?{urlencode({'cursor': cursor(page.after)})}" for page in places.deep]
    return {
        "first": [LISTED],
        "deep": deep,
        "detail": [f"{LISTED}{key}/" for key in places.keys],
        "filter": [f"{LISTED}?mineral={mineral}&ordering=-value" for mineral in places.minerals],
        "search": [f"{LISTED}?q={quote(words)}" for words in places.searches],
        "unchanged": [LISTED, *deep],
    }


def service(database: str, *, cache: bool) -> Target:
    """The service as it is run in production, without a limit of requests."""
    environment = {
        "DATABASE_URL": database,
        "CMAPI_ENV": "production",
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_SECRET_KEY": SECRET_KEY,
        "RATE_LIMIT": "",
        "LOG_LEVEL": "WARNING",
    }
    return Target(
        name="hot" if cache else "cold",
        label="this service, asked before" if cache else "this service, never asked before",
        command=granian(PYTHON, "minerals_api.wsgi:application"),
        environment=environment if cache else environment | {"CACHE_BYTES": "0"},
        paths=_of_service,
        facts=_listed,
        exports={"csv": f"{LISTED}?format=csv", "ndjson": f"{LISTED}?format=ndjson"} if cache else {},
        ready="/health/live",
    )


def _listed(answer: Any) -> list[Any]:
    return list(answer["results"]) if "results" in answer else [answer]


def limit(answers: Path) -> Target:
    return Target(
        ready=LISTED,
        name="limit",
        label="the limit: the same server, ready bytes",
        command=granian(PYTHON, "benchmarks.peers.limit:application"),
        environment={"READY_ANSWERS": str(answers)},
        paths=_of_service,
        facts=_listed,
    )


def _of_datasette(places: Places, _: Cursors) -> Paths:
    def canned(query: str, **parameters: str) -> str:
        return f"/peers/{query}.json?{urlencode(parameters)}&_json=fact&_shape=arrayfirst"

    from benchmarks.peers.queries import matching

    return {
        "first": [canned("page", after="")],
        "deep": [canned("page", after=page.after) for page in places.deep],
        "detail": [canned("detail", key=key) for key in places.keys],
        "filter": [canned("filtered", mineral=mineral) for mineral in places.minerals],
        "search": [canned("search", q=matching(words)) for words in places.searches],
    }


def datasette(peers: Path, metadata: Path) -> Target:
    settings = {"sql_time_limit_ms": "60000", "cache_size_kb": "65536", "num_sql_threads": "1", "max_csv_mb": "0"}
    return Target(
        name="datasette",
        label="Datasette, canned query",
        command=[
            *(str(PEER_PYTHON), "-m", "datasette", "serve", "--host", "127.0.0.1", "--port", "{port}"),
            *("--metadata", str(metadata), "--immutable", str(peers)),
            *(part for name, value in settings.items() for part in ("--setting", name, value)),
        ],
        environment={},
        paths=_of_datasette,
        facts=list,
        exports={"csv": "/peers/production_flat.csv?_stream=1&_size=max"},
    )


def _by_page(order: str) -> Callable[[Places, Cursors], Paths]:
    def paths(places: Places, _: Cursors) -> Paths:
        return {
            "first": ["/production/"],
            "deep": [f"/production/?page={page.number}" for page in places.deep],
            "detail": [f"/production/{key}/" for key in places.keys],
            "filter": [f"/production/?mineral={mineral}{order}" for mineral in places.minerals],
            "search": [f"/production/?q={quote(words)}" for words in places.searches],
        }

    return paths


def _of_drf(places: Places, cursor: Cursors) -> Paths:
    paths = _by_page("&ordering=-base_value,key")(places, cursor)
    return {**paths, "unchanged": paths["first"]}


def plain_drf(peers: Path) -> Target:
    return Target(
        name="drf",
        label="plain DRF, page numbers",
        command=granian(PEER_PYTHON, "benchmarks.peers.plain_drf:application"),
        environment={"PEERS_DATABASE": str(peers)},
        paths=_of_drf,
        facts=_listed,
        exports={"csv": "/production.csv"},
    )


def _uvicorn(application: str) -> list[str]:
    return [
        *(str(PEER_PYTHON), "-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}", "--no-access-log"),
        *("--log-level", "warning", application),
    ]


def fastapi_orm(peers: Path) -> Target:
    return Target(
        name="fastapi-orm",
        label="FastAPI + SQLAlchemy, offsets",
        command=_uvicorn("benchmarks.peers.fastapi_orm:app"),
        environment={"PEERS_DATABASE": str(peers)},
        paths=_by_page(""),
        facts=_listed,
        exports={"csv": "/production.csv"},
    )


def _of_fastapi_sql(places: Places, cursor: Cursors) -> Paths:
    after = [f"/production/?{urlencode({'after': page.after})}" for page in places.deep]
    return {**_by_page("")(places, cursor), "deep": after}


def fastapi_sql(peers: Path) -> Target:
    return Target(
        name="fastapi-sql",
        label="FastAPI + SQL by hand, JSON built in the database",
        command=_uvicorn("benchmarks.peers.fastapi_sql:app"),
        environment={"PEERS_DATABASE": str(peers)},
        paths=_of_fastapi_sql,
        facts=_listed,
        exports={"csv": "/production.csv"},
    )


def peers(database: Path, folder: Path) -> list[Target]:
    """All peers over one database of theirs."""
    metadata = folder / "metadata.json"
    described = [str(PEER_PYTHON), "-m", "benchmarks.peers.datasette_metadata"]
    metadata.write_bytes(subprocess.run(described, cwd=ROOT, check=True, capture_output=True).stdout)
    named = folder / "peers.db"
    named.unlink(missing_ok=True)
    os.link(database, named)  # Datasette names a database in its addresses by its file
    return [datasette(named, metadata), plain_drf(database), fastapi_orm(database), fastapi_sql(database)]
