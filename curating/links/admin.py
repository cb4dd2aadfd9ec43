"""The admin pages of link checks, and of archived copies that are proposed: a reviewer accepts or dismisses these."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from curating.links.models import ArchiveProposal, LinkCheck, ProposalState
from curating.shared import REFUSALS, CodeFilter, CuratedFields, ReadOnlyAdmin, column, reason_of
from sources import ledger
from sources.ledger import LedgerError
from sources.models import Document, Source


class LinkCheckAdmin(CuratedFields, ReadOnlyAdmin):
    list_display = ("key", column(LinkCheck, "outcome"), "status", "checked_at", "note")
    list_filter = (("outcome", CodeFilter), "newest", "checked_at")
    list_select_related = ("source",)
    search_fields = ("source__key", "source__publisher", "address", "final_address", "note")
    search_help_text = "Words of the source, of an address or of what was noted."
    ordering = ("-checked_at", "-pk")

    @admin.display(description="source", ordering="source__key")
    def key(self, check: LinkCheck) -> str:
        return check.source.key

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "source__key" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]


class DecisionForm(forms.Form):
    """Why an archived copy becomes a source's, or does not."""

    message = forms.CharField(
        label="What changed and why",
        widget=AdminTextareaWidget({"rows": 5}),
        help_text="To accept it is a revision with this message, if the dataset shows the source.",
    )


class ArchiveProposalAdmin(CuratedFields, ReadOnlyAdmin):
    """Proposals are made by the link checker alone. To accept one changes its source, as one revision."""

    fields = ("source", "published_at", "copy", "taken_at", "last_check", "state", "decided_by", "decided_at", "reason")
    readonly_fields = ("published_at", "copy", "last_check")
    list_display = ("key", column(ArchiveProposal, "state"), "taken_at", "found_at", "decided_by")
    list_filter = (("state", CodeFilter),)
    list_select_related = ("source", "decided_by")
    search_fields = ("source__key", "source__publisher", "source__title", "address")
    search_help_text = "Words of the source or of the copy's address."
    ordering = ("-found_at", "-pk")

    @admin.display(description="source", ordering="source__key")
    def key(self, proposal: ArchiveProposal) -> str:
        return proposal.source.key

    @admin.display(description="archived copy")
    def copy(self, proposal: ArchiveProposal) -> str:
        return format_html('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>', proposal.address)

    @admin.display(description="address of the source")
    def published_at(self, proposal: ArchiveProposal) -> str:
        return format_html('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>', proposal.source.url)

    @admin.display(description="last link check", empty_value="-")
    def last_check(self, proposal: ArchiveProposal) -> str | None:
        check = LinkCheck.objects.current().filter(source=proposal.source).first()
        return None if check is None else f"{check.get_outcome_display()}, on {check.checked_at:%Y-%m-%d}"

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<int:pk>/decide/", self.admin_site.admin_view(self.decide_view), name="curating_archiveproposal_decide"
        )
        return [decide, *super().get_urls()]

    def may_decide(self, request: HttpRequest, source: Source) -> bool:
        """Whether a user may do with a source what accepting does: change it, and publish the change."""
        owner: Any = self.admin_site.get_model_admin(Source)
        return owner.has_change_permission(request, source) and owner.has_publish_permission(request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leads whoever may decide an open proposal to where that is done."""
        proposal = self.get_object(request, object_id)
        if proposal and proposal.is_open and self.may_decide(request, proposal.source):
            return redirect(self._decision_at(proposal))
        return super().change_view(request, object_id, *args, **kwargs)

    def _decision_at(self, proposal: ArchiveProposal) -> str:
        return reverse("admin:curating_archiveproposal_decide", args=[proposal.pk])

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Accept or dismiss a proposal. A refusal leaves all as it was, and keeps what was written."""
        proposal = self.get_object(request, str(pk))
        if proposal is None:
            raise Http404("There is no such proposal.")
        if not self.may_decide(request, proposal.source):
            raise PermissionDenied
        form = DecisionForm(request.POST or None, initial={"message": _usual_message(proposal)})
        if form.is_valid():
            try:
                said = self._decide(request, pk, form.cleaned_data["message"], accept="accept" in request.POST)
            except REFUSALS as refusal:
                form.add_error(None, reason_of(refusal))
            else:
                self.message_user(request, said, messages.SUCCESS)
                return redirect("admin:sources_source_change", proposal.source_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Archived copy proposed",
            "proposal": proposal,
            "check": LinkCheck.objects.current().filter(source=proposal.source).first(),
            "form": form,
        }
        return TemplateResponse(request, "curating/decide.html", context)

    @transaction.atomic
    def _decide(self, request: HttpRequest, pk: int, message: str, *, accept: bool) -> str:
        ledger.one_at_a_time()
        proposal = ArchiveProposal.objects.select_for_update(of=("self",)).select_related("source").get(pk=pk)
        if not proposal.is_open:
            raise LedgerError(f"It was {proposal.state} already.")
        said = self._accept(request, proposal, message) if accept else "Dismissed: it is not proposed again."
        proposal.state = ProposalState.ACCEPTED if accept else ProposalState.DISMISSED
        proposal.decided_by_id, proposal.decided_at, proposal.reason = request.user.pk, timezone.now(), message
        proposal.save()
        self.log_change(request, proposal, said)
        return said

    def _accept(self, request: HttpRequest, proposal: ArchiveProposal, message: str) -> str:
        source = proposal.source
        if source.archived_url:
            raise LedgerError("The source names an archived copy already. Dismiss this one, or change the source.")
        source.archived_url = proposal.address
        Source._meta.get_field("archived_url").clean(source.archived_url, source)
        source.save()
        self.log_change(request, source, f"Named the archived copy {proposal.address}.")
        if not Document.objects.standing().filter(kind=source.document_kind, key=source.document_key).exists():
            return "Accepted: the source names the copy."
        revision = ledger.record([source], author=request.user.get_username(), message=message)
        return f"Accepted: the source names the copy since revision {revision.number}."


def _usual_message(proposal: ArchiveProposal) -> str:
    check = LinkCheck.objects.current().filter(source=proposal.source).first()
    why = f"Its address is no longer what it was ({check.outcome})" if check else "Its address is no longer sure"
    return f"{proposal.source.key}: {why}, so an archived copy of {proposal.taken_at:%Y-%m-%d} is named."
