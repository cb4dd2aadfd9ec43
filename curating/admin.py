"""The admin pages of the ledger. What the pages of all apps are made of is in `curating`."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from curating import people
from curating.acts import PUBLISH, SUBMIT, Act, Acting, acting
from curating.care.dashboard import may_see_care
from curating.care.filters import CareFilter
from curating.entry.cited import CitesFilter, TakenFromFilter
from curating.facts import FactColumns, StateFilter
from curating.links.admin import ArchiveProposalAdmin, LinkCheckAdmin
from curating.login import accounts
from curating.models import ArchiveProposal, LinkCheck, Review, Step
from curating.places import Place
from curating.queue import QueueAdmin, StepAdmin
from curating.records import RecordAdmin, ShownFilter
from curating.revisions import RevisionAdmin
from curating.shared import CodeFilter, OverviewAdmin, ReadOnlyAdmin, column
from curating.sources import SourceAdmin
from sources.models import Citation, Document, Entity, Fact, Line, Mention, Move, Revision, Term
from sources.registry import fact_models

__all__ = ["SourceAdmin"]

admin.site.index_template = "curating/index.html"
admin.site.places.append(Place("Care", "care", may_see_care))  # type: ignore[attr-defined]
admin.site.register(Review, QueueAdmin)
admin.site.register(Step, StepAdmin)
people.register(admin.site)
accounts.register(admin.site)
admin.site.register(LinkCheck, LinkCheckAdmin)
admin.site.register(ArchiveProposal, ArchiveProposalAdmin)


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
    list_filter = (StateFilter, CareFilter, "kind", ("rank", CodeFilter), TakenFromFilter, CitesFilter)
    search_fields = ("key", "note", "mentions__entity__name", "mentions__entity__aliases")

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return self._may_anywhere(request, SUBMIT)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self._may_anywhere(request, PUBLISH)

    def _may_anywhere(self, request: HttpRequest, act: Act) -> bool:
        return any(acting(self.admin_site, kind).may(request, act) for kind in fact_models().values())

    def list_address(self) -> str:
        return reverse("admin:curating_review_changelist")


admin.site.register(Revision, RevisionAdmin)


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


@admin.register(Move)
class MoveAdmin(ReadOnlyAdmin):
    list_display = ("key", "kind", "moved_to", "merged", "published_in", "reason")
    list_filter = ("kind", "merged")
    list_select_related = ("published_in",)
    search_fields = ("key", "moved_to", "reason")
    ordering = ("-published_in", "kind", "key")
