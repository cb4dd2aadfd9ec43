"""The honest quantity: a number as its source stated it, and the same in a base unit for sorting and adding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from minerals.units import UNITS, to_base
from sources import vocabularies
from sources.words import did_you_mean

MAX_DIGITS = 15
"""Significant digits kept: as many as a JSON number and both databases carry exactly."""

COLUMN_DIGITS, COLUMN_PLACES = 30, 9
"""Digits that a column has in all, and of them after the point."""


class Comparator(models.TextChoices):
    EQUAL = "=", "= exactly as stated"
    ABOUT = "~", "~ about, nearly, approximately"
    MORE = ">", "> more than"
    AT_LEAST = ">=", ">= at least"
    LESS = "<", "< less than"
    AT_MOST = "<=", "<= at most, up to"


class Status(models.TextChoices):
    ACTUAL = "actual", "actual: measured or done"
    ESTIMATED = "estimated", "estimated"
    PRELIMINARY = "preliminary", "preliminary"
    PLANNED = "planned", "planned"
    TARGET = "target", "target: aimed at"
    DESIGN = "design", "design: what a plant is built for"
    PROPOSED = "proposed", "proposed: discussed, not decided"
    FORECAST = "forecast", "forecast"


class Availability(models.TextChoices):
    REPORTED = "reported", "reported: the source gives a number"
    WITHHELD = "withheld", "withheld: known to the source, but not disclosed"
    NOT_AVAILABLE = "not_available", "not_available: the source speaks of it without a number"
    NIL = "nil", "nil: the source says that there is none"
    UNKNOWN = "unknown", "unknown: the source says that it is not known"


_COME_ABOUT: dict[str, bool] = {
    Status.ACTUAL: True,
    Status.PLANNED: False,
    Status.TARGET: False,
    Status.PROPOSED: False,
    Status.FORECAST: False,
}
"""Whether a number of this status is of what is or was. What a plant is built for may be either."""


def significant_digits(number: Decimal) -> int:
    return len(number.normalize().as_tuple().digits)


def last_place(number: Decimal) -> int:
    """The power of ten of the last digit that is not zero."""
    return int(number.normalize().as_tuple().exponent)


def is_kept_exactly(number: Decimal) -> bool:
    """Whether a column has all the places of a number, before the point and after it."""
    return number.adjusted() < COLUMN_DIGITS - COLUMN_PLACES and last_place(number) >= -COLUMN_PLACES


def decimal_field(help_text: str, **options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        max_digits=COLUMN_DIGITS,
        decimal_places=COLUMN_PLACES,
        null=True,
        blank=True,
        help_text=help_text,
        **options,
    )


def indexed_by_value(kind: str) -> list[models.Index]:
    """For lists of one mineral, country or unit in the order of their values."""
    names = ("mineral", "country", "base_unit")
    return [models.Index(fields=[name, "base_value"], name=f"{kind}_by_{name}") for name in names]


class Quantified(models.Model):
    """Adds a quantity to a fact. Whatever the source does not give is null; uncertainty is never invented."""

    verbatim = models.CharField(
        max_length=255, blank=True, help_text="The figure in the source's own words; null where these were not kept."
    )
    comparator = models.CharField(
        max_length=2,
        blank=True,
        choices=Comparator.choices,
        help_text="How the number bounds the truth: = ~ > >= < <=; null where there is no number.",
    )
    value = decimal_field("The number as stated, in `unit`; null for a range or where there is none.")
    low = decimal_field("Lower bound of a stated range, in `unit`.")
    high = decimal_field("Upper bound of a stated range, in `unit`.")
    unit = models.CharField(
        max_length=16, blank=True, help_text="Unit of value, low and high, a word of the vocabulary unit, such as Mt."
    )
    status = models.CharField(
        max_length=16,
        blank=True,
        choices=Status.choices,
        help_text="Whether the number is actual, estimated, preliminary, planned, a target…; null if unstated.",
    )
    availability = models.CharField(
        max_length=16,
        blank=True,
        choices=Availability.choices,
        help_text="Whether the source gives a number: reported, withheld, not_available, nil or unknown.",
    )
    base_value = decimal_field(
        "The value in the base unit; the middle is never taken of a range, so null there.", editable=False
    )
    base_low = decimal_field("Lower bound in the base unit.", editable=False)
    base_high = decimal_field("Upper bound in the base unit.", editable=False)
    base_unit = models.CharField(
        max_length=16,
        blank=True,
        editable=False,
        help_text="Base unit of the dimension: t, t/a, m3, persons, count, percent, g/t, or the currency itself.",
    )

    quantity_required = True
    converted: ClassVar[None] = None
    """The same in a unit that a request asks for: what is stored holds none."""
    terms: ClassVar[tuple[str, ...]] = ("basis", "status")
    """The fields that say on what terms a figure holds. Two that differ forbid comparing; one left unstated does not."""
    compared_by: ClassVar[str] = ""
    """The field that says what is measured, where claims about a mineral in a place are compared by it."""

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="%(class)s_range_in_order",
                violation_error_message="The lower bound must not exceed the upper one.",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True, low__isnull=True, high__isnull=True)
                | (~Q(unit="") & ~Q(comparator="") & Q(availability__in=[Availability.REPORTED, Availability.NIL])),
                name="%(class)s_number_has_unit_and_comparator",
                violation_error_message="A number needs its unit, its comparator and the availability reported or nil.",
            ),
            models.CheckConstraint(
                condition=~Q(availability=Availability.REPORTED)
                | Q(value__isnull=False)
                | Q(low__isnull=False)
                | Q(high__isnull=False),
                name="%(class)s_reported_means_a_number",
                violation_error_message="Reported means a number: give value, low or high.",
            ),
            models.CheckConstraint(
                condition=~Q(availability=Availability.NIL) | Q(value__isnull=False, value=0),
                name="%(class)s_nil_means_zero",
                violation_error_message="Nil means that the source says zero: the value is 0.",
            ),
        ]

    def clean(self) -> None:
        super().clean()
        errors: dict[str, str] = {}
        if self.unit and self.unit not in UNITS:
            errors["unit"] = f"“{self.unit}” is not a unit that is known.{did_you_mean(self.unit, UNITS)}"
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and significant_digits(number) > MAX_DIGITS:
                errors[name] = f"More than {MAX_DIGITS} significant digits can't be kept exactly."
            elif number is not None and self.unit in UNITS and not is_kept_exactly(to_base(number, self.unit)):
                errors[name] = f"In {UNITS[self.unit].base}, the number is too large or too small to be kept exactly."
        if not self.availability and (self.quantity_required or self.has_number or self.verbatim):
            errors["availability"] = "Say whether the source gives a number: reported, not_available, nil …"
        if errors:
            raise ValidationError(errors)

    @property
    def has_number(self) -> bool:
        return any(number is not None for number in (self.value, self.low, self.high))

    def derive(self) -> None:
        """Find the numbers in the base unit: of one from a column, without the zeros that the column fills it up with."""
        super().derive()  # type: ignore[misc]
        unit = UNITS.get(self.unit)
        self.base_unit = unit.base if unit else ""
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            base = to_base(number, self.unit).normalize() if unit and number is not None else None
            setattr(self, f"base_{name}", base)

    @property
    def is_share(self) -> bool:
        return self.base_unit == UNITS["percent"].base

    @property
    def dimension(self) -> str:
        """What its unit measures, as far as figures of its kind differ in it."""
        return self.base_unit

    def place(self) -> tuple[Any, ...]:
        """Whose figure it is, among those of its circle."""
        return ()

    def measured(self) -> tuple[Any, ...]:
        """What of it is measured, besides its basis, time and unit."""
        return ()

    def has_come_about(self) -> bool | None:
        return _COME_ABOUT.get(self.status)

    def compares_with(self, other: Quantified) -> bool:
        """Figures compare in one dimension, and where their terms are the same or one leaves them unstated."""
        stated = ((getattr(self, name, ""), getattr(other, name, "")) for name in self.terms)
        return (
            self.has_number
            and other.has_number
            and self.base_unit == other.base_unit
            and all(mine == theirs or not mine or not theirs for mine, theirs in stated)
        )

    def contradicts(self, other: Quantified) -> bool:
        """Whether no number fits both claims, each widened by the stated rounding of the coarser one."""
        slack = max(self._rounding(), other._rounding())
        (low, high), (other_low, other_high) = self.interval(), other.interval()
        return low > other_high + slack or other_low > high + slack

    def interval(self) -> tuple[Decimal, Decimal]:
        """The least and the most that the number, in the base unit, lets the truth be."""
        lowest, highest = Decimal("-Infinity"), Decimal("Infinity")
        if self.base_value is None:
            return (
                lowest if self.base_low is None else self.base_low,
                highest if self.base_high is None else self.base_high,
            )
        if self.comparator in (Comparator.MORE, Comparator.AT_LEAST):
            return self.base_value, highest
        if self.comparator in (Comparator.LESS, Comparator.AT_MOST):
            return lowest, self.base_value
        return self.base_value, self.base_value

    def _rounding(self) -> Decimal:
        """One in the last digit that is stated, in the base unit; of an approximate number, zeros at the end state none."""
        numbers = [number for number in (self.value, self.low, self.high) if number]
        exponents = [last_place(number) for number in numbers]
        if self.comparator != Comparator.ABOUT:
            exponents = [min(exponent, 0) for exponent in exponents]
        return max((to_base(Decimal(10) ** exponent, self.unit) for exponent in exponents), default=Decimal(0))


class Ranked(models.Model):
    """Adds the place in the world that the source claims for the country."""

    world_rank_verbatim = models.CharField(
        max_length=100, blank=True, help_text="The claimed place in the world in the source's own words."
    )
    world_rank_comparator = models.CharField(
        max_length=2,
        blank=True,
        choices=Comparator.choices,
        help_text="How the claimed place bounds the truth: = for seventh, <= for in the top 20.",
    )
    world_rank_value = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The claimed place, 1 for the largest; null if no number is given."
    )

    class Meta:
        abstract = True


vocabularies.add("unit", {unit.code: unit.definition for unit in UNITS.values()})
vocabularies.add("comparator", {code: label.removeprefix(f"{code} ") for code, label in Comparator.choices})
vocabularies.add_choices("status", Status.choices)
vocabularies.add_choices("availability", Availability.choices)
