"""The endpoints of the ledger itself, and the bases of those of facts and entities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from sources.cited import CitedMixin
from sources.columns import Column, Row, columns_of, flat
from sources.dataset import package
from sources.describing import DataPackageSerializer, VocabularySerializer, VocabularyWordSerializer
from sources.exceptions import Gone
from sources.filters import CitationFilterSet, FactFilterSet, SourceFilterSet, StrictFilterSet
from sources.models import Citation, Document, Fact, Revision, Source, Term
from sources.queries import Query
from sources.registry import fact_models, plural, serializer_for
from sources.serializers import (
    ANY_FACT,
    CitationOfFactSerializer,
    FactSerializer,
    HistorySerializer,
    RevisionSerializer,
    SourceSerializer,
)
from sources.shapes import Shapes
from sources.tables import TableMixin
from sources.vocabularies import closed

READ = ("revision", "fields", "omit")
CITATION_KEY = re.compile(r"(?P<fact>.+)-c(?P<position>[1-9][0-9]{0,3})")
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
    row_columns: tuple[str, ...] = ("shown_body",)
    asked: Query

    def get_shapes(self) -> Shapes:
        """The serializers whose fields the answer has."""
        return ()

    def get_groupings(self) -> tuple[str, ...]:
        """The words that the answer may be grouped by."""
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

    @property
    def reads_documents(self) -> bool:
        """Whether each row is a document of its own."""
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
        is_one = self.action == "retrieve" and self.document_path
        return self.rows.filter(**self.identity()) if is_one else self.rows

    def found(self) -> tuple[Any, ...]:
        """The row asked for. Raises Http404, or Gone where it was withdrawn."""
        queryset = self.filter_queryset(self.get_queryset())
        row = queryset.filter(**self.identity()).values_list(*self.row_columns).first()
        if row is None:
            self.explain_absence()
            raise Http404
        return row

    def identity(self) -> dict[str, Any]:
        return {self.lookup_field: self.kwargs[self.lookup_field].casefold()}

    def explain_absence(self) -> None:
        """Raise what says more than 404, where more is known."""

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
    shared_on_lists = (*PAGED, "claims")
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

    def get_columns(self) -> tuple[Column, ...]:
        if self.action != "history":
            return super().get_columns()
        state = columns_of((HistorySerializer,))
        known = {column.name for column in state}
        return (*state, *(column for column in super().get_columns() if column.name not in known))

    @extend_schema(responses=HistorySerializer(many=True))
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, key: str) -> Any:
        """Every state that a fact has had.

        Each with the revisions between which it was served, the oldest first. A withdrawn fact keeps its history.
        """
        self.filter_queryset(self.get_queryset())
        self.rows = self.versions()
        states = (
            Document.objects.filter(kind__in=self.kinds(), key=key.casefold(), from_revision__lte=self.asked.number)
            .select_related("fact")
            .order_by("from_revision")
        )
        if not states:
            raise Http404
        if whole := self.writes_whole:
            self.at_hand = [self.row_of_state(self.state(document)) for document in states]
            return whole.answer(self, states)
        return Response([self.shaped(self.state(document)) for document in states])

    def row_of_state(self, state: dict[str, Any]) -> Row:
        """A state as a row: the fact as it was then, with the revisions between which it was."""
        return flat(self.get_columns(), {**state["document"], **state})

    def state(self, document: Document) -> dict[str, Any]:
        left = document.to_revision if document.to_revision <= self.asked.number else None
        fact = document.fact
        return {
            "from_revision": document.from_revision_id,
            "to_revision": left,
            "version": fact.version if fact else None,
            "left_reason": fact.left_reason if fact and left and fact.left_in_id == left else None,
            "document": orjson.loads(document.body),
        }


class EntityViewSet(DocumentViewSet):
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


@extend_schema_view(list=extend_schema(responses=ANY_FACT), retrieve=extend_schema(responses=ANY_FACT))
class FactViewSet(FactKindViewSet):
    """Facts of every kind, each in the shape of its own."""

    queryset = Fact.objects.all()
    serializer_class = FactSerializer
    filterset_class = FactFilterSet
    ordering_fields = {**FactKindViewSet.base_ordering, "kind": "kind"}

    def fact_shapes(self) -> Shapes:
        return tuple(serializer_for(model) for model in fact_models().values())

    def get_tables(self) -> Shapes:
        return self.fact_shapes()

    def kinds(self) -> list[str]:
        return list(fact_models())


class SourceViewSet(DocumentViewSet):
    """Sources: the editions of documents that facts cite."""

    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    filterset_class = SourceFilterSet
    lookup_field = "key"
    list_actions = ("facts",)
    ordering_fields = {"key": "documents__key", "publisher": "publisher", "published": "published", "title": "title"}

    @extend_schema(responses=ANY_FACT)
    @action(
        detail=True,
        queryset=Fact.objects.all(),
        serializer_class=FactSerializer,
        filterset_class=FactFilterSet,
        ordering_fields=FactViewSet.ordering_fields,
        shared_on_lists=FactViewSet.shared_on_lists,
    )
    def facts(self, request: Request, key: str) -> Any:
        """Facts that cite a source, or that were read in it."""
        citing = Citation.objects.filter(Q(source__key=key.casefold()) | Q(via__key=key.casefold()))
        self.queryset = Fact.objects.filter(  # type: ignore[assignment]
            pk__in=citing.values("fact")
        )
        response = self.list(request)
        is_empty = response.is_empty if self.writes_whole else not response.data["count"]
        if is_empty and not Document.objects.at(self.asked.number).filter(kind="source", key=key.casefold()).exists():
            raise Http404
        return response

    def get_shapes(self) -> Shapes:
        return self.fact_shapes() if self.action == "facts" else super().get_shapes()

    def get_tables(self) -> Shapes:
        return self.fact_shapes() if self.action == "facts" else super().get_tables()

    def fact_shapes(self) -> Shapes:
        return tuple(serializer_for(model) for model in fact_models().values())


class CitationViewSet(DocumentViewSet):
    """Citations: which place in which source supports which fact."""

    queryset = Citation.objects.all()
    serializer_class = CitationOfFactSerializer
    filterset_class = CitationFilterSet
    document_path = "fact__documents"
    lookup_field = "key"
    ordering_fields = {"fact": "fact__documents__key", "source": "source__key"}
    tie_break = ("fact__documents__key", "position")
    row_columns = ("shown_body", "position")

    def identity(self) -> dict[str, Any]:
        if not (match := CITATION_KEY.fullmatch(self.kwargs["key"].casefold())):
            raise Http404
        return {"fact__key": match["fact"], "position": int(match["position"])}

    def body_of(self, row: tuple[Any, ...]) -> Any:
        """The citation as the document of its fact has it, with the fact in brief."""
        fact, position = orjson.loads(row[0]), row[1]
        key = f"{fact['key']}-c{position}"
        cited = next(citation for citation in fact["citations"] if citation["position"] == position)
        brief = {name: fact[name] for name in ("key", "kind", "version", "url")}
        return {"key": key, "url": reverse("citations-detail", kwargs={"key": key}), "fact": brief, **cited}


class RevisionViewSet(DocumentViewSet):
    """Revisions: every change to the published dataset, who made it, when and why."""

    queryset = Revision.objects.all()
    serializer_class = RevisionSerializer
    document_path = ""
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,9}"
    shared_on_lists = ("fields", "omit", "page_size", "cursor")
    shared_on_details = ("fields", "omit")
    ordering_fields = {"number": "number"}
    default_ordering = ("-number",)
    tie_break = ("number",)
    row_columns = ("number", "created", "author", "message", "published", "left")

    def get_queryset(self) -> QuerySet[Any]:
        entered = Count("facts_published", distinct=True)
        return Revision.objects.annotate(published=entered, left=Count("facts_left", distinct=True))

    def identity(self) -> dict[str, Any]:
        return {"number": int(self.kwargs["number"])}

    def body_of(self, row: tuple[Any, ...]) -> Any:
        number, created, author, message, published, left = row
        revision = Revision(number=number, created=created, author=author, message=message)
        return RevisionSerializer(revision, context={"published": published, "left": left}).data


class VocabularyViewSet(DocumentViewSet):
    """Vocabularies: every list of words that facts use, and what each word means."""

    queryset = Document.objects.filter(kind=Term.document_kind)
    pagination_class = None
    serializer_class = VocabularySerializer
    document_path = ""
    lookup_field = "name"
    shared_on_lists = READ

    def get_tables(self) -> Shapes:
        return (VocabularyWordSerializer,)

    @extend_schema(responses=VocabularySerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        found = list(self.vocabularies().values())
        return self.table_of(found) if self.writes_whole else Response([self.shaped(one) for one in found])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        vocabulary = self.vocabularies().get(self.kwargs["name"].casefold())
        if vocabulary is None:
            raise Http404
        return self.table_of([vocabulary]) if self.writes_whole else Response(self.shaped(vocabulary))

    def table_of(self, vocabularies: Sequence[dict[str, Any]]) -> Any:
        """The words of vocabularies, a row for each."""
        columns = self.get_columns()
        self.at_hand = [flat(columns, {**one, **word}) for one in vocabularies for word in one["words"]]
        return self.writes_whole.answer(self, self.get_queryset())

    def vocabularies(self) -> dict[str, dict[str, Any]]:
        self.filter_queryset(self.get_queryset())
        words: dict[str, list[dict[str, str]]] = {}
        for body in (
            Document.objects.at(self.asked.number)
            .filter(kind=Term.document_kind)
            .order_by("key")
            .values_list("body", flat=True)
        ):
            term = orjson.loads(body)
            words.setdefault(term.pop("vocabulary"), []).append(term)
        grown = {name: {"name": name, "open": True, "words": found} for name, found in words.items()}
        fixed = {name: {"name": name, "open": False, "words": found} for name, found in closed().items()}
        return dict(sorted((grown | fixed).items()))


class DatasetViewSet(QueryMixin, GenericViewSet[Any]):
    """The dataset as a whole: its data package, with licence, version, and the meaning of every column."""

    queryset = Revision.objects.all()
    serializer_class = DataPackageSerializer
    pagination_class = None

    @extend_schema(responses=forced_singular_serializer(DataPackageSerializer))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.filter_queryset(self.get_queryset())
        return Response(package.describe(self.asked.number, with_origins=False))
