"""What the endpoints of facts that add up have besides their lists: a summary."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from minerals.models import Country
from minerals.summing.counting import BASE_UNIT, Addition, Figure
from minerals.summing.serializers import summary_serializer
from minerals.summing.summaries import MOST_FACTS, Summary
from minerals.summing.sums import interval_of
from sources.filter_fields import split
from sources.models import Document
from sources.shapes import Shapes
from sources.views import FactKindViewSet

NUMBERS = ("base_value", "base_low", "base_high")
TAKEN = ("revision", "group_by")


class AddingViewSet(FactKindViewSet):
    """Serves the facts of one kind, and their sums."""

    addition: ClassVar[Addition]

    def get_serializer_class(self) -> type[Any]:
        if self.action == "summary":
            return summary_serializer(self.get_queryset().model, self.addition)  # type: ignore[arg-type]
        return super().get_serializer_class()

    def get_tables(self) -> Shapes:
        return () if self.action == "summary" else super().get_tables()

    def get_groupings(self) -> tuple[str, ...]:
        return self.addition.words if self.action == "summary" else ()

    @action(detail=False, pagination_class=None, shared_on_lists=TAKEN, shared_on_details=TAKEN, ordering_fields={})
    def summary(self, request: Request) -> Response:
        """Sums of what may be added: totals, shares, places and concentration, with the sources of each number.

        Takes every filter of the list. Only figures that agree in mineral, basis, period and the like are added; where
        those of one row don't, the answer is an error that says which filter would settle it. Each subject counts
        once. What has no number is counted and makes a total “at least”. What is not added is listed in `left_out`.
        """
        rows = self.filter_queryset(self.get_queryset()).order_by("key").values_list("shown_body", *NUMBERS)
        figures = [self._figure(*row) for row in rows[: MOST_FACTS + 1]]
        statuses = {word.casefold() for word in split(self.asked.filters.get("status", "-"))}
        found = Summary(self.addition, self.asked.group_by).of(figures, statuses, self._larger_areas())
        kind = self.get_queryset().model.document_kind
        return Response({"kind": kind, "revision": self.asked.number, **found})

    def _figure(self, stored: str, *numbers: Any) -> Figure:
        body = orjson.loads(stored)
        quantity = body["quantity"] or {}
        columns = {name: quantity.get(name) if name == BASE_UNIT else body[name] for name in self.addition.columns}
        return Figure(body, interval_of(quantity, *numbers), columns)

    def _larger_areas(self) -> frozenset[str]:
        """The slugs of what was a bloc or group of countries at the revision that is read."""
        countries = Document.objects.at(self.asked.number).filter(kind=Country.document_kind)
        bodies = map(orjson.loads, countries.values_list("body", flat=True))
        return frozenset(body["slug"] for body in bodies if body["type"] in Country.LARGER)
