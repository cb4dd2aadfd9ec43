"""The root of the API: every endpoint with its address and what it holds."""

import inspect
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.settings import api_settings

from minerals_api.renderers import BrowsableRenderer, JSONRenderer
from sources.exceptions import BadParameters, ParameterError
from sources.words import nearest


class ApiRoot(APIRootView):
    """Every endpoint, with its address and one line on what it holds."""

    name = "API"
    renderer_classes = [JSONRenderer, BrowsableRenderer]
    descriptions: dict[str, str] = {}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        _refuse_parameters(request)
        return Response(
            {
                prefix: {
                    "url": request.build_absolute_uri(reverse(url_name)),
                    "description": self.descriptions[prefix],
                }
                for prefix, url_name in (self.api_root_dict or {}).items()
            }
        )


def _refuse_parameters(request: Request) -> None:
    allowed = [str(api_settings.URL_FORMAT_OVERRIDE)]
    errors = [
        ParameterError(
            name,
            f"The API's root has no parameter {name!r}.",
            "unknown-parameter",
            allowed,
            nearest(name, allowed),
        )
        for name in request.query_params
        if name not in allowed
    ]
    if errors:
        raise BadParameters(errors)


class DescribedRouter(DefaultRouter):
    """Names the endpoints in its root as their views describe themselves."""

    APIRootView = ApiRoot
    include_format_suffixes = False

    def get_api_root_view(self, api_urls: Any = None) -> Callable[..., HttpResponse]:
        names = {prefix: f"{basename}-list" for prefix, _, basename in self.registry}
        descriptions = {prefix: _first_line(viewset) for prefix, viewset, _ in self.registry}
        return ApiRoot.as_view(api_root_dict=names, descriptions=descriptions)


def _first_line(view: type) -> str:
    return (inspect.getdoc(view) or "").partition("\n")[0]
