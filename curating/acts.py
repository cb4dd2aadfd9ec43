"""The acts on facts, done from the admin: submit, send back, publish, withdraw and correct."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from curating import findings, reviewing
from curating.drafts import correction_of
from curating.forms import ActForm
from curating.preview import SEEN, STANDS_IN, perform, preview_of
from curating.readable import Page, reason_needed
from curating.shared import REFUSALS, LedgerAdmin, page_of, reason_of
from sources import documents
from sources.models import Fact, Revision

FACTS_LISTED = 50
"""Facts that a confirmation page names; it counts the others."""

Answer = Mapping[str, Any]
"""What the form of an act was filled in with."""


def _no_objections(facts: Sequence[Fact], user: Any) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to facts, once a person has confirmed it; where it changes the dataset, as one revision."""

    name: str
    verb: str
    done: str
    question: str
    meaning: str
    right: str
    """The right that it takes: an admin has a method has_…_permission for it."""
    run: Callable[[list[Fact], Any, Answer], Revision | None]
    objections: Callable[[Sequence[Fact], Any], list[str]] = _no_objections
    """What is known to be in its way before it is done."""
    needs_words: bool = True
    previewed: bool = False
    """Whether it makes a revision, so that what readers will see change is shown before."""
    can_be_alone: bool = False
    """Whether a superuser may do it against the objections."""
    is_over: Callable[[Fact], bool] = lambda fact: not fact.is_draft
    """Whether there is nothing left to do to a fact, since somebody else was first."""


def _submit(facts: list[Fact], user: Any, answer: Answer) -> None:
    reviewing.submit(facts, user, answer["message"])


def _send_back(facts: list[Fact], user: Any, answer: Answer) -> None:
    reviewing.send_back(facts, user, answer["message"])


def _publish(facts: list[Fact], user: Any, answer: Answer) -> Revision:
    return reviewing.publish(facts, user, answer["message"], alone=answer.get("alone", False))


def _withdraw(facts: list[Fact], user: Any, answer: Answer) -> Revision:
    return reviewing.withdraw(facts, user, answer["message"])


SUBMIT = Act(
    name="submit",
    verb="Submit",
    done="Submitted for review",
    question="What the reviewer should know, if anything",
    meaning="These wait for somebody else to check and publish them. A draft that is changed while it waits has to be "
    "submitted again.",
    right="submit",
    run=_submit,
    objections=lambda facts, user: reviewing.obstacles(facts),
    needs_words=False,
)
SEND_BACK = Act(
    name="send_back",
    verb="Send back",
    done="Sent back",
    question="What is to be mended",
    meaning="These go back to who entered them, with your note, and can be submitted again.",
    right="publish",
    run=_send_back,
    objections=lambda facts, user: reviewing.unsubmitted(facts),
)
PUBLISH = Act(
    name="publish",
    verb="Publish",
    done="Published",
    question="What changes and why",
    meaning="One revision publishes all of these. From then on they never change; a draft of a later version "
    "supersedes the version that stands.",
    right="publish",
    run=_publish,
    previewed=True,
    objections=reviewing.objections,
    can_be_alone=True,
)
WITHDRAW = Act(
    name="withdraw",
    verb="Withdraw",
    done="Withdrawn",
    question="Why it is withdrawn",
    meaning="One revision takes all of these out of the dataset. They stay readable at older revisions, with the reason.",
    right="publish",
    run=_withdraw,
    previewed=True,
    is_over=lambda fact: fact.left_in_id is not None,
)


