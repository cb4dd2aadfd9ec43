"""How summaries are written as JSON: for each kind of fact a shape of its own, made from how its facts add up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import models
from rest_framework import serializers

from minerals.models import Country, Mineral
from minerals.quantities import Availability, Comparator, Status
from minerals.serializers import CountryBriefSerializer, MineralBriefSerializer
from minerals.summing.counting import REASONS, Addition
from minerals.summing.summaries import UNSTATED
from sources.models import Fact
from sources.serializers import ExactNumberField, KindField, NullableModelSerializer, SourceBriefSerializer

BRIEFS: dict[Any, type[NullableModelSerializer]] = {Mineral: MineralBriefSerializer, Country: CountryBriefSerializer}
TIMES = ("period", "year")


class EstimateSerializer(serializers.Serializer[Any]):
    """A number that is known exactly, from one side, or within bounds; all null where nothing is known of it."""

    comparator = serializers.ChoiceField(
        choices=Comparator.choices,
        allow_null=True,
        help_text="How it bounds the truth: = as the facts state it, ~ where one is approximate, >= where an unknown "
        "part may add to it, <= where it is only known what it does not exceed.",
    )
    value = ExactNumberField(
        allow_null=True, help_text="The number that the comparator speaks of; null for a range, see `low` and `high`."
    )
    low = ExactNumberField(allow_null=True, help_text="What it is at least.")
    high = ExactNumberField(allow_null=True, help_text="What it is at most; null where that is not known.")


class TotalSerializer(EstimateSerializer):
    """An amount in the unit asked for, or else in a base unit."""

    unit = serializers.CharField(
        allow_null=True,
        help_text="The unit that `unit=` asks for, or else the base unit: t, t/a, a currency…; null without any amount.",
    )


class PlaceSerializer(serializers.Serializer[Any]):
    """A place among the rows of the same dimensions; null where there is no amount, and for the rest of the world."""

    comparator = serializers.ChoiceField(
        choices=Comparator.choices,
        allow_null=True,
        help_text="= where the place is certain, >= where an unknown part may put another row before it.",
    )
    value = serializers.IntegerField(allow_null=True, help_text="The place, 1 for the largest; equal ones share it.")


class StatedTotalSerializer(EstimateSerializer):
    """The total that a source itself states for the world, in the unit of `total`."""

    key = serializers.CharField(help_text="Key of the fact that states it.")
    url = serializers.CharField(help_text="Address of that fact, relative to the host.")
    difference = ExactNumberField(
        allow_null=True,
        help_text="The stated total less `total.value`; null where either has no value. Rounding, parts without a "
        "number and claims of other sources explain it.",
    )
    note = serializers.CharField(
        allow_null=True,
        help_text="What a reader should know to use it rightly, such as a country that it leaves out; null if nothing.",
    )
    sources = serializers.ListField(child=serializers.CharField(), help_text="Keys of the sources that state it.")


class NotAddedSerializer(serializers.Serializer[Any]):
    """A fact that was not added."""

    key = serializers.CharField(help_text="Key of the fact.")
    url = serializers.CharField(help_text="Address of the fact, relative to the host.")
    reason = serializers.ChoiceField(
        choices=list(REASONS.items()), help_text="Why it was not added, a word of the vocabulary left-out-reason."
    )
    explanation = serializers.CharField(help_text="The reason in a sentence.")
    instead = serializers.CharField(allow_null=True, help_text="Key of the fact that counts in its place, or null.")


def _counts(name: str, meaning: str, words: list[tuple[str, str]]) -> type[serializers.Serializer[Any]]:
    fields: dict[str, Any] = {code: serializers.IntegerField(help_text=f"Facts: {label}.") for code, label in words}
    return type(f"{name}Serializer", (serializers.Serializer,), {"__doc__": meaning, **fields})


StatesSerializer = _counts(
    "StateCounts", "How many facts give a number, and how many say why there is none.", list(Availability.choices)
)
StatusesSerializer = _counts(
    "StatusCounts",
    "How many facts are of each status.",
    [*Status.choices, (UNSTATED, "the source does not say")],
)


def _behind() -> dict[str, Any]:
    """What the numbers of a row rest on."""
    return {
        "facts": serializers.IntegerField(help_text="Number of facts behind it."),
        "states": StatesSerializer(help_text="How many give a number; one that gives none makes a total “at least”."),
        "statuses": StatusesSerializer(help_text="How many are actual, estimated …"),
        "sources": serializers.ListField(child=serializers.CharField(), help_text="Keys of the sources behind it."),
        "keys": serializers.ListField(child=serializers.CharField(), help_text="Keys of the facts behind it."),
    }


def _concentrations() -> dict[str, Any]:
    index = (
        "Herfindahl-Hirschman index, 0 to 10,000: the sum of the squared percentages of the countries in it; null for "
        "one country, and where a part has no upper bound."
    )
    known = "The same among the parts that have an upper bound, as if there were no others; compare `states`."
    return {"hhi": EstimateSerializer(help_text=index), "hhi_of_known": EstimateSerializer(help_text=known)}


def _entities(model: type[models.Model], names: Iterable[str], parts: Iterable[str] = ()) -> dict[str, Any]:
    """The entities among the columns, each in brief."""
    found = {}
    for name in names:
        column: Any = model._meta.get_field(name)
        if brief := BRIEFS.get(column.related_model):
            words = f"{column.help_text} Given where all facts of the row agree." if name in parts else column.help_text
            found[name] = brief(allow_null=column.null or name in parts, help_text=words)
    return found


def _serializer(
    name: str, model: type[models.Model], order: Iterable[str], fields: dict[str, Any], nullable: Iterable[str] = ()
) -> type[NullableModelSerializer]:
    """A serializer whose fields are those given, and for the other names those of the model."""
    options = {one: {"allow_null": True} for one in nullable if one not in fields}
    meta = type("Meta", (), {"model": model, "fields": list(order), "extra_kwargs": options})
    members = {"__doc__": MEANINGS[name], "Meta": meta, **fields}
    return type(f"{model.__name__}{name}Serializer", (NullableModelSerializer,), members)


MEANINGS = {
    "SummaryRow": "A row of a summary: what its facts have in common, their sum, and what it rests on.",
    "SummaryTotal": "The total of all rows with the same dimensions.",
    "Summary": "Sums of facts of one kind.",
}


@cache
def row_serializer(model: type[models.Model], addition: Addition) -> type[NullableModelSerializer]:
    """The shape of a row of a summary."""
    numbers: dict[str, Any] = {
        "total": TotalSerializer(help_text="The sum of the facts."),
        "share": EstimateSerializer(
            help_text="Percentage of the total of all rows with the same dimensions, to four places; null where no "
            "part is grouped by."
        ),
        "rank": PlaceSerializer(help_text="Place among the rows with the same dimensions."),
        **_concentrations(),
        **_behind(),
    }
    entities = _entities(model, addition.columns, addition.parts)
    return _serializer(
        "SummaryRow", model, [*addition.columns, *numbers], entities | numbers, (*addition.parts, *TIMES)
    )


def _total(model: type[models.Model], addition: Addition) -> type[NullableModelSerializer]:
    columns = [name for name in addition.columns if name not in addition.parts]
    numbers: dict[str, Any] = {
        "total": TotalSerializer(help_text="The sum of all parts."),
        **_concentrations(),
        "stated_total": StatedTotalSerializer(
            many=True, help_text="Totals that sources themselves state for the world."
        ),
        **_behind(),
    }
    return _serializer("SummaryTotal", model, [*columns, *numbers], _entities(model, columns) | numbers, TIMES)


@cache
def summary_serializer(model: type[Fact], addition: Addition) -> type[NullableModelSerializer]:
    """The shape of a summary of the facts of one kind."""
    rows, totals = row_serializer(model, addition), _total(model, addition)
    fields = {
        "kind": KindField(help_text="Kind of the facts that are added."),
        "revision": serializers.IntegerField(help_text="Revision that was read."),
        "group_by": serializers.ListField(child=serializers.CharField(), help_text="What each row stands for."),
        "count": serializers.IntegerField(help_text="Number of rows."),
        "results": rows(many=True, help_text="The rows, those of one total together, the largest first."),
        "totals": totals(many=True, help_text="The total of each combination of what must agree to be added."),
        "left_out": NotAddedSerializer(many=True, help_text="The facts that were not added, and why."),
        "sources": SourceBriefSerializer(many=True, help_text="The sources behind the numbers, in brief."),
    }
    return _serializer("Summary", model, fields, fields)
