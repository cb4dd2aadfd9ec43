"""What all pages of the curators share: refusals shown as messages, and words to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import (
    BLANK_CHOICE_DASH,
    CharField,
    DateField,
    DecimalField,
    ForeignKey,
    Model,
    TextField,
    URLField,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from curating.confirming import to_confirm
from curating.entry.widgets import LONG, FilterableSelect
from curating.forms import PlainDecimalField, RefusableForm
from curating.wording import help_on
from sources.ledger import LedgerError
from sources.models import Entity, Fact, Term
from sources.plain import plain_text
from sources.registry import entity_models, fact_models

REFUSALS = (LedgerError, ValidationError, IntegrityError)
"""How the ledger, a model or a guard of the database says no."""

Fieldsets = list[Any]


def reason_of(refusal: Exception) -> str:
    """What a refusal says to a person; databases add lines that only programs need."""
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    if isinstance(refusal, IntegrityError) and "unique" in str(refusal).lower():
        return "Something of the same key was saved meanwhile, and keys are unique. Look at it, or choose another key."
    return str(refusal).partition("\n")[0]


def is_id(text: str) -> bool:
    """Whether a text can be the primary key of a row; addresses and forms may hold anything."""
    return text.isdecimal() and len(text) < 19


def page_of(thing: Fact | Entity) -> str:
    """Address of the change page of a fact or an entity, among its own kind."""
    model = ({**fact_models(), **entity_models()})[thing.kind]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[thing.pk])


def entered_fields(model: type[Model]) -> tuple[str, ...]:
    """Names of the fields that a kind adds to what all facts or entities have, and that a curator fills in."""
    return tuple(field.name for field in model._meta.local_fields if field.editable and not field.primary_key)


class LookedUp(AutocompleteSelect):
    """A choice among many, which are looked up while one types. What can't be an id chooses nothing."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if is_id(str(one))], attrs)


class FoundAdmin(admin.ModelAdmin):
    """Finds what an address names, whatever else that says."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return super().get_object(request, object_id, from_field or None)


class ReadOnlyAdmin(FoundAdmin):
    """Shows what is only ever written by the acts of the ledger."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OwnKindChangeList(ChangeList):
    def url_for_result(self, result: Any) -> str:
        return page_of(result)


class OverviewAdmin(ReadOnlyAdmin):
    """Lists things of all kinds; each is looked at among its own kind."""

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return OwnKindChangeList

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        thing = self.get_object(request, object_id)
        if thing and self.has_view_permission(request, thing):
            return redirect(page_of(thing))
        return super().change_view(request, object_id, *args, **kwargs)


class CodeFilter(admin.ChoicesFieldListFilter):
    """Offers the words of a fixed list without what they mean, which is too long for the margin."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield choice | {"display": str(choice["display"]).partition(": ")[0]}


class WordFilter(admin.AllValuesFieldListFilter):
    """Offers the words that a list has, and a name for where there is none."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield choice if choice["display"] != "" else choice | {"display": "not stated"}


def _field(model: type[Model], name: Any) -> Any:
    """The field of a name, none where that is of something else."""
    return next((field for field in model._meta.fields if field.name == name), None)


def column(model: type[Model], name: str) -> Any:
    """A list's column for a field or a method; of a fixed list's word it shows no more than the word."""
    field = _field(model, name)
    if field is None or not field.choices:
        return name

    @admin.display(description=str(field.verbose_name), ordering=name)
    def word(thing: Model) -> str:
        return getattr(thing, name)

    return word


def number_as_stated(model: type[Model], name: Any) -> Any:
    """What the page of a thing has for a field that can only be read: of a number, what was stated."""
    field = _field(model, name)
    if not isinstance(field, DecimalField):
        return name

    @admin.display(description=str(field.verbose_name))
    def number(thing: Model) -> str:
        value = getattr(thing, name)
        return "-" if value is None else plain_text(value)

    number.__name__ = name
    return number


