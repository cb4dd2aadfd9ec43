"""The base of every format that answers with the whole result."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

from minerals_api.exporting.reading import Result
from sources.registry import plural


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

    def suits(self, view: Any) -> bool:
        """Whether the answers of a view can be written so."""
        return bool(view.get_tables())

    def column_names(self, view: Any) -> list[str]:
        """What `fields` and `omit` may name; nothing where they can't be given."""
        return [column.name for column in view.get_columns()]

    def write(self, result: Result) -> Generator[bytes]:
        """The pieces of the answer. The first comes after rows were read: until then, a failure is a problem document."""
        raise NotImplementedError

    def answer(self, view: Any, queryset: QuerySet[Any]) -> WholeResponse:
        """The response, begun: its first piece has been read, so that a failure is still an error of its own."""
        result = Result(view, queryset)
        stream = Stream(self.write(result))
        if view.request.method == "HEAD":
            stream.close()
        response = WholeResponse(stream, content_type=self.content_type or self.media_type)
        response.is_empty = result.is_empty
        response.headers["Content-Disposition"] = f'attachment; filename="{self.file_name(view, queryset)}"'
        return response

    def file_name(self, view: Any, queryset: QuerySet[Any]) -> str:
        subject = next(iter(view.kwargs.values()), plural(queryset.model)) if view.detail else view.basename
        return f"{subject}-r{view.asked.number}.{self.format}"


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
