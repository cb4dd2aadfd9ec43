"""Puts load on a server: many requests with wrk, or one long answer."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.servers import LOAD_CORE, Server, pinned
from benchmarks.targets import ROOT

CONNECTIONS = 8
ENOUGH = 20
"""Requests that a figure needs; a server that answers fewer is given more time."""
MORE_TIME = 3
CHUNK = 1 << 16


def require_wrk() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("The load generator wrk is missing. On Debian and Ubuntu: apt-get install -y wrk")


@dataclass(frozen=True, slots=True)
class Lines:
    """The addresses of one operation, as the load generator reads them."""

    file: Path

    @classmethod
    def write(cls, folder: Path, name: str, paths: list[str], tags: dict[str, str] | None = None) -> Lines:
        file = folder / f"{name}.txt"
        file.write_text("".join(f"{path}\t{tags[path]}\n" if tags else f"{path}\n" for path in paths))
        return cls(file)


def rate(server: Server, lines: Lines, seconds: int) -> float:
    """Requests that the server answers in a second."""
    counted = _wrk(server, lines, seconds)
    if counted["requests"] < ENOUGH:
        counted = _wrk(server, lines, seconds * MORE_TIME)
    if counted["refused"] or counted["failed"]:
        raise RuntimeError(f"{server.target.label} refused or failed on {lines.file.stem}: {counted}")
    return float(counted["requests"] / counted["microseconds"] * 1e6)


def _wrk(server: Server, lines: Lines, seconds: int) -> Any:
    command = [
        *("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "60s"),
        *("--script", str(ROOT / "benchmarks/wrk.lua"), f"http://127.0.0.1:{server.port}", "--", str(lines.file)),
    ]
    output = subprocess.run(pinned(LOAD_CORE, command), check=True, capture_output=True, text=True).stdout
    return json.loads(next(line for line in output.splitlines() if line.startswith("RESULT")).removeprefix("RESULT "))


@dataclass(frozen=True, slots=True)
class Export:
    """How one long answer went."""

    rows: int
    seconds: float
    first_byte: float
    memory: int
    """Most of the server's own memory at any moment, in bytes."""


def export(server: Server, path: str) -> dict[str, Any] | str:
    """Read one long answer to its end; where the server has none, what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    most = [server.memory()]
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(server, most, ended))
    start = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    if response.status != HTTPStatus.OK:
        connection.close()
        return f"answers {response.status}"
    watch.start()
    last = response.read(1)
    first_byte, lines = time.perf_counter() - start, 0
    while chunk := response.read(CHUNK):
        lines += chunk.count(b"\n")
        last = chunk
    seconds = time.perf_counter() - start
    ended.set()
    watch.join()
    connection.close()
    lines += not last.endswith(b"\n")
    if "csv" in response.headers["Content-Type"]:
        lines -= 1  # the line of names
    return asdict(Export(lines, seconds, first_byte, most[0]))


def _watch(server: Server, most: list[int], ended: threading.Event) -> None:
    while not ended.wait(0.02):
        most[0] = max(most[0], server.memory())
