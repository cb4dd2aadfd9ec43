"""The query parameters that endpoints share, as the OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sources.shapes import Shapes

PAGE_SIZE = 50
MAX_PAGE_SIZE = 500

DESCRIPTIONS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "revision": (
        "Read everything as it was at this revision: its number, or a day (UTC) for the last revision of that day.",
        {"type": "string", "pattern": r"^(\d{1,9}|\d{4}-\d{2}-\d{2})$"},
        "1",
    ),
    "fields": (
        (
            "Only these fields of each result, separated by commas; a dot reaches a nested one: key,quantity.value. "
            "In tables, such as CSV, the names of columns: key,value."
        ),
        {"type": "string"},
        None,
    ),
    "omit": (
        (
            "All fields of each result but these, separated by commas; a dot reaches a nested one. In tables, such as "
            "CSV, the names of columns."
        ),
        {"type": "string"},
        None,
    ),
    "page_size": (
        f"Results on a page, 1 to {MAX_PAGE_SIZE}. Tables, such as CSV, have no pages: they hold the whole result.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
        PAGE_SIZE,
    ),
    "cursor": ("Where the page begins: take it from `next` or `previous`, it is opaque.", {"type": "string"}, None),
    "claims": (
        "`best`: the preferred claim where one is stated, else all normal ones; `all`: outranked and deprecated too.",
        {"type": "string", "enum": ["best", "all"], "default": "best"},
        "all",
    ),
    "unit": (
        "Give each figure in this unit, too. Figures that measure something else, or are in another currency, are refused.",
        {"type": "string"},
        None,
    ),
    "style": (
        "With `format=citation`: a style of the Citation Style Language by its name, such as ieee; apa where left out.",
        {"type": "string"},
        None,
    ),
    "group_by": (
        "What each row stands for, one or several by commas; where left out, all that must agree to be added.",
        {"type": "array", "minItems": 1, "uniqueItems": True},
        None,
    ),
}


def parameter(name: str, description: str, schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    """An OpenAPI parameter object of a query parameter."""
    described = {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
    return described if example is None else {**described, "example": example}


def shared_parameters(
    names: Iterable[str],
    ordering: Iterable[str],
    shapes: Shapes,
    groupings: Sequence[str] = (),
    units: Sequence[str] = (),
) -> list[dict[str, Any]]:
    described = [parameter(name, *DESCRIPTIONS[name]) for name in names if name in DESCRIPTIONS]
    fields = [str(name) for shape in shapes[:1] for name in shape().fields]
    examples = {"fields": ",".join(fields[:2]), "omit": ",".join(fields[-1:])}
    described = [one | {"example": examples[one["name"]]} if one["name"] in examples else one for one in described]
    if offered := sorted(ordering):
        words = f"Fields to order by, separated by commas, each with - for the reverse: {', '.join(offered)}."
        described.append(parameter("ordering", words, {"type": "string"}, f"-{offered[0]}"))
    described = [_with_words(one, groupings) if one["name"] == "group_by" else one for one in described]
    return [_with_word(one, units) if one["name"] == "unit" else one for one in described]


def _with_word(described: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """A parameter whose value is one of these."""
    return described | {"schema": described["schema"] | {"enum": list(words)}}


def _with_words(described: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """A parameter whose values, joined by commas, are out of these."""
    schema = described["schema"] | {"items": {"type": "string", "enum": list(words)}}
    return described | {"style": "form", "explode": False, "schema": schema, "example": list(words)}
