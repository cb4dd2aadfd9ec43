"""An excerpt of a Mineral Commodity Summaries data release, and a dataset without a fact to take it over into."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from minerals.usgs.columns import read_columns
from minerals.usgs.files import Files
from minerals.usgs.importing import Outcome, import_release
from sources.dataset.dumping import write
from sources.dataset.reading import read_package
from sources.dataset.rows import Package, Row

ROOT = Path(__file__).resolve().parents[1]
EXCERPT = ROOT / "tests/data/usgs_mcs2026_excerpt.csv"
SOURCE = "usgs-mcs2026"
NOW = datetime(2099, 1, 1, tzinfo=UTC)


def lines_of(path: Path = EXCERPT) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))


def save(lines: list[list[str]], path: Path, encoding: str = "cp1252") -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def bare(directory: Path) -> Path:
    """The shipped entities, sources and words of the first revision, and no fact."""
    package, problems = read_package(ROOT / "fixtures")
    assert not problems
    for name, rows in package.rows.items():
        first = [row for row in rows if row.table.holds in ("revisions", "records") and is_of_first(row)]
        for row in first:
            row.cells |= {"left": ""} if "left" in row.cells else {}
        package.rows[name] = first
    write(package, directory)
    return directory


def is_of_first(row: Row) -> bool:
    return row.cells.get("entered", row.cells.get("number")) == "1"


def take(release: Path, directory: Path, *, partial: bool = True) -> tuple[Outcome, Package]:
    files = Files(directory, SOURCE)
    outcome = import_release(release, files, read_columns(), NOW, partial=partial)
    files.write()
    return outcome, files.package
