"""A web of a few sites on this machine, for tests of the link checker: none of them asks the internet for anything."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from curating.links.addresses import is_public
from curating.links.fetching import Fetcher, Limits
from curating.links.turns import Pace, take_turns
from curating.links.visiting import Finding, Visitor, agent_of

HERE = "127.0.0.1"


@cache
def certificate() -> Path:
    """A certificate of secure.test with its key, signed by itself and made for this run."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl, which makes a certificate, is not there")
    folder = Path(tempfile.mkdtemp())
    key, signed, both = (folder / name for name in ("key.pem", "signed.pem", "certificate.pem"))
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(signed)]
    named = ["-days", "2", "-subj", "/CN=secure.test", "-addext", "subjectAltName=DNS:secure.test"]
    subprocess.run([*command, *named], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + signed.read_bytes())
    return both


@dataclass
class Page:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"A page."


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, web: Web) -> None:
        self.web = web
        super().__init__((HERE, 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up in the middle, as the checker does, is no error."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        web, host = self.server.web, self.headers["Host"].partition(":")[0]
        web.requests.append((self.command, host, self.path))
        web.agents.add(self.headers["User-Agent"])
        page = web.pages.get((self.command, host, self.path)) or web.pages.get(("", host, self.path), Page(404))
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page.body)

    do_GET = do_HEAD = answer  # noqa: N815 (the library's names)

    def log_message(self, *_: Any) -> None:
        pass


class Web:
    """Sites, all of them on one port of this machine, with the requests that they were sent."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[tuple[str, str, str], Page] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.agents: set[str] = set()
        self.scheme = "https" if tls else "http"
        self.server = Server(self)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def address(self, site: str, path: str = "/page") -> str:
        return f"{self.scheme}://{site}:{self.port}{path}"

    def put(self, site: str, path: str = "/page", status: int = 200, *, method: str = "", **options: Any) -> str:
        """Let a site have a page, for one method or for all; returns its address."""
        self.pages[method, site, path] = Page(status, **options)
        return self.address(site, path)

    def redirect(self, site: str, path: str, to: str, status: int = 301) -> str:
        return self.put(site, path, status, headers={"Location": to})

    def asked(self, path: str = "/page") -> list[tuple[str, str, str]]:
        return [request for request in self.requests if request[2] == path]


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    thread = threading.Thread(target=web.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield web
    web.server.shutdown()
    web.server.server_close()
    thread.join()


@contextmanager
def one_connection(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that is none: it talks to whoever connects as it likes. Gives the address of a page of it."""
    with socket.create_server((HERE, 0)) as listening:
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        if not stopped.is_set():
                            talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://odd.test:{listening.getsockname()[1]}/page"
        stopped.set()
        with suppress(OSError):
            socket.create_connection((HERE, listening.getsockname()[1])).close()
        thread.join()


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def resolver(host: str, port: int) -> list[str]:
    """Every name that ends in .test is this machine's, but for those that tell of themselves where they are."""
    known = {"private.test": ["10.0.0.7"], "both.test": ["93.184.215.14", HERE], "here.test": [HERE]}
    if host == "gone.test":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if host == "no-network.test":
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return known.get(host, [HERE] if host.endswith(".test") else [host])


def visitor(clock: Clock | None = None, **options: Any) -> Visitor:
    """One that may ask this machine, and for which time passes at once."""
    clock = clock or Clock()
    settings: dict[str, Any] = {
        "resolver": resolver,
        "rule": lambda number: number == HERE or is_public(number),
        "limits": Limits(connect=5, read=5, total=10),
    } | options
    return Visitor(Fetcher(agent_of("curator@example.org"), **settings), Pace(clock=clock, sleep=clock.sleep))


def look(*addresses: str, by: Visitor | None = None) -> list[Finding]:
    """What is found of addresses, in the order in which it is found."""
    by = by or visitor()
    return list(take_turns((by.look_at(address) for address in addresses), by.pace))


def outcome(address: str, **options: Any) -> str:
    [finding] = look(address, by=visitor(**options))
    return finding.outcome
