"""What stands above a form in which nothing is wrong, and something is only to be confirmed."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

READING, UNCONFIRMED = "reading", "unconfirmed"
"""The codes of what a form says of a figure that it read, and of what it asks."""

WORDS = {
    READING: "Nothing is saved yet. The figure was read from the source's words: check below how, and save again to confirm it.",
    UNCONFIRMED: "Nothing is saved yet. Something is asked below: mend it, or tick that it is right, and save again.",
}


def to_confirm(form: Any, errors: Sized) -> str:
    """What is to be confirmed, in words; nothing where a form, or one of its parts, has an error besides."""
    codes = {error.code for found in form.errors.as_data().values() for error in found}
    if len(errors) > len(form.errors) or not codes <= WORDS.keys():
        return ""
    return " ".join(words for code, words in WORDS.items() if code in codes)
