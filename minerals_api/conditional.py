"""Names the dataset's revision on every answer, and spares the work of one the client has already."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from minerals_api import __version__
from sources.models import Revision

READS_ANOTHER = frozenset({"revision", "cursor"})
"""The parameters by which a request reads another revision than the newest."""

VERSIONED_PATHS = ("/api/v1/", "/api/schema/")
"""What is answered alike until the next revision."""
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
SCHEMA_URL = "/api/schema/"
LINKS = f'<{SCHEMA_URL}>; rel="describedby", <{LICENCE_URL}>; rel="license"'


class RevisionHeadersMiddleware:
    """Answers 304 from the revision alone to a client that names the right tag.

    A date, or a tag of `*`, proves less: the request may never have had an answer. So they are
    compared only after the view has answered.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or not request.path_info.startswith(VERSIONED_PATHS):
            return self.get_response(request)
        revision = request.dataset_revision = Revision.objects.current()  # type: ignore[attr-defined]
        if revision is None:
            return self.get_response(request)
        etag = entity_tag(request, revision)
        if names_tag(request.headers.get("If-None-Match", ""), etag):
            response = _with_headers(HttpResponseNotModified(), etag, revision)
            if not READS_ANOTHER.isdisjoint(request.GET):
                # Which revision was read, only the view finds out; the client has kept it.
                del response.headers["Dataset-Revision"]
            return response
        response = self.get_response(request)
        if response.status_code != HTTPStatus.OK:
            return response
        if not _is_fresh(request, revision):
            return _with_headers(response, etag, revision)
        unmodified = HttpResponseNotModified()
        if read := response.headers.get("Dataset-Revision"):
            unmodified.headers["Dataset-Revision"] = read
        return _with_headers(unmodified, etag, revision)


def entity_tag(request: HttpRequest, revision: Revision) -> str:
    """A tag of all that an answer depends on; weak, since a proxy may compress the answer."""
    parts = (
        str(revision.number),
        revision.created.isoformat(),
        __version__,
        settings.RELEASE,
        request.scheme or "",
        request.get_host(),
        request.get_full_path(),
        request.headers.get("Accept", ""),
    )
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
    return f'W/"{revision.number}-{digest}"'


def names_tag(if_none_match: str, etag: str) -> bool:
    """Whether a header If-None-Match names a tag: compared weakly, as a proxy may have taken the mark of a weak one off."""
    opaque = etag.removeprefix("W/")
    return any(tag.removeprefix("W/") == opaque for tag in parse_etags(if_none_match))


def is_fresh(if_none_match: str, if_modified_since: str, published: int) -> bool:
    """Whether a client that has an answer, but didn't name its tag, has the latest."""
    if tags := if_none_match.strip():
        return tags == "*"
    since = parse_http_date_safe(if_modified_since)
    return since is not None and published <= since


def _is_fresh(request: HttpRequest, revision: Revision) -> bool:
    headers = request.headers
    published = int(revision.created.timestamp())
    return is_fresh(headers.get("If-None-Match", ""), headers.get("If-Modified-Since", ""), published)


def _with_headers(response: HttpResponse, etag: str, revision: Revision) -> HttpResponse:
    headers = response.headers
    headers["ETag"] = etag
    headers["Last-Modified"] = http_date(revision.created.timestamp())
    headers.setdefault("Dataset-Revision", str(revision.number))
    headers.setdefault("Cache-Control", "public, no-cache")
    headers["Link"] = ", ".join(filter(None, (headers.get("Link"), LINKS)))
    # The cache in front compresses, or else a proxy may; a 304 must not take that back.
    patch_vary_headers(response, ("Accept", "Accept-Encoding"))
    return response
