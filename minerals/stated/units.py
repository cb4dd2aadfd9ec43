"""The words for units and currencies, and the codes of ours that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from minerals.stated.numbers import BY_HAND, UnreadableError
from minerals.units import CURRENCIES, UNITS

SCALES: Mapping[str, int] = {
    "hundred": 2,
    "thousand": 3,
    "thousands": 3,
    "million": 6,
    "millions": 6,
    "mln": 6,
    "mn": 6,
    "mio": 6,
    "billion": 9,
    "billions": 9,
    "bln": 9,
    "bn": 9,
    "trillion": 12,
    "trillions": 12,
    "trn": 12,
    "tn": 12,
}
"""The power of ten that a word multiplies by."""
SHORT_SCALES: Mapping[str, int] = {"k": 3, "m": 6, "mm": 6, "b": 9}
"""Letters that multiply where money or a unit stands beside them: else, m is the metre."""

_PREFIXES: Mapping[str, Mapping[int, str]] = {
    "t": {0: "t", 3: "kt", 6: "Mt", 9: "Gt"},
    "m3": {0: "m3", 6: "Mm3"},
    "L": {0: "L", 6: "ML"},
    **{code: {0: code, 3: f"k{code}", 6: f"M{code}", 9: f"G{code}", 12: f"T{code}"} for code in CURRENCIES},
}
"""By unit and power of ten, the unit that says both."""

_EXACT = {
    **{code: code for code in UNITS},
    "Kt": "kt",
    "l": "L",
    "tU": "t",
    "gpt": "g/t",
    "tpa": "t/a",
    "tpy": "t/a",
    "t/y": "t/a",
    "t/yr": "t/a",
    "ktpa": "kt/a",
    "kt/y": "kt/a",
    "kt/yr": "kt/a",
    "Mtpa": "Mt/a",
    "mtpa": "Mt/a",
    "MTPA": "Mt/a",
    "Mt/y": "Mt/a",
    "Mt/yr": "Mt/a",
    "%": "percent",
    "€": "EUR",
    "£": "GBP",
    "₸": "KZT",
    "$": "USD",
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "HK$": "HKD",
    "RMB": "CNY",
}
"""Units and signs as they are written, capital or small."""
_WORDS = {
    **dict.fromkeys(["ton", "tons", "tonne", "tonnes", "metric ton", "metric tons", "metric tonne"], "t"),
    **dict.fromkeys(["metric tonnes", "metric dry tons", "dry metric tons", "dry metric tonnes"], "t"),
    **dict.fromkeys(["kilogram", "kilograms", "kilogramme", "kilogrammes", "kilos"], "kg"),
    **dict.fromkeys(["gram", "grams", "gramme", "grammes"], "g"),
    **dict.fromkeys(["kilotonne", "kilotonnes", "kiloton", "kilotons"], "kt"),
    **dict.fromkeys(["cubic metre", "cubic metres", "cubic meter", "cubic meters"], "m3"),
    **dict.fromkeys(["litre", "litres", "liter", "liters"], "L"),
    **dict.fromkeys(["percent", "per cent", "pct"], "percent"),
    **dict.fromkeys(["ppm", "parts per million"], "ppm"),
    **dict.fromkeys(["grams per tonne", "grams per ton", "grams per metric ton", "g per t"], "g/t"),
    **dict.fromkeys(["metre", "metres", "meter", "meters"], "m"),
    **dict.fromkeys(["kilometre", "kilometres", "kilometer", "kilometers"], "km"),
    **dict.fromkeys(["megawatt", "megawatts"], "MW"),
    **dict.fromkeys(["gigawatt", "gigawatts"], "GW"),
    **dict.fromkeys(["jobs", "people", "persons", "workers", "employees", "workplaces"], "persons"),
    **dict.fromkeys(["us dollar", "us dollars", "u.s. dollar", "u.s. dollars", "dollar", "dollars"], "USD"),
    **dict.fromkeys(["euro", "euros"], "EUR"),
    **dict.fromkeys(["tenge"], "KZT"),
    **dict.fromkeys(["yuan", "renminbi", "chinese yuan"], "CNY"),
    **dict.fromkeys(["yen", "japanese yen"], "JPY"),
    **dict.fromkeys(["pounds sterling", "british pounds"], "GBP"),
    **dict.fromkeys(["australian dollar", "australian dollars"], "AUD"),
    **dict.fromkeys(["canadian dollar", "canadian dollars"], "CAD"),
    **dict.fromkeys(["hong kong dollar", "hong kong dollars"], "HKD"),
}
THINGS = (
    "plants|deposits|mines|projects|licences|licenses|countries|materials|minerals|facilities|phases|sites|companies"
    "|smelters|refineries|factories|contracts|agreements"
)
"""What is counted, as a pattern."""
_ADJECTIVES = r"(?:(?:new|permanent|direct|indirect|local|additional|temporary|skilled)\s+){0,2}"

_NOT_KEPT_EXACTLY = dict.fromkeys(["MT", "mt"], "may mean metric tons or million tons")
_NOT_KEPT = {
    **dict.fromkeys(["pound", "pounds"], "may mean money or weight, and weights are kept in metric units"),
    **dict.fromkeys(["lb", "lbs", "oz", "ounce", "ounces", "troy ounces", "koz", "moz"], "is no metric unit"),
    **dict.fromkeys(["short ton", "short tons", "long ton", "long tons"], "is no metric unit"),
    **dict.fromkeys(["carat", "carats", "barrel", "barrels", "gallons", "acres", "hectares"], "is no unit kept here"),
    **dict.fromkeys(["feet", "foot", "ft", "miles", "inches"], "is no metric unit"),
    **dict.fromkeys(
        ["percentage point", "percentage points", "pp", "bps", "basis points", "‰"], "is no unit kept here"
    ),
    **dict.fromkeys(["km2", "sq km", "square kilometres", "square kilometers", "m2", "ha"], "is no unit kept here"),
    **dict.fromkeys(["kWh", "MWh", "GWh", "TWh", "kW", "kV", "MJ", "GJ"], "is no unit kept here"),
    **dict.fromkeys(["ruble", "rubles", "rouble", "roubles", "RUB", "₽"], "is no currency kept here"),
    **dict.fromkeys(
        ["rupee", "rupees", "INR", "₹", "CHF", "won", "₩", "KRW", "ZAR", "rand"], "is no currency kept here"
    ),
    **dict.fromkeys(
        ["NZ$", "S$", "R$", "BRL", "CLP", "pesos", "UZS", "som", "soms", "SEK", "NOK", "Rs"], "is no currency kept here"
    ),
    **dict.fromkeys(["¥", "cents"], "may mean several currencies"),
    **dict.fromkeys(["tpd", "t/d", "bpd"], "is no unit kept here: amounts are kept by the year, or without a time"),
}
"""What is not read, and why."""


def _alternatives(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_END = r"(?![A-Za-z0-9])"
_NOT_KEPT_AFTER = re.compile(
    rf"\s?-?(?P<word>(?:{_alternatives(_NOT_KEPT_EXACTLY)}){_END}|(?i:{_alternatives(_NOT_KEPT)}){_END})"
)
_AFTER = re.compile(
    rf"\s?-?(?:(?P<exact>(?:%|[€£₸$]|(?:{_alternatives(_EXACT)}){_END})(?!\s?[0-9]))|{_ADJECTIVES}(?P<word>(?i:{_alternatives(_WORDS)})){_END}"
    rf"|(?P<things>(?:[a-z-]+\s)?(?i:{THINGS})){_END})"
)
_SIGNS = {sign: code for sign, code in _EXACT.items() if code in CURRENCIES}
_BEFORE = re.compile(rf"(?<![A-Za-z])(?P<sign>{_alternatives(_SIGNS)})\s?$")
_NOT_KEPT_BEFORE = re.compile(r"(?<![A-Za-z])(?P<sign>NZ\$|S\$|R\$|Rs\.?|RUB|INR|CHF|KRW|ZAR|BRL|SEK|NOK|₽|₹|₩|¥)\s?$")
_GLUED = re.compile(rf"\b({_alternatives(CURRENCIES)})(?=[0-9])")
_SCALE = re.compile(rf"\s?-?(?P<scale>{_alternatives(SCALES)}){_END}", re.IGNORECASE)  # type: ignore[arg-type]
_SHORT_SCALE = re.compile(rf"\s?(?P<scale>mm|[kmb]){_END}", re.IGNORECASE)
_A_YEAR = r"(?:a|per|each|every)\s(?:year|annum)|/\s?(?:year|yr|annum|a|y)\b|p\.a\.|\bpa\b|annually|yearly"
_YEARLY = re.compile(_A_YEAR, re.IGNORECASE)
_YEARLY_BEFORE = re.compile(r"\b(?:annual|annually|yearly)\b", re.IGNORECASE)
_OTHER_TIME = re.compile(
    r"\b(?:a|per|each|every)\s(?:day|week|month|quarter|hour)\b|\b(?:daily|weekly|monthly|hourly)\b|/\s?(?:d|day|month)\b",
    re.IGNORECASE,
)
_PER_SHARE = re.compile(r"\s?(?:a|per|/)\s?share\b", re.IGNORECASE)
_PER_TON = re.compile(r"\s?(?:a|per|/)\s?(?:metric\s)?(?:t|tons?|tonnes?)\b", re.IGNORECASE)
_PER_OTHER = re.compile(r"\s?(?:/|per\b)\s?\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that stands beside a number: its code, where its words end, and what to say about how it was read."""

    code: str = ""
    end: int = 0
    hint: str = ""


