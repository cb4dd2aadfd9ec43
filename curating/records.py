"""The admin pages of sources, entities and terms."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest

from curating.editing import PreviewedEdits
from curating.entry.naming import EntityForm, ShownEntityForm
from curating.files.admin import FilesAdmin
from curating.forms import ShownRecordForm
from curating.moving import MovableAdmin
from curating.shared import Fieldsets, column, entered_fields, filter_on
from sources.models import Document, Record

REVISION_MESSAGE = "revision_message"


class ShownFilter(admin.SimpleListFilter):
    """Whether the published dataset shows a thing."""

    title = "in the dataset"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "shown"), ("no", "not yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_shown=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class RecordAdmin(FilesAdmin, PreviewedEdits):
    """Sources, entities and terms. To change one that the dataset shows is a revision; none of those is deleted."""

    shown_form: ClassVar[type[ShownRecordForm]] = ShownRecordForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        first, *others = (OuterRef(name) for name in self.model.identity)
        key = Concat(first, *(part for other in others for part in (Value(":"), other))) if others else first
        standing = Document.objects.standing().filter(kind=self.model.document_kind, key=key)
        return super().get_queryset(request).annotate(is_shown=Exists(standing))

    @admin.display(description="shown", boolean=True, ordering="is_shown")
    def shown(self, record: Record) -> bool:
        return record.is_shown  # type: ignore[attr-defined]

    def _shows(self, record: Record | None) -> bool:
        """Whether the dataset shows a record now."""
        if record is None or record.pk is None:
            return False
        standing = Document.objects.standing()
        return standing.filter(kind=record.document_kind, key=record.document_key).exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (not self._shows(obj) or self.has_publish_permission(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self._shows(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.model.identity if self._shows(obj) else ()

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        if self._asks_why(request, obj):
            kwargs["form"] = self.shown_form
        return super().get_form(request, obj, *args, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Fieldsets:
        fieldsets = list(super().get_fieldsets(request, obj))
        return [*fieldsets, *([("Revision", {"fields": [REVISION_MESSAGE]})] if self._asks_why(request, obj) else [])]

    def _asks_why(self, request: HttpRequest, record: Any) -> bool:
        return self._shows(record) and self.has_change_permission(request, record)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 (Django's)
        super().save_model(request, obj, form, change)
        message = form.cleaned_data.get(REVISION_MESSAGE)
        if message and set(form.changed_data) - {REVISION_MESSAGE}:
            revision = self.publish_edit(request, obj, message)
            self.message_user(request, f"Published in revision {revision.number}.", messages.SUCCESS)


class EntityAdmin(MovableAdmin, RecordAdmin):
    """One kind of entity."""

    form = EntityForm
    shown_form = ShownEntityForm
    change_form_template = "curating/record.html"
    columns: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[tuple[str, ...]] = ()
    search_fields: ClassVar[tuple[str, ...]] = ("slug", "name", "aliases")
    ordering = ("slug",)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        names = ("name", "slug", *self.columns, "aliases", "shown")
        return tuple(column(self.model, name) for name in names)

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*(filter_on(self.model, name) for name in self.filters), ShownFilter)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "slug", "aliases", *entered_fields(self.model))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}
