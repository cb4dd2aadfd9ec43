"""How facts stand among those that they are compared with: rivals, disputes, the best claim, and what looks wrong.

It follows from the facts of one circle alone, so that publishing looks at the circles that a change touches and no
further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import orjson
from django.db.models import Q

from sources.batches import BATCH, batches
from sources.editions import stored_editions
from sources.issues import Case, Issue, issues_of
from sources.models import Document, Fact, Rank
from sources.registry import fact_models

Circle = tuple[Any, ...]
"""The values that the facts of one circle have in the fields that their kind names."""
Circles = Mapping[type[Fact], Collection[Circle]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fact stands among the facts of its circle."""

    alternatives: int = 0
    """Number of comparable claims of other sources."""
    disputed: bool = False
    best: bool = True
    issues: tuple[Issue, ...] = ()

    @property
    def codes(self) -> str:
        """The codes of its issues as a document holds them: each once, between spaces."""
        codes = sorted({issue.code for issue in self.issues})
        return f" {' '.join(codes)} " if codes else ""

    def served(self) -> list[dict[str, str]]:
        return [issue.served() for issue in self.issues]


def circle_of(fact: Fact) -> Circle:
    return tuple(getattr(fact, name) for name in _circle_columns(type(fact)))


def _circle_columns(kind: type[Fact]) -> list[str]:
    """The attributes that hold what makes a circle; a fact of a kind without circles is alone in one."""
    return [str(kind._meta.get_field(name).attname) for name in kind.circle] or ["pk"]  # type: ignore[union-attr]


def circles_touched(facts: Iterable[Fact], ids: Iterable[int]) -> dict[type[Fact], set[Circle]]:
    """The circles of facts, each given as its own kind, and of further stored ones, given by their ids."""
    found = defaultdict(set)
    for fact in facts:
        found[type(fact)].add(circle_of(fact))
    for kind, pks in by_kind(sorted(ids)).items():
        for batch in batches(pks):
            found[kind].update(kind.objects.filter(pk__in=batch).order_by().values_list(*_circle_columns(kind)))
    return found


def by_kind(facts: Sequence[int]) -> dict[type[Fact], list[int]]:
    """The ids of stored facts, in their order, by the kind that each is of."""
    found = defaultdict(list)
    for batch in batches(facts):
        for pk, name in Fact.objects.filter(pk__in=batch).order_by().values_list("pk", "kind"):
            found[fact_models()[name]].append(pk)
    return found


def standings(circles: Circles) -> dict[int, Standing]:
    """How every live fact of these circles stands, by its id."""
    found: dict[int, Standing] = {}
    editions = stored_editions()
    for kind, wanted in circles.items():
        members = defaultdict(list)
        for fact in _members(kind, wanted):
            members[circle_of(fact)].append(_case_of(fact, editions))
        for cases in members.values():
            found.update((case.fact.pk, standing) for case, standing in judge(kind, cases).items())
    return found


def standings_if_published(drafts: Iterable[Fact]) -> dict[int, Standing]:
    """How each of these drafts, given as its own kind, would stand if it alone were published now, by its id."""
    found: dict[int, Standing] = {}
    editions = stored_editions()
    grouped = defaultdict(list)
    for draft in drafts:
        grouped[type(draft)].append(draft)
    for kind, group in grouped.items():
        members = defaultdict(list)
        for fact in _members(kind, {circle_of(draft) for draft in group} if kind.circle else ()):
            members[circle_of(fact)].append(_case_of(fact, editions))
        for draft in group:
            others = [other for other in members[circle_of(draft)] if other.fact.key != draft.key]
            found[draft.pk] = _standing_in(kind, _case_of(draft, editions), others)
    return found


def _standing_in(kind: type[Fact], case: Case, others: Sequence[Case]) -> Standing:
    """How a fact stands among the others of its circle."""
    mine = case.fact.rivalry()
    rivals = [other for other in others if other.fact.rank != Rank.DEPRECATED and other.fact.rivalry() == mine]
    in_time = sorted(rivals, key=lambda other: (other.fact.latest_year, other.fact.key)) if mine is not None else []
    return _judged(case, in_time, issues_of(kind, [*others, case]).get(case, ()))


