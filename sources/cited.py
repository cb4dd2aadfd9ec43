"""What a view says of its answers to those who cite them: what they rest on, and where they can be read for ever."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from sources.bibliography.behind import Behind, behind_rows
from sources.queries import Query


class CitedMixin:
    """Names the permalink of each answer, and gives its bibliography in its stead where that is asked for."""

    asked: Query
    detail: bool
    rows: QuerySet[Any]
    """What the filters left."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        self.rows = super().filter_queryset(queryset)  # type: ignore[misc]
        return self.rows

    def rows_asked(self) -> QuerySet[Any]:
        """The rows that the answer is about."""
        return self.rows

    def behind(self) -> Behind:
        """What the answer rests on."""
        return behind_rows(self.rows_asked(), self.asked.number, in_full=self.detail)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Cite the answer only once it has shown that there is one: its errors are those of its bibliography."""
        if response.status_code == HTTPStatus.OK and hasattr(request.accepted_renderer, "cite"):
            response = self._bibliography(request.accepted_renderer)
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if response.status_code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            link = f'<{request.build_absolute_uri(self.asked.permalink)}>; rel="cite-as"'
            response.headers["Link"] = ", ".join(filter(None, (response.headers.get("Link"), link)))
        return response

    def _bibliography(self, renderer: Any) -> Any:
        try:
            return renderer.cite(self)
        except APIException as error:
            return self.handle_exception(error)  # type: ignore[attr-defined]
