"""Dates as precise as a source states them, in EDTF (ISO 8601-2) levels 0 to 2."""

import re
from calendar import monthrange
from functools import lru_cache
from math import isinf
from typing import Any

from django.core.exceptions import ValidationError
from edtf import parse_edtf
from edtf.parser import EDTFParseException

_DAY = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
MAX_YEAR = 9999


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """The grammar is slow, and a dataset has few dates that differ."""
    return parse_edtf(text)


UNREADABLE = (EDTFParseException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What the library raises over a text that is no date: not always its own error."""


def validate_edtf(text: str) -> None:
    """Refuse what is no EDTF date, a day that no calendar has, or an interval that ends before it begins."""
    try:
        first, last = bounds(text)
    except UNREADABLE as error:
        raise ValidationError(
            f"“{text}” is not an EDTF date. Write 2024, 2024-07, 2024-07-09, 2026-35 (third quarter), "
            "2023/2025 or ../2028."
        ) from error
    for year, month, day in _DAY.findall(text):
        if not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
            raise ValidationError(f"“{text}” names a day that no calendar has.")
    if any(abs(moment[0]) > MAX_YEAR for moment in (first, last) if moment):
        raise ValidationError(f"“{text}” names a year of more than four digits.")
    if first and last and first > last:
        raise ValidationError(f"“{text}” ends before it begins.")


@lru_cache(maxsize=4096)
def bounds(text: str) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """The first and last day (year, month, day) that a date can mean; None where it is open."""
    date = _parsed(text)
    # Where an end is unknown (2028/), the library supposes one ten years off.
    first = None if text.startswith("/") else _day(date.lower_strict())
    last = None if text.endswith("/") else _day(date.upper_strict())
    return first, last


def _day(moment: Any) -> tuple[int, ...] | None:
    return None if isinstance(moment, float) and isinf(moment) else tuple(moment[:3])


def year_of(text: str) -> int | None:
    """The year that a date lies in; of a date open on one side the year of its stated end; else None."""
    if not text:
        return None
    first, last = bounds(text)
    years = {moment[0] for moment in (first, last) if moment}
    return years.pop() if len(years) == 1 else None
