"""How minerals, countries, lists and the facts about them are written as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

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
from minerals.quantities import Comparator
from sources.registry import register_serializer
from sources.serializers import (
    WITH_FACTS,
    Branches,
    EntitySerializer,
    ExactNumberField,
    FactSerializer,
    NullableModelSerializer,
    WithFacts,
    fact_fields,
)


class MineralBriefSerializer(NullableModelSerializer):
    """A mineral, in brief."""

    identity = ("slug",)

    class Meta:
        model = Mineral
        fields = ["slug", "name", "symbol"]


class CountryBriefSerializer(NullableModelSerializer):
    """A country, territory, bloc or group, in brief."""

    identity = ("iso3", "slug")

    class Meta:
        model = Country
        fields = ["slug", "iso3", "name"]


class ListBriefSerializer(NullableModelSerializer):
    """A designation list, in brief."""

    identity = ("slug",)
    jurisdiction = CountryBriefSerializer(help_text="Where the list applies.")

    class Meta:
        model = DesignationList
        fields = ["slug", "name", "authority", "jurisdiction", "edition", "published", "status", "complete"]


class QuantitySerializer(NullableModelSerializer):
    """A number as its source stated it, and the same in a base unit."""

    is_unprefixed = True

    class Meta:
        model = Reserve
        fields = [
            "verbatim",
            "comparator",
            "value",
            "low",
            "high",
            "unit",
            "status",
            "availability",
            "base_value",
            "base_low",
            "base_high",
            "base_unit",
        ]


class ShareField(serializers.Field[Any, Any, Any, Any]):
    """The quantity of a kind of fact that need not have one: null where the source gives none."""

    def branches(self) -> Branches:
        return {"": (QuantitySerializer,)}

    def __init__(self, **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, fact: Any) -> dict[str, Any] | None:
        return QuantitySerializer(fact).data if fact.availability else None


extend_schema_field(QuantitySerializer(allow_null=True))(ShareField)


class ClaimedRankSerializer(serializers.Serializer[Any]):
    """A place among all that the source claims."""

    verbatim = serializers.CharField(allow_null=True, help_text="The claimed place in the source's own words.")
    comparator = serializers.ChoiceField(
        choices=Comparator.choices,
        allow_null=True,
        help_text="How the number bounds the place: = for seventh, <= for in the top 20.",
    )
    value = serializers.IntegerField(
        allow_null=True, help_text="The claimed place, 1 for the largest; null if no number is given."
    )


class ClaimedRankField(serializers.Field[Any, Any, Any, Any]):
    """The three columns of a claimed place as one object, null where the source claims none."""

    def branches(self) -> Branches:
        return {"": (ClaimedRankSerializer,)}

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, fact: Any) -> dict[str, Any] | None:
        columns = ("verbatim", "comparator", "value")
        claimed = {name: getattr(fact, f"{self.prefix}_{name}") or None for name in columns}
        return claimed if any(claimed.values()) else None


extend_schema_field(ClaimedRankSerializer(allow_null=True))(ClaimedRankField)


class GradeSerializer(serializers.Serializer[Any]):
    """The grade of what is held."""

    verbatim = serializers.CharField(allow_null=True, help_text="The grade in the source's own words.")
    value = ExactNumberField(allow_null=True, help_text="The grade as stated, in `unit`.")
    unit = serializers.CharField(allow_null=True, help_text="Unit of the grade: percent or g/t.")


class GradeField(serializers.Field[Any, Any, Any, Any]):
    """The three columns of a grade as one object, null where the source gives none."""

    def branches(self) -> Branches:
        return {"": (GradeSerializer,)}

    def __init__(self, **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, reserve: Reserve) -> dict[str, Any] | None:
        grade = {
            "verbatim": reserve.grade_verbatim or None,
            "value": reserve.grade_value,
            "unit": reserve.grade_unit or None,
        }
        return GradeSerializer(grade).data if any(v is not None for v in grade.values()) else None


extend_schema_field(GradeSerializer(allow_null=True))(GradeField)

QUANTITY = "The number as its source stated it, and the same in a base unit."
MINERAL = "The mineral; null where the source names none."
COUNTRY = "The country; null where the scope is not one."


class DesignationBriefSerializer(FactSerializer):
    """A list on which a mineral stands, and as what."""

    column_names = {
        **dict.fromkeys(f"list_{name}" for name in ("name", "authority", "edition", "published", "status", "complete")),
        **dict.fromkeys(("list_jurisdiction", "list_jurisdiction_name", "url", "form")),
        "key": "designations",
        "list": "lists",
        "tier": "tiers",
        "name_on_list": "names_on_lists",
    }
    list = ListBriefSerializer(help_text="The list that it stands on.")

    class Meta(FactSerializer.Meta):
        model = Designation
        fields = ["key", "url", "list", "tier", "name_on_list", "form"]


@register_serializer
class MineralSerializer(EntitySerializer):
    """An element, mineral, group or material."""

    from_facts = ("designations", "groups")

    designations = DesignationBriefSerializer(
        many=True,
        help_text="The lists on which it stands, by edition, each with the designation that says so. A list that is "
        "not here may still cover it: absence from a list that is not `complete` proves nothing, and a list may name "
        "one of its `groups` or its members instead.",
    )
    groups = MineralBriefSerializer(
        many=True, help_text="The groups that it belongs to; their own `designations` may cover it as well."
    )

    class Meta(EntitySerializer.Meta):
        model = Mineral
        fields = [*EntitySerializer.Meta.fields, "symbol", "type", "groups", "designations"]


class MineralDetailSerializer(WithFacts, MineralSerializer):
    """A mineral with all facts that name it."""

    class Meta(MineralSerializer.Meta):
        fields = [*MineralSerializer.Meta.fields, *WITH_FACTS]


@register_serializer
class CountrySerializer(EntitySerializer):
    """A country, territory, bloc or group of countries."""

    class Meta(EntitySerializer.Meta):
        model = Country
        fields = [*EntitySerializer.Meta.fields, "iso2", "iso3", "type"]


class CountryDetailSerializer(WithFacts, CountrySerializer):
    """A country with all facts that name it."""

    class Meta(CountrySerializer.Meta):
        fields = [*CountrySerializer.Meta.fields, *WITH_FACTS]


@register_serializer
class ListSerializer(EntitySerializer):
    """One edition of an authority's list of critical or strategic minerals."""

    jurisdiction = CountryBriefSerializer(help_text="Where the list applies.")
    supersedes: serializers.SlugRelatedField[DesignationList] = serializers.SlugRelatedField(
        slug_field="slug",
        read_only=True,
        allow_null=True,
        help_text="Slug of the earlier edition that this one replaces.",
    )
    names_held = serializers.IntegerField(
        help_text="How many of its names are held here, to be compared with `official_count`."
    )

    class Meta(EntitySerializer.Meta):
        model = DesignationList
        fields = [
            *EntitySerializer.Meta.fields,
            "authority",
            "jurisdiction",
            "edition",
            "published",
            "status",
            "complete",
            "official_count",
            "names_held",
            "supersedes",
        ]


