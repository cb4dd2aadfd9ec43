"""Turns a row of a release into a fact and its citation, as rows of the dataset's files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from minerals.usgs.amounts import Amount, amount_of, unit_of
from minerals.usgs.areas import Area
from minerals.usgs.bases import contradiction
from minerals.usgs.columns import MEASURES, Column
from minerals.usgs.footnotes import Footnote, Footnotes
from minerals.usgs.release import ReleaseRow
from minerals.usgs.totals import Sums
from sources.dataset.rows import DatasetError, Problem
from sources.dataset.tables import tables

ROUNDED_TOTAL = "World total, rounded by the source."
SMALL = "“s” stands for small."
TONS = "“tons” taken as metric."
SHIFTED = "The row stands one column too far left in the release; read as it was meant."

Cells = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact as a row says it, and the citation of the row's cell."""

    row: ReleaseRow
    table: str
    cells: Cells
    citation: Cells

    @property
    def key(self) -> str:
        return self.cells["key"]


class Claims:
    """Makes claims out of the rows of one release."""

    def __init__(
        self, source: str, rows: Iterable[tuple[ReleaseRow, Column]], footnotes: Footnotes, *, partial: bool = False
    ) -> None:
        pairs = list(rows)
        self.source = source
        self.footnotes = footnotes
        # The rows of an excerpt add up to nothing that its totals could be held against.
        self.sums = Sums([] if partial else pairs)
        self._newest = max((row.year for row, column in pairs if not column.is_reserves), default="")
        self._shared = Counter(_place(row) for row, _ in pairs)

    def of(self, row: ReleaseRow, column: Column, area: Area) -> Claim:
        """The claim of a row. Raises DatasetError that names the column in which it can't be read."""
        if wrong := contradiction(row, column):
            raise DatasetError([row.problem("Other notes", wrong)])
        notes = _attempt(row, "Notes", lambda: self.footnotes.of(row.notes))
        unit = _attempt(row, "Unit", lambda: unit_of(row.unit))
        below_half = any(note.is_below_half for note in notes)
        amount = _attempt(row, "Value", lambda: amount_of(row.value, unit, is_below_half=below_half))
        table = "reserves" if column.is_reserves else "production"
        cells = dict.fromkeys((c.name for c in tables()[table].columns), "")
        cells |= self._common(row, column, area, amount, notes)
        cells |= _of_reserves(row, column, notes) if column.is_reserves else _of_production(row, column)
        return Claim(row, table, cells, self.citation(cells["key"], row))

    def _common(self, row: ReleaseRow, column: Column, area: Area, amount: Amount, notes: list[Footnote]) -> Cells:
        return {
            "key": f"{area.in_keys}-{column.name}-{row.year}-{self.source}",
            "version": "1",
            "rank": "normal",
            "note": " ".join(self._remarks(row, column, notes)),
            "mineral": column.mineral,
            "scope": area.scope,
            "country": area.country,
            "basis": column.basis,
            "verbatim": amount.verbatim,
            "comparator": amount.comparator,
            "value": amount.value,
            "low": amount.low,
            "high": amount.high,
            "unit": amount.unit,
            "status": self._status(row, column, notes) if amount.has_number else "",
            "availability": amount.availability,
        }

    def _status(self, row: ReleaseRow, column: Column, notes: list[Footnote]) -> str:
        """What the row, its heading or the year says. Of its newest year a release has nothing but estimates."""
        said = {note.status for note in notes} | {column.status}
        for status in ("actual", "estimated"):
            if status in said:
                return status
        if column.is_reserves:
            return ""
        return "estimated" if row.year == self._newest else "actual"

    def _remarks(self, row: ReleaseRow, column: Column, notes: list[Footnote]) -> list[str]:
        remarks = [
            ROUNDED_TOTAL if row.is_rounded else "",
            column.note,
            *(note.note for note in notes),
            SMALL if row.value == "s" and not any(note.is_below_half for note in notes) else "",
            self.sums.remark(row, column),
            TONS if row.unit == "tons" else "",
            SHIFTED if row.was_shifted else "",
        ]
        return list(dict.fromkeys(filter(None, remarks)))

    def citation(self, key: str, row: ReleaseRow) -> Cells:
        cells = dict.fromkeys((c.name for c in tables()["citations"].columns), "")
        return cells | {
            "fact": key,
            "version": "1",
            "position": "1",
            "source": self.source,
            "locator": self.locator(row),
            "support": "supports",
        }

    def locator(self, row: ReleaseRow) -> str:
        """Where the cell is: chapter, table, row and column, the column named where a year alone leaves several."""
        column = [row.detail] if self._shared[_place(row)] > 1 else []
        return ", ".join([row.chapter, row.section, row.country, *column, row.year])


def _place(row: ReleaseRow) -> tuple[str, ...]:
    return row.chapter, row.section, row.country, row.year


def _of_reserves(row: ReleaseRow, column: Column, notes: list[Footnote]) -> Cells:
    code = next((note for note in notes if note.reporting_code), None)
    return {
        "category": "reserves",
        "as_of": row.year,
        "reporting_code": code.reporting_code if code else "",
        "reporting_class": code.reporting_class if code else column.reporting_class,
    }


def _of_production(row: ReleaseRow, column: Column) -> Cells:
    return {
        "period": row.year,
        "stage": column.stage,
        "form": column.form,
        "measure": MEASURES[column.statistics],
    }


def _attempt(row: ReleaseRow, column: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except ValueError as error:
        raise DatasetError([row.problem(column, str(error))]) from error


def clashes(claims: Iterable[Claim]) -> list[Problem]:
    """Rows that would be one fact: the table of columns gives them the same key."""
    first: dict[str, ReleaseRow] = {}
    problems = []
    for claim in claims:
        if claim.key in first:
            message = f"Line {first[claim.key].line} has the key {claim.key} already: name one of the columns apart."
            problems.append(claim.row.problem("Statistics_detail", message))
        first.setdefault(claim.key, claim.row)
    return problems
