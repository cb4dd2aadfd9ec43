"""The factors of units are exact: each is known by hand or by another library, and dimensions never mix."""

from __future__ import annotations

from decimal import Decimal

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minerals.units import CURRENCIES, UNITS, Unit, factor_between, to_base

BY_HAND = {
    "kg": "0.001",
    "kt": "1000",
    "Mt": "1000000",
    "Gt": "1000000000",
    "Mt/a": "1000000",
    "kt/a": "1000",
    "g": "0.000001",
    "ML": "1000",
    "Mm3": "1000000",
    "km": "1000",
    "GW": "1000",
    "ppm": "1",
    "percent": "1",
    "kUSD": "1000",
    "MUSD": "1000000",
    "GUSD": "1000000000",
    "TUSD": "1000000000000",
}

SPELT_FOR_PINT = {
    "g": "gram",
    "kg": "kilogram",
    "t": "metric_ton",
    "kt": "1000 * metric_ton",
    "Mt": "megametric_ton",
    "Gt": "gigametric_ton",
    "m3": "meter ** 3",
    "Mm3": "1000000 * meter ** 3",
    "L": "liter",
    "ML": "megaliter",
    "m": "meter",
    "km": "kilometer",
    "MW": "megawatt",
    "GW": "gigawatt",
    "percent": "percent",
    "g/t": "gram / metric_ton",
    "ppm": "ppm",
}
"""How pint spells our units. Its own kt are knots, its Mm3 cubic megametres, and its a is an are."""

UNKNOWN_TO_PINT = {"persons", "count"}
"""Counts of people and things have no dimension for pint."""


@pytest.fixture(scope="module")
def pint_units() -> pint.UnitRegistry[Decimal]:
    return pint.UnitRegistry(non_int_type=Decimal)


def is_physical(unit: Unit) -> bool:
    return unit.base.split("/")[0] not in CURRENCIES and unit.code not in UNKNOWN_TO_PINT


PHYSICAL = [code for code, unit in UNITS.items() if is_physical(unit)]


def spelt(code: str) -> str:
    a_year = " / year" if code.endswith("/a") else ""
    return SPELT_FOR_PINT[code.removesuffix("/a")] + a_year


@pytest.mark.parametrize("code", PHYSICAL)
def test_physical_factors_are_those_of_pint(pint_units: pint.UnitRegistry[Decimal], code: str) -> None:
    one = pint_units.Quantity(Decimal(1), "") * pint_units.parse_expression(spelt(code))
    base = pint_units.parse_expression(spelt(UNITS[code].base))

    assert (one / base).to("dimensionless").magnitude == UNITS[code].factor


@pytest.mark.parametrize(
    ("code", "other"), [(a, b) for a in PHYSICAL for b in PHYSICAL if a != b and UNITS[a].base == UNITS[b].base]
)
def test_units_convert_into_each_other_as_pint_does(
    pint_units: pint.UnitRegistry[Decimal], code: str, other: str
) -> None:
    one = pint_units.Quantity(Decimal(1), "") * pint_units.parse_expression(spelt(code))

    assert (one / pint_units.parse_expression(spelt(other))).to("dimensionless").magnitude == factor_between(
        code, other
    )


@pytest.mark.parametrize(
    ("code", "other"), [("t", "t/a"), ("kt", "m3"), ("USD", "EUR"), ("percent", "g/t"), ("t", "USD")]
)
def test_nothing_converts_into_what_measures_something_else(code: str, other: str) -> None:
    with pytest.raises(ValueError, match="can't be converted"):
        factor_between(code, other)


def test_pint_reads_kt_as_knots_so_it_can_not_be_asked_by_our_codes(
    pint_units: pint.UnitRegistry[Decimal],
) -> None:
    assert pint_units.parse_units("kt") == pint_units.knot


@pytest.mark.parametrize(("code", "factor"), BY_HAND.items())
def test_factors_are_exact(code: str, factor: str) -> None:
    assert to_base(Decimal(1), code) == Decimal(factor)


@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda unit: unit.code)
def test_every_base_is_a_unit_of_its_own_with_factor_one(unit: Unit) -> None:
    assert UNITS[unit.base].base == unit.base
    assert UNITS[unit.base].factor == 1


@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda unit: unit.code)
def test_every_unit_is_known_by_its_code_and_defined(unit: Unit) -> None:
    assert UNITS[unit.code] is unit
    assert unit.definition


def test_no_two_units_mean_the_same() -> None:
    definitions = [unit.definition for unit in UNITS.values()]

    assert len(set(definitions)) == len(definitions)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_money_is_never_converted(currency: str) -> None:
    bases = {UNITS[f"{multiple}{currency}"].base for multiple in ("", "k", "M", "G", "T")}

    assert bases == {currency}


@pytest.mark.parametrize(("code", "expected"), [("MUSD", True), ("t", False), ("USD/t", False), ("percent", False)])
def test_money_is_told_from_prices_and_amounts(code: str, expected: bool) -> None:
    assert UNITS[code].is_money is expected


@given(
    st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=6),
    st.sampled_from(sorted(UNITS)),
)
def test_conversion_loses_nothing(value: Decimal, code: str) -> None:
    assert to_base(value, code) / UNITS[code].factor == value
