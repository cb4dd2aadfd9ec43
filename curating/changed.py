"""Reads what a revision did to documents: the state of each before it, and after it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from django.db.models import QuerySet

from sources.batches import batches
from sources.changes.rows import Action
from sources.models import Document
from sources.models.documents import ALWAYS

BODIES = ("body", "search")


@dataclass(frozen=True)
class DocumentChange:
    """A document in its states before and after a revision; None where it shows nothing."""

    before: Document | None
    after: Document | None

    @property
    def states(self) -> list[Document]:
        return [state for state in (self.before, self.after) if state]

    @property
    def newest(self) -> Document:
        return self.states[-1]

    @property
    def kind(self) -> str:
        return self.newest.kind

    @property
    def key(self) -> str:
        return self.newest.key

    @property
    def action(self) -> Action:
        if self.before is None:
            return Action.ENTERED
        if self.after is None:
            return Action.WITHDRAWN
        return Action.CHANGED if self.before.fact_id == self.after.fact_id else Action.CORRECTED

    @cached_property
    def old(self) -> Any:
        """The JSON before, None if there was none."""
        return orjson.loads(self.before.body) if self.before else None

    @cached_property
    def new(self) -> Any:
        return orjson.loads(self.after.body) if self.after else None

    @property
    def turns(self) -> bool | None:
        """Whether a dispute about it arises (True) or ends (False); None if neither."""
        before, after = (bool(state and state.disputed) for state in (self.before, self.after))
        return None if before == after else after

    def issues(self) -> Iterator[tuple[bool, dict[str, str]]]:
        """The checks that it fails from now on (True), and those that it fails no more (False).

        One that goes on to fail in other words, as a source has another key, is neither.
        """
        old, new = ((body or {}).get("issues", []) for body in (self.old, self.new))
        begun, ended = ([one for one in new if one not in old], [one for one in old if one not in new])
        yield from ((True, issue) for issue in _without_codes_of(ended, begun))
        yield from ((False, issue) for issue in _without_codes_of(begun, ended))


def _without_codes_of(others: Iterable[dict[str, str]], issues: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The issues without one for each of the others of the same code."""
    codes = Counter(other["code"] for other in others)
    for issue in issues:
        codes[issue["code"]] -= 1
        if codes[issue["code"]] < 0:
            yield issue


def changes_of(revision: int, *, bodies: bool = True) -> list[DocumentChange]:
    """What a revision did, by kind and key."""
    return sorted([*_of_facts(revision, bodies=bodies), *_of_records(revision, bodies=bodies)], key=_name)


def changes_of_records(revision: int) -> list[DocumentChange]:
    """What a revision did to sources, entities and words, by kind and key."""
    return sorted(_of_records(revision, bodies=True), key=_name)


def _of_facts(revision: int, *, bodies: bool) -> list[DocumentChange]:
    facts = _documents(bodies=bodies).filter(fact__isnull=False)
    opened = list(facts.filter(ALWAYS, from_revision=revision))
    closed = [*facts.filter(fact__left_in=revision, to_revision=revision), *_before(opened, revision, bodies=bodies)]
    return _paired(opened, closed, _name)


def _of_records(revision: int, *, bodies: bool) -> list[DocumentChange]:
    """Those of one record go together, whatever key it goes by."""
    documents = _documents(bodies=bodies).filter(fact__isnull=True)
    opened = list(documents.filter(ALWAYS, from_revision=revision))
    closed = [*documents.filter(entity__isnull=False, to_revision=revision)]
    closed += documents.filter(source__isnull=False, to_revision=revision)
    closed += _before([document for document in opened if not _holder(document)], revision, bodies=bodies)
    return _paired(opened, closed, lambda document: _holder(document) or _name(document))


def _documents(*, bodies: bool) -> QuerySet[Document]:
    documents = Document.objects.order_by()
    return documents if bodies else documents.defer(*BODIES)


def _before(opened: Iterable[Document], revision: int, *, bodies: bool) -> Iterator[Document]:
    """The states of the same kinds and keys that a revision ended."""
    keys = defaultdict(list)
    for document in opened:
        keys[document.kind].append(document.key)
    for kind, members in keys.items():
        for batch in batches(members):
            yield from _documents(bodies=bodies).filter(kind=kind, key__in=batch, to_revision=revision)


def _name(one: Document | DocumentChange) -> tuple[str, str]:
    return one.kind, one.key


def _holder(document: Document) -> tuple[str, int] | None:
    """The entity or source that a document describes; None for a word."""
    pk = document.entity_id or document.source_id
    return (document.kind, pk) if pk else None


def _paired(
    opened: Iterable[Document], closed: Iterable[Document], thing: Callable[[Document], Hashable]
) -> list[DocumentChange]:
    before, after = ({thing(document): document for document in states} for states in (closed, opened))
    return [DocumentChange(before.get(one), after.get(one)) for one in {**before, **after}]
