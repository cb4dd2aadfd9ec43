"""Checks, before anything is measured, that all servers give the same facts, and says what a peer leaves out."""

from __future__ import annotations

from typing import Any

from benchmarks.places import spread
from benchmarks.servers import Server
from benchmarks.targets import Paths

SAMPLED = 3


class DisagreementError(Exception):
    """Two servers answer the same question with different facts: what they take can't be compared."""


def left_out(service: Server, asked: Paths, peer: Server, asked_of_peer: Paths) -> list[str]:
    """Fields of the service's facts that a peer's lack; all others are the same, or DisagreementError is raised."""
    missing: set[str] = set()
    for operation, paths in asked_of_peer.items():
        pairs = list(zip(asked[operation], paths, strict=True)) if operation != "unchanged" else []
        for ours, theirs in spread(pairs, SAMPLED):
            mine, others = service.target.facts(service.json(ours)), peer.target.facts(peer.json(theirs))
            if not mine or [fact["key"] for fact in mine] != [fact["key"] for fact in others]:
                raise DisagreementError(f"{peer.target.label}: other facts at {theirs} than the service at {ours}")
            for fact, other in zip(mine, others, strict=True):
                missing |= lacking(fact, other, f"{theirs}: ")
    return sorted(missing)


def lacking(mine: Any, other: Any, where: str, path: str = "") -> set[str]:
    """The paths of what one JSON value has and another lacks."""
    if isinstance(mine, dict) and isinstance(other, dict):
        absent = {f"{path}{name}" for name in mine.keys() - other.keys()}
        if strange := other.keys() - mine.keys():
            raise DisagreementError(f"{where}{path} has {', '.join(sorted(strange))}, which the service has not")
        shared = mine.keys() & other.keys()
        return absent.union(*(lacking(mine[name], other[name], where, f"{path}{name}.") for name in shared))
    if isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        return set().union(*(lacking(a, b, where, path) for a, b in zip(mine, other, strict=True)))
    if mine != other:
        raise DisagreementError(f"{where}{path.rstrip('.')} is {other!r} instead of {mine!r}")
    return set()
