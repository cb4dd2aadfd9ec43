"""Gives figures in a unit that is asked for, beside the figure as its source states it: exactly, in one dimension."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet

from minerals.quantities import Availability
from minerals.units import CURRENCIES, UNITS, factor_between, units_of
from sources import counts
from sources.exceptions import BadParameters, ParameterError
from sources.filters import MEASURED_IN
from sources.plain import plain_number
from sources.viewsets import PAGED, READ, FactKindViewSet

UNIT = "unit"
"""The parameter that asks for a unit."""
NUMBERS = ("value", "low", "high")


def in_unit(body: dict[str, Any], unit: str, name: str = "quantity") -> dict[str, Any]:
    """The document of a fact with the quantity of this name in a unit, too."""
    return body | {name: converted(body[name], unit)}


def converted(quantity: dict[str, Any] | None, unit: str) -> dict[str, Any] | None:
    """A quantity with its numbers in a unit, too; without these where it has none in the dimension of the unit."""
    if quantity is None:
        return None
    numbers = {name: quantity[name] for name in NUMBERS}
    if quantity["base_unit"] != UNITS[unit].base or all(number is None for number in numbers.values()):
        return quantity | {"converted": None}
    factor = factor_between(quantity["unit"], unit)
    return quantity | {"converted": {**_multiplied(numbers, factor), "unit": unit, "factor": plain_number(factor)}}


def _multiplied(numbers: dict[str, Any], factor: Decimal) -> dict[str, int | float | None]:
    """JSON carries numbers as they are written, so that their digits are what was stored."""
    return {
        name: None if number is None else plain_number(Decimal(str(number)) * factor)
        for name, number in numbers.items()
    }


def misfits(bases: Iterable[str], unit: str) -> list[str]:
    """The base units, out of these, that measure something else than a unit."""
    return sorted(set(bases) - {UNITS[unit].base})


def refusal(unit: str, bases: Collection[str], *, of_rows: bool = True) -> ParameterError:
    """Why figures in these base units are not given in a unit, and what to ask for instead."""
    base = UNITS[unit].base
    others = misfits(bases, unit)
    detail = f"Figures in {', '.join(others)} can't be given in {unit}"
    if base in bases:
        detail += f"; choose those that can with {MEASURED_IN}={base}."
    elif len(others) > 1:
        detail += f"; choose one with {MEASURED_IN}={others[0]}, and one of its units."
    else:
        detail += f"; ask for {_alternatives(units_of(others[0]))}."
    if _is_money(unit) and any(map(_is_money, others)):
        detail += " One currency is never converted into another."
    return ParameterError(UNIT, detail, "mixed-units", sorted(bases) if of_rows else units_of(others[0]))


def _alternatives(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _is_money(code: str) -> bool:
    return UNITS[code].base in CURRENCIES


class QuantityViewSet(FactKindViewSet):
    """Serves facts of one kind that have quantities, in a unit that is asked for, too."""

    shared_on_lists = (*PAGED, "claims", UNIT)
    shared_on_details = (*READ, UNIT)
    quantity_name: ClassVar[str] = "quantity"
    """The field that holds the quantity."""

    def get_units(self) -> tuple[str, ...]:
        return tuple(UNITS)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        if self.action == "list" and self.asked.unit:
            bases = counts.once("dimensions", self.asked, lambda: _bases(rows))
            if misfits(bases, self.asked.unit):
                raise BadParameters([refusal(self.asked.unit, bases)])
        return rows

    def read(self, document: str) -> Any:
        if self.asked.unit is None:
            return super().read(document)
        body = orjson.loads(document)
        quantity = body[self.quantity_name] or {}
        if quantity.get("availability") == Availability.REPORTED and misfits([quantity["base_unit"]], self.asked.unit):
            raise BadParameters([refusal(self.asked.unit, [quantity["base_unit"]], of_rows=False)])
        return in_unit(body, self.asked.unit, self.quantity_name)


def _bases(rows: QuerySet[Any]) -> list[str]:
    """The base units in which sources give numbers; where there is none, or nothing, no unit matters."""
    reported = rows.filter(availability=Availability.REPORTED).order_by()
    return sorted(set(reported.values_list(MEASURED_IN, flat=True).distinct()))