def _case_of(fact: Fact, editions: Mapping[int, tuple[int, int]]) -> Case:
    return Case(fact, tuple(citation.source for citation in fact.citations.all()), editions)


def _members(kind: type[Fact], circles: Collection[Circle]) -> Iterator[Fact]:
    """The live facts of circles, found by the indexes of the fields that make these, with no more than is judged."""
    columns = _circle_columns(kind)
    for batch in batches(sorted(circles, key=repr), BATCH // len(columns)):
        live = kind.objects.live().filter(_in_circles(columns, batch))
        yield from live.select_related(*kind.entity_fields).prefetch_related("citations__source")


def _in_circles(columns: list[str], circles: Sequence[Circle]) -> Q:
    if len(columns) > 1:
        return reduce(or_, (_in_circle(columns, circle) for circle in circles))
    values = [value for (value,) in circles if value is not None]
    known = Q(**{f"{columns[0]}__in": values})
    return known if len(values) == len(circles) else known | Q(**{f"{columns[0]}__isnull": True})


def _in_circle(columns: list[str], circle: Circle) -> Q:
    pairs = zip(columns, circle, strict=True)
    return Q(**{f"{name}__isnull" if value is None else name: value is None or value for name, value in pairs})


def judge(kind: type[Fact], cases: Sequence[Case]) -> dict[Case, Standing]:
    """How each of the facts of one circle stands, all of which are given."""
    rivals = defaultdict(list)
    for case in sorted(cases, key=lambda case: (case.fact.latest_year, case.fact.key)):
        if case.fact.rank != Rank.DEPRECATED and case.fact.rivalry() is not None:
            rivals[case.fact.rivalry()].append(case)
    issues = issues_of(kind, cases)
    return {case: _judged(case, rivals[case.fact.rivalry()], issues.get(case, ())) for case in cases}


def _judged(case: Case, rivals: list[Case], issues: tuple[Issue, ...]) -> Standing:
    fact, alternatives = case.fact, _alternatives(case, rivals)
    outranked = any(other.fact.rank == Rank.PREFERRED and fact.compares_with(other.fact) for other in rivals)
    return Standing(
        alternatives=len(alternatives),
        disputed=any(fact.contradicts(other.fact) for other in alternatives),
        best=fact.rank == Rank.PREFERRED or (fact.rank == Rank.NORMAL and not outranked),
        issues=issues,
    )


def _alternatives(case: Case, rivals: list[Case]) -> list[Case]:
    """The latest comparable claim of each voice that the fact itself does not rest on; rivals come in order of time.

    Of several editions of a source the newest speaks, and none is a rival of another.
    """
    latest: dict[int, tuple[int, Case]] = {}
    for rival in rivals:
        if (
            rival.fact.key != case.fact.key
            and not case.voices.keys() & rival.voices.keys()
            and case.fact.compares_with(rival.fact)
        ):
            for voice, edition in rival.voices.items():
                if voice not in latest or latest[voice][0] <= edition:
                    latest[voice] = edition, rival
    return list({rival.fact.key: rival for _, rival in latest.values()}.values())


def turned(found: Mapping[int, Standing]) -> set[int]:
    """Ids of the facts whose documents show another standing than was found now."""
    differ: set[int] = set()
    flagged: set[int] = set()
    for batch in batches(sorted(found)):
        shown = Document.objects.standing().filter(fact_id__in=batch)
        for pk, *columns in shown.values_list("fact_id", "alternatives", "disputed", "best", "issues"):
            standing = found[pk]
            if columns != [standing.alternatives, standing.disputed, standing.best, standing.codes]:
                differ.add(pk)
            elif standing.issues:
                flagged.add(pk)
    return differ | _otherwise_explained(sorted(flagged), found)


def _otherwise_explained(facts: Sequence[int], found: Mapping[int, Standing]) -> set[int]:
    """Those whose issues have kept their codes, but are explained in other words."""
    return {
        pk
        for batch in batches(facts)
        for pk, body in Document.objects.standing().filter(fact_id__in=batch).values_list("fact_id", "body")
        if orjson.loads(body)["issues"] != found[pk].served()
    }
