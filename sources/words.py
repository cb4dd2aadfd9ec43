"""Folds text to plain words, the same way for what is searched and for what is asked."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

_WORD, _FOLDED = re.compile(r"[^\W_]+"), re.compile(r"[^\W_A-Z]+")
NOT_WORDS = frozenset({"url", "archived_url"})
LONGEST_WORD, MOST_BYTES = 500, 1_000_000
"""Where words, in characters, and what a document is found by are cut: PostgreSQL indexes none that are far longer."""


def fold(text: str) -> list[str]:
    """The words of a text: case, accents and punctuation go; Cyrillic letters stay as they are."""
    plain = "".join(map(_plain, unicodedata.normalize("NFC", text.casefold())))
    # Taking a letter apart can bring out one that has a case of its own again.
    return _WORD.findall(plain.casefold())


def _plain(character: str) -> str:
    if character.isascii() or "\u0400" <= character <= "\u052f":
        return character
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))


def with_plain_digits(text: str) -> str:
    """The same with digits of any script as 0 to 9."""
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def folded(text: str) -> str:
    return " ".join(fold(text))


def words_of(body: Any) -> Iterator[str]:
    """All texts and numbers in a JSON value, addresses left out."""
    if isinstance(body, dict):
        for key, value in body.items():
            if key not in NOT_WORDS:
                yield from words_of(value)
    elif isinstance(body, list):
        for value in body:
            yield from words_of(value)
    elif body is not None and not isinstance(body, bool):
        yield str(body)


def is_folded_word(text: str) -> bool:
    """Whether a text is one word without capitals, which some databases tell from small letters and some do not."""
    return _FOLDED.fullmatch(text) is not None


def index_of(texts: Iterable[str]) -> str:
    """The folded words of many texts, each once, each after a space, so that ` zin` finds what begins so."""
    index = " " + " ".join(dict.fromkeys(word[:LONGEST_WORD] for text in texts for word in fold(text)))
    whole = index.encode()
    if len(whole) <= MOST_BYTES:
        return index
    return whole[: MOST_BYTES + 1].decode(errors="ignore").rpartition(" ")[0]


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that a mistyped one was most likely meant to be, if any is close."""
    by_folded = {known.casefold(): known for known in allowed}
    matches = get_close_matches(word.casefold(), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """A hint at the nearest word, to follow a message; empty where none is near."""
    near = nearest(word, allowed)
    return f" Did you mean “{near}”?" if near else ""
