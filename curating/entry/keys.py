"""Suggests the keys of sources and facts that are entered without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.text import slugify

from sources.words import fold

TITLE_WORDS = 4
PUBLISHER_WORDS = 3
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "the", "to", "with"}
)
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіңғүұқөһәў"
_IN_LATIN = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i ng g u u q o h a u"
_LATIN = str.maketrans(
    {letter: latin.strip("-") for letter, latin in zip(_CYRILLIC, _IN_LATIN.split(" "), strict=True)}
    | {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
)
_YEAR = re.compile(r"[0-9]{4}")


def slug(text: str) -> str:
    """A text as part of a key: small Latin letters, digits and single hyphens."""
    return slugify(re.sub(r"[_/.]+", "-", text.casefold()).translate(_LATIN)).strip("-")


def telling(text: str, most: int) -> str:
    """The first words of a text that say something."""
    words = fold(text)
    return " ".join([word for word in words if word not in _SMALL_WORDS][:most] or words[:most])


def key_of_source(publisher: str, published: str, title: str) -> str:
    """Publisher, year and the first words of the title."""
    year = _YEAR.search(published)
    return (
        joined([telling(publisher, PUBLISHER_WORDS), year[0] if year else "", telling(title, TITLE_WORDS)]) or "source"
    )


def joined(parts: Iterable[Any]) -> str:
    """The parts that a key is made of, each once where one repeats the one before it."""
    slugs = [slug(str(part)) for part in parts if part not in (None, "")]
    return re.sub(r"-+", "-", "-".join(dict.fromkeys(filter(None, slugs))))


def free(key: str, is_taken: Callable[[str], bool], longest: int) -> str:
    """The key, cut between words to what fits, with the first number that makes it differ from those there are."""
    cut = _cut(key, longest)
    number = 1
    while is_taken(cut):
        number += 1
        cut = f"{_cut(key, longest - len(str(number)) - 1)}-{number}"
    return cut


def _cut(key: str, longest: int) -> str:
    if len(key) <= longest:
        return key
    whole_words = key[: longest + 1].rpartition("-")[0]
    return whole_words or key[:longest]
