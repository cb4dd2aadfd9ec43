"""Dates are taken as precisely as a source states them, and refused where no calendar has them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sources.edtf import bounds, validate_edtf, year_of


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


@pytest.mark.parametrize("text", ["yesterday", "24", "2024-7", "2024-13", "2024-00", "07/09/2024", "2024-32-01"])
def test_what_is_no_date_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValidationError, match=r"is not an EDTF date\. Write 2024"):
        validate_edtf(text)


@pytest.mark.parametrize("text", ["2023-02-29", "2024-04-31", "2024-01-01/2024-02-30", "1900-02-29"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
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
