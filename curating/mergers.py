"""What to know of a merger besides what readers will see change: read before a preview takes the merger back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from curating.merging import Merged
from curating.readable import Listed, listed
from curating.shared import page_of
from sources import documents
from sources.batches import batches
from sources.models import Entity, Fact
from sources.moving import named
from sources.standing import by_kind

UNSAID = ("verbatim", "note")
"""The ends of the names of fields that may differ between facts that say the same."""


class LookedAt(NamedTuple):
    """A fact that somebody should look at, as it may say something odd, or twice, from then on."""

    fact: Fact
    page: str
    names_both: bool
    """Whether it names both of those that become one."""
    same: list[str]
    """Keys of the other live facts that say the same from then on."""


class Lost(NamedTuple):
    """A field in which what is merged said something that the other doesn't say."""

    name: str
    said: str
    stays: str


@dataclass(frozen=True, slots=True)
class Merger:
    """What a merger does besides."""

    looked_at: Listed
    drafts: Listed
    """Drafts that name the other from then on: each with its page, and whether it was in review."""
    records: Listed
    """What referred to it, and refers to the other from then on."""
    aliases: list[str]
    lost: list[Lost]


def merger_of(merged: Merged, record: Any, into: Any) -> Merger:
    """What a merger did besides; both records as they were before."""
    left_review = {draft.pk for draft in merged.left_review}
    return Merger(
        listed(_looked_at(merged, into)),
        listed((draft, page_of(draft), draft.pk in left_review) for draft in merged.drafts),
        listed(map(named, merged.records)),
        merged.aliases,
        list(_lost(record, into)),
    )


def _looked_at(merged: Merged, into: Any) -> Iterator[LookedAt]:
    """Those that say what another says come first."""
    corrected = Fact.objects.filter(left_in=merged.revision)
    both = corrected.filter(mentions__entity=into.pk) if isinstance(into, Entity) else corrected.none()
    naming_both, same = set(both.values_list("pk", flat=True)), _saying_the_same(merged, into)
    for fact in sorted(corrected.order_by("key"), key=lambda fact: fact.key not in same):
        if fact.pk in naming_both or fact.key in same:
            yield LookedAt(fact, page_of(fact), fact.pk in naming_both, same.get(fact.key, []))


def _saying_the_same(merged: Merged, into: Any) -> dict[str, list[str]]:
    """By key of a fact that entered, the other live facts of its kind that claim the same of the same."""
    alike: dict[Any, list[str]] = defaultdict(list)
    for kind, facts in by_kind(sorted(documents.facts_showing([into]))).items():
        claimed = _claimed(kind)
        for batch in batches(facts):
            for key, *values in kind.objects.filter(pk__in=batch).values_list("key", *claimed):
                alike[kind, *values].append(key)
    entered = {fact.key for fact in merged.entered}
    return {key: sorted({*keys} - {key}) for keys in alike.values() if len(keys) > 1 for key in keys if key in entered}


def _claimed(kind: type[Fact]) -> list[str]:
    """The columns that say what a fact of a kind claims."""
    own = [one.attname for one in kind._meta.local_concrete_fields if not one.primary_key]
    return [name for name in (*own, "period", "as_of") if not name.endswith(UNSAID)]


def _lost(record: Any, into: Any) -> Iterator[Lost]:
    left_out = {*record.identity, "aliases", "name"}
    for one in type(record)._meta.concrete_fields:
        if one.editable and not one.primary_key and one.name not in left_out:
            said, stays = (getattr(each, one.name) for each in (record, into))
            if said not in (None, "") and said != stays:
                yield Lost(str(one.verbose_name), str(said), "" if stays is None else str(stays))
