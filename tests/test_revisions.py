"""Everything can be read as it was at any revision, byte for byte, whatever has been published since."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest
from rest_framework.test import APIClient

from minerals.models import Mineral, Reserve
from sources import ledger
from tests import factories as make
from tests.endpoints import Answer, the_error

pytestmark = pytest.mark.django_db

CORRECTED, WITHDRAWN, ADDED = "kaz-zinc-reserves-aifc-2024", "kaz-lead-reserves-aifc-2024", "added-later"
RESERVES = "/api/v1/reserves/"
RENAMED = "/api/v1/minerals/zinc/"
ADDRESSES = [
    f"{RESERVES}?page_size=500",
    f"{RESERVES}?page_size=500&claims=all&ordering=-year",
    "/api/v1/facts/?page_size=500&country=KAZ",
    "/api/v1/citations/?page_size=500&kind=reserve",
    "/api/v1/minerals/?page_size=500",
    "/api/v1/sources/?page_size=500",
    "/api/v1/vocabularies/?format=json",
    f"{RENAMED}?format=json",
    *(f"{RESERVES}{key}/?format=json" for key in (CORRECTED, WITHDRAWN, ADDED)),
]
"""What is read while each revision is the newest, and again later."""

PUBLISHED = {
    2: datetime(2027, 1, 1, 9, tzinfo=UTC),
    3: datetime(2027, 1, 1, 23, 59, tzinfo=UTC),
    4: datetime(2027, 2, 1, tzinfo=UTC),
}
REASON = "The source has withdrawn the figure."
Answers = dict[str, tuple[int, bytes]]


def read(api: APIClient) -> Answers:
    responses = {address: api.get(address) for address in ADDRESSES}
    return {address: (response.status_code, response.content) for address, response in responses.items()}


def commit(number: int, message: str, **change: object) -> None:
    revision = ledger.commit(ledger.Change("curator", message, created=PUBLISHED[number], **change))  # type: ignore[arg-type]
    assert revision.number == number


def correct_and_add() -> None:
    correction = make.make_correction(
        Reserve.objects.get(key=CORRECTED), value=Decimal("6.8"), verbatim="6.8 million tons"
    )
    commit(2, "Corrected the zinc figure.", enter=[correction.pk, make.make_reserve(ADDED).pk])


def withdraw() -> None:
    commit(3, REASON, withdraw={Reserve.objects.get(key=WITHDRAWN).pk: REASON})


def rename() -> None:
    zinc = Mineral.objects.get(slug="zinc")
    zinc.name = "Spelter"
    zinc.save()
    commit(4, "Renamed zinc.", records=[zinc])


@pytest.fixture
def then(api: APIClient) -> dict[int, Answers]:
    """What was answered while each revision was the newest; the fourth is."""
    answers = {1: read(api)}
    for number, act in {2: correct_and_add, 3: withdraw, 4: rename}.items():
        act()
        answers[number] = read(api)
    return answers


def at(api: APIClient, address: str, revision: object) -> Answer:
    return api.get(f"{address}{'&' if '?' in address else '?'}revision={revision}")


@pytest.mark.parametrize("revision", [1, 2, 3, 4])
def test_a_revision_reads_as_it_did(revision: int, then: dict[int, Answers], api: APIClient) -> None:
    for address in ADDRESSES:
        status, body = then[revision][address]
        now = at(api, address, revision)

        assert now.status_code == status
        if status == HTTPStatus.OK:
            assert now.content == body
            assert now.headers["Dataset-Revision"] == str(revision)


def test_each_revision_changed_something(then: dict[int, Answers]) -> None:
    """Otherwise the test above would compare one state with itself."""
    changed = {
        number: {address for address in ADDRESSES if then[number][address] != then[number - 1][address]}
        for number in PUBLISHED
    }

    assert f"{RESERVES}{CORRECTED}/?format=json" in changed[2]
    assert f"{RESERVES}{WITHDRAWN}/?format=json" in changed[3]
    assert f"{RESERVES}{CORRECTED}/?format=json" in changed[4], "A fact shows the new name of its mineral."
    assert all(f"{RENAMED}?format=json" in addresses for addresses in (changed[2], changed[4]))


@pytest.mark.parametrize(
    ("day", "revision"),
    [
        ("2026-11-24", 1),
        ("2026-12-31", 1),
        ("2027-01-01", 3),
        ("2027-01-31", 3),
        ("2027-02-01", 4),
        ("2099-01-01", 4),
    ],
)
def test_a_day_means_its_last_revision(day: str, revision: int, then: dict[int, Answers], api: APIClient) -> None:
    response = at(api, f"{RESERVES}?page_size=500", day)

    assert response.headers["Dataset-Revision"] == str(revision)
    assert response.content == then[revision][f"{RESERVES}?page_size=500"][1]


def test_what_was_withdrawn_is_gone(then: dict[int, Answers], api: APIClient) -> None:
    response = api.get(f"{RESERVES}{WITHDRAWN}/")
    document = response.json()

    assert response.status_code == HTTPStatus.GONE
    assert (document["type"], document["reason"]) == ("/problems/gone", REASON)
    assert api.get(document["history"]).status_code == HTTPStatus.OK


def test_what_was_withdrawn_is_in_no_list(then: dict[int, Answers], api: APIClient) -> None:
    assert api.get(f"{RESERVES}?key={WITHDRAWN}&claims=all").json()["count"] == 0
    assert at(api, f"{RESERVES}?key={WITHDRAWN}", 2).json()["count"] == 1


def test_what_was_not_there_yet_is_not_found(then: dict[int, Answers], api: APIClient) -> None:
    assert at(api, f"{RESERVES}{ADDED}/", 1).status_code == HTTPStatus.NOT_FOUND
    assert at(api, f"{RESERVES}{ADDED}/", 2).status_code == HTTPStatus.OK


def test_history_tells_every_state(then: dict[int, Answers], api: APIClient) -> None:
    states = api.get(f"{RESERVES}{CORRECTED}/history/").json()

    assert [(state["from_revision"], state["to_revision"], state["version"]) for state in states] == [
        (1, 2, 1),
        (2, 4, 2),
        (4, None, 2),
    ]
    assert [state["left_reason"] for state in states] == ["Corrected the zinc figure.", None, None]
    assert [state["document"]["quantity"]["value"] for state in states] == [6.7, 6.8, 6.8]
    assert [state["document"]["mineral"]["name"] for state in states] == ["Zinc", "Zinc", "Spelter"]


def test_history_of_what_was_withdrawn(then: dict[int, Answers], api: APIClient) -> None:
    *_, last = api.get(f"{RESERVES}{WITHDRAWN}/history/").json()

    assert (last["to_revision"], last["left_reason"]) == (3, REASON)


def test_history_as_it_was_then(then: dict[int, Answers], api: APIClient) -> None:
    [only] = at(api, f"{RESERVES}{CORRECTED}/history/", 1).json()

    assert (only["to_revision"], only["left_reason"]) == (None, None)


def test_history_of_nothing(api: APIClient) -> None:
    assert api.get(f"{RESERVES}no-such-key/history/").status_code == HTTPStatus.NOT_FOUND


def test_a_new_name_is_searched_from_its_revision_on(then: dict[int, Answers], api: APIClient) -> None:
    found = f"{RESERVES}?q=spelter"

    assert CORRECTED in {row["key"] for row in api.get(found).json()["results"]}
    assert at(api, found, 3).json()["count"] == 0


def test_a_cursor_stays_on_its_revision(api: APIClient) -> None:
    whole = [row["key"] for row in api.get(f"{RESERVES}?page_size=500").json()["results"]]
    page = api.get(f"{RESERVES}?page_size=2").json()
    correct_and_add()
    withdraw()

    read_on = [row["key"] for row in page["results"]]
    while page["next"]:
        response = api.get(page["next"])
        page = response.json()
        read_on += [row["key"] for row in page["results"]]

        assert response.headers["Dataset-Revision"] == "1"
        assert page["count"] == len(whole)

    assert read_on == whole
    assert WITHDRAWN in read_on
    assert ADDED not in read_on


def test_a_cursor_of_another_revision(api: APIClient) -> None:
    following = api.get(f"{RESERVES}?page_size=2").json()["next"]
    correct_and_add()

    assert at(api, following, 1).status_code == HTTPStatus.OK
    assert the_error(at(api, following, 2))["code"] == "contradiction"


def test_drafts_are_not_served(api: APIClient) -> None:
    before = read(api)
    make.make_correction(Reserve.objects.get(key=CORRECTED), value=Decimal("6.8"))
    make.make_reserve(ADDED)

    assert read(api) == before


def test_revisions_say_what_they_did(then: dict[int, Answers], api: APIClient) -> None:
    newest_first = api.get("/api/v1/revisions/").json()["results"]

    assert [row["number"] for row in newest_first] == [4, 3, 2, 1]
    assert [(row["published"], row["left"]) for row in newest_first[:3]] == [(0, 0), (0, 1), (2, 1)]
    assert newest_first[1]["message"] == REASON
