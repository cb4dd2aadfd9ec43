"""What the endpoints of facts that add up have besides their lists: a summary."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from minerals.conversion import UNIT, QuantityViewSet
from minerals.summing.counting import Addition, Figure, LeftOut
from minerals.summing.reading import NUMBERS, figure_of, larger_areas
from minerals.summing.serializers import row_serializer, summary_serializer
from minerals.summing.summaries import MOST_FACTS, Summary
from sources.columns import flat
from sources.filter_fields import NOTHING, split
from sources.plain import plain
from sources.shapes import Shapes

TAKEN = ("revision", "group_by", UNIT)


class AddingViewSet(QuantityViewSet):
    """Serves the facts of one kind, and their sums."""

    addition: ClassVar[Addition]

    def get_serializer_class(self) -> type[Any]:
        if self.action == "summary":
            return summary_serializer(self.get_queryset().model, self.addition)  # type: ignore[arg-type]
        return super().get_serializer_class()

    def get_tables(self) -> Shapes:
        if self.action == "summary":
            return (row_serializer(self.get_queryset().model, self.addition),)  # type: ignore[arg-type]
        return super().get_tables()

    def get_groupings(self) -> tuple[str, ...]:
        return self.addition.words if self.action == "summary" else ()

    @action(detail=False, pagination_class=None, shared_on_lists=TAKEN, shared_on_details=TAKEN, ordering_fields={})
    def summary(self, request: Request) -> Any:
        """Sums of what may be added: totals, shares, places and concentration, with the sources of each number.

        Takes every filter of the list. Only figures that agree in mineral, basis, period and the like are added; where
        those of one row don't, the answer is an error that says which filter would settle it. Each subject counts
        once. What has no number is counted and makes a total “at least”. What is not added is listed in `left_out`. As a
        table it is its rows.
        """
        figures = self._figures(self.filter_queryset(self.get_queryset()))
        statuses = {word.casefold() for word in split(self.asked.filters.get("status", "-"))}
        summary = Summary(self.addition, self.asked.group_by, self.asked.unit)
        found = summary.of(figures, statuses, larger_areas(self.asked.number), self._passed_over())
        if whole := self.writes_whole:
            columns = self.get_columns()
            self.at_hand = [flat(columns, row) for row in plain(found["results"])]
            return whole.answer(self, self.get_queryset())
        kind = self.get_queryset().model.document_kind
        return Response({"kind": kind, "revision": self.asked.number, **found})

    def _figures(self, rows: QuerySet[Any]) -> list[Figure]:
        found = rows.order_by("key").values_list("shown_body", *NUMBERS)
        return [figure_of(self.addition, *row) for row in found[: MOST_FACTS + 1]]

    def _passed_over(self) -> list[LeftOut]:
        """The facts that are not found only because a filter asks for those which state no reporting code and the like."""
        narrowing = [name for name in self.addition.apart if self.asked.filters.get(name) == NOTHING]
        if not narrowing:
            return []
        wider = self._figures(self.asked.filterset.without(narrowing))
        stating = {figure.key: [name for name in narrowing if figure.columns[name] is not None] for figure in wider}
        return [
            LeftOut(figure, "stands_apart", column=stating[figure.key][0]) for figure in wider if stating[figure.key]
        ]
