"""The admin pages of minerals, countries and lists, and of the facts about minerals."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from curating.facts import FactAdmin
from curating.records import EntityAdmin
from curating.shared import Fieldsets, entered_fields, word_field
from minerals.entering import QuantityForm
from minerals.models import (
    Country,
    Designation,
    DesignationList,
    Membership,
    Mineral,
    Production,
    Reserve,
    Trade,
    Use,
)
from minerals.quantities import Quantified, Ranked
from minerals.stated.grades import GRADE_UNITS
from minerals.summing import moving  # noqa: F401  (previews show the totals that it finds)
from minerals.units import UNITS
from sources.plain import plain_text

UNITS_OF_FIELDS = {"unit": tuple(UNITS), "grade_unit": GRADE_UNITS}
RANKED = entered_fields(Ranked)


class QuantifiedAdmin(FactAdmin):
    """Facts that have a number, which is listed as it was stated."""

    form = QuantityForm

    def figure_fieldsets(self) -> Fieldsets:
        number = ["verbatim", ("comparator", "value", "unit"), ("low", "high"), ("status", "availability")]
        return [("Figure", {"fields": number})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        codes = UNITS_OF_FIELDS.get(db_field.name)
        if codes is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return word_field(db_field, [(code, UNITS[code].definition) for code in codes])

    @admin.display(description="figure", empty_value="-")
    def figure(self, fact: Quantified) -> str:
        numbers = [plain_text(number) for number in (fact.low, fact.value, fact.high) if number is not None]
        stated = f"{fact.comparator} {' to '.join(numbers)} {fact.unit}" if numbers else fact.availability
        return fact.verbatim or stated


@admin.register(Mineral)
class MineralAdmin(EntityAdmin):
    columns = ("symbol", "type")
    filters = ("type",)


@admin.register(Country)
class CountryAdmin(EntityAdmin):
    columns = ("iso2", "iso3", "type")
    filters = ("type",)
    search_fields = (*EntityAdmin.search_fields, "iso2", "iso3")


@admin.register(DesignationList)
class DesignationListAdmin(EntityAdmin):
    columns = ("authority", "jurisdiction", "edition", "status", "complete")
    filters = ("status", "complete")
    search_fields = (*EntityAdmin.search_fields, "authority")
    list_select_related = ("jurisdiction",)
    autocomplete_fields = ("jurisdiction", "supersedes")


@admin.register(Reserve)
class ReserveAdmin(QuantifiedAdmin):
    key_from = ("country", "scope", "mineral", "category", "reporting_class", "as_of")
    columns = ("mineral", "scope", "country", "category", "figure")
    filters = ("category", "scope", "basis", "mineral", "country")
    details = ("reporting_code", "reporting_class", "grade_verbatim", "grade_value", "grade_unit", *RANKED)


@admin.register(Production)
class ProductionAdmin(QuantifiedAdmin):
    key_from = ("country", "scope", "mineral", "stage", "form", "measure")
    columns = ("mineral", "form", "scope", "country", "stage", "measure", "figure")
    filters = ("measure", "stage", "scope", "basis", "mineral", "country")
    texts = ("form",)
    details = RANKED


@admin.register(Trade)
class TradeAdmin(QuantifiedAdmin):
    key_from = ("country", "counterpart", "counterpart_scope", "mineral", "form", "flow", "measure")
    columns = ("flow", "country", "counterpart", "mineral", "form", "measure", "figure")
    filters = ("flow", "measure", "country", "counterpart", "mineral")
    texts = ("form",)
    details = ("counterpart_rank_verbatim", "counterpart_rank_comparator", "counterpart_rank_value")


@admin.register(Designation)
class DesignationAdmin(FactAdmin):
    key_from = ("list", "mineral", "form")
    columns = ("list", "mineral", "tier", "name_on_list", "form")
    filters = ("tier", "list", "mineral")
    texts = ("name_on_list", "form")


@admin.register(Membership)
class MembershipAdmin(FactAdmin):
    key_from = ("group", "member")
    columns = ("group", "member")
    filters = ("group",)


@admin.register(Use)
class UseAdmin(FactAdmin):
    key_from = ("mineral", "form", "end_use")
    columns = ("mineral", "form", "end_use")
    filters = ("mineral",)
    texts = ("form", "end_use")
