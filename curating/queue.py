"""The queue of drafts: what waits for a review, for how long, who entered it and what to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timesince import timesince

from curating import findings, reviewing
from curating.acts import PUBLISH, SEND_BACK, SUBMIT, Act, acting
from curating.models import Review, State, Step
from curating.shared import ReadOnlyAdmin, page_of
from sources import documents
from sources.models import Fact


class StandFilter(admin.SimpleListFilter):
    """Where drafts stand; unless asked otherwise, those in review."""

    title = "state"
    parameter_name = "state"
    everything = "all"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((state.value, reviewing.word_of(state)) for state in State), (self.everything, "all of them")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, word in self.lookup_choices:
            yield {
                "selected": value == (self.value() or State.IN_REVIEW),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": word,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value() or State.IN_REVIEW
        return queryset if wanted == self.everything else queryset.filter(state=wanted)


class PersonFilter(admin.SimpleListFilter):
    """Who entered or changed a draft."""

    title = "person"
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        of_drafts = Step.objects.filter(act__in=reviewing.CONTRIBUTING, fact__published_in__isnull=True)
        users = get_user_model().objects.filter(pk__in=of_drafts.values("by"))
        return [(user.get_username(), user.get_username()) for user in users.order_by("username")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=contributed(self.value()).values("fact")) if self.value() else queryset


def contributed(username: str | None) -> QuerySet[Step]:
    """What a person did that makes a draft their own."""
    return Step.objects.filter(act__in=reviewing.CONTRIBUTING, by__username=username)


class Queue(ChangeList):
    """A page of the queue, with what is to be known of its drafts found for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        facts = [review.fact for review in self.result_list]
        names = reviewing.contributors(facts)
        remarks = findings.remarks(documents.load(fact.pk for fact in facts))
        for review in self.result_list:
            review.names, review.remarks = names.get(review.pk, []), remarks.get(review.pk, [])

    def url_for_result(self, result: Any) -> str:
        return page_of(result.fact)


class QueueAdmin(ReadOnlyAdmin):
    """Drafts that wait. Each is looked at on the page of its fact, and acted on there or from here."""

    list_display = ("draft", "kind", "stands", "waits", "entered_by", "to_look_at")
    list_filter = (StandFilter, "fact__kind", PersonFilter)
    list_select_related = ("fact",)
    list_per_page = 50
    search_fields = ("fact__key", "fact__note")
    search_help_text = "Words of the key or the note."
    ordering = ("since", "pk")
    actions = ("publish_selected", "send_back_selected", "submit_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(fact__published_in__isnull=True)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Drafts on their way to readers", **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return Queue

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        review = self.get_object(request, object_id)
        if review and self.has_view_permission(request, review):
            return redirect(page_of(review.fact))
        return super().change_view(request, object_id, *args, **kwargs)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self._may(request, PUBLISH)

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return self._may(request, SUBMIT)

    def _may(self, request: HttpRequest, act: Act) -> bool:
        return acting(self.admin_site, Fact).may(request, act)

    @admin.action(permissions=["publish"], description="Publish selected drafts")
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._act(request, PUBLISH, queryset)

    @admin.action(permissions=["publish"], description="Send selected drafts back")
    def send_back_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._act(request, SEND_BACK, queryset)

    @admin.action(permissions=["submit"], description="Submit selected drafts for review")
    def submit_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._act(request, SUBMIT, queryset)

    def _act(self, request: HttpRequest, act: Act, reviews: QuerySet[Any]) -> HttpResponse:
        facts = Fact.objects.filter(pk__in=reviews.values("pk"))
        return acting(self.admin_site, Fact).act(request, act, facts)

    @admin.display(description="draft", ordering="fact__key")
    def draft(self, review: Review) -> str:
        return str(review.fact)

    @admin.display(description="kind", ordering="fact__kind")
    def kind(self, review: Review) -> str:
        return review.fact.kind

    @admin.display(description="state", ordering="state")
    def stands(self, review: Review) -> str:
        return reviewing.word_of(review.state)

    @admin.display(description="for", ordering="since")
    def waits(self, review: Review) -> str:
        return f"{timesince(review.since, depth=1)} (since {review.since:%Y-%m-%d})"

    @admin.display(description="entered by")
    def entered_by(self, review: Any) -> str:
        return ", ".join(review.names) or "files"

    @admin.display(description="to look at")
    def to_look_at(self, review: Any) -> str:
        return "; ".join(review.remarks)


class StepAdmin(ReadOnlyAdmin):
    """All that was done to facts at the desk, newest first."""

    list_display = ("at", "by", "act", "fact", "note")
    list_filter = ("act", ("by", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("by", "fact")
    search_fields = ("fact__key", "note", "by__username")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Drafts that wait for a person: how many, for what, and where they are listed."""

    count: int
    words: str
    address: str


def waiting_for(user: Any) -> list[Waiting]:
    """What the front page of the desk tells a person to look at."""
    drafts = Review.objects.filter(fact__published_in__isnull=True)
    mine = contributed(user.get_username()).values("fact")
    name = {"person": user.get_username()}
    found = []
    if user.has_perm("sources.publish_fact"):
        found.append((drafts.exclude(pk__in=mine), "in review, entered by others", {"state": State.IN_REVIEW}))
    found.append((drafts.filter(pk__in=mine), "sent back to you", {"state": State.RETURNED, **name}))
    found.append((drafts.filter(pk__in=mine), "begun by you and not submitted", {"state": State.DRAFT, **name}))
    address = reverse("admin:curating_review_changelist")
    return [
        Waiting(count, words, f"{address}?{urlencode(query)}")
        for reviews, words, query in found
        if (count := reviews.filter(state=query["state"]).count())
    ]
