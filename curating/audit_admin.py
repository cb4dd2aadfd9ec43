"""The page of the audit log, which can only be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join

from curating.audit import ACT
from curating.shared import ReadOnlyAdmin

WORDS = {LogEntry.Action.CREATE: "added", LogEntry.Action.UPDATE: "changed", LogEntry.Action.DELETE: "deleted"}
EVENTS = (
    "signed in",
    "signed out",
    "login failed",
    "locked out",
    "confirmed",
    "code refused",
    "two-factor on",
    "two-factor off",
    "two-factor reset",
    "recovery codes renewed",
)
TITLE = "Audit log"
LISTED = 3
"""Changed fields that the list names; the entry itself has all."""


class DoneFilter(admin.SimpleListFilter):
    """What was done."""

    title = "what was done"
    parameter_name = "done"
    choices_of: ClassVar[dict[str, Q]] = {
        **{word: Q(action=action) for action, word in WORDS.items()},
        **{event: Q(additional_data__event=event) for event in (ACT, *EVENTS)},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, "published, withdrawn and other acts" if word == ACT else word) for word in self.choices_of]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.choices_of.get(self.value() or "", Q()))


class WhoFilter(admin.RelatedOnlyFieldListFilter):
    """Only the people whom the log has."""

    called: ClassVar[str] = "who"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.called


class KindFilter(WhoFilter):
    """Only the kinds of things that the log has."""

    called = "kind"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return sorted(
            (pk, name.rpartition("|")[2].strip()) for pk, name in super().field_choices(field, request, model_admin)
        )


class AuditAdmin(ReadOnlyAdmin):
    """Who did what at the desk, when and from where. Nobody changes or deletes a line of it here."""

    list_display = ("at", "who", "done", "thing", "what", "where")
    list_display_links = ("at",)
    list_filter = (DoneFilter, ("actor", WhoFilter), ("content_type", KindFilter))
    list_select_related = ("content_type", "actor")
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "timestamp"
    search_fields = ("object_repr", "actor__username", "remote_addr")
    search_help_text = "Words of the thing, a name or an address."
    ordering = ("-timestamp", "-pk")
    change_list_template = "curating/audit_list.html"
    change_form_template = "curating/audit_line.html"
    fields = ("at", "who", "where", "done", "kind", "thing", "changed")
    readonly_fields = fields

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": TITLE, "heading": TITLE, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id)
        titles = {"title": self.title_of(entry), "subtitle": None, "log": TITLE} if entry else {}
        return super().change_view(request, object_id, form_url, {**titles, **(extra_context or {})})

    def title_of(self, entry: LogEntry) -> str:
        """Who did what to which thing, and when."""
        about = f"{entry.content_type.name} {entry.object_repr}"
        return f"{self.at(entry)} UTC: {self.who(entry)}, {self.done(entry)}, {about}"

    @admin.display(description="when (UTC)", ordering="timestamp")
    def at(self, entry: LogEntry) -> str:
        return f"{entry.timestamp:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="who", ordering="actor__username")
    def who(self, entry: LogEntry) -> str:
        """The name as it was, also of an account that is gone."""
        return (entry.additional_data or {}).get("by") or "-"

    @admin.display(description="done")
    def done(self, entry: LogEntry) -> str:
        data = entry.additional_data or {}
        event = data.get("event", "")
        if event == ACT:
            return data["said"]
        return " ".join(filter(None, (event, data.get("said", "")))) or WORDS.get(entry.action, "")

    @admin.display(description="from", ordering="remote_addr")
    def where(self, entry: LogEntry) -> str:
        return entry.remote_addr or "-"

    @admin.display(description="kind", ordering="content_type__model")
    def kind(self, entry: LogEntry) -> str:
        return entry.content_type.name

    @admin.display(description="thing", ordering="object_repr")
    def thing(self, entry: LogEntry) -> str:
        return _linked(entry)

    @admin.display(description="fields")
    def what(self, entry: LogEntry) -> str:
        names = [name.replace("_", " ") for name, *_ in _changes(entry)]
        more = len(names) - LISTED
        return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")

    @admin.display(description="what changed")
    def changed(self, entry: LogEntry) -> str:
        rows = format_html_join(
            "", "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>", (map(_shown, row) for row in _changes(entry))
        )
        if not rows:
            return "-"
        head = "<thead><tr><th scope='col'>field</th><th scope='col'>before</th><th scope='col'>after</th></tr></thead>"
        return format_html("<table class='changes'>" + head + "<tbody>{}</tbody></table>", rows)


def _changes(entry: LogEntry) -> Iterator[tuple[str, Any, Any]]:
    """Each field that changed, with what it was and became; what stayed empty is no change."""
    for name, change in sorted(entry.changes_dict.items()):
        if isinstance(change, dict):
            things = ", ".join(change["objects"])
            yield (name, "", things) if change["operation"] == "add" else (name, things, "")
        elif any(value not in (None, "") for value in change):
            yield name, change[0], change[1]


def _shown(value: Any) -> str:
    return "-" if value in (None, "") else str(value)


def _linked(entry: LogEntry) -> str:
    """The thing, with a link to its page while there is one."""
    model = entry.content_type.model_class()
    if model is None or not entry.object_pk or entry.action == LogEntry.Action.DELETE:
        return entry.object_repr
    try:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[entry.object_pk])
    except NoReverseMatch:
        return entry.object_repr
    return format_html('<a href="{}">{}</a>', address, entry.object_repr)
