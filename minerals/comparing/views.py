"""The endpoint that shows rival claims side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from django.urls import reverse
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from minerals.comparing.claims import Claim, Group, chosen
from minerals.comparing.figures import difference, spread
from minerals.comparing.filters import ComparisonFilterSet, Question
from minerals.comparing.reasons import LeftOut, left_out
from minerals.comparing.serializers import (
    COMPARED,
    ComparedDifferenceSerializer,
    ComparedSubjectSerializer,
    ComparisonSerializer,
)
from minerals.conversion import UNIT, in_unit, misfits, refusal
from minerals.models import Country, Mineral
from minerals.serializers import CountryBriefSerializer, MineralBriefSerializer
from minerals.units import UNITS
from sources.columns import Column, columns_of, flat
from sources.editions import editions_at
from sources.exceptions import BadParameters
from sources.models import Document, Fact
from sources.plain import plain
from sources.registry import serializer_for
from sources.shapes import Shapes
from sources.viewsets import READ, QueryMixin

SETTLED = ("mineral", "scope", "country", "measure")
SHARED = [name for name in map(str, ComparedSubjectSerializer().fields) if name not in SETTLED]
"""The columns of which the subject says what the claims have in common."""


class ComparisonViewSet(QueryMixin, GenericViewSet[Any]):
    """Comparison: what all sources claim of one mineral in one place, side by side.

    Says how far the claims lie apart, which one is preferred and why, and which other claims are not comparable and why.
    Stocks (reserves, resources) are compared by the latest claim of each source, flows (output, capacity, consumption)
    for the same period. Where claims don't all compare with one another, those are shown that the query narrows to, else
    those with the preferred one, else those of the most sources; each claim left out has the address that compares it.
    """

    queryset = Fact.objects.all()
    serializer_class = ComparisonSerializer
    filterset_class = ComparisonFilterSet
    pagination_class = None
    shared_on_lists = (*READ, UNIT)
    shared_on_details = (*READ, UNIT)

    def get_shapes(self) -> Shapes:
        return (ComparisonSerializer,)

    def get_columns(self) -> tuple[Column, ...]:
        """As a table it is the claims that are compared, each with how far it lies from the first."""
        return (*columns_of(tuple(map(serializer_for, COMPARED))), *columns_of((ComparedDifferenceSerializer,)))

    def get_units(self) -> tuple[str, ...]:
        return tuple(UNITS)

    @extend_schema(responses=forced_singular_serializer(ComparisonSerializer))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        rows = self.filter_queryset(self.get_queryset())
        question: Question = self.asked.filterset.question
        editions = editions_at(self.asked.revision)
        claims = [
            Claim(row, orjson.loads(row.shown_body), _unmet(row, question), editions)
            for row in rows.order_by("key", "version")
        ]
        eligible = [one for one in claims if one.can_be_compared and one.measure == question.measure and not one.unmet]
        group = chosen(eligible)
        bases = {claim.fact.base_unit for claim in group.claims} if group else ()
        if self.asked.unit and misfits(bases, self.asked.unit):
            raise BadParameters([refusal(self.asked.unit, {claim.fact.base_unit for claim in eligible})])
        body = self.answer(question, group, left_out(claims, group, question.measure))
        if whole := self.writes_whole:
            columns = self.get_columns()
            self.at_hand = [flat(columns, {**claim["fact"], **claim}) for claim in plain(body["claims"])]
            return whole.answer(self, self.get_queryset())
        return Response(self.asked.shape.apply(body) if self.asked.shape else body)

    def answer(self, question: Question, group: Group | None, others: Sequence[LeftOut]) -> dict[str, Any]:
        compared = group.claims if group else []
        preferred = group.preferred if group else None
        return {
            "kind": question.kind.document_kind,
            "revision": self.asked.number,
            "subject": self.subject(question, compared),
            "disputed": bool(group and group.is_disputed),
            "basis_unstated": any(not claim.fact.basis for claim in compared),
            "count": len(compared),
            "claims": [
                {"fact": self.body_of(claim), "difference": difference(claim, compared[0], self.asked.unit)}
                for claim in compared
            ],
            "spread": spread(compared, self.asked.unit),
            "preferred": {"key": preferred.key, "reason": preferred.fact.rank_reason} if preferred else None,
            "left_out": [self.shown(one) for one in others],
            "sources": list({key: brief for claim in compared for key, brief in claim.sources.items()}.values()),
        }

    def body_of(self, claim: Claim) -> dict[str, Any]:
        return in_unit(claim.body, self.asked.unit) if self.asked.unit else claim.body

    def subject(self, question: Question, compared: Sequence[Claim]) -> dict[str, Any]:
        named = {question.mineral, question.country} - {None}
        documents = Document.objects.at(self.asked.number).filter(entity__in=named).values_list("kind", "body")
        bodies = {kind: orjson.loads(body) for kind, body in documents}
        return {
            "mineral": _brief(bodies.get(Mineral.document_kind), MineralBriefSerializer),
            "scope": question.scope,
            "country": _brief(bodies.get(Country.document_kind), CountryBriefSerializer),
            "measure": question.measure,
            **{name: _common(name, compared) for name in SHARED},
        }

    def shown(self, one: LeftOut) -> dict[str, Any]:
        return {
            "fact": self.body_of(one.claim),
            "reasons": list(one.reasons),
            "explanation": one.explanation,
            "select": None if one.select is None else self.address_of(one),
        }

    def address_of(self, one: LeftOut) -> str:
        """Where a claim is compared that is left out here, at the revision that was asked for."""
        body, country = one.claim.body, one.claim.body["country"]
        place = {"country": country["iso3"] or country["slug"]} if country else {"scope": body["scope"]}
        pinned = {"revision": str(self.asked.number)} if self.asked.pinned else {}
        subject = {"mineral": body["mineral"]["slug"], **place, "measure": one.claim.measure}
        return f"{reverse('compare-list')}?{urlencode(subject | (one.select or {}) | pinned)}"


def _unmet(row: Any, question: Question) -> frozenset[str]:
    return frozenset(reason for column, reason in question.narrowed.items() if not getattr(row, column))


def _brief(body: dict[str, Any] | None, serializer: Any) -> dict[str, Any] | None:
    """An entity as facts show it, out of its own document."""
    return {name: body[name] for name in serializer.Meta.fields} if body else None


def _common(name: str, claims: Sequence[Claim]) -> str | None:
    """What all claims state; None where they differ, or one states nothing."""
    stated = {getattr(claim.fact, name, "") for claim in claims}
    return (stated.pop() or None) if len(stated) == 1 else None
