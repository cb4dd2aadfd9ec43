"""Suggests how a date in words is written in EDTF: for messages to people, never to be taken unseen."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from itertools import product

from sources.words import with_plain_digits

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_QUARTERS = {"1": "33", "2": "34", "3": "35", "4": "36", "first": "33", "second": "34", "third": "35", "fourth": "36"}
_HALVES = {"1": "40", "2": "41", "first": "40", "second": "41"}
_SEASONS = {"spring": "21", "summer": "22", "autumn": "23", "fall": "23", "winter": "24"}
CODES = {
    "21": "spring",
    "22": "summer",
    "23": "autumn",
    "24": "winter",
    "33": "first quarter",
    "34": "second quarter",
    "35": "third quarter",
    "36": "fourth quarter",
    "40": "first half",
    "41": "second half",
}
"""What EDTF writes in the place of a month, and what it means."""
_MONTHS_OF = {
    "33": ("01", "03"),
    "34": ("04", "06"),
    "35": ("07", "09"),
    "36": ("10", "12"),
    "40": ("01", "06"),
    "41": ("07", "12"),
}
"""The first and the last month of a quarter or a half, which can't be an end of an interval."""
_LONGEST_SHORT_SPAN = 20
"""Years that 2023-24 may stand for: of more, the last two digits are likely something else."""

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_YEAR = r"(?P<year>[12][0-9]{3})"
_SHORT_YEAR = r"(?:(?P<year>[12][0-9]{3})|'?(?P<short>[0-9]{2}))"
_MONTH_NAME = rf"(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in MONTHS)}|sept)\.?"
_MONTH = rf"(?P<month>{_MONTH_NAME})"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_OF = r"(?:\s(?:of\s)?(?:the\s)?(?:year\s)?|[\s/-]*)"

_PREFIX = re.compile(
    r"^(?:in|on|at|as of|as at|of|during|dated|published|updated|for|the|year"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?)\s+(?=\S)"
)
_CLOCK = re.compile(r"\s(?:at\s)?[0-9]{1,2}:[0-9]{2}.*$")
_OPEN_BEFORE = re.compile(
    r"(?:by|until|till|up to|no later than|not later than)\s(?:the\s)?(?:(?:year[\s-])?end[\s-](?:of\s)?)?(?P<date>.+)"
)
_OPEN_AFTER = re.compile(r"(?:since|from|starting(?: in| from)?|as from)\s(?P<date>.+)|(?P<then>.+?)\s(?:onwards?|on)")
_STRICT = re.compile(rf"(?P<side>before|after)\s(?:the\s)?(?:year\s)?{_YEAR}")
_ABOUT = re.compile(r"(?:(?:about|around|circa|approximately|approx\.?|roughly|c\.|ca\.?)\s*|~\s*)(?P<date>.+)")
_FISCAL = re.compile(rf"(?:fy|fiscal year|financial year)\s?{_SHORT_YEAR}")
_FISCAL_PREFIX = re.compile(r"^(?:fy|fiscal year|financial year)\s?")
_JOINT = re.compile(r"\s?(?:-|/|\bto\b|\band\b|\bthrough\b|\buntil\b|\btill\b)\s?")
_SHORT_SPAN = re.compile(rf"{_YEAR}[/-](?P<last>[0-9]{{2}})")
_SPAN_PREFIX = re.compile(r"^(?:from|between)\s")

PART = re.compile(r"^(?:in\s)?(?:the\s)?(?P<word>early|mid|middle of|late)\b[\s-]*(?:in\s)?", re.IGNORECASE)
"""What EDTF has no way to say."""
_EDGE = re.compile(
    r"(?:(?:year[\s-])?(?P<end>end|close)|(?P<start>beginning|start))[\s-]?(?:of\s)?(?:the\s)?(?P<date>.+)"
)

