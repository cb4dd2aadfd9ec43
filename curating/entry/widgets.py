"""What curators choose from long lists with: by typing a part of the word."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

LONG = 8
"""From how many words on a list can be filtered."""


class FilterableSelect(forms.Select):
    """A list that is narrowed down by typing; without scripts it is a plain list."""

    @property
    def media(self) -> forms.Media:
        """The files that the admin's own lists load, so that a page loads each once."""
        kind = "" if settings.DEBUG else ".min"
        return forms.Media(
            css={"screen": [f"admin/css/vendor/select2/select2{kind}.css", "admin/css/autocomplete.css"]},
            js=[
                f"admin/js/vendor/jquery/jquery{kind}.js",
                f"admin/js/vendor/select2/select2.full{kind}.js",
                "admin/js/jquery.init.js",
                "curating/filterable.js",
            ],
        )

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        ours = {"class": f"curating-filterable {attrs.get('class', '')}".strip(), "data-theme": "admin-autocomplete"}
        return attrs | ours | {"data-allow-clear": "true", "data-placeholder": "---------"}
