"""Which claims compare with one another. Plain logic over facts that were read; it asks the database nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import Any

from sources.editions import voices
from sources.edtf import bounds
from sources.models import Rank

Kind = Any
"""A model of facts that says by `compared_by` what its claims are compared by."""

SUBJECT = frozenset({"mineral_id", "scope", "country_id"})
"""The fields of a rivalry that the question itself settles, besides the measure."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A fact as it stood at the revision that is read, and its document."""

    fact: Any
    body: dict[str, Any]
    unmet: frozenset[str] = frozenset()
    """The reasons for which the question itself leaves it out, such as period where another one was asked for."""
    editions: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Which sources are editions of one document, as `sources.editions` has it."""

    @property
    def key(self) -> str:
        return str(self.fact.key)

    @property
    def year(self) -> int:
        return int(self.fact.latest_year)

    @property
    def measure(self) -> str:
        return str(getattr(self.fact, self.fact.compared_by))

    @property
    def is_preferred(self) -> bool:
        return bool(self.fact.rank == Rank.PREFERRED)

    @property
    def is_deprecated(self) -> bool:
        return bool(self.fact.rank == Rank.DEPRECATED)

    @property
    def can_be_compared(self) -> bool:
        return bool(self.fact.has_number) and not self.is_deprecated

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """The sources that make the claim, each in brief, by key."""
        return {citation["source"]["key"]: citation["source"] for citation in self.body["citations"]}

    @cached_property
    def voices(self) -> dict[str, int]:
        """Who makes the claim, and in which edition."""
        return voices(self.sources, self.editions)

    @cached_property
    def published(self) -> tuple[int, ...]:
        """The last day on which its latest source can have been published; nothing where none is dated."""
        dates = filter(None, (source["published"] for source in self.sources.values()))
        return max((bounds(date)[1] or () for date in dates), default=())


def fixed_fields(kind: Kind) -> tuple[str, ...]:
    """The fields that claims about one mineral, place and measure must have in common to compare."""
    return tuple(name for name in kind.rival_fields if name not in SUBJECT and name != kind.compared_by)


@dataclass(frozen=True, eq=False)
class Group:
    """Claims of which each compares with each, all on the same terms as far as they state them."""

    terms: dict[str, str]
    claims: Sequence[Claim]
    """The preferred first, then those of the most recent sources."""
    overtaken: dict[str, Claim]
    """By key of a claim that would belong here, the later claim of its source that takes its place."""

    @property
    def reference(self) -> Claim:
        """The claim that the others are measured against."""
        return self.claims[0]

    @property
    def is_disputed(self) -> bool:
        """Whether two claims that share no voice differ by more than their stated rounding."""
        pairs = combinations(self.claims, 2)
        return any(
            not one.voices.keys() & other.voices.keys() and one.fact.contradicts(other.fact) for one, other in pairs
        )

    @property
    def preferred(self) -> Claim | None:
        return self.reference if self.reference.is_preferred else None

    def weight(self) -> tuple[Any, ...]:
        """What sorts the group to be shown first: a preference, then most sources, the latest period, most claims."""
        sources = {source for claim in self.claims for source in claim.sources}
        latest = max(claim.year for claim in self.claims)
        keys = sorted(claim.key for claim in self.claims)
        return (self.preferred is None, -len(sources), -latest, -len(self.claims), keys)


def chosen(claims: Iterable[Claim]) -> Group | None:
    """The claims to be shown side by side, out of all that could be; None where there is none."""
    return min(_groups(claims), key=Group.weight, default=None)


def _groups(claims: Iterable[Claim]) -> Iterator[Group]:
    rivalries = defaultdict(list)
    for claim in claims:
        rivalries[claim.fact.rivalry()].append(claim)
    for rivals in rivalries.values():
        for terms in _terms_of(rivals):
            if members := [claim for claim in rivals if _fits(claim, terms)]:
                yield _group(terms, members)


def _terms_of(rivals: Sequence[Claim]) -> Iterator[dict[str, str]]:
    """Every way to settle the terms on which rivals are compared, out of what they state."""
    names = rivals[0].fact.terms
    stated = [sorted(set(filter(None, (getattr(claim.fact, name) for claim in rivals)))) for name in names]
    for values in product(*(found or [""] for found in stated)):
        yield dict(zip(names, values, strict=True))


def _fits(claim: Claim, terms: dict[str, str]) -> bool:
    """Whether a claim states these terms, or leaves open those that it doesn't state."""
    return all(getattr(claim.fact, name) in ("", value) for name, value in terms.items())


def _group(terms: dict[str, str], members: Sequence[Claim]) -> Group:
    overtaken = {claim.key: later for claim in members if (later := overtaking(claim, members))}
    standing = [claim for claim in members if claim.key not in overtaken]
    return Group(terms, in_order(standing), overtaken)


def overtaking(claim: Claim, others: Iterable[Claim]) -> Claim | None:
    """The last of these by which its voice speaks anew, in a newer edition or of a later year.

    None while one voice of the claim has not spoken anew.
    """
    newest: dict[str, tuple[int, int, str]] = {}
    by_key = {other.key: other for other in others if claim.fact.compares_with(other.fact)}
    for other in by_key.values():
        for voice in claim.voices.keys() & other.voices.keys():
            if (claim.voices[voice], claim.year) < (other.voices[voice], other.year):
                newest[voice] = max(newest.get(voice, (0, 0, "")), (other.voices[voice], other.year, other.key))
    return by_key[max(newest.values())[-1]] if newest and len(newest) == len(claim.voices) else None


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """The preferred first, then those of the most recent sources, then by key."""
    by_key = sorted(claims, key=lambda claim: claim.key)
    recent = sorted(by_key, key=lambda claim: claim.published, reverse=True)
    return sorted(recent, key=lambda claim: not claim.is_preferred)
