"""Measures the service, the limit and the peers side by side, and writes what was found.

python -m benchmarks.run --facts 10000 100000 1000000 --seconds 2 --to benchmarks/results
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks import machine, postgres, prepare, targets
from benchmarks.agreement import left_out
from benchmarks.load import Lines, export, rate, require_wrk
from benchmarks.places import Places, choose
from benchmarks.report import write_report
from benchmarks.servers import Server, running
from benchmarks.targets import BENCH, LISTED, OPERATIONS, ROOT, Cursors, Paths, Target

ROUNDS = 5
PUBLISHED = 10_000


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def cursors(service: Server) -> Cursors:
    """Makes cursors of the service, as following it page by page would come by them."""
    os.environ["DJANGO_SECRET_KEY"] = targets.SECRET_KEY
    from benchmarks.generate import connect

    connect(BENCH / "data/none.sqlite3")
    from sources.queries import Place

    following = parse_qs(urlsplit(service.json(LISTED)["next"]).query)["cursor"][0]
    place = Place.opened(following)
    if place is None:
        raise RuntimeError("The service gave a cursor that it can't read.")
    return lambda key: replace(place, values=(key,)).sealed()


def ready_answers(service: Server, paths: Paths, file: Path) -> dict[str, str]:
    """Keep each answer of the service for the limit to repeat. Returns the tag of each."""
    answers, tags = {}, {}
    for path in dict.fromkeys(path for asked in paths.values() for path in asked):
        status, headers, body = service.get(path, Accept="application/json")
        if status != 200:
            raise RuntimeError(f"The service answers {status} to {path}: {body[:300]!r}")
        kept = [(name.lower(), value) for name, value in headers if name.lower() not in ("date", "server")]
        split = urlsplit(path)
        answers[f"{split.path}?{split.query}"] = (f"{status} OK", kept, body)
        tags[path] = dict(kept)["etag"]
    file.write_bytes(pickle.dumps(answers))
    return tags


def lines_of(server: Server, paths: Paths, folder: Path) -> dict[str, Lines]:
    lines = {}
    for operation, asked in paths.items():
        tags = None
        if operation == "unchanged":
            tags = {path: dict(_lowered(server.get(path, Accept="application/json")[1]))["etag"] for path in asked}
        lines[operation] = Lines.write(folder, f"{server.target.name}-{operation}", asked, tags)
    return lines


def _lowered(headers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((name.lower(), value) for name, value in headers)


def measure_rates(servers: dict[str, Server], lines: dict[str, dict[str, Lines]], seconds: int) -> dict[str, Any]:
    """Requests a second of every server and operation, in rounds, so that what disturbs one disturbs all."""
    rates: dict[str, dict[str, list[float]]] = {name: {key: [] for key in lines[name]} for name in servers}
    for turn in range(1, ROUNDS + 1):
        for operation in OPERATIONS:
            for name, server in servers.items():
                if operation in lines[name]:
                    rates[name][operation].append(rate(server, lines[name][operation], seconds))
        say(f"  round {turn} of {ROUNDS}")
    return rates


def measure_exports(servers: dict[str, Server]) -> dict[str, Any]:
    """Whole exports, each once: they take long enough to be steady."""
    found: dict[str, Any] = {}
    for name, server in servers.items():
        for kind, path in server.target.exports.items():
            found.setdefault(name, {})[kind] = export(server, path)
            say(f"  {name} {kind}: {found[name][kind]}")
    return found


def measure(
    service: Target, uncached: Target, peers: list[Target], places: Places, seconds: int, folder: Path
) -> dict[str, Any]:
    """Everything about one size of one database."""
    with running([service, uncached, *peers]) as servers:
        cursor = cursors(servers["cold"])
        paths = {name: server.target.paths(places, cursor) for name, server in servers.items()}
        lacking = {
            peer.name: left_out(servers["cold"], paths["cold"], servers[peer.name], paths[peer.name]) for peer in peers
        }
        answers = folder / "answers.pickle"
        ready_answers(servers["hot"], paths["hot"], answers)
        with running([targets.limit(answers)]) as limits:
            everyone = {**limits, **servers}
            paths["limit"] = paths["hot"]
            lines = {name: lines_of(server, paths[name], folder) for name, server in everyone.items()}
            warm(everyone, paths)
            rates = measure_rates(everyone, lines, seconds)
        return {"rows": places.rows, "rates": rates, "left_out": lacking, "exports": measure_exports(servers)}


def warm(servers: dict[str, Server], paths: dict[str, Paths]) -> None:
    """Ask for everything once, and for the first page until code and files are in memory."""
    for name, server in servers.items():
        for asked in paths[name].values():
            for path in asked:
                server.get(path, Accept="application/json")


def measure_size(facts: int, options: argparse.Namespace) -> dict[str, Any]:
    say(f"{facts:,} facts: preparing")
    made = prepare.databases(facts, reuse=options.reuse)
    places = choose(made.peers)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="run-", dir=BENCH) as scratch:
        folder = Path(scratch)
        say(f"{facts:,} facts: SQLite")
        address = f"sqlite:///{made.service}"
        ours = targets.service(address, cache=True), targets.service(address, cache=False)
        found["sqlite"] = measure(*ours, targets.peers(made.peers, folder), places, options.seconds, folder)
        if options.postgres and facts <= options.most_on_postgres:
            say(f"{facts:,} facts: PostgreSQL")
            with postgres.copied(made.service, options.postgres) as address:
                ours = targets.service(address, cache=True), targets.service(address, cache=False)
                found["postgresql"] = measure(*ours, [], places, options.seconds, folder)
    return found


def measure_start() -> dict[str, Any]:
    """Loading the shipped dataset, publishing facts, and the time from process start to first answer."""
    say("loading, publishing, starting")
    database, loading = prepare.shipped(times=ROUNDS)
    published = BENCH / "data/published.sqlite3"
    publishing = prepare.generate(PUBLISHED, published, "--way", "ledger")
    starts: dict[str, list[float]] = {"hot": [], "limit": []}
    answers = BENCH / "data/no-answers.pickle"
    answers.write_bytes(pickle.dumps({f"{LISTED}?": ("200 OK", [("content-length", "2")], b"{}")}))
    begun = [(targets.service(f"sqlite:///{database}", cache=True), LISTED), (targets.limit(answers), LISTED)]
    for _ in range(ROUNDS):
        for target, path in begun:
            server = Server(target)
            try:
                starts[target.name].append(server.wait(path))
            finally:
                server.stop()
    return {"load_dataset": loading, "publishing": publishing, "first_answer": starts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=int, default=2, help="how long each of the five measurements lasts")
    parser.add_argument("--to", type=Path, default=ROOT / "benchmarks/results", help="folder for the results")
    parser.add_argument("--page", type=Path, help="the page of the documentation that is to show them")
    parser.add_argument("--postgres", default="", help="address of a PostgreSQL server, to measure on it as well")
    parser.add_argument("--most-on-postgres", type=int, default=100_000, help="facts that are copied there, at most")
    parser.add_argument("--reuse", action="store_true", help="keep data though the code that makes them has changed")
    options = parser.parse_args()
    require_wrk()
    results = {
        "machine": machine.describe(),
        "versions": machine.versions(),
        "rounds": ROUNDS,
        "seconds": options.seconds,
        "sizes": {str(facts): measure_size(facts, options) for facts in options.facts},
        "start": measure_start(),
    }
    options.to.mkdir(parents=True, exist_ok=True)
    file = options.to / "results.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    write_report(results, options.to, options.page)
    subprocess.run([str(targets.PEER_PYTHON), "-m", "benchmarks.plot", str(file)], cwd=ROOT, check=True)
    say((options.to / "results.md").read_text())


if __name__ == "__main__":
    main()
