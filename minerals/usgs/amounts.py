"""Reads what stands in the cells of a release: numbers, bounds, ranges, and the words for what is no number."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sources.words import did_you_mean

UNITS = {
    "metric tons": "t",
    "thousand metric tons": "kt",
    "million metric tons": "Mt",
    "thousand metric dry tons": "kt",
    "kilograms": "kg",
    "million cubic meters": "Mm3",
    "tons": "t",
}
"""The unit that a release names, and its code."""

NIL = "—"
WITHHELD = "W"
WITHOUT_A_NUMBER = ("NA", "XX", "s", "Large", "Moderate", "Small")
HALF_A_UNIT = "Less than ½ unit"

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,2})?"
_SINGLE = re.compile(rf"(?P<comparator>[<>]?)\s?(?P<number>{_NUMBER})")
_RANGE = re.compile(rf"(?P<low>{_NUMBER})\s?-\s?(?P<high>{_NUMBER})")


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as the cells of the dataset's files have it."""

    verbatim: str
    availability: str
    unit: str
    comparator: str = ""
    value: str = ""
    low: str = ""
    high: str = ""

    @property
    def has_number(self) -> bool:
        return bool(self.value or self.low)


def unit_of(text: str) -> str:
    """The code of a unit. Raises ValueError for one that is not known."""
    if text not in UNITS:
        raise ValueError(f"“{text}” is no unit that is known.{did_you_mean(text, UNITS)}")
    return UNITS[text]


def amount_of(cell: str, unit: str, *, is_below_half: bool = False) -> Amount:
    """The quantity that a cell states. Raises ValueError for what is neither a number nor a known word.

    `is_below_half` says that a footnote explains the cell to be less than half a unit.
    """
    if cell == NIL:
        return Amount(cell, "nil", unit, "=", "0")
    if cell == WITHHELD:
        return Amount(cell, "withheld", unit)
    if cell == HALF_A_UNIT or (cell == "s" and is_below_half):
        return Amount(cell, "reported", unit, "<", "0.5")
    if cell in WITHOUT_A_NUMBER:
        return Amount(cell, "not_available", unit)
    return _stated(cell, unit, _plain)


def _stated(cell: str, unit: str, plain: Callable[[str], str]) -> Amount:
    if found := _RANGE.fullmatch(cell):
        return Amount(cell, "reported", unit, "=", low=plain(found["low"]), high=plain(found["high"]))
    if found := _SINGLE.fullmatch(cell):
        number = plain(found["number"])
        if number == "0" and not found["comparator"]:
            return Amount(cell, "nil", unit, "=", "0")
        return Amount(cell, "reported", unit, found["comparator"] or "=", number)
    raise ValueError(
        f"“{cell}” is neither a number with commas between thousands (1,234.5), a bound (>1,234), a range "
        f"(330 - 390), — for zero, nor one of {', '.join([WITHHELD, *WITHOUT_A_NUMBER])}."
    )


def _plain(number: str) -> str:
    """A number without commas, zeros at its front, or zeros at the end of its decimals."""
    whole, _, decimals = number.replace(",", "").partition(".")
    decimals = decimals.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole
