"""Tables as Parquet: columns with types, in groups of rows."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet

from minerals_api.conditional import names_whole
from minerals_api.exporting.ranges import Files, Kept, asked_part
from minerals_api.exporting.reading import Result
from minerals_api.exporting.tables import json_lines
from minerals_api.exporting.whole import Stream, WholeRenderer, WholeResponse

ROWS_IN_A_GROUP = 20_000
FILES = Files()


class ParquetRenderer(WholeRenderer):
    """Writes Parquet group by group, so that no more than one is in memory."""

    media_type = "application/vnd.apache.parquet"
    format = "parquet"
    compresses = False
    has_parts: ClassVar[bool] = True
    description = "All results as a Parquet file, its columns typed; the metadata name revision, licence and query."

    def schema(self, row: str) -> dict[str, Any]:
        described = super().schema(row)
        return {**described, "schema": {**described["schema"], "format": "binary"}}

    def answer(self, view: Any, queryset: QuerySet[Any]) -> WholeResponse:
        """The whole file as a stream; its length, or a part of it, where these are asked for, from a copy that is kept."""
        header, is_head = _range_asked(view.request), view.request.method == "HEAD"
        response = super().answer(view, queryset) if not header or is_head else WholeResponse()
        response.headers["Accept-Ranges"] = "bytes"
        if not (header or is_head):
            return response
        kept = self._kept(view, queryset)
        part = None if is_head else asked_part(header, kept.size)
        start, end = part or (0, kept.size)
        response.is_empty = kept.is_empty
        response.headers["Content-Length"] = str(end - start)
        if not is_head:
            response.streaming_content = kept.part(start, end)
            for name, value in self.headers(view).items():
                response.headers[name] = value
        if part:
            response.status_code = HTTPStatus.PARTIAL_CONTENT
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.size}"
        return response

    def _kept(self, view: Any, queryset: QuerySet[Any]) -> Kept:
        result = Result(view, queryset)
        published = view.asked.revision.created if view.asked.revision else None
        key = (result.about()["address"], view.asked.number, published)
        if kept := FILES.get(key):
            return kept
        stream = Stream(self.write(result))
        return FILES.keep(key, stream, is_empty=result.is_empty)

    def write(self, result: Result) -> Generator[bytes]:
        # Loading it takes a third of a second, which only those wait for who ask for it.
        import pyarrow as pa
        from pyarrow import parquet

        schema = _schema(result)
        sink = _Sink()
        with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
            for table in _groups(result, schema):
                writer.write_table(table)
                yield sink.taken()
        yield sink.taken()


def _range_asked(request: Any) -> str:
    """The header Range, unless it is meant for another state of the file, which the header If-Range then names."""
    condition = request.headers.get("If-Range")
    return request.headers.get("Range", "") if condition is None or names_whole(condition, request) else ""


def _schema(result: Result) -> Any:
    import pyarrow as pa

    types = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    fields = [
        pa.field(column.name, types[column.type], metadata={"description": column.help_text})
        for column in result.columns
    ]
    return pa.schema(fields, metadata=result.about())


def _groups(result: Result, schema: Any) -> Iterator[Any]:
    """The rows as tables, each of as many as make a group."""
    import pyarrow as pa

    waiting, rows = [], 0
    for batch in json_lines(result):
        waiting.append(_table(batch, schema))
        rows += len(waiting[-1])
        if rows >= ROWS_IN_A_GROUP:
            yield pa.concat_tables(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.concat_tables(waiting)


def _table(batch: bytes, schema: Any) -> Any:
    from pyarrow import json

    options = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    # One block, since a row may not reach from one into the next.
    reading = json.ReadOptions(use_threads=False, block_size=len(batch) + 1)
    return json.read_json(io.BytesIO(batch), read_options=reading, parse_options=options).cast(schema)


class _Sink(io.RawIOBase):
    """Holds what was written until it is taken."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken
