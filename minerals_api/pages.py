"""The pages for people."""

from dataclasses import dataclass, replace

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from minerals_api.problems import PROBLEM_TYPES
from sources.catalogue.facts import described
from sources.catalogue.schema_org import schema_org
from sources.models import Revision

OUT_OF_MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}
"""Lets JSON stand in a page: no text in it can end the block that it is in."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question the dataset answers, and the request that asks it."""

    question: str
    path: str


EXAMPLES = (
    Example("How much of each mineral does Kazakhstan hold, and who says so?", "/api/v1/reserves/?country=KAZ"),
    Example(
        "What do sources claim of Kazakhstan's zinc, and how far apart are they?",
        "/api/v1/compare/?mineral=zinc&country=KAZ&measure=reserves",
    ),
    Example(
        "Who mines cobalt, how concentrated is it, and who says so?",
        "/api/v1/production/summary/?mineral=cobalt&year=2024&group_by=stage,country",
    ),
    Example("Which projects are in the dataset?", "/api/v1/projects/"),
    Example("What has changed since revision 2, and why?", "/api/v1/changes/?since=2"),
    Example("Where does the information come from?", "/api/v1/sources/"),
)


def home(request: HttpRequest) -> HttpResponse:
    """What this is, and a first look."""
    context = {
        "examples": EXAMPLES,
        "address": request.build_absolute_uri("/").rstrip("/"),
        "dataset": _for_search_engines(request),
    }
    return render(request, "minerals_api/home.html", context)


def _for_search_engines(request: HttpRequest) -> SafeString | None:
    """The dataset, and the newest release of it, as a block of data that is never run; None while there is nothing."""
    revision = Revision.objects.current()
    if revision is None:
        return None
    dataset = described(revision)
    newest = replace(dataset, releases=dataset.releases[:1])
    text = orjson.dumps(schema_org(newest, request.build_absolute_uri)).decode()
    return mark_safe(text.translate(OUT_OF_MARKUP))  # noqa: S308


def problems(request: HttpRequest) -> HttpResponse:
    """Every kind of error."""
    return render(request, "minerals_api/problems.html", {"problem_types": PROBLEM_TYPES.values()})


def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that the `type` of an error leads to."""
    if slug not in PROBLEM_TYPES:
        raise Http404
    return render(request, "minerals_api/problems.html", {"problem_types": [PROBLEM_TYPES[slug]]})
