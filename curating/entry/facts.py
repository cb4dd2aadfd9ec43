"""Facts entered from the page of their source: the citation filled in, and one fact after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from curating.entry.keys import free, joined, telling
from sources.models import Citation, Entity, Fact, Source
from sources.registry import fact_models

PROJECT = "project"
SOURCE = "source"
"""The parameter that names the source which facts are entered from."""
ORIGINAL = "original"
"""The parameter that says that this only quotes another source: the key of that one, or nothing until it is chosen."""


def source_named(request: HttpRequest) -> Source | None:
    """The source from whose page a form was opened."""
    return _of_key(request.GET.get(SOURCE, ""))


def original_named(request: HttpRequest) -> Source | None:
    """The source that the one from whose page a form was opened only quotes."""
    return _of_key(request.GET.get(ORIGINAL, ""))


def quotes(request: HttpRequest) -> bool:
    """Whether facts are entered from a document that only quotes another one."""
    return ORIGINAL in request.GET


def _of_key(key: str) -> Source | None:
    return Source.objects.filter(key=key).first() if key else None


def other_way(request: HttpRequest) -> str:
    """The address of the same page for facts that a document states itself, or else only quotes."""
    query = request.GET.copy()
    if ORIGINAL in query:
        del query[ORIGINAL]
    else:
        query[ORIGINAL] = ""
    return f"{request.path}?{query.urlencode()}"


def cited_from(source: Source) -> QuerySet[Fact]:
    """The facts that cite a source, or that were read in it."""
    citing = Citation.objects.resting_on([source]).values("fact")
    return Fact.objects.filter(pk__in=citing).order_by("key", "version")


NO_SOURCE = "Choose the source of the fact. The plus beside it adds one that is missing."


class CitationForm(forms.ModelForm):
    """A citation asks for the place, or to be told that it is not known."""

    place_unknown = forms.BooleanField(
        required=False, label="The place is not known", help_text="Tick it only where the source can't be looked up."
    )

    def __init__(self, *args: Any, first_to_fill: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            self.fields["source"].error_messages["required"] = NO_SOURCE
        if first_to_fill:
            widget: Any = self.fields[first_to_fill].widget
            # Records are chosen from a list that scripts put in place of the field: the cursor is left to them.
            inner, autofocus = (widget.widget, {}) if hasattr(widget, "widget") else (widget, {"autofocus": True})
            inner.attrs |= {"data-first-to-fill": True, **autofocus}
        citation = self.instance
        self.initial["place_unknown"] = bool(citation.pk and not citation.locator and not citation.via_locator)

    def clean(self) -> dict[str, Any] | None:
        entered = super().clean() or self.cleaned_data
        if not any(entered.get(name) for name in ("locator", "via_locator", "place_unknown")):
            self.add_error(
                "via_locator" if entered.get("via") else "locator",
                "Say where in the source it stands: the page, paragraph, table or row. If that can't be found out, tick "
                "that the place is not known.",
            )
        if entered.get("via") and entered["via"] == entered.get("source"):
            self.add_error("source", "This is the document that was read. Choose the one that it quotes, or empty via.")
        return entered


class SuggestedKeyForm(forms.ModelForm):
    """Makes the key of a fact from what it says, where none was entered."""

    key_from: tuple[str, ...] = ()
    """The fields that a key is made from; where none are given, all that tell facts of the kind apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if key := self.fields.get("key"):
            key.required = False
            key.help_text = f"{key.help_text} Left empty, it is made from what the fact says."

    def clean(self) -> dict[str, Any] | None:
        entered = super().clean() or self.cleaned_data
        if "key" in self.fields and not entered.get("key") and "key" not in self.errors:
            entered["key"] = self._suggestion(entered)
        return entered

    def _suggestion(self, entered: dict[str, Any]) -> str:
        longest = Fact._meta.get_field("key").max_length or 0
        key = joined(self._key_parts(entered))
        if _is_taken(key) and (source := self._first_source()):
            key = joined([key, telling(source.publisher, 3)])
        return free(key, _is_taken, longest)

    def _key_parts(self, entered: dict[str, Any]) -> Iterator[str]:
        model = self._meta.model
        values = {name: entered.get(name) for name in self.key_from or tuple(_telling_fields(model))}
        named = {name for name in model.entity_fields if values.get(name)}
        words = False
        for value in values.values():
            if isinstance(value, Entity):
                yield value.slug
            elif value and value not in named:  # The scope country says no more than the country does.
                yield telling(str(value), 4)
                words = True
        if not words:
            yield model.document_kind
        yield entered.get("period") or entered.get("as_of") or ""

    def _first_source(self) -> Source | None:
        chosen = self.data.get("citations-0-source", "")
        return Source.objects.filter(pk=chosen).first() if chosen.isdecimal() else None


