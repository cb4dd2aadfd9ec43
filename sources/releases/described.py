"""What each column of the package means, for the codebook, the SQLite file and its metadata alike."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from sources import vocabularies
from sources.dataset.tables import Column, Table
from sources.models import Fact

NUMBERS = ("number", "integer")
AMOUNTS = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column in words."""

    name: str
    type: str
    unit: str
    """Where the unit of its numbers stands; empty where there is none, or the meaning says it."""
    required: bool
    refers_to: str
    """The table and column whose values its cells name; empty if they name none."""
    vocabulary: str
    """The list that its words are of; empty if they are of none."""
    words: tuple[tuple[str, str], ...]
    """The words of a list that is the column's own, each with its meaning."""
    meaning: str


def described_columns(table: Table) -> Iterator[DescribedColumn]:
    for column in table.columns:
        vocabulary = table.vocabularies.get(column.name, "")
        choices = _choices(column)
        fixed = _fixed_list(choices)
        yield DescribedColumn(
            column.name,
            column.codec.type,
            unit_of(column.name, column.codec.type, {other.name for other in table.columns}),
            column.is_required,
            _refers_to(table, column),
            vocabulary or fixed or ("unit" if _holds_units(column) else ""),
            () if fixed else choices,
            str(column.field.help_text),
        )


def meaning_of(table: Table) -> str:
    """The first line of what a model says of itself."""
    return (table.model.__doc__ or "").strip().partition("\n")[0]


def unit_of(name: str, kind: str, names: Container[str]) -> str:
    """Which of the columns beside a number has its unit: `unit` for value, `grade_unit` for grade_value; or none."""
    *prefix, last = name.split("_")
    unit = "_".join([*prefix, "unit"])
    return unit if last in AMOUNTS and kind in NUMBERS and unit in names else ""


def _holds_units(column: Column) -> bool:
    return column.name == "unit" or column.name.endswith("_unit")


def _refers_to(table: Table, column: Column) -> str:
    if column.name in ("entered", "left"):
        return "revisions.number"
    if column.target:
        return f"{column.target.name}.{column.target.identity[0]}"
    if table.holds == "parts" and column.name == table.identity[0]:
        return "any fact's key" if table.whole is Fact else f"{table.whole._meta.verbose_name_plural}.key"
    return ""


def _choices(column: Column) -> tuple[tuple[str, str], ...]:
    choices = [(str(code), str(label)) for code, label in column.field.flatchoices if code]
    return tuple((code, _definition(code, label)) for code, label in choices)


def _definition(code: str, label: str) -> str:
    """What a label says besides the word that it begins with."""
    return label.removeprefix(f"{code}: ").removeprefix(f"{code} ")


def _fixed_list(choices: tuple[tuple[str, str], ...]) -> str:
    """The fixed list that has these words, such as rank; none for choices that a column has for itself."""
    codes = [code for code, _ in choices]
    lists = vocabularies.closed().items()
    return next((name for name, words in lists if codes and [word["code"] for word in words] == codes), "")
