"""Figures are read as sources word them, and what can be read in several ways is refused with a reason."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minerals.quantities import Comparator
from minerals.stated.numbers import UnreadableError
from minerals.stated.reading import NUMBERS, Stated, agree, read
from minerals.units import UNITS

FIXTURES = Path(__file__).parents[2] / "fixtures"
QUANTIFIED = ("reserves", "production", "trade", "figures", "participations", "affiliations")


def said(stated: Stated) -> str:
    """A figure in short: comparator, numbers and unit, or the availability."""
    numbers = [f"{number:f}" for number in (stated.value, stated.low, stated.high) if number is not None]
    known = [stated.comparator, "..".join(numbers), stated.unit]
    return " ".join(filter(None, known)) if stated.availability == "reported" else stated.availability


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("More than 1,000 t", "> 1000 t"),
        ("about 1.5 billion USD", "~ 1.5 GUSD"),
        ("330\u2013390 kt", "= 330..390 kt"),
        ("330 - 390 kt", "= 330..390 kt"),
        ("up to 25 %", "<= 25 percent"),
        ("≈ 3.2 Mt", "~ 3.2 Mt"),
        ("less than 0.5%", "< 0.5 percent"),
        ("no less than 5 t", ">= 5 t"),
        ("not more than 5 t", "<= 5 t"),
        ("between 2 and 3 million tonnes", "= 2..3 Mt"),
        ("from 2 to 3 million tonnes", "= 2..3 Mt"),
        ("about 2 to 3 million tonnes", "~ 2..3 Mt"),
        ("over US$600 million", "> 600 MUSD"),
        ("USD600m", "= 600 MUSD"),
        ("1.2-1.4 g/t", "= 1.2..1.4 g/t"),
        ("€150m", "= 150 MEUR"),
        ("150 m", "= 150 m"),
        ("1,000 metric tons of Li2O", "= 1000 t"),
        ("0.206% WO3", "= 0.206 percent"),
        ("annual capacity of 300,000 tons of copper", "= 300000 t/a"),
        ("3.3 million tons of ore annually", "= 3.3 Mt/a"),
        ("50 ktpa", "= 50 kt/a"),
        ("preliminary cost of $1.5 billion", "= 1.5 GUSD"),
        ("more than 1,000 new jobs", "> 1000 persons"),
        ("approximately 10 thousand jobs", "~ 10000 persons"),
        ("1,000+ jobs", ">= 1000 persons"),
        ("1,000 jobs or more", ">= 1000 persons"),
        ("21,000 to 22,500 tU (100% basis)", "= 21000..22500 t"),
        ("62 to 344 million USD", "= 62..344 MUSD"),
        ("US$2 billion to US$3 billion", "= 2..3 GUSD"),
        ("$2-3 billion", "= 2..3 GUSD"),
        ("900 kt to 1.2 Mt", "= 0.900..1.2 Mt"),
        ("AUD 5 million", "= 5 MAUD"),
        ("$5 million AUD", "= 5 MAUD"),
        ("HK$1.2 billion", "= 1.2 GHKD"),
        ("10.92 HKD per share", "= 10.92 HKD/share"),
        ("$5,000 per ton", "= 5000 USD/t"),
        ("1 trillion tenge", "= 1 TKZT"),
        ("one million t", "= 1 Mt"),
        ("half a million tonnes", "= 0.5 Mt"),
        ("two lithium plants", "= 2 count"),
        ("5 000 t", "= 5000 t"),
        ("1'234.5 t", "= 1234.5 t"),
        ("1.50 billion USD", "= 1.50 GUSD"),
        ("\u22124%", "= -4 percent"),
        ("3.3Mt", "= 3.3 Mt"),
        ("300 cubic metres", "= 300 m3"),
        ("350 million USD in 2024", "= 350 MUSD"),
        ("expected to exceed 12 billion USD", "> 12 GUSD"),
        ("-2 to 4 %", "= -2..4 percent"),
        ("\u22124 to \u22122%", "= -4..-2 percent"),
        ("between -4 and -2 percent", "= -4..-2 percent"),
        ("a change of -4%", "= -4 percent"),
        ("\u2212 4 %", "= -4 percent"),
        ("minus 4%", "= -4 percent"),
        ("about negative 4 percent", "~ -4 percent"),
        ("330 -390 kt", "= 330..390 kt"),
        (".5 Mt", "= 0.5 Mt"),
        ("1.5 thousand million USD", "= 1.5 GUSD"),
        ("$50 million-$60 million", "= 50..60 MUSD"),
        ("USD 50 million-USD 60 million", "= 50..60 MUSD"),
        ("about $5-6m", "~ 5..6 MUSD"),
        ("1\u0662 t", "= 12 t"),
        ("\u0665 t", "= 5 t"),
        ("1\u2009000 t", "= 1000 t"),
        ("1\u202f000 t", "= 1000 t"),
        ("5\u200b00 t", "= 500 t"),
        ("1.2 % Cu", "= 1.2 percent"),
        ("More than 1,000", "> 1000"),
        ("n/a", "not_available"),
        ("W", "withheld"),
        ("unknown", "unknown"),
        ("\u2013", "nil"),
        ("nil", "nil"),
        ("0 t", "nil"),
    ],
)
def test_figures_are_read_as_they_are_worded(text: str, figure: str):
    assert said(read(text)) == figure


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 234,5 t", "more than one way"),
        ("1.234.567 t", "more than one way"),
        ("0,206%", "more than one way"),
        ("1,5 Mt", "more than one way"),
        ("300 MT", "metric tons or million tons"),
        ("5 million ounces", "no metric unit"),
        ("500 million rubles", "no currency kept here"),
        ("₽500 million", "no currency kept here"),
        ("¥5 billion", "several currencies"),
        ("£5 million to €6 million", "both"),
        ("5 tons per day", "not by the day"),
        ("5 kg/t", "no unit kept here"),
        ("(1,000) t", "minus 1,000"),
        ("1,000s of jobs", "no number"),
        ("the 1,000th ton", "no number"),
        ("1_000 t", "no number"),
        ("100 km2", "no unit kept here"),
        ("5\u2030", "no unit kept here"),
        ("5 pp", "no unit kept here"),
        ("Rs 500 million", "no currency kept here"),
        ("18 of 34", "several numbers"),
        ("3-4-5 t", "several numbers"),
        ("10-5 t", "ends below where it begins"),
        ("900 to 1.2 million t", "isn't clear"),
        ("at least about 5 t", "both"),
        ("more than 5 to 6 t", "range"),
        ("5 \u00b1 1 t", "plus or minus"),
        ("10\u2076 t", "powers of ten"),
        ("3.2e6 t", "powers of ten"),
        ("2½ t", "fractions"),
        ("one of the largest", "no number"),
        ("", "no number"),
        ("5 t " * 200, "too long"),
    ],
)
def test_what_can_be_read_in_several_ways_is_refused(text: str, reason: str):
    with pytest.raises(UnreadableError, match=re.escape(reason)):
        read(text)


@pytest.mark.parametrize(
    ("text", "unit", "figure"),
    [
        ("4,200", "kt", "= 4200 kt"),
        ("3.3 million tons", "Mt/a", "= 3.3 Mt/a"),
        ("3,300,000 t", "Mt", "= 3.300000 Mt"),
        ("3.3 Mt", "kt", "= 3300 kt"),
    ],
)
def test_a_unit_may_be_known_from_elsewhere(text: str, unit: str, figure: str):
    assert said(read(text, unit)) == figure


def test_a_unit_that_contradicts_the_words_is_refused():
    with pytest.raises(UnreadableError, match="the unit chosen is percent"):
        read("5 t", "percent")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("$5", "United States"),
        ("5 tons", "metric tons"),
        ("1.500 t", "beginning the decimals"),
        ("\u2013", "legend"),
        ("5 t (6 short tons)", "brackets"),
        ("5 t in 2024", "year"),
        ("a 4% decline", "fall"),
    ],
)
def test_what_is_taken_for_granted_is_said(text: str, hint: str):
    assert hint in " ".join(read(text).hints)


WORDS = {"=": "", "~": "about ", ">": "more than ", ">=": "at least ", "<": "less than ", "<=": "up to "}
numbers = st.decimals(min_value=0, max_value=10**12, places=3).map(lambda number: Decimal(f"{number:f}"))


@given(numbers.filter(bool), st.sampled_from(sorted(WORDS)), st.sampled_from(sorted(UNITS)))
def test_a_figure_that_is_written_out_is_read_back(number: Decimal, comparator: str, unit: str):
    found = read(f"{WORDS[comparator]}{number:,f} {unit}")
    assert (found.comparator, found.value, found.unit) == (comparator, number, unit)
    assert str(found.value) == str(number), "the digits that are stated are kept"


@given(numbers, numbers, st.sampled_from(["-", " - ", "\u2013", " to "]), st.sampled_from(sorted(UNITS)))
def test_a_range_that_is_written_out_is_read_back(one: Decimal, other: Decimal, joint: str, unit: str):
    low, high = sorted([one, other])
    found = read(f"{low:,f}{joint}{high:,f} {unit}")
    assert (found.comparator, found.low, found.high, found.unit) == (Comparator.EQUAL, low, high, unit)


@given(st.text() | st.text("0123456789., -\u2013$€%tkMGaUSD<>~()+/'\u00a0abeflmnou½⁶±"), st.sampled_from(["", *UNITS]))
def test_no_text_breaks_the_reader(text: str, unit: str):
    """It gives something with an availability, or says why not; anything else that it raised would fail this."""
    with suppress(UnreadableError):
        assert str(read(text, unit))


@pytest.mark.parametrize(
    ("text", "fields", "agrees"),
    [
        ("1,500 million USD", {"value": "1.5", "unit": "GUSD"}, True),
        ("3.3 million tons", {"value": "3.3", "unit": "Mt/a"}, True),
        ("1,000", {"value": "1000", "unit": "persons"}, True),
        ("more than 1,000 t", {"value": "1000", "unit": "t"}, False),
        ("1,000 t", {"value": "1000", "unit": "kt"}, False),
        ("1,000 t", {"value": "1000", "unit": "percent"}, False),
        ("5-6 t", {"value": "5", "unit": "t"}, False),
    ],
)
def test_a_figure_agrees_with_its_words(text: str, fields: dict[str, str], agrees: bool):
    entered = Stated(comparator="=", unit=fields["unit"], value=Decimal(fields["value"]))
    assert agree(read(text), entered) is agrees


# In the dataset's files, the figures that are not read, each for a reason.
NOT_READ = {
    "s": "a mark that a footnote explains: estimated, or less than half a unit",
    "one of the world\u2019s largest consumers": "no number",
    "the primary buyer of Kazakhstan\u2019s raw materials": "no number",
}
COLLECTED_NOT_READ = {
    "none until then": "a word among others, which may mean something else",
    "18 of 34": "two numbers: which one is meant depends on the measure",
    "6% above 2022": "a year that stands like a number",
    "4% decline": "the sign depends on the measure: the reader says so",
    "to 300 m depth": "“to” alone may be the end of a range or a limit",
}


def rows() -> list[dict[str, str]]:
    texts = [(FIXTURES / f"{name}.csv").read_text(encoding="utf-8") for name in QUANTIFIED]
    return [row for text in texts for row in csv.DictReader(text.splitlines())]


def curated(row: dict[str, str]) -> Stated:
    numbers: dict[str, Any] = {name: Decimal(row[name]) if row[name] else None for name in NUMBERS}
    return Stated(row["availability"], row["comparator"], unit=row["unit"], **numbers)


def is_read_so(text: str, unit: str, row: dict[str, str]) -> bool:
    try:
        return agree(read(text, unit), curated(row))
    except UnreadableError:
        return False


def test_the_words_of_the_dataset_are_read_as_they_were_curated():
    stated = [row for row in rows() if row["verbatim"]]
    differing = {row["verbatim"] for row in stated if not is_read_so(row["verbatim"], row["unit"], row)}
    assert differing == set(NOT_READ)
    assert len(stated) > 2000


def test_the_words_that_figures_were_collected_by_are_read_as_they_were_curated():
    """Their units are worded, too, not known from the head of a table."""
    stated = [
        (found[1], row) for row in rows() if (found := re.search("Collected as “(.*?)”; the wording", row["note"]))
    ]
    assert {text for text, row in stated if not is_read_so(text, "", row)} == set(COLLECTED_NOT_READ)
    assert len(stated) > 100
