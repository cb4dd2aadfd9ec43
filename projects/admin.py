"""The admin pages of partners and projects, and of the facts about them."""

from __future__ import annotations

from django.contrib import admin

from curating.facts import CitationInline, FactAdmin, PartInline
from curating.records import EntityAdmin
from curating.shared import ReadOnlyAdmin
from minerals.admin import QuantifiedAdmin
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


@admin.register(Partner)
class PartnerAdmin(EntityAdmin):
    columns = ("type",)
    filters = ("type",)


@admin.register(Project)
class ProjectAdmin(EntityAdmin):
    pass


@admin.register(Figure)
class FigureAdmin(QuantifiedAdmin):
    key_from = ("project", "partner", "country", "phase", "mineral", "form", "measure")
    columns = ("project", "phase", "partner", "country", "measure", "mineral", "figure")
    filters = ("measure", "basis", "project", "partner", "country", "mineral")
    texts = ("phase", "form")
    details = ("reporting_code", "reporting_class")


class PartyInline(PartInline):
    model = Party
    autocomplete_fields = ("partner", "country")
    fields = ("partner", "country", "person", "office", "role")


@admin.register(Event)
class EventAdmin(FactAdmin):
    key_from = ("project", "country", "type")
    columns = ("title", "type", "project", "country", "status")
    filters = ("type", "status", "project", "country")
    texts = ("title", "phase", "parties__partner__name", "parties__country__name", "parties__person")
    inlines = (PartyInline, CitationInline)


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin):
    list_display = ("event", "partner", "country", "person", "office", "role")
    list_filter = ("role",)
    list_select_related = ("event", "partner", "country")
    search_fields = ("event__key", "event__title", "partner__name", "country__name", "person", "office")
    ordering = ("event__key", "event__version", "position")


@admin.register(Participation)
class ParticipationAdmin(QuantifiedAdmin):
    key_from = ("project", "role", "partner", "country")
    columns = ("project", "partner", "country", "role", "figure")
    filters = ("role", "project", "partner", "country")


@admin.register(Output)
class OutputAdmin(FactAdmin):
    key_from = ("project", "role", "mineral", "form")
    columns = ("project", "phase", "mineral", "form", "role", "status")
    filters = ("role", "status", "project", "mineral")
    texts = ("phase", "form")


@admin.register(Component)
class ComponentAdmin(FactAdmin):
    key_from = ("project", "name")
    columns = ("project", "name", "type", "status")
    filters = ("type", "status", "project")
    texts = ("name",)


@admin.register(Location)
class LocationAdmin(FactAdmin):
    key_from = ("project",)
    columns = ("project", "country", "region", "locality", "precision")
    filters = ("precision", "project", "country")
    texts = ("region", "locality")


@admin.register(Affiliation)
class AffiliationAdmin(QuantifiedAdmin):
    key_from = ("partner", "relation", "country", "parent")
    columns = ("partner", "relation", "country", "parent", "figure")
    filters = ("relation", "country", "parent")


@admin.register(Assessment)
class AssessmentAdmin(FactAdmin):
    key_from = ("country", "partner", "project", "text")
    columns = ("type", "theme", "country", "partner", "project", "text")
    filters = ("type", "theme", "scope", "country", "counterpart", "project", "mineral")
    texts = ("text",)
