"""Dates as bibliographies have them: a day, month or year, or a span of these, no more precise than the source is."""

from __future__ import annotations

import re

from sources.edtf import year_of

Parts = tuple[int, ...]
"""A year, with its month and day where these are known."""

PLAIN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?")


def parts_of(text: str) -> list[Parts]:
    """The date that EDTF states: one, two for the ends of a span, or none where formats have no way to say it.

    Of a quarter, a season or a month that is not known, the year is left.
    """
    ends = [PLAIN.fullmatch(end) for end in text.split("/")] if text else []
    if ends and all(ends):
        return [tuple(int(part) for part in end.groups() if part) for end in ends if end]
    if not text or ".." in text or text.startswith("/") or text.endswith("/"):
        return []
    year = year_of(text)
    return [(year,)] if year else []


def is_plain(text: str) -> bool:
    """Whether the parts of a date say all that its text does."""
    return all(PLAIN.fullmatch(end) for end in text.split("/"))
