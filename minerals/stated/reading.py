"""Reads a figure as a source words it into comparator, value or bounds, unit and availability."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from minerals.quantities import Availability, Comparator
from minerals.stated import units
from minerals.stated.numbers import (
    BY_HAND,
    NUMBER,
    RANGE_DASH,
    UnreadableError,
    counted_in_digits,
    doubt_about,
    in_digits,
    number_of,
    plain,
    times_power_of_ten,
)
from minerals.units import CURRENCIES, UNITS, factor_between

NUMBERS = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a source states, and what the reader took for granted in reading it so."""

    availability: str = Availability.REPORTED
    comparator: str = ""
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.availability not in (Availability.REPORTED, Availability.NIL):
            return Availability(self.availability).label.replace("_", " ")
        bounds = [f"{number:,f}" for number in (self.value, self.low, self.high) if number is not None]
        words = f"{_SAID[self.comparator]}{' to '.join(bounds)} {self.unit}".strip()
        return f"{words} ({UNITS[self.unit].definition})" if self.unit else f"{words}, of which the unit is not said"


_SAID: dict[str, str] = {
    Comparator.EQUAL: "",
    Comparator.ABOUT: "about ",
    Comparator.MORE: "more than ",
    Comparator.AT_LEAST: "at least ",
    Comparator.LESS: "less than ",
    Comparator.AT_MOST: "at most ",
}

_NO_NUMBER = {
    Availability.WITHHELD: ("w", "withheld", "confidential", "not disclosed", "undisclosed", "not made public"),
    Availability.NOT_AVAILABLE: (
        *("n/a", "na", "n.a.", "n.a", "not available", "not reported", "no data", "no figure", "..", "...", "xx"),
        *("large", "moderate", "small"),
    ),
    Availability.UNKNOWN: ("unknown", "not known"),
    Availability.NIL: (RANGE_DASH, "-", "--", "nil", "none", "zero", "0"),
}
_WORDS_WITHOUT_NUMBER = {word: availability for availability, words in _NO_NUMBER.items() for word in words}
_DASH_HINT = "A dash is read as zero; where the source's legend gives it another meaning, choose that availability."

