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
    """Value or Notes."""
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


def corrections(rows: Iterable[ReleaseRow], errata: Iterable[Erratum], *, partial: bool = False) -> list[Correction]:
    """The rows that errata change. Raises DatasetError where a cell is neither as it was nor as it became."""
    by_cell = defaultdict(list)
    for erratum in errata:
        if erratum.applies:
            by_cell[erratum.cell].append(erratum)
    found = []
    for row in rows:
        cell = (row.chapter, row.section, row.commodity, row.country, row.detail, row.year)
        if here := by_cell.pop(cell, None):
            corrected = row
            for erratum in here:
                corrected = _corrected(corrected, erratum)
            found.append(Correction(row, corrected, tuple(here)))
    if by_cell and not partial:
        lost = (", ".join(cell) for cell in by_cell)
        raise DatasetError(
            [f"{ERRATA.name}: The release has no cell {cell}, which an erratum corrects." for cell in lost]
        )
    return [correction for correction in found if correction.corrected != correction.row]


def _corrected(row: ReleaseRow, erratum: Erratum) -> ReleaseRow:
    cell = row.value if erratum.column == "Value" else row.notes
    if cell not in (erratum.was, erratum.becomes):
        message = f"The erratum of {erratum.locator} corrects “{erratum.was}”, but the cell has “{cell}”."
        raise DatasetError([row.problem(erratum.column, message)])
    return replace(row, value=erratum.becomes) if erratum.column == "Value" else replace(row, notes=erratum.becomes)
