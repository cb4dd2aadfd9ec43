"""The admin page of sources: entered first, from a pasted record if there is one, then cited by facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from curating.care.sources import SourceCare
from curating.entry.duplicates import twins
from curating.entry.facts import cited_from, kinds_to_add, original_named, other_way, quotes
from curating.entry.records.pasted import records_in
from curating.entry.records.record import Record, RecordError, fields_of, remarks_on
from curating.entry.sourcing import ShownSourceForm, SourceForm, links_to
from curating.forms import ShownRecordForm
from curating.moving import MovableAdmin
from curating.records import RecordAdmin, ShownFilter
from curating.shared import is_id, page_of
from sources.models import Fact, Source, Term

FACTS_LISTED = 50
"""Facts that the page of a source names; it links to the list of all."""
LABELS = {"url": "URL", "archived_url": "Archived URL", "doi": "DOI"}
RECORDS_OFFERED = 20
"""Records of one text that are offered to choose from."""


@admin.register(Source)
class SourceAdmin(SourceCare, MovableAdmin, RecordAdmin):
    form = SourceForm
    shown_form: ClassVar[type[ShownRecordForm]] = ShownSourceForm
    change_form_template = "curating/source.html"
    list_display = ("key", "publisher", "title", "kind", "published", "cited", "shown")
    list_filter = ("kind", ShownFilter, "licence")
    search_fields = ("key", "publisher", "title", "authors", "series", "doi", "url")
    search_help_text = "Words of the key, publisher, title, authors, series or address."
    ordering = ("key",)
    autocomplete_fields = ("supersedes",)
    fieldsets = (
        (None, {"fields": ("kind", "publisher", "title", "authors", "published", "url", "key")}),
        ("Series", {"fields": ("series", "volume", "issue", "doi")}),
        ("Dates not stated as such", {"fields": ("not_before", "not_after", "data_year"), "classes": ["collapse"]}),
        ("Copies, rights and editions", {"fields": ("archived_url", "licence", "supersedes", "note")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(citation_count=Count("citations"))

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        return super().get_form(request, obj, *args, **{"labels": LABELS} | kwargs)

    @admin.display(description="cited", ordering="citation_count")
    def cited(self, source: Source) -> int:
        return source.citation_count  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        paste = path("paste/", self.admin_site.admin_view(self.paste_view), name="sources_source_paste")
        return [paste, *super().get_urls()]

    def paste_view(self, request: HttpRequest) -> HttpResponse:
        """The form of a new source, filled in from a pasted record. What was typed before stays; nothing is saved."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:sources_source_add")
        typed = {name: request.POST[name] for name in self.get_form(request).base_fields if request.POST.get(name)}
        context: dict[str, Any] = {"record": request.POST.get("record", "")}
        request.pasted = typed  # type: ignore[attr-defined]
        try:
            records = records_in(context["record"])
        except RecordError as error:
            context["record_error"] = str(error)
        else:
            chosen = records[0] if len(records) == 1 else _chosen(records, request.POST.get("which", ""))
            if chosen:
                self._fill_in(request, chosen, typed)
            else:
                context |= {"records": list(enumerate(records[:RECORDS_OFFERED])), "record_count": len(records)}
        # The page is that of a new form: the request brings the record, and no source to be saved.
        request.method = "GET"
        return self.add_view(request, reverse("admin:sources_source_add"), context)

    def _fill_in(self, request: HttpRequest, record: Record, typed: dict[str, str]) -> None:
        words = set(Term.objects.filter(vocabulary=Source.vocabularies["kind"]).values_list("code", flat=True))
        record = replace(record, kinds=tuple(kind for kind in record.kinds if kind in words))
        fields = fields_of(record)
        request.pasted = fields | typed  # type: ignore[attr-defined]
        self.message_user(request, "Filled in from the record. Nothing is saved yet: check it, then save.")
        for remark in remarks_on(record):
            self.message_user(request, remark, messages.WARNING)
        if kept := [name for name, value in typed.items() if fields.get(name, value) != value]:
            self.message_user(request, f"Kept as you had typed it: {', '.join(kept)}.", messages.WARNING)
        if found := twins(fields):
            self.message_user(request, format_html("This may be here already: {}.", links_to(found)), messages.WARNING)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        if not hasattr(request, "pasted"):
            return super().get_changeform_initial_data(request)
        superseded = str(request.pasted.get("supersedes", ""))
        is_known = is_id(superseded) and Source.objects.filter(pk=superseded).exists()
        return request.pasted | {"supersedes": superseded if is_known else ""}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        source = context["original"]
        if source is None:
            context["paste_at"] = f"{reverse('admin:sources_source_paste')}{_popup(request)}"
        elif not context["is_popup"]:
            context |= self._facts_from(request, source)
        return super().render_change_form(request, context, *args, **kwargs)

    def _facts_from(self, request: HttpRequest, source: Source) -> dict[str, Any]:
        """The facts that cite a source, and the kinds that may be added."""
        overview: Any = self.admin_site.get_model_admin(Fact)
        cited = overview.get_queryset(request).filter(pk__in=cited_from(source).values("pk")).order_by("key", "version")
        listed = [(fact, page_of(fact), overview.state(fact)) for fact in cited[: FACTS_LISTED + 1]]
        everything = f"{reverse('admin:sources_fact_changelist')}?{urlencode({'taken_from': source.key})}"
        return {
            "kinds": kinds_to_add(request, self.admin_site, source),
            "quotes": quotes(request),
            "quoted": original_named(request),
            "other_way": other_way(request),
            "facts": listed[:FACTS_LISTED],
            "all_facts": everything if len(listed) > FACTS_LISTED else "",
        }

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A source that was saved is shown, since its facts come next."""
        goes_on = {IS_POPUP_VAR, "_continue", "_addanother"} & request.POST.keys()
        if goes_on or not self.has_view_or_change_permission(request, obj):
            return super().response_add(request, obj, *args, **kwargs)
        self.message_user(request, f"Saved as {obj.key}. Add the facts that it states.", messages.SUCCESS)
        return redirect(f"{reverse('admin:sources_source_change', args=[obj.pk])}#facts")


def _chosen(records: list[Record], which: str) -> Record | None:
    return records[int(which)] if which.isdecimal() and len(which) < 4 and int(which) < len(records) else None


def _popup(request: HttpRequest) -> str:
    return f"?{IS_POPUP_VAR}=1" if IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST else ""
