"""What `changes/` says of each act of the ledger, and what it refuses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from minerals.models import Reserve
from sources import counts, ledger
from sources.changes.differences import differences
from sources.models import Revision
from tests import factories as make
from tests.endpoints import JSON, Get, the_error
from tests.sources.changes.mirror import patched

pytestmark = pytest.mark.django_db

CHANGES = "/api/v1/changes/"
KEY = "testland-reserves"


@pytest.fixture
def published(dataset: Revision) -> Reserve:
    reserve = make.make_reserve(KEY, mineral=make.make_mineral("testium"), country=make.make_country("testland", "TST"))
    make.publish(reserve)
    return reserve


def since(get: Get, revision: Revision | int | None, **query: Any) -> dict[tuple[str, str], JSON]:
    """The changes after a revision, by kind and key, none of which may have changed twice."""
    number = revision.number if isinstance(revision, Revision) else revision
    found = get(CHANGES, {"since": number, "page_size": 500, **query}).json()["results"]  # type: ignore[call-arg]
    changes = {(change["kind"], change["key"]): change for change in found}
    assert len(changes) == len(found)
    return changes


def test_what_is_published_enters_with_all_that_it_shows(dataset: Revision, published: Reserve, get: Get) -> None:
    changes = since(get, dataset)
    entered = changes["reserve", KEY]

    assert {"testium", "testland", KEY} <= {key for _, key in changes}
    assert {change["action"] for change in changes.values()} == {"entered"}
    assert entered == {
        "revision": dataset.number + 1,
        "created": entered["created"],
        "action": "entered",
        "kind": "reserve",
        "key": KEY,
        "version": 1,
        "url": f"/api/v1/reserves/{KEY}/",
        "best": True,
        "reason": None,
        "moved_to": None,
        "changed": [],
        "citations": entered["document"]["citations"],
        "document": get(f"/api/v1/reserves/{KEY}/").json(),
    }
    assert entered["created"] == get(f"/api/v1/revisions/{dataset.number + 1}/").json()["created"]
    assert changes["mineral", "testium"]["version"] is None
    assert changes["mineral", "testium"]["best"] is None
    assert changes["mineral", "testium"]["citations"] == []


def test_a_correction_says_what_it_changed_and_why(published: Reserve, get: Get) -> None:
    before = Revision.objects.current()
    correction = make.make_correction(published, source=make.make_source("second-report"), value=Decimal(11))
    ledger.commit(
        ledger.Change("curator", "Corrections.", enter=[correction.pk], correction_reasons={published.pk: "Misread."})
    )
    changes = since(get, before)
    corrected = changes["reserve", KEY]

    assert (corrected["action"], corrected["version"], corrected["reason"]) == ("corrected", 2, "Misread.")
    assert [citation["source"]["key"] for citation in corrected["citations"]] == ["second-report"]
    assert {"path": "quantity.value", "before": 10, "after": 11} in corrected["changed"]
    assert {"path": "citations.0.source.key", "before": "report-2024", "after": "second-report"} in corrected["changed"]
    assert changes["source", "second-report"]["action"] == "entered"


def test_what_is_withdrawn_leaves_with_its_reason_and_last_citations(published: Reserve, get: Get) -> None:
    before = Revision.objects.current()
    ledger.withdraw([published], author="curator", reason="The source took it back.")
    left = since(get, before)["reserve", KEY]

    assert (left["action"], left["version"], left["reason"]) == ("withdrawn", 1, "The source took it back.")
    assert (left["document"], left["best"], left["changed"]) == (None, None, [])
    assert [citation["source"]["key"] for citation in left["citations"]] == ["report-2024"]


def test_what_comes_back_enters_once_more(published: Reserve, get: Get) -> None:
    ledger.withdraw([published], author="curator", reason="The source took it back.")
    before = Revision.objects.current()
    make.publish(make.make_correction(published))
    returned = since(get, before)["reserve", KEY]

    assert (returned["action"], returned["version"], returned["reason"]) == ("entered", 2, None)


def test_a_new_name_changes_what_shows_it(published: Reserve, get: Get) -> None:
    before = Revision.objects.current()
    mineral = make.make_mineral("testium")
    mineral.name = "Renamed"
    mineral.save()
    ledger.record([mineral], author="curator", message="Renamed.")
    changes = since(get, before)
    renamed = {"before": "Testium", "after": "Renamed"}

    assert {change["action"] for change in changes.values()} == {"changed"}
    assert changes["mineral", "testium"]["changed"] == [{"path": "name", **renamed}]
    assert changes["reserve", KEY]["changed"] == [{"path": "mineral.name", **renamed}]
    assert changes["reserve", KEY]["version"] == 1


def test_a_rival_claim_turns_disputed(published: Reserve, get: Get) -> None:
    before = Revision.objects.current()
    rival = make.make_reserve(
        "rival-reserves",
        mineral=published.mineral,
        country=published.country,
        source=make.make_source("rival-report"),
        value=Decimal(99),
        rank="preferred",
        rank_reason="It was measured.",
    )
    make.publish(rival)
    turned = since(get, before, key=KEY)["reserve", KEY]

    assert (turned["action"], turned["reason"], turned["best"]) == ("changed", None, False)
    assert {"path": "disputed", "before": False, "after": True} in turned["changed"]


def test_a_word_and_a_source_are_changed(dataset: Revision, get: Get) -> None:
    term, source = make.make_term("basis", "testing"), make.make_source("testing")
    ledger.record([term, source], author="curator", message="A word and a source.")
    before = Revision.objects.current()
    term.definition, source.title = "Something else.", "Another title"
    term.save()
    source.save()
    ledger.record([term, source], author="curator", message="Edited.")
    changes = since(get, before)

    assert changes["term", "basis:testing"]["url"] == "/api/v1/vocabularies/basis/"
    assert changes["term", "basis:testing"]["document"]["definition"] == "Something else."
    assert changes["source", "testing"]["url"] == "/api/v1/sources/testing/"
    assert changes["source", "testing"]["changed"] == [{"path": "title", "before": "Report", "after": "Another title"}]


def test_what_only_a_search_finds_differently_has_no_changed_field(published: Reserve, get: Get) -> None:
    before = Revision.objects.current()
    mineral = make.make_mineral("testium")
    mineral.aliases = "another-name"
    mineral.save()
    ledger.record([mineral], author="curator", message="Another name.")

    assert since(get, before)["reserve", KEY]["changed"] == []


# What is asked


def test_nothing_has_changed_since_the_newest(dataset: Revision, get: Get) -> None:
    page = get(f"{CHANGES}?since={dataset.number}").json()

    assert page == {"count": 0, "next": None, "previous": None, "until": dataset.number, "results": []}


def test_a_revision_ends_the_list(dataset: Revision, published: Reserve, get: Get) -> None:
    response = get(f"{CHANGES}?revision={dataset.number}&since={dataset.number - 1}&page_size=500")
    page = response.json()

    assert page["until"] == dataset.number == int(response.headers["Dataset-Revision"])
    assert {change["revision"] for change in page["results"]} == {dataset.number}


def test_pages_stay_on_the_revision_of_the_first(dataset: Revision, get: Get) -> None:
    page = get(f"{CHANGES}?since={dataset.number - 1}&page_size=1").json()
    count = page["count"]
    make.publish(make.make_reserve("published-meanwhile"))
    read = page["results"]
    while page["next"]:
        page = get(page["next"]).json()
        assert (page["count"], page["until"]) == (count, dataset.number)
        read += page["results"]

    assert len(read) == count
    assert since(get, page["until"])["reserve", "published-meanwhile"]["action"] == "entered"


@pytest.mark.parametrize("ordering", ["revision", "-revision"])
def test_a_page_that_was_counted_nowhere_else(ordering: str, get: Get) -> None:
    """Another process may be asked for the second page, or the one before, and has to count the whole list."""
    first = get(f"{CHANGES}?since=1&page_size=3&ordering={ordering}").json()
    counts.forget()
    second = get(first["next"]).json()
    counts.forget()
    before = get(second["previous"]).json()

    assert first["count"] == second["count"] == before["count"] > 6
    assert before["results"] == first["results"]


def test_filters(published: Reserve, get: Get) -> None:
    before = Revision.objects.current()
    assert before is not None
    ledger.withdraw([published], author="curator", reason="The source took it back.")
    make.publish(make.make_event("testing-agreement", parties=[make.make_partner("testing-company")]))
    start = before.number - 1

    assert set(since(get, start, kind="event")) == {("event", "testing-agreement")}
    assert {change["action"] for change in since(get, start, action="withdrawn").values()} == {"withdrawn"}
    assert set(since(get, start, mineral="testium", action="entered")) == {("mineral", "testium"), ("reserve", KEY)}
    assert set(since(get, start, country="TST", action="withdrawn")) == {("reserve", KEY)}
    assert set(since(get, start, partner="testing-company")) == {
        ("event", "testing-agreement"),
        ("partner", "testing-company"),
    }
    assert since(get, start, kind="event", mineral="testium") == {}


def test_filters_by_source(dataset: Revision, get: Get) -> None:
    cited, quoting = make.make_source("cited"), make.make_source("quoting")
    read_elsewhere = make.make_event("read-elsewhere", source=cited)
    read_elsewhere.citations.update(via=quoting)
    make.publish(make.make_reserve("cites-it", source=cited), read_elsewhere, make.make_production("cites-another"))

    assert set(since(get, dataset, source="quoting")) == {("source", "quoting"), ("event", "read-elsewhere")}
    assert set(since(get, dataset, source="cited")) == {
        ("source", "cited"),
        ("event", "read-elsewhere"),
        ("reserve", "cites-it"),
    }

    ledger.rename(cited, "cited-anew", author="curator", message="It has another key.")
    found = since(get, dataset.number + 1, source="cited-anew", action="moved")
    assert {key: change["moved_to"] for key, change in found.items()} == {("source", "cited"): "cited-anew"}
    assert the_error(get(f"{CHANGES}?source=no-such-source"))["parameter"] == "source"


@pytest.mark.parametrize("day", ["2097-01-01", "2097-02-01"])
def test_a_day_means_all_from_its_beginning_on(day: str, dataset: Revision, get: Get) -> None:
    for month in (1, 2):
        mineral = make.make_mineral(f"mineral-of-{month}")
        created = datetime(2097, month, 1, 12, tzinfo=UTC)
        ledger.commit(ledger.Change("curator", "A mineral.", records=[mineral], created=created))
    months = [key.removeprefix("mineral-of-") for _, key in since(get, day)]  # type: ignore[arg-type]

    assert months == (["1", "2"] if day == "2097-01-01" else ["2"])


@pytest.mark.parametrize("value", ["-1", "1.5", "yesterday", "2024-02-30", "²", "1,2"])
def test_what_is_no_revision(value: str, get: Get) -> None:
    error = the_error(get(CHANGES, {"since": value}))  # type: ignore[call-arg]

    assert (error["parameter"], error["code"]) == ("since", "invalid-value")
    assert "neither the number of a revision nor a day" in error["detail"]


def test_what_is_still_to_come(dataset: Revision, get: Get) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    for value in (dataset.number + 1, 999_999_999, tomorrow):
        error = the_error(get(f"{CHANGES}?since={value}"))

        assert (error["parameter"], error["code"]) == ("since", "invalid-value")


def test_a_revision_before_the_one_since(dataset: Revision, get: Get) -> None:
    error = the_error(get(f"{CHANGES}?since={dataset.number}&revision=1"))

    assert (error["parameter"], error["code"]) == ("since", "contradiction")


@pytest.mark.usefixtures("empty_dataset")
def test_nothing_was_ever_published(get: Get) -> None:
    assert get(CHANGES).json() == {"count": 0, "next": None, "previous": None, "until": 0, "results": []}
    assert get(f"{CHANGES}?format=atom").status_code == 200
    assert get(f"{CHANGES}?since=2024-01-01").status_code == 200
    assert the_error(get(f"{CHANGES}?since=1"))["parameter"] == "since"


# What it costs


@pytest.mark.parametrize("ordering", ["revision", "-revision"])
def test_a_page_is_read_by_an_index_from_where_it_begins(ordering: str, api: APIClient) -> None:
    address = f"{CHANGES}?page_size=500&ordering={ordering}"
    for place, following in (("first", "next"), ("second", "next"), ("third", "previous"), ("second", "next")):
        with CaptureQueriesContext(connection) as queries:
            address = api.get(address).json()[following]
        plan = plan_of(queries.captured_queries[-1]["sql"])

        if connection.vendor == "postgresql":
            # Which index gives the order hangs on statistics; that one does is what matters.
            assert "Merge Append" in plan
            # Of what nothing has moved from yet it makes no more than a sort of no rows.
            assert set(re.findall(r"Sort Key: (\w+)[^\n]*\n\s*Sort Method", plan)) <= {"sources_move"}
            continue
        assert "document_by_opening" in plan
        assert "fact_by_withdrawal" in plan
        assert "TEMP B-TREE" not in plan
        if place != "first":
            assert "(from_revision_id,kind,key)" in plan, "It begins at the place, not at the revision."


def plan_of(sql: str) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE)"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql.replace('%', '%%')}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


# Differences


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return inner | st.lists(inner, max_size=3) | st.fixed_dictionaries({"a": inner, "b": inner})


values = nested(nested(st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2)))
documents = st.fixed_dictionaries({"x": values, "y": values, "z": values})


@given(before=documents, after=documents)
def test_differences_lead_from_one_state_to_the_other(before: JSON, after: JSON) -> None:
    found = list(differences(before, after))

    assert patched(before, found) == after
    assert [one for one in found if one["before"] == one["after"] and type(one["before"]) is type(one["after"])] == []
    assert list(differences(before, before)) == []


def test_a_yes_is_not_a_one() -> None:
    assert list(differences({"a": 1}, {"a": True})) == [{"path": "a", "before": 1, "after": True}]