def _is_taken(key: str) -> bool:
    return Fact.objects.filter(key=key).exists()


def _telling_fields(model: type[Fact]) -> Iterator[str]:
    """The entities of a kind, and the words from lists that it can't do without."""
    yield from model.entity_fields
    for field in model._meta.local_fields:
        if not field.blank and (field.choices or field.name in model.vocabularies):
            yield field.name


class FromSource(admin.ModelAdmin):
    """Opens the form of a fact with its source filled in, and comes back to the source once the fact is saved."""

    submitted: Callable[[HttpRequest, Fact], bool]
    """Submits what was saved if that was asked for: what else a kind's admin does says how."""

    class Media:
        js = ["curating/entry.js"]

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if (
            inline.model is Citation
            and request.method == "GET"
            and obj.pk is None
            and (source := source_named(request))
        ):
            kwargs |= _first_citation(request, source)
        return kwargs

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context["original"] is None:
            context |= {
                "from_source": source_named(request),
                "quotes": quotes(request),
                "other_way": other_way(request),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        source = source_named(request)
        if (
            source is None
            or {IS_POPUP_VAR, "_continue", "_publish"} & request.POST.keys()
            or not self._shows(request, source)
        ):
            return super().response_add(request, obj, *args, **kwargs)
        kept = {name: getattr(obj, f"{name}_id") for name in obj.entity_fields if getattr(obj, f"{name}_id")}
        if not self.submitted(request, obj):
            self.message_user(request, self._saved(request, obj), messages.SUCCESS)
        if "_addanother" in request.POST:
            return redirect(f"{request.path}?{urlencode({SOURCE: source.key, **kept, **_quoted(request, obj)})}")
        if PROJECT in kept:
            # Facts of a project are about it alone: one of another kind is not about its country or its mineral, too.
            kept = {PROJECT: kept[PROJECT]}
        kept |= _quoted(request, obj)
        return redirect(f"{reverse('admin:sources_source_change', args=[source.pk])}?{urlencode(kept)}#facts")

    def _shows(self, request: HttpRequest, source: Source) -> bool:
        """Whether the user may see the page of a source."""
        return self.admin_site.get_model_admin(Source).has_view_or_change_permission(request, source)

    def _saved(self, request: HttpRequest, fact: Fact) -> str:
        if not self.has_view_or_change_permission(request, fact):
            return f"Saved as a draft: {fact.key}."
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[fact.pk])
        return format_html('Saved as a draft: <a href="{}">{}</a>.', address, fact.key)


def _first_citation(request: HttpRequest, source: Source) -> dict[str, Any]:
    """How the form of the first citation opens: with what is known of it, and the cursor where the rest begins."""
    if not quotes(request):
        return {"initial": [{"source": source.pk}], "form_kwargs": {"first_to_fill": "locator"}}
    original = original_named(request)
    known = {"via": source.pk, "source": original.pk if original else None}
    return {"initial": [known], "form_kwargs": {"first_to_fill": "via_locator" if original else "source"}}


def _quoted(request: HttpRequest, fact: Fact) -> dict[str, str]:
    """The source that a fact was quoted from, for the next fact; nothing where none was."""
    citation = fact.citations.exclude(via=None).first() if quotes(request) else None
    return {ORIGINAL: citation.source.key} if citation else {}


def kinds_to_add(request: HttpRequest, site: admin.AdminSite, source: Source) -> list[dict[str, str]]:
    """The kinds of facts that a user may enter, each with its form opened from a source, and what the kind says."""
    kinds = []
    for model in fact_models().values():
        if not site.is_registered(model) or not site.get_model_admin(model).has_add_permission(request):
            continue
        kept = {name: request.GET[name] for name in (ORIGINAL, *model.entity_fields) if name in request.GET}
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        kinds.append(
            {
                "name": str(model._meta.verbose_name),
                "meaning": (model.__doc__ or "").strip().partition("\n")[0],
                "address": f"{address}?{urlencode({SOURCE: source.key, **kept})}",
            }
        )
    return kinds
