"""What looks wrong is flagged on the facts themselves, as the facts around them come and go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from rest_framework.test import APIClient

from minerals.models import Reserve
from projects.models import Event
from sources import ledger
from sources.issues import Case, IssueCode, issues_of
from sources.models import Document, Fact, Revision, Source
from sources.vocabularies import closed
from tests.endpoints import JSON
from tests.factories import (
    document_of,
    make_correction,
    make_country,
    make_event,
    make_mineral,
    make_reserve,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db


def row(key: str, value: int, country: str = "", **fields: Any) -> Reserve:
    """A row of one source's table of what countries hold of the mineral of these tests, or its total."""
    place = (
        {"scope": "country", "country": make_country(country, iso3="")}
        if country
        else {"scope": "world", "country": None}
    )
    terms = {"source": make_source("survey"), "mineral": make_mineral("testium"), "value": Decimal(value)}
    return make_reserve(key, **terms | place | fields)


def issues(key: str, revision: Revision | None = None) -> list[JSON]:
    document = document_of(key, revision=revision)
    assert document, f"The dataset shows no {key}."
    served: list[JSON] = orjson.loads(document.body)["issues"]
    assert document.issues.split() == sorted({issue["code"] for issue in served})
    return served


def codes(*keys: str, revision: Revision | None = None) -> list[list[str]]:
    return [[issue["code"] for issue in issues(key, revision)] for key in keys]


def states(key: str) -> int:
    return Document.objects.filter(key=key).count()


def test_a_fact_in_which_nothing_looks_wrong_has_an_empty_list() -> None:
    publish(row("world", 11), row("part", 11, "aland"))

    assert codes("world", "part") == [[], []]


def test_a_total_is_flagged_when_the_row_that_is_too_much_enters() -> None:
    before = publish(row("world", 11), row("part", 11, "aland"))
    publish(row("other", 9, "bland"))

    assert codes("world", "part", "other") == [["sum_differs_from_total"], [], []]
    assert codes("world", revision=before) == [[]]


def test_the_flag_goes_when_the_wrong_row_is_corrected_and_stays_at_the_older_revision() -> None:
    wrong = row("part", 99, "aland")
    during = publish(row("world", 11), wrong)
    publish(make_correction(wrong, value=Decimal(11)))

    assert codes("world") == [[]]
    assert codes("world", revision=during) == [["sum_differs_from_total"]]


def test_the_flag_goes_when_the_wrong_row_is_withdrawn() -> None:
    wrong = row("part", 99, "aland")
    publish(row("world", 11), wrong)
    ledger.withdraw([wrong], author="curator", reason="Misread.")

    assert codes("world") == [[]]


def test_a_flag_of_the_same_code_is_explained_anew_when_the_figures_change() -> None:
    wrong = row("part", 99, "aland")
    publish(row("world", 11), wrong)
    before = issues("world")
    publish(make_correction(wrong, value=Decimal(77)))

    [issue] = issues("world")
    assert issue["code"] == "sum_differs_from_total"
    assert "77 t" in issue["explanation"]
    assert before != [issue]


def test_only_documents_that_say_something_new_are_written() -> None:
    publish(row("world", 11), row("part", 99, "aland"), row("elsewhere", 5, "aland", mineral=make_mineral("novium")))
    publish(row("resources", 5, "aland", category="resources"))

    assert [states(key) for key in ("world", "part", "elsewhere", "resources")] == [1, 1, 1, 1]


def test_a_jump_flags_the_standing_fact_and_the_one_that_enters() -> None:
    publish(row("kilotons", 5000, "aland"))
    publish(row("tons", 5, "aland", source=make_source("ministry")))

    assert codes("kilotons", "tons") == [["jump"], ["jump"]]
    assert issues("tons")[0]["explanation"] == "The 5,000 t of kilotons is 1,000 times its 5 t."


def test_a_fact_may_have_several_flags_in_the_order_of_their_codes() -> None:
    publish(row("first", 5000, "aland", world_rank_value=1, world_rank_comparator="="), row("second", 6000, "bland"))
    publish(row("third", 5, "aland", source=make_source("ministry")))

    assert codes("first") == [["jump", "rank_differs"]]


