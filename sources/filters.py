"""The filters that facts share, and what a filter set is made of.

Every filter takes several values by commas, is case-blind, and refuses a value that nothing can have with the
nearest one that something can.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from decimal import Decimal
from itertools import permutations
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django_filters import rest_framework as filters

from sources.compiled import Slot
from sources.filter_fields import (
    NOTHING,
    NUMBER_LOOKUPS,
    ChoiceField,
    Given,
    NumberField,
    PhraseField,
    RefusedValueError,
    TextField,
    YesNoField,
    known_words,
    one_of,
    stored,
)
from sources.issues import IssueCode
from sources.models import Rank, Support
from sources.moves import moves_of
from sources.names import directory, source_ids, words
from sources.words import nearest

LOWER, UPPER = ("__gte", "__gt"), ("__lte", "__lt")
LONGEST_LIST, LONGEST_WORDS = 40, 400
MEASURE, MEASURED_IN = "base_value", "base_unit"
"""The column that filters and orders by value compare, and the one that says in what."""


class StrictFilter(filters.Filter):
    """A filter that says in the OpenAPI document what it takes."""

    schema: dict[str, Any] = {"type": "string"}

    def __init__(self, field_name: str, help_text: str, **options: Any) -> None:
        super().__init__(field_name=field_name, **options)
        self.help_text = help_text

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value is None else self.meeting(qs, self.read(value))

    def read(self, value: Any) -> list[Any]:
        """What the rows are to have, any of it, found by what is given. Raises RefusedValueError."""
        return [value]

    def meeting(self, qs: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        """The rows that have any of these values."""
        return self.narrow(qs, one_of(self.field_name, values))

    def rebound(self, value: Any) -> list[Any] | None:
        """The one value that rows are to have, if the rest of the condition is the same whatever it is."""
        if type(self).filter is not StrictFilter.filter:
            return None
        values = self.read(value)
        return values if len(values) == 1 else None

    def describe(self) -> dict[str, Any]:
        return self.schema

    def offers(self, revision: Any) -> Sequence[str] | None:
        """All that could be given, where that is a short list that is known."""
        return None

    def narrow(self, qs: QuerySet[Any], condition: Q) -> QuerySet[Any]:
        """The rows that meet a condition, each once, however many of its parts do."""
        if qs.model._meta.get_field(self.field_name.split("__")[0]).one_to_many:
            return qs.filter(pk__in=qs.model.objects.filter(condition).values("pk"))
        return qs.filter(condition)


class ChoiceFilter(StrictFilter):
    """Takes words of a fixed list."""

    field_class = ChoiceField

    def __init__(self, field_name: str, help_text: str, choices: Iterable[str], *, nullable: bool = False) -> None:
        self.choices = [*choices, *([NOTHING] if nullable else [])]
        super().__init__(field_name, help_text, words=self.choices)

    def read(self, value: list[str]) -> list[str]:
        return list(map(stored, value))

    def describe(self) -> dict[str, Any]:
        listed = ", ".join(self.choices)
        return {"type": "string", "description": f"One or several of: {listed}." if len(listed) < LONGEST_WORDS else ""}


class IssueFilter(ChoiceFilter):
    """Takes codes of issues, of which a document may have several."""

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        if value is None:
            return qs
        asked = Q()
        for code in value:
            asked |= Q(**{self.field_name: ""} if code == NOTHING else {f"{self.field_name}__contains": f" {code} "})
        return qs.filter(asked)


class WordFilter(StrictFilter):
    """Takes words of an open vocabulary, which grows without a change of code."""

    field_class = TextField

    def __init__(self, field_name: str, help_text: str, vocabulary: str, *, nullable: bool = True) -> None:
        super().__init__(field_name, help_text)
        self.vocabulary, self.nullable = vocabulary, nullable

    def read(self, value: list[str]) -> list[str]:
        known = words(self.vocabulary, self.parent.newest) if self.parent.newest else ()
        return list(map(stored, known_words(value, [*known, NOTHING] if self.nullable else known)))

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "description": f"Words of the vocabulary {self.vocabulary}, see vocabularies/."}


class TextFilter(StrictFilter):
    """Takes texts that a column holds word for word, whatever their case."""

    field_class: type[forms.Field] = TextField

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        if value is None:
            return qs
        wanted = Q()
        for text in value:
            wanted |= Q(**{f"{self.field_name}__iexact": stored(text)})
        return self.narrow(qs, wanted)


class KeyFilter(TextFilter):
    """Takes the keys of sources or entities: those that they are shown by, and those that led to these."""

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        if value is None:
            return qs
        number = self.parent.revision.number if self.parent.revision else 0
        moves, keys = moves_of(qs.model.document_kind, self.parent.newest), [text.casefold() for text in value]
        meant = [pk for key in keys if (pk := moves.meant(key, number)) is not None]
        return qs.filter(Q(shown_key__in=keys) | Q(pk__in=meant))


class NumberFilter(StrictFilter):
    """Takes one number that a column is to equal, exceed or stay below."""

    field_class = NumberField

    def __init__(self, field_name: str, help_text: str, lookup: str = "exact", *, whole: bool = True) -> None:
        super().__init__(field_name, help_text, lookup_expr=lookup, whole=whole)
        self.schema = {"type": "integer" if whole else "number"}

    def read(self, value: Decimal) -> list[Decimal | int]:
        return [int(value) if self.schema["type"] == "integer" else value]

    def condition(self, values: list[Any]) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": values[0]})

    def meeting(self, qs: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        return qs.filter(self.condition(values))


class YesNoFilter(StrictFilter):
    field_class = YesNoField
    schema = {"type": "boolean"}

    def meeting(self, qs: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        return qs.filter(one_of(self.field_name, values))


class EntityFilter(StrictFilter):
    """Takes entities by slug, code, name or alias."""

    field_class = TextField

    def __init__(self, field_name: str, help_text: str, kind: str) -> None:
        super().__init__(field_name, help_text)
        self.kind = kind

    def find(self, value: list[str]) -> list[Any]:
        """The ids of what is named; a name may itself hold commas."""
        newest = self.parent.newest
        if newest is None:
            return []
        known = directory(self.kind, newest, self.parent.revision)
        if (whole := known.find(",".join(value))) is not None:
            return [whole]
        ids = [known.find(name) for name in value]
        for name, found in zip(value, ids, strict=True):
            if found is None:
                allowed = known.slugs if len(known.slugs) <= LONGEST_LIST else ()
                raise RefusedValueError(f"There is no {self.kind} “{name}”.", allowed, nearest(name, known.names))
        return ids

    def read(self, value: list[str]) -> list[Any]:
        return self.find(value)


class MentionFilter(EntityFilter):
    """Takes entities that a fact names in any role."""

    def meeting(self, qs: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        return qs.filter(pk__in=qs.model.objects.filter(one_of("mentions__entity", values)).values("pk"))


class SourceFilter(StrictFilter):
    """Takes sources that a fact cites, or through which it was read."""

    field_class = TextField

    def read(self, value: list[str]) -> list[int]:
        newest = self.parent.newest
        known = source_ids(newest, self.parent.revision) if newest else {}
        for key in value:
            if key.casefold() not in known:
                allowed = list(known) if len(known) <= LONGEST_LIST else []
                raise RefusedValueError(f"There is no source “{key}”.", allowed, nearest(key, known))
        return [known[key.casefold()] for key in value]

    def meeting(self, qs: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        path = f"{self.field_name}__" if self.field_name else ""
        cited = one_of(f"{path}source", values) | one_of(f"{path}via", values)
        return qs.filter(pk__in=qs.model.objects.filter(cited).values("pk"))


class SearchFilter(StrictFilter):
    """Takes words that a document is to hold, all of them, each as the beginning of one."""

    field_class = PhraseField

    def meeting(self, qs: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__words": values[0]})


def number_filters(name: str, field_name: str, help_text: str, *, whole: bool = True) -> dict[str, NumberFilter]:
    """Filters of one column: equal, at least, at most, more, less."""
    return {
        f"{name}{suffix}": NumberFilter(field_name, f"{help_text}: {words}.", lookup, whole=whole)
        for suffix, (lookup, words) in NUMBER_LOOKUPS.items()
    }


class StrictFilterSet(filters.FilterSet):
    """A filter set over rows joined to their documents at one revision.

    What it takes are the names of the newest revision, whichever is read.
    """

    offered: ClassVar[dict[str, StrictFilter]] = {}
    """Each query parameter and the filter behind it."""
    required: ClassVar[tuple[Mapping[str, str], ...]] = ()
    """What has to be given: exactly one parameter of each of these, each with an example of its value."""

    @classmethod
    def get_filters(cls) -> dict[str, StrictFilter]:
        return dict(cls.offered)

    @classmethod
    def example(cls) -> dict[str, str]:
        """The least query that can be answered."""
        return dict(next(iter(choice.items())) for choice in cls.required)

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], *, revision: Any, newest: Any) -> None:
        # Not the base's own: it would copy every filter that is offered, where few are asked for.
        self.is_bound, self.data, self.queryset = True, data, queryset
        self.revision, self.newest = revision, newest
        self.request = self.form_prefix = None
        self.filters = {name: copy(one) for name, one in self.base_filters.items() if name in data}
        for one in self.filters.values():
            one.model, one.parent = queryset.model, self
        self.given = Given(self.filters, data)
        self.values: dict[str, Any] = {}
        """By filter, the value that its condition is bound to anew."""
        self.tied = {name: value for name, value in self.given.cleaned_data.items() if value is not None}
        """By filter, the value that its condition itself depends on."""
        self.is_readable = not self.given.errors
        if self.is_readable and type(self).filter_queryset is StrictFilterSet.filter_queryset:
            self._rebind()

    def _rebind(self) -> None:
        """Find what is named; what only the database can refuse is refused like a wrong form."""
        for name, value in list(self.tied.items()):
            try:
                if rebound := self.filters[name].rebound(value):
                    self.values[name] = rebound[0]
                    del self.tied[name]
            except ValidationError as error:
                self.given.add_error(name, error)
                del self.tied[name]

    @property
    def form_of_query(self) -> Hashable:
        """All that its conditions follow from, but for the values that are bound anew."""
        states = [(one.number, one.created) for one in (self.revision, self.newest) if one and self.tied]
        return (*self.values, repr(self.tied), *states)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply every filter but those by value."""
        self.unfiltered = queryset
        for name, value in self.tied.items():
            try:
                queryset = self.filters[name].filter(queryset, value)
            except ValidationError as error:
                self.given.add_error(name, error)
        for name, value in self.values.items():
            if not self.measures(name):
                queryset = self.filters[name].meeting(queryset, [Slot(name, value)])
        return queryset

    def without(self, names: Iterable[str]) -> QuerySet[Any]:
        """The rows that would be found without some of the filters."""
        data = QueryDict(mutable=True)
        data.update({name: str(self.data[name]) for name in self.data if name not in names})
        wider = type(self)(data, self.queryset, revision=self.revision, newest=self.newest)
        return wider.filter_queryset(self.unfiltered).filter(wider.ranges())

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """The pairs of bounds that no number can keep."""
        given = {name: value for name, value in self.given.cleaned_data.items() if value is not None}
        bounds = [name for name in given if name.endswith((*LOWER, *UPPER))]
        for low, high in permutations(bounds, 2):
            same = low.rpartition("__")[0] == high.rpartition("__")[0]
            if same and low.endswith(LOWER) and high.endswith(UPPER):
                strict = low.endswith("__gt") or high.endswith("__lt")
                if given[low] > given[high] or (strict and given[low] == given[high]):
                    yield low, high

    def measures(self, name: str) -> bool:
        """Whether a filter compares numbers, and so makes sense in one unit only."""
        return bool(self.filters[name].field_name == MEASURE)

    def ranges(self) -> Q:
        """What the filters by value ask for."""
        asked = Q()
        for name, value in self.values.items():
            if self.measures(name):
                asked &= self.filters[name].condition([Slot(name, value)])
        return asked


FACT = {
    "key": TextFilter("key", "Keys of facts, to fetch several at once."),
    "rank": ChoiceFilter("rank", "How they stand among competing claims.", Rank.values),
    "period": TextFilter("period", "What time the claim is about, in EDTF exactly as served, or null."),
    **number_filters("year", "year", "Year of the period, or else of the valuation date"),
    "as_of": TextFilter("as_of", "Valuation date of the estimate, in EDTF exactly as served, or null."),
    "statement": TextFilter("statement", "Key shared by the facts of one estimate."),
    "source": SourceFilter("citations", "Keys of sources that support them, or in which these were read."),
    "support": ChoiceFilter("citations__support", "How well a cited place supports them.", Support.values),
    "disputed": YesNoFilter("shown_disputed", "Whether claims of other sources contradict them."),
    "issue": IssueFilter("shown_issues", "What looks wrong with them: any of these.", IssueCode.values, nullable=True),
    **number_filters("version", "version", "Version of the fact"),
    "q": SearchFilter(
        "shown_search", "Words of the fact, its entities and its sources: all of them, each from its beginning."
    ),
}
"""The filters of all facts."""