_MORE = ("more than", "over", "above", r"exceed(?:s|ing)?", "in excess of", "greater than", "upwards? of", ">")
_AT_LEAST = ("at least", "(?:not|no) less than", "no fewer than", "(?:a )?minimum(?: of)?", r"min\.", ">=", "≥")
_LESS = ("less than", "under", "below", "fewer than", "<")
_AT_MOST = (
    "up to",
    "at most",
    "(?:not|no) more than",
    "as (?:much|many) as",
    "(?:a )?maximum(?: of)?",
    r"max\.",
    "<=",
    "≤",
)
_ABOUT = (
    "about",
    "around",
    r"approx(?:imately|\.)?",
    "some",
    "nearly",
    "almost",
    "roughly",
    "circa",
    r"ca?\.",
    "close to",
    "[~≈]",
)
_BEFORE = {
    Comparator.AT_LEAST: "|".join(_AT_LEAST),
    Comparator.AT_MOST: "|".join(_AT_MOST),
    Comparator.MORE: "|".join(_MORE),
    Comparator.LESS: "|".join(_LESS),
    Comparator.ABOUT: "|".join(_ABOUT),
}
"""What stands before a number, those first that begin with the words of others."""
_AFTER = {
    Comparator.AT_LEAST: "or (?:more|above|over|higher)|and (?:more|above|over|up)",
    Comparator.AT_MOST: "or (?:less|fewer|below|lower)",
    Comparator.ABOUT: "or so|approx(?:imately)?",
}
_COMPARED_BEFORE = re.compile(
    rf"(?:(?<![a-z])|(?=[<>~≈≤≥]))(?P<word>{'|'.join(_BEFORE.values())})(?:\s(?:an?|the|total of))*\s?$", re.IGNORECASE
)
_BETWEEN = re.compile(r"\b(?P<word>between|from)\s?$", re.IGNORECASE)
_JOINED = re.compile(rf"to|-|{RANGE_DASH}", re.IGNORECASE)
_YEAR = r"(?:19|20)[0-9]{2}"
_IN_YEAR = re.compile(
    rf"\b(?:in|by|for|of|since|until|during|before|after)\s(?:(?:the|end of|early|late|mid|year|fiscal)[\s-])*{_YEAR}\b"
    rf"(?!\s?(?:t|kt|mt|tons?|tonnes?|jobs|people|%|million|thousand)\b)",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:declined?|decreased?|dropp?(?:ed)?|fall|falls|fell|fallen|reduced|reduction)\b", re.IGNORECASE
)
_FALL_HINT = "The words speak of a fall: where the measure is a change, the number is negative."
_MINUS_WORD = r"\b(?:minus|negative)\s$"
_MINUS = re.compile(rf"^-\s?$|(?<![A-Za-z0-9])-$|{_MINUS_WORD}", re.IGNORECASE)
_MINUS_IN_RANGE = re.compile(
    rf"(?:(?<=to )|(?<=and )|(?<=[-{RANGE_DASH}])|(?<=[-{RANGE_DASH}] ))-$|{_MINUS_WORD}", re.IGNORECASE
)
"""The sign of a number after another one, where a hyphen alone is that of a range."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class _Figure:
    """One number with the scale and the unit that stand beside it, and where all of that begins and ends."""

    number: Decimal
    power: int | None
    unit: str
    start: int
    end: int
    has_plus: bool
    hints: tuple[str, ...]


def read(text: str, unit: str = "") -> Stated:
    """What a text states; `unit` is one that is known besides, as from the head of a table.

    Raises UnreadableError, which says why, for whatever can't be read in one way only.
    """
    words = plain(text)
    if availability := _WORDS_WITHOUT_NUMBER.get(words.lower()):
        return _without_a_number(words, availability, unit)
    kept, hints = _without_asides(
        counted_in_digits(in_digits(units.parted(words)), rf"(?:[a-z-]+\s)?(?:{units.THINGS})")
    )
    figures = list(_figures(kept))
    if not figures:
        raise UnreadableError(
            "There is no number in these words. Where the source gives none, choose the availability: not_available, "
            "withheld, nil or unknown."
        )
    stated = _single(kept, figures[0]) if len(figures) == 1 else _range(kept, figures)
    return _in_unit(replace(stated, hints=(*dict.fromkeys((*stated.hints, *hints)),)), unit)


def _without_a_number(words: str, availability: str, unit: str) -> Stated:
    if availability != Availability.NIL:
        return Stated(availability, unit=unit)
    hints = (_DASH_HINT,) if words in (RANGE_DASH, "-", "--") else ()
    return Stated(availability, Comparator.EQUAL, Decimal(0), unit=unit, hints=hints)


def _without_asides(words: str) -> tuple[str, list[str]]:
    """The words without what stands in brackets beside the number, and without the year that it is of."""
    hints = []
    bare = " ".join(_BRACKETS.sub(" ", words).split())
    if bare != words and NUMBER.search(bare):
        words = bare
        hints.append("What stands in brackets was left out.")
    without_year = " ".join(_IN_YEAR.sub(" ", words).split())
    if without_year != words and NUMBER.search(without_year):
        words = without_year
        hints.append("The year is no part of the figure: it belongs into the period.")
    return words, hints


def _figures(text: str) -> Iterator[_Figure]:
    is_money, minus = False, _MINUS
    for found in NUMBER.finditer(text):
        if text[: found.start()].endswith("(") and text[found.end() :].startswith(")"):
            raise UnreadableError(f"“({found[0]})” may mean {found[0]} or minus {found[0]}. {BY_HAND}")
        before = units.currency_before(text[: found.start()])
        is_money = is_money or bool(before.code)
        sign, minus = minus.search(text[: before.end]), _MINUS_IN_RANGE
        end, has_plus = (found.end() + 1, True) if text[found.end() :].startswith("+") else (found.end(), False)
        scale = units.scale_at(text, end) or units.short_scale_at(text, end, is_money=is_money)
        power, end = scale or (None, end)
        number = number_of(found[0])
        after = units.unit_at(text, end)
        yield _Figure(
            number=-number if sign else number,
            power=power,
            unit=_one_unit(before.code, after.code),
            start=sign.start() if sign else before.end,
            end=after.end,
            has_plus=has_plus,
            hints=tuple(filter(None, (before.hint if not after.code else "", after.hint, doubt_about(found[0])))),
        )


def _one_unit(before: str, after: str) -> str:
    """The unit of a number that has one before it and one after it; dollars may be said to be somebody's after it."""
    if before and after and before not in (after, "USD"):
        raise UnreadableError(f"Both {before} and {after} stand beside the number. {BY_HAND}")
    return after or before


def _single(text: str, figure: _Figure) -> Stated:
    before, after = text[: figure.start], text[figure.end :]
    comparator = _comparator(before, after, has_plus=figure.has_plus)
    code = units.at_rate(figure.unit, before, after) if figure.unit else ""
    value, code = _scaled(figure.number, figure.power, code)
    hints = (*figure.hints, *([_FALL_HINT] if _FALL.search(text) and figure.number > 0 else []))
    is_nil = not value and comparator == Comparator.EQUAL
    return Stated(Availability.NIL if is_nil else Availability.REPORTED, comparator, value, unit=code, hints=hints)


def _comparator(before: str, after: str, *, has_plus: bool) -> str:
    found = {Comparator.AT_LEAST} if has_plus else set()
    while match := _COMPARED_BEFORE.search(before):
        found.add(_meaning(match["word"], _BEFORE))
        before = before[: match.start()]
    found |= {meaning for meaning, words in _AFTER.items() if re.match(rf"\s?(?:{words})\b", after, re.IGNORECASE)}
    if len(found) > 1:
        raise UnreadableError(f"The words say both {' and '.join(sorted(found))}. {BY_HAND}")
    return found.pop() if found else Comparator.EQUAL


