"""Dates are taken as precisely as a source states them, and refused where no calendar has them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sources.edtf import bounds, suggested, validate_edtf, year_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", (2024, 1, 1), (2024, 12, 31)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2024-07-09", (2024, 7, 9), (2024, 7, 9)),
        ("2026-35", (2026, 7, 1), (2026, 9, 30)),
        ("2026-40", (2026, 1, 1), (2026, 6, 30)),
        ("2023/2025", (2023, 1, 1), (2025, 12, 31)),
        ("2004-06/2006-08", (2004, 6, 1), (2006, 8, 31)),
        ("../2028", None, (2028, 12, 31)),
        ("2028/..", (2028, 1, 1), None),
        ("/2028", None, (2028, 12, 31)),
        ("2028/", (2028, 1, 1), None),
        ("2024?", (2024, 1, 1), (2024, 12, 31)),
        ("2024~", (2024, 1, 1), (2024, 12, 31)),
        ("202X", (2020, 1, 1), (2029, 12, 31)),
    ],
)
def test_a_date_spans_the_days_that_it_can_mean(
    text: str, first: tuple[int, ...] | None, last: tuple[int, ...] | None
) -> None:
    validate_edtf(text)

    assert bounds(text) == (first, last)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("", None),
        ("2024", 2024),
        ("2024-07-09", 2024),
        ("2026-35", 2026),
        ("2024-01/2024-06", 2024),
        ("2023/2025", None),
        ("../2028", 2028),
        ("2028/..", 2028),
        ("/2028", 2028),
        ("2028/", 2028),
        ("202X", None),
    ],
)
def test_the_year_follows_where_a_date_has_one(text: str, year: int | None) -> None:
    assert year_of(text) == year


@pytest.mark.parametrize(
    "text", ["yesterday", "24", "2024-13", "2024-00", "2024-32-01", "May", "31.02.2024", "2023-99"]
)
def test_what_is_no_date_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValidationError, match=r"is not an EDTF date\. Write 2024"):
        validate_edtf(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("June 2023", "2023-06"),
        ("Sept. 2023", "2023-09"),
        ("12 June 2023", "2023-06-12"),
        ("Monday, June 12th, 2023, 10:15", "2023-06-12"),
        ("as of 1 January 2024", "2024-01-01"),
        ("12.06.2023", "2023-06-12"),
        ("13/06/2023", "2023-06-13"),
        ("06/2023", "2023-06"),
        ("2024-7-9", "2024-07-09"),
        ("20230612", "2023-06-12"),
        ("\uff12\uff10\uff12\uff14", "2024"),
        ("Q3 2024", "2024-35 (third quarter)"),
        ("3Q24", "2024-35 (third quarter)"),
        ("the first quarter of 2025", "2025-33 (first quarter)"),
        ("H1 2024", "2024-40 (first half)"),
        ("second half of 2024", "2024-41 (second half)"),
        ("summer 2022", "2022-22 (summer)"),
        ("the 1990s", "199X"),
        ("2023/24", "2023/2024"),
        ("FY2023-24", "2023/2024"),
        ("2023\u20132025", "2023/2025"),
        ("between 2023 and 2025", "2023/2025"),
        ("June\u2013July 2023", "2023-06/2023-07"),
        ("12 to 15 June 2023", "2023-06-12/2023-06-15"),
        ("Q1\u2013Q3 2024", "2024-01/2024-09"),
        ("about 2030", "2030~ (about 2030)"),
        ("by 2027", "../2027 (by 2027)"),
        ("by the end of 2028", "../2028 (by 2028)"),
        ("by Q3 2026", "../2026-09 (by 2026-09)"),
        ("before 2030", "../2029 (by 2029)"),
        ("since 2020", "2020/.. (from 2020 on)"),
        ("2020 onwards", "2020/.. (from 2020 on)"),
        ("after 2020", "2021/.. (from 2021 on)"),
    ],
)
def test_for_a_date_in_words_the_message_has_how_to_write_it(text: str, date: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_edtf(text)

    assert refused.value.messages == [f"“{text}” is not an EDTF date. Write {date}."]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("03/04/2023", "2023-04-03 or 2023-03-04"),
        ("2011/12", "2011-12 or 2011/2012"),
        ("FY2023", "2023 or 2022/2023"),
        ("end of 2023", "2023-12-31 or 2023"),
        ("end of February 2024", "2024-02-29 or 2024-02"),
    ],
)
def test_for_a_date_of_several_meanings_the_message_has_them_all(text: str, dates: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_edtf(text)

    [message] = refused.value.messages
    assert message.endswith(f"It can be read in more than one way. Write {dates}, whichever the source means.")


@pytest.mark.parametrize(
    ("text", "date", "word"), [("mid-2024", "2024", "mid"), ("Early June 2025", "2025-06", "early")]
)
def test_what_edtf_cant_say_goes_into_the_note(text: str, date: str, word: str) -> None:
    with pytest.raises(ValidationError, match=rf"Write {date}\. EDTF can't say “{word}”: keep that in the note\."):
        validate_edtf(text)


@pytest.mark.parametrize(
    "text", ["1 to 2 January", "Jan 1-2 2023", "Q5 2024", "last year", "after 9999", "2025 to 2023"]
)
def test_what_may_be_misread_is_not_suggested(text: str) -> None:
    assert suggested(text) == []


PIECES = (
    *("2024", "24", "12", "06", "june", "q3", "1h", "second half", "winter", "fy", "1990s", "0", "9999", "31"),
    *("by", "since", "before", "after", "about", "~", "early", "mid", "end of", "of", "to", "-", "/", ".", "'", " "),
)


@given(st.one_of(st.text(max_size=70), st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join)))
def test_what_is_suggested_is_a_date(text: str) -> None:
    for suggestion in suggested(text):
        validate_edtf(suggestion)


def test_a_long_text_is_not_looked_through() -> None:
    with pytest.raises(ValidationError, match="too long"):
        validate_edtf("June 2023 " * 100_000)


@pytest.mark.parametrize("text", ["2023-02-29", "2024-04-31", "2024-01-01/2024-02-30", "1900-02-29"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="no calendar has"):
        validate_edtf(text)


@pytest.mark.parametrize("text", ["2025/2023", "2024-07-09/2024-07-08", "2024-12/2024-01-15"])
def test_an_interval_that_ends_before_it_begins_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        validate_edtf(text)


@pytest.mark.parametrize("text", ["Y170000", "Y-170000", "Y17E7", "Y17000"])
def test_a_year_that_no_column_holds_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="year"):
        validate_edtf(text)


@given(st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31)))
def test_every_day_of_the_calendar_is_taken_as_it_is(day: date) -> None:
    validate_edtf(day.isoformat())

    assert bounds(day.isoformat()) == ((day.year, day.month, day.day),) * 2
    assert year_of(day.isoformat()) == day.year


@given(st.text(max_size=30) | st.from_regex(re.compile(r"[0-9XYE./?~%\-\[\]{},]{1,20}", re.ASCII), fullmatch=True))
def test_any_text_is_either_a_date_or_refused(text: str) -> None:
    try:
        validate_edtf(text)
    except ValidationError:
        return
    first, last = bounds(text)
    assert first is None or last is None or first <= last
