"""What the package of CSV files is refused for, and that the place is named."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from sources.dataset.checking import check_directory
from sources.dataset.package import DESCRIPTOR
from tests.small_dataset import SMALL, added, changed, without, write

pytestmark = pytest.mark.django_db


def problems_of(directory: Path) -> list[str]:
    return [str(problem) for problem in check_directory(directory)[1] if problem.file != DESCRIPTOR]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write(tmp_path / "small", SMALL)


# What is refused in a file before its rows are read.

BAD_FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "byte order mark": (lambda content: b"\xef\xbb\xbf" + content, "reserves.csv:1: The file begins with a byte"),
    "CR LF": (lambda content: content.replace(b"\n", b"\r\n"), "reserves.csv:1: Lines are to end with LF"),
    "NUL": (lambda content: content.replace(b"2024", b"2\x0024", 1), "reserves.csv:2: The line holds a NUL"),
    "Latin-1": (lambda content: content.replace(b"Misread", b"M\xecs", 1), "reserves.csv:2: The file is not UTF-8"),
    "UTF-16": (lambda content: content.decode().encode("utf-16"), "reserves.csv:1: The file is not UTF-8"),
    "cut off": (lambda content: content[:-5], "reserves.csv:5: The last line has no end"),
    "unclosed quote": (lambda content: content + b'"chn,1\n', "reserves.csv:6: The row that begins here can't"),
    "quote in mid cell": (lambda content: content + b'"a"b\n', "reserves.csv:6: The row that begins here can't"),
    "too few cells": (lambda content: content + b"chn-copper,1\n", "reserves.csv:6: 2 cells instead of"),
    "too many cells": (lambda content: content.replace(b"Mt,", b"Mt,,", 1), "reserves.csv:2: "),
    "empty line": (lambda content: content + b"\n", "reserves.csv:6: 0 cells instead of"),
    "unknown column": (lambda content: content.replace(b"scope", b"scoop", 1), "Did you mean “scope”?"),
    "missing column": (lambda content: content.replace(b"scope", b"scoop", 1), "reserves.csv:1:scope: The column is m"),
    "repeated column": (lambda content: content.replace(b"scope", b"mineral", 1), "reserves.csv:1:mineral: The column"),
    "empty file": (lambda content: b"", "reserves.csv:1: The header is missing"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_could_be_misread_is_refused(small: Path, case: str):
    spoil, expected = BAD_FILES[case]
    path = small / "reserves.csv"
    path.write_bytes(spoil(path.read_bytes()))
    found = problems_of(small)
    assert any(expected in problem for problem in found)
    assert all(problem.startswith("reserves.csv") for problem in found), "no other file is blamed for it"


def test_a_missing_and_an_unknown_file_are_named(small: Path):
    (small / "uses.csv").rename(small / "use.csv")
    unknown, missing = problems_of(small)
    assert unknown.startswith("use.csv:1: No table has this name. Did you mean “uses.csv”?")
    assert missing.startswith("uses.csv:1: The file is missing. It begins: key,version,entered,left")


def test_columns_may_stand_in_any_order(small: Path):
    path = small / "countries.csv"
    rows = csv.reader(path.read_text().splitlines())
    path.write_text("".join(f"{','.join(reversed(row))}\n" for row in rows))
    assert problems_of(small) == []


# What is refused in a row.

BAD_CELLS = [
    ("reserves", 0, "value", "six", "“six” is not a number."),
    ("reserves", 0, "value", "6.70", "“6.70” is to be written “6.7”."),
    ("reserves", 0, "value", "1e6", "“1e6” is not a number."),
    ("reserves", 0, "value", "NaN", "“NaN” is not a number."),
    ("reserves", 0, "value", "1234567890.123456789", "More than 15 significant digits"),
    ("reserves", 0, "version", "one", "“one” is not an integer."),
    ("reserves", 0, "version", "", "This may not be empty."),
    ("reserves", 0, "unit", "mtt", "“mtt” is not a unit that is known. Did you mean “Mt”?"),
    ("reserves", 0, "category", "reserve", "Did you mean “reserves”?"),
    ("reserves", 0, "scope", "nation", "“nation” is not one of country, world, rest_of_world."),
    ("reserves", 0, "scope", "world", "Name a country exactly where the scope is country."),
    ("reserves", 0, "mineral", "zink", "“zink” is not in minerals.csv. Did you mean “zinc”?"),
    ("reserves", 0, "period", "2024-13-45", "is not an EDTF date"),
    ("reserves", 0, "period", "2023-02-29", "names a day that no calendar has"),
    ("reserves", 0, "period", " 2024", "“ 2024” is to be written “2024”."),
    ("reserves", 0, "key", "KAZ zinc", "Use lower-case letters"),
    ("reserves", 0, "comparator", "", "A number needs its unit"),
    ("reserves", 0, "rank", "deprecated", "Say why the claim is preferred or deprecated."),
    ("events", 0, "type", "agreemnt", "“agreemnt” is not a word of the vocabulary event-type. Did you mean “agreem"),
    ("parties", 0, "role", "signer", "“signer” is not a word of the vocabulary party-role."),
    ("parties", 0, "event", "pakt", "No fact has the key “pakt”. Did you mean “pact”?"),
    ("parties", 0, "event", "chn-zinc", "chn-zinc is a row of reserves.csv, which has no parties."),
    ("sources", 0, "kind", "reports", "Did you mean “report”?"),
    ("sources", 0, "url", "www", "Enter a valid URL."),
    ("sources", 0, "not_before", "2024-02-30", "“2024-02-30” is not a date."),
    ("sources", 0, "supersedes", "survey-2022", "“survey-2022” is not in sources.csv. Did you mean “survey-202"),
    ("citations", 0, "source", "survey-2204", "Did you mean “survey-2024”?"),
    ("citations", 0, "version", "9", "kaz-zinc has no version 9."),
    ("revisions", 1, "created", "2026-02-01", "“2026-02-01” is not a datetime."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "index", "column", "cell", "message"), BAD_CELLS)
def test_a_bad_cell_is_named_by_file_line_and_column(
    tmp_path: Path, table: str, index: int, column: str, cell: str, message: str
):
    directory = write(tmp_path, changed(table, index, **{column: cell}))
    found = problems_of(directory)
    place = f"{table}.csv:{index + 2}:{column}: "
    assert any(problem.startswith(place) and message in problem for problem in found), found


BAD_HISTORIES = {
    "place in no document": (changed("citations", 0, via_locator="p. 3"), "citations.csv:2:via: Name the document"),
    "repeated row": (added(reserves=[SMALL["reserves"][2]]), "reserves.csv:6:key: chn-zinc 1 is on line 5 already."),
    "repeated word": (
        added(vocabularies=[SMALL["vocabularies"][0]]),
        "vocabularies.csv:5:vocabulary: source-kind report 1 is on line 2 already.",
    ),
    "key of another kind": (changed("events", 0, key="chn-zinc"), "events.csv:2:key: The key is taken: reserves.csv"),
    "no citation": (without("citations", 3), "events.csv:2:key: The fact has no citation in citations.csv."),
    "version skipped": (changed("reserves", 1, version="3"), "reserves.csv:3:version: The versions of a key count up"),
    "two live versions": (
        changed("reserves", 0, left="", left_reason=""),
        "reserves.csv:2:left: Version 2 replaces it in revision 2: say so here.",
    ),
    "left too late": (changed("reserves", 0, left="3"), "reserves.csv:3:entered: Version 1 leaves only in revision 3."),
    "left before entered": (changed("reserves", 2, left="1"), "reserves.csv:5:left: A row leaves in a later revision"),
    "no reason": (changed("reserves", 2, left_reason=""), "reserves.csv:5:left_reason: A reason is given exactly"),
    "unknown revision": (changed("reserves", 2, left="4"), "reserves.csv:5:left: revisions.csv has no revision 4."),
    "revision skipped": (changed("revisions", 2, number="4"), "revisions.csv:4:number: Revisions are numbered one by"),
    "revisions too close": (
        changed("revisions", 1, created="2026-01-01T00:00:00Z"),
        "revisions.csv:3:created: A revision is made at least a second after",
    ),
    "gap between states": (changed("countries", 0, left="3"), "countries.csv:2:left: This is to be 2, as line 3"),
    "last state left": (changed("countries", 2, left="3"), "countries.csv:4:left: The last state stands"),
    "state without news": (
        changed("countries", 0, name="Kazakhstan"),
        "countries.csv:3:entered: This state is the same as the one on line 2.",
    ),
    "named before it is there": (
        changed("countries", 2, entered="2"),
        "reserves.csv:5:country: “chn” is in countries.csv only from revision 2 on.",
    ),
}


@pytest.mark.parametrize("case", BAD_HISTORIES)
def test_rows_that_do_not_fit_together_are_named(tmp_path: Path, case: str):
    content, expected = BAD_HISTORIES[case]
    found = problems_of(write(tmp_path, content))
    assert any(problem.startswith(expected) for problem in found), found


ALIKE: dict[str, tuple[list[dict[str, str]], str]] = {
    "ranges": (
        [{"value": "", "low": low, "high": high} for low, high in (("1", "2"), ("2", "3"), ("3", "2"), ("2", "2"))],
        "reserves.csv:8:low: The lower bound must not exceed the upper one.",
    ),
    "nothing": (
        [{"value": value, "availability": "nil"} for value in ("0", "5", "0")],
        "reserves.csv:7:value: Nil means that the source says zero: the value is 0.",
    ),
    "scopes": (
        [
            {"scope": scope, "country": country}
            for scope, country in (("world", ""), ("country", ""), ("country", "kaz"))
        ],
        "reserves.csv:7:scope: Name a country exactly where the scope is country.",
    ),
    "reasons": (
        [{"rank": "preferred", "rank_reason": reason} for reason in ("Measured.", "", "Measured again.")],
        "reserves.csv:7:rank: Say why the claim is preferred or deprecated.",
    ),
}
"""Rows that differ in little, of which one breaks a rule."""


@pytest.mark.parametrize("case", ALIKE)
def test_of_rows_that_are_alike_only_those_that_break_a_rule_are_named(tmp_path: Path, case: str):
    cells, expected = ALIKE[case]
    rows = [SMALL["reserves"][2] | {"key": f"alike-{number}"} | one for number, one in enumerate(cells)]
    cited = [SMALL["citations"][2] | {"fact": row["key"]} for row in rows]

    assert problems_of(write(tmp_path, added(reserves=rows, citations=cited))) == [expected]


def test_the_line_is_that_of_the_file_even_after_a_cell_of_several_lines(tmp_path: Path):
    assert problems_of(write(tmp_path, changed("reserves", 2, scope="nation")))[0].startswith("reserves.csv:5:scope")