def _meaning(word: str, table: dict[Comparator, str]) -> Comparator:
    return next(meaning for meaning, words in table.items() if re.fullmatch(words, word, re.IGNORECASE))


def _range(text: str, figures: list[_Figure]) -> Stated:
    first, last = figures[0], figures[-1]
    between, before = text[first.end : last.start].strip(), text[: first.start]
    opened = _BETWEEN.search(before)
    is_joined = _JOINED.fullmatch(between) or (opened and opened["word"].lower() == "between" and between == "and")
    if len(figures) > 2 or not is_joined:
        numbers = " and ".join(f"{figure.number:,f}" for figure in figures[:4])
        raise UnreadableError(
            f"There are several numbers, {numbers}, and no range that joins them. Leave the words of one figure; "
            "several figures are several facts."
        )
    comparator = _comparator(before[: opened.start()] if opened else before, text[last.end :], has_plus=last.has_plus)
    if comparator not in (Comparator.EQUAL, Comparator.ABOUT) or first.has_plus:
        raise UnreadableError(f"A range can't also be {_SAID[comparator]}something. {BY_HAND}")
    return _bounds(text, first, last, comparator)


def _bounds(text: str, first: _Figure, last: _Figure, comparator: str) -> Stated:
    first, last = _with_shared(first, last)
    before, after = text[: first.start], text[last.end :]
    ends = [
        _scaled(figure.number, figure.power, units.at_rate(figure.unit, before, after) if figure.unit else "")
        for figure in (first, last)
    ]
    (low, low_unit), (high, unit) = ends
    if low_unit != unit:
        low = _converted(low, low_unit, unit)
    if low > high:
        raise UnreadableError(f"The range ends below where it begins: {low:,f} to {high:,f}. {BY_HAND}")
    return Stated(comparator=comparator, low=low, high=high, unit=unit, hints=(*first.hints, *last.hints))


def _with_shared(first: _Figure, last: _Figure) -> tuple[_Figure, _Figure]:
    """Both ends of a range with the unit and the scale that one of them has for both."""
    unit = first.unit or last.unit
    ends = replace(first, unit=first.unit or unit), replace(last, unit=last.unit or unit)
    stated = [figure.power for figure in ends if figure.power is not None]
    if len(stated) != 1 or (first.unit and last.unit and last.unit not in CURRENCIES):
        return ends
    if first.number > last.number:
        raise UnreadableError(f"It isn't clear what the range begins with: write out both ends. {BY_HAND}")
    return replace(ends[0], power=stated[0]), replace(ends[1], power=stated[0])


def _scaled(number: Decimal, power: int | None, code: str) -> tuple[Decimal, str]:
    unit, rest = units.multiplied(code.removesuffix("/a"), power or 0)
    if code.endswith("/a"):
        unit = f"{unit}/a"
    return (times_power_of_ten(number, rest) if rest else number), unit


def _converted(number: Decimal, unit: str, wanted: str) -> Decimal:
    """A number in another unit, exactly. Raises UnreadableError where the two measure different things."""
    if not unit or UNITS[unit].base != UNITS[wanted].base:
        raise UnreadableError(f"The words have both {unit or 'no unit'} and {wanted}. {BY_HAND}")
    return times_power_of_ten(number, factor_between(unit, wanted).adjusted())


def _in_unit(stated: Stated, unit: str) -> Stated:
    """The same in the unit that is known besides, which the words need not repeat."""
    if not unit or unit == stated.unit:
        return stated
    if not stated.unit:
        return replace(stated, unit=unit)
    known, said = UNITS[unit], UNITS[stated.unit]
    if known.base.removesuffix("/a") != said.base.removesuffix("/a"):
        raise UnreadableError(
            f"The words say {stated.unit} ({said.definition}), but the unit chosen is {unit}. Change the unit, or leave "
            "it empty."
        )
    power = (said.factor / known.factor).adjusted()
    numbers = {name: getattr(stated, name) for name in NUMBERS}
    moved: dict[str, Any] = {
        name: times_power_of_ten(number, power) for name, number in numbers.items() if number is not None
    }
    return replace(stated, unit=unit, **moved)


def agree(read_as: Stated, entered: Stated) -> bool:
    """Whether a figure that was entered says what its words are read as. A year that the unit has need not be said."""
    numbers = [(getattr(read_as, name), getattr(entered, name)) for name in NUMBERS]
    if read_as.availability != entered.availability or read_as.comparator != entered.comparator:
        return False
    if any((one is None) != (other is None) for one, other in numbers):
        return False
    if not read_as.unit or not entered.unit:
        return all(one == other for one, other in numbers)
    said, chosen = UNITS[read_as.unit], UNITS[entered.unit]
    return said.base.removesuffix("/a") == chosen.base.removesuffix("/a") and all(
        one is None or one * said.factor == other * chosen.factor for one, other in numbers
    )
