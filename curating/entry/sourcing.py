"""The forms of sources: doubles are asked about, and a key is suggested."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from curating.entry.dating import DatedForm
from curating.entry.duplicates import COMPARED, Twin, twins
from curating.entry.keys import free, key_of_source
from curating.forms import RefusableForm, ShownRecordForm
from sources.models import Source

TWINS_LISTED = 5


def links_to(found: list[Twin]) -> str:
    """Sources that may be the same document, each with its address and what makes it look so."""
    links = format_html_join(
        "; ",
        '<a href="{}" target="_blank">{}</a> ({}: {})',
        (
            (reverse("admin:sources_source_change", args=[one.pk]), one.key, one.reason, one.name)
            for one in found[:TWINS_LISTED]
        ),
    )
    return format_html("{} and {} more", links, len(found) - TWINS_LISTED) if len(found) > TWINS_LISTED else links


class SourceForm(DatedForm, RefusableForm):
    """A source that nothing shows yet."""

    class Media:
        js = ("curating/entry.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if key := self.fields.get("key"):
            key.required = False
            key.help_text = f"{key.help_text} Left empty, it is made from publisher, year and title."
        if self.initial.get("title") and not self.initial.get("kind") and (kind := self.fields.get("kind")):
            kind.widget.attrs["data-first-to-fill"] = True  # A record left it open.

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        self._ask_about_twins()
        entered = self.cleaned_data
        if "key" in self.fields and not entered.get("key") and "key" not in self.errors:
            wanted = key_of_source(*(entered.get(name) or "" for name in ("publisher", "published", "title")))
            entered["key"] = free(wanted, self._is_taken, Source._meta.get_field("key").max_length or 0)
        return entered

    def _is_taken(self, key: str) -> bool:
        return Source.objects.filter(key=key).exclude(pk=self.instance.pk).exists()

    def _ask_about_twins(self) -> None:
        entered = self.cleaned_data
        if self.instance.pk and not set(COMPARED) & set(self.changed_data):
            return
        superseded = entered.get("supersedes")
        found = twins(entered, leave_out=(self.instance.pk, superseded.pk if superseded else None))
        if not found:
            return
        self.ask(
            "another_document",
            format_html(
                "This may be here already: {}. If it is the same document, use that source. If it is another, tick below "
                "that it is; if it replaces an earlier edition, choose that under Supersedes.",
                links_to(found),
            ),
            "This is another document.",
            [one.key for one in found],
        )


class ShownSourceForm(SourceForm, ShownRecordForm):
    """A source that the dataset shows."""
