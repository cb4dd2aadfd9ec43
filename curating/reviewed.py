"""The page of a fact, as far as its review goes: what was done to it, by whom, and what can be done next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from curating import findings, reviewing
from curating.acts import PUBLISH, SEND_BACK, SUBMIT, Act, ActingAdmin
from curating.models import State
from curating.shared import REFUSALS, page_of, reason_of
from sources import documents
from sources.models import Fact

OPEN_TO: dict[State, tuple[Act, ...]] = {
    State.DRAFT: (SUBMIT,),
    State.RETURNED: (SUBMIT,),
    State.IN_REVIEW: (PUBLISH, SEND_BACK),
}
"""What can be done to a draft, by where it stands."""


class ReviewedAdmin(ActingAdmin):
    """Keeps the steps of drafts that are entered and changed here, and shows them."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 (Django's)
        super().save_related(request, form, formsets, change)
        if not change:
            reviewing.entered([form.instance], request.user)
        elif what := ", ".join(_changed(form, formsets)):
            self._changed(request, form.instance, what)

    def _changed(self, request: HttpRequest, fact: Fact, what: str) -> None:
        left_review = reviewing.changed(fact, request.user, what)
        if left_review and "_submit" not in request.POST:
            said = f"{fact} was in review. As it has changed it is a draft again, until it is submitted once more."
            self.message_user(request, said, messages.WARNING)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        fact = context["original"]
        is_draft = fact is None or fact.is_draft
        context |= {
            "may_submit": is_draft and self.has_submit_permission(request),
            "may_publish": is_draft and request.user.is_superuser,
            "steps": fact.steps.select_related("by") if fact else (),
        }
        if fact and is_draft:
            context |= {"next_acts": self._next_acts(request, fact), "told": list(_told(fact))}
        return super().render_change_form(request, context, *args, **kwargs)

    def _next_acts(self, request: HttpRequest, fact: Fact) -> list[tuple[str, str]]:
        """What this person can do to a draft as it is, and where."""
        state = reviewing.states([fact])[fact.pk]
        acts = [act for act in OPEN_TO[state] if self.may(request, act)]
        own = state == State.IN_REVIEW and not request.user.is_superuser and reviewing.objections([fact], request.user)
        return [
            (act.verb, f"{self.address(act.name)}?facts={fact.pk}") for act in acts if act is not PUBLISH or not own
        ]

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._onwards(request, obj) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._onwards(request, obj) or super().response_change(request, obj)

    def _onwards(self, request: HttpRequest, fact: Fact) -> HttpResponse | None:
        """What was asked for besides saving."""
        if self.submitted(request, fact):
            return redirect(page_of(fact))
        if "_publish" in request.POST and self.may(request, PUBLISH):
            return redirect(f"{self.address(PUBLISH.name)}?facts={fact.pk}")
        return None

    def submitted(self, request: HttpRequest, fact: Fact) -> bool:
        """Submit what was saved if that was asked for, and say whether it was."""
        if "_submit" not in request.POST or not self.may(request, SUBMIT):
            return False
        self._submit(request, fact)
        return True

    def _submit(self, request: HttpRequest, fact: Fact) -> None:
        """Submit what was saved; what keeps it from review is said, and it stays saved."""
        try:
            reviewing.submit([fact], request.user)
        except REFUSALS as refusal:
            self.message_user(request, f"Saved, but not submitted. {reason_of(refusal)}", messages.ERROR)
            return
        self.log_change(request, fact, f"{SUBMIT.done}.")
        self.message_user(request, f"{SUBMIT.done}: {fact}.", messages.SUCCESS)
        if remarks := findings.remarks(documents.load([fact.pk]))[fact.pk]:
            self.message_user(request, f"The reviewer will see: {'; '.join(remarks)}.", messages.WARNING)


def _told(draft: Fact) -> Iterator[str]:
    """What whoever opens a draft should know at once."""
    if sent_back := reviewing.sent_back(draft):
        yield f"Sent back by {sent_back.by}: {sent_back.note}"
        yield "Mend it below, then press “Save and submit for review”."
    if remarks := findings.remarks(documents.load([draft.pk]))[draft.pk]:
        yield f"To look at: {'; '.join(remarks)}."


def _changed(form: Any, formsets: Any) -> Iterator[str]:
    """What was changed on a form, in its own words."""
    yield from (str(form.fields[name].label).lower() for name in form.changed_data)
    yield from (str(one.model._meta.verbose_name_plural) for one in formsets if one.has_changed())
