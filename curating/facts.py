"""The admin pages of facts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from curating.acts import WITHDRAW
from curating.badges import badge
from curating.beside import beside
from curating.care.filters import CareFilter
from curating.entry.facts import CitationForm, FromSource, quotes
from curating.files.admin import FilesAdmin
from curating.forms import FactForm, NumberedFormSet
from curating.models import State
from curating.reviewed import ReviewedAdmin
from curating.reviewing import word_of
from curating.shared import CuratedFields, Fieldsets, column, entered_fields, filter_on, page_of
from sources.models import Citation, Fact


class StateFilter(admin.SimpleListFilter):
    """Where facts are in their life."""

    title = "state"
    parameter_name = "state"
    states: ClassVar[dict[str, Q]] = {
        "draft": Q(published_in__isnull=True) & (Q(review__isnull=True) | Q(review__state=State.DRAFT)),
        word_of(State.IN_REVIEW): Q(published_in__isnull=True, review__state=State.IN_REVIEW),
        word_of(State.RETURNED): Q(published_in__isnull=True, review__state=State.RETURNED),
        "live": Q(published_in__isnull=False, left_in__isnull=True),
        "superseded": Q(superseded_by__isnull=False),
        "withdrawn": Q(left_in__isnull=False, superseded_by__isnull=True),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state) for state in self.states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.states.get(self.value() or "", Q()))


class FactColumns(admin.ModelAdmin):
    """What every list of facts tells besides their subject."""

    ordering = ("key", "version")
    search_help_text = "Words of the key, the note or a name."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sources = Count("citations__source", distinct=True)
        return super().get_queryset(request).annotate(source_count=sources, review_state=F("review__state"))

    @admin.display(description="state", ordering="published_in")
    def state(self, fact: Fact) -> str:
        state, words = self.standing(fact)
        return badge(state, words)

    def standing(self, fact: Fact) -> tuple[str, str]:
        """Where a fact is in its life; and the same in words, with the revision since when."""
        if fact.is_draft:
            state = fact.review_state or State.DRAFT  # type: ignore[attr-defined]
            return state, word_of(state)
        if fact.left_in_id is None:
            return "live", f"live since revision {fact.published_in_id}"
        left = "superseded" if fact.superseded_by_id else "withdrawn"
        return left, f"{left} in revision {fact.left_in_id}"

    @admin.display(description="sources", ordering="source_count")
    def sources(self, fact: Fact) -> int:
        return fact.source_count  # type: ignore[attr-defined]


class PartInline(CuratedFields, admin.StackedInline):
    """A part of a fact, which is open to whoever may enter or change the fact itself, while it is a draft."""

    formset = NumberedFormSet
    extra = 1
    comes_first: ClassVar[bool] = False
    """Whether it is filled in before the fact, where that is entered from its source."""

    def _is_open(self, request: HttpRequest, obj: Any) -> bool:
        owner = self.admin_site.get_model_admin(self.parent_model)
        return owner.has_change_permission(request, obj) if obj else owner.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.get_model_admin(self.parent_model).has_view_permission(request, obj)


FEW_NEED = ("support", "via", "via_locator", "cited_as", "accessed", "note")
"""Fields that few citations need."""


class CitationInline(PartInline):
    model = Citation
    form = CitationForm
    comes_first = True
    autocomplete_fields = ("source", "via")

    def get_fieldsets(self, request: HttpRequest, obj: Fact | None = None) -> Fieldsets:
        """Where a document only quotes another one, both are asked for first."""
        asked = ("place_unknown",) if self._is_open(request, obj) else ()
        if obj or not quotes(request):
            first, rest = ("source", "locator", *asked), FEW_NEED
            others = "Support, and where it was read if not in the source itself"
        else:
            first = ("source", "via", "via_locator", "cited_as")
            rest = ("locator", *asked, *(name for name in FEW_NEED if name not in first))
            others = "Place in the source itself, support"
        return [(None, {"fields": first}), (others, {"fields": rest, "classes": ["collapse"]})]


class FactAdmin(FromSource, FactColumns, FilesAdmin, ReviewedAdmin):
    """One kind of fact. Its drafts can be changed, and published once reviewed; what is published is only looked at."""

    columns: ClassVar[tuple[str, ...]] = ()
    """What tells facts of the kind apart in a list."""
    filters: ClassVar[tuple[str, ...]] = ()
    texts: ClassVar[tuple[str, ...]] = ()
    """Fields that are searched besides the key, the note and the entities' names."""
    details: ClassVar[tuple[str, ...]] = ()
    """Fields of the kind that few facts need."""
    key_from: ClassVar[tuple[str, ...]] = ()
    """Fields that a key is made from where none is entered; see `SuggestedKeyForm`."""

    form = FactForm
    inlines: ClassVar[tuple[type[PartInline], ...]] = (CitationInline,)
    change_form_template = "curating/fact.html"
    publication = ("version", "state", "published_in", "left_in", "left_reason", "superseded_by")

    def has_change_permission(self, request: HttpRequest, obj: Fact | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: Fact | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_draft)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.key_from = self.key_from
        return form

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        names = ("key", *self.columns, "period", "state", "rank", "sources")
        return tuple(column(self.model, name) for name in names)

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (StateFilter, CareFilter, *(filter_on(self.model, name) for name in ("rank", *self.filters)))

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return self.model.entity_fields

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        names = [f"{entity}__{field}" for entity in self.model.entity_fields for field in ("name", "aliases")]
        return ["key", "note", *self.texts, *names]

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.model.entity_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Fact | None = None) -> tuple[str, ...]:
        keeps_key = obj is not None and obj.version > 1
        return (*self.publication, "key") if keeps_key else self.publication

    def get_fieldsets(self, request: HttpRequest, obj: Fact | None = None) -> Fieldsets:
        fieldsets: Fieldsets = [
            (None, {"fields": ["key", *self._claim_fields()]}),
            *self.figure_fieldsets(),
            ("Time and note", {"fields": ["period", "as_of", "note"]}),
            ("Details", {"fields": self.details, "classes": ["collapse"]}),
            ("Standing", {"fields": ["rank", "rank_reason", "statement"], "classes": ["collapse"]}),
            ("Publication", {"fields": self.publication, "classes": ["collapse"]}),
        ]
        return [(name, options) for name, options in fieldsets if options["fields"] and (obj or name != "Publication")]

    def figure_fieldsets(self) -> Fieldsets:
        """The fields of a number, where facts of the kind have one."""
        return []

    def _claim_fields(self) -> list[str]:
        """The kind's own fields, in the order of its model, but for those that have a place elsewhere."""
        elsewhere = {*self.details, *flatten_fieldsets(self.figure_fieldsets())}
        return [name for name in entered_fields(self.model) if name not in elsewhere]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if fact := context["original"]:
            context |= self._what_next(request, fact)
        return super().render_change_form(request, context, *args, **kwargs)

    def _what_next(self, request: HttpRequest, fact: Fact) -> dict[str, Any]:
        """Why the page is as it is, and what can be done from it."""
        if fact.is_draft:
            notice = f"Version {fact.version} is not published ({self.standing(fact)[1]}). Readers see nothing of it."
            return {"notice": notice, "beside": beside(fact)}
        known = f"Version {fact.version} is published ({self.standing(fact)[1]}), so it never changes."
        last = Fact.objects.filter(key=fact.key, published_in__isnull=False).latest("version")
        if last.pk != fact.pk:
            return {"notice": known, "replaced_by": page_of(last)}
        then = "A correction is its next version" if fact.left_in_id is None else "It can come back as its next version"
        next_step: dict[str, Any] = {"notice": f"{known} {then}, a draft until it is reviewed and published."}
        if super().has_change_permission(request):
            next_step["correct_at"] = self.address("correct", fact.pk)
        if fact.left_in_id is None and self.has_publish_permission(request):
            next_step["withdraw_at"] = f"{self.address(WITHDRAW.name)}?facts={fact.pk}"
        return next_step
