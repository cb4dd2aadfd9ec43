"""The arithmetic of totals: intervals that are added, divided and ranked exactly, and written as estimates.

An amount is an interval: what it is at least, and at most. All is reckoned in fractions; only what is written is
rounded, and bounds are rounded outwards, so that an interval never shrinks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from minerals.quantities import Comparator

PERCENT, MOST_CONCENTRATED = 100, 10_000
SHARE_PLACES, INDEX_PLACES = 4, 2
"""Places after the point that shares and concentrations are rounded to."""

ZERO = Fraction(0)

Estimate = dict[str, Any]
"""A number as it is written: comparator, value, low, high. All are null where nothing is known."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What an amount is at least, and at most; sums of amounts are intervals of the same kind."""

    low: Fraction = ZERO
    top: Fraction = ZERO
    """The sum of all upper bounds that there are."""
    unbounded: int = 0
    """How many parts have no upper bound."""
    rough: int = 0
    """How many parts are approximate."""

    @classmethod
    def unknown(cls) -> Interval:
        return cls(unbounded=1)

    @classmethod
    def between(cls, low: Fraction | None, high: Fraction | None, *, rough: bool = False) -> Interval:
        """An amount from one bound to another; without a lower one, it is nothing at least."""
        least = min(ZERO, high or ZERO) if low is None else low
        return cls(least, high or ZERO, int(high is None), int(rough))

    @property
    def high(self) -> Fraction | None:
        return None if self.unbounded else self.top

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def __add__(self, other: Interval) -> Interval:
        return Interval(
            self.low + other.low,
            self.top + other.top,
            self.unbounded + other.unbounded,
            self.rough + other.rough,
        )

    def in_units_of(self, size: Decimal) -> Interval:
        """The same amount in a unit of this size."""
        return Interval(self.low / Fraction(size), self.top / Fraction(size), self.unbounded, self.rough)

    def without(self, part: Interval) -> Interval:
        """The sum of the other parts."""
        return Interval(
            self.low - part.low, self.top - part.top, self.unbounded - part.unbounded, self.rough - part.rough
        )


def interval_of(quantity: Mapping[str, Any], value: Decimal | None, low: Decimal | None, high: Decimal | None) -> Any:
    """What a quantity says of the amount, whose numbers in the base unit are these."""
    rough = quantity.get("comparator") == Comparator.ABOUT
    if value is None:
        bounds = (None if low is None else Fraction(low), None if high is None else Fraction(high))
        return Interval.between(*bounds, rough=rough) if any(b is not None for b in bounds) else Interval.unknown()
    exact = Fraction(value)
    if quantity.get("comparator") in (Comparator.MORE, Comparator.AT_LEAST):
        return Interval.between(exact, None)
    if quantity.get("comparator") in (Comparator.LESS, Comparator.AT_MOST):
        return Interval.between(None, exact)
    return Interval.between(exact, exact, rough=rough)


def total_of(parts: Iterable[Interval]) -> Interval:
    return sum(parts, Interval())


def total(amount: Interval) -> Estimate:
    return written(amount.low, amount.high, rough=bool(amount.rough))


def share(part: Interval, whole: Interval) -> Estimate:
    """What percentage of a whole one of its parts is."""
    low, high = _share(part, whole.without(part))
    rough = bool(whole.rough)
    return written(low * PERCENT, high * PERCENT, rough=rough, ceiling=PERCENT, places=SHARE_PLACES)


def _share(part: Interval, rest: Interval) -> tuple[Fraction, Fraction]:
    """The least and the most of the whole that a part can be, where the rest is another interval."""
    low, high = ZERO, Fraction(1)
    if rest.high is not None and part.low + rest.high > 0:
        low = part.low / (part.low + rest.high)
    if part.high is not None and part.high + rest.low > 0:
        high = part.high / (part.high + rest.low)
    return max(low, ZERO), min(high, Fraction(1))


def concentration(named: Sequence[Interval], unnamed: Interval) -> Estimate:
    """The Herfindahl-Hirschman index of places: the sum of their squared percentages.

    How a rest of the world is split is not known: at least among so many that it adds nothing, at most not at all.
    """
    whole = total_of([*named, unnamed])
    if whole.high is None:
        return written(ZERO, None)
    shares = [_share(part, whole.without(part)) for part in named]
    rest = _share(unnamed, whole.without(unnamed))[1] if unnamed.top else ZERO
    low = sum((least**2 for least, _ in shares), ZERO) * MOST_CONCENTRATED
    high = sum((most**2 for _, most in shares), rest**2) * MOST_CONCENTRATED
    bounded = min(high, Fraction(MOST_CONCENTRATED))
    return written(low, bounded, rough=bool(whole.rough), ceiling=MOST_CONCENTRATED, places=INDEX_PLACES)


def ranks(amounts: Sequence[Interval]) -> list[dict[str, Any]]:
    """The place of each amount among all, 1 for the largest; at best, where another may be larger."""
    lows = sorted(amount.low for amount in amounts)
    highs = sorted(amount.top for amount in amounts if not amount.unbounded)
    found = []
    for amount in amounts:
        larger = 0 if amount.high is None else len(lows) - bisect_right(lows, amount.high)
        not_larger = bisect_right(highs, amount.low)
        itself = 0 if amount.is_exact else 1
        certain = larger + not_larger + itself == len(amounts)
        known = amount.low > 0 or amount.high is not None
        comparator = (Comparator.EQUAL if certain else Comparator.AT_LEAST) if known else None
        found.append({"comparator": comparator, "value": larger + 1 if known else None})
    return found


def written(
    low: Fraction, high: Fraction | None, *, rough: bool = False, ceiling: int | None = None, places: int | None = None
) -> Estimate:
    """An interval as an estimate; from nothing up to the ceiling, nothing is known."""
    at_most = _rounded(high, places, up=True)
    at_least = _rounded(low, places, up=False)
    capped = high is None or high == ceiling
    if low == high:
        nearest = _decimal(round(low, places) if places is not None else low)
        return _estimate(Comparator.ABOUT if rough else Comparator.EQUAL, nearest, nearest, nearest)
    if capped and low == 0:
        return _estimate(None, None, None, None)
    if capped:
        return _estimate(Comparator.AT_LEAST, at_least, at_least, at_most)
    if low == 0:
        return _estimate(Comparator.AT_MOST, at_most, at_least, at_most)
    return _estimate(Comparator.ABOUT if rough else Comparator.EQUAL, None, at_least, at_most)


def _estimate(comparator: str | None, value: Decimal | None, low: Decimal | None, high: Decimal | None) -> Estimate:
    return {"comparator": comparator, "value": value, "low": low, "high": high}


def _rounded(number: Fraction | None, places: int | None, *, up: bool) -> Decimal | None:
    if number is None or places is None:
        return None if number is None else _decimal(number)
    scale = 10**places
    return _decimal(Fraction(ceil(number * scale) if up else floor(number * scale), scale))


def _decimal(number: Fraction) -> Decimal:
    """The same number as a decimal. Those that come here have one, with no more places than their denominator bits."""
    places = number.denominator.bit_length()
    return Decimal(f"{number.numerator * 10**places // number.denominator}E-{places}")
