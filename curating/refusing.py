"""What the desk answers where somebody may not go on: what is refused, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from curating.files.reading import MOST_BYTES
from curating.files.sheets import MOST_ROWS
from curating.roles import ROLES

FORBIDDEN, MISSING, TOO_LARGE = 403, 404, 413


def forbidden(request: HttpRequest) -> HttpResponse:
    """Says which roles a person has, what each may do, and whom to ask."""
    user: Any = request.user
    held = set(user.groups.values_list("name", flat=True)) if user.is_authenticated else set()
    roles = [(name, role.__doc__, name in held) for name, role in ROLES.items()]
    context = {"title": "Your account may not do this", "roles": roles, "has_role": not held.isdisjoint(ROLES)}
    return _page(request, "forbidden", context, FORBIDDEN)


def missing(request: HttpRequest) -> HttpResponse:
    """Says what an address may have led to that leads nowhere."""
    return _page(request, "missing", {"title": "There is no such page"}, MISSING)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Says what to do with a form whose token is none of this session: mostly one that was opened before signing in."""
    return _page(request, "forged", {"title": "This form is out of date, so nothing was done"}, FORBIDDEN)


def too_large(request: HttpRequest) -> HttpResponse:
    """Says how large a file may be, of a request that is larger than any form with such a file."""
    context = {"title": "This is too large, so nothing was done", "most": MOST_BYTES // 1024**2, "rows": MOST_ROWS}
    return _page(request, "too_large", context, TOO_LARGE)


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    shared = admin.site.each_context(request)
    page = TemplateResponse(request, f"curating/{name}.html", shared | context, status=status)
    return page.render()
