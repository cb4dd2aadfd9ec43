"""How amounts are written in sentences: exactly, with thousands apart, the same from every database."""

from __future__ import annotations

from decimal import Decimal

from minerals.quantities import Comparator, Quantified
from minerals.units import UNITS


def spelt(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(base: Decimal, unit: str) -> str:
    """An amount, given in the base unit, in another unit of its dimension."""
    return f"{spelt(base / UNITS[unit].factor)} {unit}"


def stated(figure: Quantified) -> str:
    """The number as the source stated it."""
    if figure.value is not None:
        comparator = "" if figure.comparator == Comparator.EQUAL else figure.comparator
        return f"{comparator}{spelt(figure.value)} {figure.unit}"
    if figure.low is None or figure.high is None:
        word, number = (">=", figure.low) if figure.high is None else ("<=", figure.high)
        return f"{word}{spelt(number or Decimal(0))} {figure.unit}"
    return f"{spelt(figure.low)} to {spelt(figure.high)} {figure.unit}"
