"""What a request to the curators' desk goes through, and no other."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from curating import audit, refusing
from curating.files.reading import MOST_BYTES
from curating.login import sessions
from minerals_api.clients import address_of

MOST_SENT = 4 * MOST_BYTES
"""Bytes of a request; somewhat too large a file is told on its form."""


class DeskMiddleware:
    """Ends sessions that are over, and puts what is done into the audit log under who does it and from where.

    What is too large, which anybody could send, is refused before it is read. The desk is where the cookie of a session is sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.SESSION_COOKIE_PATH):
            return self.get_response(request)
        if _bytes_sent(request) > MOST_SENT:
            return refusing.too_large(request)
        with audit.heard(request, address_of(request)):
            sessions.end_if_over(request)
            return self.get_response(request)


def _bytes_sent(request: HttpRequest) -> int:
    """How long the body is said to be; where that can't be read, none is."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
