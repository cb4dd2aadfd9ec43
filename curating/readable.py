"""Lays out what a revision changes for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.db import models
from django.urls import reverse

from curating.changed import DocumentChange
from curating.preview import Preview
from sources.changes.differences import differences
from sources.changes.rows import Action
from sources.models import Document, Fact
from sources.registry import fact_models, record_models

IN_DETAIL = 12
"""Changes of one sort that a page shows field by field; it names others."""
NAMED = 100
"""Changes of one sort that a page names; it counts the rest."""
ALIKE = 0.5
"""From which part of their values in common on two items of lists are taken for the same one."""
MOST_LISTED = 40
"""Things of one sort that a page lists, such as disputes or totals; it counts the rest."""

TITLES = {
    Action.ENTERED: "Enters the dataset",
    Action.CORRECTED: "Is corrected",
    Action.WITHDRAWN: "Leaves the dataset",
    Action.CHANGED: "Reads otherwise",
}
DONE = {
    Action.ENTERED: "Entered the dataset",
    Action.CORRECTED: "Was corrected",
    Action.WITHDRAWN: "Left the dataset",
    Action.CHANGED: "Read otherwise",
}
COUNTED = {
    Action.ENTERED: ("document enters", "documents enter"),
    Action.CORRECTED: ("document is corrected", "documents are corrected"),
    Action.WITHDRAWN: ("document leaves", "documents leave"),
    Action.CHANGED: ("document reads otherwise", "documents read otherwise"),
}
OUTRANKED = "From now on, lists show it only to those who ask for all claims."
BEST_AGAIN = "From now on, lists show it to everyone again."


class Field(NamedTuple):
    """A field by its path in the JSON, with what it holds before and after; empty where it holds nothing."""

    path: str
    before: str
    after: str


class Turn(NamedTuple):
    """Something about a fact that begins or ends."""

    begins: bool
    kind: str
    key: str
    said: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A change as a page shows it."""

    change: DocumentChange
    note: str = ""

    @property
    def name(self) -> str:
        return name_of(self.change.kind)

    @property
    def address(self) -> str:
        """The page of the thing in the admin. What a preview has enter is not there yet."""
        return page_of_document(self.change.before) if self.change.before else ""

    @property
    def address_now(self) -> str:
        return page_of_document(self.change.newest)

    @property
    def fields(self) -> list[Field]:
        return list(fields_of(self.change.old, self.change.new))

    @property
    def changes_state(self) -> bool:
        """Whether it is there before and after, so that its fields are set side by side."""
        return None not in (self.change.before, self.change.after)

    @property
    def notes(self) -> list[str]:
        before, after = self.change.before, self.change.after
        turns = before and after and before.best != after.best
        ranking = (BEST_AGAIN if after and after.best else OUTRANKED) if turns else ""
        return list(filter(None, (self.note, ranking)))

    @property
    def before(self) -> str:
        return _pretty(self.change.old)

    @property
    def after(self) -> str:
        return _pretty(self.change.new)


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one sort."""

    title: str
    count: int
    detailed: list[Shown]
    named: list[Shown]

    @property
    def further(self) -> int:
        """How many are not shown in detail."""
        return self.count - len(self.detailed)

    @property
    def others(self) -> int:
        return self.further - len(self.named)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a page lists of many things, and how many more there are."""

    shown: list[Any]
    others: int


@dataclass(frozen=True, slots=True)
class Page:
    """A preview as a page shows it."""

    preview: Preview

    @property
    def groups(self) -> list[Group]:
        return groups(self.preview.changes)

    @property
    def disputes(self) -> Listed:
        return listed(self._disputes())

    @property
    def checks(self) -> Listed:
        return listed(self._checks())

    @property
    def moved(self) -> Listed:
        return listed(self.preview.moved)

    @property
    def summary(self) -> list[str]:
        """What changes, counted."""
        counts = [(len(_of(action, self.preview.changes)), *words) for action, words in COUNTED.items()]
        disputes, checks = list(self._disputes()), list(self._checks())
        counts += [
            (sum(turn.begins for turn in disputes), "dispute arises", "disputes arise"),
            (sum(not turn.begins for turn in disputes), "dispute ends", "disputes end"),
            (sum(turn.begins for turn in checks), "check fails", "checks fail"),
            (sum(not turn.begins for turn in checks), "check no longer fails", "checks no longer fail"),
            (len(self.preview.moved), "total moves", "totals move"),
        ]
        return [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]

    def _disputes(self) -> Iterator[Turn]:
        for change in self.preview.changes:
            if (turns := change.turns) is not None:
                said = "claims of other sources contradict it" if turns else "nothing contradicts it any more"
                yield Turn(turns, name_of(change.kind), change.key, said if change.after else "it leaves")

    def _checks(self) -> Iterator[Turn]:
        for change in self.preview.changes:
            for begins, issue in change.issues():
                yield Turn(begins, name_of(change.kind), change.key, f"{issue['code']}: {issue['explanation']}")


