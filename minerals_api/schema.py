"""What drf-spectacular can't know by itself: errors, headers, and that no key is ever left out."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiFilterExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema as StockAutoSchema
from drf_spectacular.plumbing import ResolvedComponent, get_doc
from rest_framework.settings import api_settings

from minerals_api import schema_components as shared
from minerals_api.examples import kept
from sources.columns import Column
from sources.registry import fact_models, plural, serializer_for

ROW_NAMES: dict[tuple[Column, ...], str] = {}
"""By the columns of a table, what the schema of its rows is called."""

STOCK_ACTIONS = {"list", "retrieve", "get"}

CHOICE_TWICE = re.compile(r"\* `([^`]+)` - \1")
"""A choice whose label begins with the word itself, as labels do that curators read without it."""

JSON = dict[str, Any]


class AutoSchema(StockAutoSchema):
    """Describes an operation by its view's docstring, with everything it may answer."""

    def get_operation(self, *args: Any, **kwargs: Any) -> JSON | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            responses = operation["responses"]
            responses["200"].setdefault("headers", {}).update(shared.header_references("200"))
            if not getattr(self.view, "serves_files", False):
                self._complete_content(responses["200"]["content"])
            responses["200"]["description"] = responses["200"]["description"] or self._what_is_answered()
            responses |= {status: shared.response_reference(status) for status in self._other_answers()}
            for parameter in operation["parameters"]:
                _lift_description(parameter)
        return operation

    def _complete_content(self, content: JSON) -> None:
        """Say that fields can be selected, and that a person may read the answer as a page."""
        described = content["application/json"]
        selectable = "fields" in getattr(self.view, "shared_on_details", ())
        if selectable and "Paginated" not in described["schema"].get("$ref", ""):
            described["schema"] = _selectable(described["schema"])
        if example := kept().get(self.get_operation_id()):
            described["examples"] = {"shipped": {"summary": f"GET {example['address']}", "value": example["answer"]}}
        content["text/html"] = {"schema": {"type": "string", "description": "The same, as a page for a person."}}
        renderers: list[Any] = list(self.view.get_renderers())
        for renderer in renderers:
            if getattr(renderer, "takes_whole", False):
                content[renderer.media_type] = renderer.schema(self._row_schema(self.view))
            elif schema := getattr(renderer, "schema", None):
                content[renderer.media_type] = {"schema": schema}

    def _row_schema(self, view: Any) -> str:
        """The name of the schema of a row of the answer as a table, which is added to the document."""
        columns = view.get_columns()
        # The rows of an action of its own may be of another shape as JSON, under a name of their own.
        suffix = "Row" if self._action() in STOCK_ACTIONS else f"{self._action().capitalize()}TableRow"
        name = ROW_NAMES.setdefault(columns, f"{type(self.view).__name__.removesuffix('ViewSet')}{suffix}")
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, shared.row_schema(columns), name)
        self.registry.register_on_missing(component)
        return name

    def get_summary(self) -> str:
        first_line = self._docstring().partition("\n")[0].rstrip(".")
        if self._action() != "retrieve":
            return first_line
        subject = re.split(r"[:,.]", first_line)[0]
        return f"{subject}: one by its {getattr(self.view, 'lookup_field', 'key')}"

    def get_description(self) -> str:  # type: ignore[override]
        return self._docstring()

    def get_filter_backends(self) -> list[Any]:
        """Details take parameters too, and refuse the same unknown ones."""
        return list(getattr(self.view, "filter_backends", ()))

    def _get_format_parameters(self) -> list[JSON]:
        formats = list(dict.fromkeys(renderer.format for renderer in self.view.get_renderers()))
        return [
            {
                "name": api_settings.URL_FORMAT_OVERRIDE,
                "in": "query",
                "description": "The format of the answer; wins over the header `Accept`.",
                "schema": {"type": "string", "enum": formats},
            }
        ]

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A view may answer more actions than `list` with pages."""
        return self._action() in getattr(self.view, "list_actions", ()) or super()._is_list_view(serializer)

    def _resolve_path_parameters(self, variables: list[str]) -> list[JSON]:
        """Describe what names the one asked for, also where the view makes that name up from several fields."""
        queryset = getattr(self.view, "queryset", None)
        fields = set() if queryset is None else {field.name for field in queryset.model._meta.get_fields()}
        derived = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in variables
            if name not in fields
        ]
        stored: list[JSON] = super()._resolve_path_parameters([name for name in variables if name in fields])
        return stored + derived

    def _docstring(self) -> str:
        """The words of an action of its own, or for lists and details those of the view."""
        action = self._action()
        own_words = "" if action in STOCK_ACTIONS else get_doc(getattr(self.view, action, None))
        return own_words or get_doc(type(self.view))

    def _action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def _is_detail(self) -> bool:
        return bool(getattr(self.view, "detail", False))

    def _what_is_answered(self) -> str:
        is_page = self._is_list_view() and self._get_paginator()
        return "A page of the list." if is_page else "What was asked for."

    def _other_answers(self) -> list[str]:
        codes = ["304", "400", "406", "429", "500"]
        if self._is_detail():
            codes.append("404")
        if self._is_detail() and getattr(self.view, "may_have_moved", False):
            codes.append("308")
        if self._action() == "retrieve" and getattr(self.view, "may_be_gone", False):
            codes.append("410")
        if getattr(self.view, "serves_files", False):
            codes.append("416")
        elif any(getattr(renderer, "has_parts", False) for renderer in self.view.get_renderers()):
            codes.append("206")
        return sorted(codes)


def _selectable(schema: JSON) -> JSON:
    if schema.get("type") == "array":
        return {**schema, "items": shared.or_selection(schema["items"])}
    return shared.or_selection(schema)


def _lift_description(parameter: JSON) -> None:
    """Put the words about a parameter where tools show them: drf-spectacular leaves a path's in its schema."""
    words = parameter["schema"].pop("description", f"The {parameter['name']} of the one asked for.")
    parameter.setdefault("description", words)


