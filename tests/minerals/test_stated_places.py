"""Places among all are read as sources word them, and none is made up where the words are vague."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minerals.stated.numbers import UnreadableError
from minerals.stated.ranks import read_place

FIXTURES = Path(__file__).parents[2] / "fixtures"
PLACES = {"reserves": "world_rank", "production": "world_rank", "trade": "counterpart_rank"}


@pytest.mark.parametrize(
    ("text", "comparator", "place"),
    [
        ("seventh largest", "=", 7),
        ("second-largest", "=", 2),
        ("the world's second-largest producer", "=", 2),
        ("world\u2019s No. 1", "=", 1),
        ("number two", "=", 2),
        ("\u2116 3", "=", 3),
        ("#4", "=", 4),
        ("ranks 7th", "=", 7),
        ("ranked 12", "=", 12),
        ("rank: 5", "=", 5),
        ("fourth in the world", "=", 4),
        ("in 21st place", "=", 21),
        ("twenty-first", "=", 21),
        ("second only to China", "=", 2),
        ("7", "=", 7),
        ("largest", "=", 1),
        ("the world's largest reserves", "=", 1),
        ("primary buyer", "=", 1),
        ("top producer", "=", 1),
        ("in the top 20", "<=", 20),
        ("top-ten exporter", "<=", 10),
        ("one of the five largest", "<=", 5),
        ("among the world's top five producers", "<=", 5),
        ("about tenth", "~", 10),
    ],
)
def test_a_place_is_read_as_it_is_worded(text: str, comparator: str, place: int) -> None:
    found = read_place(text)

    assert (found.comparator, found.value) == (comparator, Decimal(place))


@pytest.mark.parametrize(
    "text",
    [
        *("one of the world's largest", "among the largest", "a leading producer", "a top producer"),
        *("the largest producers", "an important supplier", ""),
    ],
)
def test_vague_words_name_no_place(text: str) -> None:
    assert read_place(text).value is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("third- or fourth-largest", "several places"),
        ("second in 2023 and third in 2024", "several places"),
        ("a third of the world's reserves", "share"),
        ("two-thirds", "share"),
        ("second-largest in Central Asia", "among all"),
        ("largest in Europe", "among all"),
        ("largest outside China", "among all"),
        ("the largest after China", "may mean second"),
        ("at least third", "leaves open"),
        ("No. 0", "is no place"),
        ("No. " + "9" * 60, "is no place"),
        ("14 percent", "share"),
        ("top 3%", "share"),
        ("7 of 34", "No place"),
        ("7/34", "fractions"),
    ],
)
def test_what_can_be_read_in_several_ways_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=re.escape(reason)):
        read_place(text)


@given(st.text() | st.text("0123456789#. -stndrhoplage\u0661\u2116"))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(UnreadableError):
        assert str(read_place(text))


def test_the_places_of_the_dataset_are_read_as_they_were_curated() -> None:
    claimed = [
        (row[f"{name}_verbatim"], row[f"{name}_comparator"], row[f"{name}_value"])
        for kind, name in PLACES.items()
        for row in csv.DictReader((FIXTURES / f"{kind}.csv").read_text(encoding="utf-8").splitlines())
        if row[f"{name}_verbatim"]
    ]
    found = [(text, read_place(text)) for text, *_ in claimed]

    assert [(text, str(place.comparator), str(place.value or "")) for text, place in found] == claimed
    assert claimed
