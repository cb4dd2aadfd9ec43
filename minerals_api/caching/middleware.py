"""Answers from memory what was answered at this revision, and lets Django answer everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from minerals_api.caching.answers import OF_OTHER_SITES, OF_THE_LIMIT, Copy, Entry, Headers, by_name, only, without
from minerals_api.caching.encodings import AS_IT_IS, choose
from minerals_api.caching.newest import Newest
from minerals_api.caching.shared import SharedAnswers
from minerals_api.caching.shelf import Shelf
from minerals_api.conditional import VERSIONED_PATHS

Environ = dict[str, Any]
Key = tuple[str, ...]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

OK, NOT_MODIFIED = "200 OK", "304 Not Modified"

VARIES_BY = frozenset({"accept", "accept-encoding", "origin"})
"""What an answer that is kept may vary by: the first is in its key, for the others an entry has several copies."""

ANY_SITE = "null"
"""An Origin that stands for all other sites, since all are answered the same."""


class RevisionCache:
    """WSGI middleware in front of Django, which keeps public answers of the newest revision and nothing else."""

    def __init__(
        self, application: Application, newest: Newest, *, budget: int, shared: SharedAnswers | None = None
    ) -> None:
        self.application = application
        self.newest = newest
        self.shared = shared
        self.shelf = Shelf(None, budget)
        self.session_cookie = settings.SESSION_COOKIE_NAME
        # Only a proxy of our own is believed about the scheme; Django then reads it there.
        self.scheme_header = "HTTP_X_FORWARDED_PROTO" if settings.TRUSTED_PROXIES else ""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self.key_of(environ)
        state = None if key is None else self.newest()
        if key is None or state is None:
            return self.application(environ, start_response)
        shelf = self.shelf
        if shelf.state != state:
            shelf = self.shelf = Shelf(state, shelf.budget)
        answer = _fitting(environ, shelf.get(key), shelf, key)
        if answer is None and self.shared:
            answer = _fitting(environ, self._from_other_processes(shelf, key), shelf, key)
        if answer is None:
            return self._ask(environ, start_response, shelf, key)
        return _send(environ, start_response, answer)

    def key_of(self, environ: Environ) -> Key | None:
        """All that an answer varies by except for its encoding; None for a request whose answer is never kept."""
        get = environ.get
        path = get("PATH_INFO", "")
        host = get("HTTP_HOST")
        if not host or not path.startswith(VERSIONED_PATHS) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        if "HTTP_AUTHORIZATION" in environ or "HTTP_RANGE" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            return None
        if get("CONTENT_LENGTH", "0") not in ("0", "") or self.session_cookie in get("HTTP_COOKIE", ""):
            return None
        return (
            path,
            get("QUERY_STRING", ""),
            get("HTTP_ACCEPT", ""),
            host,
            environ["wsgi.url_scheme"],
            get(self.scheme_header, ""),
            get("SCRIPT_NAME", ""),
        )

    def _from_other_processes(self, shelf: Shelf, key: Key) -> Entry | None:
        found = self.shared.get(shelf.state, key) if self.shared else None
        if found is None:
            return None
        entry = Entry(*found)
        shelf.put(key, entry)
        return entry

    def _keep(self, entry: Entry, shelf: Shelf, key: Key) -> None:
        shelf.put(key, entry)
        if self.shared:
            plain = entry.copies[AS_IT_IS]
            self.shared.set(shelf.state, key, plain.headers_elsewhere, plain.body[0])

    def _ask(self, environ: Environ, start_response: StartResponse, shelf: Shelf, key: Key) -> Iterable[bytes]:
        """Let Django answer, without the cookies of the request, so that none can colour what is kept."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.application(environ, start_response)
        asked = {**environ, "HTTP_ORIGIN": ANY_SITE}
        asked.pop("HTTP_COOKIE", None)
        told = _Told()
        response = self.application(asked, told)
        if told.status == NOT_MODIFIED and told.is_public():
            # Clients that hold the answer may be the only ones who ask: they need no more than its tag.
            shelf.put(key, Entry(told.headers, None))
        if told.status != OK or not told.is_public() or not _is_whole(response, told, shelf):
            start_response(told.status, told.headers_for(environ))
            return response
        entry = Entry(told.headers, _body(response))
        if self.newest() == shelf.state:
            self._keep(entry, shelf, key)
        else:
            # Published meanwhile: no one else gets to see what may show a bit of both.
            shelf = Shelf(None, shelf.budget)
        answer = _fitting(environ, entry, shelf, key) or (OK, entry.copies[AS_IT_IS])
        return _send(environ, start_response, answer, only(told.headers, OF_THE_LIMIT))


class _Told:
    """What Django tells the server of an answer, held back until it is known what is done with it."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = status, headers

    def headers_for(self, environ: Environ) -> Headers:
        return self.headers if "HTTP_ORIGIN" in environ else without(self.headers, OF_OTHER_SITES)

    def is_public(self) -> bool:
        """Whether the answer is the same for everyone whose request has the same key."""
        named = by_name(self.headers)
        return (
            {"etag", "last-modified"} <= named.keys()
            and "public" in _listed(named.get("cache-control", ""))
            and VARIES_BY.issuperset(_listed(named.get("vary", "")))
            and named.keys().isdisjoint({"set-cookie", "content-encoding"})
        )


def _listed(value: str) -> list[str]:
    return [part.strip().lower() for part in value.split(",")]


def _is_whole(response: Any, told: _Told, shelf: Shelf) -> bool:
    """Whether an answer has its body at hand, and one that isn't too large to keep."""
    length = by_name(told.headers).get("content-length", "")
    return not getattr(response, "streaming", True) and length.isdecimal() and shelf.has_room_for(int(length))


def _body(response: Any) -> bytes:
    """The whole body of an answer, which ends Django's work on it."""
    try:
        return b"".join(response)
    finally:
        response.close()


def _fitting(environ: Environ, entry: Entry | None, shelf: Shelf, key: Key) -> tuple[str, Copy] | None:
    """The status and the copy that a request gets; None without an entry, or where it lacks the body that is needed."""
    if entry is None:
        return None
    if_none_match = environ.get("HTTP_IF_NONE_MATCH", "")
    since = environ.get("HTTP_IF_MODIFIED_SINCE", "")
    if (if_none_match or since) and entry.is_latest(if_none_match, since):
        return NOT_MODIFIED, entry.unmodified
    accepted = environ.get("HTTP_ACCEPT_ENCODING")
    encoding = choose(accepted) if accepted else AS_IT_IS
    copy = entry.copies.get(encoding)
    if copy is None and entry.copies:
        copy = entry.compress(encoding)
        shelf.put(key, entry)
    return (OK, copy) if copy else None


def _send(
    environ: Environ, start_response: StartResponse, answer: tuple[str, Copy], limits: Headers | None = None
) -> list[bytes]:
    status, copy = answer
    headers = copy.headers_elsewhere if "HTTP_ORIGIN" in environ else copy.headers
    # A new list each time: servers may add headers of their own to it.
    start_response(status, [*headers, *(limits or ())])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else copy.body
