"""Numbers without their padding, and what JSON has for values that it has no type for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise

LONGEST_WHOLE = 2**53
"""From here on, readers of JSON take whole numbers for floating-point ones, and writers refuse the longest."""


def plain_number(value: Decimal) -> int | float:
    """A decimal as JSON has it, a whole one without a point."""
    return int(value) if abs(value) < LONGEST_WHOLE and value == value.to_integral_value() else float(value)


def plain_text(value: Decimal) -> str:
    """A decimal as it was stated: without the zeros that a database fills it up with, and without an exponent."""
    return f"{value.normalize():f}"


def as_json(value: Any) -> int | float | str:
    """A value that JSON has no type for: exact numbers lose their padding, lazy texts their laziness."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON")


def plain(data: Any) -> Any:
    """The data as JSON has it, stored documents read again."""
    return orjson.loads(orjson.dumps(data, default=as_json))
