"""Names the dataset's revision on every answer, and spares the work of one the client has already."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from minerals_api import __version__
from sources.dataset.package import LICENCE_URL
from sources.models import Revision
from sources.releases import shelf

READS_ANOTHER = frozenset({"revision", "cursor"})
"""The parameters by which a request reads another revision than the newest."""

VERSIONED_PATHS = ("/api/v1/", "/api/schema/")
"""What is answered alike until the next revision."""
TAGGED = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
SHOWING_RELEASES = "/api/v1/dataset/"
"""Where what is answered also depends on the releases that there are."""

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
            response = _with_headers(HttpResponseNotModified(), etag, request)
            if not READS_ANOTHER.isdisjoint(request.GET):
                # Which revision was read, only the view finds out; the client has kept it.
                del response.headers["Dataset-Revision"]
            return response
        response = self.get_response(request)
        if response.status_code not in TAGGED or "ETag" in response.headers:
            return response
        if response.status_code != HTTPStatus.OK or not _is_fresh(request, revision):
            return _with_headers(response, etag, request)
        unmodified = HttpResponseNotModified()
        if read := response.headers.get("Dataset-Revision"):
            unmodified.headers["Dataset-Revision"] = read
        return _with_headers(unmodified, etag, request)


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
        *(shelf.names() if _shows_releases(request) else ()),
    )
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
    return f'W/"{revision.number}-{digest}"'


def names_tag(if_none_match: str, etag: str) -> bool:
    """Whether a header If-None-Match names a tag: compared weakly, as a proxy may have taken the mark of a weak one off."""
    return any(_strong(tag) == _strong(etag) for tag in parse_etags(if_none_match))


def _strong(etag: str) -> str:
    return etag.removeprefix("W/")


def names_whole(if_range: str, request: HttpRequest) -> bool:
    """Whether a header If-Range names the file as it is now, so that parts of it fit those that a client has.

    A date proves nothing: two revisions may be of one second.
    """
    revision: Revision | None = request.dataset_revision  # type: ignore[attr-defined]
    return revision is not None and if_range.strip() == _strong(entity_tag(request, revision))


def is_fresh(if_none_match: str, if_modified_since: str, published: int) -> bool:
    """Whether a client that has an answer, but didn't name its tag, has the latest."""
    if tags := if_none_match.strip():
        return tags == "*"
    since = parse_http_date_safe(if_modified_since)
    return since is not None and published <= since


def _is_fresh(request: HttpRequest, revision: Revision) -> bool:
    headers = request.headers
    published = int(_last_change(request, revision))
    return is_fresh(headers.get("If-None-Match", ""), headers.get("If-Modified-Since", ""), published)


def _shows_releases(request: HttpRequest) -> bool:
    return request.path_info.startswith(SHOWING_RELEASES)


def _last_change(request: HttpRequest, revision: Revision) -> float:
    """When what the answer depends on changed last."""
    published = revision.created.timestamp()
    return max(published, shelf.changed()) if _shows_releases(request) else published


def _with_headers(response: HttpResponse, etag: str, request: HttpRequest) -> HttpResponse:
    revision: Revision = request.dataset_revision  # type: ignore[attr-defined]
    headers = response.headers
    # What is served in parts is never compressed: the tag stands for its very bytes.
    headers["ETag"] = _strong(etag) if "Accept-Ranges" in headers else etag
    headers["Last-Modified"] = http_date(_last_change(request, revision))
    headers.setdefault("Dataset-Revision", str(revision.number))
    # The cache in front keeps what is public until the next revision; a release may come before it.
    headers.setdefault("Cache-Control", "no-cache" if _shows_releases(request) else "public, no-cache")
    headers["Link"] = ", ".join(filter(None, (headers.get("Link"), LINKS)))
    # The cache in front compresses, or else a proxy may; a 304 must not take that back.
    patch_vary_headers(response, ("Accept", "Accept-Encoding"))
    return response
