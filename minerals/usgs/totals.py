"""Compares the world totals of a release with the rows that they total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from minerals.quantities import last_place
from minerals.usgs.amounts import Amount, amount_of
from minerals.usgs.areas import WORLD
from minerals.usgs.columns import Column
from minerals.usgs.release import ReleaseRow

Place = tuple[str, str]
"""The name of a column, and a year."""


class Sums:
    """What the rows of each column add up to, as far as they give numbers."""

    def __init__(self, pairs: Iterable[tuple[ReleaseRow, Column]]) -> None:
        self._sums: dict[Place, Decimal] = defaultdict(Decimal)
        self._parts: dict[Place, int] = defaultdict(int)
        self._words: dict[Place, int] = defaultdict(int)
        for row, column in pairs:
            amount = _read(row)
            if row.country == WORLD or amount is None:
                continue
            place = (column.name, row.year)
            self._parts[place] += 1
            if amount.comparator == "=" and amount.value:
                self._sums[place] += Decimal(amount.value)
            else:
                self._words[place] += 1

    def remark(self, row: ReleaseRow, column: Column) -> str:
        """What a reader of a total should know: what its rows add up to, if its own rounding can't explain the difference."""
        amount = _read(row)
        place = (column.name, row.year)
        if row.country != WORLD or amount is None or amount.comparator != "=" or not amount.value:
            return ""
        if not self._parts[place]:
            return ""
        total, parts = Decimal(amount.value), self._sums[place]
        off = parts - total
        has_words = self._words[place] > 0
        if abs(off) <= _rounding(total) / 2 or (has_words and off < 0):
            return ""
        which = "The numbers" if has_words else "The rows"
        return f"{which} of the table add up to {parts:,}."


def _read(row: ReleaseRow) -> Amount | None:
    try:
        return amount_of(row.value, "")
    except ValueError:
        return None


def _rounding(total: Decimal) -> Decimal:
    """One in the last digit of a total that is not zero."""
    return Decimal(10) ** last_place(total)
