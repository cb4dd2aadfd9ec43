"""The parts of the OpenAPI document that all operations share."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from minerals_api.problems import MEDIA_TYPE, PROBLEM_TYPES, ProblemType, problem_document, type_for_status
from sources.columns import Column
from sources.exceptions import ParameterError

JSON = dict[str, Any]

NULLABLE_STRING = {"type": ["string", "null"]}

PARAMETER_ERROR: JSON = {
    "type": "object",
    "description": "One thing wrong with one parameter.",
    "required": ["parameter", "detail", "code", "allowed", "nearest"],
    "properties": {
        "parameter": {"type": "string", "description": "The name of the parameter, or of the header."},
        "detail": {"type": "string", "description": "What is wrong, in a sentence."},
        "code": {"type": "string", "description": "What kind of thing is wrong, for programs."},
        "allowed": {
            "type": ["array", "null"],
            "items": {"type": "string"},
            "description": "What could have been given, where that can be listed.",
        },
        "nearest": {**NULLABLE_STRING, "description": "What was most likely meant."},
    },
}

SELECTION: JSON = {
    "type": "object",
    "title": "Selection",
    "description": "With `fields` or `omit`: only the fields asked for, each as in the whole document.",
    "additionalProperties": True,
}


def or_selection(schema: JSON) -> JSON:
    """What is answered is the whole document, or, with `fields` or `omit`, a selection of it."""
    return {"anyOf": [schema, {"$ref": "#/components/schemas/Selection"}]}


def row_schema(columns: Sequence[Column]) -> JSON:
    """A row of a table: what CSV, NDJSON, Parquet and the like have in each column."""
    described = {
        column.name: {"type": [column.type, "null"], "description": column.help_text or column.name}
        for column in columns
    }
    return {"type": "object", "description": "A row, as a table has it, flat.", "properties": described}


FEATURES: JSON = {
    "type": "object",
    "description": "Things that have a place, as RFC 7946 has them.",
    "properties": {
        "type": {"const": "FeatureCollection", "description": "What this is."},
        "features": {
            "type": "array",
            "description": "A feature for each row, whose `properties` are the columns of the row.",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "additionalProperties": True,
                "properties": {
                    "type": {"const": "Feature", "description": "What this is."},
                    "geometry": {
                        "type": ["object", "null"],
                        "description": "A point; null where no coordinates are known.",
                        "properties": {
                            "type": {"const": "Point", "description": "What this is."},
                            "coordinates": {
                                "type": "array",
                                "items": {"type": "number"},
                                "minItems": 2,
                                "maxItems": 2,
                                "description": "Longitude and latitude, WGS 84.",
                            },
                        },
                    },
                },
            },
        },
    },
}

PROBLEM: JSON = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The kind of error: the address of the page that explains it.\n\n"
            + "\n".join(f"* `{known.url}`: {known.title}" for known in PROBLEM_TYPES.values()),
            "enum": [problem_type.url for problem_type in PROBLEM_TYPES.values()],
        },
        "title": {"type": "string", "description": "The kind of error, in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What went wrong this time."},
        "instance": {
            "type": "string",
            "format": "uri-reference",
            "description": "The path that was asked for.",
        },
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ParameterError"},
            "description": "What is wrong with each parameter; empty if the fault lies elsewhere.",
        },
        "reason": {**NULLABLE_STRING, "description": "Why a fact was withdrawn (410 only)."},
        "history": {
            **NULLABLE_STRING,
            "format": "uri-reference",
            "description": "Where its past versions are (410 only).",
        },
    },
}

CITED_DATE: JSON = {
    "type": "object",
    "required": ["date-parts"],
    "properties": {
        "date-parts": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
            "description": "Year, month and day, as far as they are known; of a span both ends.",
        },
        "circa": {"type": "boolean", "description": "Whether the date is not sure."},
    },
}

CITED_ITEM: JSON = {
    "type": "object",
    "description": "A source, or the dataset, as CSL-JSON has it. What is not known is left out.",
    "required": ["id", "type"],
    "properties": {
        "id": {"type": "string", "description": "Key of the source; of the dataset a name with a colon."},
        "type": {"type": "string", "description": "The kind of document in the words of CSL, such as report."},
        "title": {"type": "string", "description": "Title of the document."},
        "author": {
            "type": "array",
            "description": "Authors, or the body that published the document where it names none.",
            "items": {
                "type": "object",
                "required": ["literal"],
                "properties": {"literal": {"type": "string", "description": "The name as the document has it."}},
            },
        },
        "container-title": {"type": "string", "description": "Series or periodical that it appeared in."},
        "volume": {"type": "string", "description": "Volume of the series."},
        "issue": {"type": "string", "description": "Issue of the volume."},
        "publisher": {"type": "string", "description": "The publisher, where it is not the author or the periodical."},
        "issued": {**CITED_DATE, "description": "When it was published."},
        "version": {"type": "string", "description": "Of the dataset: the revision."},
        "DOI": {"type": "string", "description": "Digital object identifier."},
        "URL": {"type": "string", "description": "Address; of the dataset the permalink of the query."},
        "accessed": {**CITED_DATE, "description": "When it was read last."},
        "note": {
            "type": "string",
            "description": "In which document it was read, copies, bounds of its date, licence.",
        },
    },
}

HEADERS: dict[str, JSON] = {
    "ETag": {
        "description": "Tags this answer; send it back in `If-None-Match`.",
        "schema": {"type": "string"},
        "example": 'W/"7-9b2f1c0d5a6e4f3b8c7d2e1f"',
    },
    "Last-Modified": {
        "description": "When the current revision was published.",
        "schema": {"type": "string"},
        "example": "Tue, 24 Nov 2026 08:00:00 GMT",
    },
    "Dataset-Revision": {
        "description": "The revision that the answer shows.",
        "schema": {"type": "integer"},
        "example": 7,
    },
    "Link": {
        "description": "Related addresses (RFC 8288): `cite-as` (RFC 8574), where the same is read at the same revision for ever; `describedby`, `license`, and on lists `next` and `prev`.",
        "schema": {"type": "string"},
        "example": '<https://example.org/api/v1/reserves/?country=KAZ&revision=7>; rel="cite-as"',
    },
    "RateLimit-Limit": {
        "description": "How many requests a window allows (IETF draft). An answer that the cache repeats isn't counted, and has none of the `RateLimit-*` headers.",
        "schema": {"type": "integer"},
        "example": 600,
    },
    "RateLimit-Remaining": {
        "description": "How many of them are left (IETF draft).",
        "schema": {"type": "integer"},
        "example": 598,
    },
    "RateLimit-Reset": {
        "description": "Seconds until the window ends (IETF draft).",
        "schema": {"type": "integer"},
        "example": 41,
    },
    "RateLimit-Policy": {
        "description": "The limit and its window in seconds (IETF draft).",
        "schema": {"type": "string"},
        "example": "600;w=60",
    },
    "Accept-Ranges": {
        "description": "That the file can be asked for in parts, by the header `Range` (RFC 9110).",
        "schema": {"type": "string", "const": "bytes"},
    },
    "Content-Range": {
        "description": "Which bytes these are, from the first to the last, and of how many.",
        "schema": {"type": "string"},
        "example": "bytes 4096-8191/143200",
    },
    "Location": {
        "description": "The address to ask for instead, relative to the host, with the same query.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/api/v1/minerals/aluminium/?revision=7",
    },
    "Retry-After": {
        "description": "Seconds to wait before asking again.",
        "schema": {"type": "integer"},
        "example": 41,
    },
}

PARTS = ("Accept-Ranges", "Content-Range")
VALIDATORS = ("ETag", "Last-Modified", "Dataset-Revision", "Link")
LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
HEADERS_BY_STATUS = {
    "200": VALIDATORS + LIMITS,
    "206": VALIDATORS + PARTS + LIMITS,
    "304": VALIDATORS + LIMITS,
    "308": ("Location", *LIMITS),
    "429": (*LIMITS, "Retry-After"),
}

BAD_PARAMETERS = {
    "unknown-parameter": ParameterError(
        "contry",
        "There is no parameter 'contry'.",
        "unknown-parameter",
        ["country", "mineral", "rank"],
        "country",
    ),
    "invalid-value": ParameterError(
        "rank",
        "'prefered' isn't a rank.",
        "invalid-value",
        ["preferred", "normal", "deprecated"],
        "preferred",
    ),
    "missing-parameter": ParameterError(
        "measure",
        "“measure” is missing; give one, such as measure=reserves.",
        "missing-parameter",
        ["capacity", "consumption", "output", "reserves", "resources"],
    ),
    "repeated-parameter": ParameterError("mineral", "mineral is given 2 times.", "repeated-parameter"),
    "contradiction": ParameterError("omit", "fields and omit exclude each other.", "contradiction"),
    "mixed-units": ParameterError("value__gte", "The rows are in t and in USD.", "mixed-units", ["t", "USD"]),
    "mixed-figures": ParameterError(
        "basis",
        "Figures whose “basis” differs can't be added, and these have contained_metal, gross_weight: "
        "choose one with basis=…, or group by it: group_by=country,basis.",
        "mixed-figures",
        ["contained_metal", "gross_weight"],
    ),
    "bad-cursor": ParameterError("cursor", "This cursor belongs to another query.", "bad-cursor"),
    "too-many-rows": ParameterError(
        "format",
        "A sheet has room for 1,048,575 rows, and these are 1,200,000: narrow them by filters, or take format=csv or "
        "format=parquet, which have no limit.",
        "too-many-rows",
        ["csv", "parquet"],
    ),
    "not-acceptable": ParameterError(
        "format", "This endpoint has no yaml; it has json, html.", "not-acceptable", ["json", "html"]
    ),
}

WITHDRAWN = {
    "reason": "The source withdrew the figure.",
    "history": "/api/v1/reserves/kaz-zinc-reserves-aifc-2024/history/",
}

RESPONSE_NAMES = {
    "206": "Part",
    "304": "NotModified",
    "308": "Moved",
    "400": "BadRequest",
    "404": "NotFound",
    "406": "NotAcceptable",
    "410": "Gone",
    "416": "RangeNotSatisfiable",
    "429": "TooManyRequests",
    "500": "ServerError",
}


def response_reference(status: str) -> JSON:
    return {"$ref": f"#/components/responses/{RESPONSE_NAMES[status]}"}


def header_references(status: str) -> JSON:
    names = HEADERS_BY_STATUS.get(status, LIMITS)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _example(problem_type: ProblemType) -> JSON:
    """A problem of this kind as the API writes it."""
    error = BAD_PARAMETERS.get(problem_type.slug)
    document = problem_document(
        problem_type,
        instance="/api/v1/reserves/kaz-zinc-reserves-aifc-2024/",
        detail=error.detail if error else None,
        errors=[error] if error else [],
        members=WITHDRAWN if problem_type.slug == "gone" else None,
    )
    return {"summary": problem_type.title, "value": document}


def _problem_response(status: str) -> JSON:
    types = [known for known in PROBLEM_TYPES.values() if known.status == int(status)]
    meaning = "The request can't be read as it is." if len(types) > 1 else type_for_status(int(status)).meaning
    return {
        "description": meaning,
        "headers": header_references(status),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {problem_type.slug: _example(problem_type) for problem_type in types},
            }
        },
    }


def _responses() -> JSON:
    part = {
        "description": "The bytes of a Parquet file that `Range` asks for.",
        "headers": header_references(str(int(HTTPStatus.PARTIAL_CONTENT))),
        "content": {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}},
    }
    not_modified = {
        "description": "The client has the latest answer already.",
        "headers": header_references(str(int(HTTPStatus.NOT_MODIFIED))),
    }
    moved = {
        "description": "It was renamed, or merged into another one: the same is at the address in `Location`.",
        "headers": header_references(str(int(HTTPStatus.PERMANENT_REDIRECT))),
    }
    problems = {name: _problem_response(status) for status, name in RESPONSE_NAMES.items() if status >= "400"}
    return {"Part": part, "NotModified": not_modified, "Moved": moved, **problems}


COMPONENTS: dict[str, JSON] = {
    "schemas": {
        "Problem": PROBLEM,
        "ParameterError": PARAMETER_ERROR,
        "Selection": SELECTION,
        "FeatureCollection": FEATURES,
        "CitedItem": CITED_ITEM,
    },
    "headers": HEADERS,
    "responses": _responses(),
}
