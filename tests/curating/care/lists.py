"""What tests of care share: facts and sources that need it, and the lists that show them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from curating.care.lists import list_of
from curating.links.models import LinkCheck
from minerals.models import Reserve
from sources.models import Fact, Source
from tests.factories import make_reserve, make_source, publish


def published(key: str, **fields: Any) -> Reserve:
    fact = make_reserve(key, **fields)
    publish(fact)
    fact.refresh_from_db()
    return fact


def lost_source(key: str = "lost", outcome: str = "not_found", **fields: Any) -> Source:
    source = make_source(key, url=f"https://{key}.test/page", **fields)
    LinkCheck.objects.add(source, outcome=outcome)
    return source


def listed(client: Client, address: str) -> set[str]:
    """The keys of what a list shows, all of it."""
    changes = client.get(address).context["cl"]
    assert changes.result_count == changes.queryset.count()
    return set(changes.queryset.values_list("key", flat=True))


def care(client: Client, word: str, model: Any = Fact) -> set[str]:
    return listed(client, list_of(model, care=word))
