"""Describes the package as datapackage.json: Frictionless Data Package v1, generated from the models."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from sources.dataset.tables import Column, Table, tables, tables_that_hold

DESCRIPTOR = "datapackage.json"
ORIGINS = "origins.csv"
ORIGIN_COLUMNS = {
    "origin": "Number of the statement in the collection that the dataset was first made from.",
    "target": "Whether a fact or a source carries it.",
    "key": "Key of that fact or source.",
    "note": "What part of it is meant.",
}
NAME = "critical-minerals"
TITLE = "Critical minerals: claims and their sources"
CONTRIBUTORS = "The Critical Minerals API contributors"
"""Who made it, as CITATION.cff has it."""
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
FORMAT = 1
"""Rises when columns are renamed or removed, so that programs that read the files can tell."""

Json = dict[str, Any]


def describe(revision: int, *, with_origins: bool) -> Json:
    """The description of the package at a revision of the dataset."""
    resources = [_resource(table) for table in tables().values()]
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": TITLE,
        "description": "Typed claims about critical minerals, each tied by citations to where sources make it. "
        "Facts are the rows of one table a kind; citations.csv says where each comes from.",
        "version": f"{FORMAT}.{revision}.0",
        "licenses": [dict(LICENCE)],
        "resources": [*resources, _origins()] if with_origins else resources,
    }


def text_of(description: Json) -> str:
    return json.dumps(description, ensure_ascii=False, indent=2) + "\n"


def expected_text(directory: Path, revision: int) -> str:
    """What datapackage.json is to hold beside the files of a directory."""
    return text_of(describe(revision, with_origins=(directory / ORIGINS).is_file()))


def _resource(table: Table) -> Json:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.file,
        "description": (table.model.__doc__ or "").strip().split("\n")[0],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.primary_key),
            "foreignKeys": list(_foreign_keys(table)),
        },
    }


def _field(column: Column) -> Json:
    described: Json = {
        "name": column.name,
        "type": column.codec.type,
        "description": str(column.field.help_text),
    }
    if isinstance(column.field, models.URLField):
        described["format"] = "uri"
    if constraints := _constraints(column):
        described["constraints"] = constraints
    return described


def _constraints(column: Column) -> Json:
    constraints: Json = {"required": True} if column.is_required else {}
    if column.field.choices:
        constraints["enum"] = [value for value, _ in column.field.flatchoices if value]
    if column.field.max_length and not column.field.choices:
        constraints["maxLength"] = column.field.max_length
    return constraints | _limits(column)


def _limits(column: Column) -> Json:
    """What the validators of a field say in a way that Table Schema can say too."""
    limits: Json = {}
    if column.codec.type not in ("string", "number") or isinstance(column.field, models.URLField):
        return limits
    for validator in column.field.validators:
        if isinstance(validator, RegexValidator):
            pattern = re.compile(validator.regex).pattern
            limits["pattern"] = pattern.removeprefix(r"\A").removesuffix(r"\Z")
        elif isinstance(validator, MinValueValidator):
            limits["minimum"] = validator.limit_value
        elif isinstance(validator, MaxValueValidator):
            limits["maximum"] = validator.limit_value
    return limits


def _foreign_keys(table: Table) -> list[Json]:
    keys = [
        _foreign_key([column.name], target, table)
        for column in table.columns
        if (target := _target(column)) is not None
    ]
    wholes = [fact for fact in tables_that_hold("facts") if table.holds == "parts" and fact.model is table.whole]
    return [*keys, *(_foreign_key(list(table.identity[:2]), fact, table) for fact in wholes)]


def _target(column: Column) -> Table | None:
    if column.name in ("entered", "left"):
        return tables()["revisions"]
    return column.target


def _foreign_key(fields: list[str], target: Table, table: Table) -> Json:
    resource = "" if target is table else target.name
    return {"fields": fields, "reference": {"resource": resource, "fields": list(target.identity)}}


def _origins() -> Json:
    """A plain file that is kept with the package: which collected statement went into which row."""
    return {
        "profile": "tabular-data-resource",
        "name": "origins",
        "path": ORIGINS,
        "description": "Which collected statement went into which fact or source.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [{"name": name, "type": "string", "description": text} for name, text in ORIGIN_COLUMNS.items()],
            "missingValues": [""],
        },
    }
