"""The endpoints of projects, partners and the facts about them."""

from minerals.conversion import QuantityViewSet
from projects import filters, serializers
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
    Project,
)
from sources.viewsets import EntityViewSet, FactKindViewSet

BASE = FactKindViewSet.base_ordering
BY_PROJECT = {**BASE, "project": "project__slug"}


class PartnerViewSet(EntityViewSet):
    """Partners: companies, governments, banks, organisations and persons that take part in projects."""

    queryset = Partner.objects.all()
    serializer_class = serializers.PartnerSerializer
    detail_serializer_class = serializers.PartnerDetailSerializer
    filterset_class = filters.PartnerFilterSet


class ProjectViewSet(EntityViewSet):
    """Projects: mines, plants, deposits and undertakings, each with everything known about it and who says so."""

    queryset = Project.objects.all()
    serializer_class = serializers.ProjectSerializer
    detail_serializer_class = serializers.ProjectDetailSerializer
    filterset_class = filters.ProjectFilterSet


class FigureViewSet(QuantityViewSet):
    """Figures: numbers about projects, their phases and partners, and about countries where no other kind has them."""

    queryset = Figure.objects.all()
    serializer_class = serializers.FigureSerializer
    filterset_class = filters.FigureFilterSet
    ordering_fields = {**BY_PROJECT, "measure": "measure", "value": "base_value"}


class EventViewSet(FactKindViewSet):
    """Events: agreements, openings, starts, listings, incidents, with their dates and who took part."""

    queryset = Event.objects.all()
    serializer_class = serializers.EventSerializer
    filterset_class = filters.EventFilterSet
    ordering_fields = {**BY_PROJECT, "type": "type"}


class ParticipationViewSet(QuantityViewSet):
    """Participations: a partner's or a state's role in a project, with its share where known."""

    queryset = Participation.objects.all()
    serializer_class = serializers.ParticipationSerializer
    filterset_class = filters.ParticipationFilterSet
    quantity_name = "share"
    ordering_fields = {**BY_PROJECT, "partner": "partner__slug", "value": "base_value"}


class OutputViewSet(FactKindViewSet):
    """Outputs: what a project makes or takes in."""

    queryset = Output.objects.all()
    serializer_class = serializers.OutputSerializer
    filterset_class = filters.OutputFilterSet
    ordering_fields = BY_PROJECT


class ComponentViewSet(FactKindViewSet):
    """Components: parts, phases, plants and technologies of projects."""

    queryset = Component.objects.all()
    serializer_class = serializers.ComponentSerializer
    filterset_class = filters.ComponentFilterSet
    ordering_fields = BY_PROJECT


class LocationViewSet(FactKindViewSet):
    """Locations: where projects are."""

    queryset = Location.objects.all()
    serializer_class = serializers.LocationSerializer
    filterset_class = filters.LocationFilterSet
    ordering_fields = BY_PROJECT


class AffiliationViewSet(QuantityViewSet):
    """Affiliations: where partners belong, and whose they are."""

    queryset = Affiliation.objects.all()
    serializer_class = serializers.AffiliationSerializer
    filterset_class = filters.AffiliationFilterSet
    quantity_name = "share"
    ordering_fields = {**BASE, "partner": "partner__slug", "value": "base_value"}


class AssessmentViewSet(FactKindViewSet):
    """Assessments: benefits, risks, strategies and other qualitative claims, each with who makes it."""

    queryset = Assessment.objects.all()
    serializer_class = serializers.AssessmentSerializer
    filterset_class = filters.AssessmentFilterSet
    ordering_fields = {**BASE, "type": "type", "theme": "theme"}
