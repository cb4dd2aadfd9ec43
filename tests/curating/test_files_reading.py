"""Files as spreadsheets write them are read, and what can't be read without a doubt is refused with what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from curating.files.layout import layout_of
from curating.files.reading import MOST_BYTES, read
from curating.files.sheets import MOST_ROWS, UnreadableFileError
from minerals.models import Reserve
from sources.models import Source
from tests.curating.files import as_csv, as_xlsx

HEADER = "key,verbatim,value,note\n"
ACCENTED = "key;verbatim;note\ntin;10 tonnes métriques;à vérifier\n"


def lines(content: bytes, model: Any = Reserve) -> list[tuple[int, dict[str, str]]]:
    return [(line.number, line.cells) for line in read(content, "sheet", layout_of(model)).lines]


def described(content: bytes) -> str:
    return read(content, "sheet", layout_of(Reserve)).described


def refusal(content: bytes, model: Any = Reserve) -> str:
    with pytest.raises(UnreadableFileError) as refused:
        read(content, "sheet", layout_of(model))
    return str(refused.value)


def only_row(content: bytes) -> Any:
    (line,) = read(content, "sheet", layout_of(Reserve)).lines
    return line


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252 (see that accents are right)"),
    ],
)
def test_the_encodings_that_spreadsheets_write_are_read_and_said(codec: str, said: str):
    content = ACCENTED.encode(codec)
    assert lines(content) == [(2, {"key": "tin", "verbatim": "10 tonnes métriques", "note": "à vérifier"})]
    assert described(content) == f"CSV, {said}, separated by semicolons"


@pytest.mark.parametrize(("separator", "said"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_what_separates_cells_is_found_by_the_names_of_columns(separator: str, said: str):
    content = as_csv([{"key": "tin", "note": "one, two; three | four"}], separator)
    assert lines(content) == [(2, {"key": "tin", "note": "one, two; three | four"})]
    assert described(content).endswith(said)


def test_a_separator_that_is_declared_is_kept_to():
    content = b"sep=;\r\nkey;note\r\ntin;one, two\r\n"
    assert lines(content) == [(3, {"key": "tin", "note": "one, two"})]


def test_rows_are_known_by_the_lines_that_they_begin_on_and_empty_ones_are_passed_over():
    content = b'\nkey,note\n\none,"two\nlines"\n,\n  ,\ntwo,x\n'
    assert lines(content) == [(4, {"key": "one", "note": "two\nlines"}), (8, {"key": "two", "note": "x"})]


def test_names_of_columns_may_be_spelled_as_people_do():
    assert lines(b"Key,World rank value,Source 2\ntin,7,atlas\n") == [
        (2, {"key": "tin", "world_rank_value": "7", "source_2": "atlas"})
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\n,,\n", "The file is empty"),
        (b"key,note\n", "no row below them"),
        (b"key,vale\ntin,1\n", "“vale” is none of the columns. Did you mean “value”?"),
        (b"key,vale\ntin,1\n", "the known ones are: key, version, mineral"),
        (b"key,note,Note\ntin,1,2\n", "The column note is there twice."),
        (b"note,value\nx,1\n", "The column key is missing"),
        (b"one,two\nx,1\n", "names none of the columns"),
        (b"key,source_51\ntin,x\n", "“source_51” is none of the columns"),
        (b"key,source_1\ntin,x\n", "“source_1” is none of the columns"),
        (b"key,value_2\ntin,x\n", "“value_2” is none of the columns"),
        (b'key,note\ntin,"open\n', "The row that begins in line 2 can't be read"),
        (b'key,note\ntin,"a"b\n', "The row that begins in line 2 can't be read"),
        (b"%PDF-1.7 key,note", "not a spreadsheet"),
        (bytes(range(256)) * 9, "not a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "Save it as XLSX"),
        (b"PK\x03\x04 and no more", "not a workbook"),
    ],
)
def test_a_file_that_is_not_to_be_read_is_refused_with_what_to_do(content: bytes, said: str):
    assert said in refusal(content)


def test_a_row_too_short_or_too_long_is_wrong_by_itself():
    sheet = read(b"key,note\none\ntwo,x,,\nthree,x,y\n", "sheet", layout_of(Reserve))
    assert [(line.number, list(line.faults.values())) for line in sheet.lines] == [
        (2, ["The row has 1 cells instead of 2: it seems to be cut off."]),
        (3, []),
        (4, ["“y” stands to the right of all named columns. Is a cell too many in the row?"]),
    ]
    unnamed = only_row(b"key,,note\ntin,what,x\n")
    assert unnamed.faults[""] == "“what” stands in a column without a name. Name the column in the first row."


def test_a_file_of_too_many_rows_or_bytes_is_refused():
    assert "more than 5,000 rows" in refusal(b"key\n" + b"tin\n" * (MOST_ROWS + 1))
    assert "larger than 5 MB" in refusal(b"key\n" + b"\n" * MOST_BYTES)
    assert len(lines(b"key\n" + b"tin\n" * MOST_ROWS)) == MOST_ROWS


def test_cells_of_workbooks_are_read_as_a_person_means_them():
    row = {
        "key": "tin",
        "period": date(2024, 7, 9),
        "as_of": datetime(2024, 7, 1),  # noqa: DTZ001 (cells have no time zone)
        "value": 6.7,
        "low": 1500000000000,
        "high": 0.1 + 0.2,
        "verbatim": 0.285,
        "note": "=not a formula"[1:],
        "statement": True,
        "world_rank_value": 7.0,
        "rank": None,
    }
    line = only_row(as_xlsx([row], {"as_of": "mmm\\-yy", "verbatim": "0.0%", "period": "yyyy-mm-dd"}))
    assert line.cells == {
        "key": "tin",
        "period": "2024-07-09",
        "as_of": "2024-07",
        "value": "6.7",
        "low": "1500000000000",
        "high": "0.3",
        "verbatim": "28.5%",
        "note": "not a formula",
        "statement": "true",
        "world_rank_value": "7",
        "rank": "",
    }
    assert line.remarks["as_of"] == "a date cell, read as 2024-07"


@pytest.mark.parametrize(
    ("shown_as", "read_as"),
    [
        ("dd/mm/yyyy", "2024-07-09"),
        ("[$-409]mmm\\-yy;@", "2024-07"),
        ("yyyy", "2024"),
        ('mmmm yyyy "day"', "2024-07"),
        ("d mmm", "2024-07-09"),
    ],
)
def test_a_date_is_no_more_precise_than_its_cell_shows_it(shown_as: str, read_as: str):
    line = only_row(as_xlsx([{"key": "tin", "period": date(2024, 7, 9)}], {"period": shown_as}))
    assert line.cells["period"] == read_as


def test_formulas_and_errors_are_not_taken_for_values():
    line = only_row(as_xlsx([{"key": "tin", "value": "=1+1", "low": "#N/A"}]))
    assert "holds a formula" in line.faults["value"]
    assert "it shows the error #N/A" in line.faults["low"]


def book_of(*titles: str, row: tuple[str, ...] = ("key", "note")) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title in titles:
        sheet = book.create_sheet(title)
        sheet.append(row)
        sheet.append((title.lower(), "x"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_of_several_sheets_the_one_named_data_or_the_first_is_read_and_the_others_are_named():
    assert lines(book_of("Notes", "Data"))[0][1]["key"] == "data"
    assert described(book_of("Notes", "Data")) == "XLSX, sheet “Data”; not read: Notes"
    assert lines(book_of("First", "Second"))[0][1]["key"] == "first"


def test_empty_rows_and_columns_of_a_workbook_are_passed_over():
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in {"A2": "key", "B2": "note", "A5": "tin", "D5": " "}.items():
        sheet[place] = value
    file = io.BytesIO()
    book.save(file)
    assert lines(file.getvalue()) == [(5, {"key": "tin", "note": ""})]


def rezipped(content: bytes, changes: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, changes.get(part, old.read(part)))
        for part in changes.keys() - set(old.namelist()):
            new.writestr(part, changes[part])
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(rows: str) -> bytes:
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    return rezipped(book_of("data"), {SHEET: xml.encode()})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rezipped(book_of("data"), {"xl/media/bomb.bin": b"\0" * (64 * 1024 * 1024)}), "larger than 60 MB"),
        (rezipped(book_of("data"), {SHEET: b"<worksheet"}), "not a workbook"),
        (rezipped(book_of("data"), {"xl/workbook.xml": b"<workbook/>"}), "not a workbook"),
        (rezipped(book_of("data"), {SHEET: b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}), "not a workbook"),
        (rezipped(b"PK\x05\x06" + b"\0" * 18, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "XLSX"),
        (with_sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "not a workbook"),
        (with_sheet('<row r="9999999999"><c><v>1</v></c></row>'), "too many cells"),
        (with_sheet('<row r="x"><c><v>1</v></c></row>'), "not a workbook"),
        (with_sheet(""), "The file is empty"),
    ],
)
def test_a_workbook_that_is_broken_or_a_bomb_is_refused(content: bytes, said: str):
    assert len(content) < MOST_BYTES
    assert said in refusal(content)


def test_the_columns_of_a_list_of_sources_are_those_of_sources():
    assert lines(b"key,publisher\natlas,Survey\n", Source) == [(2, {"key": "atlas", "publisher": "Survey"})]
    assert "“locator” is none of the columns" in refusal(b"key,locator\natlas,p. 1\n", Source)
