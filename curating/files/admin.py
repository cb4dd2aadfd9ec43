"""Adds export and import to the list of a kind: each act has an address of its own, and asks who may do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from curating.files.exporting import CSV, FORMS, XLSX, Form, exported
from curating.files.facts import FactJudge
from curating.files.forms import UploadForm
from curating.files.judging import Judge, Judged, Judgement, Outcome
from curating.files.layout import Layout, layout_of
from curating.files.models import Upload
from curating.files.records import RecordJudge
from curating.files.saving import save
from curating.files.sheets import MOST_ROWS, Sheet
from curating.files.workbooks import LongCellError
from curating.shared import REFUSALS, reason_of
from sources import ledger

ROWS_SHOWN, ROWS_BEGUN = 200, 50
"""Rows of one outcome that a page shows where it has that outcome alone, and where it has all."""

GONE = "This file was imported already, set aside, or left for too long. Choose it again."
CHANGED_SINCE = "The data changed after this preview was made, so nothing was written. Look at the rows again."
WRONG_ROWS = "Some rows are wrong, so nothing was written. Mend them in the file, or say that they are to be left out."
NOTHING_TO_DO = "No row is new or changed, so there is nothing to write."

MEANINGS = {
    Outcome.WRONG: "These can't be imported as they are. Mend them in the file and import it again.",
    Outcome.CHANGED: "These say something else than what stands.",
    Outcome.NEW: "These are not there yet.",
    Outcome.SAME: "These say what stands already. Nothing is written for them.",
}


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one outcome, as far as a page shows them."""

    outcome: Outcome
    meaning: str
    count: int
    page: Page[Judged]
    whole: bool


