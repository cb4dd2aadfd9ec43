"""A date that means something else in EDTF than it seems to is asked about."""

from __future__ import annotations

import pytest
from django.test import Client

from minerals.models import Reserve
from sources.models import Source
from tests.curating.desk import address, change, filled
from tests.curating.entering import enter_reserve, errors, form_of
from tests.factories import make_reserve

pytestmark = pytest.mark.django_db

FIGURE = {"comparator": ">", "value": "1000", "unit": "t", "availability": "reported"}


@pytest.mark.parametrize(("date", "what"), [("2023-24", "winter of 2023"), ("2032-33", "first quarter of 2032")])
def test_years_that_edtf_takes_for_a_season_are_asked_about(curator: Client, date: str, what: str):
    page = enter_reserve(curator, **FIGURE, period=date)
    assert f"The period {date} means the {what}." in errors(page)
    [question] = form_of(page).questions
    enter_reserve(curator, **FIGURE, period=date, **{question.name: question.mark})
    assert Reserve.objects.get(key="entered").period == date


@pytest.mark.parametrize("date", ["2023-22", "2023/2024", "2011-12", "2022-24"])
def test_other_dates_are_not(curator: Client, date: str):
    enter_reserve(curator, **FIGURE, period=date)
    assert Reserve.objects.get(key="entered").period == date


def test_a_draft_is_not_asked_about_a_date_that_is_not_touched(curator: Client):
    draft = make_reserve("kaz-tin-reserves-a", period="2023-24")
    assert curator.post(change(draft), filled(curator.get(change(draft)), note="Seen.")).status_code == 302


def test_the_date_of_a_source_is_asked_about_too(curator: Client):
    page = curator.get(address(Source, "add"))
    source = {"kind": "news", "publisher": "The Daily", "title": "A mine opens", "published": "2023-24"}
    assert "If the years 2023 to 2024 are meant, write 2023/2024" in errors(
        curator.post(address(Source, "add"), filled(page, **source))
    )
