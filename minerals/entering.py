"""The form of a fact with a number: what the source says is typed, read, and shown to be confirmed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from curating.confirming import READING
from curating.forms import FactForm
from minerals.quantities import Availability
from minerals.stated.numbers import UnreadableError
from minerals.stated.reading import NUMBERS, Stated, agree, read

FIGURE = ("comparator", *NUMBERS, "unit", "availability")
"""The fields that the words of a source are read into."""
WITHOUT_NUMBER = (Availability.WITHHELD, Availability.NOT_AVAILABLE, Availability.UNKNOWN)


class QuantityForm(FactForm):
    """A draft of a fact with a number. Reading its words never saves anything: it fills in the form, which comes back."""

    def clean(self) -> dict[str, Any] | None:
        entered = super().clean()
        words = self.cleaned_data.get("verbatim", "")
        has_number = any(self.cleaned_data.get(name) is not None for name in NUMBERS)
        if words and not set(FIGURE) & set(self.errors) and {"verbatim", *FIGURE} & set(self.changed_data):
            if has_number or self.cleaned_data.get("availability") in WITHOUT_NUMBER:
                self._compare(words)
            else:
                self._read(words)
        return entered

    def _read(self, words: str) -> None:
        """Fill in what the words say, to be checked."""
        try:
            found = read(words, self.cleaned_data.get("unit", ""))
        except UnreadableError as error:
            self.add_error("verbatim", str(error))
            return
        sent: Any = self.data
        filled = self.data = sent.copy()
        for name in FIGURE:
            value = self.cleaned_data[name] = getattr(found, name)
            filled[self.add_prefix(name)] = "" if value is None else f"{value:f}" if name in NUMBERS else str(value)
        check = (
            "Check it and save again."
            if found.unit or found.availability in WITHOUT_NUMBER
            else "Choose the unit, check it and save again."
        )
        self.add_error("verbatim", ValidationError(" ".join([f"Read as: {found}.", *found.hints, check]), code=READING))

    def _compare(self, words: str) -> None:
        """Ask where the fields say something else than the words are read as. What they lack is said by other rules."""
        if self.cleaned_data.get("availability") not in WITHOUT_NUMBER and not self._is_complete():
            return
        try:
            found = read(words)
        except UnreadableError:
            return
        values = {name: self.cleaned_data.get(name) for name in FIGURE}
        entered = Stated(**values | {name: values[name] or "" for name in ("comparator", "unit", "availability")})
        if not agree(found, entered):
            self.ask(
                "figure",
                f"The words “{words}” are read as: {found}. The fields say: {entered}. Mend what is wrong, or tick below "
                "that the fields are right.",
                "The fields say what the source says.",
                (words, *values.values()),
            )

    def _is_complete(self) -> bool:
        return all(self.cleaned_data.get(name) for name in ("comparator", "unit", "availability"))
