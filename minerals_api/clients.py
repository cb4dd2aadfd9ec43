"""Who sends a request: one way to tell a client's address, for the rate limit, the lock-out and the audit log."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

SUBSCRIBER = 64
"""Bits of an IPv6 address that a subscriber can't choose."""


def address_of(request: HttpRequest) -> str | None:
    """The address that a request comes from; None where what the server or the proxy says is no address."""
    parsed = _parsed(_stated(request))
    return None if parsed is None else str(parsed)


def client_of(request: HttpRequest) -> str:
    """The address a request is counted under; one IPv6 subscriber is a /64, not each of its addresses."""
    stated = _stated(request)
    parsed = _parsed(stated)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, SUBSCRIBER), strict=False))
    return stated if parsed is None else str(parsed)


def guesser_of(request: HttpRequest) -> str | None:
    """The same as an address that a column of addresses holds: failed logins are counted under it."""
    parsed = _parsed(client_of(request).partition("/")[0])
    return None if parsed is None else str(parsed)


def _parsed(stated: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(stated)
    except ValueError:
        return None
    if not isinstance(parsed, IPv6Address):
        return parsed
    # A zone (fe80::1%eth0) is a name of this machine's own, and no column of addresses takes it.
    return parsed.ipv4_mapped or IPv6Address(int(parsed))


def _stated(request: HttpRequest) -> str:
    """What the outermost proxy of ours saw; anything further left in the header is the client's own word."""
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if 0 < settings.TRUSTED_PROXIES <= len(forwarded) and forwarded[-settings.TRUSTED_PROXIES]:
        return forwarded[-settings.TRUSTED_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
