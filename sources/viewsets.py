"""The bases of views: what a view says of its answers, and how stored documents are served."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from sources import compiled
from sources.cited import CitedMixin
from sources.columns import Column, columns_of, flat
from sources.compiled import Slot
from sources.exceptions import Gone, Moved
from sources.filters import StrictFilterSet
from sources.models import Document, Fact
from sources.moves import holder_of, moves_of, present_key, standing_record
from sources.queries import Query
from sources.registry import fact_models, plural
from sources.serializers import (
    HistorySerializer,
    RecordHistorySerializer,
)
from sources.shapes import Shapes
from sources.tables import TableMixin

READ = ("revision", "fields", "omit")
PAGED = (*READ, "page_size", "cursor")


class QueryMixin(TableMixin, CitedMixin):
    """Declares what a view takes, for the filter backend, which leaves what was asked in `asked`."""

    document_path: ClassVar[str] = ""
    """The relation from the rows to their documents; none where the rows themselves are answered."""
    shared_on_lists: tuple[str, ...] = ()
    shared_on_details: tuple[str, ...] = ()
    list_actions: ClassVar[tuple[str, ...]] = ()
    """Actions on one thing that answer with a list."""
    filterset_class: type[StrictFilterSet] | None = None
    ordering_fields: dict[str, str] = {}
    default_ordering: tuple[str, ...] = ()
    tie_break: tuple[str, ...] = ("documents__key",)
    ties_follow: ClassVar[bool] = False
    """Whether what breaks ties descends where the order does, rather than always ascend."""
    row_columns: tuple[str, ...] = ("shown_body",)
    asked: Query

    def get_shapes(self) -> Shapes:
        """The serializers whose fields the answer has."""
        return ()

    def get_groupings(self) -> tuple[str, ...]:
        """The words that the answer may be grouped by."""
        return ()

    def get_units(self) -> tuple[str, ...]:
        """The units that its figures may be asked for in."""
        return ()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Name the revision that was read, which an older one is only in the query, and in a cursor not to be seen."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            response.headers["Dataset-Revision"] = str(self.asked.number)
        return response


class DocumentViewSet(QueryMixin, ReadOnlyModelViewSet[Any]):
    """Serves stored documents: the rows find and order them, the documents are the answer."""

    document_path = "documents"
    shared_on_lists: tuple[str, ...] = PAGED
    shared_on_details: tuple[str, ...] = READ

    def get_shapes(self) -> Shapes:
        return (self.get_serializer_class(),)  # type: ignore[return-value]

    def get_tables(self) -> Shapes:
        return (self.serializer_class,)  # type: ignore[return-value]

    def get_columns(self) -> tuple[Column, ...]:
        if self.action != "history":
            return super().get_columns()
        state = columns_of(self.get_shapes())
        known = {column.name for column in state}
        return (*state, *(column for column in super().get_columns() if column.name not in known))

    @property
    def reads_documents(self) -> bool:  # type: ignore[override]
        return self.document_path == "documents"

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        if whole := self.writes_whole:
            return whole.answer(self, self.filter_queryset(self.get_queryset()))
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self.shaped(self.body_of(row)) for row in rows or ()])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        if whole := self.writes_whole:
            return self.whole_or_absent(whole, self.filter_queryset(self.get_queryset()).filter(**self.identity()))
        return Response(self.shaped(self.body_of(self.found())))

    def whole_or_absent(self, whole: Any, queryset: QuerySet[Any]) -> Any:
        """The row in full. Raises as `found` does where there is none."""
        response = whole.answer(self, queryset)
        if response.is_empty:
            self.explain_absence()
            raise Http404
        return response

    def rows_asked(self) -> QuerySet[Any]:
        is_one = self.action in ("retrieve", "history") and self.document_path
        return self.rows.filter(**self.identity()) if is_one else self.rows

    def found(self) -> tuple[Any, ...]:
        """The row asked for. Raises Http404, or Gone where it was withdrawn."""
        queryset = self.filter_queryset(self.get_queryset())
        identity = self.identity()

        def one() -> list[QuerySet[Any, Any]]:
            slots = {name: Slot(name, value) for name, value in identity.items()}
            return [queryset.filter(**slots).values_list(*self.row_columns)[:1]]

        rows = compiled.rows(self.asked.form_of_query, one, self.asked.values | identity)
        if not rows:
            self.explain_absence()
            raise Http404
        return rows[0]

    def identity(self) -> dict[str, Any]:
        return {self.lookup_field: self.kwargs[self.lookup_field].casefold()}

    def explain_absence(self) -> None:
        """Raise what says more than 404, where more is known."""

    def states(self, kinds: Iterable[str]) -> Sequence[Document]:
        """Every state that what was asked for has had, the oldest first. Raises Http404 where it never was."""
        self.filter_queryset(self.get_queryset())
        found = Document.objects.filter(kind__in=kinds, key=self.kwargs[self.lookup_field].casefold())
        states = found.filter(from_revision__lte=self.asked.number).select_related("fact").order_by("from_revision")
        if not states:
            raise Http404
        return tuple(states)

    def state(self, document: Document) -> dict[str, Any]:
        return {
            "from_revision": document.from_revision_id,
            "to_revision": document.to_revision if document.to_revision <= self.asked.number else None,
        }

    def answer_history(self, kinds: Iterable[str]) -> Any:
        """Every state; as a table, each is a row: what it was then, with the revisions between which it was."""
        states = [self.state(document) for document in self.states(kinds)]
        if whole := self.writes_whole:
            columns = self.get_columns()
            self.at_hand = [flat(columns, {**state["document"], **state}) for state in states]
            return whole.answer(self, self.get_queryset())
        return Response([self.shaped(state) for state in states])

    def body_of(self, row: tuple[Any, ...]) -> Any:
        return self.read(row[0])

    def read(self, document: str) -> Any:
        """A stored document, which is answered unread unless it is to be trimmed."""
        return orjson.loads(document) if self.asked.shape else orjson.Fragment(document)

    def shaped(self, body: Any) -> Any:
        return self.asked.shape.apply(body) if self.asked.shape else body


class FactKindViewSet(DocumentViewSet):
    """Serves the facts of one kind."""

    lookup_field = "key"
    may_be_gone: ClassVar[bool] = True
    shared_on_lists: tuple[str, ...] = (*PAGED, "claims")
    base_ordering: ClassVar[dict[str, str]] = {
        "key": "documents__key",
        "year": "year",
        "period": "period",
        "version": "version",
        "revision": "published_in",
    }

    def explain_absence(self) -> None:
        if last := self.versions().order_by("-version").first():
            history = reverse(f"{self.basename}-history", kwargs={"key": last.key})
            raise Gone(
                f"“{last.key}” was withdrawn in revision {last.left_in_id}.", reason=last.left_reason, history=history
            )

    def versions(self) -> QuerySet[Fact]:
        """All that a fact has been until the revision that is read."""
        key, revision = self.kwargs["key"].casefold(), self.asked.number
        return Fact.objects.filter(key=key, published_in__lte=revision, kind__in=self.kinds())

    def kinds(self) -> list[str]:
        return [self.get_queryset().model.document_kind]

    def get_shapes(self) -> Shapes:
        return (HistorySerializer,) if self.action == "history" else self.fact_shapes()

    def fact_shapes(self) -> Shapes:
        return super().get_shapes()

    @extend_schema(responses=HistorySerializer(many=True))
    @action(detail=True, pagination_class=None, shared_on_details=READ)
    def history(self, request: Request, key: str) -> Any:
        """Every state that a fact has had.

        Each with the revisions between which it was served, the oldest first. A withdrawn fact keeps its history.
        """
        answer = self.answer_history(self.kinds())
        self.rows = self.versions()
        return answer

    def state(self, document: Document) -> dict[str, Any]:
        state, fact = super().state(document), document.fact
        left = state["to_revision"]
        return {
            **state,
            "version": fact.version if fact else None,
            "left_reason": fact.left_reason if fact and left and fact.left_in_id == left else None,
            "document": orjson.loads(document.body),
        }


class RecordViewSet(DocumentViewSet):
    """Serves the sources, or the entities of one kind, each by the key that it had at the revision that is read."""

    may_have_moved: ClassVar[bool] = True

    def get_shapes(self) -> Shapes:
        return (RecordHistorySerializer,) if self.action == "history" else super().get_shapes()

    @property
    def kind(self) -> str:
        return str(self.get_queryset().model.document_kind)

    @property
    def key(self) -> str:
        return str(self.kwargs[self.lookup_field]).casefold()

    def identity(self) -> dict[str, Any]:
        return {"shown_kind": self.kind, "shown_key": self.key}

    def explain_absence(self) -> None:
        """Lead from a key that was left to the one by which the same is shown. Raises Moved."""
        key = present_key(self.kind, self.key, self.asked.number, self.asked.newest)
        if key is not None and key != self.key:
            raise Moved(self._address_by(key))

    def _address_by(self, key: str) -> str:
        """The address that was asked for, by another key."""
        handler: Any = getattr(self, self.action, None)
        name = getattr(handler, "url_name", "detail")
        path = reverse(f"{self.basename}-{name}", kwargs={self.lookup_field: key})
        query = self.request.META.get("QUERY_STRING", "")
        return f"{path}?{query}" if query else path

    @extend_schema(responses=RecordHistorySerializer(many=True))
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, **names: str) -> Any:
        """Every state that it has had.

        Each with the revisions between which lists showed it so, the oldest first. States under a key that it has left
        are among them, and so are those of what was merged into it.
        """
        return self.answer_history([self.kind])

    def states(self, kinds: Iterable[str]) -> Sequence[Document]:
        self.filter_queryset(self.get_queryset())
        revision = self.asked.number
        pk = standing_record(self.kind, self.key, revision)
        if pk is None:
            self.explain_absence()
            raise Http404
        moves = moves_of(self.kind, self.asked.newest)
        told = [pk, *moves.merged_into(pk, moves.apart(revision))]
        found = Document.objects.filter(**{f"{holder_of(self.kind)}__in": told}, from_revision__lte=revision)
        return tuple(found.order_by("from_revision", "key"))

    def state(self, document: Document) -> dict[str, Any]:
        return {**super().state(document), "document": orjson.loads(document.body)}


class EntityViewSet(RecordViewSet):
    """Serves the entities of one kind; a detail shows every fact that names the entity."""

    lookup_field = "slug"
    ordering_fields = {"slug": "documents__key", "name": "name"}
    detail_serializer_class: ClassVar[type[Any]]
    row_columns = ("shown_body", "pk")
    MOST_FACTS: ClassVar[int] = 1000

    def get_serializer_class(self) -> type[Any]:
        return self.detail_serializer_class if self.action == "retrieve" else self.serializer_class  # type: ignore[return-value]

    def body_of(self, row: tuple[Any, ...]) -> Any:
        return super().body_of(row) if self.action == "list" else self.with_facts(orjson.loads(row[0]), row[1])

    def with_facts(self, body: dict[str, Any], entity: int) -> dict[str, Any]:
        facts: dict[str, list[Any]] = {plural(model): [] for model in fact_models().values()}
        documents = Document.objects.at(self.asked.number).filter(fact__mentions__entity=entity).distinct()
        bodies = list(documents.order_by("kind", "key").values_list("kind", "body")[: self.MOST_FACTS + 1])
        for kind, fact in bodies[: self.MOST_FACTS]:
            facts[plural(fact_models()[kind])].append(self.read(fact))
        address = f"{reverse('facts-list')}?{self.get_queryset().model.document_kind}={body['slug']}"
        return {**body, "facts_url": address, "facts_complete": len(bodies) <= self.MOST_FACTS, "facts": facts}