class FilesAdmin(admin.ModelAdmin):
    """Exports the rows of a list, and imports files of the same columns after a preview."""

    change_list_template = "curating/files/change_list.html"

    @property
    def layout(self) -> Layout:
        return layout_of(self.model)

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
            path("import/<uuid:pk>/", view(self.preview_view), name=self._file_url("preview")),
        ]
        return [*exports, *imports, *super().get_urls()]

    def _file_url(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def file_address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self._file_url(name)}", args=args)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        asked = f"?{query}" if (query := request.GET.urlencode()) else ""
        tools = {
            "exports": [(form.name.upper(), f"{self.file_address(form.name)}{asked}") for form in FORMS],
            "import_at": self.file_address("import") if self.has_import_permission(request) else "",
        }
        return super().changelist_view(request, {**tools, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET or not self.has_view_permission(request):
            return actions
        added = ((FilesAdmin.export_selected_csv, CSV), (FilesAdmin.export_selected_xlsx, XLSX))
        for act, form in added:
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
        if not self.has_import_permission(request):
            raise PermissionDenied
        return self._as_file(exported(self.layout, [], XLSX), XLSX)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and lead to its preview."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(self.layout, *((request.POST, request.FILES) if request.method == "POST" else ()))
        if form.is_valid():
            Upload.objects.all().forget_old()
            sheet: Sheet = form.cleaned_data["file"]
            upload = Upload.objects.create(by=request.user, model=self.opts.label_lower, sheet=sheet.as_json())
            return redirect(self.file_address("preview", upload.pk))
        names = self.layout.names()
        context = {
            **self._context(f"Import {self.opts.verbose_name_plural}"),
            **self.admin_site.each_context(request),
            "form": form,
            "columns": [(name, self.layout.meaning_of(name)) for name in names],
            "holds_facts": self.layout.holds_facts,
            "blank_at": self.file_address("blank"),
        }
        return TemplateResponse(request, "curating/files/import.html", context)

    def _context(self, title: str) -> dict[str, Any]:
        return {"opts": self.opts, "title": title, "list_at": self.file_address("changelist")}

    def preview_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what each row would do; by POST do it, if that is still what it would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        waiting = Upload.objects.waiting().filter(pk=pk, by=request.user, model=self.opts.label_lower)
        upload = waiting.first()
        if upload is None:
            return self._gone(request)
        if request.method != "POST":
            return self._preview(request, upload, self._judge(upload).judge(Sheet.from_json(upload.sheet)))
        if "_discard" in request.POST:
            waiting.delete()
            self.message_user(request, "The file was set aside. Nothing was written.")
            return redirect(self.file_address("import"))
        return self._confirm(request, upload, waiting)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        self.message_user(request, GONE, messages.WARNING)
        return redirect(self.file_address("import"))

    def _judge(self, upload: Upload, *, hold: bool = False) -> Judge:
        kind = FactJudge if self.layout.holds_facts else RecordJudge
        return kind(self.layout, hold=hold)

    def _confirm(self, request: HttpRequest, upload: Upload, waiting: QuerySet[Upload]) -> HttpResponse:
        sheet = Sheet.from_json(upload.sheet)
        try:
            with transaction.atomic():
                ledger.one_at_a_time()
                if not waiting.select_for_update().exists():
                    return self._gone(request)
                judge = self._judge(upload, hold=True)
                judgement = judge.judge(sheet)
                if not (refusal := self._refusal(request, judgement)):
                    save(judgement, self.layout, judge.known, request.user, file=sheet.file)
                    waiting.delete()
        except REFUSALS as error:
            refusal, judgement = reason_of(error), self._judge(upload).judge(sheet)
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return self._preview(request, upload, judgement)
        self.message_user(request, self._done(sheet.file, judgement), messages.SUCCESS)
        return redirect(self.file_address("changelist") + ("?state=draft" if self.layout.holds_facts else ""))

    def _refusal(self, request: HttpRequest, judgement: Judgement) -> str:
        if request.POST.get("seen") != judgement.digest:
            return CHANGED_SINCE
        if not judgement.to_write:
            return NOTHING_TO_DO
        return WRONG_ROWS if judgement.count(Outcome.WRONG) and "leave_out" not in request.POST else ""

    def _done(self, file: str, judgement: Judgement) -> str:
        new, changed, same, wrong = (
            judgement.count(one) for one in (Outcome.NEW, Outcome.CHANGED, Outcome.SAME, Outcome.WRONG)
        )
        left_out = f" {wrong} wrong left out." if wrong else ""
        written = "as drafts, which wait for review" if self.layout.holds_facts else "which enter with what cites them"
        return f"Imported {file}: {new} new and {changed} changed, {written}. {same} the same.{left_out}"

    def _preview(self, request: HttpRequest, upload: Upload, judgement: Judgement) -> HttpResponse:
        sheet = Sheet.from_json(upload.sheet)
        context = {
            **self._context(f"Import {self.opts.verbose_name_plural}: preview"),
            **self.admin_site.each_context(request),
            "sheet": sheet,
            "rows": len(sheet.lines),
            "counts": [(outcome, judgement.count(outcome)) for outcome in Outcome],
            "sections": list(_sections(judgement, request.GET.get("only", ""), request.GET.get("page", "1"))),
            "to_write": len(judgement.to_write),
            "wrong": judgement.count(Outcome.WRONG),
            "seen": judgement.digest,
            "holds_facts": self.layout.holds_facts,
            "preview_at": self.file_address("preview", upload.pk),
            "import_at": self.file_address("import"),
        }
        return TemplateResponse(request, "curating/files/preview.html", context)


def _sections(judgement: Judgement, only: str, page: str) -> Iterator[Section]:
    """The rows by outcome: the first of each, or pages of the one that was asked for."""
    alone = [outcome for outcome in Outcome if outcome == only]
    for outcome in alone or Outcome:
        rows = judgement.that_are(outcome)
        if rows or alone:
            shown = Paginator(rows, ROWS_SHOWN if alone else ROWS_BEGUN).get_page(page if alone else "1")
            whole = len(rows) <= len(shown)
            yield Section(outcome, MEANINGS[outcome], len(rows), shown, whole)
