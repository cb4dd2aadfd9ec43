"""What a form says above its fields, the numbers that can only be read, and the buttons at its foot."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from curating.confirming import READING, UNCONFIRMED, WORDS
from minerals.models import Reserve
from projects.models import Location
from sources.models import Fact, Source
from sources.registry import entity_models, fact_models
from tests.curating.desk import address, change, filled
from tests.curating.entering import enter_reserve
from tests.factories import make_fact, make_reserve, make_source, publish

pytestmark = pytest.mark.django_db

CORRECT = "Please correct the error"


def read_only(page: Any, field: str) -> str:
    """What a page shows of a field that can't be changed."""
    found = re.search(
        rf'(?:fieldBox|form-row) field-{field}">.*?<div class="readonly">(.*?)</div>', page.text, re.DOTALL
    )
    assert found
    return found[1]


def helps(page: Any) -> list[str]:
    """What a form says of its fields, those of its parts included, as people read it."""
    forms = [page.context["adminform"].form]
    forms += [part.formset.empty_form for part in page.context["inline_admin_formsets"]]
    return [str(field.help_text) for form in forms for field in form.fields.values()]


def notes(page: Any) -> list[str]:
    """What stands above the fields, as people read it."""
    found = re.findall(r'<p class="errornote[^"]*">\s*(.*?)\s*</p>', page.text, re.DOTALL)
    return [note.replace("&#x27;", "'") for note in found]


@pytest.mark.parametrize("model", [Source, *fact_models().values(), *entity_models().values()])
def test_who_fills_in_a_form_is_told_what_to_leave_empty(model: type[Model], superuser: Client):
    told = helps(superuser.get(address(model, "add")))
    assert not [text for text in told if re.search(r"\bnull\b|`", text)]


def test_the_meaning_of_a_field_is_that_which_readers_find(curator: Client):
    told = helps(curator.get(address(Reserve, "add")))
    assert "The number as stated, in unit; empty for a range or where there is none." in told
    assert "Place in the source: page, paragraph, table, row; empty if not known." in told


@pytest.mark.parametrize("stated", ["10", "12.5", "1200000", "0.0125"])
@pytest.mark.parametrize("is_published", [True, False])
def test_a_number_that_can_only_be_read_is_shown_as_stated(viewer: Client, stated: str, is_published: bool):
    fact = make_reserve("kaz-zinc-reserves-test", value=Decimal(stated), verbatim=f"{stated} t", unit="t")
    if is_published:
        publish(fact)
    page = viewer.get(change(fact))
    assert read_only(page, "value") == stated
    assert read_only(page, "low") == "-"
    assert "The place is not known" not in page.text
    assert "Place unknown" not in page.text


def test_so_are_coordinates(viewer: Client):
    fact = make_fact("location", "somewhere", latitude=Decimal("47.5"), longitude=Decimal("-66.25"))
    page = viewer.get(change(fact))
    assert isinstance(fact, Location)
    assert (read_only(page, "latitude"), read_only(page, "longitude")) == ("47.5", "-66.25")


def test_a_figure_that_was_read_is_to_be_confirmed_and_no_error(curator: Client):
    page = enter_reserve(curator)
    assert notes(page) == [WORDS[READING]]
    assert "Error:" not in page.text
    assert "Read as: more than 1,000 t" in page.text
    wrong = enter_reserve(curator, period="then")
    assert [note.startswith("Please correct the errors") for note in notes(wrong)] == [True]
    placeless = enter_reserve(curator, **{"citations-0-locator": ""})
    assert [note.startswith("Please correct the errors") for note in notes(placeless)] == [True]


def test_so_is_what_is_asked_about(curator: Client):
    page = enter_reserve(curator, comparator="=", value="900", unit="t", availability="reported")
    assert notes(page) == [WORDS[UNCONFIRMED]]
    assert "The fields say: 900 t" in page.text
    standing = make_source("standing", kind="news", title="The tin of Kazakhstan", url="https://example.org/tin")
    add = address(Source, "add")
    entered = {"kind": "news", "publisher": "Another", "title": standing.title, "url": standing.url}
    asked = curator.post(add, filled(curator.get(add), **entered))
    assert notes(asked) == [WORDS[UNCONFIRMED]]
    assert "standing" in asked.text


def test_a_word_that_can_not_be_read_is_an_error(curator: Client):
    page = enter_reserve(curator, verbatim="many")
    assert [note.startswith(CORRECT) for note in notes(page)] == [True]


@pytest.mark.parametrize(("who", "extra"), [("curator", []), ("reviewer", []), ("superuser", ["Save and publish"])])
def test_a_draft_has_one_row_of_buttons_at_its_foot(who: str, extra: list[str], request: pytest.FixtureRequest):
    draft = make_reserve("kaz-zinc-reserves-test")
    page = request.getfixturevalue(who).get(change(draft)).text
    foot = page[page.index('id="citations-group"') :]
    (row,) = re.findall(r'<div class="submit-row">(.*?)</div>', foot, re.DOTALL)
    assert re.findall(r'value="([^"]*)"|>([^<]+)</a>', row) == [
        ("Save", ""),
        ("Save and add another", ""),
        ("Save and continue editing", ""),
        ("Save and submit for review", ""),
        *((verb, "") for verb in extra),
        ("", "Delete"),
    ]


def test_what_was_published_has_no_such_buttons(superuser: Client):
    fact: Fact = make_reserve("kaz-zinc-reserves-test")
    publish(fact)
    page = superuser.get(change(fact)).text
    assert "Save and submit" not in page
    assert Reserve.objects.live().filter(key=fact.key).exists()


def test_abbreviations_are_written_as_such(curator: Client):
    page = curator.get(address(Source, "add")).text
    assert re.findall(r'<label for="id_(?:url|archived_url|doi)"[^>]*>([^<]+):</label>', page) == [
        "URL",
        "DOI",
        "Archived URL",
    ]
