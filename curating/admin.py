"""The admin pages of the ledger. What the pages of all apps are made of is in `curating`."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from curating import people
from curating.acts import PUBLISH, SUBMIT, Act, Acting, acting
from curating.facts import FactColumns, StateFilter
from curating.models import Review, Step
from curating.queue import QueueAdmin, StepAdmin
from curating.records import RecordAdmin, ShownFilter
from curating.shared import CodeFilter, OverviewAdmin, ReadOnlyAdmin, column
from sources.models import Citation, Document, Entity, Fact, Line, Mention, Revision, Source, Term
from sources.registry import fact_models

admin.site.site_header = "Critical Minerals API: the curators' desk"
admin.site.site_title = "Critical Minerals API"
admin.site.index_title = "Sources, entities and facts"
admin.site.index_template = "curating/index.html"
admin.site.register(Review, QueueAdmin)
admin.site.register(Step, StepAdmin)
people.register(admin.site)


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    list_display = ("key", "publisher", "title", "kind", "published", "cited", "shown")
    list_filter = ("kind", ShownFilter, "licence")
    search_fields = ("key", "publisher", "title", "authors", "series", "doi", "url")
    search_help_text = "Words of the key, publisher, title, authors, series or address."
    ordering = ("key",)
    autocomplete_fields = ("supersedes",)
    fieldsets = (
        (None, {"fields": ("key", "kind", "publisher", "title", "authors", "published", "url")}),
        ("Series", {"fields": ("series", "volume", "issue", "doi")}),
        ("Dates not stated as such", {"fields": ("not_before", "not_after", "data_year")}),
        ("Copies, rights and editions", {"fields": ("archived_url", "licence", "supersedes", "note")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(citation_count=Count("citations"))

    @admin.display(description="cited", ordering="citation_count")
    def cited(self, source: Source) -> int:
        return source.citation_count  # type: ignore[attr-defined]


@admin.register(Term)
class TermAdmin(RecordAdmin):
    fields = ("vocabulary", "code", "definition")
    list_display = ("code", "vocabulary", "definition", "shown")
    list_filter = ("vocabulary", ShownFilter)
    search_fields = ("vocabulary", "code", "definition")
    ordering = ("vocabulary", "code")


@admin.register(Entity)
class EntityOverviewAdmin(OverviewAdmin):
    list_display = ("name", "kind", "slug", "aliases")
    list_filter = ("kind",)
    search_fields = ("slug", "name", "aliases")
    ordering = ("kind", "slug")


@admin.register(Fact)
class FactOverviewAdmin(FactColumns, Acting, OverviewAdmin):
    """Facts of all kinds, which can be acted on together by whoever may act on each."""

    list_display = ("key", "kind", "version", "period", "state", column(Fact, "rank"), "sources")
    list_filter = (StateFilter, "kind", ("rank", CodeFilter))
    search_fields = ("key", "note", "mentions__entity__name", "mentions__entity__aliases")

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return self._may_anywhere(request, SUBMIT)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self._may_anywhere(request, PUBLISH)

    def _may_anywhere(self, request: HttpRequest, act: Act) -> bool:
        return any(acting(self.admin_site, kind).may(request, act) for kind in fact_models().values())

    def list_address(self) -> str:
        return reverse("admin:curating_review_changelist")


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("number", "created", "author", "message", "entered")
    list_filter = ("author",)
    search_fields = ("author", "message")
    ordering = ("-number",)
    readonly_fields = ("entered",)

    @admin.display(description="facts that entered")
    def entered(self, revision: Revision) -> str:
        address = reverse("admin:sources_fact_changelist")
        return format_html('<a href="{}?published_in__exact={}">List</a>', address, revision.pk)


@admin.register(Citation)
class CitationAdmin(ReadOnlyAdmin):
    list_display = ("fact", "source", "locator", "via", "via_locator", column(Citation, "support"))
    list_filter = (("support", CodeFilter), "source__kind")
    list_select_related = ("fact", "source", "via")
    search_fields = (
        "fact__key",
        "source__key",
        "source__publisher",
        "source__title",
        "via__key",
        "locator",
        "cited_as",
    )
    ordering = ("fact__key", "fact__version", "position")


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ("key", "kind", "from_revision_id", "to_revision", "disputed", "alternatives", "issues", "best")
    list_filter = ("kind", "disputed", "best")
    search_fields = ("key", "search")
    ordering = ("kind", "key", "from_revision")


@admin.register(Line)
class LineAdmin(ReadOnlyAdmin):
    list_display = ("document", "columns")
    list_filter = ("document__kind",)
    list_select_related = ("document",)
    search_fields = ("document__key",)
    ordering = ("document__kind", "document__key", "document__from_revision")


@admin.register(Mention)
class MentionAdmin(ReadOnlyAdmin):
    list_display = ("entity", "role", "fact")
    list_filter = ("role", "entity__kind")
    list_select_related = ("entity", "fact")
    search_fields = ("entity__slug", "entity__name", "fact__key")
    ordering = ("entity__slug", "fact__key", "role")
