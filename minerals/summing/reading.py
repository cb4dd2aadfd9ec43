"""Reads figures out of stored documents, as far as sums need them."""

from __future__ import annotations

from typing import Any

import orjson

from minerals.models import Country
from minerals.summing.counting import BASE_UNIT, Addition, Figure
from minerals.summing.sums import interval_of
from sources.models import Document

NUMBERS = ("base_value", "base_low", "base_high")
"""The columns of a fact that hold its exact amount."""


def figure_of(addition: Addition, stored: str, *numbers: Any) -> Figure:
    """A fact from its document and the numbers in its columns."""
    body = orjson.loads(stored)
    quantity = body["quantity"] or {}
    columns = {name: quantity.get(name) if name == BASE_UNIT else body[name] for name in addition.columns}
    return Figure(body, interval_of(quantity, *numbers), columns)


def larger_areas(revision: int) -> frozenset[str]:
    """The slugs of what was a bloc or group of countries at a revision."""
    countries = Document.objects.at(revision).filter(kind=Country.document_kind)
    bodies = map(orjson.loads, countries.values_list("body", flat=True))
    return frozenset(body["slug"] for body in bodies if body["type"] in Country.LARGER)
