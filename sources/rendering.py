"""Writes standing documents anew where they differ from what would be written today: after a change of their shape.

What stood at older revisions stays as it was served then. Loading the dataset into an empty database replays all
revisions, and so writes those anew, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from sources import documents, guards, ledger, lines, showing
from sources.batches import BATCH, batches
from sources.documents import WRITTEN, says_the_same
from sources.models import Document, Fact, Record
from sources.progress import SILENT, Progress
from sources.registry import record_models
from sources.standing import circles_touched, standings


def outdated(progress: Progress = SILENT) -> list[Document]:
    """The standing documents that would be written otherwise today, as they would be."""
    shown = {
        (document.kind, document.key): document
        for document in Document.objects.standing().only("kind", "key", *WRITTEN).iterator(BATCH)
    }
    return [
        _rewritten(shown[fresh.kind, fresh.key], fresh)
        for fresh in map(documents.document_of, progress.through("Writing documents", list(_holders(shown))))
        if not says_the_same(shown[fresh.kind, fresh.key], fresh)
    ]


def render(progress: Progress = SILENT) -> int:
    """Write anew what is outdated, and say how many documents that were."""
    with transaction.atomic():
        ledger.one_at_a_time()
        rewritten = outdated(progress)
        wrong = lines.wrong()
        if rewritten or wrong:
            # No act of the ledger ever changes a document, so its guards have to step aside for this one.
            guards.remove()
            Document.objects.bulk_update(rewritten, WRITTEN, batch_size=BATCH // len(WRITTEN))
            lines.write_anew(sorted({*wrong, *(document.pk for document in rewritten)}))
            guards.install()
    return len(rewritten)


def _holders(shown: dict[tuple[str, str], Document]) -> Iterator[Record | Fact]:
    """The records and live facts behind the documents."""
    records = [
        record
        for model in record_models().values()
        for record in model.objects.all()  # type: ignore[attr-defined]
        if (record.document_kind, record.document_key) in shown
    ]
    showing.give_facts(records)
    yield from records
    live = list(Fact.objects.live().order_by("pk").values_list("pk", flat=True))
    found = standings(circles_touched([], live))
    for batch in batches(live):
        yield from documents.with_standings(batch, found)


def _rewritten(old: Document, new: Document) -> Document:
    for name in WRITTEN:
        setattr(old, name, getattr(new, name))
    return old
