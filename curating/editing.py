"""Changing what the dataset shows of a source, entity or word: previewed, then published."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from curating.preview import SEEN, Preview, UnseenError, perform, preview_of
from curating.readable import Page
from curating.shared import LedgerAdmin
from sources import ledger
from sources.models import Record, Revision

AGAIN = "_again"
"""The button that leads back from the preview to the form."""
NOT_YET = "Nothing was published yet. Change what you like, then save."
NOT_POSTED_AGAIN = frozenset({"csrfmiddlewaretoken", SEEN, AGAIN})


class UnseenEditError(Exception):
    """An edit would show readers something that was not previewed; it is to be shown first."""

    def __init__(self, preview: Preview, said: str) -> None:
        self.preview, self.said = preview, said
        super().__init__(said)


class PreviewedEdits(LedgerAdmin):
    """Publishes an edit only once its preview was confirmed. What was entered goes along."""

    def publish_edit(self, request: HttpRequest, record: Record, message: str) -> Revision:
        """Publish what was saved of a record as a revision. Raises UnseenEditError where that was not seen."""

        def run() -> Revision:
            return ledger.record([record], author=request.user.get_username(), message=message)

        try:
            return perform(run, request.POST.get(SEEN, ""))
        except UnseenError as unseen:
            raise UnseenEditError(preview_of(run), str(unseen)) from unseen

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if AGAIN in request.POST:
            request.refusal = NOT_YET  # type: ignore[attr-defined]
        try:
            return super().changeform_view(request, *args, **kwargs)
        except UnseenEditError as unseen:
            return self._confirmation(request, unseen)

    def _confirmation(self, request: HttpRequest, unseen: UnseenEditError) -> HttpResponse:
        posted = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Publish a change of {self.opts.verbose_name}",
            "said": unseen.said,
            "page": Page(unseen.preview),
            "posted": [(name, value) for name, value in posted if name not in NOT_POSTED_AGAIN],
            "again": AGAIN,
        }
        return TemplateResponse(request, "curating/edit.html", context)
