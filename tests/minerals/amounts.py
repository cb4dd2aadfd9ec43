"""Makes and reads the summaries of a made-up mineral, for the tests of sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.factories import make_country, make_fact, make_mineral, publish

JSON = dict[str, Any]
NOTHING = {"comparator": None, "value": None, "low": None, "high": None}
COUNTRIES = {"chn": "CHN", "kaz": "KAZ", "usa": "USA", "aus": "AUS"}
WITHHELD = {"availability": "withheld"}
NIL = {"value": Decimal(0), "comparator": "=", "unit": "t", "availability": "nil"}


def tons(number: str | int, comparator: str = "=", **fields: Any) -> JSON:
    return {"value": Decimal(number), "comparator": comparator, "unit": "t", "availability": "reported", **fields}


def between(low: int, high: int) -> JSON:
    numbers = {"low": Decimal(low), "high": Decimal(high)}
    return {"comparator": "=", "unit": "t", "availability": "reported", **numbers}


def place(name: str) -> JSON:
    """The fields of a fact about a country, the world, or its rest."""
    if name in ("world", "rest_of_world"):
        return {"scope": name, "country": None}
    return {"scope": "country", "country": make_country(name, COUNTRIES.get(name, ""))}


def draft(kind: str, key: str, where: str, quantity: JSON, **fields: Any) -> Any:
    """A draft of a fact with this quantity alone, whatever the factory takes for the plainest."""
    blank = {"verbatim": "", "comparator": "", "value": None, "unit": "", "low": None, "high": None}
    mineral = fields.pop("mineral", None) or make_mineral("alphite")
    return make_fact(kind, key, mineral=mineral, **place(where), **(blank | quantity | fields))


def reserves(**quantities: JSON) -> None:
    """Publish reserves of one mineral, by place, on one basis and by one source."""
    publish(
        *(
            draft("reserve", f"alphite-{slug(where)}", where, q, basis="contained_metal")
            for where, q in quantities.items()
        )
    )


def slug(name: str) -> str:
    return name.replace("_", "-")


def name_of(row: JSON) -> str:
    return row["country"]["slug"] if row["country"] else row["scope"]


def by_place(summary: JSON) -> dict[str, JSON]:
    return {name_of(row): row for row in summary["results"]}


def written(estimate: JSON) -> tuple[Any, ...]:
    return tuple(estimate[name] for name in ("comparator", "value", "low", "high"))


def left_out(summary: JSON) -> dict[str, str]:
    return {one["key"]: one["reason"] for one in summary["left_out"]}
