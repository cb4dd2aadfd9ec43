"""Whatever is sent to the desk, it answers: a form that says what is wrong, or a refusal, and never an error of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sources.models import Revision
from tests import factories as make

pytestmark = pytest.mark.django_db

GARBAGE = ("", "²", "9" * 40, "a\x00b", "x" * 5_000, "NaN", "é\ud7ff\u202e漢", "2024-13-45")
NAMES = frozenset(
    {
        *("facts", "index", "into", "key", "message", "name", "record", "seen", "state", "token", "username", "which"),
        *("action", "_confirm", "_preview", "_save", "_selected_action", "_submit"),
    }
)
"""What pages ask for besides the fields of their models."""
EMPTY = {"_to_field": ""}
"""What the desk refuses at once unless it is empty or names a field."""
ARGUMENT = re.compile(r"<[^>]+>")
NOT_SENT_TO = ("/logout/", "/history/", "/csv/", "/xlsx/", "object_id>/")
"""The ends of addresses that nothing is sent to, or that end the session."""


def patterns(resolver: Any, before: str = "/") -> Iterator[str]:
    for one in resolver.url_patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from patterns(one, address)
        elif isinstance(one, URLPattern) and address.startswith("/admin/") and "(" not in address:
            yield address


def pages() -> dict[str, list[str]]:
    """The patterns of all addresses of the desk, by the model, or else the page, that they belong to."""
    found = defaultdict(list)
    for address in patterns(get_resolver()):
        app, _, rest = address.removeprefix("/admin/").partition("/")
        name = f"{app}.{rest.partition('/')[0]}"
        found[name if name.lower() in MODELS else "pages"].append(address)
    return dict(found)


MODELS = {model._meta.label_lower: model for model in apps.get_models()}
PAGES = pages()


def arguments(address: str, model: Any) -> list[str]:
    """What an address is asked for: a row that is there, and what nothing goes by."""
    rows = model._default_manager.order_by("-pk").values_list("pk", flat=True)[:1] if model else []
    return [*map(str, rows), *"9" * 30]


def addresses(pattern: str, model: Any) -> list[str]:
    if not ARGUMENT.search(pattern):
        return [pattern]
    return [ARGUMENT.sub(value, pattern) for value in arguments(pattern, model)]


def entered(model: Any) -> list[str]:
    return sorted(NAMES | {field.name for field in model._meta.get_fields()} if model else NAMES)


@pytest.fixture
def rows() -> Revision:
    """A published fact, and a draft, so that there is something to change."""
    make.make_reserve("reserve-draft")
    return make.publish(make.make_reserve("reserve-published"))


@pytest.mark.parametrize("name", PAGES)
def test_garbage_is_answered(superuser: Client, rows: Revision, name: str):
    superuser.raise_request_exception = False
    model, failed = MODELS.get(name), []
    for number, pattern in enumerate(PAGES[name]):
        for address in addresses(pattern, model) if not pattern.endswith(NOT_SENT_TO) else ():
            garbage = GARBAGE[number % len(GARBAGE)]
            response = superuser.post(address, dict.fromkeys(entered(model), garbage) | EMPTY)
            failed += [(address, garbage[:20])] if response.status_code >= 500 else []
    assert failed == []
