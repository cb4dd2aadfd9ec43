"""The form of a fact with a number: what the source says is typed, read, and shown to be confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html

from curating.confirming import READING
from curating.forms import FactForm
from minerals.quantities import Availability
from minerals.stated.grades import read_grade
from minerals.stated.numbers import UnreadableError
from minerals.stated.ranks import read_place
from minerals.stated.reading import NUMBERS, Stated, agree, read
from minerals.units import UNITS, units_of

FIGURE = ("comparator", *NUMBERS, "unit", "availability")
WITHOUT_NUMBER = (Availability.WITHHELD, Availability.NOT_AVAILABLE, Availability.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Wording:
    """A field for the words of a source, how they are read, and the fields of what is read, by the names in `Stated`."""

    words: str
    fields: Mapping[str, str]
    read: Callable[[str, str], Stated]
    stands_alone: bool = True
    """Whether words that can't be read may be kept without a number; those of a figure have an availability to say so."""


def _of_rank(rank: str) -> Wording:
    return Wording(f"{rank}_verbatim", {name: f"{rank}_{name}" for name in ("comparator", "value")}, read_place)


WORDINGS = (
    Wording("verbatim", {name: name for name in FIGURE}, read, stands_alone=False),
    Wording("grade_verbatim", {"value": "grade_value", "unit": "grade_unit"}, read_grade),
    _of_rank("world_rank"),
    _of_rank("counterpart_rank"),
)


class QuantityForm(FactForm):
    """A draft of a fact with a number. Reading its words never saves anything: it fills in the form, which comes back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for wording in WORDINGS:
            if field := self.fields.get(wording.words):
                field.help_text = f"{field.help_text} Saving reads them into the other fields, for you to check."

    def clean(self) -> dict[str, Any] | None:
        entered = super().clean()
        for wording in WORDINGS:
            names = {wording.words, *wording.fields.values()}
            if names <= self.fields.keys() and names & set(self.changed_data) and not names & set(self.errors):
                self._look_at(wording)
        return entered

    def _look_at(self, wording: Wording) -> None:
        words = self.cleaned_data.get(wording.words, "")
        if not words:
            return
        entered = self._entered(wording)
        if any(entered.get(name) is not None for name in NUMBERS) or entered.get("availability") in WITHOUT_NUMBER:
            self._compare(wording, words, entered)
        else:
            self._read(wording, words, entered.get("unit", ""))

    def _entered(self, wording: Wording) -> dict[str, Any]:
        """What the fields say, by the names in `Stated`."""
        values = {name: self.cleaned_data.get(field) for name, field in wording.fields.items()}
        return {name: value if name in NUMBERS else value or "" for name, value in values.items()}

    def _read(self, wording: Wording, words: str, unit: str) -> None:
        """Fill in what the words say, to be checked."""
        try:
            found = wording.read(words, unit)
        except UnreadableError as error:
            self._say_why_not(wording, words, str(error))
            return
        if found.value is None and wording.stands_alone:
            return
        if not wording.stands_alone and found.availability not in WITHOUT_NUMBER and not found.unit:
            found = self._in_usual_unit(found)
        sent: Any = self.data
        filled = self.data = sent.copy()
        for name, field in wording.fields.items():
            value = self.cleaned_data[field] = getattr(found, name)
            filled[self.add_prefix(field)] = "" if value is None else f"{value:f}" if name in NUMBERS else str(value)
        said = " ".join([f"Read as: {found}.", *found.hints, "Check it and save again."])
        marked = format_html('<span class="entry-read">{}</span>', said)
        self.add_error(wording.words, ValidationError(marked, code=READING))
        if "unit" in wording.fields and not found.unit and found.availability not in WITHOUT_NUMBER:
            self.add_error(wording.fields["unit"], "Choose the unit: the words don't say it.")

    def _in_usual_unit(self, found: Stated) -> Stated:
        """A bare number in the unit that all figures of its measure have, if no other unit measures the same."""
        measure, facts = self.cleaned_data.get("measure"), self._meta.model.objects
        if not measure:
            return found
        known = facts.filter(measure=measure).exclude(unit="").order_by().values_list("unit", flat=True).distinct()[:2]
        usual = "".join(known) if len(known) == 1 else ""
        if usual not in UNITS or units_of(UNITS[usual].base) != [usual]:
            return found
        hint = f"The unit is that of all figures of this measure, {usual}."
        return replace(found, unit=usual, hints=(*found.hints, hint))

    def _say_why_not(self, wording: Wording, words: str, why: str) -> None:
        if not wording.stands_alone:
            self.add_error(wording.words, why)
            return
        self.ask(
            wording.words,
            f"The words “{words}” are not read. {why} To keep the words without a number, tick below.",
            f"Keep “{words}” without a number.",
            words,
        )

    def _compare(self, wording: Wording, words: str, values: dict[str, Any]) -> None:
        """Ask where the fields say something else than the words are read as. What they lack is said by other rules."""
        is_complete = all(values.get(name) for name in ("comparator", "unit", "availability"))
        if not wording.stands_alone and not is_complete and values["availability"] not in WITHOUT_NUMBER:
            return
        try:
            found = wording.read(words, "")
        except UnreadableError:
            return
        entered = replace(found, hints=(), **values)
        if not agree(found, entered):
            self.ask(
                wording.words,
                f"The words “{words}” are read as: {found}. The fields say: {entered}. Mend what is wrong, or tick below "
                "that the fields are right.",
                "The fields say what the source says.",
                (words, *values.values()),
            )
