"""What is stored is what would be written today, and a command makes it so again."""

from __future__ import annotations

from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command

from sources import guards
from sources.models import Document, Line, Revision
from sources.registry import fact_models
from sources.rendering import outdated
from tests.factories import make_correction, make_mineral, make_reserve, publish

pytestmark = pytest.mark.django_db


def tampered(kind: str, key: str) -> Document:
    """A standing document that holds a field which nothing writes today."""
    document = Document.objects.standing().get(kind=kind, key=key)
    guards.remove()
    document.body = orjson.dumps({**orjson.loads(document.body), "forgotten": True}).decode()
    document.save()
    guards.install()
    return document


def test_every_document_of_the_dataset_is_as_it_would_be_written(dataset: Revision) -> None:
    assert set(Document.objects.values_list("kind", flat=True)) >= set(fact_models())
    assert outdated() == []


@pytest.mark.parametrize(("kind", "key"), [("reserve", "rendered-reserves"), ("mineral", "testium")])
def test_what_is_outdated_is_written_anew(kind: str, key: str) -> None:
    publish(make_reserve("rendered-reserves", mineral=make_mineral("testium")))
    body = Document.objects.standing().get(kind=kind, key=key).body
    tampered(kind, key)
    revision, said = Revision.objects.current(), StringIO()

    with pytest.raises(CommandError, match=f"Outdated documents: 1, such as {kind} {key}"):
        call_command("render_documents", "--check", verbosity=0)
    call_command("render_documents", stdout=said, stderr=StringIO())

    assert said.getvalue() == "Documents written anew: 1.\n"
    assert Document.objects.standing().get(kind=kind, key=key).body == body
    assert (Revision.objects.current(), guards.missing()) == (revision, [])
    call_command("render_documents", "--check", verbosity=0)


def test_what_stood_before_stays_as_it_was_served() -> None:
    reserve = make_reserve("rendered-reserves")
    publish(reserve)
    tampered("reserve", "rendered-reserves")
    publish(make_correction(reserve, note="Corrected."))

    assert outdated() == []
    assert "forgotten" in Document.objects.get(kind="reserve", key="rendered-reserves", fact=reserve).body


def test_lines_are_written_anew_with_their_documents_or_alone() -> None:
    publish(make_reserve("rendered-reserves"))
    line = Line.objects.get(document__key="rendered-reserves")
    tampered("reserve", "rendered-reserves")
    guards.remove()
    Line.objects.filter(pk=line.pk).update(csv="tampered")
    guards.install()
    call_command("render_documents", verbosity=0, stderr=StringIO())

    assert Line.objects.get(pk=line.pk).csv == line.csv

    guards.remove()
    Line.objects.filter(pk=line.pk).update(json="{}")
    guards.install()
    with pytest.raises(CommandError, match="Outdated lines of tables: 1"):
        call_command("render_documents", "--check", verbosity=0)
    call_command("render_documents", verbosity=0, stderr=StringIO())

    assert Line.objects.get(pk=line.pk).json == line.json
    assert guards.missing() == []
