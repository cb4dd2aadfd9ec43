"""The endpoint of the dataset as a whole."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet

from sources.catalogue.facts import described
from sources.catalogue.renderers import CatalogueRenderer, DcatRenderer, SchemaOrgRenderer
from sources.catalogue.serializers import JsonLdSerializer
from sources.dataset import package
from sources.describing import DataPackageSerializer
from sources.models import Revision
from sources.viewsets import QueryMixin


class DatasetViewSet(QueryMixin, GenericViewSet[Any]):
    """The dataset as a whole: its data package, with licence, version, and the meaning of every column.

    `format=dcat` and `format=schemaorg` describe it in JSON-LD for catalogues and search engines, with its exports and
    releases; the header `Accept: application/ld+json` gives DCAT.
    """

    queryset = Revision.objects.all()
    serializer_class = DataPackageSerializer
    pagination_class = None
    renderer_classes = [*api_settings.DEFAULT_RENDERER_CLASSES, DcatRenderer, SchemaOrgRenderer]  # type: ignore[list-item]

    @extend_schema(
        responses={
            (200, "application/json"): forced_singular_serializer(DataPackageSerializer),
            (200, CatalogueRenderer.media_type): forced_singular_serializer(JsonLdSerializer),
        }
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.filter_queryset(self.get_queryset())
        renderer = request.accepted_renderer
        if isinstance(renderer, CatalogueRenderer):
            if self.asked.newest is None:
                raise Http404
            return Response(renderer.describe(described(self.asked.newest), request.build_absolute_uri))
        return Response(package.describe(self.asked.number, with_origins=False))
