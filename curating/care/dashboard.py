"""The page that says at a glance what needs care, each number with the list behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from curating.care.conditions import CARES
from curating.care.filters import DEAD_LINK, NO_ADDRESS, REPLACED, UNCHECKED, CareFilter, EditionFilter, LinkFilter
from curating.care.lists import list_of
from curating.facts import StateFilter
from curating.links.models import ArchiveProposal, LinkCheck, Outcome, ProposalState
from sources.models import Fact, Source
from sources.registry import fact_models

Counts = Mapping[str, Mapping[str, int]]
"""By column, then by kind of fact."""


@dataclass(frozen=True, slots=True)
class Number:
    """A count, and the address of the list that has so many rows; none where the reader may not see it."""

    count: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    numbers: Sequence[Number]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    heads: Sequence[str]
    rows: Sequence[Row]


def may_see_care(request: HttpRequest) -> bool:
    return request.user.has_perm("sources.view_fact")


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    if not may_see_care(request):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": "Care",
        "states": _table(
            request, StateFilter.parameter_name, {state: state for state in StateFilter.states}, _by_state()
        ),
        "cares": _table(request, CareFilter.parameter_name, {care.word: care.title for care in CARES}, _by_care()),
        "meanings": CARES,
        "sources": _sources() if request.user.has_perm("sources.view_source") else [],
        "proposals": _proposals(request),
    }
    return TemplateResponse(request, "curating/care.html", context)


def _by_state() -> Counts:
    """One query for all: states are columns of the fact itself, or of the review beside it."""
    counted = {f"n{at}": Count("pk", filter=condition) for at, condition in enumerate(StateFilter.states.values())}
    rows: Any = list(Fact.objects.order_by().values("kind").annotate(**counted))
    return {state: {row["kind"]: row[f"n{at}"] for row in rows} for at, state in enumerate(StateFilter.states)}


def _by_care() -> Counts:
    return {care.word: _by_kind(care.condition()) for care in CARES}


def _by_kind(condition: Q) -> dict[str, int]:
    return dict(Fact.objects.filter(condition).order_by().values_list("kind").annotate(Count("pk")))


def _table(request: HttpRequest, parameter: str, columns: Mapping[str, str], counts: Counts) -> Table:
    """All kinds together, then each kind that has any fact counted."""
    heads = [capfirst(title) for title in columns.values()]
    rows = [_row(request, "All kinds", Fact, parameter, {word: sum(counts[word].values()) for word in columns})]
    for kind, model in fact_models().items():
        found = {word: counts[word].get(kind, 0) for word in columns}
        if any(found.values()):
            rows.append(_row(request, capfirst(str(model._meta.verbose_name_plural)), model, parameter, found))
    return Table(heads, rows)


def _row(request: HttpRequest, name: str, model: type[Model], parameter: str, found: Mapping[str, int]) -> Row:
    may_see = request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    numbers = [Number(count, list_of(model, **{parameter: word}) if may_see else "") for word, count in found.items()]
    return Row(name, numbers)


def _sources() -> list[Row]:
    """Sources by what was found of their addresses, and those that a newer edition replaces."""
    outcomes = Counter(dict(LinkCheck.objects.current().order_by().values_list("outcome").annotate(Count("pk"))))
    others = {DEAD_LINK: LinkFilter, UNCHECKED: LinkFilter, NO_ADDRESS: LinkFilter, REPLACED: EditionFilter}
    counted = Source.objects.aggregate(
        **{word: Count("pk", filter=kind.condition(word)) for word, kind in others.items()}
    )
    meanings = {Outcome(outcome).value: Outcome(outcome).label.partition(": ")[2] for outcome in outcomes}
    rows = [_source_row(word, meanings[word], outcomes[word]) for word in Outcome.values if word in outcomes]
    titles = {
        DEAD_LINK: "the address is gone, and no archived copy is named",
        UNCHECKED: "the address was not looked at yet, or was changed since",
        NO_ADDRESS: "the source has no address",
    }
    head, *rest = (_source_row(word, meaning, counted[word]) for word, meaning in titles.items())
    replaced = Number(counted[REPLACED], list_of(Source, edition=REPLACED))
    return [head, *rows, *rest, Row("older edition", [replaced], "a newer edition replaces it")]


def _source_row(word: str, meaning: str, count: int) -> Row:
    return Row(word.replace("_", " "), [Number(count, list_of(Source, link=word))], meaning)


def _proposals(request: HttpRequest) -> Number | None:
    if not request.user.has_perm("curating.view_archiveproposal"):
        return None
    count = ArchiveProposal.objects.filter(state=ProposalState.OPEN).count()
    return Number(count, list_of(ArchiveProposal, state__exact=ProposalState.OPEN))
