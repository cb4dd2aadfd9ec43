"""Figures in a unit that is asked for: exact, beside what the source states, and never across dimensions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from minerals.conversion import QuantityViewSet, converted
from minerals.units import UNITS, units_of
from sources.plain import plain_number
from sources.registry import fact_models, plural
from tests.endpoints import ENDPOINTS, JSON, OF_FACTS, Endpoint, each, refused, the_error
from tests.factories import make_correction, make_fact, make_source, publish
from tests.minerals.amounts import NIL, WITHHELD, between, draft, reserves, tons

WITH_UNITS = [one for one in OF_FACTS if issubclass(one.viewset, QuantityViewSet)]
PAIRS = [pair for base in {unit.base for unit in UNITS.values()} for pair in permutations(units_of(base), 2)]
PERCENT = {"unit": "percent"}
RESERVES = "/api/v1/reserves/"
OURS = f"{RESERVES}?mineral=alphite"
"""Among all that the shipped dataset has."""


def quantity(unit: str, **numbers: Any) -> dict[str, Any]:
    stated: dict[str, Any] = {"value": None, "low": None, "high": None} | numbers
    return stated | {"unit": unit, "base_unit": UNITS[unit].base, "converted": None}


def given_in(api: APIClient, query: str, path: str = OURS) -> list[Any]:
    """By key in order, what the facts found have been converted to."""
    response = api.get(f"{path}&{query}&ordering=key")
    assert response.status_code == 200, response.json()
    return [row["quantity"]["converted"] for row in response.json()["results"]]


# The arithmetic


@pytest.mark.parametrize(("unit", "other"), PAIRS)
def test_every_pair_of_units_converts_there_and_back(unit: str, other: str) -> None:
    there: Any = converted(quantity(unit, value=123456789012345), other)
    written = there["converted"]["value"]
    back: Any = converted(quantity(other, value=written), unit)

    assert Fraction(str(there["converted"]["factor"])) == Fraction(UNITS[unit].factor) / Fraction(UNITS[other].factor)
    assert back["converted"]["value"] == 123456789012345
    assert len(Decimal(str(written)).normalize().as_tuple().digits) <= 15


@given(
    st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=6),
    st.sampled_from(PAIRS),
)
def test_what_a_client_reads_is_exact(value: Decimal, pair: tuple[str, str]) -> None:
    """As JSON is read and written on the way: the digits of a number, no more and no fewer."""
    unit, other = pair
    stated = orjson.loads(orjson.dumps(plain_number(value)))
    there: Any = converted(quantity(unit, value=stated), other)
    read = orjson.loads(orjson.dumps(there["converted"]["value"]))

    assert Fraction(str(read)) == Fraction(value) * Fraction(UNITS[unit].factor) / Fraction(UNITS[other].factor)


def test_a_quantity_of_another_dimension_or_without_a_number_is_not_converted() -> None:
    for stated in (quantity("t/a", value=3), quantity("percent", value=3), quantity("t")):
        assert converted(stated, "kt") == stated
    assert converted(None, "kt") is None


# What is answered


@pytest.mark.django_db
def test_the_stated_figure_stays_beside_the_converted_one(api: APIClient) -> None:
    publish(draft("reserve", "a", "kaz", tons("6.7", "~", unit="Mt", verbatim="about 6.7 million tons")))
    [plain] = api.get(OURS).json()["results"]
    [row] = api.get(f"{OURS}&unit=kt").json()["results"]
    expected = {"value": 6700, "low": None, "high": None, "unit": "kt", "factor": 1000}

    assert plain["quantity"]["converted"] is None
    assert row == plain | {"quantity": plain["quantity"] | {"converted": expected}}
    assert api.get(f"{RESERVES}a/?unit=kt").json() == row
    assert api.get(f"{RESERVES}a/?unit=kt&fields=quantity.converted.value").json() == {
        "quantity": {"converted": {"value": 6700}}
    }


@pytest.mark.django_db
def test_bounds_are_converted_and_facts_without_a_number_are_no_reason_to_refuse(api: APIClient) -> None:
    reserves(aus=between(2000, 5000), chn=WITHHELD, kaz=NIL, usa=NIL | PERCENT)
    low_high, withheld, nil, nil_percent = given_in(api, "unit=kt")

    assert (low_high["value"], low_high["low"], low_high["high"]) == (None, 2, 5)
    assert (withheld, nil["value"], nil_percent) == (None, 0, None)
    assert api.get(f"{RESERVES}alphite-chn/?unit=kt").json()["quantity"]["converted"] is None


@pytest.mark.django_db
def test_an_older_revision_is_converted_as_it_was(api: APIClient) -> None:
    first = draft("reserve", "a", "kaz", tons(1000))
    publish(first)
    before = api.get(OURS).json()["results"][0]["revision"]
    publish(make_correction(first, value=Decimal(3000)))

    assert [given_in(api, f"unit=kt&revision={number}")[0]["value"] for number in (before, before + 1)] == [1, 3]


@pytest.mark.django_db
def test_values_are_still_looked_for_in_the_base_unit(api: APIClient) -> None:
    reserves(chn=tons(900), kaz=tons(2000))

    assert [one["value"] for one in given_in(api, "unit=kt&value__gte=1000")] == [2]


@pytest.mark.django_db
def test_the_unit_as_stated_is_a_filter_of_its_own(api: APIClient) -> None:
    reserves(chn=tons(900), kaz=tons("0.9", unit="kt"))
    [row] = api.get(f"{OURS}&stated_unit=KT&unit=t").json()["results"]

    assert (row["key"], row["quantity"]["unit"], row["quantity"]["converted"]["value"]) == ("alphite-kaz", "kt", 900)


@pytest.mark.django_db
def test_pages_keep_the_unit(api: APIClient) -> None:
    reserves(chn=tons(1000), kaz=tons(2000))
    page = api.get(f"{OURS}&unit=kt&page_size=1").json()
    following = api.get(page["next"]).json()

    assert following["results"][0]["quantity"]["converted"]["value"] == 2


@pytest.mark.django_db
def test_a_share_is_converted_under_its_own_name(api: APIClient) -> None:
    held: JSON = {"unit": "percent", "comparator": "=", "availability": "reported"}
    publish(make_fact("participation", "held", value=Decimal(51), **held), make_fact("participation", "unknown"))
    rows = {
        row["key"]: row["share"]
        for row in api.get("/api/v1/participations/?key=held,unknown&unit=percent").json()["results"]
    }

    assert (rows["held"]["converted"]["value"], rows["unknown"]) == (51, None)


def test_every_kind_with_a_quantity_is_converted() -> None:
    kinds = {plural(kind) for kind in fact_models().values() if hasattr(kind, "base_unit")}

    assert {endpoint.name for endpoint in WITH_UNITS} == kinds


# What is refused


@pytest.mark.django_db
@each(WITH_UNITS)
@pytest.mark.parametrize(("unit", "nearest"), [("mt", "Mt"), ("KT", "kt"), ("furlong", None), ("kt,Mt", None)])
def test_a_unit_that_is_not_known(endpoint: Endpoint, unit: str, nearest: str | None, api: APIClient) -> None:
    """Nor one in another case: mt would be metric tons to many, not their millions."""
    error = the_error(api.get(f"{endpoint.path}?unit={unit}"))

    assert (error["parameter"], error["code"], error["allowed"]) == ("unit", "invalid-value", list(UNITS))
    assert nearest is None or error["nearest"] == nearest


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "unit", "settled"),
    [
        (tons(1, unit="percent"), "kt", "base_unit=t"),
        (tons(1, unit="t/a"), "kt", "base_unit=t"),
        (tons(1, unit="t/a"), "kt/a", "base_unit=t/a"),
        (tons(1, unit="MUSD"), "USD", "base_unit=USD"),
        ({**between(1, 2), "unit": "m3"}, "kt", "base_unit=t"),
    ],
)
def test_figures_of_another_dimension(other: Any, unit: str, settled: str, api: APIClient) -> None:
    reserves(chn=tons(900), kaz=other)
    response = api.get(f"{OURS}&unit={unit}")
    error = the_error(response)

    assert response.json()["type"] == "/problems/mixed-units"
    assert (error["parameter"], error["code"]) == ("unit", "mixed-units")
    assert f"with {settled}." in error["detail"]
    assert api.get(f"{OURS}&unit={unit}&{settled}").json()["count"] == 1


@pytest.mark.django_db
def test_what_none_of_the_figures_measures_says_what_they_do(api: APIClient) -> None:
    reserves(chn=tons(900))
    for asked in (f"{OURS}&unit=kt/a", f"{RESERVES}alphite-chn/?unit=kt/a"):
        error = the_error(api.get(asked))
        assert "ask for g, kg, t, kt, Mt or Gt" in error["detail"]


@pytest.mark.django_db
def test_money_is_never_converted_into_other_money(api: APIClient) -> None:
    cost: JSON = {"measure": "cost", "comparator": "=", "availability": "reported", "value": Decimal("1.5")}
    publish(make_fact("figure", "dollars", unit="GUSD", **cost), make_fact("figure", "euros", unit="MEUR", **cost))
    figures = "/api/v1/figures/?key=dollars,euros"
    error = the_error(api.get(f"{figures}&unit=MUSD"))

    assert "never converted into another" in error["detail"]
    assert given_in(api, "unit=MUSD&base_unit=USD", figures)[0]["value"] == 1500


@pytest.mark.django_db
@each([one for one in ENDPOINTS if one not in WITH_UNITS and one.name != "compare"])
def test_what_has_no_quantities_takes_no_unit(endpoint: Endpoint, api: APIClient) -> None:
    assert "unknown-parameter" in {error["code"] for error in refused(api.get(f"{endpoint.path}?unit=kt"))}


# Sums and comparisons


@pytest.mark.django_db
def test_sums_are_given_in_the_unit(api: APIClient) -> None:
    reserves(chn=tons(60), kaz=tons("0.5", unit="kt"), usa=between(1, 3), world=tons(1))
    address = f"{RESERVES}summary/?mineral=alphite&group_by=country"
    plain, summary = (api.get(f"{address}{unit}").json() for unit in ("", "&unit=kt"))
    [stated] = summary["totals"][0].pop("stated_total")

    assert [row["total"]["value"] for row in summary["results"]] == [0.5, 0.06, None]
    assert summary["totals"][0]["total"] == {
        "comparator": "=",
        "value": None,
        "low": 0.561,
        "high": 0.563,
        "unit": "kt",
    }
    assert (stated["value"], stated["difference"]) == (0.001, None)
    for name in ("share", "rank", "base_unit"):
        assert [row[name] for row in summary["results"]] == [row[name] for row in plain["results"]]


@pytest.mark.django_db
def test_sums_in_a_unit_of_another_dimension(api: APIClient) -> None:
    reserves(chn=tons(60), kaz=tons(40, unit="m3"), usa=tons(40, unit="percent"))
    errors = refused(api.get(f"{RESERVES}summary/?mineral=alphite&unit=kt"))

    assert [(error["parameter"], error["code"], error["allowed"]) for error in errors] == [
        ("unit", "mixed-units", ["m3", "t"])
    ]
    assert api.get(f"{RESERVES}summary/?mineral=alphite&unit=kt&base_unit=t").json()["count"] == 1


@pytest.mark.django_db
def test_comparisons_are_given_in_the_unit(api: APIClient) -> None:
    for key, number in (("one", tons("6.7", unit="Mt")), ("two", tons(7_400, unit="kt"))):
        publish(draft("reserve", key, "kaz", number, source=make_source(key)))
    publish(draft("reserve", "share", "kaz", tons(3, unit="percent"), source=make_source("third")))
    address = "/api/v1/compare/?mineral=alphite&country=kaz&measure=reserves"
    compared = api.get(f"{address}&unit=kt").json()
    error = the_error(api.get(f"{address}&unit=m3"))

    assert {one["fact"]["key"]: one["fact"]["quantity"]["converted"]["value"] for one in compared["claims"]} == {
        "one": 6700,
        "two": 7400,
    }
    assert compared["claims"][1]["difference"] | {"beyond_rounding": None} == {
        "value": 700,
        "unit": "kt",
        "percent": 10.45,
        "beyond_rounding": None,
    }
    assert (compared["spread"]["low"], compared["spread"]["high"], compared["spread"]["unit"]) == (6700, 7400, "kt")
    assert "6,700 to 7,400 kt" in compared["spread"]["explanation"]
    assert [one["fact"]["quantity"]["converted"] for one in compared["left_out"]] == [None]
    assert (error["parameter"], error["code"], error["allowed"]) == ("unit", "mixed-units", ["percent", "t"])


# Tables


@pytest.mark.django_db
@pytest.mark.parametrize("fields", ["", "&fields=key,converted_value,converted_unit"])
def test_tables_are_given_in_the_unit(fields: str, api: APIClient) -> None:
    """Stored lines hold figures in their own units alone, so that they are not what is answered."""
    reserves(chn=tons("6.7", unit="Mt"), kaz=WITHHELD)
    address = f"{OURS}&ordering=key{fields}"
    plain, converting = (list(_lines(api, f"{address}{unit}")) for unit in ("", "&unit=kt"))
    wanted = ("key", "converted_value", "converted_unit")

    assert [tuple(row[name] for name in wanted) for row in converting] == [
        ("alphite-chn", 6700, "kt"),
        ("alphite-kaz", None, None),
    ]
    assert [row["converted_value"] for row in plain] == [None, None]
    assert converting[0].keys() == plain[0].keys()
    assert "alphite-chn,6700,kt" in _text(api, f"{OURS}&fields=key,converted_value,converted_unit&unit=kt&format=csv")


def _text(api: APIClient, address: str) -> str:
    response: Any = api.get(address)
    return b"".join(response.streaming_content).decode()


def _lines(api: APIClient, address: str) -> list[Any]:
    return [orjson.loads(line) for line in _text(api, f"{address}&format=ndjson").splitlines()]
