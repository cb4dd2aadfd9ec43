"""Gives every client of the API the same share of it, and tells each what is left."""

import logging
import math
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from minerals_api.clients import client_of
from minerals_api.problems import PROBLEM_TYPES, ProblemResponse, problem_document

logger = logging.getLogger(__name__)

LIMITED_PATHS = "/api/"


class RateLimitMiddleware:
    """Counts requests to the API by client, in this process or, for many processes, in Redis."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.RATE_LIMIT:
            raise MiddlewareNotUsed("RATE_LIMIT is empty")
        self.get_response = get_response
        self.limit = parse(settings.RATE_LIMIT)
        self.counter = SlidingWindowCounterRateLimiter(
            storage_from_string(settings.REDIS_URL or "memory://", wrap_exceptions=True)
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(LIMITED_PATHS):
            return self.get_response(request)
        client = client_of(request)
        try:
            allowed = self.counter.hit(self.limit, client)
            headers = self._headers(client)
        except StorageError:
            # An API that reads is better open than down with its counter.
            logger.exception("The store of the rate limit can't be reached; the request passes uncounted")
            return self.get_response(request)
        response = self.get_response(request) if allowed else _too_many_requests(request, headers)
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def _headers(self, client: str) -> dict[str, str]:
        window = self.counter.get_window_stats(self.limit, client)
        return {
            "RateLimit-Limit": str(self.limit.amount),
            "RateLimit-Remaining": str(window.remaining),
            "RateLimit-Reset": str(max(math.ceil(window.reset_time - time.time()), 0)),
            "RateLimit-Policy": f"{self.limit.amount};w={self.limit.get_expiry()}",
        }


def _too_many_requests(request: HttpRequest, headers: dict[str, str]) -> ProblemResponse:
    seconds = max(int(headers["RateLimit-Reset"]), 1)
    document = problem_document(
        PROBLEM_TYPES["too-many-requests"],
        instance=request.path,
        detail=f"The limit is {headers['RateLimit-Limit']} requests; try again in {seconds} seconds.",
    )
    return ProblemResponse(document, headers={"Retry-After": str(seconds)})
