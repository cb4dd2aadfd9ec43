"""Sessions that end: so long after they began, and so long after they were used last."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

BEGAN, SEEN = "desk_began", "desk_seen"

NOTED_EVERY = 60
"""Seconds: the time of use is no more precise, so that reading writes nothing."""


def now() -> int:
    """Seconds, as sessions count them."""
    return int(time.time())


@receiver(user_logged_in, dispatch_uid="desk-session-begins")
def begin(request: HttpRequest, **_: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = now()


def end_if_over(request: HttpRequest) -> None:
    """Sign out whoever has been signed in, or away, for too long; note that others are still here."""
    session = request.session
    if session.is_empty() or SESSION_KEY not in session:
        return
    at = now()
    reason = _why_over(at - session.get(BEGAN, 0), at - session.get(SEEN, 0))
    if reason:
        request.session_over = reason  # type: ignore[attr-defined]
        logout(request)
        messages.info(request, f"You were signed out {reason}. Sign in again to go on.")
    elif at - session[SEEN] >= NOTED_EVERY:
        session[SEEN] = at


def seconds_left(request: HttpRequest) -> int:
    """How long the session of a request lasts if it is used."""
    return max(request.session.get(BEGAN, 0) + settings.SESSION_COOKIE_AGE - now(), 0)


def _why_over(age: int, idle: int) -> str:
    if age >= settings.SESSION_COOKIE_AGE:
        return f"{_lasting(settings.SESSION_COOKIE_AGE)} after you signed in"
    if idle >= settings.SESSION_IDLE_AGE:
        return f"after {_lasting(settings.SESSION_IDLE_AGE)} without use"
    return ""


def _lasting(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in ((hours, "hour"), (minutes, "minute"))]
    return " ".join(part for part in parts if not part.startswith("0 ")) or "no time"
