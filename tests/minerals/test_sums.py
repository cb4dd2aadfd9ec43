"""The arithmetic of totals: worked by hand, and held against amounts drawn at random."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minerals.summing.sums import (
    INDEX_PLACES,
    SHARE_PLACES,
    Interval,
    concentration,
    interval_of,
    ranks,
    share,
    total,
    total_of,
)

NOTHING = {"comparator": None, "value": None, "low": None, "high": None}


def exact(number: str | Fraction | int) -> Interval:
    return Interval.between(Fraction(number), Fraction(number))


def estimate(comparator: str | None, value: Any, low: Any, high: Any) -> dict[str, Any]:
    numbers = {"value": value, "low": low, "high": high}
    written = {name: None if number is None else Decimal(number) for name, number in numbers.items()}
    return {"comparator": comparator, **written}


@pytest.mark.parametrize(
    ("comparator", "numbers", "expected"),
    [
        ("=", ("5", None, None), ("=", "5", "5", "5")),
        ("~", ("5", None, None), ("~", "5", "5", "5")),
        (">", ("5", None, None), (">=", "5", "5", None)),
        (">=", ("5", None, None), (">=", "5", "5", None)),
        ("<", ("0.5", None, None), ("<=", "0.5", "0", "0.5")),
        ("<=", ("0.5", None, None), ("<=", "0.5", "0", "0.5")),
        ("=", (None, "2", "3"), ("=", None, "2", "3")),
        ("~", (None, "2", "3"), ("~", None, "2", "3")),
        ("=", (None, "2", None), (">=", "2", "2", None)),
        ("=", (None, None, "3"), ("<=", "3", "0", "3")),
        ("", (None, None, None), (None, None, None, None)),
    ],
)
def test_what_a_quantity_says_of_an_amount(comparator: str, numbers: tuple[Any, ...], expected: tuple[Any, ...]):
    stored = [None if number is None else Decimal(number) for number in numbers]

    assert total(interval_of({"comparator": comparator}, *stored)) == estimate(*expected)


def test_a_total_has_all_the_places_of_its_parts():
    parts = [exact("900000000000000000000"), exact("0.000000001"), exact("0.001953125")]

    assert total(total_of(parts))["value"] == Decimal("900000000000000000000.001953126")


@pytest.mark.parametrize(
    ("part", "rest", "expected"),
    [
        (exact(1), exact(2), ("=", "33.3333", "33.3333", "33.3333")),
        (exact(2), exact(1), ("=", "66.6667", "66.6667", "66.6667")),
        (exact(1), Interval(), ("=", "100", "100", "100")),
        (exact(0), exact(3), ("=", "0", "0", "0")),
        (exact(0), exact(0), (None, None, None, None)),
        (exact(40), Interval.between(Fraction(10), None), ("<=", "80", "0", "80")),
        (Interval.between(Fraction(40), None), exact(10), (">=", "80", "80", "100")),
        (Interval.unknown(), exact(10), (None, None, None, None)),
        (exact(40), Interval.unknown(), (None, None, None, None)),
        (exact(30), Interval.between(Fraction(10), Fraction(25)), ("=", None, "54.5454", "75")),
    ],
)
def test_a_share_is_of_what_the_whole_can_be(part: Interval, rest: Interval, expected: tuple[Any, ...]):
    assert share(part, part + rest) == estimate(*expected)


@pytest.mark.parametrize(
    ("named", "unnamed", "expected"),
    [
        ([exact(50), exact(30), exact(20)], Interval(), ("=", "3800", "3800", "3800")),
        ([exact(1), exact(2)], Interval(), ("=", "5555.56", "5555.56", "5555.56")),
        ([exact(60), exact(20)], exact(20), ("=", None, "4000", "4400")),
        ([exact(60), exact(40)], exact(0), ("=", "5200", "5200", "5200")),
        ([exact(60), Interval.unknown()], Interval(), (None, None, None, None)),
        (
            [Interval.between(Fraction(10), Fraction(20)), exact(30), Interval.between(None, Fraction(5))],
            Interval(),
            ("=", None, "3469.03", "7348.46"),
        ),
    ],
)
def test_concentration_by_hand(named: list[Interval], unnamed: Interval, expected: tuple[Any, ...]):
    assert concentration(named, unnamed) == estimate(*expected)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([exact(50), exact(30), exact(20)], ["=1", "=2", "=3"]),
        ([exact(50), exact(50), exact(20)], ["=1", "=1", "=3"]),
        ([exact(40), exact(10), Interval.unknown(), exact(0)], [">=1", ">=2", None, ">=3"]),
        ([Interval.between(Fraction(10), Fraction(20)), exact(30), exact(15)], [">=2", "=1", ">=2"]),
        ([Interval.between(Fraction(10), None), exact(5)], ["=1", "=2"]),
    ],
)
def test_a_place_is_certain_only_where_nothing_can_change_it(amounts: list[Interval], expected: list[str | None]):
    found = [f"{one['comparator']}{one['value']}" if one["value"] else None for one in ranks(amounts)]

    assert found == expected


# Amounts at random: in each interval a truth that it holds

numbers = st.fractions(min_value=0, max_value=10**6, max_denominator=10**3)


@st.composite
def amounts(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """An interval, and an amount within it."""
    low, gap, truth = draw(numbers), draw(numbers), draw(st.sampled_from([0, 1, 2]))
    kind = draw(st.sampled_from(["exact", "range", "at least", "unknown"]))
    within = low + gap * truth / 2
    match kind:
        case "exact":
            return exact(Fraction(low)), low
        case "range":
            return Interval.between(low, low + gap), within
        case "at least":
            return Interval.between(low, None), within
        case _:
            return Interval.unknown(), within


def holds(found: dict[str, Any], truth: Fraction, places: int) -> bool:
    """Whether an estimate holds a number, within the rounding of one that is exact."""
    slack = Fraction(1, 10**places) if found["value"] == found["low"] == found["high"] else 0
    low, high = (None if found[name] is None else Fraction(found[name]) for name in ("low", "high"))
    return (low is None or low - slack <= truth) and (high is None or truth <= high + slack)


@given(st.lists(amounts(), min_size=1, max_size=6))
def test_the_truth_lies_within_what_is_written(drawn: list[tuple[Interval, Fraction]]):
    parts, truths = [part for part, _ in drawn], [truth for _, truth in drawn]
    whole, true_total = total_of(parts), sum(truths, Fraction(0))

    assert whole.low <= true_total
    assert whole.high is None or true_total <= whole.high
    if true_total:
        shares = [truth / true_total for truth in truths]
        index = sum((of**2 for of in shares), Fraction(0)) * 10**4
        assert all(holds(share(part, whole), of * 100, SHARE_PLACES) for part, of in zip(parts, shares, strict=True))
        assert holds(concentration(parts, Interval()), index, INDEX_PLACES)
        assert holds(concentration(parts[1:], parts[0]), index, INDEX_PLACES)


@given(st.lists(amounts(), min_size=1, max_size=6))
def test_the_true_place_is_the_one_written_or_a_further_one(drawn: list[tuple[Interval, Fraction]]):
    truths = [truth for _, truth in drawn]
    for (_, truth), place in zip(drawn, ranks([part for part, _ in drawn]), strict=True):
        true_place = 1 + sum(other > truth for other in truths)
        if place["comparator"] == "=":
            assert place["value"] == true_place
        elif place["comparator"]:
            assert place["value"] <= true_place


@given(st.lists(amounts(), max_size=6), st.randoms())
def test_the_order_of_the_parts_is_nothing_to_the_total(drawn: list[tuple[Interval, Fraction]], random: Any):
    parts = [part for part, _ in drawn]
    shuffled = random.sample(parts, len(parts))

    assert total_of(shuffled) == total_of(parts)


@given(st.lists(numbers, min_size=1, max_size=6).filter(any))
def test_exact_shares_add_up_to_a_hundred(drawn: list[Fraction]):
    parts = [exact(Fraction(number)) for number in drawn]
    shares = [share(part, total_of(parts))["value"] for part in parts]

    assert abs(sum(shares) - 100) <= Decimal("0.00005") * len(parts)
