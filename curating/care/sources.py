"""What the pages of sources tell of their care: how the link stands, copies proposed, the chain of editions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string

from curating.care.editions import chain_of
from curating.care.filters import EditionFilter, LinkFilter
from curating.care.lists import list_of
from curating.links.models import ArchiveProposal, LinkCheck
from sources.models import Fact, Source

CHECKS_SHOWN = 5
CARE = ("link", "archived_copies", "editions")


class SourceCare(admin.ModelAdmin):
    """Adds to the admin of sources what is kept beside them. Nothing of it is entered there."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        current = LinkCheck.objects.current().filter(source=OuterRef("pk"))
        return super().get_queryset(request).annotate(link_outcome=Subquery(current.values("outcome")[:1]))

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*super().get_list_display(request), "link_outcome")

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*super().get_list_filter(request), LinkFilter, EditionFilter)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *CARE)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        care = [("Care", {"fields": CARE})] if obj else []
        return [*super().get_fieldsets(request, obj), *care]

    @admin.display(description="last link check", ordering="link_outcome", empty_value="-")
    def link_outcome(self, source: Source) -> str | None:
        return source.link_outcome  # type: ignore[attr-defined]

    @admin.display(description="link")
    def link(self, source: Source) -> str:
        checks = list(LinkCheck.objects.filter(source=source)[:CHECKS_SHOWN])
        context = {"checks": checks, "all": list_of(LinkCheck, source__key=source.key)}
        return (
            render_to_string("curating/link_checks.html", context) if checks else "Its address was not looked at yet."
        )

    @admin.display(description="archived copies")
    def archived_copies(self, source: Source) -> str:
        proposals = list(ArchiveProposal.objects.filter(source=source).select_related("decided_by"))
        return (
            render_to_string("curating/archived_copies.html", {"proposals": proposals})
            if proposals
            else "None was proposed."
        )

    @admin.display(description="editions")
    def editions(self, source: Source) -> str:
        rows = [
            {
                "edition": edition,
                "is_this": edition.source.pk == source.pk,
                "live": list_of(Fact, cites=edition.source.key, state="live"),
                "resting": list_of(Fact, cites=edition.source.key, care="older_edition"),
            }
            for edition in chain_of(source)
        ]
        return render_to_string("curating/editions.html", {"rows": rows}) if rows else "It is the only one."
