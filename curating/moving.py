"""Admin pages on which entities and sources are renamed, and merged into others."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from curating.mergers import Merger, merger_of
from curating.merging import Merged, merge
from curating.preview import SEEN, Preview, perform, preview_of
from curating.readable import Page
from curating.shared import REFUSALS, LedgerAdmin, LookedUp, reason_of
from sources import ledger
from sources.models import Citation, Entity, Record, Revision
from sources.moves import left_by, merged_by_now
from sources.moving import named, problems_of_key, stands
from sources.registry import fact_models

RENAME, MERGE = "rename", "merge"


class MoveForm(forms.Form):
    """Why something is renamed or merged."""

    merger: Merger | None = None
    """What was found of a merger when it was previewed."""

    message = forms.CharField(
        label="What changes and why",
        widget=AdminTextareaWidget({"rows": 3}),
        help_text="Readers find this in the history, and where the old address leads on.",
    )

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record

    def act(self, user: Any) -> Revision:
        """Do what was entered, as one revision."""
        raise NotImplementedError

    def preview(self, user: Any) -> Preview:
        return preview_of(lambda: self.act(user))


class RenameForm(MoveForm):
    """Another name, another key, or both."""

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        own = record.identity[0]
        self.fields["key"] = forms.CharField(
            label=own.capitalize(),
            max_length=record._meta.get_field(own).max_length,
            initial=record.document_key,
            help_text=f"The address ends in it. The old {own} goes on to lead here.",
        )
        if isinstance(record, Entity):
            name: Any = record._meta.get_field("name")
            self.fields["name"] = name.formfield(initial=record.name)
            self.fields["keep_name"] = forms.BooleanField(
                required=False,
                initial=True,
                label="Keep the old name as an alias",
                help_text="Filters go on to accept it. Leave it out where the old name was a mistake.",
            )
        self.order_fields(["name", "keep_name", "key", "message"])

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key != self.record.document_key and (problems := list(problems_of_key(self.record, key))):
            raise ValidationError(problems)
        return key

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors and not self.changes_key and not self.changes_name:
            raise ValidationError("Nothing is changed: enter another name, or another key.")
        return cleaned

    @property
    def changes_key(self) -> bool:
        return self.cleaned_data.get("key") != self.record.document_key

    @property
    def changes_name(self) -> bool:
        return "name" in self.fields and self.cleaned_data.get("name") != self.record.name

    def act(self, user: Any) -> Revision:
        record, message, author = copy(self.record), self.cleaned_data["message"], user.get_username()
        if self.changes_name:
            old, record.name = record.name, self.cleaned_data["name"]
            aliases = [alias for alias in record.aliases.split("|") if alias and alias != record.name]
            if self.cleaned_data["keep_name"] and old not in aliases:
                aliases.append(old)
            record.aliases = "|".join(aliases)
            record.full_clean()
            record.save()
        if self.changes_key:
            return ledger.rename(record, self.cleaned_data["key"], author=author, message=message)
        return ledger.record([record], author=author, message=message)


class MergeForm(MoveForm):
    """What something is to become part of."""

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        site = kwargs.pop("site")
        super().__init__(record, *args, **kwargs)
        kind = record._meta.verbose_name
        self.fields["into"] = forms.ModelChoiceField(
            type(record).objects.exclude(pk=record.pk),
            label="Merge into",
            widget=LookedUp(_field_naming(type(record)), site),
            help_text=f"The {kind} that stays. Choose by name, slug or alias.",
        )
        self.order_fields(["into", "message"])

    def clean_into(self) -> Record:
        into: Record = self.cleaned_data["into"]
        if not stands(into):
            raise ValidationError(f"The {named(into)} is not in the dataset: publish it first, or choose another one.")
        return into

    def _merge(self, user: Any) -> Merged:
        return merge(copy(self.record), copy(self.cleaned_data["into"]), user, self.cleaned_data["message"])

    def act(self, user: Any) -> Revision:
        return self._merge(user).revision

    def preview(self, user: Any) -> Preview:
        def run() -> Revision:
            merged = self._merge(user)
            self.merger = merger_of(merged, self.record, self.cleaned_data["into"])
            return merged.revision

        return preview_of(run)


def _field_naming(model: type[Record]) -> Any:
    """A field that names records of a model, which the admin looks these up for while they are typed."""
    named_by: list[type[models.Model]] = [Citation, *fact_models().values()]
    fields = (one for kind in named_by for one in kind._meta.local_concrete_fields)
    return next(one for one in fields if isinstance(one, models.ForeignKey) and one.related_model is model)


@dataclass(frozen=True, slots=True)
class MoveAct:
    """Renaming or merging, as its page names it."""

    name: str
    verb: str
    title: str
    done: str
    meaning: str


ACTS = (
    MoveAct(
        RENAME,
        "Rename",
        "Rename {}",
        "Renamed",
        "One revision gives it another name, another key, or both, wherever the dataset shows it. Older revisions keep the "
        "old ones, and the old address leads to the new one for ever.",
    ),
    MoveAct(
        MERGE,
        "Merge",
        "Merge {} into another",
        "Merged",
        "One revision gives each fact that names it a next version that names the other one instead, and lets its address "
        "and its names lead there. Older revisions keep it as it was. No fact is lost.",
    ),
)


class MovableAdmin(LedgerAdmin):
    """Adds the pages on which what the dataset shows is renamed, or merged into another."""

    change_form_template = "curating/record.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        moves = [
            path(f"<int:pk>/{act.name}/", view(self.move_view), {"act": act}, name=self._name_of(act)) for act in ACTS
        ]
        return [*moves, *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """What is offered to be named leaves out what was merged into another."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path == reverse(f"{self.admin_site.name}:autocomplete"):
            found = found.exclude(pk__in=merged_by_now(self.model.document_kind))
        return found, may_repeat

    def _name_of(self, act: MoveAct) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.name}"

    def _form(self, request: HttpRequest, act: MoveAct, record: Any) -> Any:
        data = request.POST if request.method == "POST" else None
        if act.name == RENAME:
            return RenameForm(record, data)
        return MergeForm(record, data, site=self.admin_site)

    def move_view(self, request: HttpRequest, pk: int, act: MoveAct) -> HttpResponse:
        """Ask for the new name or the other one, show what would change, and do it once that was seen."""
        if not self.has_publish_permission(request):
            raise PermissionDenied
        record = self.get_object(request, str(pk))
        if record is None:
            raise Http404("There is no such thing.")
        if not stands(record):
            self.message_user(request, f"The {named(record)} is not in the dataset.", messages.ERROR)
            return redirect(self._page_of(record))
        form, page = self._form(request, act, record), None
        if form.is_valid():
            if "_confirm" in request.POST and self._moved(request, act, record, form):
                return redirect(self._page_of(record))
            page = Page(form.preview(request.user))
        return self._move_page(request, act, record, form, page)

    def _moved(self, request: HttpRequest, act: MoveAct, record: Any, form: Any) -> bool:
        try:
            with transaction.atomic():
                revision = perform(lambda: form.act(request.user), request.POST.get(SEEN, ""))
                said = f"{act.done} in revision {revision.number}: {form.cleaned_data['message']}"
                for one in filter(None, (record, form.cleaned_data.get("into"))):
                    self.log_change(request, one, said)
        except REFUSALS as refusal:
            self.message_user(request, reason_of(refusal), messages.ERROR)
            return False
        self.message_user(request, f"{act.done} in revision {revision.number}: {record}.", messages.SUCCESS)
        return True

    def _move_page(self, request: HttpRequest, act: MoveAct, record: Any, form: Any, page: Page | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.title.format(record),
            "act": act,
            "original": record,
            "back": self._page_of(record),
            "form": form,
            "media": self.media + form.media,
            "page": page,
            "merger": form.merger,
        }
        return TemplateResponse(request, "curating/move.html", context)

    def _page_of(self, record: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if record := context.get("original"):
            context |= self._moves_from(request, record)
        return super().render_change_form(request, context, *args, **kwargs)

    def _moves_from(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What can be done with a record from its page, or where it went."""
        if stands(record):
            if not self.has_publish_permission(request):
                return {}
            return {"moves": [(act, reverse(f"admin:{self._name_of(act)}", args=[record.pk])) for act in ACTS]}
        if (move := left_by(record)) is None:
            return {}
        target = getattr(move, "entity_id" if isinstance(record, Entity) else "source_id")
        return {
            "move": move,
            "moved_at": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[target]),
        }

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or left_by(obj) is None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or left_by(obj) is None)
