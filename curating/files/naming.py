"""Finds the source or entity that a cell names: by its key, or by any name that a person would write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from curating.files.cells import quoted
from sources.dataset.tables import natural_field, table_of
from sources.models import Entity, Record, Source
from sources.words import did_you_mean, folded

DOI_SITE = "doi.org/"
Folding = Callable[[str], str]


def _exact(text: str) -> str:
    return text


def _address(text: str) -> str:
    """An address or DOI without what may differ though the document is the same."""
    bare = text.strip().partition("://")[2] or text.strip()
    return bare.partition(DOI_SITE)[2].casefold() if DOI_SITE in bare else bare.rstrip("/").casefold()


@dataclass(frozen=True, slots=True)
class Tier:
    """Names of one sort, by which keys are found; those of an earlier tier go first."""

    folding: Folding
    keys: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, folding: Folding, names: Iterable[tuple[str, str]]) -> Tier:
        found: dict[str, dict[str, None]] = {}
        for name, key in names:
            if plain := folding(name):
                found.setdefault(plain, {})[key] = None
        return cls(folding, {plain: tuple(keys) for plain, keys in found.items()})

    def find(self, text: str) -> tuple[str, ...]:
        return self.keys.get(self.folding(text), ())


def _tiers(records: list[Any], model: type[Record]) -> list[Tier]:
    keys = [(getattr(record, natural_field(model).name),) * 2 for record in records]
    if issubclass(model, Entity):
        return [
            Tier.of(_exact, keys),
            Tier.of(folded, keys),
            Tier.of(folded, ((record.name, record.slug) for record in records)),
            Tier.of(folded, ((name, record.slug) for record in records for name in record.names)),
        ]
    if issubclass(model, Source):
        addresses = [(address, record.key) for record in records for address in (record.doi, record.url)]
        return [Tier.of(_exact, keys), Tier.of(_address, addresses)]
    return [Tier.of(_exact, keys)]


class Directory:
    """All sources and entities by their names, whether the dataset shows them yet or not."""

    def __init__(self) -> None:
        self._tiers: dict[type[Record], list[Tier]] = {}
        self._names: dict[type[Record], list[str]] = {}

    def _known(self, model: type[Record]) -> list[Tier]:
        if model not in self._tiers:
            records = list(table_of(model).objects)
            self._tiers[model] = _tiers(records, model)
            names = [record.names if isinstance(record, Entity) else [str(record.document_key)] for record in records]
            self._names[model] = [name for some in names for name in some]
        return self._tiers[model]

    def find(self, model: type[Record], text: str) -> str:
        """The key of the record that is named. Raises ValueError that says what to do if it is none or not one."""
        for tier in self._known(model):
            keys = tier.find(text)
            if len(keys) == 1:
                return keys[0]
            if keys:
                raise ValueError(f"{quoted(text)} may be any of {', '.join(keys)}: write the one that is meant.")
        meta = model._meta
        raise ValueError(
            f"{quoted(text)} is not known among the {meta.verbose_name_plural}.{did_you_mean(text, self._names[model])} "
            f"A new {meta.verbose_name} is added on the list of {meta.verbose_name_plural} first."
        )

    def namesakes(self, model: type[Record], key: str, names: Iterable[str]) -> list[str]:
        """The keys of other records that answer to some of these names."""
        known = self._known(model)
        found = (other for name in filter(None, names) for tier in known[1:] for other in tier.find(name))
        return [other for other in dict.fromkeys(found) if other != key]
