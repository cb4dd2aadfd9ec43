"""How the pages of the desk are listed: by what one does there, whatever app they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from sources.models import Citation, Document, Entity, Fact, Line, Mention, Move, Revision, Source, Term

DESK, SOURCES, FACTS, THINGS, LEDGER, PEOPLE = range(6)
"""The groups, in the order in which curators need them."""

OF_SOURCES = (Source, Citation, Term)
OF_THE_LEDGER = (Fact, Entity, Revision, Document, Line, Mention, Move)
OF_PEOPLE = frozenset({"auth", "auditlog"})
NAMES = {"LogEntry": "Audit log"}
"""What the desk calls a model of a library, by the name of its class."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the desk that is no model's: what it is called, and the name of its address."""

    name: str
    address: str
    may: Callable[[HttpRequest], bool] = lambda _: True


def grouped(listed: Iterable[dict[str, Any]], places: Iterable[Place], request: HttpRequest) -> list[dict[str, Any]]:
    """Django's list of apps and their models, as groups of what belongs together."""
    groups: dict[tuple[int, str], dict[str, Any]] = {}
    for app in listed:
        for model in app["models"]:
            rank, name = _group_of(model["model"], app)
            group = groups.setdefault((rank, name), {**app, "name": name, "models": []})
            group["models"].append({**model, "name": NAMES.get(model["object_name"], model["name"])})
    if links := [_link(place) for place in places if place.may(request)]:
        # Who may see none of the desk's models has no page that lists them.
        desk = {"name": "Desk", "app_label": "curating", "app_url": reverse("admin:index"), "models": []}
        models = groups.setdefault((DESK, "Desk"), desk)["models"]
        models[:] = sorted([*links, *models], key=lambda model: model["name"])
    return [group for _, group in sorted(groups.items())]


def _group_of(model: type, app: dict[str, Any]) -> tuple[int, str]:
    if app["app_label"] == "curating":
        return DESK, "Desk"
    if model in OF_SOURCES:
        return SOURCES, "Sources"
    if model in OF_THE_LEDGER:
        return LEDGER, "The whole ledger"
    if app["app_label"] in OF_PEOPLE:
        return PEOPLE, "People"
    if issubclass(model, Fact):
        return FACTS, f"Facts about {app['app_label']}"
    return THINGS, app["name"]


def _link(place: Place) -> dict[str, Any]:
    """As Django lists a model."""
    return {
        "name": place.name,
        "object_name": place.name.replace(" ", "-"),
        "admin_url": reverse(place.address),
        "add_url": None,
        "view_only": True,
        "perms": {"view": True},
    }
