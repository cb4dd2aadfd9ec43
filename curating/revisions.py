"""The admin pages of revisions: what each did, and undoing it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from curating.changed import changes_of
from curating.forms import ActForm
from curating.preview import SEEN, STANDS_IN, perform, preview_of
from curating.readable import Page, groups_done
from curating.shared import REFUSALS, ReadOnlyAdmin, page_of, reason_of
from curating.undoing import Undoing, undo, undoing
from sources.models import Revision

LISTED = 50
"""Facts and obstacles that the page of an undoing names; it counts the others."""


class RevisionAdmin(ReadOnlyAdmin):
    """Shows what each revision did. One that nothing later builds on can be undone, by a further revision."""

    list_display = ("number", "created", "author", "message", "entered")
    list_filter = ("author",)
    search_fields = ("author", "message")
    ordering = ("-number",)
    fields = ("number", "created", "author", "message")
    change_form_template = "curating/revision.html"

    @admin.display(description="facts that entered")
    def entered(self, revision: Revision) -> str:
        address = reverse("admin:sources_fact_changelist")
        return format_html('<a href="{}?published_in__exact={}">List</a>', address, revision.pk)

    def get_urls(self) -> list[URLPattern]:
        undo_url = path("<int:number>/undo/", self.admin_site.admin_view(self.undo_view), name="sources_revision_undo")
        return [undo_url, *super().get_urls()]

    def may_undo(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("sources.publish_fact")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        revision: Revision = context["original"]
        context["groups"] = groups_done(revision.number, changes_of(revision.number, bodies=False))
        if self.may_undo(request):
            context["undo_at"] = _undo_address(revision)
        return super().render_change_form(request, context, *args, **kwargs)

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show what undoing a revision would do, ask why, then do it."""
        if not self.may_undo(request):
            raise PermissionDenied
        revision = Revision.objects.filter(number=number).first()
        if revision is None:
            raise Http404("There is no such revision.")
        found = undoing(revision)
        if not request.user.has_perms(found.rights):
            raise PermissionDenied
        form = ActForm(
            request.POST if "message" in request.POST else None,
            question=f"Undoes revision {number}:",
            needs_words=True,
            may_be_alone=False,
        )
        form.fields["message"].help_text = "Say why. Readers see it in the list of changes and in the history of facts."
        if form.is_valid() and (made := self._undone(request, revision, form.cleaned_data["message"])):
            return redirect("admin:sources_revision_change", made.pk)
        return self._confirmation(request, found, form)

    def _undone(self, request: HttpRequest, revision: Revision, why: str) -> Revision | None:
        try:
            with transaction.atomic():
                made = perform(lambda: undo(revision, request.user, why), request.POST.get(SEEN, ""))
                self.log_change(request, revision, f"Undone in revision {made.number}.")
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return None
        self.message_user(
            request, f"Revision {revision.number} is undone, in revision {made.number}.", messages.SUCCESS
        )
        return made

    def _confirmation(self, request: HttpRequest, found: Undoing, form: ActForm) -> HttpResponse:
        revision = found.revision
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Undo revision {revision.number}",
            "undoing": found,
            "obstacles": found.obstacles[:LISTED],
            "waits": any(obstacle.is_later for obstacle in found.obstacles),
            "further_obstacles": max(0, len(found.obstacles) - LISTED),
            "leaving": [(fact, page_of(fact)) for fact in found.leaving[:LISTED]],
            "returning": [(fact, page_of(fact)) for fact in found.returning[:LISTED]],
            "others": sum(max(0, len(listed) - LISTED) for listed in (found.leaving, found.returning)),
            "address": _undo_address(revision),
            "back": reverse("admin:sources_revision_change", args=[revision.pk]),
            "form": form,
        }
        if not found.obstacles:
            context["page"] = Page(preview_of(lambda: undo(revision, request.user, STANDS_IN)))
        return TemplateResponse(request, "curating/undo.html", context)


def _undo_address(revision: Revision) -> str:
    return reverse("admin:sources_revision_undo", args=[revision.number])
