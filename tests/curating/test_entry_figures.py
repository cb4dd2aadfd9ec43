"""What a source says is typed, read, and shown to be confirmed; nothing that was only read is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minerals.models import Reserve, Trade
from projects.models import Figure, Participation
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
    assert set(form_of(page).errors) == {"verbatim", "unit"}
    assert figure_of(page)["value"] == "1000"
    page = enter_reserve(curator, verbatim="1,000", unit="kt")
    assert figure_of(page)["unit"] == "kt"


@pytest.mark.parametrize(("measure", "unit"), [("jobs", "persons"), ("value", ""), ("capacity", ""), ("depth", "")])
def test_a_unit_that_a_measure_always_has_is_filled_in(curator: Client, measure: str, unit: str):
    page = curator.get(address(Figure, "add"))
    said = {"project": make_project().pk, "measure": measure, "verbatim": "More than 1,000"}
    page = curator.post(address(Figure, "add"), filled(page, **said))
    assert figure_of(page).get("unit", "") == unit
    assert ("The unit is that of all figures of this measure, persons." in errors(page)) is bool(unit)


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


FIGURE = {"comparator": ">", "value": "1000", "unit": "t", "availability": "reported"}


@pytest.mark.parametrize(
    ("field", "words", "read"),
    [
        ("grade_verbatim", "1.2 % Cu", {"grade_value": "1.2", "grade_unit": "percent"}),
        ("grade_verbatim", "0.35 g/t", {"grade_value": "0.35", "grade_unit": "g/t"}),
        ("world_rank_verbatim", "second-largest", {"world_rank_comparator": "=", "world_rank_value": "2"}),
        ("world_rank_verbatim", "in the top 20", {"world_rank_comparator": "<=", "world_rank_value": "20"}),
    ],
)
def test_grades_and_places_are_read_as_figures_are(curator: Client, field: str, words: str, read: dict[str, str]):
    page = enter_reserve(curator, **FIGURE, **{field: words})
    form = form_of(page)
    assert "Check it and save again." in errors(page)
    assert list(form.errors) == [field]
    assert {name: form[name].value() for name in read} == read
    curator.post(address(Reserve, "add"), filled(page))
    saved = Reserve.objects.get(key="entered")
    assert {name: f"{getattr(saved, name)}".rstrip("0") for name in read} == {n: v.rstrip("0") for n, v in read.items()}


def test_all_that_is_worded_is_read_at_once(curator: Client):
    page = enter_reserve(curator, grade_verbatim="1.2% Cu", world_rank_verbatim="No. 1")
    assert set(form_of(page).errors) == {"verbatim", "grade_verbatim", "world_rank_verbatim"}
    assert curator.post(address(Reserve, "add"), filled(page)).status_code == 302


def test_the_place_of_a_counterpart_is_read_too(curator: Client):
    page = curator.get(address(Trade, "add"))
    page = curator.post(address(Trade, "add"), filled(page, counterpart_rank_verbatim="primary buyer"))
    assert form_of(page)["counterpart_rank_value"].value() == "1"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"grade_verbatim": "1.2 to 1.5 percent"}, "a grade is kept here as one exact number"),
        ({"grade_verbatim": "more than 1%"}, "a grade is kept here as one exact number"),
        ({"grade_verbatim": "5 kt"}, "A grade is in percent, ppm, g/t, not in thousand metric tons."),
        ({"world_rank_verbatim": "third- or fourth-largest"}, "There are several places: 3, 4."),
    ],
)
def test_words_that_are_not_read_may_be_kept_without_a_number(curator: Client, fields: dict[str, str], said: str):
    page = enter_reserve(curator, **FIGURE, **fields)
    assert said in errors(page)
    [question] = form_of(page).questions
    curator.post(address(Reserve, "add"), filled(page) | {question.name: question.mark})
    saved = Reserve.objects.get(key="entered")
    assert (saved.grade_value, saved.world_rank_value) == (None, None)


def test_vague_words_about_a_place_need_no_answer(curator: Client):
    enter_reserve(curator, **FIGURE, world_rank_verbatim="one of the world's largest")
    assert Reserve.objects.get(key="entered").world_rank_value is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"grade_verbatim": "1.2 % Cu", "grade_value": "1.3", "grade_unit": "percent"},
            "are read as: 1.2 percent (per cent, one part in a hundred). The fields say: 1.3 percent",
        ),
        (
            {"world_rank_verbatim": "in the top 20", "world_rank_value": "20", "world_rank_comparator": "="},
            "are read as: place 20 or better. The fields say: place 20.",
        ),
        (
            {"world_rank_verbatim": "one of the largest", "world_rank_value": "7", "world_rank_comparator": "="},
            "are read as: no place. The fields say: place 7.",
        ),
    ],
)
def test_a_grade_or_place_that_differs_from_its_words_is_asked_about(
    curator: Client, fields: dict[str, str], said: str
):
    page = enter_reserve(curator, **FIGURE, **fields)
    assert said in errors(page)
    [question] = form_of(page).questions
    enter_reserve(curator, **FIGURE, **fields, **{question.name: question.mark})
    assert Reserve.objects.filter(key="entered").exists()


def test_a_grade_needs_its_unit(curator: Client):
    assert "Say what unit the grade is in" in errors(enter_reserve(curator, **FIGURE, grade_value="1.2"))


@pytest.mark.parametrize(
    "words", ["9" * 200 + " t", "9" * 300, "1,5 Mt", "(1,000) t", "\u0661\u0662 t", "-3 to 5 kt", "\0"]
)
def test_whatever_is_typed_comes_back(curator: Client, words: str):
    page = enter_reserve(curator, verbatim=words, grade_verbatim=words, world_rank_verbatim=words)
    assert page.status_code == 200
    assert form_of(page)["verbatim"].value() == words
    again = curator.post(address(Reserve, "add"), filled(page))
    assert again.status_code in (200, 302)
