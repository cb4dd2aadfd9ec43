"""What is wrong with a draft, which keeps it from review, and what whoever reviews it should look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Max

from sources import ledger
from sources.models import Fact, Support
from sources.standing import Standing, standings_if_published


def refusals(fact: Fact, words: ledger.Words) -> Iterator[str]:
    """Why the ledger would not publish a draft, given as its own kind and as it is stored."""
    if not fact.citations.all():
        yield f"{fact} has no citation."
    last = Fact.objects.filter(key=fact.key, published_in__isnull=False).aggregate(last=Max("version"))["last"] or 0
    if fact.version != last + 1:
        yield f"{fact} is not the next version: {last or 'none'} was published before it."
    yield from invalid(fact, words)


def invalid(fact: Fact, words: ledger.Words) -> Iterator[str]:
    """What its form would refuse of a draft that is stored, its words included."""
    try:
        ledger.validate(fact, words, is_stored=True)
    except ValidationError as error:
        for name, said in error.message_dict.items():
            yield f"{fact}{'' if name == NON_FIELD_ERRORS else f', {name}'}: {' '.join(said)}"


def remarks(drafts: Sequence[Fact]) -> dict[int, list[str]]:
    """What to look at in each of these drafts, by its id; they come as `documents.load` gives them."""
    standings = standings_if_published(drafts)
    return {draft.pk: [*_of_citations(draft), *_of_words(draft), *_of_rivals(standings[draft.pk])] for draft in drafts}


def _of_citations(draft: Fact) -> Iterator[str]:
    citations = list(draft.citations.all())
    if not citations:
        yield "no citation"
        return
    if unplaced := [citation for citation in citations if not citation.locator and not citation.note]:
        yield f"no locator, nor a note that says why: {', '.join(citation.source.key for citation in unplaced)}"
    if all(citation.via for citation in citations):
        yield "the source itself was never seen"
    if doubtful := [citation for citation in citations if citation.support != Support.SUPPORTS]:
        yield f"supported {' and '.join(sorted({citation.support for citation in doubtful}))}"
    if len({citation.source_id for citation in citations}) == 1:
        yield "one source only"


def _of_words(draft: Fact) -> Iterator[str]:
    if getattr(draft, "has_number", False) and not getattr(draft, "verbatim", True):
        yield "the figure is not given in the source's words"


def _of_rivals(standing: Standing) -> Iterable[str]:
    if standing.disputed:
        yield "would be disputed"
    if standing.issues:
        yield f"would be flagged: {', '.join(standing.codes.split())}"
