"""Asks the Internet Archive for copies of documents that are no longer where they were, and proposes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from curating.links.addresses import Failure
from curating.links.models import DEAD, ArchiveProposal, LinkCheck, Outcome, ProposalState
from curating.links.turns import Turns, take_turns
from curating.links.visiting import Visitor
from sources.models import Source

AVAILABILITY = "https://archive.org/wayback/available"
MOST_OF_ANSWER = 64 * 1024
LONGEST_ADDRESS = Source._meta.get_field("archived_url").max_length or 0
"""A longer one could not be kept with the source."""
COPY = re.compile(r"https?://web\.archive\.org(?::80)?(/web/([0-9]{14})[a-z_]*/.+)", re.DOTALL)
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Copy:
    """An archived copy of a document."""

    address: str
    taken_at: datetime


def wanting() -> QuerySet[LinkCheck]:
    """Checks of sources that need an archived copy, name none, and for which none was asked after the check."""
    missing = LinkCheck.objects.current().filter(
        outcome__in=(*DEAD, Outcome.REDIRECTED), source__archived_url="", archive_asked__isnull=True
    )
    proposed = ArchiveProposal.objects.filter(state=ProposalState.OPEN).values("source")
    return missing.exclude(Q(source__in=proposed)).select_related("source").order_by("source__key")


def propose(checks: Iterable[LinkCheck], visitor: Visitor, api: str = AVAILABILITY) -> Iterator[tuple[LinkCheck, str]]:
    """What came of asking for a copy after each check: a proposal, kept for a reviewer, or why there is none."""
    lookups = (_look_up(check, visitor, api) for check in checks)
    for check, copy, trouble in take_turns(lookups, visitor.pace):
        if not trouble:
            LinkCheck.objects.filter(pk=check.pk).update(archive_asked=timezone.now())
        yield check, trouble or _kept(check.source, copy)


def _look_up(check: LinkCheck, visitor: Visitor, api: str) -> Turns[tuple[LinkCheck, Copy | None, str]]:
    try:
        answer = yield from visitor.read(_question(check.source, api), MOST_OF_ANSWER)
        if answer.status != 200:
            return check, None, f"the archive answered {answer.status}"
        return check, copy_in(json.loads(answer.body)), ""
    except Failure as failure:
        return check, None, failure.note
    except (ValueError, RecursionError):
        return check, None, "the archive's answer can't be read"


def _question(source: Source, api: str) -> str:
    """Of several copies that of about the day of publication is asked for, where it is known to the day."""
    asked = {"url": source.url}
    if day := DAY.fullmatch(source.published):
        asked["timestamp"] = "".join(day.groups())
    return f"{api}?{urlencode(asked)}"


def copy_in(answer: Any) -> Copy | None:
    """The copy that an answer of the archive tells of: a whole one, in the archive itself."""
    found = answer
    for name in ("archived_snapshots", "closest"):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict) or found.get("available") is not True:
        return None
    named = COPY.fullmatch(str(found.get("url", "")))
    if not named or not str(found.get("status", "200")).startswith("2"):
        return None
    address, taken_at = f"https://web.archive.org{named[1]}", _moment(named[2])
    return Copy(address, taken_at) if taken_at and len(address) <= LONGEST_ADDRESS else None


def _moment(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


@transaction.atomic
def _kept(source: Source, copy: Copy | None) -> str:
    if copy is None:
        return "the archive has no copy"
    _, is_new = ArchiveProposal.objects.get_or_create(
        source=source, address=copy.address, defaults={"taken_at": copy.taken_at}
    )
    return f"proposed {copy.address}" if is_new else "its copy was dismissed before"