class ListDetailSerializer(WithFacts, ListSerializer):
    """A designation list with all facts that name it."""

    class Meta(ListSerializer.Meta):
        fields = [*ListSerializer.Meta.fields, *WITH_FACTS]


@register_serializer
class ReserveSerializer(FactSerializer):
    """How much of a mineral a country or the world holds."""

    mineral = MineralBriefSerializer(help_text="The mineral held.")
    country = CountryBriefSerializer(allow_null=True, help_text=COUNTRY)
    quantity = QuantitySerializer(source="*", help_text=QUANTITY)
    grade = GradeField(help_text="The grade of what is held, null if not given.")
    world_rank = ClaimedRankField("world_rank", help_text="The place in the world that the source claims, or null.")

    class Meta(FactSerializer.Meta):
        model = Reserve
        fields = fact_fields(
            "mineral",
            "scope",
            "country",
            "category",
            "reporting_code",
            "reporting_class",
            "basis",
            "quantity",
            "grade",
            "world_rank",
        )


@register_serializer
class ProductionSerializer(FactSerializer):
    """How much a country or the world makes, could make or consumes in a year."""

    mineral = MineralBriefSerializer(allow_null=True, help_text=MINERAL)
    country = CountryBriefSerializer(allow_null=True, help_text=COUNTRY)
    quantity = QuantitySerializer(source="*", help_text=QUANTITY)
    world_rank = ClaimedRankField("world_rank", help_text="The place in the world that the source claims, or null.")

    class Meta(FactSerializer.Meta):
        model = Production
        fields = fact_fields(
            "mineral", "scope", "country", "stage", "form", "measure", "basis", "quantity", "world_rank"
        )


@register_serializer
class TradeSerializer(FactSerializer):
    """What a country sells to or buys from another, a bloc or the world."""

    country = CountryBriefSerializer(help_text="The country that imports or exports.")
    counterpart = CountryBriefSerializer(
        allow_null=True, help_text="The country or bloc on the other side; null for the world."
    )
    mineral = MineralBriefSerializer(allow_null=True, help_text=MINERAL)
    quantity = QuantitySerializer(source="*", help_text=QUANTITY)
    counterpart_rank = ClaimedRankField(
        "counterpart_rank", help_text="The counterpart's place among all buyers or sellers that is claimed, or null."
    )

    class Meta(FactSerializer.Meta):
        model = Trade
        fields = fact_fields(
            "flow",
            "country",
            "counterpart_scope",
            "counterpart",
            "counterpart_rank",
            "mineral",
            "form",
            "measure",
            "basis",
            "quantity",
        )


@register_serializer
class DesignationSerializer(FactSerializer):
    """A mineral stands on an authority's list."""

    list = ListBriefSerializer(help_text="The list that it stands on.")
    mineral = MineralBriefSerializer(help_text="The mineral listed.")

    class Meta(FactSerializer.Meta):
        model = Designation
        fields = fact_fields("list", "mineral", "tier", "name_on_list", "form")


@register_serializer
class MembershipSerializer(FactSerializer):
    """A mineral belongs to a group of minerals."""

    group = MineralBriefSerializer(help_text="The group.")
    member = MineralBriefSerializer(help_text="The member.")

    class Meta(FactSerializer.Meta):
        model = Membership
        fields = fact_fields("group", "member")


@register_serializer
class UseSerializer(FactSerializer):
    """What a mineral, in a form, is used for."""

    mineral = MineralBriefSerializer(allow_null=True, help_text=MINERAL)

    class Meta(FactSerializer.Meta):
        model = Use
        fields = fact_fields("mineral", "form", "end_use")
