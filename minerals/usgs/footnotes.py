"""Footnotes of a release, and what the reviewed table says of each: facts are taken over, sentences are not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from minerals.usgs.reviewed import FOLDER, read_reviewed, squashed

FOOTNOTES = FOLDER / "footnotes.csv"

_JORC = re.compile(
    r"(?:For )?Australia, Joint Ore Reserves Committee-compliant or equivalent reserves were (?:estimated to be )?"
    r"(?P<amounts>.+?)\.?\Z"
)


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote, in our words, and what it says beyond them."""

    text: str
    note: str
    status: str = ""
    reporting_code: str = ""
    reporting_class: str = ""

    @property
    def is_below_half(self) -> bool:
        return self.text.startswith("Less than ½ unit")


class Footnotes:
    """Finds what footnotes say."""

    def __init__(self, path: Path = FOOTNOTES) -> None:
        known = read_reviewed(path, Footnote, tuple(Footnote.__dataclass_fields__))
        self.file = path.name
        self._known = {footnote.text: footnote for footnote in known}

    def of(self, notes: str) -> list[Footnote]:
        """The footnotes of a row. Raises ValueError for one that is in no table."""
        return [self._of_one(text) for text in split(notes)]

    def _of_one(self, text: str) -> Footnote:
        if known := self._known.get(text):
            return known
        if jorc := _JORC.fullmatch(text):
            return Footnote(text, f"JORC-compliant or equivalent: {jorc['amounts']}.")
        raise ValueError(
            f"The footnote “{text}” is not in {self.file}. Add it there with what a reader needs of it in our own "
            "words, or with nothing."
        )


def split(notes: str) -> list[str]:
    """The single footnotes of a cell of notes."""
    parts = (squashed(part) for part in notes.split("--"))
    return [re.sub(r" \.\Z", ".", part) for part in parts if part]
