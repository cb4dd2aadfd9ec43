"""Cells as people and spreadsheets write them, read as the dataset writes them; and texts kept from being run."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from sources.dataset.tables import Column
from sources.lines import FORMULA, NUMBER

TRUE, FALSE = frozenset({"true", "yes"}), frozenset({"false", "no"})
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
GROUPED = re.compile(r"[+-]?[0-9]+([., '\u00a0\u2009\u202f][0-9]+)+")
SHORTENED = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")
LONGEST_QUOTE = 80
LONGEST_INTEGER = 18
MINUS = "\N{MINUS SIGN}"


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; `unguarded` gives it back, whatever it is."""
    return f"'{text}" if _looks_like_formula(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    bare = text.lstrip("'")
    return bool(FORMULA.match(bare)) and not NUMBER.fullmatch(bare)


def quoted(text: str) -> str:
    """A cell's text as messages show it."""
    return f"“{text[:LONGEST_QUOTE]}…”" if len(text) > LONGEST_QUOTE else f"“{text}”"


def plain(column: Column, text: str) -> str:
    """A cell as the dataset writes it. Raises ValueError that says what to write instead."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return ""
    return READERS.get(column.codec.type, str)(text)


def _number(text: str) -> str:
    text = text.replace(MINUS, "-")
    if PLAIN_NUMBER.fullmatch(text):
        return _without_zeros(Decimal(text))
    if text.endswith("%"):
        raise ValueError(f"{quoted(text)} is a percentage. Write the number alone, and percent as its unit.")
    if SHORTENED.fullmatch(text):
        raise ValueError(f"{quoted(text)} was shortened by a spreadsheet. Write the number in full.")
    if GROUPED.fullmatch(text):
        raise ValueError(
            f"{quoted(text)} can be read in two ways. Write a point before decimals, nothing elsewhere: 1234.5."
        )
    raise ValueError(f"{quoted(text)} is not a number. Write digits alone, with a point before decimals: 1234.5.")


def _without_zeros(number: Decimal) -> str:
    text = format(number, "f") if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _integer(text: str) -> str:
    number = _number(text)
    if "." in number or len(number) > LONGEST_INTEGER:
        raise ValueError(f"{quoted(text)} is not a whole number.")
    return number


def _boolean(text: str) -> str:
    if text.casefold() in TRUE:
        return "true"
    if text.casefold() in FALSE:
        return "false"
    raise ValueError(f"{quoted(text)} is neither true nor false.")


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a date. Write year, month and day: 2024-07-09.") from error


READERS = {"number": _number, "integer": _integer, "boolean": _boolean, "date": _date}
