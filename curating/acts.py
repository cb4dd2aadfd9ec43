"""The acts of the ledger, done from the admin: publish, withdraw and correct."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from curating.drafts import correction_of
from curating.forms import ActForm
from curating.preview import SEEN, STANDS_IN, perform, preview_of
from curating.readable import Page, reason_needed
from curating.shared import REFUSALS, LedgerAdmin, page_of, reason_of
from sources import ledger
from sources.ledger import LedgerError
from sources.models import Fact, Revision

FACTS_LISTED = 50
"""Facts that a confirmation page names; it counts the others."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to published facts, as one revision, once a curator has said why."""

    name: str
    verb: str
    done: str
    question: str
    meaning: str
    run: Callable[[list[Fact], str, str], Revision]


def _publish(facts: list[Fact], author: str, message: str) -> Revision:
    if problems := [problem for fact in facts for problem in _problems(fact)]:
        raise LedgerError(" ".join(problems))
    return ledger.publish(facts, author=author, message=message)


def _problems(fact: Fact) -> Iterable[str]:
    try:
        ledger.validate(fact)
    except ValidationError as error:
        for name, said in error.message_dict.items():
            yield f"{fact}{'' if name == NON_FIELD_ERRORS else f', {name}'}: {' '.join(said)}"


def _withdraw(facts: list[Fact], author: str, reason: str) -> Revision:
    return ledger.withdraw(facts, author=author, reason=reason)


PUBLISH = Act(
    name="publish",
    verb="Publish",
    done="Published",
    question="What changes and why",
    meaning="One revision publishes all of these. From then on they never change; a draft of a later version "
    "supersedes the version that stands.",
    run=_publish,
)
WITHDRAW = Act(
    name="withdraw",
    verb="Withdraw",
    done="Withdrawn",
    question="Why it is withdrawn",
    meaning="One revision takes all of these out of the dataset. They stay readable at older revisions, with the reason.",
    run=_withdraw,
)


class ActingAdmin(LedgerAdmin):
    """Adds the acts on facts: publish, withdraw and correct, each by an address of its own."""

    actions = ("publish_selected", "withdraw_selected")
    acts: ClassVar[tuple[Act, ...]] = (PUBLISH, WITHDRAW)

    @admin.action(permissions=["publish"], description="Publish selected drafts")
    def publish_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        return self.act(request, PUBLISH, queryset)

    @admin.action(permissions=["publish"], description="Withdraw selected facts")
    def withdraw_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        return self.act(request, WITHDRAW, queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        acts = [
            path(f"{act.name}/", view(self.act_view), {"act": act}, name=self._url_name(act.name)) for act in self.acts
        ]
        correct = path("<int:pk>/correct/", view(self.correct_view), name=self._url_name("correct"))
        return [*acts, correct, *super().get_urls()]

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def address(self, name: str, *args: Any) -> str:
        """Address of one of this admin's own views."""
        return reverse(f"admin:{self._url_name(name)}", args=args)

    def act_view(self, request: HttpRequest, act: Act) -> HttpResponse:
        asked = request.POST.get("facts") or request.GET.get("facts", "")
        if not re.fullmatch(r"[0-9]{1,18}(,[0-9]{1,18})*", asked):
            raise Http404("Name the facts by their numbers.")
        return self.act(request, act, self.get_queryset(request).filter(pk__in=asked.split(",")))

    def act(self, request: HttpRequest, act: Act, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Ask why, then act. The page stays, with what was entered, while the act is refused."""
        if not self.has_publish_permission(request):
            raise PermissionDenied
        facts = list(queryset)
        if not facts:
            raise Http404("There are no such facts.")
        form = ActForm(request.POST if "message" in request.POST else None)
        form.fields["message"].label = act.question
        form.fields["message"].help_text = reason_needed(facts)
        if form.is_valid() and self._done(request, act, facts, form.cleaned_data["message"]):
            return redirect(self._page_for(facts))
        return self._confirmation(request, act, facts, form)

    def _done(self, request: HttpRequest, act: Act, facts: list[Fact], message: str) -> bool:
        try:
            with transaction.atomic():
                author = request.user.get_username()
                revision = perform(lambda: act.run(facts, author, message), request.POST.get(SEEN, ""))
                for fact in facts:
                    self.log_change(request, fact, f"{act.done} in revision {revision.number}.")
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return False
        subject = str(facts[0]) if len(facts) == 1 else f"{len(facts)} facts"
        self.message_user(request, f"{act.done} in revision {revision.number}: {subject}.", messages.SUCCESS)
        return True

    def _confirmation(self, request: HttpRequest, act: Act, facts: list[Fact], form: ActForm) -> HttpResponse:
        author = request.user.get_username()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{act.verb} {self.opts.verbose_name_plural}",
            "act": act,
            "address": self.address(act.name),
            "facts": [(fact, page_of(fact)) for fact in facts[:FACTS_LISTED]],
            "others": len(facts) - FACTS_LISTED,
            "asked": ",".join(str(fact.pk) for fact in facts),
            "back": self._page_for(facts),
            "form": form,
            "page": Page(preview_of(lambda: act.run(facts, author, STANDS_IN))),
        }
        return TemplateResponse(request, "curating/act.html", context)

    def _page_for(self, facts: list[Fact]) -> str:
        return page_of(facts[0]) if len(facts) == 1 else self.address("changelist")

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open the draft that is to correct a fact."""
        if not super().has_change_permission(request):
            raise PermissionDenied
        fact = self.get_object(request, str(pk))
        if fact is None:
            raise Http404("There is no such fact.")
        if request.method != "POST":
            return redirect(page_of(fact))
        try:
            draft, is_new = correction_of(fact)
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return redirect(page_of(fact))
        if is_new:
            self.log_addition(request, draft, f"Draft of a correction of {fact}.")
        self.message_user(request, f"This is the draft that will correct {fact} once it is published.")
        return redirect(page_of(draft))
