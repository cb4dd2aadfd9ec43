"""What has a place, as a map has it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import orjson

from minerals_api.exporting.reading import Result
from minerals_api.exporting.whole import WholeRenderer, reference
from sources.columns import Row

COORDINATES = ("longitude", "latitude")


class GeoJSONRenderer(WholeRenderer):
    """Writes an RFC 7946 FeatureCollection: a feature for each row, without a geometry where no coordinates are known."""

    media_type = "application/geo+json"
    format = "geojson"
    description = "All results as a FeatureCollection (RFC 7946), their properties the columns of the table."

    def suits(self, view: Any) -> bool:
        return {*COORDINATES} <= {column.name for column in view.get_columns()}

    def schema(self, row: str) -> dict[str, Any]:
        return {"schema": {"$ref": reference("FeatureCollection")}, "x-row": {"$ref": reference(row)}}

    def write(self, result: Result) -> Generator[bytes]:
        before = b'{"type":"FeatureCollection","features":['
        for rows in result.rows_with(COORDINATES):
            features = b",\n".join(_feature(row, result.names) for row in rows)
            yield before + features
            before = b",\n"
        yield (b"" if before.startswith(b",") else before) + b"]}"


def _feature(row: Row, names: list[str]) -> bytes:
    point = [row[name] for name in COORDINATES]
    geometry = None if None in point else {"type": "Point", "coordinates": point}
    properties = {name: row[name] for name in names}
    return orjson.dumps({"type": "Feature", "geometry": geometry, "properties": properties})