def test_a_place_is_flagged_when_a_larger_figure_enters() -> None:
    publish(row("first", 50, "aland", world_rank_value=1, world_rank_comparator="="))
    assert codes("first") == [[]]
    publish(row("larger", 60, "bland"))

    assert codes("first", "larger") == [["rank_differs"], []]


def test_a_country_that_turns_out_to_be_a_bloc_takes_no_place() -> None:
    publish(row("first", 50, "aland", world_rank_value=1, world_rank_comparator="="), row("larger", 60, "bland"))
    bloc = make_country("bland")
    bloc.type = "bloc"
    bloc.save()
    ledger.record([bloc], author="curator", message="It is a union of states.")

    assert codes("first") == [[]]


def test_a_source_that_turns_out_to_be_older_contradicts_its_facts() -> None:
    source = make_source("dated", published="2025")
    publish(row("estimate", 5, "aland", source=source, as_of="2024-06"))
    assert codes("estimate") == [[]]
    source.published = "2023"
    source.save()
    ledger.record([source], author="curator", message="The date was misread.")

    assert issues("estimate") == [
        {
            "code": "date_contradiction",
            "explanation": "The estimate is as of 2024-06, after dated (2023) was published.",
        }
    ]


# Dates, of facts of any kind.

DATES: list[tuple[dict[str, str], dict[str, Any], bool]] = [
    ({"as_of": "2024"}, {"published": "2024-06"}, False),
    ({"as_of": "2024-07"}, {"published": "2024-06"}, True),
    ({"as_of": "2024-07"}, {"published": "2024"}, False),
    ({"as_of": "2024-07"}, {}, False),
    ({"as_of": "2024-07"}, {"not_after": date(2024, 6, 30)}, True),
    ({"as_of": "2024-07"}, {"not_after": date(2024, 7, 1)}, False),
    ({"as_of": "2024-07"}, {"not_before": date(2024, 6, 30)}, False),
    ({"period": "2025", "status": "actual"}, {"published": "2024-06"}, True),
    ({"period": "2024", "status": "actual"}, {"published": "2024-06"}, False),
    ({"period": "../2028", "status": "actual"}, {"published": "2024-06"}, False),
    ({"period": "2025", "status": "planned"}, {"published": "2024-06"}, False),
    ({"period": "2025", "status": "estimated"}, {"published": "2024-06"}, False),
    ({"period": "2025"}, {"published": "2024-06"}, False),
    ({"period": "2024", "status": "planned"}, {"published": "2024-06"}, False),
    ({"period": "2023", "status": "planned"}, {"published": "2024-06"}, True),
    ({"period": "2023", "status": "forecast"}, {"published": "2024-06"}, True),
    ({"period": "../2023", "status": "target"}, {"published": "2024-06"}, True),
    ({"period": "2023/..", "status": "target"}, {"published": "2024-06"}, False),
    ({"period": "2023", "status": "design"}, {"published": "2024-06"}, False),
    ({"period": "2023", "status": "planned"}, {"not_before": date(2024, 1, 1)}, True),
    ({"period": "2023", "status": "planned"}, {"not_after": date(2024, 1, 1)}, False),
    ({"period": "2023", "status": "planned"}, {}, False),
    ({"status": "planned"}, {"published": "2024-06"}, False),
]  # fmt: skip


def dated(kind: type[Fact], dates: dict[str, str], *sources: dict[str, Any]) -> list[str]:
    """The codes of a fact with these dates that cites sources of these dates."""
    cited = tuple(Source(pk=number, key=f"source-{number}", **fields) for number, fields in enumerate(sources, start=1))
    case = Case(kind(key="dated", **dates), cited)
    return [f"{issue.code} {issue.field}" for issue in issues_of(kind, [case]).get(case, ())]


@pytest.mark.parametrize(("dates", "source", "expected"), DATES, ids=str)
def test_dates_are_flagged_that_lie_on_the_wrong_side_of_publication(
    dates: dict[str, str], source: dict[str, Any], expected: bool
) -> None:
    field = "as_of" if "as_of" in dates else "period"

    assert dated(Reserve, dates, source) == [f"date_contradiction {field}"] * expected