def parted(text: str) -> str:
    """A text with a space between the code of a currency and its number: USD600."""
    return _GLUED.sub(r"\1 ", text)


def scale_at(text: str, start: int) -> tuple[int, int] | None:
    """The power of ten that the words after a number stand for, as thousand million does, and where they end."""
    power, end = 0, start
    while found := _SCALE.match(text, end):
        power, end = power + SCALES[found["scale"].lower()], found.end()
    return (power, end) if end > start else None


def short_scale_at(text: str, start: int, *, is_money: bool) -> tuple[int, int] | None:
    """The same of a letter: 150m in money, or before a unit."""
    found = _SHORT_SCALE.match(text, start)
    if not found or not (is_money or found["scale"].lower() == "k" or unit_at(text, found.end()).code):
        return None
    return SHORT_SCALES[found["scale"].lower()], found.end()


def currency_before(text: str) -> Found:
    """The currency whose sign or code a text ends in; `end` is where it begins."""
    if found := _NOT_KEPT_BEFORE.search(text):
        raise UnreadableError(_refusal(found["sign"]))
    if not (found := _BEFORE.search(text)):
        return Found(end=len(text))
    hint = "“$” is read as United States dollars." if found["sign"] == "$" else ""
    return Found(_SIGNS[found["sign"]], found.start(), hint)


