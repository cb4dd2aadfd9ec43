"""Finds the sources that a source being entered may be a second copy of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from sources.models import Source
from sources.words import folded

NEAR = 0.9
"""How much of two titles of one publisher must agree for them to be taken for one, from 0 to 1."""
COMPARED = ("doi", "url", "title", "publisher")

_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref_src", re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Twin:
    """A source that may be the same document, and what makes it look so."""

    pk: int
    key: str
    name: str
    reason: str


def bare_doi(text: str) -> str:
    """A DOI without the address of its resolver, in small letters, since case says nothing in it; empty if it is none."""
    found = _DOI.search(unquote(text))
    return found[0].rstrip(".,;").casefold() if found else ""


def bare_url(text: str) -> str:
    """An address without what doesn't change the page: scheme, www, a slash at the end, fragment, marks of campaigns."""
    try:
        parts = urlsplit(text.strip() if "://" in text else f"//{text.strip()}")
    except ValueError:
        return text.strip()
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(name)
    ]
    host = parts.netloc.rpartition("@")[2].casefold().removeprefix("www.").removesuffix(":80").removesuffix(":443")
    return f"{host}{unquote(parts.path).rstrip('/')}" + (f"?{urlencode(sorted(query))}" if query else "")


def twins(entered: Mapping[str, Any], *, leave_out: Iterable[int | None] = ()) -> list[Twin]:
    """The sources that have the same DOI, address or title as what was entered, or nearly the title of its publisher."""
    left_out = set(leave_out)
    known = Source.objects.exclude(pk__in=[pk for pk in left_out if pk]).values("pk", "key", "published", *COMPARED)
    found = []
    for source in known.order_by("key"):
        reason = " and ".join(_likenesses(entered, source))
        if reason:
            name = f"{source['publisher']}, {source['title'] or source['published'] or 'undated'}"
            found.append(Twin(source["pk"], source["key"], name, reason))
    return found


def _likenesses(entered: Mapping[str, Any], source: Mapping[str, Any]) -> Iterator[str]:
    doi, url = bare_doi(entered.get("doi") or ""), entered.get("url") or ""
    if doi and doi in (bare_doi(source["doi"]), bare_doi(source["url"])):
        yield "the same DOI"
    if url and source["url"] and bare_url(url) == bare_url(source["url"]):
        yield "the same address"
    title, other = folded(entered.get("title") or ""), folded(source["title"])
    if title and title == other:
        yield "the same title"
    elif title and other and _are_near(title, other) and _is_same_publisher(entered, source):
        yield "nearly the same title, by the same publisher"


def _are_near(title: str, other: str) -> bool:
    """Whether titles differ by little, and not in a number, which tells editions apart."""
    matcher = SequenceMatcher(None, title, other, autojunk=False)
    return (
        _NUMBERS.findall(title) == _NUMBERS.findall(other) and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR
    )


def _is_same_publisher(entered: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
    return folded(entered.get("publisher") or "") == folded(source["publisher"])
