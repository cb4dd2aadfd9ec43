"""Lock-out on guessing: who fails too often waits, and nobody can keep a colleague out from elsewhere.

Failures are counted over AXES_COOLOFF_TIME in three ways, each with a limit of its own: those for one name from one
address, those from one address for any name, and those for one name from anywhere. The last isn't held against an
address from which that person has signed in lately, so that guesses made elsewhere don't shut them out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.conf import settings
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

KNOWN_FOR = timedelta(days=90)
"""How long an address from which someone signed in is known as theirs."""

Count = tuple[int, int, datetime | None]
"""Failures, how many lock out, and when the last one was."""


class DeskHandler(AxesDatabaseHandler):
    """Counts in all three ways. What has failed is kept in the database, so that all processes know it."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The worst of the counts, on the scale of AXES_FAILURE_LIMIT."""
        counts = self.counts(request, get_client_username(request, credentials))
        return max(failures * settings.AXES_FAILURE_LIMIT // limit for failures, limit, _ in counts)

    def counts(self, request: Any, name: str | None) -> Iterator[Count]:
        address = request.axes_ip_address
        recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
        yield _count(recent.filter(username=name, ip_address=address), settings.AXES_FAILURE_LIMIT)
        yield _count(recent.filter(ip_address=address), settings.LOGIN_LIMIT_BY_ADDRESS)
        if not _is_known(name, address):
            yield _count(recent.filter(username=name), settings.LOGIN_LIMIT_BY_NAME)


def _count(attempts: QuerySet[AccessAttempt], limit: int) -> Count:
    found = attempts.order_by().aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    return found["failures"] or 0, limit, found["last"]


def _is_known(name: str | None, address: str | None) -> bool:
    lately = timezone.now() - KNOWN_FOR
    return AccessLog.objects.filter(username=name, ip_address=address, attempt_time__gte=lately).exists()


def locked_out(request: HttpRequest, _response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page for someone who has to wait, which says how long."""
    handler: Any = AxesProxyHandler.get_implementation()
    counts = handler.counts(request, get_client_username(request, credentials))
    until = max((last for failures, limit, last in counts if last and failures >= limit), default=timezone.now())
    until += get_cool_off(request) or timedelta()
    seconds = max(math.ceil((until - timezone.now()).total_seconds()), 1)
    context = {
        **admin.site.each_context(request),
        "title": "Signing in is paused",
        "until": until,
        "minutes": math.ceil(seconds / 60),
    }
    return TemplateResponse(
        request, "curating/login/locked.html", context, status=429, headers={"Retry-After": str(seconds)}
    ).render()
