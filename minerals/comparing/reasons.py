"""Why a claim is not compared with others, in a word, in a sentence, and by the query that would compare it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from minerals.comparing.claims import Claim, Group, fixed_fields, in_order, overtaking
from sources import vocabularies
from sources.filter_fields import NOTHING

REASONS = {
    "category": "It is of resources where reserves are compared, or the other way round.",
    "measure": "It is of another measure, such as capacity where output is compared.",
    "no_number": "It gives no number, because the source gives none.",
    "deprecated": "It is known to be wrong or overtaken; its `rank_reason` says why.",
    "unit": "Its number is in another dimension, such as a share where tons are compared.",
    "stage": "It is of another stage of making.",
    "form": "It is of another form.",
    "period": "It is of another period; flows compare for the same one only.",
    "as_of": "Its estimate is as of another date than was asked for.",
    "basis": "Its amount is of something else, such as ore where contained metal is compared.",
    "status": "Its number is of another status, such as planned where actual ones are compared.",
    "reporting_code": "Its estimate follows another reporting code.",
    "reporting_class": "Its estimate is of another class of the reporting code.",
    "source": "It rests on none of the sources that were asked for.",
    "rank": "It has not the rank that was asked for.",
    "superseded_by_later": "Its source makes a later claim, or a newer edition of it does, by which it speaks now.",
}
"""What a claim can be left out for, and what that means."""

NAMES = {"base_unit": "unit", "citations": "source", "year": "period"}
"""The reasons that don't go by the name of the column that they are about."""

vocabularies.add("comparison-reason", REASONS)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A claim that is not compared, with every reason and its clause of a sentence, and what would compare it."""

    claim: Claim
    reasons: dict[str, str]
    select: dict[str, str] | None
    """The parameters, besides the subject, that would compare it; None where none would."""

    @property
    def explanation(self) -> str:
        words = "; ".join(self.reasons.values())
        return f"{words[0].upper()}{words[1:]}."


def left_out(claims: Sequence[Claim], group: Group | None, measure: str) -> list[LeftOut]:
    """All claims but those of the group, those nearest to it first."""
    compared = {claim.key for claim in group.claims} if group else set()
    peers = defaultdict(list)
    for claim in claims:
        if claim.can_be_compared:
            peers[claim.measure].append(claim)
    found = [
        LeftOut(claim, dict(_reasons(claim, group, measure)), _select(claim, peers[claim.measure]))
        for claim in in_order(claims)
        if claim.key not in compared
    ]
    return sorted(found, key=lambda one: len(one.reasons))


def reason_for(column: str) -> str:
    """The reason that a difference in a column is."""
    return NAMES.get(column, column)


def _reasons(claim: Claim, group: Group | None, measure: str) -> Iterator[tuple[str, str]]:
    """Each reason once, in the order of the vocabulary."""
    found = {**_unasked(claim), **dict(_differences(claim, group, measure)), **dict(_own(claim))}
    if group and claim.key in group.overtaken:
        found["superseded_by_later"] = f"its source makes a later claim, {group.overtaken[claim.key].key}"
    yield from ((code, found[code]) for code in REASONS if code in found)


def _own(claim: Claim) -> Iterator[tuple[str, str]]:
    """What keeps a claim out of every comparison."""
    if not claim.fact.has_number:
        yield "no_number", "it gives no number"
    if claim.is_deprecated:
        yield "deprecated", f"it is deprecated: {claim.fact.rank_reason.rstrip('.')}"


def _unasked(claim: Claim) -> dict[str, str]:
    time = "period" if claim.fact.period else "valuation date"
    clauses = {
        "period": f"its {time} is {_said(claim.fact.period or claim.fact.as_of)}, which was not asked for",
        "source": "it rests on none of the sources asked for",
        "as_of": f"it is as of {claim.fact.as_of or 'no date'}, which was not asked for",
    }
    values = claim.body | claim.body["quantity"] | {"unit": claim.fact.base_unit or None}
    return {
        code: clauses.get(code, f"its {_spoken(code)} is {_said(values.get(code))}, which was not asked for")
        for code in claim.unmet
    }


def _differences(claim: Claim, group: Group | None, measure: str) -> Iterator[tuple[str, str]]:
    """What keeps a claim from comparing with those of the group: the measure alone, or all besides it."""
    fact = claim.fact
    if claim.measure != measure:
        yield fact.compared_by, f"it is of {claim.measure}, not of {measure}"
        return
    if group is None:
        return
    for name in fixed_fields(fact):
        mine, theirs = getattr(fact, name), getattr(group.reference.fact, name)
        if mine != theirs and (fact.has_number or name != "base_unit"):
            yield reason_for(name), _clause(name, mine, theirs)
    for name, theirs in group.terms.items():
        mine = getattr(fact, name)
        if mine and theirs and mine != theirs:
            yield reason_for(name), _clause(name, mine, theirs)


def _clause(name: str, mine: str, theirs: str) -> str:
    return f"its {_spoken(reason_for(name))} is {_said(mine)}, that of the claims compared is {_said(theirs)}"


def _spoken(code: str) -> str:
    return code.replace("_", " ")


def _said(value: Any) -> str:
    return str(value) if value else "not stated"


def _select(claim: Claim, peers: Sequence[Claim]) -> dict[str, str] | None:
    """What tells a claim from others of its measure that it doesn't compare with."""
    if not claim.can_be_compared:
        return None
    fact = claim.fact
    fixed = [name for name in fixed_fields(fact) if len(_values(name, peers)) > 1]
    stated = [name for name in fact.terms if getattr(fact, name) and len(_values(name, peers) - {""}) > 1]
    terms = {name: getattr(fact, name) or NOTHING for name in (*fixed, *stated)}
    return terms | _renewed(claim, peers)


def _renewed(claim: Claim, peers: Sequence[Claim]) -> dict[str, str]:
    """What compares an earlier claim although its source has a later one: its own edition, or else its own time."""
    later = overtaking(claim, peers)
    if later is None:
        return {}
    if not claim.sources.keys() & later.sources.keys():
        return {"source": ",".join(claim.sources)}
    time = "period" if claim.fact.period else "as_of"
    return {time: getattr(claim.fact, time) or NOTHING}


def _values(name: str, claims: Iterable[Claim]) -> set[str]:
    return {getattr(claim.fact, name) for claim in claims}
