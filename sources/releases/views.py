"""The endpoints of the releases, and their files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import NotARegularFileError

from sources.exceptions import RangeNotSatisfiable
from sources.models import Revision
from sources.releases import shelf
from sources.releases.serializers import ReleaseSerializer
from sources.releases.serving import Served
from sources.releases.shelf import Release, ReleasedFile
from sources.shapes import Shapes
from sources.viewsets import QueryMixin

SHAPED = ("fields", "omit")
BINARY = {"type": "string", "format": "binary"}
ANSWERS = {HTTPStatus.OK: "The whole file.", HTTPStatus.PARTIAL_CONTENT: "The bytes that `Range` asks for."}


def address_of(release: Release, file: ReleasedFile | None = None) -> str:
    """Where a release is, or a file of it, relative to the host."""
    if file is None:
        return reverse("releases-detail", kwargs={"name": release.about.name})
    return reverse("released-file", kwargs={"name": release.about.name, "file": file.name})


def told(release: Release) -> dict[str, Any]:
    """A release as JSON."""
    files = [
        {
            "name": file.name,
            "url": address_of(release, file),
            "media_type": file.media_type,
            "bytes": file.bytes,
            "sha256": file.sha256,
        }
        for file in release.files.values()
    ]
    about = release.about.as_json()
    return {"name": about.pop("name"), "url": address_of(release), **about, "files": files}


def found(name: str) -> Release:
    release = shelf.find(name)
    if release is None:
        raise Http404
    return release


class ReleaseViewSet(QueryMixin, GenericViewSet[Any]):
    """Releases: the dataset frozen under a name, as CSV, Parquet and SQLite files that never change."""

    queryset = Revision.objects.all()
    serializer_class = ReleaseSerializer
    pagination_class = None
    lookup_field = "name"
    lookup_value_regex = "[^/]+"
    shared_on_lists = SHAPED
    shared_on_details = SHAPED

    def get_shapes(self) -> Shapes:
        return (ReleaseSerializer,)

    @extend_schema(responses=ReleaseSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.filter_queryset(self.get_queryset())
        return Response([self.shaped(told(release)) for release in shelf.releases()])

    def retrieve(self, request: Request, name: str) -> Response:
        self.filter_queryset(self.get_queryset())
        return Response(self.shaped(told(found(name))))

    def shaped(self, body: Any) -> Any:
        return self.asked.shape.apply(body) if self.asked.shape else body


class AsItIs(BaseRenderer):
    """Stands for the files of a type in the choice of a format; they are sent as they are."""


def _renderer(suffix: str, media_type: str) -> type[AsItIs]:
    name = suffix.removeprefix(".")
    return type(f"{name.title()}AsItIs", (AsItIs,), {"media_type": media_type.partition(";")[0], "format": name})


class ReleasedFileViewSet(QueryMixin, GenericViewSet[Any]):
    """Files of releases, as they were frozen; byte ranges are served, so that Parquet can be read in part.

    They never change, so a copy may be kept for ever. The `ETag` is the SHA-256 checksum. One range is served at a time.
    """

    queryset = Revision.objects.all()
    serializer_class = None
    pagination_class = None
    lookup_field = "file"
    serves_files = True
    renderer_classes = [_renderer(*kind) for kind in [*shelf.MEDIA_TYPES.items(), (".txt", shelf.PLAIN)]]
    # A file is the same for everyone.
    default_response_headers: dict[str, str] = {}

    def get_renderers(self) -> list[Any]:
        """The one format that the file has; while none is asked for, those that there are."""
        release = shelf.find(getattr(self, "kwargs", {}).get("name", ""))
        file = release.files.get(self.kwargs["file"]) if release else None
        return [one() for one in self.renderer_classes if not file or one.media_type in file.media_type]

    @extend_schema(
        operation_id="dataset_releases_file_retrieve",
        responses={
            (status.value, kind): OpenApiResponse(BINARY, words)
            for status, words in ANSWERS.items()
            for kind in sorted({*shelf.MEDIA_TYPES.values(), shelf.PLAIN})
        },
        parameters=[
            OpenApiParameter("name", OpenApiTypes.STR, "path", description="Name of the release, such as 2026.1."),
            OpenApiParameter(
                "file", OpenApiTypes.STR, "path", description="Name of the file, such as reserves.parquet."
            ),
        ],
    )
    def retrieve(self, request: Request, name: str, file: str) -> HttpResponseBase:
        self.filter_queryset(self.get_queryset())
        release = found(name)
        if file not in release.files:
            raise Http404
        served = release.files[file]
        try:
            response: HttpResponseBase = WhiteNoiseMiddleware.serve(Served(release, served), request)
        except (NotARegularFileError, OSError) as error:
            raise Http404 from error
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise RangeNotSatisfiable(served.bytes)
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The revision is that of the release, whichever is the newest."""
        revision = response.headers.get("Dataset-Revision")
        response = super().finalize_response(request, response, *args, **kwargs)
        if revision:
            response.headers["Dataset-Revision"] = revision
        return response
