"""What a source says is typed, read, and shown to be confirmed; nothing that was only read is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minerals.models import Reserve
from projects.models import Participation
from tests.curating.desk import address, change, filled
from tests.curating.entering import enter_reserve, errors, form_of, key_for
from tests.factories import make_partner, make_project, make_reserve

pytestmark = pytest.mark.django_db


def figure_of(page: Any) -> dict[str, Any]:
    form = form_of(page)
    names = ("comparator", "value", "low", "high", "unit", "availability")
    return {name: form[name].value() for name in names if form[name].value()}


def test_the_words_of_a_figure_are_read_and_shown_before_they_are_saved(curator: Client):
    page = enter_reserve(curator)
    assert not Reserve.objects.filter(key="entered").exists()
    assert "Read as: more than 1,000 t (metric ton, 1,000 kilograms). “Tons” are read as metric tons." in errors(page)
    assert "Check it and save again." in errors(page)
    assert figure_of(page) == {"comparator": ">", "value": "1000", "unit": "t", "availability": "reported"}
    assert len(form_of(page).errors) == 1

    curator.post(address(Reserve, "add"), filled(page))
    saved = Reserve.objects.get(key="entered")
    assert (saved.verbatim, saved.comparator, saved.value, saved.unit) == ("more than 1,000 tons", ">", 1000, "t")


@pytest.mark.parametrize(
    ("verbatim", "figure"),
    [
        ("330-390 kt", {"comparator": "=", "low": "330", "high": "390", "unit": "kt", "availability": "reported"}),
        ("n/a", {"availability": "not_available"}),
        ("W", {"availability": "withheld"}),
        ("about 14%", {"comparator": "~", "value": "14", "unit": "percent", "availability": "reported"}),
    ],
)
def test_other_figures_are_filled_in(curator: Client, verbatim: str, figure: dict[str, str]):
    page = enter_reserve(curator, verbatim=verbatim)
    assert figure_of(page) == figure
    assert curator.post(address(Reserve, "add"), filled(page)).status_code == 302


def test_a_figure_without_a_unit_asks_for_it(curator: Client):
    page = enter_reserve(curator, verbatim="1,000")
    assert "Choose the unit" in errors(page)
    assert figure_of(page)["value"] == "1000"
    page = enter_reserve(curator, verbatim="1,000", unit="kt")
    assert figure_of(page)["unit"] == "kt"


def test_what_is_not_read_says_why_and_can_be_filled_in_by_hand(curator: Client):
    page = enter_reserve(curator, verbatim="1 234,5 t")
    assert "can be read in more than one way" in errors(page)
    assert figure_of(page) == {}
    by_hand = {"comparator": "=", "value": "1234.5", "unit": "t", "availability": "reported"}
    assert curator.post(address(Reserve, "add"), filled(page, **by_hand)).status_code == 302


def test_words_without_a_number_need_none(curator: Client):
    enter_reserve(curator, verbatim="large", availability="not_available")
    assert Reserve.objects.get(key="entered").availability == "not_available"


@pytest.mark.parametrize(
    "fields",
    [
        {"comparator": "=", "value": "1000", "unit": "t", "availability": "reported"},
        {"comparator": ">", "value": "100", "unit": "t", "availability": "reported"},
        {"comparator": ">", "value": "1000", "unit": "kt", "availability": "reported"},
        {"availability": "not_available"},
    ],
)
def test_a_figure_that_differs_from_its_words_is_asked_about(curator: Client, fields: dict[str, str]):
    page = enter_reserve(curator, **fields)
    assert "are read as: more than 1,000 t" in errors(page)
    assert not Reserve.objects.filter(key="entered").exists()
    [question] = form_of(page).questions
    assert f'name="{question.name}"' in page.text
    enter_reserve(curator, **fields | {"verbatim": "over 1,000 tons"}, **{question.name: question.mark})
    assert not Reserve.objects.filter(key="entered").exists(), "the answer was to another question"
    enter_reserve(curator, **fields, **{question.name: question.mark})
    assert Reserve.objects.filter(key="entered").exists()


def test_a_draft_is_not_asked_about_a_figure_that_is_not_touched(curator: Client):
    draft = make_reserve("kaz-tin-reserves-a", verbatim="more than 20 tons")
    assert curator.post(change(draft), filled(curator.get(change(draft)), note="Seen.")).status_code == 302
    page = curator.post(change(draft), filled(curator.get(change(draft)), value="11"))
    assert "are read as: more than 20 t" in errors(page)


def test_a_figure_that_no_source_gives_may_stay_empty(curator: Client):
    fields = {"project": make_project().pk, "partner": make_partner().pk, "role": "owner"}
    key = key_for(curator, Participation, **fields)
    assert Participation.objects.get(key=key).availability == ""
