"""Lists the facts that were taken from one source."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from curating.entry.facts import cited_from
from sources.models import Source


class CitedSourceFilter(admin.SimpleListFilter):
    """Which source facts cite: offered for the one that a page of a source linked to."""

    title = "source"
    parameter_name = "taken_from"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        key = request.GET.get(self.parameter_name)
        return [(key, key)] if key else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        source = Source.objects.filter(key=self.value()).first()
        return queryset.filter(pk__in=cited_from(source).values("pk")) if source else queryset.none()