class Acting(admin.ModelAdmin):
    """Adds the acts on facts, of one kind or of several, each by an address of its own."""

    actions = ("submit_selected", "publish_selected", "send_back_selected", "withdraw_selected")
    acts: ClassVar[tuple[Act, ...]] = (SUBMIT, SEND_BACK, PUBLISH, WITHDRAW)

    @admin.action(permissions=["submit"], description="Submit selected drafts for review")
    def submit_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        return self.act(request, SUBMIT, queryset)

    @admin.action(permissions=["publish"], description="Publish selected drafts")
    def publish_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        return self.act(request, PUBLISH, queryset)

    @admin.action(permissions=["publish"], description="Send selected drafts back")
    def send_back_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        return self.act(request, SEND_BACK, queryset)

    @admin.action(permissions=["publish"], description="Withdraw selected facts")
    def withdraw_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        return self.act(request, WITHDRAW, queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        acts = [
            path(f"{act.name}/", view(self.act_view), {"act": act}, name=self._url_name(act.name)) for act in self.acts
        ]
        return [*acts, *super().get_urls()]

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def address(self, name: str, *args: Any) -> str:
        """Address of one of this admin's own views."""
        return reverse(f"admin:{self._url_name(name)}", args=args)

    def may(self, request: HttpRequest, act: Act) -> bool:
        """Whether a person may do an act to facts of this admin's kind."""
        return getattr(self, f"has_{act.right}_permission")(request)

    def act_view(self, request: HttpRequest, act: Act) -> HttpResponse:
        asked = request.POST.get("facts") or request.GET.get("facts", "")
        if not re.fullmatch(r"[0-9]{1,18}(,[0-9]{1,18})*", asked):
            raise Http404("Name the facts by their numbers.")
        return self.act(request, act, self.get_queryset(request).filter(pk__in=asked.split(",")))

    def act(self, request: HttpRequest, act: Act, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Ask why, then act. The page stays, with what was entered, while the act is refused."""
        if not self.may(request, act):
            raise PermissionDenied
        facts = documents.load(set(queryset.values_list("pk", flat=True)))
        if not facts:
            raise Http404("There are no such facts.")
        if not all(acting(self.admin_site, kind).may(request, act) for kind in {type(fact) for fact in facts}):
            raise PermissionDenied
        form = ActForm(
            request.POST if "message" in request.POST else None,
            question=act.question,
            needs_words=act.needs_words,
            may_be_alone=act.can_be_alone and request.user.is_superuser and bool(act.objections(facts, request.user)),
        )
        form.fields["message"].help_text = reason_needed(facts) if act.previewed else ""
        if form.is_valid():
            if self._done(request, act, facts, form.cleaned_data):
                return redirect(self._page_for(facts))
            facts = documents.load(fact.pk for fact in facts)
            if all(act.is_over(fact) for fact in facts):
                return redirect(self._page_for(facts))
        return self._confirmation(request, act, facts, form)

    def _done(self, request: HttpRequest, act: Act, facts: list[Fact], answer: Answer) -> bool:
        try:
            with transaction.atomic():
                revision = self._run(request, act, facts, answer)
                done = f"{act.done} in revision {revision.number}" if revision else act.done
                for fact in facts:
                    self.log_change(request, fact, f"{done}. {reviewing.ALONE if answer.get('alone') else ''}".strip())
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return False
        subject = str(facts[0]) if len(facts) == 1 else f"{len(facts)} facts"
        self.message_user(request, f"{done}: {subject}.", messages.SUCCESS)
        return True

    def _run(self, request: HttpRequest, act: Act, facts: list[Fact], answer: Answer) -> Revision | None:
        if not act.previewed:
            return act.run(facts, request.user, answer)
        return perform(lambda: cast("Revision", act.run(facts, request.user, answer)), request.POST.get(SEEN, ""))

    def _preview(self, request: HttpRequest, act: Act, facts: list[Fact]) -> Page | None:
        """What readers will see change. What is in the way of this person is said elsewhere, and hides nothing."""
        if not act.previewed:
            return None
        answer = {"message": STANDS_IN, "alone": act.can_be_alone and request.user.is_superuser}
        return Page(preview_of(lambda: cast("Revision", act.run(facts, request.user, answer))))

    def _confirmation(self, request: HttpRequest, act: Act, facts: list[Fact], form: ActForm) -> HttpResponse:
        listed = facts[:FACTS_LISTED]
        remarks = findings.remarks([fact for fact in listed if fact.is_draft])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{act.verb} {self.opts.verbose_name if len(facts) == 1 else self.opts.verbose_name_plural}",
            "act": act,
            "address": self.address(act.name),
            "facts": [(fact, page_of(fact), remarks.get(fact.pk, ())) for fact in listed],
            "others": len(facts) - FACTS_LISTED,
            "asked": ",".join(str(fact.pk) for fact in facts),
            "objections": act.objections(facts, request.user),
            "back": self._page_for(facts),
            "form": form,
            "page": self._preview(request, act, facts),
        }
        return TemplateResponse(request, "curating/act.html", context)

    def _page_for(self, facts: list[Fact]) -> str:
        return page_of(facts[0]) if len(facts) == 1 else self.list_address()

    def list_address(self) -> str:
        """Where one goes on after an act on many facts."""
        return self.address("changelist")


def acting(site: admin.AdminSite, model: type[Fact]) -> Acting:
    """The admin of facts of a kind, or of all kinds."""
    return cast("Acting", site.get_model_admin(model))


class ActingAdmin(Acting, LedgerAdmin):
    """Facts of one kind, with the acts on them and the beginning of their corrections."""

    def get_urls(self) -> list[URLPattern]:
        correct = self.admin_site.admin_view(self.correct_view)
        return [path("<int:pk>/correct/", correct, name=self._url_name("correct")), *super().get_urls()]

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open the draft that is to correct a fact."""
        if not self.has_submit_permission(request):
            raise PermissionDenied
        fact = self.get_object(request, str(pk))
        if fact is None:
            raise Http404("There is no such fact.")
        if request.method != "POST":
            return redirect(page_of(fact))
        try:
            draft = self._correction_of(request, fact)
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return redirect(page_of(fact))
        self.message_user(request, f"This is the draft that will correct {fact} once it is published.")
        return redirect(page_of(draft))

    @transaction.atomic
    def _correction_of(self, request: HttpRequest, fact: Fact) -> Fact:
        draft, is_new = correction_of(fact)
        if is_new:
            reviewing.entered([draft], request.user, f"A correction of {fact}.")
            self.log_addition(request, draft, f"Draft of a correction of {fact}.")
        return draft
