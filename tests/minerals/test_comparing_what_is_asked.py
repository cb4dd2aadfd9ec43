"""What narrows a comparison, what it was at older revisions, what is refused, and what holds for all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from minerals.comparing.reasons import REASONS
from sources import ledger
from sources.models import Fact
from tests import openapi
from tests.endpoints import JSON, asking, refused, the_error
from tests.factories import (
    make_correction,
    make_country,
    make_mineral,
    publish,
)
from tests.minerals.comparing import (
    COMPARE,
    OUTPUT,
    RESERVES,
    compare,
    compared,
    explanations,
    flow,
    reasons,
    selects,
    stock,
    subject,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 3
"""The revision, the claims, and the names of the mineral and the place."""

# What the query narrows


def test_filters_leave_out_and_say_so(api: APIClient) -> None:
    publish(
        stock("first", "survey", period="2020"),
        stock("second", "ministry", period="2024", rank="preferred", rank_reason="For the test."),
    )

    narrowed: list[tuple[JSON, str]] = [
        ({"period": "2020"}, "period"),
        ({"year__lte": 2022}, "period"),
        ({"source": "survey"}, "source"),
        ({"rank": "normal"}, "rank"),
    ]
    for query, reason in narrowed:
        answer = compare(api, RESERVES | query)
        assert (compared(answer), reasons(answer)) == (["first"], {"second": [reason]})
    assert explanations(compare(api, RESERVES | {"period": "2020"}))["second"] == (
        "Its period is 2024, which was not asked for."
    )


def test_a_basis_that_is_asked_for_leaves_in_the_claims_that_state_none(api: APIClient) -> None:
    publish(stock("silent", "survey"), stock("ore", "ministry", basis="ore"))

    assert sorted(compared(compare(api, RESERVES | {"basis": "ore"}))) == ["ore", "silent"]
    assert reasons(compare(api, RESERVES | {"basis": "null"})) == {"ore": ["basis"]}
    assert reasons(compare(api, RESERVES | {"basis": "contained_metal"})) == {"ore": ["basis"]}


def test_what_nobody_claims_is_an_empty_comparison(api: APIClient) -> None:
    subject()
    publish(stock("elsewhere", "survey", country=make_country("otherland", iso3="XOL")), flow("here", "survey"))
    answer = compare(api, RESERVES)

    assert (answer["count"], answer["claims"], answer["left_out"], answer["sources"]) == (0, [], [], [])
    assert (answer["spread"], answer["preferred"]) == (None, None)
    assert (answer["disputed"], answer["basis_unstated"]) == (False, False)
    assert answer["subject"]["mineral"]["slug"] == "testium"


def test_a_selection_of_fields(api: APIClient) -> None:
    publish(stock("first", "survey"))
    answer = compare(api, RESERVES | {"fields": "count,claims.fact.quantity.value"})

    assert answer == {"count": 1, "claims": [{"fact": {"quantity": {"value": 10}}}]}


# As it was at an older revision


def test_an_older_revision_compares_what_it_had(api: APIClient) -> None:
    first, second = stock("first", "survey", 11), stock("second", "ministry", 17)
    one = publish(first)
    two = publish(second)
    three = publish(make_correction(second, value=Decimal(11)))
    ledger.withdraw([first], author="curator", reason="The source took it back.")

    found = [compare(api, RESERVES | {"revision": revision.number}) for revision in (one, two, three)]
    assert [sorted(compared(answer)) for answer in found] == [["first"], ["first", "second"], ["first", "second"]]
    assert [answer["disputed"] for answer in found] == [False, True, False]
    assert [answer["revision"] for answer in found] == [one.number, two.number, three.number]
    assert compared(compare(api, RESERVES)) == ["second"]


def test_an_address_of_what_is_left_out_stays_at_the_revision_that_was_asked_for(api: APIClient) -> None:
    revision = publish(stock("ore", "survey", basis="ore"), stock("metal", "ministry", basis="contained_metal"))
    ledger.withdraw(Fact.objects.filter(key="ore"), author="curator", reason="The source took it back.")
    answer = compare(api, RESERVES | {"revision": revision.number})

    assert compared(answer) == ["metal"]
    assert compared(compare(api, selects(answer)["ore"])) == ["ore"]


def test_a_mineral_that_came_later_is_null_before(api: APIClient) -> None:
    before = publish(stock("of-another", "survey", mineral=make_mineral("novium")))
    publish(stock("first", "survey"))
    answer = compare(api, RESERVES | {"revision": before.number})

    assert (answer["subject"]["mineral"], answer["count"]) == (None, 0)


# What is refused


def test_a_query_that_lacks_everything_is_told_what_to_give(api: APIClient) -> None:
    errors = {error["parameter"]: error for error in refused(api.get(COMPARE))}

    assert errors.keys() == {"mineral", "country", "measure"}
    assert {error["code"] for error in errors.values()} == {"missing-parameter"}
    assert (
        errors["country"]["detail"] == "“country” or “scope” is missing; give one, such as country=KAZ or scope=world."
    )
    assert {"reserves", "resources", "output"} <= set(errors["measure"]["allowed"])
    assert api.get(COMPARE).json()["type"] == "/problems/missing-parameter"
    openapi.validate(api.get(COMPARE))


@pytest.mark.parametrize(
    ("query", "parameter", "code", "near"),
    [
        ({"mineral": "zinnc"}, "mineral", "invalid-value", "Zinc"),
        ({"country": "Kazakstan"}, "country", "invalid-value", "Kazakhstan"),
        ({"measure": "reserve"}, "measure", "invalid-value", "reserves"),
        ({"measure": "reserves,resources"}, "measure", "invalid-value", "resources"),
        ({"mineral": "zinc,copper"}, "mineral", "invalid-value", None),
        ({"country": "KAZ,CHN"}, "country", "invalid-value", None),
        ({"scope": "world"}, "scope", "contradiction", None),
        ({"stage": "mine"}, "stage", "contradiction", None),
        ({"form": "sponge"}, "form", "contradiction", None),
        ({"measure": "output", "reporting_code": "JORC"}, "reporting_code", "contradiction", None),
        ({"basis": "contained_metall"}, "basis", "invalid-value", "contained_metal"),
        ({"rank": "deprecated"}, "rank", "invalid-value", None),
        ({"year__gte": "2025", "year__lte": "2020"}, "year__lte", "contradiction", None),
        ({"minerals": "zinc"}, "minerals", "unknown-parameter", "mineral"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_refused(
    query: dict[str, str], parameter: str, code: str, near: str | None, api: APIClient
) -> None:
    asked = {"mineral": "zinc", "country": "KAZ", "measure": "reserves"} | query
    error = the_error(api.get(asking(COMPARE, asked)))

    assert (error["parameter"], error["code"], error["nearest"]) == (parameter, code, near)


def test_what_does_not_apply_says_to_what_it_does(api: APIClient) -> None:
    error = the_error(api.get(asking(COMPARE, RESERVES | {"mineral": "zinc", "country": "KAZ", "stage": "mine"})))

    assert error["detail"].startswith("“stage”: It says nothing of reserves, only of ")
    assert "output" in error["detail"]


def test_two_scopes_are_refused(api: APIClient) -> None:
    query = {"mineral": "zinc", "scope": "world,rest_of_world", "measure": "reserves"}

    assert the_error(api.get(asking(COMPARE, query)))["parameter"] == "scope"


def test_everything_that_is_wrong_is_said_at_once(api: APIClient) -> None:
    errors = refused(api.get(asking(COMPARE, {"mineral": "zinnc", "stage": "mien", "yaer": "2024"})))

    assert {error["parameter"] for error in errors} == {"mineral", "stage", "yaer", "country", "measure"}


def test_other_spellings_name_the_same(api: APIClient) -> None:
    publish(stock("first", "survey"))
    query = {"mineral": "TESTIUM", "country": "testland", "measure": "Reserves"}

    assert compare(api, query) == compare(api, RESERVES)


# What holds for all of it


def test_the_reasons_are_a_vocabulary(api: APIClient) -> None:
    words = api.get("/api/v1/vocabularies/comparison-reason/").json()

    assert (words["open"], {word["code"]: word["definition"] for word in words["words"]}) == (False, REASONS)


def test_more_claims_cost_no_more_queries(
    api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish(*(flow(f"claim-{n}", f"source-{n % 5}", n + 1, period=str(2015 + n % 3)) for n in range(12)))
    query = OUTPUT | {"year__gte": 2016, "basis": "ore", "source": "source-1"}
    answer = compare(api, query)
    with django_assert_max_num_queries(MOST_QUERIES):
        api.get(asking(COMPARE, query))

    assert answer["count"] + len(answer["left_out"]) == 12


def test_every_claim_on_a_country_is_compared_or_left_out_and_can_be_compared(api: APIClient) -> None:
    """Over the shipped dataset: nothing is lost, and every address that is offered keeps its promise."""
    facts = [*api.get("/api/v1/reserves/?country=KAZ&claims=all&page_size=500").json()["results"]]
    facts += api.get("/api/v1/production/?country=KAZ&claims=all&page_size=500").json()["results"]
    subjects = {
        (fact["mineral"]["slug"], fact.get("category") or fact.get("measure")) for fact in facts if fact["mineral"]
    }
    assert len(subjects) > 5
    for mineral, measure in sorted(subjects):
        answer = compare(api, {"mineral": mineral, "country": "KAZ", "measure": measure})
        wanted = {
            fact["key"]
            for fact in facts
            if fact["kind"] == answer["kind"] and (fact["mineral"] or {}).get("slug") == mineral
        }

        assert {*compared(answer), *reasons(answer)} == wanted
        assert all(one["reasons"] for one in answer["left_out"])
        assert not answer["disputed"] or any(claim["fact"]["disputed"] for claim in answer["claims"])
        for key, address in selects(answer).items():
            assert address is None or key in compared(compare(api, address))
