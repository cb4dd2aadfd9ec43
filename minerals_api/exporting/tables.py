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
        head = lines.joined([result.names])
        for body in self._bodies(result):
            yield (head + body).encode()
            head = ""
        if head:
            yield head.encode()

    def _bodies(self, result: Result) -> Generator[str]:
        if result.has_lines:
            for texts in result.texts("csv"):
                yield lines.with_host(lines.END.join(texts), result.host) + lines.END
        else:
            for rows in result.cells():
                yield lines.with_host(lines.joined(rows), result.host)


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
        for texts in result.texts("json"):
            yield lines.with_host("\n".join(texts) + "\n", result.host).encode()
    else:
        for rows in result.rows():
            yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
