"""The endpoints of the ledger itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson
from django.db.models import Count, QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sources.columns import flat
from sources.describing import VocabularySerializer, VocabularyWordSerializer
from sources.filter_sets import CitationFilterSet, FactFilterSet, SourceFilterSet
from sources.models import Citation, Document, Fact, Revision, Source, Term
from sources.moves import moves_of, standing_record
from sources.registry import fact_models, serializer_for
from sources.serializers import (
    ANY_FACT,
    CitationOfFactSerializer,
    FactSerializer,
    RevisionSerializer,
    SourceSerializer,
)
from sources.shapes import Shapes
from sources.viewsets import READ, DocumentViewSet, FactKindViewSet, RecordViewSet
from sources.vocabularies import closed

CITATION_KEY = re.compile(r"(?P<fact>.+)-c(?P<position>[1-9][0-9]{0,3})")


@extend_schema_view(list=extend_schema(responses=ANY_FACT), retrieve=extend_schema(responses=ANY_FACT))
class FactViewSet(FactKindViewSet):
    """Facts of every kind, each in the shape of its own."""

    queryset = Fact.objects.all()
    serializer_class = FactSerializer
    filterset_class = FactFilterSet
    ordering_fields = {**FactKindViewSet.base_ordering, "kind": "documents__kind"}

    def fact_shapes(self) -> Shapes:
        return tuple(serializer_for(model) for model in fact_models().values())

    def get_tables(self) -> Shapes:
        return self.fact_shapes()

    def kinds(self) -> list[str]:
        return list(fact_models())


class SourceViewSet(RecordViewSet):
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
        named = Document.objects.filter(kind=Source.document_kind, key=self.key).values("source")
        citing = Citation.objects.resting_on(named)
        self.queryset = Fact.objects.filter(  # type: ignore[assignment]
            pk__in=citing.values("fact")
        )
        response = self.list(request)
        is_empty = response.is_empty if self.writes_whole else not response.data["count"]
        may_have_moved = self.key in moves_of(self.kind, self.asked.newest).had
        if (is_empty or may_have_moved) and standing_record(self.kind, self.key, self.asked.number) is None:
            self.explain_absence()
            raise Http404
        return response

    @property
    def kind(self) -> str:
        return Source.document_kind

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

    def rows_asked(self) -> QuerySet[Any]:
        """All words: a vocabulary is no row of its own."""
        return self.rows

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
