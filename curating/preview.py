"""What readers would see change. An act is done in full, what it changed is read, and everything is taken back.

Nothing is guessed: the same code writes the documents that are shown and those that are published. Nothing that is kept
in memory by the number of a revision may be asked for meanwhile, since that revision will never have been.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from curating.changed import DocumentChange, changes_of
from curating.consequences import Moved, moved_by
from curating.shared import REFUSALS, reason_of
from sources.ledger import LedgerError
from sources.models import Revision

SEEN = "seen"
"""The field of a confirmation that says which preview was shown."""
STANDS_IN = "A preview."
"""What stands for the message while an act is only tried."""
NOT_SEEN = "Nothing was done yet. Look at what readers will see change, then confirm it."
CHANGED_SINCE = (
    "Nothing was done: readers would see something else than you were shown, because the dataset or what you chose has "
    "changed in between. This page shows how it is now. Look at it again, then confirm it."
)

Run = Callable[[], Revision]
"""Does an act, as one revision."""


class UnseenError(LedgerError):
    """An act would show readers something that whoever confirmed it has not seen."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What readers would see change in the next revision, or why there can't be one."""

    revision: int = 0
    changes: tuple[DocumentChange, ...] = ()
    moved: tuple[Moved, ...] = ()
    refusal: str = ""
    token: str = ""
    """Stands for exactly these changes, made next."""


def preview_of(run: Run) -> Preview:
    """Try an act. The database is left as it was."""
    try:
        with transaction.atomic():
            revision = run()
            changes = tuple(changes_of(revision.number))
            moved = tuple(moved_by(changes, revision.number))
            found = Preview(revision.number, changes, moved, token=_token(revision, changes))
            transaction.set_rollback(True)
    except REFUSALS as refusal:
        return Preview(refusal=reason_of(refusal))
    return found


def perform(run: Run, seen: str) -> Revision:
    """Do an act of which the preview with this token was seen. Raises UnseenError if it would change anything else."""
    with transaction.atomic():
        revision = run()
        if _token(revision, changes_of(revision.number)) != seen:
            raise UnseenError(CHANGED_SINCE if seen else NOT_SEEN)
    return revision


def _token(revision: Revision, changes: Sequence[DocumentChange]) -> str:
    digest = hashlib.blake2b(str(revision.number).encode(), digest_size=16)
    for change in changes:
        for state in (change.before, change.after):
            said = (change.kind, change.key, state and state.body, state and state.best)
            digest.update(repr(said).encode())
    return digest.hexdigest()
