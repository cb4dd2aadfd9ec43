"""Finds the countries that a release names, by the names that the dataset has for them."""

from __future__ import annotations

from dataclasses import dataclass

from sources.dataset.rows import Package
from sources.words import did_you_mean

WORLD = "World total"
REST = "Other countries"


@dataclass(frozen=True, slots=True)
class Area:
    """What a row is about: a country, the world, or the countries that the source does not name."""

    scope: str
    country: str
    in_keys: str


AREAS = {WORLD: Area("world", "", "world"), REST: Area("rest_of_world", "", "rest-of-world")}


class Areas:
    def __init__(self, package: Package) -> None:
        self._slugs: dict[str, str] = {}
        for (table, identity), states in package.states().items():
            if table == "countries" and not states[-1]["left"]:
                names = [states[-1]["name"], *states[-1]["aliases"].split("|")]
                self._slugs |= {name.casefold(): identity[0] for name in names if name}

    def of(self, name: str) -> Area:
        """The area that a row names. Raises ValueError for a name that no country has."""
        if area := AREAS.get(name):
            return area
        if slug := self._slugs.get(name.casefold()):
            return Area("country", slug, slug)
        hint = did_you_mean(name, self._slugs)
        raise ValueError(f"No country of the dataset is called “{name}”.{hint} An alias of it would settle this.")
