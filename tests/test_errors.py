"""Every error is a problem document, whatever format was asked for and whoever raised it."""

import json
from http import HTTPStatus

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework import exceptions
from rest_framework.views import APIView

from minerals_api import urls
from minerals_api.problems import MEDIA_TYPE, PROBLEM_TYPES
from minerals_api.urls import handler400, handler403, handler404, handler500  # noqa: F401
from sources.exceptions import BadParameters, Gone, ParameterError

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

UNKNOWN = ParameterError("contry", "There is no parameter 'contry'.", "unknown-parameter", ["country"], "country")
CONTRADICTION = ParameterError("omit", "fields and omit exclude each other.", "contradiction")

RAISED = {
    "unknown-parameter": BadParameters([UNKNOWN, UNKNOWN]),
    "bad-parameters": BadParameters([UNKNOWN, CONTRADICTION]),
    "gone": Gone("Withdrawn in revision 3.", reason="Misread.", history="/api/v1/facts/x/history/"),
    "not-found": exceptions.NotFound(),
    "forbidden": exceptions.PermissionDenied(),
    "too-many-requests": exceptions.Throttled(wait=7),
    "malformed-request": exceptions.ParseError(),
    "server-error": RuntimeError("inner words"),
}
RAISED_BY_DJANGO = {
    "not-found": Http404(),
    "forbidden": PermissionDenied(),
    "malformed-request": BadRequest("inner words"),
    "server-error": RuntimeError("inner words"),
}
ASKED = [
    {},
    {"HTTP_ACCEPT": "text/html"},
    {"HTTP_ACCEPT": "text/csv, */*;q=0.1"},
    {"QUERY_STRING": "format=html"},
    {"QUERY_STRING": "format=json"},
]


class Refusal(APIView):
    """Raises what its address names."""

    def get(self, request, kind):
        raise RAISED[kind]


def refuse(request, kind):
    raise RAISED_BY_DJANGO[kind]


urlpatterns = [
    *urls.urlpatterns,
    path("refusals/<slug:kind>", Refusal.as_view()),
    path("django-refusals/<slug:kind>", refuse),
]


@pytest.fixture
def visitor() -> Client:
    """A client that sees server errors as answers, as everyone outside does."""
    return Client(raise_request_exception=False)


def problem_in(response: HttpResponse) -> dict:
    assert response.headers["Content-Type"] == MEDIA_TYPE
    document = json.loads(response.content)
    assert document["status"] == response.status_code
    assert document["type"].removeprefix("/problems/") in PROBLEM_TYPES
    assert document["title"]
    assert document["detail"]
    assert isinstance(document["errors"], list)
    return document


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("kind", RAISED)
def test_views_of_the_rest_framework(visitor, kind, asked):
    response = visitor.get(f"/refusals/{kind}", **asked)
    document = problem_in(response)

    assert document["type"] == f"/problems/{kind}"
    assert document["status"] == PROBLEM_TYPES[kind].status
    assert document["instance"] == f"/refusals/{kind}"
    assert b"inner words" not in response.content


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("kind", RAISED_BY_DJANGO)
def test_views_of_django(visitor, kind, asked):
    response = visitor.get(f"/django-refusals/{kind}", **asked)

    assert problem_in(response)["type"] == f"/problems/{kind}"
    assert b"inner words" not in response.content


def test_every_bad_parameter_is_named_with_what_was_allowed(visitor):
    document = problem_in(visitor.get("/refusals/bad-parameters"))

    assert document["errors"] == [
        {
            "parameter": "contry",
            "detail": "There is no parameter 'contry'.",
            "code": "unknown-parameter",
            "allowed": ["country"],
            "nearest": "country",
        },
        {
            "parameter": "omit",
            "detail": "fields and omit exclude each other.",
            "code": "contradiction",
            "allowed": None,
            "nearest": None,
        },
    ]


def test_gone_gives_the_reason_and_the_history(visitor):
    document = problem_in(visitor.get("/refusals/gone"))

    assert document["detail"] == "Withdrawn in revision 3."
    assert document["reason"] == "Misread."
    assert document["history"] == "/api/v1/facts/x/history/"


def test_throttled_says_when_to_return(visitor):
    assert visitor.get("/refusals/too-many-requests").headers["Retry-After"] == "7"


@pytest.mark.parametrize("address", ["/nowhere", "/api/v1/nowhere/", "/problems/no-such", "/static/no.css"])
def test_unknown_paths(visitor, address):
    assert problem_in(visitor.get(address))["type"] == "/problems/not-found"


@pytest.mark.parametrize("address", ["/api/v1/%ff/", "/api/v1/minerals/%00/", "/%C3%28"])
def test_paths_that_are_not_text(visitor, address):
    assert problem_in(visitor.get(address))["type"] == "/problems/malformed-request"


def test_hosts_that_are_not_served(visitor):
    response = visitor.get("/api/v1/", headers={"host": "evil.example"})

    assert problem_in(response)["type"] == "/problems/malformed-request"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["/", "/api/v1/", "/api/v1/minerals/", "/api/schema/", "/health/live"])
def test_nothing_public_writes(visitor, method, address):
    response = getattr(visitor, method)(address)

    assert problem_in(response)["type"] == "/problems/method-not-allowed"
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_curators_may_write(visitor):
    assert visitor.post("/admin/login/").status_code == HTTPStatus.OK


def test_options_lists_the_methods(visitor):
    response = visitor.options("/api/v1/minerals/")

    assert response.status_code == HTTPStatus.NO_CONTENT
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert visitor.options("/api/v1/nowhere/").status_code == HTTPStatus.NOT_FOUND


def test_a_format_that_no_endpoint_has(visitor):
    document = problem_in(visitor.get("/api/v1/?format=jsn"))

    assert document["type"] == "/problems/invalid-value"
    assert document["errors"][0]["nearest"] == "json"


def test_a_format_that_this_endpoint_lacks(visitor):
    document = problem_in(visitor.get("/api/v1/?format=yaml"))

    assert document["type"] == "/problems/not-acceptable"
    assert document["errors"][0]["allowed"] == ["json", "html"]


def test_a_format_asked_for_twice(visitor):
    document = problem_in(visitor.get("/api/v1/?format=json&format=json"))

    assert document["type"] == "/problems/repeated-parameter"


def test_an_accept_that_cannot_be_met(visitor):
    document = problem_in(visitor.get("/api/v1/", headers={"accept": "image/png"}))

    assert document["type"] == "/problems/not-acceptable"
    assert document["errors"][0]["allowed"] == ["application/json", "text/html"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/html;q=0.5, application/json", "application/json"),
    ],
)
def test_accept_is_weighed(visitor, accept, media_type):
    assert visitor.get("/api/v1/", headers={"accept": accept}).headers["Content-Type"] == media_type


def test_format_wins_over_accept(visitor):
    response = visitor.get("/api/v1/?format=json", headers={"accept": "text/html"})

    assert response.headers["Content-Type"] == "application/json"


def test_the_root_refuses_parameters_it_does_not_know(visitor):
    document = problem_in(visitor.get("/api/v1/?fromat=json"))

    assert document["type"] == "/problems/unknown-parameter"
    assert document["errors"][0]["nearest"] == "format"


def test_head_has_the_status_of_get(visitor):
    assert visitor.head("/api/v1/").status_code == HTTPStatus.OK
    assert visitor.head("/nowhere").status_code == HTTPStatus.NOT_FOUND
