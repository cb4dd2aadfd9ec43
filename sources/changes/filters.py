"""The filters of changes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django import forms

from sources.changes.rows import Action, naming, resting_on
from sources.filter_fields import RefusedValueError
from sources.filters import ChoiceFilter, EntityFilter, SourceFilter, StrictFilter, StrictFilterSet, TextFilter
from sources.models import Revision
from sources.parameters import DESCRIPTIONS
from sources.registry import entity_models, fact_models, record_models


class SinceField(forms.Field):
    """The number of a revision, or a day."""

    def clean(self, value: Any) -> int | date | None:
        if not value:
            return None
        if re.fullmatch(r"[0-9]{1,9}", value):
            return int(value)
        try:
            return date.fromisoformat(value if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else "")
        except ValueError as error:
            message = f"“{value}” is neither the number of a revision nor a day such as 2026-11-24."
            raise RefusedValueError(message) from error


class SinceFilter(StrictFilter):
    """Takes a revision, or a day that stands for the last revision before it."""

    field_class = SinceField
    schema = {**DESCRIPTIONS["revision"][1], "default": "0"}

    def filter(self, qs: Any, value: int | date | None) -> Any:
        if value is not None:
            self.parent.since = self.before(value) if isinstance(value, date) else self.number(value)
        return qs

    def number(self, number: int) -> int:
        newest, until = (found.number if found else 0 for found in (self.parent.newest, self.parent.revision))
        if number > newest:
            raise RefusedValueError(f"There is no revision {number} yet; the newest is {newest}.")
        if number > until:
            raise RefusedValueError(f"Revision {number} comes after {until}, the one to be read.", code="contradiction")
        return number

    def before(self, day: date) -> int:
        """The last revision before a day: what is published on it has changed since."""
        newest, read = self.parent.newest, self.parent.revision
        if day > max(datetime.now(UTC).date(), newest.created.date() if newest else date.min):
            raise RefusedValueError(f"{day} is still to come.")
        found = Revision.objects.filter(created__date__lt=day).order_by("-number").first()
        return min(found.number if found else 0, read.number if read else 0)


class ActionFilter(ChoiceFilter):
    """Takes words for what was done."""

    def filter(self, qs: Any, value: list[str] | None) -> Any:
        return qs if value is None else qs.filter(action__in=value)


class ChangeOfEntityFilter(EntityFilter):
    """Takes entities that were changed themselves, or that a changed fact names in any role."""

    def filter(self, qs: Any, value: list[str] | None) -> Any:
        return qs if value is None else qs.filter(naming(self.find(value)))


class ChangeOfSourceFilter(SourceFilter):
    """Takes sources that were changed themselves, or that a changed fact cites or was read in."""

    def filter(self, qs: Any, value: list[str] | None) -> Any:
        return qs if value is None else qs.filter(resting_on(self.read(value)))


class ChangeFilterSet(StrictFilterSet):
    """The filters of changes."""

    since: int = 0
    """The revision after which changes are asked for."""
    offered: ClassVar[dict[str, StrictFilter]] = {
        "since": SinceFilter(
            "since",
            "Changes after this revision: its number, or a day (UTC) for all from its beginning on; 0 for all there are.",
        ),
        "action": ActionFilter("action", "What was done.", Action.values),
        "key": TextFilter("key", "Keys of what was changed: of facts, sources or entities."),
        "source": ChangeOfSourceFilter(
            "of_source", "Changes of sources with these keys and of facts that cite them or were read in them."
        ),
    }

    @classmethod
    def get_filters(cls) -> dict[str, StrictFilter]:
        kinds = ChoiceFilter("kind", "Kinds of what was changed.", [*fact_models(), *record_models()])
        entities = {
            kind: ChangeOfEntityFilter(
                "of_entity", f"Changes of this {kind} and of facts that name it, by slug, code, name or alias.", kind
            )
            for kind in entity_models()
        }
        return {**cls.offered, "kind": kinds, **entities}
