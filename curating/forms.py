"""The forms of the curators' admin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet

from curating.entry.dating import DatedForm
from curating.entry.facts import SuggestedKeyForm
from sources.models import Fact
from sources.plain import plain_text


class PlainDecimalField(forms.DecimalField):
    """Shows a number as it was entered, without the zeros that the database fills it up with."""

    default_error_messages = {"invalid": "Write a plain number, such as 1234.5: no spaces, no words, no unit."}

    def prepare_value(self, value: Any) -> Any:
        return plain_text(value) if isinstance(value, Decimal) else value


class RefusableForm(forms.ModelForm):
    """Can say why the ledger or the database refused what it was to save, and keeps what was entered."""

    refusal: ClassVar[str] = ""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            raise ValidationError(self.refusal)
        return cleaned


class FactForm(SuggestedKeyForm, DatedForm, RefusableForm):
    """A draft of a fact."""

    def clean_key(self) -> str:
        key = self.cleaned_data["key"]
        if key and Fact.objects.filter(key=key).exclude(pk=self.instance.pk).exists():
            raise ValidationError("A fact has this key already. Open it to correct it, or choose another key.")
        return key


class ShownRecordForm(RefusableForm):
    """A source, entity or term that the dataset shows: to change it is a revision."""

    revision_message = forms.CharField(
        label="What changed and why",
        widget=AdminTextareaWidget({"rows": 3}),
        help_text="The published dataset shows this. Saving publishes the change, with this message, as a revision.",
    )


class NumberedFormSet(forms.BaseInlineFormSet):
    """The parts of a fact, numbered from 1 in the order in which they were entered."""

    def save_new(self, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 (Django's signature)
        form.instance.position = (self._parts().aggregate(last=Max("position"))["last"] or 0) + 1
        return super().save_new(form, commit)

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 (Django's signature)
        saved = super().save(commit)
        for position, part in enumerate(self._parts().order_by("position"), 1):
            self._parts().filter(pk=part.pk).update(position=position)
        return saved

    def _parts(self) -> QuerySet[Any]:
        return getattr(self.instance, self.get_default_prefix()).all()


class ActForm(forms.Form):
    """What is said about an act, and whether a superuser does it alone."""

    message = forms.CharField(widget=AdminTextareaWidget({"rows": 4}))
    alone = forms.BooleanField(
        label="Publish it all the same, without a review by a second person",
        help_text="Only superusers are asked this. The history of the fact will say it.",
        required=False,
    )

    def __init__(self, *args: Any, question: str, needs_words: bool, may_be_alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message"].label = question
        self.fields["message"].required = needs_words
        if not may_be_alone:
            del self.fields["alone"]
