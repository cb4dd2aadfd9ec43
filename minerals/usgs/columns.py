"""The reviewed table of columns: what each column of each world table says, and which tables are left out and why."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

from minerals.usgs.release import ReleaseRow
from minerals.usgs.reviewed import FOLDER, read_reviewed, squashed
from sources.dataset.rows import DatasetError, Problem
from sources.words import nearest

COLUMNS = FOLDER / "columns.csv"
LEFT_OUT = FOLDER / "left_out.csv"
MEASURES = {"Production": "output", "Capacity": "capacity"}
RESERVES = "Reserves"


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of one column say."""

    chapter: str
    section: str
    commodity: str
    statistics: str
    detail: str
    mineral: str
    name: str
    """The middle of the keys of its facts, such as tungsten-mine-production."""
    stage: str
    form: str
    basis: str
    basis_read_in: str
    """The words, in the heading or notes of each row, that say the basis."""
    status: str
    """The status that the heading itself states."""
    reporting_class: str
    note: str

    @property
    def is_reserves(self) -> bool:
        return self.statistics == RESERVES

    @property
    def identity(self) -> tuple[str, ...]:
        return tuple(squashed(part).casefold() for part in astuple(self)[:5])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A table, or one commodity of it, that is not taken over."""

    chapter: str
    commodity: str
    reason: str


@dataclass(slots=True)
class Columns:
    """Finds what a row's column says."""

    known: dict[tuple[str, ...], Column]
    left_out: dict[tuple[str, str], str]
    file: str = COLUMNS.name

    def of(self, row: ReleaseRow) -> Column | None:
        return self.known.get(row.column)

    def reason_to_leave_out(self, row: ReleaseRow) -> str | None:
        chapter = row.chapter.casefold()
        return self.left_out.get((chapter, row.commodity.casefold())) or self.left_out.get((chapter, ""))

    def how_to_map(self, row: ReleaseRow) -> str:
        """What to do about a column that the table does not have."""
        line = ",".join(f'"{part}"' if "," in part else part for part in self._cells(row))
        near = nearest(" ".join(row.column), (" ".join(column) for column in self.known))
        like = next((column for column in self.known.values() if " ".join(column.identity) == near), None)
        hint = f" The nearest line there is that of {like.name}." if like else ""
        return (
            f"{self.file} has no line for this column. Add one that begins {line} and says its mineral, key and "
            f"basis, or name the table in {LEFT_OUT.name} with the reason to leave it out.{hint}"
        )

    @staticmethod
    def _cells(row: ReleaseRow) -> list[str]:
        detail = row.detail[: -len(" rounded") - 1] if row.is_rounded else row.detail
        return [row.chapter, row.section, row.commodity, row.statistics, detail]


def read_columns(path: Path = COLUMNS) -> Columns:
    columns = read_reviewed(path, Column, tuple(Column.__dataclass_fields__))
    _refuse_repeated(columns, path.name)
    left_out = read_reviewed(LEFT_OUT, LeftOut, tuple(LeftOut.__dataclass_fields__))
    return Columns(
        known={column.identity: column for column in columns},
        left_out={(line.chapter.casefold(), line.commodity.casefold()): line.reason for line in left_out},
        file=path.name,
    )


def _refuse_repeated(columns: list[Column], file: str) -> None:
    lines: dict[tuple[str, ...], int] = {}
    for line, column in enumerate(columns, start=2):
        if column.identity in lines:
            message = f"Line {lines[column.identity]} says of the same column what it is."
            raise DatasetError([Problem(file, line, "detail", message)])
        lines[column.identity] = line