_POINTS = tuple(
    re.compile(pattern)
    for pattern in (
        _YEAR,
        rf"{_YEAR}[\s./-](?P<month>[0-9]{{1,2}})(?:[\s./-](?P<day>[0-9]{{1,2}}))?",
        rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})",
        rf"(?P<month>[0-9]{{1,2}})[./-]{_YEAR}",
        rf"(?P<day>[0-9]{{1,2}})(?P<mark>[\s./-])(?P<month>[0-9]{{1,2}})(?P=mark){_YEAR}",
        rf"(?P<month>[0-9]{{1,2}})(?P<mark>[/-])(?P<day>[0-9]{{1,2}})(?P=mark){_YEAR}",
        rf"{_MONTH}[\s-]?(?:of\s)?{_YEAR}",
        rf"{_YEAR}[\s-]?{_MONTH}(?:[\s-]{_DAY})?",
        rf"(?:the\s)?{_DAY}[\s-]?(?:of\s)?{_MONTH}[\s-]?{_YEAR}",
        rf"{_MONTH}\s?{_DAY}\s{_YEAR}",
        rf"(?:q(?P<quarter>[1-4])|(?P<number>[1-4])q){_OF}{_SHORT_YEAR}",
        rf"{_YEAR}[\s/-]?(?:q(?P<quarter>[1-4])|(?P<number>[1-4])q)",
        rf"(?P<quarter>first|second|third|fourth|[1-4](?:st|nd|rd|th))\squarter{_OF}{_YEAR}",
        rf"(?:h(?P<half>[12])|(?P<number_of_half>[12])h){_OF}{_SHORT_YEAR}",
        rf"{_YEAR}[\s/-]?(?:h(?P<half>[12])|(?P<number_of_half>[12])h)",
        rf"(?P<half>first|second|1st|2nd)\shalf{_OF}{_YEAR}",
        rf"(?P<season>{'|'.join(_SEASONS)}){_OF}{_YEAR}",
        r"(?P<decade>[12][0-9]{2})0'?s",
    )
)


