"""The form fields that read what filters are given, and refuse a value that can't be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict

from sources.exceptions import ParameterErrorCode
from sources.words import fold, nearest

NOTHING = "null"
"""The value that stands for an absent one: `basis=null` finds what has no basis."""
MOST_VALUES = 100
NUMBER_LOOKUPS = {
    "": ("exact", "equal to this"),
    "__gte": ("gte", "at least this"),
    "__lte": ("lte", "at most this"),
    "__gt": ("gt", "more than this"),
    "__lt": ("lt", "less than this"),
}
NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")


class RefusedValueError(ValidationError):
    """A value that the filter can't take, with what it could."""

    def __init__(
        self,
        message: str,
        allowed: Iterable[str] = (),
        near: str | None = None,
        code: ParameterErrorCode = "invalid-value",
    ) -> None:
        super().__init__(message, code=code)
        self.allowed, self.near, self.fault = list(allowed), near, code


def split(value: str) -> list[str]:
    parts = [part.strip() for part in value.split(",")]
    if not all(parts):
        raise RefusedValueError("A value is missing between commas.")
    if len(parts) > MOST_VALUES:
        raise RefusedValueError(f"These are more than {MOST_VALUES} values.")
    return parts


def stored(word: str) -> str:
    """What a column holds for a word that was asked for."""
    return "" if word == NOTHING else word


def known_words(parts: Iterable[str], words: Sequence[str]) -> list[str]:
    """The words as they are written, whatever case they were asked in. Raises RefusedValueError for any other."""
    known = {word.casefold(): word for word in words}
    found = []
    for part in parts:
        if part.casefold() not in known:
            raise RefusedValueError(f"“{part}” is not a value that is known.", sorted(words), nearest(part, words))
        found.append(known[part.casefold()])
    return found


class ChoiceField(forms.Field):
    """Words out of a known list, by commas."""

    def __init__(self, *, words: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.words = words

    def clean(self, value: Any) -> list[str] | None:
        if not value:
            return None
        return known_words(split(value), self.words)


class NumberField(forms.Field):
    """One number; a whole one where the column holds no others."""

    def __init__(self, *, whole: bool, **options: Any) -> None:
        super().__init__(**options)
        self.whole = whole

    def clean(self, value: Any) -> Decimal | None:
        if not value:
            return None
        kind = "whole number" if self.whole else "number"
        if not NUMBER.fullmatch(value):
            raise RefusedValueError(f"“{value}” is not a {kind}.")
        number = Decimal(value)
        limit = 2**31 if self.whole else 10**18
        if abs(number) >= limit or (self.whole and number != number.to_integral_value()):
            raise RefusedValueError(f"“{value}” is not a {kind} that can be looked for.")
        return number


class YesNoField(forms.Field):
    def clean(self, value: Any) -> bool | None:
        if not value:
            return None
        if value.casefold() not in ("true", "false"):
            raise RefusedValueError(f"“{value}” is neither true nor false.", ["true", "false"])
        return bool(value.casefold() == "true")


class TextField(forms.Field):
    def clean(self, value: Any) -> list[str] | None:
        return split(value) if value else None


class WholeTextField(forms.Field):
    """One text, commas and all."""

    def clean(self, value: Any) -> list[str] | None:
        return [value] if value else None


class PhraseField(forms.Field):
    def clean(self, value: Any) -> list[str] | None:
        if not value:
            return None
        words = list(dict.fromkeys(fold(value)))
        if not words:
            raise RefusedValueError("There is no word to look for in it.")
        if len(words) > MOST_VALUES:
            raise RefusedValueError(f"These are more than {MOST_VALUES} words.")
        return words


class Given:
    """What is given to filters, as each reads it, and what of it is refused: a form, as far as filters need one."""

    def __init__(self, asked: Mapping[str, Any], data: QueryDict) -> None:
        self.cleaned_data: dict[str, Any] = {}
        self.errors: dict[str, list[ValidationError]] = {}
        for name, one in asked.items():
            try:
                self.cleaned_data[name] = one.field.clean(data.get(name))
            except ValidationError as error:
                self.add_error(name, error)

    def add_error(self, name: str, error: ValidationError) -> None:
        self.errors.setdefault(name, []).extend(error.error_list)
        self.cleaned_data.pop(name, None)


def one_of(path: str, values: list[Any]) -> Q:
    """Holds where a column has one of these values."""
    return Q(**{path: values[0]}) if len(values) == 1 else Q(**{f"{path}__in": values})
