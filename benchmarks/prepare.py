"""Makes the databases that are measured, and keeps them until what they are made by changes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.tables import write
from benchmarks.targets import BENCH, PYTHON, ROOT

MADE_BY = (
    "fixtures/*.csv",
    "sources/models/*.py",
    "sources/*.py",
    "minerals/*.py",
    "projects/models.py",
    "projects/serializers.py",
    "benchmarks/claims.py",
    "benchmarks/generate.py",
    "benchmarks/merge.py",
    "benchmarks/copies.py",
)
MOST_PUBLISHED = 100_000
"""Facts that are published by the ledger; more are copies of these."""
NOT_BY = {"views.py", "filters.py", "admin.py", "queries.py", "apps.py", "tests.py"}
"""Modules that answer requests and don't touch what is stored."""


@dataclass(frozen=True, slots=True)
class Databases:
    service: Path
    peers: Path
    published: dict[str, object]
    """How the facts were published, and in how many seconds."""


def stamp() -> str:
    """What the data depend on, in short. Migrations are not in it: they run on the databases that are kept."""
    digest = hashlib.blake2b(digest_size=6)
    for pattern in MADE_BY:
        for path in sorted(ROOT.glob(pattern)):
            if path.name not in NOT_BY:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def databases(facts: int, *, reuse: bool) -> Databases:
    """The databases of so many facts; with `reuse` those that are there, though what they are made by has changed."""
    folder = BENCH / "data"
    folder.mkdir(parents=True, exist_ok=True)
    kept = sorted(folder.glob(f"{facts}-*.service.sqlite3"), key=lambda path: path.stat().st_mtime)
    service = folder / f"{facts}-{stamp()}.service.sqlite3"
    if not service.exists() and reuse and kept:
        service = kept[-1]
    peers = service.with_name(service.name.replace("service", "peers"))
    if not service.exists():
        for path in folder.glob(f"{facts}-*"):
            path.unlink()
        publish_or_copy(facts, service)
    manage(f"sqlite:///{service}", "migrate", "--verbosity", "0")
    if not peers.exists():
        write(service, peers)
    return Databases(service, peers, json.loads(service.with_suffix(".json").read_text()))


def publish_or_copy(facts: int, service: Path) -> None:
    """Publish the facts; of so many that it would take a quarter of an hour, a tenth or less, and copy these."""
    if facts < 2 * MOST_PUBLISHED or facts % MOST_PUBLISHED:
        generate(facts, service, "--way", "shards")
    else:
        generate(facts, service, "--of", str(databases(MOST_PUBLISHED, reuse=False).service))


def generate(facts: int, target: Path, *way: str) -> dict[str, object]:
    base = target.with_name(f"base-{stamp()}.sqlite3")
    command = [str(PYTHON), "-m", "benchmarks.generate", "--facts", str(facts), "--to", str(target)]
    subprocess.run([*command, "--base", str(base), *way], cwd=ROOT, check=True)
    told: dict[str, object] = json.loads(target.with_suffix(".json").read_text())
    return told


def manage(database: str, *arguments: str) -> float:
    """Run a command of the service on a database. Returns the seconds that it took."""
    start = time.perf_counter()
    environment = os.environ | {"DATABASE_URL": database}
    subprocess.run([str(PYTHON), "manage.py", *arguments], cwd=ROOT, check=True, env=environment)
    return time.perf_counter() - start


def shipped(*, times: int) -> tuple[Path, list[float]]:
    """The shipped dataset in a database of its own, and the seconds that loading it took, each time anew."""
    database = BENCH / "data/shipped.sqlite3"
    seconds = []
    for _ in range(times):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        manage(f"sqlite:///{database}", "migrate", "--verbosity", "0")
        seconds.append(manage(f"sqlite:///{database}", "load_dataset", "--verbosity", "0"))
    return database, seconds
