"""What an answer looks like, and how a request chooses among the looks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.settings import api_settings

from sources.exceptions import BadParameters, ParameterError
from sources.plain import as_json, plain
from sources.words import nearest

FORMATS = (
    *("json", "html", "csv", "ndjson", "parquet", "xlsx", "geojson"),
    *("bibtex", "ris", "csl", "citation"),
    *("atom", "dcat", "schemaorg", "yaml"),
)
"""Every format that some endpoint offers."""

QUOTED_LINK = re.compile(r"&quot;((?:https?:/)?/\S*?)&quot;")


class JSONRenderer(BaseRenderer):
    """Writes JSON; stored documents pass through as `orjson.Fragment`, unread."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=as_json)


class BrowsableRenderer(BrowsableAPIRenderer):
    """The answer as a page for a person: the JSON with its links, the endpoint's words around it."""

    media_type = "text/html"
    format = "html"
    template = "minerals_api/browsable.html"

    def get_context(
        self, data: Any, accepted_media_type: str | None, renderer_context: Mapping[str, Any]
    ) -> dict[str, Any]:
        view = renderer_context["view"]
        return {
            "request": renderer_context["request"],
            "title": _title(plain(data)) or view.get_view_name(),
            "description": view.get_view_description(html=True),
            "breadcrumbs": self.get_breadcrumbs(renderer_context["request"]),
            "formats": {one.format: getattr(one, "takes_whole", False) for one in view.get_renderers()},
            "next": data.get("next") if isinstance(data, Mapping) else None,
            "content": linked(indented(data)),
        }


def _title(data: Any) -> str | None:
    """What one thing calls itself."""
    return data.get("name") or data.get("title") or data.get("key") if isinstance(data, Mapping) else None


def indented(data: Any) -> str:
    """JSON for reading, with line breaks."""
    return orjson.dumps(plain(data), option=orjson.OPT_INDENT_2).decode()


def linked(json_text: str) -> SafeString:
    return mark_safe(QUOTED_LINK.sub(r'&quot;<a href="\1">\1</a>&quot;', escape(json_text)))  # noqa: S308


@lru_cache(maxsize=256)
def _preferred(accept: str, offered: tuple[str, ...]) -> str | None:
    """The media type that a header Accept prefers, whatever it adds to a type besides its weight."""
    ranges = []
    for token in accept.split(","):
        media_type, *parameters = (part.strip() for part in token.split(";"))
        weight = [parameter for parameter in parameters if parameter.startswith("q=")]
        ranges.append(";".join(["*/*" if media_type == "*" else media_type, *weight]))
    plain = HttpRequest()
    plain.META["HTTP_ACCEPT"] = ", ".join(ranges)
    return plain.get_preferred_type(list(offered))


class FormatNotOffered(NotAcceptable):
    """The endpoint has no answer in the format asked for; says which it has."""

    def __init__(self, error: ParameterError) -> None:
        self.errors = (error,)
        super().__init__(error.detail)


class StrictNegotiation(BaseContentNegotiation):
    """Obeys `format`, or else the header Accept with its weights; guesses at nothing."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return None

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        offered = tuple(renderers)
        renderer = _by_format(request, offered) or _by_accept(request, offered)
        return renderer, renderer.media_type


def _by_format(request: Request, renderers: Sequence[BaseRenderer]) -> BaseRenderer | None:
    parameter = str(api_settings.URL_FORMAT_OVERRIDE)
    asked = request.query_params.getlist(parameter)
    if len(asked) > 1:
        error = ParameterError(parameter, f"{parameter} is given {len(asked)} times.", "repeated-parameter")
        raise BadParameters([error])
    if not asked:
        return None
    for renderer in renderers:
        if renderer.format == asked[0]:
            return renderer
    raise _format_error(parameter, asked[0], [renderer.format for renderer in renderers])


def _format_error(parameter: str, asked: str, formats: Sequence[str]) -> BadParameters | FormatNotOffered:
    offered = list(dict.fromkeys(formats))
    if asked in FORMATS:
        detail = f"This endpoint has no {asked}; it has {', '.join(offered)}."
        return FormatNotOffered(ParameterError(parameter, detail, "not-acceptable", offered))
    detail = f"There is no format {asked!r}; this endpoint has {', '.join(offered)}."
    return BadParameters([ParameterError(parameter, detail, "invalid-value", offered, nearest(asked, offered))])


def _by_accept(request: Request, renderers: Sequence[BaseRenderer]) -> BaseRenderer:
    by_media_type = {str(renderer.media_type): renderer for renderer in reversed(renderers)}
    offered = tuple(reversed(by_media_type))
    if not request.headers.get("Accept", "").strip():
        return renderers[0]
    if preferred := _preferred(request.headers["Accept"], offered):
        return by_media_type[preferred]
    detail = f"This endpoint can't answer as the header Accept asks; it has {', '.join(offered)}."
    raise FormatNotOffered(ParameterError("Accept", detail, "not-acceptable", offered))
