"""Filters that reach rows through other facts, as these stand at the revision that is read.

Facts known to be wrong lead nowhere.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from sources.filters import EntityFilter
from sources.models import Fact, Mention, Rank, Revision


def standing(kind: type[Fact], revision: Revision | None) -> QuerySet[Any]:
    """The facts of a kind that stood at a revision, those known to be wrong left out."""
    return kind.objects.at(revision.number if revision else 0).exclude(rank=Rank.DEPRECATED)


class ThroughFactsFilter(EntityFilter):
    """Takes entities that facts of one kind tie to what the field names, as designations tie lists to minerals."""

    def __init__(self, field_name: str, help_text: str, facts: type[Fact], *, taken: str, tied: str) -> None:
        super().__init__(field_name, help_text, facts._meta.get_field(taken).related_model.document_kind)  # type: ignore[union-attr]
        self.facts, self.taken, self.tied = facts, taken, tied

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        if value is None:
            return qs
        facts = standing(self.facts, self.parent.revision).filter(**{f"{self.taken}__in": self.find(value)})
        return self.narrow(qs, Q(**{f"{self.field_name}__in": facts.values(self.tied)}))


class NamedTogetherFilter(EntityFilter):
    """Takes entities that some fact of any kind names together with the one of the row, in whatever roles."""

    def __init__(self, help_text: str, kind: str) -> None:
        super().__init__("mentions", help_text, kind)

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        if value is None:
            return qs
        facts = standing(Fact, self.parent.revision).filter(mentions__entity__in=self.find(value))
        return qs.filter(pk__in=Mention.objects.filter(fact__in=facts).values("entity"))
