"""Reads the CSV of a release strictly: what could be read in two ways is refused, not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from minerals.usgs.reviewed import squashed
from sources.dataset.reading import cells_of
from sources.dataset.rows import DatasetError, Problem
from sources.words import did_you_mean

HEADER = (
    "MCS chapter",
    "Section",
    "Commodity",
    "Country",
    "Statistics",
    "Statistics_detail",
    "Unit",
    "Year",
    "Value",
    "Notes",
    "Is critical mineral",
    "Other notes",
)
"""The columns of a release. That on critical minerals also names the year of a list."""

NAMES = (
    "chapter",
    "section",
    "commodity",
    "country",
    "statistics",
    "detail",
    "unit",
    "year",
    "value",
    "notes",
    "critical",
    "other_notes",
)
"""What each column is called here."""

FLAGS = ("Yes", "No", "")
ROUNDED = re.compile(r"[:,] rounded\Z", re.IGNORECASE)
LEFT_OUT_SECTIONS = {
    "salient statistics—united states": "Salient statistics of the United States: no world table.",
    "import sources": "Import sources of the United States: no world table.",
}


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A row of the release, white space squashed."""

    file: str
    line: int
    chapter: str
    section: str
    commodity: str
    country: str
    statistics: str
    detail: str
    unit: str
    year: str
    value: str
    notes: str
    critical: str
    other_notes: str
    was_shifted: bool = False

    @property
    def is_of_the_world(self) -> bool:
        return "World" in self.section

    @property
    def is_rounded(self) -> bool:
        return ROUNDED.search(self.detail) is not None

    @property
    def column(self) -> tuple[str, ...]:
        """Which column of which table the row is a cell of, however it is spelt."""
        detail = ROUNDED.sub("", self.detail)
        parts = (self.chapter, self.section.rstrip(": "), self.commodity, self.statistics, detail)
        return tuple(part.casefold() for part in parts)

    @property
    def texts(self) -> str:
        """All that the row says of its unit and basis."""
        return f"{self.section} | {self.detail} | {self.unit} | {self.notes} | {self.other_notes}"

    def problem(self, column: str, message: str) -> Problem:
        return Problem(self.file, self.line, column, message)


def read_release(path: Path) -> list[ReleaseRow]:
    """All rows of a release. Raises DatasetError with everything that is wrong with its form."""
    if not path.is_file():
        raise DatasetError([Problem(path.name, 1, "", "There is no such file.")])
    lines, problems = cells_of(_decoded(path.read_bytes(), path.name), path.name)
    if problems:
        raise DatasetError(problems)
    (_, header), *body = lines or [(1, [])]
    if problems := list(_wrong_columns(header, path.name)):
        raise DatasetError(problems)
    rows = [_row(path.name, line, cells) for line, cells in body if len(cells) == len(HEADER)]
    problems = [
        Problem(path.name, line, "", f"{len(cells)} cells instead of {len(HEADER)}: the row is cut off or shifted.")
        for line, cells in body
        if len(cells) != len(HEADER)
    ]
    if problems := sorted([*problems, *_misplaced(rows), *_repeated(rows)]):
        raise DatasetError(problems)
    return rows


def _decoded(content: bytes, file: str) -> str:
    """The text of a file that is UTF-8 throughout, or else cp1252, as releases are."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise DatasetError([Problem(file, 1, "", "The file is UTF-16 or no text. Save it as cp1252 or UTF-8.")])
    if not content.endswith(b"\n"):
        line = content.count(b"\n") + 1
        raise DatasetError([Problem(file, line, "", "The last line has no end: the download may have been cut off.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError([Problem(file, line, "", "The file is neither cp1252 nor UTF-8.")]) from error


def _wrong_columns(header: list[str], file: str) -> Iterator[Problem]:
    names = [re.sub(r"(Is critical mineral) \d{4}\Z", r"\1", name) for name in header]
    missing = [name for name in HEADER if name not in names]
    for name in names:
        if name not in HEADER:
            hint = did_you_mean(name, missing or HEADER)
            yield Problem(file, 1, name, f"A release has no column “{name}”.{hint}")
    for name in missing:
        yield Problem(file, 1, name, "The column is missing: this may be an edition of another form.")
    if sorted(names) == sorted(HEADER) and tuple(names) != HEADER:
        yield Problem(file, 1, "", f"The columns are to come in the order {', '.join(HEADER)}.")


def _row(file: str, line: int, cells: list[str]) -> ReleaseRow:
    named: dict[str, Any] = dict(zip(NAMES, map(squashed, cells), strict=True))
    row = ReleaseRow(file, line, **named)
    if row.notes in FLAGS[:2] and row.critical not in FLAGS and not row.other_notes:
        # The cell of the notes was left out, so that what follows it stands one column too far left.
        return replace(row, notes="", critical=row.notes, other_notes=row.critical, was_shifted=True)
    return row


def _misplaced(rows: list[ReleaseRow]) -> Iterator[Problem]:
    """Cells that hold what belongs into another column, as those of shifted rows do."""
    for row in rows:
        if row.critical not in FLAGS:
            message = f"“{row.critical}” is neither Yes nor No: the row may be shifted."
            yield row.problem("Is critical mineral", message)
        if row.is_of_the_world and not re.fullmatch(r"\d{4}", row.year):
            yield row.problem("Year", f"“{row.year}” is no year: the row may be shifted.")
        if not row.is_of_the_world and row.section.casefold() not in LEFT_OUT_SECTIONS:
            known = ["Salient Statistics—United States", "Import Sources"]
            hint = did_you_mean(row.section, known)
            yield row.problem("Section", f"“{row.section}” is no section that is known.{hint}")


def _repeated(rows: list[ReleaseRow]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        if row.is_of_the_world:
            cell = (*row.column, row.country, row.year)
            if cell in first:
                yield row.problem("Value", f"The same cell of the same table is on line {first[cell]} already.")
            first.setdefault(cell, row.line)
