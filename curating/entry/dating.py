"""Asks about dates that EDTF reads otherwise than most people do."""

from __future__ import annotations

import re
from typing import Any

from curating.entry.asking import AskingForm
from sources.edtf import validate_edtf
from sources.worded_dates import CODES

_YEAR_AND_CODE = re.compile(r"(?P<year>[0-9]{4})-(?P<code>[0-9]{2})")


class DatedForm(AskingForm):
    """A form whose dates are in EDTF. 2023-24 is a winter there, where many a source means two years."""

    def clean(self) -> dict[str, Any] | None:
        entered = super().clean() or self.cleaned_data
        for field in self._meta.model._meta.fields:
            if validate_edtf in field.validators and field.name in self.changed_data:
                self._ask_about_years(field.name, str(field.verbose_name), entered.get(field.name) or "")
        return entered

    def _ask_about_years(self, name: str, label: str, date: str) -> None:
        found = _YEAR_AND_CODE.fullmatch(date)
        if not found or found["code"] not in CODES or int(found["code"]) != (int(found["year"]) + 1) % 100:
            return
        year = int(found["year"])
        self.ask(
            name,
            f"The {label} {date} means the {CODES[found['code']]} of {year}. If the years {year} to {year + 1} are meant, "
            f"write {year}/{year + 1}; if not, tick below.",
            f"The {CODES[found['code']]} of {year} is meant.",
            date,
        )
