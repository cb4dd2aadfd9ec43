"""The pages that take a file in: choose it, look at what every row would do, confirm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from curating.files.facts import FactJudge
from curating.files.forms import UploadForm
from curating.files.judging import Judge, Judged, Judgement, Outcome
from curating.files.models import Upload
from curating.files.records import RecordJudge
from curating.files.saving import save
from curating.files.sheets import Sheet
from curating.shared import REFUSALS, reason_of
from sources import ledger

if TYPE_CHECKING:
    from curating.files.admin import FilesAdmin

ROWS_SHOWN, ROWS_BEGUN = 200, 50
"""Rows of one outcome that a page shows where it has that outcome alone, and where it has all."""

GONE = "This file was imported already, set aside, or left for too long. Choose it again."
CHANGED_SINCE = "The data changed after this preview was made, so nothing was written. Look at the rows again."
WRONG_ROWS = "Some rows are wrong, so nothing was written. Mend them in the file, or say that they are to be left out."
SUBMIT_THEM = (
    "Nobody reviews a draft until it is submitted: tick yours below and choose “Submit selected drafts for review”."
)
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


class Importing:
    """One request of a curator who may import into the list of a kind."""

    def __init__(self, pages: FilesAdmin, request: HttpRequest) -> None:
        self.pages, self.request, self.layout = pages, request, pages.layout

    def choose(self) -> HttpResponse:
        """Take a file, and lead to its preview."""
        sent = (self.request.POST, self.request.FILES) if self.request.method == "POST" else ()
        form = UploadForm(self.layout, *sent)
        if form.is_valid():
            Upload.objects.all().forget_old()
            sheet: Sheet = form.cleaned_data["file"]
            user: Any = self.request.user
            upload = Upload.objects.create(by=user, model=self._kind, sheet=sheet.as_json())
            return redirect(self.pages.file_address("preview", upload.pk))
        context = {
            "form": form,
            "columns": [(name, self.layout.meaning_of(name)) for name in self.layout.names()],
            "blank_at": self.pages.file_address("blank"),
        }
        return self._page("import", f"Import {self.pages.opts.verbose_name_plural}", context)

    def look_through(self, pk: UUID) -> HttpResponse:
        """Show what each row would do; by POST do it, if that is still what it would do."""
        user: Any = self.request.user
        waiting = Upload.objects.waiting().filter(pk=pk, by=user, model=self._kind)
        upload = waiting.first()
        if upload is None:
            return self._gone()
        sheet = Sheet.from_json(upload.sheet)
        if self.request.method != "POST":
            return self._preview(upload, sheet, self._judge().judge(sheet))
        if "_discard" in self.request.POST:
            waiting.delete()
            self._say("The file was set aside. Nothing was written.")
            return redirect(self.pages.file_address("import"))
        return self._confirm(upload, sheet, waiting)

    @property
    def _kind(self) -> str:
        return self.pages.opts.label_lower

    def _judge(self, *, hold: bool = False) -> Judge:
        judge = FactJudge if self.layout.holds_facts else RecordJudge
        return judge(self.layout, hold=hold)

    def _say(self, message: str, level: int = messages.INFO) -> None:
        self.pages.message_user(self.request, message, level)

    def _gone(self) -> HttpResponse:
        self._say(GONE, messages.WARNING)
        return redirect(self.pages.file_address("import"))

    def _confirm(self, upload: Upload, sheet: Sheet, waiting: QuerySet[Upload]) -> HttpResponse:
        try:
            with transaction.atomic():
                ledger.one_at_a_time()
                if not waiting.select_for_update().exists():
                    return self._gone()
                judge = self._judge(hold=True)
                judgement = judge.judge(sheet)
                if not (refusal := self._refusal(judgement)):
                    save(judgement, self.layout, judge.known, self.request.user, file=sheet.file)
                    waiting.delete()
        except REFUSALS as error:
            refusal, judgement = reason_of(error), self._judge().judge(sheet)
        if refusal:
            self._say(refusal, messages.ERROR)
            return self._preview(upload, sheet, judgement)
        self._say(self._written(sheet.file, judgement), messages.SUCCESS)
        return redirect(self.pages.file_address("changelist") + ("?state=draft" if self.layout.holds_facts else ""))

    def _refusal(self, judgement: Judgement) -> str:
        if self.request.POST.get("seen") != judgement.digest:
            return CHANGED_SINCE
        if not judgement.to_write:
            return NOTHING_TO_DO
        return WRONG_ROWS if judgement.count(Outcome.WRONG) and "leave_out" not in self.request.POST else ""

    def _written(self, file: str, judgement: Judgement) -> str:
        wrong = judgement.count(Outcome.WRONG)
        what = f"{judgement.count(Outcome.NEW)} new and {judgement.count(Outcome.CHANGED)} changed"
        how = "as drafts" if self.layout.holds_facts else "which enter with what cites them"
        left_out = f" {wrong} wrong left out." if wrong else ""
        then = f" {SUBMIT_THEM}" if self.layout.holds_facts else ""
        return f"Imported {file}: {what}, {how}. {judgement.count(Outcome.SAME)} the same.{left_out}{then}"

    def _preview(self, upload: Upload, sheet: Sheet, judgement: Judgement) -> HttpResponse:
        asked = self.request.GET
        context = {
            "sheet": sheet,
            "rows": len(sheet.lines),
            "counts": [(outcome, judgement.count(outcome)) for outcome in Outcome],
            "sections": list(_sections(judgement, asked.get("only", ""), asked.get("page", "1"))),
            "to_write": len(judgement.to_write),
            "wrong": judgement.count(Outcome.WRONG),
            "seen": judgement.digest,
            "preview_at": self.pages.file_address("preview", upload.pk),
            "import_at": self.pages.file_address("import"),
        }
        return self._page("preview", f"Import {self.pages.opts.verbose_name_plural}: preview", context)

    def _page(self, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
        shared = {
            **self.pages.admin_site.each_context(self.request),
            "opts": self.pages.opts,
            "title": title,
            "list_at": self.pages.file_address("changelist"),
            "holds_facts": self.layout.holds_facts,
        }
        return TemplateResponse(self.request, f"curating/files/{name}.html", shared | context)


def _sections(judgement: Judgement, only: str, page: str) -> Iterator[Section]:
    """The rows by outcome: the first of each, or pages of the one that was asked for."""
    alone = [outcome for outcome in Outcome if outcome == only]
    for outcome in alone or Outcome:
        rows = judgement.that_are(outcome)
        if rows or alone:
            shown = Paginator(rows, ROWS_SHOWN if alone else ROWS_BEGUN).get_page(page if alone else "1")
            yield Section(outcome, MEANINGS[outcome], len(rows), shown)
