"""The copies of an answer as a server takes them: headers and body, made once and given out many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.http import parse_http_date

from minerals_api.caching.encodings import AS_IT_IS, ENCODINGS, LEAST_WORTH_COMPRESSING
from minerals_api.conditional import LINKS, is_fresh, names_tag

Headers = list[tuple[str, str]]

OF_A_BODY = frozenset(
    {
        "allow",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "link",
        "x-frame-options",
    }
)
"""The headers that a 304 doesn't have: they describe the answer that the client holds."""

OF_OTHER_SITES = "access-control-"
OF_THE_LIMIT = "ratelimit-"

SIZE_OF_A_HEADER = 200
SIZE_OF_A_COPY = 1024
SIZE_OF_AN_ENTRY = 3072
"""What these take in memory besides the bytes and the text in them."""


class Copy:
    """A body in one encoding, with the headers for readers on this site and for scripts on others."""

    __slots__ = ("body", "headers", "headers_elsewhere")

    def __init__(self, headers: Headers, body: bytes = b"") -> None:
        self.headers = without(headers, OF_OTHER_SITES)
        self.headers_elsewhere = headers
        self.body = [body]


class Entry:
    """An answer in every encoding that was asked for; or, without a body, no more than the tag of the latest one."""

    __slots__ = ("copies", "etag", "modified", "text", "unmodified")

    def __init__(self, headers: Headers, body: bytes | None) -> None:
        headers = without(headers, OF_THE_LIMIT)
        named = by_name(headers)
        self.etag, self.modified = named["etag"], named["last-modified"]
        self.text = sum(SIZE_OF_A_HEADER + len(name) + len(value) for name, value in headers)
        unmodified = [header for header in headers if header[0].lower() not in OF_A_BODY]
        self.unmodified = Copy([*unmodified, ("Link", LINKS)])
        self.copies: Mapping[str, Copy] = {} if body is None else {AS_IT_IS: Copy(headers, body)}

    def is_latest(self, if_none_match: str, if_modified_since: str) -> bool:
        """Whether a client that asks on these conditions has the answer already."""
        if if_none_match == self.etag or names_tag(if_none_match, self.etag):
            return True
        if not self.copies:
            # A date, or a tag of `*`, is good enough only where it is known that there is an answer.
            return False
        if if_modified_since == self.modified and not if_none_match:
            return True
        return is_fresh(if_none_match, if_modified_since, parse_http_date(self.modified))

    def compress(self, encoding: str) -> Copy:
        """The copy in an encoding, which is kept from now on; where it would gain nothing, the one as it is."""
        plain = self.copies[AS_IT_IS]
        [body] = plain.body
        copy = plain
        if len(body) >= LEAST_WORTH_COMPRESSING:
            packed = ENCODINGS[encoding](body)
            if len(packed) < len(body):
                copy = Copy(
                    [*without(plain.headers_elsewhere, "content-length"), *_of_packed(packed, encoding)], packed
                )
        self.copies = {**self.copies, encoding: copy}
        return copy

    def size(self) -> int:
        bodies = sum(SIZE_OF_A_COPY + len(copy.body[0]) for copy in set(self.copies.values()))
        return SIZE_OF_AN_ENTRY + self.text + bodies


def by_name(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers by their names in lower case."""
    return {name.lower(): value for name, value in headers}


def without(headers: Headers, beginning: str) -> Headers:
    """All headers but those whose name begins so."""
    return [header for header in headers if not header[0].lower().startswith(beginning)]


def only(headers: Headers, beginning: str) -> Headers:
    """The headers whose name begins so."""
    return [header for header in headers if header[0].lower().startswith(beginning)]


def _of_packed(body: bytes, encoding: str) -> Headers:
    return [("Content-Encoding", encoding), ("Content-Length", str(len(body)))]
