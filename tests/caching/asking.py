"""Asks a WSGI application as a server would."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a server was told to send."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(application: Callable[..., Any], address: str, method: str = "GET", **headers: str) -> Answer:
    """Send a request to a WSGI application, with headers by their names in environ."""
    told: list[Any] = []
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "HTTP_HOST": "localhost",
        **headers,
    }
    body = application(environ, lambda *told_now: told.append(told_now))
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    [(status, answered)] = told
    return Answer(int(status[:3]), {name.lower(): value for name, value in answered}, content)


class Counting:
    """A WSGI application that counts what reaches it."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application
        self.asked = 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.asked += 1
        return self.application(environ, start_response)
