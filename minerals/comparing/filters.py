"""Reads what is to be compared: the subject, and what narrows the claims that are set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from minerals.comparing.reasons import reason_for
from minerals.filters import BASE_UNITS
from minerals.models import Scope
from minerals.quantities import Status
from sources import names
from sources.filter_fields import RefusedValueError, WholeTextField, known_words
from sources.filters import (
    ChoiceFilter,
    EntityFilter,
    SourceFilter,
    StrictFilter,
    StrictFilterSet,
    TextFilter,
    WordFilter,
    number_filters,
)
from sources.joining import shown
from sources.models import Rank, Revision
from sources.registry import fact_models


@dataclass(slots=True)
class Question:
    """What is to be compared."""

    kind: Any
    measure: str
    scope: str
    mineral: int | None
    country: int | None
    narrowed: dict[str, str] = field(default_factory=dict)
    """By column of the queryset that says whether a claim is asked for, the reason for which it is left out if not."""


def measures(revision: Revision | None) -> dict[str, Any]:
    """Every word that claims can be compared by, and the kind of fact that makes them."""
    kinds: list[Any] = [model for model in fact_models().values() if getattr(model, "compared_by", "")]
    return {word: kind for kind in kinds for word in _words_of(kind, revision)}


def _words_of(kind: Any, revision: Revision | None) -> Sequence[str]:
    if vocabulary := kind.vocabularies.get(kind.compared_by):
        return names.words(vocabulary, revision) if revision else ()
    return [code for code, _ in kind._meta.get_field(kind.compared_by).choices]


class OneEntityFilter(EntityFilter):
    """Takes one entity by slug, code, name or alias."""

    def only(self, value: list[str]) -> int | None:
        found = self.find(value)
        if len(found) > 1:
            raise RefusedValueError(f"Name one {self.kind} only.")
        return found[0] if found else None


class OneChoiceFilter(ChoiceFilter):
    """Takes one word of a fixed list."""

    def only(self, value: list[str]) -> str:
        if len(value) > 1:
            raise RefusedValueError("Give one of them only.", self.choices)
        return value[0]

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "description": f"One of: {', '.join(self.choices)}."}


class OneTextFilter(TextFilter):
    """Takes one text, which may hold commas."""

    field_class = WholeTextField


class MeasureFilter(StrictFilter):
    """Takes one of the words that claims can be compared by."""

    field_class = WholeTextField

    def only(self, value: list[str]) -> tuple[str, Any]:
        """The word as it is written, and the kind of fact that it measures."""
        known = measures(self.parent.newest)
        [word] = known_words(value, list(known))
        return word, known[word]

    def offers(self, revision: Any) -> Sequence[str]:
        return sorted(measures(revision))

    def describe(self) -> dict[str, Any]:
        return {
            "type": "string",
            "description": "`reserves`, `resources`, or a word of the vocabulary production-measure.",
        }


class ComparisonFilterSet(StrictFilterSet):
    """The subject settles which claims are read; all else only narrows which of them are compared."""

    required = ({"mineral": "zinc"}, {"country": "KAZ", "scope": "world"}, {"measure": "reserves"})
    offered = {
        "mineral": OneEntityFilter("mineral", "The mineral, by slug, symbol, name or alias.", "mineral"),
        "country": OneEntityFilter(
            "country", "The country, by ISO code, slug, name or alias; give it or `scope`.", "country"
        ),
        "scope": OneChoiceFilter(
            "scope", "The world or its rest; give it or `country`.", [Scope.WORLD, Scope.REST_OF_WORLD]
        ),
        "measure": MeasureFilter("measure", "What the claims measure:"),
        "stage": WordFilter("stage", "Compare claims of this stage of making.", "stage"),
        "form": OneTextFilter("form", "Compare claims about this form, word for word, or null."),
        "basis": WordFilter("basis", "Compare claims of this basis; one that states none compares with any.", "basis"),
        "status": ChoiceFilter(
            "status",
            "Compare claims of this status; one that states none compares with any.",
            Status.values,
            nullable=True,
        ),
        "reporting_code": OneTextFilter(
            "reporting_code", "Compare claims under this reporting code, or with none stated."
        ),
        "reporting_class": OneTextFilter("reporting_class", "Compare claims of this class, or with none stated."),
        "base_unit": ChoiceFilter("base_unit", "Compare claims in this base unit.", BASE_UNITS),
        "period": OneTextFilter("period", "Compare claims about this period, in EDTF exactly as served, or null."),
        "as_of": OneTextFilter("as_of", "Compare estimates as of this date, in EDTF exactly as served, or null."),
        **number_filters("year", "year", "Compare claims whose period, or else valuation date, lies in a year"),
        "source": SourceFilter("citations", "Compare claims that rest on these sources, or were read in them."),
        "rank": ChoiceFilter("rank", "Compare claims of this rank.", [Rank.PREFERRED, Rank.NORMAL]),
    }
    SUBJECT = ("mineral", "country", "scope", "measure")
    question: Question

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The claims about the mineral and the place, each with whether it is asked for."""
        given = {name: value for name, value in self.given.cleaned_data.items() if value is not None}
        subject = {name: self._only(name, given.pop(name, None)) for name in self.SUBJECT}
        measure, kind = subject["measure"] or ("", None)
        scope = subject["scope"] or Scope.COUNTRY
        self.question = Question(kind, measure, scope, subject["mineral"], subject["country"])
        rows = self._about() if kind else queryset.none()
        for name, value in given.items():
            try:
                met = self.filters[name].filter(self._holder(name).objects.all(), value)
            except ValidationError as error:
                self.given.add_error(name, error)
            else:
                rows = self._narrowed(rows, self.filters[name].field_name, met) if kind else rows
        return rows

    def _only(self, name: str, value: Any) -> Any:
        """What a parameter of the subject names; None where it names nothing, the reason noted."""
        try:
            return None if value is None else self.filters[name].only(value)
        except ValidationError as error:
            self.given.add_error(name, error)
            return None

    def _about(self) -> QuerySet[Any]:
        """Every claim of the kind about the mineral and the place, of any measure and rank."""
        question = self.question
        rows = question.kind.objects.filter(mineral=question.mineral, scope=question.scope, country=question.country)
        return shown(rows, "documents", self.revision.number if self.revision else 0)

    def _holder(self, name: str) -> Any:
        """The kind that a parameter narrows: that of the question, or while there is none any that it fits."""
        column = self.filters[name].field_name
        kinds = dict.fromkeys(measures(self.newest).values())
        holders = [one for one in kinds if column in {field.name for field in one._meta.get_fields()}]
        if self.question.kind is None or self.question.kind in holders:
            return self.question.kind or holders[0]
        words = ", ".join(word for word, kind in measures(self.newest).items() if kind in holders)
        raise RefusedValueError(f"It says nothing of {self.question.measure}, only of {words}.", code="contradiction")

    def _narrowed(self, rows: QuerySet[Any], column: str, met: QuerySet[Any]) -> QuerySet[Any]:
        """The same claims, each with whether it is among those that meet a parameter, or leaves that open."""
        condition = Q(pk__in=met.values("pk"))
        if column in self.question.kind.terms:
            condition |= Q(**{column: ""})
        alias = f"asked_{len(self.question.narrowed)}"
        self.question.narrowed[alias] = reason_for(column)
        return rows.annotate(**{alias: ExpressionWrapper(condition, output_field=BooleanField())})
