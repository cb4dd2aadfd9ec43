"""Lists the facts that have to do with one source: offered where a page links to them, not among the filters' words."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sources.models import Citation, Source


class CitesFilter(admin.SimpleListFilter):
    """The facts that cite a source; a key that no source has finds nothing, rather than everything."""

    title = "source"
    parameter_name = "cites"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, key) for key in request.GET.getlist(self.parameter_name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (key := self.value()) is None:
            return queryset
        return queryset.filter(pk__in=self.citations(key).values("fact"))

    @staticmethod
    def citations(key: str) -> QuerySet[Citation]:
        return Citation.objects.filter(source__key=key)


class TakenFromFilter(CitesFilter):
    """The facts that cite a source, or that were read in it where it quotes another."""

    parameter_name = "taken_from"

    @staticmethod
    def citations(key: str) -> QuerySet[Citation]:
        return Citation.objects.resting_on(Source.objects.filter(key=key))
