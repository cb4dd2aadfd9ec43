"""A release that could be read in two ways is refused whole, with the line and column to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from minerals.usgs.columns import COLUMNS, read_columns
from minerals.usgs.files import Files
from minerals.usgs.importing import import_release
from minerals.usgs.release import read_release
from sources.dataset.rows import DatasetError
from tests.usgs_excerpt import EXCERPT, NOW, SOURCE, lines_of, save, take

pytestmark = pytest.mark.django_db


def changed(
    column: str, value: str, *, where: Callable[[list[str]], bool] | None = None
) -> Callable[[], list[list[str]]]:
    """The excerpt with one cell changed, in the first row of which a condition holds."""

    def lines() -> list[list[str]]:
        header, *body = lines_of()
        row = next(row for row in body if (where or is_tungsten)(row))
        row[header.index(column)] = value
        return [header, *body]

    return lines


def is_tungsten(row: list[str]) -> bool:
    return row[0] == "TUNGSTEN" and "World" in row[1] and row[3] == "China"


def tungsten_line() -> int:
    return next(number for number, row in enumerate(lines_of(), start=1) if is_tungsten(row))


def renamed_header() -> list[list[str]]:
    return [["MCS chapter", "Section", "Commodity", "Country", "Type", *lines_of()[0][5:]], *lines_of()[1:]]


def shifted_row() -> list[list[str]]:
    lines = lines_of()
    row = lines[tungsten_line() - 1]
    row[6:] = ["", *row[6:-1]]
    return lines


def short_row() -> list[list[str]]:
    lines = lines_of()
    lines[-1] = lines[-1][:8]
    return lines


def repeated_row() -> list[list[str]]:
    lines = lines_of()
    return [*lines, lines[tungsten_line() - 1]]


BAD = {
    "another edition's columns": (renamed_header, ":1:Type: A release has no column “Type”."),
    "a shifted row": (shifted_row, f":{tungsten_line()}:Is critical mineral: “"),
    "a short row": (short_row, ": 8 cells instead of 12"),
    "a repeated row": (repeated_row, f":Value: The same cell of the same table is on line {tungsten_line()}"),
    "a comma for a point": (changed("Value", "1.234,5"), f":{tungsten_line()}:Value: “1.234,5” is neither"),
    "a space for a comma": (changed("Value", "1 234"), f":{tungsten_line()}:Value: “1 234” is neither"),
    "an unknown country": (changed("Country", "Kazakstan"), f":{tungsten_line()}:Country: No country of the dataset"),
    "an unknown unit": (changed("Unit", "short tons"), f":{tungsten_line()}:Unit: “short tons” is no unit"),
    "no year": (changed("Year", "2024/25"), f":{tungsten_line()}:Year: “2024/25” is no year"),
    "an unknown section": (changed("Section", "Reserves"), f":{tungsten_line()}:Section: “Reserves” is no section"),
    "an unknown footnote": (changed("Notes", "Guessed."), f":{tungsten_line()}:Notes: The footnote “Guessed.” is not in"),
    "an unmapped column": (
        changed("Statistics_detail", "Smelter production"),
        "Add one that begins TUNGSTEN,World Mine Production and Reserves,Tungsten,Production,Smelter production",
    ),
    "an unknown table": (changed("MCS chapter", "UNOBTAINIUM"), f":{tungsten_line()}:Statistics_detail: columns.csv has no line"),
    "another basis": (
        changed("Other notes", "(Data in metric tons, WO3 content, unless otherwise specified)"),
        f":{tungsten_line()}:Other notes: The basis of the column, contained_metal, was read in “tungsten content”",
    ),
    "a basis where none was": (
        changed("Other notes", "(Data in metric tons, titanium content, unless otherwise specified)", where=lambda row: row[2] == "Titanium Sponge Metal"),
        ":Other notes: The heading of the chapter states a basis, “titanium content”",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "message"), BAD.values(), ids=list(BAD))
def test_bad_input_is_refused_whole(
    lines: Callable[[], list[list[str]]], message: str, empty: Path, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in empty.iterdir()}
    release = save(lines(), tmp_path / "release.csv")

    with pytest.raises(CommandError) as refusal:
        call_command("import_usgs", release, source=SOURCE, directory=empty, partial=True)

    assert f"release.csv{message}" in str(refusal.value) or message in str(refusal.value)
    assert str(refusal.value).endswith("Nothing was written.")
    assert {path.name: path.read_bytes() for path in empty.iterdir()} == before


def test_a_hint_at_the_right_country(empty: Path, tmp_path: Path) -> None:
    release = save(changed("Country", "Kazakstan")(), tmp_path / "release.csv")

    with pytest.raises(DatasetError, match="Did you mean “kazakhstan”"):
        take(release, empty)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (EXCERPT.read_bytes()[:-40], r":\d+: The last line has no end"),
        (EXCERPT.read_bytes().replace("—".encode("cp1252"), b"\x81"), r":\d+: The file is neither cp1252 nor UTF-8"),
        (EXCERPT.read_bytes().decode("cp1252").encode("utf-16"), r":1: The file is UTF-16"),
        (b"", r"The last line has no end"),
        (b'"\n', r":1: The row that begins here can't be read"),
    ],
)
def test_a_damaged_file(content: bytes, message: str, tmp_path: Path) -> None:
    release = tmp_path / "release.csv"
    release.write_bytes(content)

    with pytest.raises(DatasetError, match=message):
        read_release(release)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_same_file_as_utf_8_reads_the_same(encoding: str, tmp_path: Path) -> None:
    same = save(lines_of(), tmp_path / EXCERPT.name, encoding)

    assert read_release(same) == read_release(EXCERPT)


def test_a_cut_off_download_is_no_release(empty: Path) -> None:
    with pytest.raises(DatasetError, match=r"No row is of ALUMINUM; .*ZINC: the download may have been cut off"):
        take(EXCERPT, empty, partial=False)


def test_a_download_that_was_cut_off_within_a_chapter_is_no_release(empty: Path, tmp_path: Path) -> None:
    columns = read_columns()
    there = {columns.of(row) for row in read_release(EXCERPT)} - {None}
    columns.known = {identity: column for identity, column in columns.known.items() if column in there}
    lines = [line for line in lines_of() if not (line[0] == "TUNGSTEN" and line[4] == "Reserves")]
    assert any(line[0] == "TUNGSTEN" for line in lines)
    files = Files(empty, SOURCE)

    with pytest.raises(DatasetError, match=r"No row is of TUNGSTEN, Reserves: .*taken out of columns\.csv"):
        import_release(save(lines, tmp_path / EXCERPT.name), files, columns, NOW)


def test_an_unknown_source(empty: Path) -> None:
    with pytest.raises(DatasetError, match=r"No source has the key “usgs-mcs2062”. Did you mean “usgs-mcs2026”"):
        Files(empty, "usgs-mcs2062")


def test_a_column_is_mapped_once(tmp_path: Path) -> None:
    text = COLUMNS.read_text(encoding="utf-8")
    path = tmp_path / "columns.csv"
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")

    with pytest.raises(DatasetError, match="Line 2 says of the same column what it is"):
        read_columns(path)
