"""Reads what a revision did to documents: the state of each before it, and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
Name = tuple[str, str]
"""Kind and key."""


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
        """The checks that it fails from now on (True), and those that it fails no more (False)."""
        old, new = ((body or {}).get("issues", []) for body in (self.old, self.new))
        yield from ((True, issue) for issue in new if issue not in old)
        yield from ((False, issue) for issue in old if issue not in new)


def changes_of(revision: int, *, bodies: bool = True) -> list[DocumentChange]:
    """What a revision did, by kind and key."""
    opened = _named(_documents(bodies).filter(ALWAYS, from_revision=revision))
    closed = _named(_documents(bodies).filter(fact__left_in=revision, to_revision=revision))
    keys = defaultdict(list)
    for kind, key in opened:
        keys[kind].append(key)
    for kind, members in keys.items():
        for batch in batches(members):
            closed |= _named(_documents(bodies).filter(kind=kind, key__in=batch, to_revision=revision))
    return [DocumentChange(closed.get(name), opened.get(name)) for name in sorted({*opened, *closed})]


def _documents(bodies: bool) -> QuerySet[Document]:  # noqa: FBT001
    documents = Document.objects.order_by()
    return documents if bodies else documents.defer(*BODIES)


def _named(documents: QuerySet[Document]) -> dict[Name, Document]:
    return {(document.kind, document.key): document for document in documents}
