"""Reads the grade of an ore as a source words it: 1.2 % Cu, 0.35 g/t."""

from __future__ import annotations

from minerals.quantities import Availability, Comparator
from minerals.stated.numbers import UnreadableError
from minerals.stated.reading import Stated, read
from minerals.units import UNITS, units_of

GRADE_UNITS = (*units_of("percent"), *units_of("g/t"))


def read_grade(text: str, unit: str = "") -> Stated:
    """The grade that words state; `unit` is one that is known besides.

    Raises UnreadableError, which says why, for what can't be read in one way only, or isn't one exact number.
    """
    found = read(text, unit)
    if found.availability not in (Availability.REPORTED, Availability.NIL):
        return found
    if found.unit and found.unit not in GRADE_UNITS:
        raise UnreadableError(f"A grade is in {', '.join(GRADE_UNITS)}, not in {UNITS[found.unit].definition}.")
    if found.value is None or found.comparator != Comparator.EQUAL:
        raise UnreadableError(
            f"The words say {found}, but a grade is kept here as one exact number. Leave the number out, or enter the grade "
            "as a figure of its own."
        )
    return found