def filter_on(model: type[Model], name: str) -> Any:
    """The filter that suits a field: short words, or only those things that the list has."""
    field: Any = model._meta.get_field(name)
    if field.is_relation:
        return name, admin.RelatedOnlyFieldListFilter
    if field.choices:
        return name, CodeFilter
    return (name, WordFilter) if isinstance(field, CharField) else name


class CuratedFields(admin.options.BaseModelAdmin):
    """Form fields as curators need them: open vocabularies are words to choose from, and notes take little room."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        DecimalField: {"form_class": PlainDecimalField},
        TextField: {"widget": AdminTextareaWidget({"rows": 3})},
        DateField: {"error_messages": {"invalid": "Write the day as 2024-07-09."}},
        URLField: {
            "assume_scheme": "https",
            "error_messages": {"invalid": "Write the whole address, such as https://example.org/report.html."},
        },
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        vocabulary = getattr(self.model, "vocabularies", {}).get(db_field.name)
        kwargs.setdefault("help_text", help_on(db_field))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LookedUp(db_field, self.admin_site)
        if vocabulary is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        terms = Term.objects.filter(vocabulary=vocabulary).values_list("code", "definition")
        return word_field(db_field, terms, _help_with_link(kwargs["help_text"], vocabulary, request))


def word_field(db_field: Any, words: Iterable[tuple[str, str]], help_text: str = "") -> forms.ChoiceField:
    """Offers words, each with what it means, for a field that takes one of them; a long list is filtered by typing."""
    choices = [(code, f"{code}: {definition}") for code, definition in words]
    return forms.ChoiceField(
        choices=[*BLANK_CHOICE_DASH, *choices],
        widget=FilterableSelect if len(choices) >= LONG else forms.Select,
        required=not db_field.blank,
        label=capfirst(db_field.verbose_name),
        help_text=help_text or help_on(db_field),
    )


def _help_with_link(text: str, vocabulary: str, request: HttpRequest) -> str:
    if not request.user.has_perm("sources.add_term"):
        return text
    address = f"{reverse('admin:sources_term_add')}?vocabulary={vocabulary}"
    return format_html('{} <a href="{}" target="_blank">Add a word</a>.', text, address)


def _replaced(line: Any, by: Mapping[Any, Any]) -> Any:
    """A line of a form, or the several fields of one, with some fields replaced."""
    return by.get(line, line) if isinstance(line, str) else [by.get(name, name) for name in line]


class LedgerAdmin(CuratedFields, FoundAdmin):
    """Edits what the ledger guards. Whatever it refuses is said on the page, and nothing entered is lost."""

    form = RefusableForm
    list_per_page = 50

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request) and request.user.has_perm("sources.publish_fact")

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in, but for references to what isn't there."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        references = {field.name: field for field in self.opts.get_fields() if isinstance(field, ForeignKey)}
        for name in references.keys() & initial.keys():
            known: Any = references[name].related_model
            if not (is_id(initial[name]) and known.objects.filter(pk=initial[name])):
                del initial[name]
        return initial

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        self._state_numbers(context["adminform"])
        if words := to_confirm(context["adminform"].form, context["errors"]):
            context |= {"errors": [], "to_confirm": words}
        return super().render_change_form(request, context, *args, **kwargs)

    def _state_numbers(self, form: Any) -> None:
        """Django fills up with zeros what can only be read."""
        shown = {name: number_as_stated(self.model, name) for name in form.readonly_fields}
        form.readonly_fields = [*shown.values()]
        form.fieldsets = [
            (title, options | {"fields": [_replaced(line, shown) for line in options["fields"]]})
            for title, options in form.fieldsets
        ]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Once more after a refusal, with a form that says why."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except REFUSALS as refusal:
            request.refusal = reason_of(refusal)  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._unless_refused(super().changelist_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._unless_refused(super().delete_view, request, *args, **kwargs)

    def _unless_refused(
        self, view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return redirect(request.path)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What belongs to a thing goes with it: the right to delete the thing is enough."""
        listed, counts, needed, protected = super().get_deleted_objects(objs, request)
        return listed, counts, needed & {self.opts.verbose_name}, protected
