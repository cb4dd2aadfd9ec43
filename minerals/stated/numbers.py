"""Finds the numbers in a text, and refuses those that can be read in more than one way."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from sources.words import with_plain_digits

LONGEST = 500
"""Characters of a text that is read at all: a figure is a few words."""


class UnreadableError(ValueError):
    """Says why a figure can't be read, and what to do instead."""


BY_HAND = "Fill in the fields below by hand."
RANGE_DASH = "\u2013"
_DASHES = dict.fromkeys(map(ord, "\u2012\u2013\u2014\u2015"), RANGE_DASH)
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2212"), "-")
_POWER = re.compile(r"[0-9]\s?[\u2070\u00b9\u00b2\u00b3\u2074-\u207f]|[0-9][eE][+-]?[0-9]|[\u00d7x*]\s?10\b|\^")
_FRACTION = re.compile(r"[\u00bc-\u00be\u2150-\u215e\u2044]|[0-9]\s?/\s?[0-9]")
_SPREAD = re.compile(r"\u00b1|\+/-")

NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])(?:[0-9]+(?:[.,' ][0-9]+)*|\.[0-9]+)(?![.,' ]?[0-9]|_|(?:st|nd|rd|th|s)\b)")
_READABLE = re.compile(
    r"[0-9]*\.[0-9]+|[0-9]+|[1-9][0-9]{0,2}(?P<mark>[,' ])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:\.[0-9]+)?"
)

SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELLED = {word: str(number) for number, word in enumerate(SMALL, 1)} | {"a": "1", "an": "1", "half a": "0.5"}
_COUNTED = r"(?:hundred|thousand|million|billion|trillion)\b"
_SPELLED_BEFORE_SCALE = re.compile(rf"\b(half a|an?|{'|'.join(SMALL)})\s+(?={_COUNTED})", re.IGNORECASE)


def plain(text: str) -> str:
    """A text in plain spaces, hyphens and digits. Raises UnreadableError for notations that are not read."""
    if len(text) > LONGEST:
        raise UnreadableError(f"This is too long for a figure. Leave the words that state it. {BY_HAND}")
    for pattern, what in ((_POWER, "powers of ten"), (_FRACTION, "fractions"), (_SPREAD, "a plus or minus")):
        if pattern.search(text):
            raise UnreadableError(f"Figures with {what} are not read. {BY_HAND}")
    straight = unicodedata.normalize("NFKC", text).translate(_DASHES | _HYPHENS).replace("\u2019", "'")
    # What can't be seen, such as a space of no width, is nothing.
    seen = "".join(character for character in straight if unicodedata.category(character) != "Cf")
    return " ".join(with_plain_digits(seen).split())


def in_digits(text: str) -> str:
    """A text with the small numbers before million and the like in digits: one million, half a million."""
    return _SPELLED_BEFORE_SCALE.sub(lambda found: f"{_SPELLED[found[1].lower()]} ", text)


def counted_in_digits(text: str, things: str) -> str:
    """A text with the small numbers before things, given as a pattern, in digits: two plants."""
    small = re.compile(rf"\b({'|'.join(SMALL)})\s+(?=(?:{things})\b)", re.IGNORECASE)
    return small.sub(lambda found: f"{_SPELLED[found[1].lower()]} ", text)


_LIKE_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def doubt_about(written: str) -> str:
    """What to say of a number that a writer of another language would mean otherwise."""
    return f"The point in “{written}” is read as beginning the decimals." if _LIKE_THOUSANDS.fullmatch(written) else ""


def number_of(written: str) -> Decimal:
    """The number that digits write, with as many of them. Raises UnreadableError where they can mean several."""
    if not _READABLE.fullmatch(written):
        raise UnreadableError(
            f"“{written}” can be read in more than one way: a comma or a space is taken to part thousands, a point to "
            f"begin the decimals, as in 1,234.5. {BY_HAND}"
        )
    return Decimal(re.sub("[,' ]", "", written))


def times_power_of_ten(number: Decimal, power: int) -> Decimal:
    """The product, exactly, without a point that it doesn't need; contexts of arithmetic would round it."""
    sign, digits, exponent = number.as_tuple()
    moved = Decimal((sign, digits, int(exponent) + power))
    return moved if int(moved.as_tuple().exponent) <= 0 else Decimal(f"{moved:f}")
