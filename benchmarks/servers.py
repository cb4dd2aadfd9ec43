"""Starts the servers on one core, waits until they answer, and reads what memory they take."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.targets import BENCH, ROOT, Target

SERVER_CORE, LOAD_CORE = "0", "1"
PATIENCE = 60
LOG = BENCH / "servers.log"
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


def pinned(core: str, command: list[str]) -> list[str]:
    """The command on one core, where the machine has two to tell apart."""
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        return ["taskset", "-c", core, *command]
    return command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.port = free_port()
        command = [part.replace("{port}", str(self.port)) for part in target.command]
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.started = time.perf_counter()
        with LOG.open("ab") as log:
            self.process = subprocess.Popen(
                pinned(SERVER_CORE, command),
                cwd=ROOT,
                env=environment | dict(target.environment),
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path: str, **headers: str) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        status, _, body = self.get(path)
        if status != http.HTTPStatus.OK:
            raise RuntimeError(f"{self.target.label} answers {status} to {path}: {body[:500]!r}")
        return json.loads(body)

    def wait(self, path: str) -> float:
        """Wait for the first answer. Returns the seconds that it took since the process was started."""
        while time.perf_counter() - self.started < PATIENCE:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.target.label} ended with {self.process.returncode}: see {LOG}")
            try:
                self.get(path)
            except OSError:
                time.sleep(0.002)
            else:
                return time.perf_counter() - self.started
        raise RuntimeError(f"{self.target.label} does not answer.")

    def memory(self) -> int:
        """Bytes of memory that are the processes' own: without mapped pages of files, as those of the database."""
        return sum(_own_memory(pid) for pid in family(self.process.pid))


@contextmanager
def running(targets: list[Target]) -> Iterator[dict[str, Server]]:
    """All targets, started one after another and answering."""
    servers: dict[str, Server] = {}
    try:
        for target in targets:
            servers[target.name] = Server(target)
            servers[target.name].wait(target.ready)
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:
            continue
        for child in found:
            yield from family(int(child))


def _own_memory(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(("RssAnon", "RssShmem")))
