"""How projects, partners and the facts about them are written as JSON."""

from __future__ import annotations

from minerals.serializers import (
    COUNTRY,
    MINERAL,
    QUANTITY,
    CountryBriefSerializer,
    MineralBriefSerializer,
    QuantitySerializer,
    ShareField,
)
from projects.models import (
    Affiliation,
    Assessment,
    Component,
    Event,
    Figure,
    Location,
    Output,
    Participation,
    Partner,
    Party,
    Project,
)
from sources.registry import register_serializer
from sources.serializers import (
    WITH_FACTS,
    EntitySerializer,
    FactSerializer,
    NullableModelSerializer,
    WithFacts,
    fact_fields,
)


class PartnerBriefSerializer(NullableModelSerializer):
    """A partner, in brief."""

    identity = ("slug",)

    class Meta:
        model = Partner
        fields = ["slug", "name"]


class ProjectBriefSerializer(NullableModelSerializer):
    """A project, in brief."""

    identity = ("slug",)

    class Meta:
        model = Project
        fields = ["slug", "name"]


PARTNER = "The partner; null where the claim names none."
PROJECT = "The project; null where the claim is about none."


@register_serializer
class PartnerSerializer(EntitySerializer):
    """A company, government body, bank, organisation or person."""

    class Meta(EntitySerializer.Meta):
        model = Partner
        fields = [*EntitySerializer.Meta.fields, "type"]


class PartnerDetailSerializer(WithFacts, PartnerSerializer):
    """A partner with all facts that name it."""

    class Meta(PartnerSerializer.Meta):
        fields = [*PartnerSerializer.Meta.fields, *WITH_FACTS]


@register_serializer
class ProjectSerializer(EntitySerializer):
    """A mine, plant, deposit or undertaking."""

    class Meta(EntitySerializer.Meta):
        model = Project


class ProjectDetailSerializer(WithFacts, ProjectSerializer):
    """A project with everything known about it."""

    class Meta(ProjectSerializer.Meta):
        fields = [*ProjectSerializer.Meta.fields, *WITH_FACTS]


@register_serializer
class FigureSerializer(FactSerializer):
    """A number about a project, a partner or a country."""

    project = ProjectBriefSerializer(allow_null=True, help_text=PROJECT)
    partner = PartnerBriefSerializer(allow_null=True, help_text=PARTNER)
    country = CountryBriefSerializer(allow_null=True, help_text=COUNTRY)
    mineral = MineralBriefSerializer(allow_null=True, help_text=MINERAL)
    quantity = QuantitySerializer(source="*", help_text=QUANTITY)

    class Meta(FactSerializer.Meta):
        model = Figure
        fields = fact_fields(
            "project",
            "phase",
            "partner",
            "country",
            "measure",
            "mineral",
            "form",
            "basis",
            "reporting_code",
            "reporting_class",
            "quantity",
        )


class PartySerializer(NullableModelSerializer):
    """Someone who took part in an event."""

    partner = PartnerBriefSerializer(allow_null=True, help_text=PARTNER)
    country = CountryBriefSerializer(allow_null=True, help_text="The state, if one.")

    class Meta:
        model = Party
        fields = ["role", "partner", "country", "person", "office"]


@register_serializer
class EventSerializer(FactSerializer):
    """Something that happened or is to happen. Its date is the period."""

    project = ProjectBriefSerializer(allow_null=True, help_text=PROJECT)
    country = CountryBriefSerializer(allow_null=True, help_text="The country that it concerns, if one.")
    parties = PartySerializer(many=True, help_text="Who took part, and in what role.")

    class Meta(FactSerializer.Meta):
        model = Event
        fields = fact_fields("type", "title", "project", "phase", "country", "status", "parties")


@register_serializer
class ParticipationSerializer(FactSerializer):
    """A partner's or a state's role in a project."""

    project = ProjectBriefSerializer(help_text="The project.")
    partner = PartnerBriefSerializer(allow_null=True, help_text="Who takes part; null where a state does.")
    country = CountryBriefSerializer(allow_null=True, help_text="The state that takes part; null where a partner does.")
    share = ShareField(help_text="The share that it holds, null if not known.")

    class Meta(FactSerializer.Meta):
        model = Participation
        fields = fact_fields("project", "partner", "country", "role", "share")


@register_serializer
class OutputSerializer(FactSerializer):
    """What a project makes or takes in."""

    project = ProjectBriefSerializer(help_text="The project.")
    mineral = MineralBriefSerializer(allow_null=True, help_text=MINERAL)

    class Meta(FactSerializer.Meta):
        model = Output
        fields = fact_fields("project", "phase", "mineral", "form", "role", "status")


@register_serializer
class ComponentSerializer(FactSerializer):
    """A part, phase, plant or technology of a project."""

    project = ProjectBriefSerializer(help_text="The project.")

    class Meta(FactSerializer.Meta):
        model = Component
        fields = fact_fields("project", "name", "type", "status")


@register_serializer
class LocationSerializer(FactSerializer):
    """Where a project is."""

    project = ProjectBriefSerializer(help_text="The project.")
    country = CountryBriefSerializer(allow_null=True, help_text="The country, if stated.")

    class Meta(FactSerializer.Meta):
        model = Location
        fields = fact_fields("project", "country", "region", "locality", "latitude", "longitude", "precision")


@register_serializer
class AffiliationSerializer(FactSerializer):
    """Where a partner belongs."""

    partner = PartnerBriefSerializer(help_text="The partner.")
    country = CountryBriefSerializer(allow_null=True, help_text="The country that it belongs to, if one.")
    parent = PartnerBriefSerializer(allow_null=True, help_text="The partner that it belongs to, if one.")
    share = ShareField(help_text="The share that is held, null if not known.")

    class Meta(FactSerializer.Meta):
        model = Affiliation
        fields = fact_fields("partner", "relation", "country", "parent", "share")


@register_serializer
class AssessmentSerializer(FactSerializer):
    """A qualitative claim about a country, partner or project."""

    country = CountryBriefSerializer(allow_null=True, help_text="The country, bloc or group that it is about.")
    partner = PartnerBriefSerializer(allow_null=True, help_text="The partner that it is about.")
    project = ProjectBriefSerializer(allow_null=True, help_text="The project that it is about.")
    counterpart = CountryBriefSerializer(allow_null=True, help_text="The other country that it concerns.")
    mineral = MineralBriefSerializer(allow_null=True, help_text="The mineral that it concerns.")

    class Meta(FactSerializer.Meta):
        model = Assessment
        fields = fact_fields(
            "type", "theme", "scope", "country", "partner", "project", "counterpart", "mineral", "text"
        )
