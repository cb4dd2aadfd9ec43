"""Middleware for people who sign in. Readers of the API have no session, and don't wait for one to be looked for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest

from minerals_api.conditional import VERSIONED_PATHS


class _PastTheAPI:
    """Lets requests to the API pass by a middleware of Django's."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(VERSIONED_PATHS):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class SessionMiddleware(_PastTheAPI, sessions.SessionMiddleware):
    pass


class AuthenticationMiddleware(_PastTheAPI, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(_PastTheAPI, messages.MessageMiddleware):
    pass
