"""The filters of minerals, countries, lists and the facts about them."""

from minerals.models import Country, Designation, DesignationList, Membership, Mineral, Reserve, Scope, Trade
from minerals.quantities import Availability, Comparator, Status
from minerals.units import UNITS
from sources.filters import (
    FACT,
    ChoiceFilter,
    EntityFilter,
    KeyFilter,
    SearchFilter,
    StrictFilterSet,
    TextFilter,
    WordFilter,
    YesNoFilter,
    number_filters,
)
from sources.relations import NamedTogetherFilter, ThroughFactsFilter

BASE_UNITS = sorted({unit.base for unit in UNITS.values()})

QUANTITY = {
    **number_filters(
        "value",
        "base_value",
        "The stated value in the base unit, which `base_unit` settles; a range has none",
        whole=False,
    ),
    "stated_unit": ChoiceFilter(
        "unit", "Unit in which the source states it, words of the vocabulary unit.", sorted(UNITS), nullable=True
    ),
    "base_unit": ChoiceFilter("base_unit", "Base unit: t, t/a, percent, a currency…", BASE_UNITS, nullable=True),
    "comparator": ChoiceFilter("comparator", "How the number bounds the truth.", Comparator.values, nullable=True),
    "status": ChoiceFilter("status", "Whether it is actual, estimated, planned…", Status.values, nullable=True),
    "availability": ChoiceFilter(
        "availability", "Whether the source gives a number.", Availability.values, nullable=True
    ),
}
"""The filters of all facts with a quantity."""

ENTITY = {
    "slug": KeyFilter("slug", "Slugs, to fetch several at once."),
    "name": TextFilter("name", "Usual English name, whatever its case."),
    "q": SearchFilter("shown_search", "Words of the name, an alias or a code, each in full or from its beginning."),
}
"""The filters of all entities."""

BASIS = WordFilter("basis", "What the amount is of.", "basis")
MINERAL = EntityFilter("mineral", "Minerals by slug, symbol, name or alias.", "mineral")
COUNTRY = EntityFilter("country", "Countries by ISO code, slug, name or alias.", "country")
SCOPE = ChoiceFilter("scope", "A country, the world or its rest.", Scope.values)
WORLD_RANK = number_filters("world_rank", "world_rank_value", "Claimed place in the world")

FORM = TextFilter("form", "The form, word for word, whatever its case.")


def designated_by(field_name: str) -> ThroughFactsFilter:
    """The filter by the lists on which the mineral that a field names stands."""
    words = (
        "Designation lists by slug, name or alias: only minerals that stand on any of these under a name of their own, "
        "not that of a group. Absence from a list that is not `complete` proves nothing."
    )
    return ThroughFactsFilter(field_name, words, Designation, taken="list", tied="mineral")


OF_MINERALS = {"mineral": MINERAL, "designated_by": designated_by("mineral")}
"""The filters of all facts about one mineral."""


class MineralFilterSet(StrictFilterSet):
    offered = {
        **ENTITY,
        "symbol": TextFilter("symbol", "Chemical symbols."),
        "type": ChoiceFilter("type", "Element, mineral, group or material.", Mineral.Type.values),
        "designated_by": designated_by("entity_ptr"),
        "group": ThroughFactsFilter(
            "entity_ptr",
            "Groups that they belong to, by slug, name or alias.",
            Membership,
            taken="group",
            tied="member",
        ),
        "country": NamedTogetherFilter("Countries that some fact names together with them.", "country"),
    }


class CountryFilterSet(StrictFilterSet):
    offered = {
        **ENTITY,
        "iso2": TextFilter("iso2", "ISO 3166-1 alpha-2 codes."),
        "iso3": TextFilter("iso3", "ISO 3166-1 alpha-3 codes."),
        "type": ChoiceFilter("type", "Country, territory, bloc or group.", Country.Type.values),
        "mineral": NamedTogetherFilter("Minerals that some fact names together with them.", "mineral"),
    }


class ListFilterSet(StrictFilterSet):
    offered = {
        **ENTITY,
        "authority": TextFilter("authority", "The body that issued the list."),
        "jurisdiction": EntityFilter("jurisdiction", "Where the list applies, by code or name.", "country"),
        "edition": TextFilter("edition", "Edition of the list."),
        "published": TextFilter("published", "Date of publication in EDTF exactly as served, or null."),
        "status": ChoiceFilter(
            "status", "In force, superseded or draft.", DesignationList.Status.values, nullable=True
        ),
        "complete": YesNoFilter("complete", "Whether all its names are held here."),
    }


class ReserveFilterSet(StrictFilterSet):
    offered = {
        **OF_MINERALS,
        "country": COUNTRY,
        "scope": SCOPE,
        "category": ChoiceFilter("category", "Reserves or resources.", Reserve.Category.values),
        "reporting_code": TextFilter("reporting_code", "Reporting code, such as JORC, or null."),
        "reporting_class": TextFilter("reporting_class", "Class within the code, or null."),
        "basis": BASIS,
        **WORLD_RANK,
        **QUANTITY,
        **FACT,
    }


class ProductionFilterSet(StrictFilterSet):
    offered = {
        **OF_MINERALS,
        "country": COUNTRY,
        "scope": SCOPE,
        "stage": WordFilter("stage", "Stage of making.", "stage"),
        "form": FORM,
        "measure": WordFilter("measure", "Output, capacity or consumption.", "production-measure", nullable=False),
        "basis": BASIS,
        **WORLD_RANK,
        **QUANTITY,
        **FACT,
    }


class TradeFilterSet(StrictFilterSet):
    offered = {
        "flow": ChoiceFilter("flow", "Import or export.", Trade.Flow.values),
        "country": COUNTRY,
        "counterpart": EntityFilter("counterpart", "The country or bloc on the other side.", "country"),
        "counterpart_scope": ChoiceFilter(
            "counterpart_scope",
            "Whether the other side is a country, a bloc or the world.",
            Trade.CounterpartScope.values,
        ),
        **number_filters("counterpart_rank", "counterpart_rank_value", "Claimed place of the counterpart"),
        **OF_MINERALS,
        "form": FORM,
        "measure": WordFilter("measure", "Value, weight or share.", "trade-measure"),
        "basis": BASIS,
        **QUANTITY,
        **FACT,
    }


class DesignationFilterSet(StrictFilterSet):
    offered = {
        "list": EntityFilter("list", "Designation lists by slug or name.", "list"),
        "jurisdiction": EntityFilter("list__jurisdiction", "Where the list applies, by code or name.", "country"),
        **OF_MINERALS,
        "tier": ChoiceFilter("tier", "Critical or strategic.", Designation.Tier.values),
        "name_on_list": TextFilter("name_on_list", "The name exactly as the list has it."),
        "form": FORM,
        **FACT,
    }


class MembershipFilterSet(StrictFilterSet):
    offered = {
        "group": EntityFilter("group", "Groups by slug, name or alias.", "mineral"),
        "member": EntityFilter("member", "Members by slug, symbol, name or alias.", "mineral"),
        **FACT,
    }


class UseFilterSet(StrictFilterSet):
    offered = {
        **OF_MINERALS,
        "form": FORM,
        "end_use": TextFilter("end_use", "The use, word for word, whatever its case."),
        **FACT,
    }
