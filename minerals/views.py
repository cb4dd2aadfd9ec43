"""The endpoints of minerals, countries, lists and the facts about them."""

from minerals import filters, serializers
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
from minerals.summing.counting import Addition
from minerals.summing.views import AddingViewSet
from sources.viewsets import EntityViewSet, FactKindViewSet

BASE = FactKindViewSet.base_ordering
BY_MINERAL = {**BASE, "mineral": "mineral__slug"}
BY_VALUE = {**BY_MINERAL, "country": "country__slug", "value": "base_value"}


class MineralViewSet(EntityViewSet):
    """Minerals: elements, minerals, groups and materials that facts are about."""

    queryset = Mineral.objects.all()
    serializer_class = serializers.MineralSerializer
    detail_serializer_class = serializers.MineralDetailSerializer
    filterset_class = filters.MineralFilterSet


class CountryViewSet(EntityViewSet):
    """Countries, territories, blocs and groups of countries. A detail is found by ISO alpha-3 code or slug."""

    queryset = Country.objects.all()
    serializer_class = serializers.CountrySerializer
    detail_serializer_class = serializers.CountryDetailSerializer
    filterset_class = filters.CountryFilterSet


class ListViewSet(EntityViewSet):
    """Designation lists: each edition of an authority's list of critical or strategic minerals.

    Absence from a list that is not `complete` proves nothing.
    """

    queryset = DesignationList.objects.all()
    serializer_class = serializers.ListSerializer
    detail_serializer_class = serializers.ListDetailSerializer
    filterset_class = filters.ListFilterSet
    ordering_fields = {**EntityViewSet.ordering_fields, "published": "published"}


class ReserveViewSet(AddingViewSet):
    """Reserves: how much of a mineral a country or the world holds.

    Reserves and resources, and figures of different basis, are different things: never add them.
    """

    queryset = Reserve.objects.all()
    serializer_class = serializers.ReserveSerializer
    filterset_class = filters.ReserveFilterSet
    ordering_fields = {**BY_VALUE, "world_rank": "world_rank_value"}
    addition = Addition(
        dimensions=("mineral", "category", "basis", "reporting_code", "reporting_class", "base_unit"),
        areas=("country",),
        scope="scope",
        apart=("reporting_code", "reporting_class"),
    )


class ProductionViewSet(AddingViewSet):
    """Production: how much a country or the world makes, could make or consumes in a year."""

    queryset = Production.objects.all()
    serializer_class = serializers.ProductionSerializer
    filterset_class = filters.ProductionFilterSet
    ordering_fields = {**BY_VALUE, "world_rank": "world_rank_value"}
    addition = Addition(
        dimensions=("mineral", "form", "stage", "measure", "basis", "period", "base_unit"),
        areas=("country",),
        scope="scope",
        apart=("form",),
    )


class TradeViewSet(AddingViewSet):
    """Trade: what a country sells to or buys from another, a bloc or the world."""

    queryset = Trade.objects.all()
    serializer_class = serializers.TradeSerializer
    filterset_class = filters.TradeFilterSet
    ordering_fields = {**BY_VALUE, "counterpart": "counterpart__slug"}
    addition = Addition(
        dimensions=("flow", "mineral", "form", "measure", "basis", "period", "counterpart_scope", "base_unit"),
        areas=("country", "counterpart"),
        apart=("form",),
    )


class DesignationViewSet(FactKindViewSet):
    """Designations: which minerals stand on which authority's list."""

    queryset = Designation.objects.all()
    serializer_class = serializers.DesignationSerializer
    filterset_class = filters.DesignationFilterSet
    ordering_fields = {**BY_MINERAL, "list": "list__slug"}


class MembershipViewSet(FactKindViewSet):
    """Memberships: which minerals belong to which group. A group's total is never added to its members'."""

    queryset = Membership.objects.all()
    serializer_class = serializers.MembershipSerializer
    filterset_class = filters.MembershipFilterSet
    ordering_fields = {**BASE, "group": "group__slug", "member": "member__slug"}


class UseViewSet(FactKindViewSet):
    """Uses: what a mineral, in a form, is used for."""

    queryset = Use.objects.all()
    serializer_class = serializers.UseSerializer
    filterset_class = filters.UseFilterSet
    ordering_fields = BY_MINERAL
