"""The REST framework as its tutorial has it: model serializers, prefetching, page numbers, filters, conditional GET."""

import csv
import os
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="not a secret: it serves public data",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["rest_framework", "django_filters"],
    MIDDLEWARE=["django.middleware.http.ConditionalGetMiddleware", "django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEERS_DATABASE"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "PRAGMA mmap_size=8589934592; PRAGMA cache_size=-65536;"},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 50,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.db.models.expressions import RawSQL  # noqa: E402
from django.http import HttpRequest, StreamingHttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django_filters import rest_framework as filters  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402
from rest_framework.filters import OrderingFilter  # noqa: E402

from benchmarks.peers.queries import matching  # noqa: E402


class Table(models.Model):
    class Meta:
        abstract = True
        managed = False
        app_label = "peers"


class Mineral(Table):
    slug = models.TextField()
    name = models.TextField()
    symbol = models.TextField(null=True)

    class Meta(Table.Meta):
        db_table = "minerals"


class Country(Table):
    slug = models.TextField()
    iso3 = models.TextField(null=True)
    name = models.TextField()

    class Meta(Table.Meta):
        db_table = "countries"


class Source(Table):
    key = models.TextField()
    publisher = models.TextField()
    title = models.TextField(null=True)
    published = models.TextField(null=True)
    url = models.TextField(null=True)

    class Meta(Table.Meta):
        db_table = "sources"


class Production(Table):
    key = models.TextField(unique=True)
    version = models.IntegerField()
    revision = models.IntegerField()
    mineral = models.ForeignKey(Mineral, models.PROTECT, null=True)
    scope = models.TextField()
    country = models.ForeignKey(Country, models.PROTECT, null=True)
    stage = models.TextField(null=True)
    form = models.TextField(null=True)
    measure = models.TextField()
    basis = models.TextField(null=True)
    verbatim = models.TextField(null=True)
    comparator = models.TextField(null=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    unit = models.TextField(null=True)
    status = models.TextField(null=True)
    availability = models.TextField(null=True)
    base_value = models.FloatField(null=True)
    base_low = models.FloatField(null=True)
    base_high = models.FloatField(null=True)
    base_unit = models.TextField(null=True)
    world_rank_verbatim = models.TextField(null=True)
    world_rank_comparator = models.TextField(null=True)
    world_rank_value = models.IntegerField(null=True)
    period = models.TextField(null=True)
    year = models.IntegerField(null=True)
    as_of = models.TextField(null=True)
    statement = models.TextField(null=True)
    note = models.TextField(null=True)
    rank = models.TextField()
    rank_reason = models.TextField(null=True)
    disputed = models.BooleanField()
    alternatives = models.IntegerField()
    issues = models.JSONField()
    objects: Any = models.Manager()

    class Meta(Table.Meta):
        db_table = "production"


class Citation(Table):
    production = models.ForeignKey(Production, models.CASCADE, related_name="citations")
    position = models.IntegerField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    locator = models.TextField(null=True)
    via = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    via_locator = models.TextField(null=True)
    cited_as = models.TextField(null=True)
    accessed = models.TextField(null=True)
    support = models.TextField()
    note = models.TextField(null=True)

    class Meta(Table.Meta):
        db_table = "citations"
        ordering = ["position"]


class MineralSerializer(serializers.ModelSerializer):
    class Meta:
        model = Mineral
        fields = ["slug", "name", "symbol"]


class CountrySerializer(serializers.ModelSerializer):
    class Meta:
        model = Country
        fields = ["slug", "iso3", "name"]


class SourceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Source
        fields = ["key", "publisher", "title", "published", "url"]


class CitationSerializer(serializers.ModelSerializer):
    source = SourceSerializer()  # type: ignore[assignment]
    via = serializers.SerializerMethodField()

    class Meta:
        model = Citation
        fields = ["position", "source", "locator", "cited_as", "accessed", "support", "note", "via"]

    def get_via(self, citation: Citation) -> dict[str, Any] | None:
        if citation.via is None:
            return None
        source = {"key": citation.via.key, "publisher": citation.via.publisher}
        return {"source": source, "locator": citation.via_locator}


class QuantitySerializer(serializers.ModelSerializer):
    converted = serializers.ReadOnlyField(default=None)

    class Meta:
        model = Production
        fields = [
            "verbatim",
            "comparator",
            "value",
            "low",
            "high",
            "unit",
            "status",
            "availability",
            "base_value",
            "base_low",
            "base_high",
            "base_unit",
            "converted",
        ]


class ProductionSerializer(serializers.ModelSerializer):
    kind = serializers.ReadOnlyField(default="production")
    url = serializers.SerializerMethodField()
    mineral = MineralSerializer()
    country = CountrySerializer()
    quantity = QuantitySerializer(source="*")
    world_rank = serializers.SerializerMethodField()
    citations = CitationSerializer(many=True)

    class Meta:
        model = Production
        fields = [
            *("key", "kind", "version", "revision", "url", "mineral", "scope", "country", "stage", "form", "measure"),
            *("basis", "quantity", "world_rank", "period", "year", "as_of", "statement", "note", "rank"),
            *("rank_reason", "disputed", "alternatives", "issues", "citations"),
        ]

    def get_url(self, fact: Production) -> str:
        return f"/api/v1/production/{fact.key}/"

    def get_world_rank(self, fact: Production) -> dict[str, Any] | None:
        if fact.world_rank_verbatim is None and fact.world_rank_value is None:
            return None
        return {
            "verbatim": fact.world_rank_verbatim,
            "comparator": fact.world_rank_comparator,
            "value": fact.world_rank_value,
        }


class ProductionFilterSet(filters.FilterSet):
    mineral = filters.CharFilter("mineral__slug")
    q = filters.CharFilter(method="search")

    def search(self, facts: Any, name: str, words: str) -> Any:
        found = RawSQL("SELECT rowid FROM production_words WHERE production_words MATCH %s", [matching(words)])
        return facts.filter(pk__in=found)


class ProductionViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = (
        Production.objects.select_related("mineral", "country")
        .prefetch_related("citations__source", "citations__via")
        .order_by("key")
    )
    serializer_class = ProductionSerializer
    filter_backends = [filters.DjangoFilterBackend, OrderingFilter]
    filterset_class = ProductionFilterSet
    ordering_fields = ["base_value", "key"]
    lookup_field = "key"


class Echo:
    def write(self, line: str) -> str:
        return line


def export(request: HttpRequest) -> StreamingHttpResponse:
    """Stream CSV as Django's documentation has it, of rows as the serializer gives them, sources in one cell."""
    return StreamingHttpResponse(lines(), content_type="text/csv")


def lines() -> Iterator[str]:
    writer = csv.writer(Echo())
    serializer = ProductionSerializer()
    for fact in ProductionViewSet.queryset.iterator(chunk_size=2000):
        row = serializer.to_representation(fact)
        quantity = row.pop("quantity")
        citations = row.pop("citations")
        named = {name: (row.pop(name) or {}).get("slug") for name in ("mineral", "country")}
        sources = "|".join(citation["source"]["key"] for citation in citations)
        yield writer.writerow([*row.values(), *quantity.values(), *named.values(), sources])


router = routers.SimpleRouter()
router.register("production", ProductionViewSet)
urlpatterns = [path("production.csv", export), path("", include(router.urls))]
application = get_wsgi_application()
