"""The changes as an Atom feed: an entry for each revision."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from sources.changes.rows import Action, Changes, address_of
from sources.exceptions import BadParameters, ParameterError
from sources.models import Revision
from sources.queries import Query

OF_LISTS = ("ordering", "cursor", "fields", "omit")
"""The parameters that mean nothing to a feed."""
MOST_NAMED = 25
"""Changes that an entry names one by one."""
MOST_LETTERS = 120
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
START = datetime(1970, 1, 1, tzinfo=UTC)
"""When a dataset that has no revision yet was changed last, since a feed has to say."""


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """When the dataset was changed last, not when it was asked for: the same feed is the same bytes."""
        return self.feed["updated"]


class AtomRenderer(BaseRenderer):
    """Writes a feed as Atom (RFC 4287)."""

    media_type = "application/atom+xml"
    format = "atom"
    charset = "utf-8"
    schema: ClassVar[dict[str, str]] = {
        "type": "string",
        "description": "The same as an Atom feed: an entry for each revision, the newest first.",
    }

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        feed = _Atom(**data["feed"])
        for entry in data["entries"]:
            feed.add_item(**entry)
        return str(feed.writeString("utf-8")).encode()


class Feed:
    """The newest revisions that made any of some changes, as many as a page would have."""

    def __init__(self, changes: Changes, asked: Query, request: Request) -> None:
        self.changes, self.asked, self.request = changes, asked, request
        self.filters = {name: value for name, value in sorted(asked.filters.items()) if name != "since"}

    def read(self) -> dict[str, Any]:
        """What the renderer writes. Raises BadParameters where pages or fields are asked for."""
        self._refuse_what_is_of_lists()
        numbers = self._numbers()
        newest = sorted(numbers, reverse=True)[: self.asked.page_size]
        revisions = Revision.objects.in_bulk(newest)
        return {"feed": self._head(), "entries": [self._entry(revisions[one], numbers[one]) for one in newest]}

    def _refuse_what_is_of_lists(self) -> None:
        given = [name for name in OF_LISTS if name in self.request.query_params]
        if given:
            raise BadParameters(ParameterError(name, f"A feed takes no “{name}”.", "contradiction") for name in given)

    def _head(self) -> dict[str, Any]:
        narrowed = ", ".join(f"{name} {value}" for name, value in self.filters.items())
        revision = self.asked.revision
        return {
            "title": _legible(": ".join(filter(None, ("Changes of the critical minerals dataset", narrowed)))),
            "link": self._address({}),
            "description": "Every revision with what entered, was corrected, changed or was withdrawn in it.",
            "language": "en",
            "feed_url": self.request.build_absolute_uri(),
            "feed_copyright": "CC BY 4.0",
            "updated": revision.created if revision else START,
        }

    def _numbers(self) -> dict[int, Counter[str]]:
        """How many changes of each sort each revision made."""
        found: dict[int, Counter[str]] = {}
        for leg in self.changes.between(self.asked.filterset.since, self.asked.number).legs:
            for revision, action, number in leg.values_list("at_revision", "action").annotate(number=Count("pk")):
                found.setdefault(revision, Counter())[action] = number
        return found

    def _entry(self, revision: Revision, numbers: Mapping[str, int]) -> dict[str, Any]:
        address = self._address({"since": str(revision.number - 1), "revision": str(revision.number)})
        message = _legible(revision.message)
        return {
            "title": Truncator(f"Revision {revision.number}: {message}").chars(MOST_LETTERS),
            "link": address,
            "unique_id": address,
            "description": self._summary(revision, message, numbers, address),
            "author_name": _legible(revision.author),
            "pubdate": revision.created,
            "updateddate": revision.created,
        }

    def _summary(self, revision: Revision, message: str, numbers: Mapping[str, int], address: str) -> str:
        counted = ", ".join(f"{numbers[word]} {word}" for word in Action.values if numbers.get(word))
        made = self.changes.between(revision.number - 1, revision.number).order_by("at_revision", "kind", "key")
        rows = made.values_list("at_revision", "kind", "key", "action", "reason", "went_to")[:MOST_NAMED]
        named = format_html_join(
            "",
            '<li>{} {} <a href="{}">{}</a>{}</li>',
            (
                (action, kind, self._absolute(address_of(kind, key)), key, _explained(reason, moved_to))
                for _, kind, key, action, reason, moved_to in rows
            ),
        )
        return format_html('<p>{}</p><p><a href="{}">{}</a>:</p><ul>{}</ul>', message, address, counted, named)

    def _address(self, query: Mapping[str, str]) -> str:
        asked = urlencode({**query, **self.filters})
        return self._absolute(f"{reverse('changes-list')}?{asked}" if asked else reverse("changes-list"))

    def _absolute(self, address: str) -> str:
        return self.request.build_absolute_uri(address)


def _explained(reason: str | None, moved_to: str | None) -> str:
    """What is said of a change after its name."""
    return f"{f' to {moved_to}' if moved_to else ''}{f': {_legible(reason)}' if reason else ''}"


def _legible(text: str) -> str:
    """A text without the characters that XML can't hold."""
    return NOT_IN_XML.sub("", text)