def in_edtf(text: str) -> list[str]:
    """Each way in which a date in words can be read, in EDTF. They may name days that no calendar has."""
    words = _plain(text)
    found = [*_open(words), *_about(words), *_points(words), *_short_span(words)] or _spans(words)
    return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Small letters, plain digits, hyphens and single spaces, without weekdays, clocks and what leads up to a date."""
    digits = with_plain_digits(unicodedata.normalize("NFKC", text))
    words = " ".join(digits.translate(_DASHES).replace("\u2019", "'").replace(",", " ").casefold().split())
    words = _CLOCK.sub("", words)
    while (shorter := _PREFIX.sub("", words)) != words:
        words = shorter
    return words


def _open(words: str) -> Iterator[str]:
    if found := _OPEN_BEFORE.fullmatch(words):
        yield from (f"../{_month_of(date, -1)}" for date in _points(found["date"]))
    if found := _OPEN_AFTER.fullmatch(words):
        yield from (f"{_month_of(date, 0)}/.." for date in _points(found["date"] or found["then"]))
    if found := _STRICT.fullmatch(words):
        year = int(found["year"])
        yield f"../{year - 1}" if found["side"] == "before" else f"{year + 1}/.."


def _about(words: str) -> Iterator[str]:
    if found := _ABOUT.fullmatch(words):
        yield from (f"{date}~" for date in _points(found["date"]))


def _points(words: str) -> Iterator[str]:
    """A day, month, quarter, half, season, year or decade."""
    if found := _FISCAL.fullmatch(words):
        year = int(_year(found))
        yield from (f"{year}", f"{year - 1}/{year}")
        return
    if found := _EDGE.fullmatch(words):
        for date in _points(found["date"]):
            yield from (*_edge(date, is_end=bool(found["end"])), date)
        return
    rest = PART.sub("", words)
    for pattern in _POINTS:
        if (found := pattern.fullmatch(rest)) and (date := _written(found)):
            yield date


def _edge(date: str, *, is_end: bool) -> Iterator[str]:
    """The first or the last day of a year or a month."""
    year, _, month = date.partition("-")
    if not year.isdecimal() or (month and month not in {f"{number:02}" for number in range(1, 13)}):
        return
    first_month, last_month = (int(month), int(month)) if month else (1, 12)
    if is_end:
        yield f"{year}-{last_month:02}-{monthrange(int(year), last_month)[1]:02}"
    else:
        yield f"{year}-{first_month:02}-01"


def _written(found: re.Match[str]) -> str:
    parts = found.groupdict()
    if decade := parts.get("decade"):
        return f"{decade}X"
    year = _year(found)
    if quarter := parts.get("quarter") or parts.get("number"):
        return f"{year}-{_coded(quarter, _QUARTERS)}"
    if half := parts.get("half") or parts.get("number_of_half"):
        return f"{year}-{_coded(half, _HALVES)}"
    if season := parts.get("season"):
        return f"{year}-{_SEASONS[season]}"
    month, day = _number_of_month(parts.get("month") or ""), parts.get("day")
    if month > len(MONTHS):
        return ""
    return "-".join([year, *([f"{month:02}"] if month else []), *([f"{int(day):02}"] if day else [])])


def _year(found: re.Match[str]) -> str:
    parts = found.groupdict()
    return parts["year"] or f"20{parts['short']}"


def _coded(word: str, codes: dict[str, str]) -> str:
    return codes.get(word) or codes[word[0]]


def _number_of_month(month: str) -> int:
    if not month or month.isdecimal():
        return int(month or 0)
    return next(number for number, name in enumerate(MONTHS, 1) if name.startswith(month[:3]))


def _short_span(words: str) -> Iterator[str]:
    """Years of which the last is in two digits: 2023/24."""
    found = _SHORT_SPAN.fullmatch(_FISCAL_PREFIX.sub("", words))
    if not found:
        return
    first = int(found["year"])
    last = first // 100 * 100 + int(found["last"])
    if first < last <= first + _LONGEST_SHORT_SPAN:
        yield f"{first}/{last}"


def _spans(words: str) -> Iterator[str]:
    """From one date to another, where the first may leave its year, or its month and year, to the last."""
    bare = _FISCAL_PREFIX.sub("", _SPAN_PREFIX.sub("", words))
    for joint in _JOINT.finditer(bare):
        first, last = bare[: joint.start()], bare[joint.end() :]
        shared = re.search(rf"{_MONTH_NAME}\s{_YEAR}" if first.isdecimal() else _YEAR, last)
        firsts = list(_points(first)) or (list(_points(f"{first} {shared[0]}")) if shared else [])
        for one, other in product(firsts, _points(last)):
            yield f"{_month_of(one, 0)}/{_month_of(other, -1)}"


def _month_of(date: str, end: int) -> str:
    """The first (0) or the last (-1) month of a quarter or half; other dates as they are."""
    year, _, code = date.partition("-")
    return f"{year}-{_MONTHS_OF[code][end]}" if code in _MONTHS_OF else date


_SAID = (
    (re.compile(r"(?P<year>[0-9]{4})-(?P<code>[2-4][0-9])"), lambda found: CODES.get(found["code"], "")),
    (re.compile(r"\.\./(?P<date>[0-9-]+)"), lambda found: f"by {found['date']}"),
    (re.compile(r"(?P<date>[0-9-]+)/\.\."), lambda found: f"from {found['date']} on"),
    (re.compile(r"(?P<date>[0-9-]+)~"), lambda found: f"about {found['date']}"),
)


def explained(date: str) -> str:
    """A date in EDTF, with what it says where that can't be guessed from how it is written."""
    for pattern, said in _SAID:
        if (found := pattern.fullmatch(date)) and (meaning := said(found)):
            return f"{date} ({meaning})"
    return date
