"""Checks answers against the OpenAPI document, more strictly than the document has to be read."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from io import BytesIO, StringIO
from typing import Any

import openpyxl
from django.core.management import call_command
from jsonschema import Draft202012Validator
from pyarrow import parquet
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

JSON = dict[str, Any]

SELECTION = {"$ref": "#/components/schemas/Selection"}
COMMAND = ("spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn")
"""What `make schema` runs."""


@cache
def generated() -> str:
    """The OpenAPI document as the code describes itself now."""
    output = StringIO()
    call_command(*COMMAND, stdout=output)
    return output.getvalue()


@cache
def document() -> JSON:
    return json.loads(generated())


def operations() -> Iterator[tuple[str, JSON]]:
    """Every operation and its path."""
    for path, item in document()["paths"].items():
        yield from ((path, operation) for operation in item.values())


def resolved(node: JSON) -> JSON:
    """What a node says, or what the node says that it refers to."""
    while "$ref" in node:
        target = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def objects(node: Any, place: str = "") -> Iterator[tuple[str, JSON]]:
    """Every JSON object in a part of the document, and where it stands."""
    if isinstance(node, dict):
        yield place, node
        for name, child in node.items():
            yield from objects(child, f"{place}/{name}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from objects(child, f"{place}/{index}")


def path_of(address: str) -> str:
    """The path in the document that an address belongs to; one that has it in full comes before any template."""
    if address in document()["paths"]:
        return address
    for path in document()["paths"]:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address.partition("?")[0]):
            return path
    raise LookupError(f"{address} is not in the OpenAPI document")


@cache
def validator(path: str, status: int, media_type: str, *, whole: bool) -> Draft202012Validator:
    """Checks the body that an operation may answer with a status; a whole document has no more fields than described."""
    described = strict(document()) if whole else document()
    registry = Registry().with_resource("urn:api", Resource.from_contents(described, DRAFT202012))
    response = described["paths"][path]["get"]["responses"][str(status)]
    pointer = response["$ref"] if "$ref" in response else f"#/paths/{escaped(path)}/get/responses/{status}"
    return Draft202012Validator({"$ref": f"urn:api{pointer}/content/{escaped(media_type)}/schema"}, registry=registry)


def escaped(name: str) -> str:
    """A name as JSON Pointer has it, in the fragment of an address."""
    return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def strict(node: Any) -> Any:
    """The same without the selections that `fields` and `omit` make, and with no field that is not described."""
    node = deepcopy(node)
    for _, described in objects(node):
        if SELECTION in described.get("anyOf", ()):
            [alternative] = [one for one in described.pop("anyOf") if one != SELECTION]
            described.update(alternative)
        if isinstance(described.get("properties"), dict) and described.get("type") == "object":
            described.setdefault("additionalProperties", False)
    return node


def media_type_of(response: Any) -> str:
    return str(response.headers["Content-Type"]).partition(";")[0]


def rows_of_table(response: Any) -> list[JSON]:
    """The rows of an answer that is a table, by column; those of CSV and XLSX as text."""
    return READERS[media_type_of(response)](response.getvalue())


def _rows_of_csv(content: bytes) -> list[JSON]:
    return list(csv.DictReader(StringIO(content.decode(), newline="")))


def _rows_of_parquet(content: bytes) -> list[JSON]:
    return parquet.read_table(BytesIO(content)).to_pylist()


def _rows_of_workbook(content: bytes) -> list[JSON]:
    names, *rows = openpyxl.load_workbook(BytesIO(content), read_only=True)["data"].iter_rows(values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


READERS: Mapping[str, Callable[[bytes], list[JSON]]] = {
    "text/csv": _rows_of_csv,
    "application/x-ndjson": lambda content: [json.loads(line) for line in content.splitlines()],
    "application/vnd.apache.parquet": _rows_of_parquet,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _rows_of_workbook,
    "application/geo+json": lambda content: [one["properties"] for one in json.loads(content)["features"]],
}
TYPED = ("application/x-ndjson", "application/vnd.apache.parquet", "application/geo+json")
"""The tables whose values have the types that are described."""


def validate(response: Any) -> None:
    """Fail unless the document describes an answer: its status, its media type, its headers and its body."""
    request = response.wsgi_request
    path = path_of(request.path)
    answers = document()["paths"][path]["get"]["responses"]
    assert str(response.status_code) in answers, f"{response.status_code} is not described for {path}"
    described = resolved(answers[str(response.status_code)])
    media_type = media_type_of(response)
    is_json = media_type.endswith("json") and media_type != "application/x-ndjson"
    assert media_type in described["content"], f"{media_type} is not described for {path}"
    whole = not request.GET.keys() & {"fields", "omit"}
    if media_type in READERS:
        validate_rows(response, described["content"][media_type], whole=whole)
        if not is_json:
            return
    checks = validator(path, response.status_code, media_type, whole=whole)
    body = json.loads(response.getvalue()) if is_json else response.getvalue().decode()
    errors = [f"{error.json_path}: {error.message[:300]}" for error in checks.iter_errors(body)]
    assert not errors, errors


def validate_rows(response: Any, content: JSON, *, whole: bool) -> None:
    """Fail unless each row of a table has the columns that are described, in their order, and values of their types."""
    row_schema = resolved(content["x-row"])
    columns = list(row_schema["properties"])
    checks = Draft202012Validator({**row_schema, "required": []})
    for row in rows_of_table(response):
        assert list(row) == (columns if whole else [name for name in columns if name in row])
        if media_type_of(response) in TYPED:
            checks.validate(row)
