"""A quantity keeps what its source said, and neither a form nor the database lets it say more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import BaseConstraint
from hypothesis import given
from hypothesis import strategies as st

from minerals.models import Reserve
from minerals.quantities import MAX_DIGITS, Quantified, significant_digits
from minerals.units import UNITS
from projects.models import Participation
from sources.registry import fact_models
from tests.factories import TEN_TONS, make_fact, make_reserve

NO_NUMBER = {"value": None, "comparator": "", "unit": ""}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"low": Decimal(9), "high": Decimal(8)}, "lower bound"),
    ({"unit": ""}, "needs its unit"),
    ({"comparator": ""}, "needs its unit, its comparator"),
    ({"availability": "withheld"}, "availability reported or nil"),
    ({"availability": "unknown"}, "reported or nil"),
    ({"value": None}, "Reported means a number"),
    ({"availability": "nil"}, "the value is 0"),
    ({**NO_NUMBER, "availability": "nil"}, "the value is 0"),
]
"""Quantities that contradict themselves, and what is said about them."""

RIGHT: list[dict[str, Any]] = [
    {},
    {"value": None, "low": Decimal(8), "high": Decimal(9)},
    {"value": None, "low": Decimal(8)},
    {"low": Decimal(8), "high": Decimal(8)},
    {"value": Decimal(0), "availability": "nil"},
    {"comparator": ">", "status": "estimated"},
    {**NO_NUMBER, "availability": "withheld"},
    {**NO_NUMBER, "availability": "not_available"},
    {**NO_NUMBER, "availability": "unknown"},
]


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "message"), WRONG, ids=str)
def test_a_quantity_that_contradicts_itself_is_refused_by_forms(fields: dict[str, Any], message: str) -> None:
    reserve = make_reserve("quantified")
    for name, value in fields.items():
        setattr(reserve, name, value)

    with pytest.raises(ValidationError, match=message):
        reserve.full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "message"), WRONG, ids=str)
def test_a_quantity_that_contradicts_itself_is_refused_by_the_database(fields: dict[str, Any], message: str) -> None:
    reserve = make_reserve("quantified")

    with pytest.raises(IntegrityError), transaction.atomic():
        Reserve.objects.filter(pk=reserve.pk).update(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("fields", RIGHT, ids=str)
def test_a_quantity_that_a_source_can_state_is_kept(fields: dict[str, Any]) -> None:
    reserve = make_reserve("quantified", **fields)

    reserve.full_clean()

    kept = Reserve.objects.get(pk=reserve.pk)
    assert {name: getattr(kept, name) for name in fields} == fields


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"unit": "bushel"}, "unit"),
        ({"value": Decimal("1.234567890123456")}, "value"),
        ({"low": Decimal(10**15 + 1)}, "low"),
        ({**NO_NUMBER, "availability": ""}, "availability"),
        ({"grade_unit": "bushel"}, "grade_unit"),
    ],
    ids=str,
)
def test_a_mistake_is_said_at_the_field_that_has_it(fields: dict[str, Any], field: str) -> None:
    reserve = make_reserve("quantified")
    for name, value in fields.items():
        setattr(reserve, name, value)

    with pytest.raises(ValidationError) as refusal:
        reserve.full_clean()

    assert field in refusal.value.message_dict


@pytest.mark.parametrize(("value", "unit"), [("1E14", "Gt"), ("0.0001", "g")])
def test_a_number_that_its_base_unit_can_not_carry_exactly_is_refused_by_forms(value: str, unit: str) -> None:
    reserve = derived(value=Decimal(value), unit=unit)

    with pytest.raises(ValidationError, match="In t, the number is too large or too small"):
        reserve.clean()


@pytest.mark.django_db
def test_a_kind_that_need_not_have_a_quantity_may_go_without() -> None:
    participation = make_fact("participation", "unquantified")

    participation.full_clean()

    assert isinstance(participation, Participation)
    assert not participation.has_number


KINDS_WITH_A_QUANTITY: list[Any] = [kind for kind in fact_models().values() if Quantified in kind.__mro__]


@pytest.mark.parametrize("kind", KINDS_WITH_A_QUANTITY)
@pytest.mark.parametrize("constraint", Quantified._meta.constraints, ids=lambda constraint: constraint.name)
def test_every_kind_with_a_quantity_has_its_constraints(kind: Any, constraint: BaseConstraint) -> None:
    name = constraint.name % {"class": kind._meta.model_name}

    assert name in {own.name for own in kind._meta.constraints}


# What follows from a quantity


def derived(**fields: Any) -> Reserve:
    reserve = Reserve(**TEN_TONS | fields)
    reserve.derive()
    return reserve


@pytest.mark.parametrize(
    ("value", "unit", "base_value", "base_unit"),
    [
        ("6.7", "Mt", "6700000", "t"),
        ("0.1", "kg", "0.0001", "t"),
        ("20000", "kt", "20000000", "t"),
        ("1.5", "GUSD", "1500000000", "USD"),
        ("2.31", "percent", "2.31", "percent"),
        ("1.1", "ppm", "1.1", "g/t"),
    ],
)
def test_the_base_value_is_exact(value: str, unit: str, base_value: str, base_unit: str) -> None:
    reserve = derived(value=Decimal(value), unit=unit)

    assert (reserve.base_value, reserve.base_unit) == (Decimal(base_value), base_unit)


@given(
    value=st.integers(min_value=0, max_value=10**MAX_DIGITS - 1),
    exponent=st.integers(min_value=-3, max_value=0),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_every_number_that_is_kept_has_an_exact_base_value(value: int, exponent: int, unit: str) -> None:
    stated = Decimal(value).scaleb(exponent)

    reserve = derived(value=stated, unit=unit)

    assert reserve.base_value is not None
    assert reserve.base_value / UNITS[unit].factor == stated


def test_the_middle_of_a_range_is_never_taken() -> None:
    reserve = derived(value=None, low=Decimal(8), high=Decimal(9), unit="kt")

    assert (reserve.base_value, reserve.base_low, reserve.base_high) == (None, Decimal(8000), Decimal(9000))


@pytest.mark.parametrize("unit", ["", "bushel"])
def test_without_a_known_unit_nothing_is_derived(unit: str) -> None:
    reserve = derived(unit=unit)

    assert (reserve.base_value, reserve.base_unit) == (None, "")


@pytest.mark.django_db
def test_a_changed_number_changes_its_base_value() -> None:
    reserve = make_reserve("quantified", value=Decimal(1), unit="kt")
    reserve.value, reserve.unit = Decimal(2), "Mt"
    reserve.save()

    assert Reserve.objects.get(pk=reserve.pk).base_value == Decimal(2_000_000)


@pytest.mark.django_db
@pytest.mark.parametrize("unit", sorted(code for code, unit in UNITS.items() if unit.factor < 1))
def test_a_number_from_a_column_is_as_good_as_when_it_was_entered(unit: str) -> None:
    stored = Reserve.objects.get(pk=make_reserve("quantified", value=Decimal(190_000), unit=unit).pk)
    stored.derive()
    stored.full_clean()

    assert stored.base_value == 190_000 * UNITS[unit].factor


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["999999999999999", "0.123456789", "123456.789012345", "0.000000001", "0.1"])
def test_both_databases_carry_a_number_exactly(value: str) -> None:
    reserve = make_reserve("quantified", value=Decimal(value))

    assert Reserve.objects.get(pk=reserve.pk).value == Decimal(value)


@pytest.mark.parametrize(
    ("number", "digits"), [("0", 1), ("100", 1), ("0.010", 1), ("6.70", 2), ("123456789012345", 15)]
)
def test_significant_digits_are_those_that_say_something(number: str, digits: int) -> None:
    assert significant_digits(Decimal(number)) == digits
