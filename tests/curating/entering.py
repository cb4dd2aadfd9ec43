"""What a curator does to enter a fact, and what the form says of it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from minerals.models import Reserve
from sources.models import Fact
from tests.curating.desk import address, filled
from tests.factories import make_country, make_mineral, make_source


def enter_reserve(client: Client, **fields: Any) -> Any:
    page = client.get(address(Reserve, "add"))
    entered = {
        "key": "entered",
        "mineral": make_mineral("tin").pk,
        "scope": "country",
        "country": make_country().pk,
        "category": "reserves",
        "verbatim": "more than 1,000 tons",
        "citations-0-source": make_source().pk,
        "citations-0-locator": "page 3",
    }
    return client.post(address(Reserve, "add"), filled(page, **entered | fields))


def form_of(page: Any) -> Any:
    return page.context["adminform"].form


def errors(page: Any) -> str:
    """What is wrong with a form and its parts, or to be confirmed."""
    parts = [inline.formset for inline in page.context["inline_admin_formsets"]]
    found = [
        form_of(page).errors,
        *(part.non_form_errors() for part in parts),
        *(one for part in parts for one in part.errors),
    ]
    return re.sub(r"<[^>]+>", "", "".join(map(str, found)))


def key_for(client: Client, model: Any, **fields: Any) -> str:
    """The key that a fact gets which is entered without one."""
    known = set(Fact.objects.values_list("pk", flat=True))
    citation = {"citations-0-source": make_source().pk, "citations-0-locator": "page 1"}
    page = client.post(address(model, "add"), filled(client.get(address(model, "add")), **citation | fields))
    assert page.status_code == 302, errors(page)
    return Fact.objects.exclude(pk__in=known).get().key
