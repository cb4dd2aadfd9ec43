"""What is renamed stays the same thing: its old key leads to the new one, and older revisions answer as they did."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from minerals.models import DesignationList, Mineral, Reserve
from sources import ledger
from sources.ledger import LedgerError
from sources.models import Entity, Move, Revision, Source
from sources.moving import Moving
from tests import factories as make
from tests import openapi
from tests.endpoints import JSON, ROOT, Get
from tests.sources.breaches import execute, insert, refuses

pytestmark = pytest.mark.django_db

OLD, NEW = "testium", "testium-metal"
REASON = "The metal alone is meant."


@pytest.fixture
def get() -> Any:
    client = APIClient()
    with override_settings(RATE_LIMIT=""):
        client.handler.load_middleware()
        yield client.get


@pytest.fixture
def before() -> Revision:
    """The revision in which a mineral, a list and facts about them were published."""
    mineral = make.make_mineral(OLD, name="Testium", symbol="Te")
    country = make.make_country("testland", "TST", name="Testland")
    source = make.make_source("test-report")
    return make.publish(
        make.make_reserve("testium-reserves", mineral=mineral, country=country, source=source),
        make.make_fact(
            "designation", "testium-listed", mineral=mineral, list=make.make_list("test-list", jurisdiction=country)
        ),
        make.make_production("testland-output", country=country),
    )


@pytest.fixture
def renamed(before: Revision) -> Revision:
    return rename(Mineral.objects.get(slug=OLD), NEW)


def rename(record: Any, key: str) -> Revision:
    return ledger.rename(record, key, author="curator", message=REASON)


def minerals(key: str, query: str = "") -> str:
    return f"{ROOT}minerals/{key}/{query}"


def led(response: Any) -> str:
    """Where an answer leads."""
    assert response.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert response.headers["Cache-Control"] == "no-cache"
    return str(response.headers["Location"])


def keys_of(get: Get, address: str) -> set[str]:
    return {row["key"] for row in get(f"{ROOT}{address}").json()["results"]}


# The old key leads to the new one.


@pytest.mark.parametrize("query", ["", "?format=csv", "?format=ndjson&omit=name", "?format=bibtex", "?format=html"])
@pytest.mark.parametrize("below", ["", "history/"])
def test_the_old_address_leads_to_the_new_one_with_all_that_was_asked(
    renamed: Revision, get: Get, below: str, query: str
) -> None:
    response = get(f"{minerals(OLD)}{below}{query}")

    assert led(response) == f"{minerals(NEW)}{below}{query}"
    assert get(led(response)).status_code == HTTPStatus.OK


def test_head_is_led_as_get_is(renamed: Revision, api: APIClient) -> None:
    response = api.head(minerals(OLD, "?format=csv"))

    assert led(response) == minerals(NEW, "?format=csv")
    assert response.content == b""


def test_keys_that_nothing_ever_had_are_unknown(renamed: Revision, get: Get) -> None:
    for key in ("testium-ore", "testium-metal-ore"):
        response = get(minerals(key))

        assert response.status_code == HTTPStatus.NOT_FOUND
        assert response.json()["type"] == "/problems/not-found"


def test_a_faulty_query_is_refused_before_it_leads_anywhere(renamed: Revision, get: Get) -> None:
    assert get(minerals(OLD, "?formt=csv")).status_code == HTTPStatus.BAD_REQUEST


def test_a_chain_of_names_leads_to_the_last(renamed: Revision, get: Get) -> None:
    rename(Mineral.objects.get(slug=NEW), "pure-testium")

    assert led(get(minerals(OLD))) == minerals("pure-testium")
    assert led(get(minerals(NEW))) == minerals("pure-testium")
    assert led(get(minerals(OLD, f"?revision={renamed.number}"))) == minerals(NEW, f"?revision={renamed.number}")


def test_what_is_renamed_back_leads_back(renamed: Revision, get: Get) -> None:
    rename(Mineral.objects.get(slug=NEW), OLD)

    assert get(minerals(OLD)).json()["slug"] == OLD
    assert led(get(minerals(NEW))) == minerals(OLD)
    assert led(get(minerals(OLD, f"?revision={renamed.number}"))) == minerals(NEW, f"?revision={renamed.number}")
    states = [(one["from_revision"], one["document"]["slug"]) for one in get(minerals(OLD, "history/")).json()]
    assert [slug for _, slug in states] == [OLD, NEW, OLD]


# What the dataset shows.


def test_all_that_shows_it_shows_the_new_key(renamed: Revision, get: Get) -> None:
    assert get(minerals(NEW)).json()["slug"] == NEW
    assert get(f"{ROOT}reserves/testium-reserves/").json()["mineral"]["slug"] == NEW
    assert get(f"{ROOT}reserves/testium-reserves/").json()["version"] == 1
    assert get(f"{ROOT}lists/test-list/").json()["facts"]["designations"][0]["mineral"]["slug"] == NEW


@pytest.mark.parametrize(
    "address",
    [
        "minerals/testium/",
        "minerals/testium/history/",
        "minerals/?slug=testium",
        "reserves/testium-reserves/",
        "facts/?mineral=testium",
        "facts/?mineral=testium&format=csv",
        "lists/test-list/",
    ],
)
def test_an_older_revision_answers_as_it_did(before: Revision, get: Get, address: str) -> None:
    asked = f"{ROOT}{address}{'&' if '?' in address else '?'}revision={before.number}"
    then = get(asked)
    body = then.getvalue()
    rename(Mineral.objects.get(slug=OLD), NEW)
    now = get(asked)

    assert (then.status_code, now.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert now.getvalue() == body


def test_a_later_key_leads_to_the_one_of_an_older_revision(before: Revision, renamed: Revision, get: Get) -> None:
    assert led(get(minerals(NEW, f"?revision={before.number}"))) == minerals(OLD, f"?revision={before.number}")
    early = get(minerals(NEW, f"?revision={before.number - 1}"))
    assert early.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("name", [OLD, NEW, "Testium", "TESTIUM-metal"])
def test_filters_take_the_old_key_and_the_new(before: Revision, renamed: Revision, get: Get, name: str) -> None:
    facts = {"testium-reserves", "testium-listed"}

    assert keys_of(get, f"facts/?mineral={name}") == facts
    assert keys_of(get, f"facts/?mineral={name}&revision={before.number}") == facts
    [row] = get(f"{ROOT}minerals/?slug={OLD},{NEW}").json()["results"]
    assert row["slug"] == NEW


def test_the_history_has_what_was_under_the_old_key(before: Revision, renamed: Revision, get: Get) -> None:
    states = get(minerals(NEW, "history/")).json()

    assert [(one["document"]["slug"], one["from_revision"], one["to_revision"]) for one in states] == [
        (OLD, before.number, renamed.number),
        (NEW, renamed.number, None),
    ]


def test_a_country_takes_the_lists_along_that_apply_in_it(before: Revision, get: Get) -> None:
    revision = rename(DesignationList.objects.get(slug="test-list").jurisdiction, "testopia")

    assert get(f"{ROOT}lists/test-list/").json()["jurisdiction"]["slug"] == "testopia"
    assert get(f"{ROOT}lists/test-list/?revision={before.number}").json()["jurisdiction"]["slug"] == "testland"
    assert led(get(f"{ROOT}countries/testland/")) == f"{ROOT}countries/testopia/"
    changed = get(f"{ROOT}changes/?since={revision.number - 1}").json()["results"]
    assert ("list", "test-list") in {(one["kind"], one["key"]) for one in changed}


def test_changes_say_where_it_went(before: Revision, renamed: Revision, get: Get) -> None:
    found = get(f"{ROOT}changes/?since={before.number}").json()["results"]
    by_name = {(one["kind"], one["key"]): one for one in found}
    moved, entered = by_name["mineral", OLD], by_name["mineral", NEW]

    assert (moved["action"], moved["moved_to"], moved["reason"]) == ("moved", NEW, REASON)
    assert (moved["document"], moved["url"]) == (None, minerals(OLD))
    assert (entered["action"], entered["moved_to"]) == ("entered", None)
    assert entered["document"]["slug"] == NEW
    assert by_name["reserve", "testium-reserves"]["action"] == "changed"
    assert [one["key"] for one in get(f"{ROOT}changes/?action=moved&mineral={OLD}").json()["results"]] == [OLD]
    assert get(f"{ROOT}changes/?since={before.number}&format=atom").content.decode().count(f"to {NEW}") == 1


def test_a_source_is_renamed_too(before: Revision, get: Get) -> None:
    revision = rename(Source.objects.get(key="test-report"), "test-report-2024")
    old, new = f"{ROOT}sources/test-report/", f"{ROOT}sources/test-report-2024/"

    assert led(get(old)) == new
    assert led(get(f"{old}facts/?page_size=5")) == f"{new}facts/?page_size=5"
    assert led(get(f"{old}facts/?format=csv")) == f"{new}facts/?format=csv"
    assert led(get(f"{old}history/")) == f"{new}history/"
    assert keys_of(get, "sources/test-report-2024/facts/") == {"testium-reserves"}
    assert keys_of(get, f"sources/test-report/facts/?revision={before.number}") == {"testium-reserves"}
    assert keys_of(get, "facts/?source=test-report") == {"testium-reserves"}
    assert keys_of(get, "sources/?key=test-report") == {"test-report-2024"}
    [citation] = get(f"{ROOT}reserves/testium-reserves/").json()["citations"]
    assert citation["source"]["key"] == "test-report-2024"
    [moved] = get(f"{ROOT}changes/?since={revision.number - 1}&action=moved").json()["results"]
    assert (moved["kind"], moved["key"], moved["moved_to"]) == ("source", "test-report", "test-report-2024")


def test_new_facts_may_name_it_and_are_found_by_any_key(renamed: Revision, get: Get) -> None:
    make.publish(make.make_reserve("testium-resources", category="resources", mineral=make.make_mineral(NEW)))

    assert "testium-resources" in keys_of(get, f"reserves/?mineral={OLD}")


# What HTTP says.


@pytest.mark.parametrize("address", [minerals(OLD), minerals(OLD, "history/"), minerals(OLD, "?format=csv")])
def test_the_document_describes_it(renamed: Revision, get: Get, address: str) -> None:
    response = get(address)
    described: JSON = openapi.document()["paths"][openapi.path_of(address.partition("?")[0])]["get"]["responses"]
    moved = openapi.resolved(described["308"])

    assert response.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert set(moved["headers"]) - {name for name in moved["headers"] if name.startswith("RateLimit")} == {"Location"}
    assert "content" not in moved
    assert response.content == b""


def test_what_can_not_move_is_not_described_to(shipped: Get) -> None:
    paths = openapi.document()["paths"]
    moving = {path for path, item in paths.items() if "308" in item["get"]["responses"]}
    named = ("minerals", "countries", "lists", "partners", "projects")

    assert moving == {
        *(f"{ROOT}{name}/{{slug}}/{below}" for name in named for below in ("", "history/")),
        *(f"{ROOT}sources/{{key}}/{below}" for below in ("", "history/", "facts/")),
    }


# What is refused.


def refused(record: Any, key: str, **words: str) -> str:
    before = Revision.objects.current()
    with pytest.raises(LedgerError) as refusal:
        ledger.rename(record, key, **{"author": "curator", "message": REASON} | words)
    assert Revision.objects.current() == before
    return str(refusal.value)


def test_a_key_has_to_be_free_and_well_formed(renamed: Revision) -> None:
    zinc, country = Mineral.objects.get(slug=NEW), make.make_country("testland")
    other = make.make_mineral("otherium")
    ledger.record([other], author="curator", message="A mineral.")
    make.make_mineral("draftium")

    assert "lower-case letters" in refused(zinc, "Test ium")
    assert "goes by this slug already" in refused(zinc, NEW)
    assert "is or was the slug of another mineral" in refused(other, OLD)
    assert "is or was the slug of another mineral" in refused(other, NEW)
    assert "not published yet has the slug" in refused(other, "draftium")
    assert "say why" in refused(zinc, "testium-ore", message=" ")
    assert "not in the dataset" in refused(make.make_mineral("draftium"), "drafted")
    assert "only sources and entities" in refused(make.make_term(code="testing"), "tested")
    assert rename(country, NEW).number, "another kind has keys of its own"


def test_only_one_move_of_a_thing_in_a_revision(renamed: Revision) -> None:
    zinc = Mineral.objects.get(slug=NEW)
    moves = [Moving(zinc, REASON, "one"), Moving(zinc, REASON, "two")]
    with pytest.raises(LedgerError, match="would move twice"):
        ledger.commit(ledger.Change("curator", "Both.", moves=moves))
    with pytest.raises(LedgerError, match="become part of itself"):
        ledger.commit(ledger.Change("curator", "Itself.", moves=[Moving(zinc, REASON, into=zinc)]))


def test_what_is_still_named_can_not_be_merged_away(renamed: Revision, before: Revision) -> None:
    into = make.make_mineral("otherium")
    ledger.record([into], author="curator", message="A mineral.")
    moves = [Moving(Mineral.objects.get(slug=NEW), REASON, into=into)]

    with pytest.raises(LedgerError, match="still named by"):
        ledger.commit(ledger.Change("curator", "Away.", moves=moves))


# What the database holds.


@pytest.fixture
def moved(renamed: Revision) -> Move:
    return Move.objects.get(kind="mineral", key=OLD)


@pytest.mark.parametrize(
    "column", ["kind", "key", "moved_to", "merged", "reason", "published_in_id", "entity_id", "source_id"]
)
def test_a_move_never_changes(moved: Move, column: str) -> None:
    value = {"merged": True, "published_in_id": 1, "entity_id": None, "source_id": Source.objects.first().pk}  # type: ignore[union-attr]
    refuses(lambda: Move.objects.filter(pk=moved.pk).update(**{column: value.get(column, "another")}), match="never")


def test_a_move_never_vanishes(moved: Move) -> None:
    refuses(moved.delete)
    refuses(lambda: execute("DELETE FROM sources_move WHERE id = %s", [moved.pk]), match="never")
    refuses(lambda: Move.objects.all()._raw_delete("default"), match="never")


@pytest.mark.postgresql
def test_moves_are_not_truncated(moved: Move) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    refuses(lambda: execute("TRUNCATE sources_move CASCADE"), match="can not be truncated")


@pytest.mark.parametrize(
    "wrong",
    [
        {"published_in_id": 1},
        {"key": "never-shown"},
        {"entity_id": None},
        {"source_id": 1},
    ],
)
def test_a_move_is_of_what_is_shown_in_the_newest_revision(moved: Move, wrong: dict[str, Any]) -> None:
    revision = make.publish(make.make_reserve("another-reserve"))
    row: dict[str, Any] = {"id": 10**6, "key": NEW, "moved_to": "third", "published_in_id": revision.number} | wrong

    refuses(lambda: insert(moved, **row), match="in the newest revision")


def test_a_move_does_not_take_the_place_of_another(moved: Move) -> None:
    revision = make.publish(make.make_reserve("another-reserve"))

    refuses(lambda: insert(moved, key=NEW, moved_to="third", published_in_id=revision.number))


def test_a_shown_key_changes_by_a_move_alone(renamed: Revision) -> None:
    refuses(
        lambda: Entity.objects.filter(slug=NEW, kind="mineral").update(slug="third"), match="Rename it in a revision"
    )
    refuses(lambda: Source.objects.filter(key="test-report").update(key="third"), match="Rename it in a revision")
    refuses(lambda: Entity.objects.filter(slug=NEW, kind="mineral").update(slug=OLD), match="Rename it in a revision")


def test_no_other_takes_a_key_that_was_left(renamed: Revision) -> None:
    draft = make.make_mineral("draftium")

    refuses(lambda: make.make_mineral(OLD), match="choose another key")
    refuses(lambda: Entity.objects.filter(pk=draft.pk).update(slug=OLD), match="choose another key")
    assert make.make_country(OLD, "TSX").pk, "another kind has keys of its own"


def test_no_other_source_takes_a_key_that_was_left(before: Revision) -> None:
    rename(Source.objects.get(key="test-report"), "test-report-2024")
    draft = make.make_source("draft-report")

    refuses(lambda: make.make_source("test-report"), match="choose another key")
    refuses(lambda: Source.objects.filter(pk=draft.pk).update(key="test-report"), match="choose another key")


def test_facts_stay_as_they_are(before: Revision, renamed: Revision) -> None:
    fact = Reserve.objects.get(key="testium-reserves")

    assert (fact.version, fact.published_in_id, fact.left_in_id) == (1, before.number, None)
