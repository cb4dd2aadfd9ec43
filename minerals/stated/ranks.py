"""Reads a place among all as a source words it: seventh largest, in the top 20, No. 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from minerals.quantities import Comparator
from minerals.stated.numbers import BY_HAND, SMALL, UnreadableError, plain
from minerals.stated.reading import Stated

_FIRST_NINE = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TO_NINETEEN = (
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
    *("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)
_TENS = ("twent", "thirt", "fort", "fift")
_CARDINALS = (
    *SMALL,
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_SPELLED = {
    **{word: number for number, word in enumerate(_CARDINALS, 1)},
    **{word: number for number, word in enumerate((*_FIRST_NINE, *_TO_NINETEEN), 1)},
    **{f"{ten}ieth": number * 10 for number, ten in enumerate(_TENS, 2)},
    **{
        f"{ten}y-{one}": number * 10 + rest
        for number, ten in enumerate(_TENS, 2)
        for rest, one in enumerate(_FIRST_NINE, 1)
    },
}
_SPELLED_ORDINAL = "|".join(sorted(_SPELLED.keys() - set(_CARDINALS), key=len, reverse=True))
_CARDINAL = rf"(?:[0-9]+|{'|'.join(sorted(_CARDINALS, key=len, reverse=True))})\b(?!\s?(?:%|per\s?cent))"
_LARGEST = r"(?:largest|biggest|greatest|highest|richest|leading|foremost|main|primary|principal|top)\b"

_EXACT = re.compile(
    rf"(?P<ordinal>\b[0-9]+(?=st\b|nd\b|rd\b|th\b)|\b(?:{_SPELLED_ORDINAL})\b)"
    rf"|(?:\b(?:no\.?|number|rank(?:s|ed|ing)?|place[ds]?|position)(?:\s(?:at|as|is|of))?|#)[\s:-]*(?P<number>{_CARDINAL})"
    r"|^(?P<alone>[0-9]+)$",
    re.IGNORECASE,
)
_AMONG = re.compile(
    rf"\btop[\s-](?P<top>{_CARDINAL})|\b(?:among|one of)\s(?:the\s)?(?:world's\s)?(?P<of>{_CARDINAL})\s{_LARGEST}",
    re.IGNORECASE,
)
_ONLY_ONE = re.compile(rf"\b{_LARGEST}", re.IGNORECASE)
_ONE_OF_SEVERAL = re.compile(
    rf"\b(?:one|some) of\b|\bamong\b|\ban?\s(?:\S+\s)?{_LARGEST}|{_LARGEST}\s(?:\S+\s){{0,2}}\S+[eo]rs\b", re.IGNORECASE
)
_SHARE = re.compile(
    r"\b(?:an?|one|two|three)[\s-](?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?\b|[0-9]\s?(?:%|per\s?cent)",
    re.IGNORECASE,
)
_NOT_AMONG_ALL = re.compile(
    r"\b(?:asian?|europe(?:an)?|african?|(?:[a-z]+\s)?americas?|oceania|eurasian?|caucasus|cis|eu|european union|middle east"
    r"|(?:post-|former )soviet|regions?|regional|continent|outside|excluding|except|apart from|besides|other than|next)\b",
    re.IGNORECASE,
)
_AFTER_ANOTHER = re.compile(r"\b(?:after|behind)\b", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|nearly|almost)\b|[~≈]", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:at least|at most|no lower than|or (?:better|higher)|higher than|above|below)\b|[<>≤≥]", re.IGNORECASE
)
_LAST = 1000
"""Further down than any place."""


@dataclass(frozen=True, slots=True)
class Place(Stated):
    """A place among all, 1 for the largest; without a value where the words name none."""

    def __str__(self) -> str:
        if self.value is None:
            return "no place"
        said = f"place {self.value} or better" if self.comparator == Comparator.AT_MOST else f"place {self.value}"
        return f"about {said}" if self.comparator == Comparator.ABOUT else said


def read_place(text: str, _unit: str = "") -> Place:
    """The place that words claim; none where they speak of one too vaguely, as "one of the largest" does.

    Raises UnreadableError, which says why, for whatever can't be read in one way only.
    """
    words = plain(text)
    places = sorted(set(_places(words)))
    if len(places) > 1:
        raise UnreadableError(f"There are several places: {', '.join(str(place) for _, place in places)}. {BY_HAND}")
    if not places:
        return Place()
    comparator, place = places[0]
    if not 1 <= place < _LAST:
        raise UnreadableError(f"{place} is no place. {BY_HAND}")
    if found := _NOT_AMONG_ALL.search(words):
        raise UnreadableError(f"“{found[0]}” makes it a place among some only, and one among all is kept here.")
    if found := _BOUND.search(words):
        raise UnreadableError(f"“{found[0]}” leaves open which place it is. {BY_HAND}")
    about = Comparator.ABOUT if _ABOUT.search(words) else comparator
    return Place(comparator=about, value=Decimal(place))


def _places(words: str) -> Iterator[tuple[Comparator, int]]:
    """The places that are named, each with whether it is that one or at most that one."""
    if _SHARE.search(words):
        raise UnreadableError(f"This is a share rather than a place. {BY_HAND}")
    among = list(_AMONG.finditer(words))
    yield from ((Comparator.AT_MOST, _number(found["top"] or found["of"])) for found in among)
    exact = list(_EXACT.finditer(words))
    yield from ((Comparator.EQUAL, _number(found["ordinal"] or found["number"] or found["alone"])) for found in exact)
    if among or exact:
        return
    if _ONLY_ONE.search(words) and not _ONE_OF_SEVERAL.search(words):
        if _AFTER_ANOTHER.search(words):
            raise UnreadableError(f"“After” another may mean second. {BY_HAND}")
        yield (Comparator.EQUAL, 1)
    elif re.search("[0-9]", words):
        raise UnreadableError(f"No place is found in these words. {BY_HAND}")


def _number(word: str) -> int:
    return _SPELLED.get(word.lower()) or int(word)