def unit_at(text: str, start: int) -> Found:
    """The unit that follows at a place of a text. Raises UnreadableError for one that is not kept."""
    if found := _NOT_KEPT_AFTER.match(text, start):
        raise UnreadableError(_refusal(found["word"]))
    if not (found := _AFTER.match(text, start)):
        return Found(end=start)
    if found["exact"]:
        hint = "“$” is read as United States dollars." if found["exact"] == "$" else ""
        return Found(_EXACT[found["exact"]], found.end(), hint)
    if found["things"]:
        return Found("count", found.end())
    word = found["word"].lower()
    return Found(_WORDS[word], found.end(), _HINTS.get(word, ""))


_HINTS = {
    **dict.fromkeys(["ton", "tons"], "“Tons” are read as metric tons."),
    **dict.fromkeys(["dollar", "dollars"], "“Dollars” are read as those of the United States."),
}


def _refusal(word: str) -> str:
    why = _NOT_KEPT_EXACTLY.get(word) or _NOT_KEPT.get(word) or _NOT_KEPT.get(word.lower()) or "is no unit kept here"
    return f"“{word}” {why}. {BY_HAND}"


def at_rate(code: str, before: str, after: str) -> str:
    """A unit with what it is reckoned by: a year, a share, a ton. Raises UnreadableError for what is not kept."""
    if _OTHER_TIME.search(after):
        raise UnreadableError(f"Amounts are kept by the year, or without a time, not by the day or month. {BY_HAND}")
    if code in CURRENCIES or UNITS[code].is_money:
        return _price(code, after)
    if UNITS[code].base in ("t", "m3") and (_YEARLY.search(after) or _YEARLY_BEFORE.search(before)):
        return f"{code}/a"
    _refuse_other_rates(code, after)
    return code


def _price(code: str, after: str) -> str:
    if code in CURRENCIES and _PER_SHARE.match(after):
        return f"{code}/share"
    if code in CURRENCIES and _PER_TON.match(after):
        return f"{code}/t"
    _refuse_other_rates(code, after)
    return code


def _refuse_other_rates(code: str, after: str) -> None:
    if (found := _PER_OTHER.match(after)) and not _YEARLY.match(after.lstrip()):
        raise UnreadableError(f"“{code} {found[0].strip()}” is no unit kept here. {BY_HAND}")


def multiplied(code: str, power: int) -> tuple[str, int]:
    """The unit that a power of ten makes of another, and what of the power is left to the number."""
    larger = _PREFIXES.get(code, {}).get(power)
    return (larger, 0) if larger else (code, power)
