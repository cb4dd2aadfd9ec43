"""Dates of records, as precise as these state them, in EDTF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from sources.bibliography.bibtex import MONTHS
from sources.edtf import validate_edtf

_SPAN = re.compile(r"([0-9]{4})\s*(?:--?|\u2013|/)\s*([0-9]{4})")
_SLASHED = re.compile(r"([0-9]{4})(?:[/-]([0-9]{1,2})?)?(?:[/-]([0-9]{1,2})?)?(?:[/-].*)?", re.DOTALL)
_YEAR = re.compile(r"[0-9]{4}")


def is_date(text: str) -> bool:
    """Whether a text is a date in EDTF."""
    try:
        validate_edtf(text)
    except ValidationError:
        return False
    return bool(text)


def joined(parts: Sequence[Any]) -> str:
    """Year, month and day in EDTF, as far as they make a date; empty without a year."""
    numbers: list[int] = []
    for part in parts[:3]:
        if not re.fullmatch(r"[0-9]{1,4}", str(part)) or not int(part):
            break
        numbers.append(int(part))
    texts = [f"{number:04}" if place == 0 else f"{number:02}" for place, number in enumerate(numbers)]
    candidates: Iterable[str] = ("-".join(texts[:length]) for length in range(len(texts), 0, -1))
    return next(filter(is_date, candidates), "")


def of_years(text: str) -> str:
    """A year, or the years of a span."""
    if span := _SPAN.fullmatch(text.strip()):
        return f"{span[1]}/{span[2]}" if is_date(f"{span[1]}/{span[2]}") else ""
    return joined([text.strip()]) if _YEAR.fullmatch(text.strip()) else ""


def of_year_month_day(year: str, month: str, day: str) -> str:
    """A date whose month may be a name, a number or the first letters of a name."""
    found = of_years(year)
    if "/" in found or not found:
        return found
    name = month.strip().casefold()[:3]
    number = MONTHS.index(name) + 1 if name in MONTHS else month.strip()
    return joined([found, number, day.strip()])


def of_slashes(text: str) -> str:
    """A date as RIS has it: 2024/07/09/, parts of which may be missing."""
    found = _SLASHED.fullmatch(text.strip())
    return joined([part or "" for part in found.groups()]) if found else ""
