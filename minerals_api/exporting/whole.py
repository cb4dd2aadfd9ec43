"""The base of every format that answers with the whole result."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

from minerals_api.caching.encodings import AS_IT_IS, choose
from minerals_api.exporting.compression import compressed
from minerals_api.exporting.reading import Result

STOCK = ("list", "retrieve")


def reference(schema: str) -> str:
    return f"#/components/schemas/{schema}"


class WholeResponse(StreamingHttpResponse):
    """A whole result on its way."""

    is_empty: bool
    """Whether nothing was found."""


class WholeRenderer(BaseRenderer):
    """Writes the whole result of a request, in pieces.

    A view that is asked for such a format hands over its rows, filtered, to `answer`. A new format is a class with
    `media_type`, `format` and `write`, named in `DEFAULT_RENDERER_CLASSES`.
    """

    takes_whole: ClassVar[bool] = True
    charset = None
    content_type: ClassVar[str] = ""
    """The header Content-Type, where it says more than the media type."""
    description: ClassVar[str] = ""
    """What the answer is, for the OpenAPI document."""

    compresses: ClassVar[bool] = True
    """Whether the answer gets smaller by compressing it."""

    def suits(self, view: Any) -> bool:
        """Whether the answers of a view can be written so."""
        return bool(view.get_columns())

    def schema(self, row: str) -> dict[str, Any]:
        """The media type object of the OpenAPI document; `row` is the name of the schema of a row."""
        return {"schema": {"type": "string", "description": self.description}, "x-row": {"$ref": reference(row)}}

    def column_names(self, view: Any) -> list[str]:
        """What `fields` and `omit` may name; nothing where they can't be given."""
        return [column.name for column in view.get_columns()]

    def write(self, result: Result) -> Generator[bytes]:
        """The pieces of the answer. The first comes after rows were read: until then, a failure is a problem document."""
        raise NotImplementedError

    def check(self, result: Result) -> None:
        """Raise BadParameters for a result that can't be written so."""

    def answer(self, view: Any, queryset: QuerySet[Any]) -> WholeResponse:
        """The response, begun: its first piece has been read, so that a failure is still an error of its own."""
        result = Result(view, queryset)
        self.check(result)
        encoding = choose(view.request.headers.get("Accept-Encoding", "")) if self.compresses else AS_IT_IS
        if view.request.method == "HEAD":
            response = WholeResponse(iter(()))
            response.is_empty = result.finds_nothing()
        else:
            response = WholeResponse(Stream(self._pieces(result, encoding)))
            response.is_empty = result.is_empty
        for name, value in self.headers(view).items():
            response.headers[name] = value
        if encoding != AS_IT_IS:
            response.headers["Content-Encoding"] = encoding
        return response

    def headers(self, view: Any) -> dict[str, str]:
        return {
            "Content-Type": self.content_type or self.media_type,
            "Content-Disposition": f'attachment; filename="{self.file_name(view)}"',
        }

    def _pieces(self, result: Result, encoding: str) -> Generator[bytes]:
        pieces = self.write(result)
        return pieces if encoding == AS_IT_IS else compressed(pieces, encoding)

    def file_name(self, view: Any) -> str:
        """What a copy is called, with the revision that it shows."""
        names = [view.basename, *view.kwargs.values(), *([] if view.action in STOCK else [view.action])]
        return name_of_copy(names, view.asked.number, self.format)


def name_of_copy(names: Iterable[object], revision: int, extension: str) -> str:
    """The name of a file with what was found under these names at a revision, in letters that any system takes."""
    subject = "-".join(re.sub(r"[^a-z0-9]+", "-", str(name).casefold()).strip("-") for name in names)
    return f"{subject}-r{revision}.{extension}"


class Stream:
    """Pieces of an answer, of which the first is there already; given up, it stops reading."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self.pieces = pieces
        self.first: bytes | None = next(pieces, None)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.first is not None:
            first, self.first = self.first, None
            return first
        return next(self.pieces)

    def close(self) -> None:
        self.first = None
        self.pieces.close()
