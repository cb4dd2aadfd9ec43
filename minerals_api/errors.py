"""Turns everything that goes wrong into a problem document: in DRF's views, in Django, before either."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from rest_framework import exceptions

from curating import refusing
from minerals_api.problems import (
    PROBLEM_TYPES,
    ProblemResponse,
    ProblemType,
    problem_document,
    type_for_status,
)
from sources.exceptions import BadParameters, Gone, Moved, ParameterError

READ_METHODS = ("GET", "HEAD", "OPTIONS")
ALLOW = ", ".join(READ_METHODS)

# Django leaves bytes that aren't UTF-8 percent-encoded; PostgreSQL can't hold NUL.
NOT_TEXT = re.compile(r"\x00|%[89A-F][0-9A-F]")


def problem_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. What it doesn't know is Django's to log and to answer as a server error."""
    if isinstance(exc, Moved):
        return moved_permanently(exc)
    if isinstance(exc, Http404 | PermissionDenied):
        return _problem(context["request"], type_for_status(_status_of(exc)))
    if not isinstance(exc, exceptions.APIException):
        return None
    document = problem_document(
        _type_of(exc),
        instance=context["request"].path,
        detail=_detail_of(exc),
        status=exc.status_code,
        errors=_errors_of(exc),
        members=_extra_members(exc),
    )
    return ProblemResponse(document, headers=_headers_of(exc))


def moved_permanently(moved: Moved) -> HttpResponse:
    """The same may be asked for at another address. No cache may take that for granted: a name can be taken back."""
    return HttpResponsePermanentRedirect(moved.address, preserve_request=True, headers={"Cache-Control": "no-cache"})


def _status_of(exc: Exception) -> HTTPStatus:
    return HTTPStatus.NOT_FOUND if isinstance(exc, Http404) else HTTPStatus.FORBIDDEN


def _type_of(exc: exceptions.APIException) -> ProblemType:
    if not isinstance(exc, BadParameters):
        return type_for_status(exc.status_code)
    codes = {error.code for error in exc.errors}
    return PROBLEM_TYPES[codes.pop() if len(codes) == 1 else exc.default_code]


def _detail_of(exc: exceptions.APIException) -> str | None:
    """The words of the exception, unless they are the stock ones, which say less than the problem type's."""
    if exc.detail == exc.default_detail or not isinstance(exc.detail, str):
        return None
    return str(exc.detail)


def _errors_of(exc: exceptions.APIException) -> tuple[ParameterError, ...]:
    return getattr(exc, "errors", ())


def _extra_members(exc: exceptions.APIException) -> dict[str, str | None]:
    if isinstance(exc, Gone):
        return {"reason": exc.reason, "history": exc.history}
    return {}


def _headers_of(exc: exceptions.APIException) -> dict[str, str]:
    wait = getattr(exc, "wait", None)
    return {"Retry-After": str(int(wait))} if wait else getattr(exc, "headers", {})


def _problem(request: HttpRequest, problem_type: ProblemType, headers: dict[str, str] | None = None) -> ProblemResponse:
    return ProblemResponse(problem_document(problem_type, instance=request.path), headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> ProblemResponse:
    return _problem(request, PROBLEM_TYPES["malformed-request"])


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _belongs_to_curators(request):
        return refusing.forbidden(request)
    return _problem(request, PROBLEM_TYPES["forbidden"])


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _belongs_to_curators(request):
        return refusing.missing(request)
    return _problem(request, PROBLEM_TYPES["not-found"])


def server_error(request: HttpRequest) -> ProblemResponse:
    return _problem(request, PROBLEM_TYPES["server-error"])


class ReadOnlyMiddleware:
    """Refuses what no public view can answer: a path that isn't text, and any method that writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NOT_TEXT.search(request.path_info):
            return _problem(request, PROBLEM_TYPES["malformed-request"])
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A number that no column of a database holds names nothing."""
        return page_not_found(request, exception) if isinstance(exception, OverflowError) else None

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in ("GET", "HEAD") or _belongs_to_curators(request):
            return None
        if request.method == "OPTIONS":
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Allow": ALLOW})
        return _problem(request, PROBLEM_TYPES["method-not-allowed"], headers={"Allow": ALLOW})


def _belongs_to_curators(request: HttpRequest) -> bool:
    return request.resolver_match is not None and "admin" in request.resolver_match.app_names
