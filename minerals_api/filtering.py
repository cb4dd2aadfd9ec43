"""The one filter backend: it reads every query parameter, and refuses what the endpoint does not know."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import SimpleLazyObject
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from sources import counts
from sources.exceptions import BadParameters, ParameterError
from sources.filter_fields import RefusedValueError
from sources.filters import MEASURE, MEASURED_IN, StrictFilterSet
from sources.joining import shown
from sources.models import Revision
from sources.models.facts import ORDERED
from sources.parameters import parameter, shared_parameters
from sources.queries import STYLE, Query, Reader, Whole

MEASURE_NAME = "value"
"""The parameter that filters and orders by value go by."""


class StrictFilterBackend(BaseFilterBackend):
    """Applies the shared parameters and the filter set of a view; everything that is wrong is said at once.

    What was asked is left on the view as `asked`. A view says what it takes as `sources.viewsets.QueryMixin` has it;
    a detail takes no filters.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = filterset_of(view)
        reader = Reader(
            request.path,
            request.query_params,
            shared_of(view),
            filterset_class.base_filters if filterset_class else (),
            whole_of(request, view),
        )
        current = current_revision(request)
        asked = reader.read(view.get_shapes(), ordering_of(view), current, view.get_groupings(), view.get_units())
        view.asked = asked
        led_by = _leading_path(asked, view)
        by_key = led_by.endswith(("documents__key", "documents__kind"))
        of_address = tuple(view.kwargs.items()) if is_list(view) else ()
        asked.form_of_query = type(view).__qualname__, view.action, of_address, asked.claims, led_by
        asked.values = {"revision": asked.number}

        def rows() -> QuerySet[Any]:
            found = shown(queryset, view.document_path, asked.number, by_key=by_key) if view.document_path else queryset
            if led_by in ORDERED.values() and (kind := getattr(queryset.model, "document_kind", "")):
                found = found.filter(kind=kind)  # which the indexes of these orders begin with
            return found.filter(shown_best=True) if "claims" in shared_of(view) and asked.claims == "best" else found

        errors = reader.errors
        if filterset_class is None:
            found: Any = SimpleLazyObject(rows)
        else:
            found, refused = _filtered(filterset_class, queryset, rows, asked)
            errors += [*refused, *_lacking(asked, request.query_params)]
        if errors:
            raise BadParameters(errors)
        return found

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The OpenAPI parameters of an operation of a view."""
        filterset_class = filterset_of(view)
        described = shared_parameters(
            shared_of(view), ordering_of(view), view.get_shapes(), view.get_groupings(), view.get_units()
        )
        if filterset_class:
            for name, one in filterset_class.base_filters.items():
                schema = one.describe()
                words = " ".join(filter(None, (one.help_text, schema.get("description"))))
                schema = {k: v for k, v in schema.items() if k != "description"}
                described.append(parameter(name, words, schema, filterset_class.example().get(name)))
            for required in (choice for choice in filterset_class.required if len(choice) == 1):
                described = [one | {"required": True} if one["name"] in required else one for one in described]
        return described


def current_revision(request: Request) -> Revision | None:
    """The newest revision, read once a request."""
    inner = request._request  # noqa: SLF001  (what the middleware was given)
    if not hasattr(inner, "dataset_revision"):
        inner.dataset_revision = Revision.objects.current()  # type: ignore[attr-defined]
    return inner.dataset_revision  # type: ignore[attr-defined]


def whole_of(request: Request, view: Any) -> Whole | None:
    """The format of the answer, where it holds the whole result."""
    renderer: Any = request.accepted_renderer
    if not hasattr(renderer, "column_names"):
        return None
    return Whole(renderer.format, renderer.column_names(view))


def is_list(view: Any) -> bool:
    return not view.detail or view.action in view.list_actions


def shared_of(view: Any) -> tuple[str, ...]:
    names = view.shared_on_lists if is_list(view) else view.shared_on_details
    return (*names, STYLE, "ordering") if ordering_of(view) else (*names, STYLE)


def filterset_of(view: Any) -> type[StrictFilterSet] | None:
    return view.filterset_class if is_list(view) else None


def ordering_of(view: Any) -> dict[str, str]:
    return view.ordering_fields if is_list(view) else {}


def _leading_path(asked: Query, view: Any) -> str:
    """The column that the results are in the order of, before any other."""
    names = [name.removeprefix("-") for name in asked.ordering]
    return str(ordering_of(view).get(names[0], "") if names else view.tie_break[0])


def _filtered(
    filterset_class: type[StrictFilterSet], queryset: QuerySet[Any], rows: Callable[[], QuerySet[Any]], asked: Query
) -> tuple[QuerySet[Any], list[ParameterError]]:
    """The rows that meet the filters, as a query that is not made before it is needed, and what is refused."""
    data = QueryDict(mutable=True)
    data.update(asked.filters)
    filterset = asked.filterset = filterset_class(data, queryset, revision=asked.revision, newest=asked.newest)
    found: Any = SimpleLazyObject(lambda: filterset.filter_queryset(rows()))
    if filterset.tied and filterset.is_readable:
        found = filterset.filter_queryset(rows())  # now, as it may refuse more
    if errors := list(_refused(filterset)):
        return found, errors
    asked.form_of_query = (*asked.form_of_query, filterset.form_of_query)
    asked.values |= filterset.values
    ranges = filterset.ranges()
    if ranges or MEASURE_NAME in {name.removeprefix("-") for name in asked.ordering}:
        errors = _count_in_one_unit(found, ranges, asked)
    return (SimpleLazyObject(lambda: found.filter(ranges)) if ranges else found), errors  # type: ignore[return-value]


def _count_in_one_unit(queryset: QuerySet[Any], ranges: Q, asked: Query) -> list[ParameterError]:
    """Count the rows in range, and refuse to compare numbers that are not in one unit."""
    known = Q(**{f"{MEASURE}__isnull": False})
    found = counts.once(
        "measured",
        asked,
        lambda: queryset.aggregate(
            count=Count("pk", filter=ranges) if ranges else Count("pk"),
            first=Min(MEASURED_IN, filter=known),
            last=Max(MEASURED_IN, filter=known),
        ),
    )
    asked.count = found["count"]
    if found["first"] == found["last"]:
        return []
    name = next((name for name in asked.filters if name.startswith(MEASURE_NAME)), "ordering")
    units = sorted(set(queryset.filter(known).order_by().values_list(MEASURED_IN, flat=True)))
    detail = f"“{name}” would compare numbers in {', '.join(units)}; choose one with {MEASURED_IN}={units[0]}."
    return [ParameterError(name, detail, "mixed-units", units, None)]


def _refused(filterset: StrictFilterSet) -> Any:
    for name, errors in filterset.given.errors.items():
        for error in errors:
            allowed = error.allowed if isinstance(error, RefusedValueError) else None
            near = error.near if isinstance(error, RefusedValueError) else None
            code = error.fault if isinstance(error, RefusedValueError) else "invalid-value"
            hint = f" Did you mean {near}?" if near else ""
            yield ParameterError(name, f"“{name}”: {error.message}{hint}", code, allowed or None, near)
    for low, high in filterset.contradictions():
        yield ParameterError(high, f"No number keeps both “{low}” and “{high}”.", "contradiction")


def _lacking(asked: Query, given: Container[str]) -> Iterator[ParameterError]:
    """What the query lacks, or has twice over, of what an endpoint can't answer without."""
    for choice in asked.filterset.required:
        first = next(iter(choice))
        used = [name for name in choice if name in asked.filters]
        if not any(name in given for name in choice):
            examples = " or ".join(f"{name}={value}" for name, value in choice.items())
            detail = f"“{'” or “'.join(choice)}” is missing; give one, such as {examples}."
            offered = asked.filterset.base_filters[first].offers(asked.newest)
            yield ParameterError(first, detail, "missing-parameter", offered)
        elif len(used) > 1:
            yield ParameterError(used[-1], f"“{'” and “'.join(used)}” exclude each other; give one.", "contradiction")
