"""One request to one public machine, ended in time whatever the other side does."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from threading import Timer
from types import TracebackType
from typing import Self

from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection

from curating.links.addresses import Failure, Resolver, Rule, Target, is_public, numbers_of, resolve
from curating.links.models import Outcome

MOST_NUMBERS = 3
"""Numbers of one site that are tried, one after the other, until one takes the connection."""

ERRORS = (exceptions.HTTPError, HTTPException, OSError, ValueError)
"""Whatever a connection, TLS or an answer that is none can raise."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take, in seconds."""

    connect: float = 10
    read: float = 15
    """Between two pieces of the answer."""
    total: float = 30


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Deadline:
    """Cuts a connection when its time is over: a server that sends a letter a second is never late by itself."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def watch(self, connected: socket.socket | None) -> None:
        self._socket = connected
        self.check()

    def check(self) -> None:
        """What was cut may look like a whole answer, so it is asked after every step."""
        if self.is_over:
            raise TimeoutError

    def _end(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with suppress(OSError):
                # The method of TLS sockets would first take leave of a side that may not answer.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Fetcher:
    """Asks an address once, follows nothing, and reads no more of the answer than is wanted.

    A name is looked up once, and the connection goes to the number that was judged: no second look-up can lead
    it elsewhere. How names are looked up, and which numbers may be asked, are given only by tests.
    """

    def __init__(
        self,
        agent: str,
        *,
        resolver: Resolver = resolve,
        rule: Rule = is_public,
        limits: Limits = Limits(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.agent = agent
        self._resolver = resolver
        self._rule = rule
        self._limits = limits
        self._given_tls = tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or ssl.create_default_context()

    def ask(self, target: Target, method: str, most: int = 0) -> Answer:
        """The answer, with at most so many bytes of its body. Raises Failure where none comes."""
        with Deadline(self._limits.total) as deadline:
            try:
                numbers = numbers_of(target, self._resolver, self._rule)
                with closing(self._connected(target, numbers, deadline)) as connection:
                    answer = self._exchange(connection, target, method, most)
                deadline.check()
            except ERRORS as error:
                raise _failure(target, error, deadline) from error
        return answer

    def _connected(self, target: Target, numbers: Sequence[str], deadline: Deadline) -> HTTPConnection:
        """A connection to the first number that takes one."""
        *others, last = numbers[:MOST_NUMBERS]
        for number in others:
            with suppress(exceptions.NewConnectionError, exceptions.ConnectTimeoutError):
                return self._connection(target, number, deadline)
        return self._connection(target, last, deadline)

    def _connection(self, target: Target, number: str, deadline: Deadline) -> HTTPConnection:
        deadline.check()
        connection = self._unconnected(target, number)
        try:
            connection.connect()
            deadline.watch(connection.sock)
        except BaseException:
            connection.close()
            raise
        connection.timeout = self._limits.read
        return connection

    def _unconnected(self, target: Target, number: str) -> HTTPConnection:
        if target.scheme == "http":
            return HTTPConnection(number, target.port, timeout=self._limits.connect)
        return HTTPSConnection(
            number,
            target.port,
            timeout=self._limits.connect,
            ssl_context=self._tls,
            server_hostname=target.host.rstrip("."),
        )

    def _exchange(self, connection: HTTPConnection, target: Target, method: str, most: int) -> Answer:
        headers = {
            "Host": target.netloc,
            "User-Agent": self.agent,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        connection.request(method, target.path, headers=headers, preload_content=False)
        response = connection.getresponse()
        try:
            body = response.read(most, decode_content=True) if most else b""
        finally:
            response.close()
        return Answer(response.status, response.headers, body)


def _failure(target: Target, error: Exception, deadline: Deadline) -> Failure:
    outcome = Outcome.TIMEOUT if deadline.is_over else _outcome_of(error)
    said = "no whole answer came in time" if outcome == Outcome.TIMEOUT else _words_of(error)
    return Failure(outcome, f"{target.host}: {said}.")


def _outcome_of(error: Exception) -> Outcome:
    if isinstance(error, exceptions.NewConnectionError):
        # For urllib3 it is a time-out, too.
        return Outcome.UNREACHABLE
    if isinstance(error, TimeoutError | exceptions.TimeoutError):
        return Outcome.TIMEOUT
    return Outcome.BAD_TLS if isinstance(error, ssl.SSLError | exceptions.SSLError) else Outcome.BAD_ANSWER


def _words_of(error: Exception) -> str:
    """What an error says to a person: nothing of objects in memory."""
    cause = error.__cause__ if isinstance(error, exceptions.NewConnectionError) and error.__cause__ else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        said = cause.verify_message
    else:
        said = (cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)) or type(cause).__name__
    return said.rstrip(".")