def test_what_happened_is_not_reported_before() -> None:
    assert dated(Event, {"period": "2025-07", "status": "actual"}, {"published": "2025-06-30"})
    assert not dated(Event, {"period": "2025-07", "status": "actual"}, {"published": "2025-07-01"})
    assert dated(Event, {"period": "2024", "status": "planned"}, {"published": "2025"})


@pytest.mark.parametrize(
    ("dates", "published", "expected"),
    [
        ({"as_of": "2024"}, ("2022", "2023"), True),
        ({"as_of": "2024"}, ("2022", "2024"), False),
        ({"as_of": "2024"}, ("2022", ""), False),
        ({"period": "2020", "status": "planned"}, ("2022", "2023"), True),
        ({"period": "2022", "status": "planned"}, ("2022", "2023"), False),
        ({"period": "2020", "status": "planned"}, ("2022", ""), False),
    ],
    ids=str,
)
def test_a_date_is_flagged_only_where_it_fits_no_source(
    dates: dict[str, str], published: tuple[str, ...], expected: bool
) -> None:
    assert bool(dated(Reserve, dates, *({"published": day} for day in published))) == expected


def test_dates_of_a_published_event_are_flagged() -> None:
    publish(make_event("opening", period="2026", source=make_source("early", published="2025")))

    document = document_of("opening", kind="event")
    assert document
    assert orjson.loads(document.body)["issues"] == [
        {
            "code": "date_contradiction",
            "explanation": "It is given as actual, but 2026 begins after early (2025) was published.",
        }
    ]


# The filter, and the vocabulary.


def found(api: APIClient, **query: str) -> list[str]:
    response = api.get("/api/v1/reserves/", {"mineral": "testium"} | query)
    assert response.status_code == HTTPStatus.OK, response.json()
    return [fact["key"] for fact in response.json()["results"]]


@pytest.fixture
def flagged(db: None) -> Revision:
    """A jump, a total that is not the sum, and a fact in which nothing looks wrong; the last flag goes later."""
    wrong = row("b-part", 99, "bland")
    during = publish(row("a-world", 11), wrong, row("c-tons", 9, "cland", category="resources"))
    publish(row("d-kilotons", 9000, "cland", category="resources", source=make_source("ministry")))
    publish(make_correction(wrong, value=Decimal(11)))
    return during


def test_facts_are_found_by_their_flags(flagged: Revision, api: APIClient) -> None:
    assert found(api, issue="jump") == ["c-tons", "d-kilotons"]
    assert found(api, issue="sum_differs_from_total") == []
    assert found(api, issue="null") == ["a-world", "b-part"]
    assert found(api, issue="JUMP,null") == ["a-world", "b-part", "c-tons", "d-kilotons"]


def test_an_older_revision_is_filtered_by_the_flags_of_its_day(flagged: Revision, api: APIClient) -> None:
    revision = str(flagged.number)

    assert found(api, issue="jump,sum_differs_from_total", revision=revision) == ["a-world"]
    assert found(api, issue="null", revision=revision) == ["b-part", "c-tons"]


def test_facts_of_all_kinds_are_found_by_their_flags(flagged: Revision, api: APIClient) -> None:
    publish(make_event("opening", period="2026", source=make_source("early", published="2025")))
    response = api.get("/api/v1/facts/?issue=jump,date_contradiction").json()["results"]

    assert {"c-tons", "d-kilotons", "opening"} <= {fact["key"] for fact in response}
    assert all(fact["issues"] for fact in response)


def test_facts_are_not_found_by_the_words_of_their_flags(flagged: Revision, api: APIClient) -> None:
    assert found(api, q="kilotons") == ["d-kilotons"]
    assert "kilotons" in issues("c-tons")[0]["explanation"]


def test_a_flag_that_there_is_none_of_is_refused_with_the_nearest(api: APIClient) -> None:
    response = api.get("/api/v1/facts/?issue=jumps")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "Did you mean jump?" in response.json()["errors"][0]["detail"]


def test_the_vocabulary_defines_every_code() -> None:
    words = {word["code"]: word["definition"] for word in closed()["issue"]}

    assert words.keys() == set(IssueCode.values)
    assert all(definition.endswith(".") for definition in words.values())
