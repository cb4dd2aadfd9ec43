"""The kinds of error the API answers with, and the RFC 9457 document that carries them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.encoding import escape_uri_path

from sources.exceptions import ParameterError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of error: the page at its address explains it, clients tell errors apart by it."""

    slug: str
    status: HTTPStatus
    title: str
    meaning: str
    remedy: str

    @property
    def url(self) -> str:
        return f"/problems/{self.slug}"


PROBLEM_TYPES: Mapping[str, ProblemType] = {
    problem_type.slug: problem_type
    for problem_type in (
        ProblemType(
            "unknown-parameter",
            HTTPStatus.BAD_REQUEST,
            "Unknown parameter",
            "The query has a parameter that this endpoint doesn't take.",
            "Look at “nearest” for the name you may have meant, and at “allowed” for all of them.",
        ),
        ProblemType(
            "invalid-value",
            HTTPStatus.BAD_REQUEST,
            "Invalid value",
            "A parameter has a value that it can't have: no such word, not a number, not a date.",
            "Look at “nearest” for the value you may have meant, and at “allowed” for all of them.",
        ),
        ProblemType(
            "missing-parameter",
            HTTPStatus.BAD_REQUEST,
            "Missing parameter",
            "The query lacks a parameter without which this endpoint can't answer.",
            "Give each parameter named in “errors”; “detail” has an example, and “allowed” all words, if there are few.",
        ),
        ProblemType(
            "repeated-parameter",
            HTTPStatus.BAD_REQUEST,
            "Repeated parameter",
            "A parameter stands in the query more than once.",
            "Give it once; several values go into it by commas, as in “mineral=copper,zinc”.",
        ),
        ProblemType(
            "contradiction",
            HTTPStatus.BAD_REQUEST,
            "Contradicting parameters",
            "Two parameters can't hold together, such as a range whose start lies after its end.",
            "Leave one of the parameters named in “errors” out, or change its value.",
        ),
        ProblemType(
            "mixed-units",
            HTTPStatus.BAD_REQUEST,
            "Mixed units",
            "The query compares, orders or adds numbers whose units measure different things.",
            "Narrow the rows to one kind of unit, with “unit” or “base_unit”.",
        ),
        ProblemType(
            "mixed-figures",
            HTTPStatus.BAD_REQUEST,
            "Mixed figures",
            "The query adds figures of different things: of another basis, stage, category, period or mineral.",
            "Choose one of “allowed” with the parameter that an error names, or group by it, as its detail says.",
        ),
        ProblemType(
            "bad-cursor",
            HTTPStatus.BAD_REQUEST,
            "Bad cursor",
            "The cursor isn't one that this list gave out, or it belongs to another query.",
            "Start at the first page and follow “next” as it is.",
        ),
        ProblemType(
            "too-many-rows",
            HTTPStatus.BAD_REQUEST,
            "Too many rows",
            "The result has more rows than the format asked for can hold.",
            "Narrow it by filters, or choose one of the formats in “allowed”.",
        ),
        ProblemType(
            "bad-parameters",
            HTTPStatus.BAD_REQUEST,
            "Several bad parameters",
            "More than one thing is wrong with the query, each of another kind.",
            "Each member of “errors” names its parameter, its kind in “code”, and what was allowed.",
        ),
        ProblemType(
            "malformed-request",
            HTTPStatus.BAD_REQUEST,
            "Malformed request",
            "The request can't be read: its path isn't UTF-8, or it names a host that isn't served here.",
            "Percent-encode the path as UTF-8, and use the address the service is published at.",
        ),
        ProblemType(
            "forbidden",
            HTTPStatus.FORBIDDEN,
            "Forbidden",
            "The server understood the request and won't do it.",
            "Reading needs no permission; only the curators' pages do. Sign in there again.",
        ),
        ProblemType(
            "not-found",
            HTTPStatus.NOT_FOUND,
            "Not found",
            "Nothing is at this address, nor was at the revision asked for.",
            "Follow the links of the API's root, or search a list with “q”.",
        ),
        ProblemType(
            "method-not-allowed",
            HTTPStatus.METHOD_NOT_ALLOWED,
            "Method not allowed",
            "The public API only reads; the header “Allow” lists the methods it takes.",
            "Use GET or HEAD.",
        ),
        ProblemType(
            "not-acceptable",
            HTTPStatus.NOT_ACCEPTABLE,
            "Not acceptable",
            "This endpoint has none of the formats asked for by “format” or by the header “Accept”.",
            "Choose one of the formats in “errors”.",
        ),
        ProblemType(
            "gone",
            HTTPStatus.GONE,
            "Withdrawn",
            "This was published once and has been withdrawn from the dataset.",
            "“reason” says why. Its “history” stays readable, and so does it at an older “revision”.",
        ),
        ProblemType(
            "range-not-satisfiable",
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            "Range not satisfiable",
            "The header “Range” asks for bytes that the file doesn't have.",
            "“Content-Range” says how many it has: count from 0, or ask for the last ones with “bytes=-100”.",
        ),
        ProblemType(
            "too-many-requests",
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many requests",
            "This client has used up its share for now.",
            "Wait as many seconds as “Retry-After” says. To read everything, use an export or the dataset itself.",
        ),
        ProblemType(
            "server-error",
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "Server error",
            "Something failed on our side.",
            "Try again; if it fails again, report the address and the time.",
        ),
    )
}


def type_for_status(status: int) -> ProblemType:
    """The general kind of error of an HTTP status; 400 and 500 stand for what has no kind of its own."""
    if status == HTTPStatus.BAD_REQUEST:
        return PROBLEM_TYPES["malformed-request"]
    specific = (known for known in PROBLEM_TYPES.values() if known.status == status)
    fallback = "malformed-request" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server-error"
    return next(specific, PROBLEM_TYPES[fallback])


def problem_document(
    problem_type: ProblemType,
    *,
    instance: str,
    detail: str | None = None,
    status: int | None = None,
    errors: Sequence[ParameterError] = (),
    members: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """The members of a problem, in the order a person reads them."""
    return {
        "type": problem_type.url,
        "title": problem_type.title,
        "status": int(status or problem_type.status),
        "detail": detail or problem_type.meaning,
        "instance": escape_uri_path(instance),
        "errors": [asdict(error) for error in errors],
        **(members or {}),
    }


class ProblemResponse(HttpResponse):
    """A problem as JSON, whatever format the request asked for."""

    def __init__(self, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(
            json.dumps(document, ensure_ascii=False),
            status=document["status"],
            content_type=MEDIA_TYPE,
            headers=dict(headers or {}),
        )
