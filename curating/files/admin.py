"""Adds export and import to the list of a kind: each act has an address of its own, and asks who may do it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from curating.files.exporting import CSV, FORMS, XLSX, Form, exported
from curating.files.importing import Importing
from curating.files.layout import Layout, layout_of
from curating.files.sheets import MOST_ROWS
from curating.files.workbooks import LongCellError


class FilesAdmin(admin.ModelAdmin):
    """Exports the rows of a list, and imports files of the same columns after a preview."""

    change_list_template = "curating/files/change_list.html"

    @property
    def layout(self) -> Layout:
        model: type[Model] = self.model
        return layout_of(model)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        exports = [
            path(f"export/{form.name}/", view(self.export_view), {"form": form}, name=self._file_url(form.name))
            for form in FORMS
        ]
        imports = [
            path("import/", view(self.import_view), name=self._file_url("import")),
            path("import/blank/", view(self.blank_view), name=self._file_url("blank")),
            path("import/<uuid:pk>/", view(self.import_preview_view), name=self._file_url("preview")),
        ]
        return [*exports, *imports, *super().get_urls()]

    def _file_url(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{FILE_URLS.get(name, name)}"

    def file_address(self, name: str, *args: Any) -> str:
        """Address of the list, or of one of the pages of its files."""
        return reverse(f"admin:{self._file_url(name)}", args=args)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        asked = f"?{query}" if (query := request.GET.urlencode()) else ""
        tools = {
            "exports": [(form.name.upper(), f"{self.file_address(form.name)}{asked}") for form in FORMS],
            "import_at": self.file_address("import") if self.has_import_permission(request) else "",
        }
        return super().changelist_view(request, {**tools, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET and self.has_view_permission(request):
            for act, form in ((FilesAdmin.export_selected_csv, CSV), (FilesAdmin.export_selected_xlsx, XLSX)):
                name = f"export_{form.name}"
                actions[name] = (act, name, f"Export selected as {form.name.upper()}")
        return actions

    def export_selected_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._exported(request, queryset, CSV)

    def export_selected_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._exported(request, queryset, XLSX)

    def export_view(self, request: HttpRequest, form: Form) -> HttpResponse:
        """All rows of the list as it is filtered and searched by the same query."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            self.message_user(request, "The list has no such filter, so nothing was exported.", messages.ERROR)
            return redirect(self.file_address("changelist"))
        return self._exported(request, listed, form)

    def _exported(self, request: HttpRequest, listed: QuerySet[Any], form: Form) -> HttpResponse:
        ids = list(listed.values_list("pk", flat=True)[: MOST_ROWS + 1])
        refused = f"The list has more than {MOST_ROWS:,} rows, which is as many as a file may have. Filter it first."
        if len(ids) <= MOST_ROWS:
            try:
                return self._as_file(exported(self.layout, ids, form), form)
            except LongCellError:
                refused = "A text of the list is too long for a cell of a workbook. Export it as CSV."
        self.message_user(request, refused, messages.ERROR)
        return redirect(self.file_address("changelist"))

    def _as_file(self, content: bytes, form: Form) -> HttpResponse:
        name = f"{self.layout.table.name}.{form.name}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=form.media_type, headers=headers)

    def blank_view(self, request: HttpRequest) -> HttpResponse:
        """A workbook with the names of the columns and what they mean, to be filled in."""
        self._ask_for_import(request)
        return self._as_file(exported(self.layout, [], XLSX), XLSX)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        self._ask_for_import(request)
        return Importing(self, request).choose()

    def import_preview_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self._ask_for_import(request)
        return Importing(self, request).look_through(pk)

    def _ask_for_import(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied


FILE_URLS = {
    "csv": "export_csv",
    "xlsx": "export_xlsx",
    "blank": "import_blank",
    "preview": "import_preview",
}
"""The names that addresses have, where they are not those of the pages: others may have a preview as well."""
