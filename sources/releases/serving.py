"""Serves a released file by HTTP: whole or by byte ranges, and not again to a client that has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.http import http_date, parse_etags
from whitenoise.responders import Response, SlicedFile, StaticFile

from sources.dataset.package import LICENCE_URL
from sources.releases.shelf import Release, ReleasedFile

FOREVER = "public, max-age=31536000, immutable"
RANGE = re.compile(r"bytes=(?:([0-9]+)-([0-9]*)|-([0-9]+))", re.ASCII)

Headers = list[tuple[str, str]]


class Served(StaticFile):
    """A file as WhiteNoise serves it, which lacks of RFC 9110: ranges of one byte, several tags, weak ones, If-Range."""

    def __init__(self, release: Release, file: ReleasedFile) -> None:
        self.size = file.bytes
        self.modified = http_date(release.about.created.timestamp())
        headers = {
            "Content-Type": file.media_type,
            "ETag": f'"{file.sha256}"',
            "Last-Modified": self.modified,
            "Cache-Control": FOREVER,
            "Accept-Ranges": "bytes",
            "Dataset-Revision": str(release.about.revision),
            "Link": f'<./>; rel="collection", <{LICENCE_URL}>; rel="license"',
        }
        super().__init__(str(file.path), list(headers.items()))

    def get_response(self, method: str, request_headers: Mapping[str, Any]) -> Response:
        condition = request_headers.get("HTTP_IF_RANGE", self.etag).strip()
        if method == "HEAD" or condition not in (self.etag, self.modified):
            request_headers = {name: value for name, value in request_headers.items() if name != "HTTP_RANGE"}
        return super().get_response(method, request_headers)

    def is_not_modified(self, request_headers: Mapping[str, Any]) -> bool:
        named = request_headers.get("HTTP_IF_NONE_MATCH")
        if named is None:
            return bool(super().is_not_modified(request_headers))
        return named.strip() == "*" or self.etag in [tag.removeprefix("W/") for tag in parse_etags(named)]

    def get_range_response(self, range_header: str, base_headers: Headers, file_handle: Any) -> Response:
        """The bytes asked for. Raises ValueError for a range that means nothing, which is passed over."""
        start, end = self.bounds(range_header)
        if start >= self.size or start > end:
            return self.get_range_not_satisfiable_response(file_handle, self.size)
        headers = [header for header in base_headers if header[0] != "Content-Length"]
        headers += [("Content-Range", f"bytes {start}-{end}/{self.size}"), ("Content-Length", str(end - start + 1))]
        return Response(HTTPStatus.PARTIAL_CONTENT, headers, SlicedFile(file_handle, start, end))

    def bounds(self, range_header: str) -> tuple[int, int]:
        """The first and the last byte of one range; several at once are not served as such."""
        if not (match := RANGE.fullmatch(range_header.strip())):
            raise ValueError(range_header)
        first, last, length = match.groups()
        if length:
            return (max(self.size - int(length), 0) if int(length) else self.size), self.size - 1
        if last and int(last) < int(first):
            raise ValueError(range_header)
        return int(first), min(int(last), self.size - 1) if last else self.size - 1
