"""The endpoint of changes."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import DateTimeField
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet

from sources import counts
from sources.changes.differences import differences
from sources.changes.feed import AtomRenderer, Feed
from sources.changes.filters import ChangeFilterSet
from sources.changes.rows import COLUMNS, Changes, Row, address_of
from sources.changes.serializers import ChangeSerializer
from sources.models import Document
from sources.registry import fact_models
from sources.shapes import Shapes
from sources.viewsets import PAGED, QueryMixin

Pages: Any = api_settings.DEFAULT_PAGINATION_CLASS
RENDERERS: Any = api_settings.DEFAULT_RENDERER_CLASSES
_written_date = DateTimeField().to_representation


class ChangePages(Pages):
    """Pages that say up to which revision they go."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        self.until = view.asked.number
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        response: Response = super().get_paginated_response(data)
        results = response.data.pop("results")
        response.data |= {"until": self.until, "results": results}
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = super().get_paginated_response_schema(schema)
        results = described["properties"].pop("results")
        until = {
            "type": "integer",
            "description": "The revision up to which all pages together go: once they are read, ask for what changed since it.",
        }
        described["properties"] |= {"until": until, "results": results}
        return described


class ChangeViewSet(QueryMixin, GenericViewSet[Any]):
    """Changes: all that was done to the published dataset since a revision, in the order in which it was done.

    One change for each revision and each fact, source, entity or word that reads otherwise from it on. Who replays all
    pages, replacing each document by the new one and dropping what left, has the dataset as it stands at `until`, and
    goes on with `since` set to it. `revision` ends the list at an earlier revision. Pages that follow the first stay on
    its revision, whatever is published meanwhile. As a feed (`format=atom`) it has an entry for each of the latest
    revisions.
    """

    queryset = Document.objects.all()
    serializer_class = ChangeSerializer
    filterset_class = ChangeFilterSet
    pagination_class = ChangePages
    renderer_classes = (*RENDERERS, AtomRenderer)
    shared_on_lists = PAGED
    ordering_fields = {"revision": "at_revision"}
    default_ordering = ("revision",)
    tie_break = ("kind", "key")
    ties_follow: ClassVar[bool] = True
    row_columns = COLUMNS

    def get_queryset(self) -> Any:
        return Changes.all()

    def get_shapes(self) -> Shapes:
        return (ChangeSerializer,)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        changes: Any = self.filter_queryset(self.get_queryset())
        if request.accepted_renderer.format == AtomRenderer.format:
            return Response(Feed(changes, self.asked, request).read())
        rows: Any = self.paginate_queryset(self._ahead(changes))
        return self.get_paginated_response([self.shown(row) for row in rows])

    def _ahead(self, changes: Changes) -> Any:
        """The changes asked for, bounded on the sides where the place that a cursor gives is no bound itself."""
        asked, since = self.asked, self.asked.filterset.since
        asked.count = counts.once("rows", asked, changes.between(since, asked.number).count)
        if asked.place is None:
            return changes.between(since, asked.number)
        falls = asked.ordering == ("-revision",)
        return (
            changes.between(since, None) if falls is not asked.place.backwards else changes.between(None, asked.number)
        )

    def shown(self, row: tuple[Any, ...]) -> dict[str, Any]:
        change = Row(*row)
        before, after = (orjson.loads(body) if body else None for body in (change.before, change.after))
        fact = (after or before) if change.kind in fact_models() else None
        body = {
            "revision": change.revision,
            "created": _written_date(change.created),
            "action": change.action,
            "kind": change.kind,
            "key": change.key,
            "version": fact["version"] if fact else None,
            "url": address_of(change.kind, change.key),
            "best": bool(change.best) if fact and after else None,
            "reason": change.reason,
            "moved_to": change.went_to,
            "changed": list(differences(before, after)) if before and after else [],
            "citations": fact["citations"] if fact else [],
            "document": after,
        }
        return self.asked.shape.apply(body) if self.asked.shape else body