def groups(changes: Sequence[DocumentChange]) -> list[Group]:
    """The changes of each sort that are to be made, the first of them in detail."""
    return [_group(title, found, IN_DETAIL) for action, title in TITLES.items() if (found := _of(action, changes))]


def _group(title: str, changes: list[DocumentChange], in_detail: int) -> Group:
    shown = [Shown(change) for change in changes[: in_detail + NAMED]]
    return Group(title, len(changes), shown[:in_detail], shown[in_detail:])


def _of(action: Action, changes: Iterable[DocumentChange]) -> list[DocumentChange]:
    """The changes of one sort: facts that enter before what they show first, what was edited before facts that show it."""
    found = [change for change in changes if change.action == action]
    return sorted(found, key=lambda change: (change.newest.fact_id is None) is not (action == Action.CHANGED))


def listed(things: Iterable[Any]) -> Listed:
    things = list(things)
    return Listed(things[:MOST_LISTED], max(0, len(things) - MOST_LISTED))


def fields_of(before: Any, after: Any) -> Iterator[Field]:
    """What differs between two states of a document, down to single values."""
    for found in differences(before, after):
        old, new = found["before"], found["after"]
        if isinstance(old, list) and isinstance(new, list):
            yield from _items_of(old, new, found["path"])
        else:
            yield from _leaves_of(old, new, found["path"])


def _leaves_of(before: Any, after: Any, path: str) -> Iterator[Field]:
    old, new = dict(_leaves(before, path)), dict(_leaves(after, path))
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            yield Field(name, old.get(name, ""), new.get(name, ""))


def _items_of(before: list[Any], after: list[Any], path: str) -> Iterator[Field]:
    """What differs between two lists of other lengths: each item beside the one that it is most like."""
    left = list(enumerate(before))
    for number, new in enumerate(after):
        likest = max(left, key=lambda pair: _likeness(pair[1], new), default=None)
        if likest and _likeness(likest[1], new) > ALIKE:
            left.remove(likest)
        yield from _leaves_of(likest[1] if likest and likest not in left else None, new, f"{path}.{number}")
    for number, old in left:
        yield from _leaves_of(old, None, f"{path}.{number} (leaves)")


def _likeness(one: Any, other: Any) -> float:
    """The part of their values that two JSON values have in common."""
    values, others = dict(_leaves(one, "")), dict(_leaves(other, ""))
    every = {*values, *others}
    return sum(values.get(path) == others.get(path) for path in every) / len(every) if every else 1


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The single values in a JSON value, each with its path."""
    items: Iterable[tuple[Any, Any]] | None = None
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    if items is not None:
        for name, inner in items:
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif value is not None:
        yield path, value if isinstance(value, str) else orjson.dumps(value).decode()


def _pretty(body: Any) -> str:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() if body is not None else ""


def _models() -> dict[str, type[models.Model]]:
    return {**fact_models(), **record_models()}


def name_of(kind: str) -> str:
    return str(_models()[kind]._meta.verbose_name)


def page_of_document(document: Document) -> str:
    """The page in the admin of what a document describes."""
    options = _models()[document.kind]._meta
    base = f"admin:{options.app_label}_{options.model_name}"
    if pk := document.fact_id or document.entity_id or document.source_id:
        return reverse(f"{base}_change", args=[pk])
    vocabulary, _, code = document.key.partition(":")
    return f"{reverse(f'{base}_changelist')}?vocabulary={vocabulary}&q={code}"


def groups_done(revision: int, changes: Sequence[DocumentChange]) -> list[Group]:
    """The changes of each sort that a revision made, by their names, with why facts left."""
    reasons = dict(Fact.objects.filter(left_in=revision).values_list("pk", "left_reason"))

    def explained(shown: Shown) -> Shown:
        before = shown.change.before
        return Shown(shown.change, reasons.get(before.fact_id, "") if before and before.fact_id else "")

    found = [_group(title, made, 0) for action, title in DONE.items() if (made := _of(action, changes))]
    return [Group(group.title, group.count, [], [*map(explained, group.named)]) for group in found]


def reason_needed(facts: Iterable[Fact]) -> str:
    """What the message of an act has to say besides, where it corrects facts."""
    drafts = [fact for fact in facts if fact.is_draft and fact.version > 1]
    live = Fact.objects.live().filter(key__in=[fact.key for fact in drafts])
    if not (corrected := live.count()):
        return ""
    what = "the fact" if corrected == 1 else f"{corrected} facts"
    return f"This corrects {what}: say what was wrong. Readers see it in the history, as the reason."
