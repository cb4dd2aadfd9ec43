"""Where an address leads, and whether the checker may go there: by http and https, and only to public machines."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

from django.utils.encoding import iri_to_uri

from curating.links.models import Outcome

PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")

WORLD_WIDE_IPV6 = ip_network("2000::/3")
TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 addresses that a network translates into the IPv4 address that is their end."""
REFUSED = [
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocols' own
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocols' own, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address, private ones too
        "3fff::/20",  # documentation
    )
]
"""What Python holds to be global in some of its versions, and is not, or hides another address."""


class Failure(Exception):  # noqa: N818 (it is a finding, not an error of ours)
    """Why an address gave no answer."""

    def __init__(self, outcome: Outcome, note: str, at: str = "") -> None:
        super().__init__(note)
        self.outcome = outcome
        self.note = note
        self.at = at
        """The address that failed, where it is known."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is asked: nothing of it can be read in two ways."""

    scheme: str
    host: str
    port: int
    path: str
    """The path with its query, encoded."""

    @classmethod
    def of(cls, address: str) -> Target:
        try:
            parts = urlsplit(address.strip())
            host, port = _ascii(parts.hostname or ""), parts.port
        except ValueError as error:
            raise Failure(Outcome.BAD_ADDRESS, f"It can't be read as an address: {error}.") from error
        if parts.scheme not in PORTS:
            raise Failure(Outcome.BAD_ADDRESS, "Only addresses that begin with http:// or https:// are asked.")
        if not HOST.fullmatch(host):
            raise Failure(Outcome.BAD_ADDRESS, "It names no site that can be asked.")
        query = f"?{parts.query}" if parts.query else ""
        return cls(parts.scheme, host, PORTS[parts.scheme] if port is None else port, _encoded(parts.path + query))

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def site(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def address(self) -> str:
        return f"{self.site}{self.path}"

    def next(self, location: str) -> Target:
        """Where a redirect leads."""
        try:
            return Target.of(urljoin(self.address, location))
        except ValueError as error:
            raise Failure(Outcome.BAD_ADDRESS, f"It leads to what is no address: {error}.") from error


def _ascii(host: str) -> str:
    return host.encode("idna").decode() if not host.isascii() else host


def _encoded(path: str) -> str:
    path = iri_to_uri(path)
    return path if path.startswith("/") else f"/{path}"


Resolver = Callable[[str, int], Sequence[str]]
Rule = Callable[[str], bool]


def resolve(host: str, port: int) -> list[str]:
    """The numbers that a name stands for, as the system knows them; odd ways of writing a number are read too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def is_public(address: str) -> bool:
    """Whether a number stands for a machine on the open internet, for what it is itself and what it hides."""
    number = ip_address(address.partition("%")[0])
    if isinstance(number, IPv6Address):
        if (hidden := _hidden_in(number)) is not None:
            return is_public(str(hidden))
        if number not in WORLD_WIDE_IPV6:
            return False
    return number.is_global and not number.is_multicast and not any(number in network for network in REFUSED)


def _hidden_in(number: IPv6Address) -> IPv4Address | None:
    if number in TRANSLATED:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped


NAME_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def numbers_of(target: Target, resolver: Resolver, rule: Rule) -> Sequence[str]:
    """The numbers to connect to. One that is refused is reason to refuse all: a name that has both is a trap."""
    try:
        numbers = resolver(target.host, target.port)
    except socket.gaierror as error:
        outcome = Outcome.NO_HOST if error.errno in NAME_UNKNOWN else Outcome.UNREACHABLE
        raise Failure(outcome, f"{target.host}: {error.strerror}.") from error
    except (OSError, ValueError) as error:
        raise Failure(Outcome.BAD_ADDRESS, f"{target.host} can't be looked up: {error}.") from error
    if not numbers:
        raise Failure(Outcome.NO_HOST, f"{target.host} has no number.")
    for number in numbers:
        if not rule(number):
            raise Failure(Outcome.PRIVATE, f"{target.host} is {number}, which is not on the open internet.")
    return numbers
