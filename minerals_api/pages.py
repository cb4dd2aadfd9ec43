"""The pages for people."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from minerals_api.problems import PROBLEM_TYPES


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
    context = {"examples": EXAMPLES, "address": request.build_absolute_uri("/").rstrip("/")}
    return render(request, "minerals_api/home.html", context)


def problems(request: HttpRequest) -> HttpResponse:
    """Every kind of error."""
    return render(request, "minerals_api/problems.html", {"problem_types": PROBLEM_TYPES.values()})


def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that the `type` of an error leads to."""
    if slug not in PROBLEM_TYPES:
        raise Http404
    return render(request, "minerals_api/problems.html", {"problem_types": [PROBLEM_TYPES[slug]]})
