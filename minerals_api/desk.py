"""What a request to the curators' desk goes through, and no other."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from curating import audit
from curating.login import sessions
from minerals_api.clients import address_of


class DeskMiddleware:
    """Ends sessions that are over, and puts what is done into the audit log under who does it and from where.

    The desk is where the cookie of a session is sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.SESSION_COOKIE_PATH):
            return self.get_response(request)
        with audit.heard(request, address_of(request)):
            sessions.end_if_over(request)
            return self.get_response(request)
