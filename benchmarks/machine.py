"""Says on what was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.targets import PEER_PYTHON, PYTHON, ROOT

PACKAGES = ("django", "djangorestframework", "granian", "orjson")
PEER_PACKAGES = ("datasette", "fastapi", "sqlalchemy", "uvicorn")


def describe() -> dict[str, str]:
    """The machine, as far as it says."""
    processor = _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0] or 0) / 1024**2
    return {
        "processor": processor,
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def _field(file: str, name: str) -> str:
    path = Path(file)
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "0")


def versions() -> dict[str, str]:
    commit = _output("git", "describe", "--always", "--dirty")
    wrk = (_output("wrk", "-v").split("\n")[0].split() or ["", "?"])[1]
    sqlite = _output(str(PYTHON), "-c", "import sqlite3; print(sqlite3.sqlite_version)")
    return {
        "this service": commit,
        "python": platform.python_version(),
        "sqlite": sqlite,
        "wrk": wrk,
        **_installed(PYTHON, PACKAGES),
        **_installed(PEER_PYTHON, PEER_PACKAGES),
    }


def _installed(python: Path, packages: tuple[str, ...]) -> dict[str, str]:
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    return dict(zip(packages, _output(str(python), "-c", code, *packages).split(), strict=False))


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()
