"""How far claims lie apart, computed on the exact decimals of their base units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from minerals.comparing.claims import Claim
from minerals.spelling import spelt
from minerals.units import UNITS

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
"""Wide enough for any difference of two columns, and for the quotient of the largest and the smallest."""
PERCENT_PLACES, RATIO_PLACES = Decimal("0.01"), Decimal("0.001")


def difference(claim: Claim, reference: Claim, asked: str | None = None) -> dict[str, Any]:
    """How far a claim lies from another, in the unit asked for or the base unit; null where one is a range or a bound."""
    mine, theirs = _point(claim), _point(reference)
    away = None if mine is None or theirs is None else EXACT.subtract(mine, theirs)
    return {
        "value": None if away is None else _in(asked, away),
        "unit": asked or claim.fact.base_unit,
        "percent": None if away is None or theirs is None else _percent(away, theirs),
        "beyond_rounding": claim.fact.contradicts(reference.fact),
    }


def spread(claims: Sequence[Claim], asked: str | None = None) -> dict[str, Any] | None:
    """From the least to the most that the claims allow; null on a side that one of them leaves open."""
    if not claims:
        return None
    lows, highs = zip(*(claim.fact.interval() for claim in claims), strict=True)
    low, high = (None if end is None else _in(asked, end) for end in (_finite(min(lows)), _finite(max(highs))))
    closed = low is not None and high is not None
    absolute = EXACT.subtract(high, low) if closed else None  # type: ignore[arg-type]
    percent = _percent(absolute, low) if absolute is not None and low is not None else None
    unit = asked or claims[0].fact.base_unit
    return {
        "low": low,
        "high": high,
        "unit": unit,
        "absolute": absolute,
        "percent": percent,
        "ratio": _quotient(high, low, RATIO_PLACES) if closed else None,  # type: ignore[arg-type]
        "explanation": _explained(low, high, unit, percent, count=len(claims)),
    }


def _in(unit: str | None, number: Decimal) -> Decimal:
    """A number of the base unit in another unit of its dimension, where one is asked for."""
    return EXACT.divide(number, UNITS[unit].factor) if unit else number


def _point(claim: Claim) -> Decimal | None:
    low, high = claim.fact.interval()
    return _finite(low) if low == high else None


def _finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return _quotient(part * 100, whole, PERCENT_PLACES)


def _quotient(number: Decimal, by: Decimal, places: Decimal) -> Decimal | None:
    """Rounded half up; null where nothing can be divided by."""
    return EXACT.quantize(EXACT.divide(number, by), places) if by > 0 else None


def _explained(low: Decimal | None, high: Decimal | None, unit: str, percent: Decimal | None, *, count: int) -> str:
    bounds = {"above": high, "below": low}
    stated = [number for number in (low, high) if number is not None]
    if not stated:
        words = "No claim sets a bound on either side"
    elif len(stated) == 1:
        [open_side] = [side for side, number in bounds.items() if number is None]
        side = "From" if open_side == "above" else "Up to"
        words = f"{side} {spelt(stated[0])} {unit}; a claim sets no bound {open_side}"
    elif low == high:
        words = f"{'All claims give' if count > 1 else 'The one claim gives'} {spelt(stated[0])} {unit}"
    else:
        words = f"From {spelt(stated[0])} to {spelt(stated[1])} {unit}"
        if percent is not None:
            words += f", the highest {spelt(percent)} percent above the lowest"
    return f"{words}."
