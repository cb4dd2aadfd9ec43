"""Tables as text: CSV, and JSON by the line."""

from __future__ import annotations

from collections.abc import Generator

import orjson

from minerals_api.exporting.reading import Result
from minerals_api.exporting.whole import WholeRenderer
from sources import lines


class CSVRenderer(WholeRenderer):
    """Writes RFC 4180: a line of names, then a line for each row."""

    media_type = "text/csv"
    format = "csv"
    content_type = "text/csv; charset=utf-8; header=present"
    description = "All results as a table: a line of names, then a line for each."

    def write(self, result: Result) -> Generator[bytes]:
        head = lines.joined([result.names]).encode()
        for body in self._bodies(result):
            yield lines.bytes_with_host(head + body, result.host)
            head = b""
        if head:
            yield head

    def _bodies(self, result: Result) -> Generator[bytes]:
        if result.has_lines:
            end = lines.END.encode()
            for written in result.lines("csv"):
                yield end.join([*written, b""])
        else:
            for rows in result.cells():
                yield lines.joined(rows).encode()


class NDJSONRenderer(WholeRenderer):
    """Writes a flat JSON object on each line, with every key."""

    media_type = "application/x-ndjson"
    format = "ndjson"
    description = "All results, a flat JSON object on each line."

    def write(self, result: Result) -> Generator[bytes]:
        yield from json_lines(result)


def json_lines(result: Result) -> Generator[bytes]:
    """Batches of rows as JSON objects, each on a line."""
    if result.has_lines:
        for written in result.lines("json"):
            yield lines.bytes_with_host(b"\n".join([*written, b""]), result.host)
    else:
        for rows in result.rows():
            yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
