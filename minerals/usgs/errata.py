"""What the publisher has corrected in a release since, and the rows as they read with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from minerals.usgs.release import ReleaseRow
from minerals.usgs.reviewed import FOLDER, read_reviewed
from sources.dataset.rows import DatasetError

ERRATA = FOLDER / "errata.csv"
FIELDS = {"Value": "value", "Notes": "notes"}


@dataclass(frozen=True, slots=True)
class Erratum:
    """One change to a release: of one cell, or, without a chapter, of what the dataset does not hold."""

    release: str
    source: str
    locator: str
    chapter: str
    section: str
    commodity: str
    country: str
    detail: str
    year: str
    column: str
    was: str
    becomes: str
    reason: str

    @property
    def applies(self) -> bool:
        return bool(self.chapter)

    @property
    def cell(self) -> tuple[str, ...]:
        return self.chapter, self.section, self.commodity, self.country, self.detail, self.year


@dataclass(frozen=True, slots=True)
class Correction:
    """A row as the errata have it."""

    row: ReleaseRow
    corrected: ReleaseRow
    errata: tuple[Erratum, ...]

    @property
    def reason(self) -> str:
        return " ".join(dict.fromkeys(erratum.reason for erratum in self.errata))


def read_errata(release: str, path: Path = ERRATA) -> list[Erratum]:
    errata = read_reviewed(path, Erratum, tuple(Erratum.__dataclass_fields__))
    return [erratum for erratum in errata if erratum.release == release]


def corrections(rows: Iterable[ReleaseRow], errata: Iterable[Erratum]) -> list[Correction]:
    """The rows that errata change. Raises DatasetError where a cell is neither as it was nor as it became."""
    by_cell = defaultdict(list)
    for erratum in errata:
        if erratum.applies:
            by_cell[erratum.cell].append(erratum)
    found = []
    for row in rows:
        cell = (row.chapter, row.section, row.commodity, row.country, row.detail, row.year)
        if here := by_cell.get(cell):
            corrected = row
            for erratum in here:
                corrected = _corrected(corrected, erratum)
            found.append(Correction(row, corrected, tuple(here)))
    return [correction for correction in found if correction.corrected != correction.row]


def _corrected(row: ReleaseRow, erratum: Erratum) -> ReleaseRow:
    name = FIELDS[erratum.column]
    cell = getattr(row, name)
    if cell not in (erratum.was, erratum.becomes):
        message = f"The erratum of {erratum.locator} corrects “{erratum.was}”, but the cell has “{cell}”."
        raise DatasetError([row.problem(erratum.column, message)])
    return replace(row, **{name: erratum.becomes})
