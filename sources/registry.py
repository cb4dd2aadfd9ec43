"""Finds the kinds: every model that extends `Fact` or `Record`, and the serializer that renders it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db import models

from sources.models import Entity, Fact, Record

if TYPE_CHECKING:
    from rest_framework.serializers import ModelSerializer

_serializers: dict[type[models.Model], type[ModelSerializer[Any]]] = {}


def register_serializer(serializer: type[ModelSerializer[Any]]) -> type[ModelSerializer[Any]]:
    """Class decorator: the serializer renders the documents of its model."""
    _serializers[serializer.Meta.model] = serializer
    return serializer


def serializer_for(model: type[models.Model]) -> type[ModelSerializer[Any]]:
    return _serializers[model]


def plural(model: type[models.Model]) -> str:
    """The name that a model's endpoint and its file in the dataset go by, such as reserves."""
    return str(model._meta.verbose_name_plural)


@cache
def fact_models() -> dict[str, type[Fact]]:
    """The model of each kind of fact, by kind, in the order of the apps."""
    return {model.document_kind: model for model in apps.get_models() if issubclass(model, Fact) and model is not Fact}


@cache
def record_models() -> dict[str, type[Record]]:
    """The model of each kind of source, term and entity, by kind, each after those that it refers to."""
    found = [model for model in apps.get_models() if issubclass(model, Record) and model is not Entity]
    return {model.document_kind: model for model in found}


@cache
def entity_models() -> dict[str, type[Entity]]:
    return {kind: model for kind, model in record_models().items() if issubclass(model, Entity)}


@cache
def part_models() -> dict[type[models.Model], models.ForeignKey[Any, Any]]:
    """The tables that are part of a fact, since they would be deleted with it, and the key that ties them to it.

    A model whose `is_part` is False is kept beside facts and says nothing of what they claim: it is no part of them.
    """
    owners: list[type[models.Model]] = [Fact, *fact_models().values()]
    return {
        relation.related_model: cast("models.ForeignKey[Any, Any]", relation.field)
        for fact in owners
        for relation in fact._meta.related_objects
        if relation.on_delete is models.CASCADE and not relation.parent_link and relation.field.model is not Fact
        if relation.field.remote_field.model is fact and getattr(relation.related_model, "is_part", True)
    }


def parts_of(kind: type[Fact]) -> dict[type[models.Model], models.ForeignKey[Any, Any]]:
    """The parts that facts of a kind can have besides their citations and mentions: an event's parties."""
    return {model: field for model, field in part_models().items() if field.remote_field.model is kind}
