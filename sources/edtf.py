"""Dates as precise as a source states them, in EDTF (ISO 8601-2) levels 0 to 2."""

import re
from calendar import monthrange
from functools import lru_cache
from math import isinf
from typing import Any

from django.core.exceptions import ValidationError
from edtf import parse_edtf
from edtf.parser import EDTFParseException

from sources.worded_dates import PART, explained, in_edtf

_DAY = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
MAX_YEAR = 9999
LONGEST = 64
"""Characters of a text that is read at all: columns keep no more."""


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """The grammar is slow, and a dataset has few dates that differ."""
    return parse_edtf(text)


UNREADABLE = (EDTFParseException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What the library raises over a text that is no date: not always its own error."""


def validate_edtf(text: str) -> None:
    """Refuse what is no EDTF date, a day that no calendar has, or an interval that ends before it begins."""
    if reason := _objection(text):
        raise ValidationError(f"{reason} {_advice(text)}".strip())


def _objection(text: str) -> str:
    """What is wrong with a date; empty where it is right."""
    if len(text) > LONGEST:
        return "This is too long for a date."
    for year, month, day in _DAY.findall(text):
        if 1 <= int(month) <= 12 and not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
            return f"“{text}” names a day that no calendar has."
    try:
        first, last = bounds(text)
    except UNREADABLE:
        return f"“{text}” is not an EDTF date."
    if any(abs(moment[0]) > MAX_YEAR for moment in (first, last) if moment):
        return f"“{text}” names a year of more than four digits."
    return f"“{text}” ends before it begins." if first and last and first > last else ""


def _advice(text: str) -> str:
    """How to write what was meant: each way in which the words can be read, or else examples."""
    known = [explained(date) for date in suggested(text)]
    if not known:
        return "Write 2024, 2024-07, 2024-07-09, 2026-35 (third quarter), 2023/2025 or ../2028 (by 2028)."
    if len(known) > 1:
        return f"It can be read in more than one way. Write {' or '.join(known)}, whichever the source means."
    part = PART.match(text)
    return f"Write {known[0]}." + (f" EDTF can't say “{part['word'].lower()}”: keep that in the note." if part else "")


def suggested(text: str) -> list[str]:
    """The dates that words may mean, as EDTF writes them; empty where none of them is sure to be a date."""
    return [date for date in in_edtf(text) if not _objection(date)] if len(text) <= LONGEST else []


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