class StrictFilterExtension(OpenApiFilterExtension):
    """Documents the query parameters exactly as the filter backend checks them."""

    target_class = "minerals_api.filtering.StrictFilterBackend"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema: StockAutoSchema, *args: Any, **kwargs: Any) -> list[JSON]:
        parameters: list[JSON] = self.target.get_schema_operation_parameters(auto_schema.view)
        return parameters


class KindExtension(OpenApiSerializerFieldExtension):
    """The kind of the facts of one serializer, which tells them from all others."""

    target_class = "sources.serializers.KindField"

    def map_serializer_field(self, auto_schema: StockAutoSchema, direction: Any) -> JSON:
        return {"type": "string", "const": self.target.parent.Meta.model.document_kind}


class FactsByKindExtension(OpenApiSerializerFieldExtension):
    """The facts of each kind in a list of their own."""

    target_class = "sources.serializers.FactsByKindField"

    def map_serializer_field(self, auto_schema: StockAutoSchema, direction: Any) -> JSON:
        lists = {
            plural(model): {
                "type": "array",
                "items": auto_schema.resolve_serializer(serializer_for(model), direction).ref,
                "description": f"Facts of the kind {kind}.",
            }
            for kind, model in fact_models().items()
        }
        return {"type": "object", "properties": lists}


class AnyDocumentExtension(OpenApiSerializerFieldExtension):
    """A document of any fact, source, entity or word."""

    target_class = "sources.serializers.AnyDocumentField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: StockAutoSchema, direction: Any) -> JSON:
        [shapes] = self.target.branches().values()
        none = [{"type": "null"}] if self.target.allow_null else []
        return {"anyOf": [*(auto_schema.resolve_serializer(shape, direction).ref for shape in shapes), *none]}


def require_every_property(result: JSON, **_: Any) -> JSON:
    """Promise every key of every document: an absent value is null, not missing."""
    _require(result["components"].get("schemas", {}))
    return result


def _require(node: Any) -> None:
    """Make every property required, and drop what only means something to those who write."""
    if isinstance(node, list):
        for child in node:
            _require(child)
    elif isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node["required"] = list(node["properties"])
            for declared in node["properties"].values():
                _read_only(declared)
        for child in node.values():
            _require(child)


def _read_only(declared: JSON) -> None:
    for only_for_writers in ("readOnly", "default", "maxLength", "minLength", "maximum", "minimum", "pattern"):
        declared.pop(only_for_writers, None)
    if "description" in declared:
        declared["description"] = CHOICE_TWICE.sub(r"* `\1`", declared["description"])


def describe_tags(result: JSON, **_: Any) -> JSON:
    """Head each group of operations with the words of its list."""
    operations = [operation for item in result["paths"].values() for operation in item.values()]
    result["tags"] = [
        {"name": tag, "description": operation["summary"]}
        for operation in operations
        for tag in operation.get("tags", ())
        if operation["operationId"] == f"{tag}_list"
    ]
    return result


def add_shared_components(result: JSON, **_: Any) -> JSON:
    """Add what operations refer to: the problem document, the headers, the answers other than 200."""
    for kind, components in shared.COMPONENTS.items():
        result["components"].setdefault(kind, {}).update(components)
    result["components"]["schemas"]["Fact"]["description"] = "A fact of any kind, in the shape of its own."
    return result
