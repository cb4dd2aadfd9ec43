"""What the tests of the ledger share."""

from __future__ import annotations

import pytest

from minerals.models import Reserve
from sources.models import Entity, Fact
from tests.factories import (
    document_of,
    make_citation,
    make_event,
    make_mineral,
    make_partner,
    make_reserve,
    make_source,
    publish,
)
from tests.sources.breaches import Published


@pytest.fixture
def published() -> Published:
    via, source = make_source("guarded-digest"), make_source("guarded-report")
    mineral = make_mineral("guardium")
    reserve = make_reserve("guarded-reserves", mineral=mineral, source=source)
    make_citation(reserve, source, via=via, via_locator="p. 2")
    event = make_event("guarded-agreement", parties=[make_partner("guarded-partner")])
    revision = publish(reserve, event)
    document = document_of("guarded-reserves")
    assert document
    return Published(
        fact=Fact.objects.get(pk=reserve.pk),
        reserve=Reserve.objects.get(pk=reserve.pk),
        citation=reserve.citations.get(position=1),
        mention=reserve.mentions.get(role="mineral"),
        event=event,
        party=event.parties.get(),
        source=source,
        via=via,
        entity=Entity.objects.get(pk=mineral.pk),
        mineral=mineral,
        revision=revision,
        document=document,
        line=document.line,
    )
