"""Which claimed places in the world are flagged."""

from __future__ import annotations

from typing import Any

import pytest

from sources.issues import Case, IssueCode
from tests.minerals.cases import MINISTRY, UNION, explained, found, production, reserve


def claim(place: str, text: str | None, value: int | None, comparator: str = "=", **fields: Any) -> Case:
    return reserve(place, text, world_rank_value=value, world_rank_comparator=comparator, **fields)


def others(*values: str | None, **fields: Any) -> list[Case]:
    return [
        reserve(place, value, sources=(MINISTRY,), **fields) for place, value in zip("bcdefgh", values, strict=False)
    ]


RANKS = {
    "as stored": (claim("a", "50", 3), True),
    "too good": (claim("a", "50", 2), False),
    "too bad": (claim("a", "50", 4), False),
    "so bad that the stored figures can't tell": (claim("a", "50", 7), True),
    "in the top 3": (claim("a", "50", 3, "<="), True),
    "in the top 2": (claim("a", "50", 2, "<="), False),
    "before the fourth": (claim("a", "50", 4, "<"), True),
    "before the third": (claim("a", "50", 3, "<"), False),
    "third or further down": (claim("a", "50", 3, ">="), True),
    "further down than the third": (claim("a", "50", 3, ">"), False),
    "about the first": (claim("a", "50", 1, "~"), True),
    "no number": (claim("a", "50", None, ""), True),
    "a figure that may be the first": (claim("a", ">50", 1), True),
    "a figure that may be the last": (claim("a", "<50", 5), True),
    "a range": (claim("a", "15-80", 1), False),
    "a range that may be the third": (claim("a", "15-80", 3), True),
    "a tie": (claim("a", "80", 3), True),
    "better than the tied one": (claim("a", "80", 1), False),
    "a share, and no amount stored": (claim("a", "14", 1, unit="percent"), True),
    "none, and no amount stored": (claim("a", None, 1), True),
}  # fmt: skip


@pytest.mark.parametrize("name", RANKS)
def test_a_claimed_place_is_compared_with_the_stored_figures(name: str) -> None:
    one, agrees = RANKS[name]
    rows = [one, *others("100", "80", "20", "10", None, "0.5")]

    assert found(rows, IssueCode.RANK) == ([] if agrees else [("a", "rank_differs")])


def test_the_explanation_of_a_place_names_what_was_compared() -> None:
    good, bad = claim("a", "50", 1), claim("a", "50", 3, ">=")

    assert explained([good, *others("100", "20")], good) == (
        "It claims place 1, but of the figures stored for 2 other countries, 1 is larger than its 50 t, "
        "which is place 2 at the highest (ministry)."
    )
    assert explained([bad, *others("100", "20")], bad) == (
        "It claims place >=3, but of the figures stored for 2 other countries, only 1 is as large as its 50 t or larger, "
        "which is place 2 at the lowest (ministry)."
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "resources"},
        {"unit": "m3"},
        {"unit": "percent"},
        {"status": "planned"},
        {"reporting_class": "proven"},
        {"basis": "ore"},
        {"country": UNION},
        {"scope": "rest_of_world", "country": None},
        {"rank": "deprecated"},
    ],
    ids=str,
)
def test_figures_that_do_not_compare_take_no_place(fields: dict[str, Any]) -> None:
    one = claim("a", "50", 1, basis="W")

    assert found([one, *others("100")]) == [("a", "rank_differs")]
    assert found([one, *others("100", **fields)]) == []


def test_a_share_has_the_place_of_the_best_amount_of_its_country() -> None:
    one = claim("a", "14", 1, unit="percent")
    amounts = [reserve("a", "50"), reserve("a", "500", sources=(MINISTRY,), rank="preferred", rank_reason="Newer.")]

    assert found([one, *amounts[:1], *others("100")]) == [("a", "rank_differs")]
    assert found([one, *amounts, *others("100")]) == []


def test_each_country_has_its_latest_figure() -> None:
    one = claim("a", "50", 1, period="2020")
    late, early = reserve("b", "40", period="2024"), reserve("b", "60", period="2023")

    assert found([one, early]) == [("a", "rank_differs")]
    assert found([one, early, late]) == []


def test_what_is_made_is_ranked_within_its_period() -> None:
    one = production("a", "50", world_rank_value=1, world_rank_comparator="=")

    assert found([one, production("b", "60", period="2023")]) == []
    assert found([one, production("b", "60")]) == [("a", "rank_differs")]
