"""The form of entities: a name that another of the kind answers to is asked about."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from curating.entry.dating import DatedForm
from curating.forms import RefusableForm, ShownRecordForm
from sources.models import Entity
from sources.words import folded


class EntityForm(DatedForm, RefusableForm):
    """An entity that nothing shows yet."""

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if taken := self._others().filter(slug=slug).first():
            raise ValidationError(f"{taken.name} has this slug already. Use that, or choose another slug.")
        return slug

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        if not self.instance.pk or {"name", "aliases"} & set(self.changed_data):
            self._ask_about_namesakes()
        return self.cleaned_data

    def _ask_about_namesakes(self) -> None:
        entered = [self.cleaned_data.get("name") or "", *(self.cleaned_data.get("aliases") or "").split("|")]
        names = {folded(name) for name in entered} - {""}
        found = [other for other in self._others() if names & {folded(name) for name in other.names}]
        if not found:
            return
        page = f"admin:{self._meta.model._meta.app_label}_{self._meta.model._meta.model_name}_change"
        links = format_html_join(
            ", ", '<a href="{}" target="_blank">{}</a>', ((reverse(page, args=[one.pk]), one.name) for one in found[:5])
        )
        self.ask(
            "another_entity",
            format_html("This name is known already: {}. If the same is meant, use that; if not, tick below.", links),
            "This is another one of the same name.",
            sorted(one.slug for one in found),
        )

    def _others(self) -> Any:
        model: type[Entity] = self._meta.model
        return model.objects.exclude(pk=self.instance.pk)


class ShownEntityForm(EntityForm, ShownRecordForm):
    """An entity that the dataset shows."""
