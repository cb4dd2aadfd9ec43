"""Everything can be read as it was at any revision, byte for byte, whatever has been published since."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest
from rest_framework.test import APIClient

from minerals.models import Mineral, Reserve
from sources import ledger
from sources.models import Revision
from tests import factories as make
from tests.endpoints import Answer, the_error

pytestmark = pytest.mark.django_db

CORRECTED, WITHDRAWN, ADDED = "kaz-zinc-reserves-aifc-2024", "kaz-lead-reserves-aifc-2024", "added-later"
RESERVES = "/api/v1/reserves/"
OF_COUNTRY = f"{RESERVES}?page_size=500&country=KAZ"
RENAMED = "/api/v1/minerals/zinc/"
ADDRESSES = [
    OF_COUNTRY,
    f"{OF_COUNTRY}&claims=all&ordering=-year",
    "/api/v1/facts/?page_size=500&country=KAZ",
    "/api/v1/citations/?page_size=500&kind=reserve&source=aifc-2024-07-09",
    "/api/v1/minerals/?page_size=500",
    "/api/v1/sources/?page_size=500",
    "/api/v1/vocabularies/?format=json",
    f"{RENAMED}?format=json",
    *(f"{RESERVES}{key}/?format=json" for key in (CORRECTED, WITHDRAWN, ADDED)),
]
"""What is read while each revision is the newest, and again later."""

SHIPPED, CORRECTION, WITHDRAWAL, RENAMING = range(4)
"""How many revisions have been made since the last one of the shipped dataset."""

PUBLISHED = {
    CORRECTION: datetime(2097, 1, 1, 9, tzinfo=UTC),
    WITHDRAWAL: datetime(2097, 1, 1, 23, 59, tzinfo=UTC),
    RENAMING: datetime(2097, 2, 1, tzinfo=UTC),
}
REASON = "The source has withdrawn the figure."
Answers = dict[str, tuple[int, bytes]]


def read(api: APIClient) -> Answers:
    responses = {address: api.get(address) for address in ADDRESSES}
    return {address: (response.status_code, response.content) for address, response in responses.items()}


def commit(step: int, message: str, **change: object) -> None:
    ledger.commit(ledger.Change("curator", message, created=PUBLISHED[step], **change))  # type: ignore[arg-type]


def correct_and_add() -> None:
    correction = make.make_correction(
        Reserve.objects.get(key=CORRECTED), value=Decimal("6.8"), verbatim="6.8 million tons"
    )
    commit(CORRECTION, "Corrected the zinc figure.", enter=[correction.pk, make.make_reserve(ADDED).pk])


def withdraw() -> None:
    commit(WITHDRAWAL, REASON, withdraw={Reserve.objects.get(key=WITHDRAWN).pk: REASON})


def rename() -> None:
    zinc = Mineral.objects.get(slug="zinc")
    zinc.name = "Spelter"
    zinc.save()
    commit(RENAMING, "Renamed zinc.", records=[zinc])


@pytest.fixture
def shipped_last(dataset: Revision) -> int:
    """The number of the last revision of the shipped dataset."""
    return dataset.number


@pytest.fixture
def then(shipped_last: int, api: APIClient) -> dict[int, Answers]:
    """What was answered while each revision was the newest, by its step; the renaming is."""
    answers = {SHIPPED: read(api)}
    for step, act in {CORRECTION: correct_and_add, WITHDRAWAL: withdraw, RENAMING: rename}.items():
        act()
        answers[step] = read(api)
    return answers


def at(api: APIClient, address: str, revision: object) -> Answer:
    return api.get(f"{address}{'&' if '?' in address else '?'}revision={revision}")


@pytest.mark.parametrize("step", [SHIPPED, CORRECTION, WITHDRAWAL, RENAMING])
def test_a_revision_reads_as_it_did(step: int, shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    for address in ADDRESSES:
        status, body = then[step][address]
        now = at(api, address, shipped_last + step)

        assert now.status_code == status
        if status == HTTPStatus.OK:
            assert now.content == body
            assert now.headers["Dataset-Revision"] == str(shipped_last + step)


def test_each_revision_changed_something(then: dict[int, Answers]) -> None:
    """Otherwise the test above would compare one state with itself."""
    changed = {
        step: {address for address in ADDRESSES if then[step][address] != then[step - 1][address]} for step in PUBLISHED
    }

    assert f"{RESERVES}{CORRECTED}/?format=json" in changed[CORRECTION]
    assert f"{RESERVES}{WITHDRAWN}/?format=json" in changed[WITHDRAWAL]
    assert f"{RESERVES}{CORRECTED}/?format=json" in changed[RENAMING], "A fact shows the new name of its mineral."
    assert all(f"{RENAMED}?format=json" in addresses for addresses in (changed[CORRECTION], changed[RENAMING]))


@pytest.mark.parametrize(
    ("day", "step"),
    [
        ("2096-12-31", SHIPPED),
        ("2097-01-01", WITHDRAWAL),
        ("2097-01-31", WITHDRAWAL),
        ("2097-02-01", RENAMING),
        ("2099-01-01", RENAMING),
    ],
)
def test_a_day_means_its_last_revision(
    day: str, step: int, shipped_last: int, then: dict[int, Answers], api: APIClient
) -> None:
    response = at(api, OF_COUNTRY, day)

    assert response.headers["Dataset-Revision"] == str(shipped_last + step)
    assert response.content == then[step][OF_COUNTRY][1]


def test_what_was_withdrawn_is_gone(then: dict[int, Answers], api: APIClient) -> None:
    response = api.get(f"{RESERVES}{WITHDRAWN}/")
    document = response.json()

    assert response.status_code == HTTPStatus.GONE
    assert (document["type"], document["reason"]) == ("/problems/gone", REASON)
    assert api.get(document["history"]).status_code == HTTPStatus.OK


def test_what_was_withdrawn_is_in_no_list(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    assert api.get(f"{RESERVES}?key={WITHDRAWN}&claims=all").json()["count"] == 0
    assert at(api, f"{RESERVES}?key={WITHDRAWN}", shipped_last + CORRECTION).json()["count"] == 1


def test_what_was_not_there_yet_is_not_found(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    assert at(api, f"{RESERVES}{ADDED}/", shipped_last).status_code == HTTPStatus.NOT_FOUND
    assert at(api, f"{RESERVES}{ADDED}/", shipped_last + CORRECTION).status_code == HTTPStatus.OK


def test_history_tells_every_state(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    *_, shipped, corrected, renamed = api.get(f"{RESERVES}{CORRECTED}/history/").json()
    states = [shipped, corrected, renamed]
    correction, renaming = shipped_last + CORRECTION, shipped_last + RENAMING

    assert shipped["from_revision"] <= shipped_last
    assert [(state["to_revision"], state["version"]) for state in states] == [
        (correction, 1),
        (renaming, 2),
        (None, 2),
    ]
    assert [state["from_revision"] for state in states[1:]] == [correction, renaming]
    assert [state["left_reason"] for state in states] == ["Corrected the zinc figure.", None, None]
    assert [state["document"]["quantity"]["value"] for state in states] == [6.7, 6.8, 6.8]
    assert [state["document"]["mineral"]["name"] for state in states] == ["Zinc", "Zinc", "Spelter"]


def test_history_of_what_was_withdrawn(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    *_, last = api.get(f"{RESERVES}{WITHDRAWN}/history/").json()

    assert (last["to_revision"], last["left_reason"]) == (shipped_last + WITHDRAWAL, REASON)


def test_history_as_it_was_then(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    *_, last = at(api, f"{RESERVES}{CORRECTED}/history/", shipped_last).json()

    assert (last["to_revision"], last["left_reason"]) == (None, None)


def test_history_of_an_entity(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    *_, before, last = api.get(f"{RENAMED}history/").json()
    [listed] = api.get("/api/v1/minerals/?slug=zinc").json()["results"]

    assert (before["to_revision"], last["from_revision"]) == (shipped_last + RENAMING, shipped_last + RENAMING)
    assert (before["document"]["name"], last["document"], last["to_revision"]) == ("Zinc", listed, None)
    assert at(api, f"{RENAMED}history/", shipped_last).json()[-1]["to_revision"] is None


def test_history_of_a_source(dataset: Revision, api: APIClient) -> None:
    source = make.make_source("testing")
    for title in ("First title", "Second title"):
        source.title = title
        source.save()
        ledger.record([source], author="curator", message="Edited.")
    states = api.get("/api/v1/sources/testing/history/").json()

    assert [state["document"]["title"] for state in states] == ["First title", "Second title"]
    assert states[-1]["document"] == api.get("/api/v1/sources/testing/").json()


def test_history_of_nothing(api: APIClient) -> None:
    for endpoint in ("reserves", "minerals", "sources"):
        assert api.get(f"/api/v1/{endpoint}/no-such-key/history/").status_code == HTTPStatus.NOT_FOUND


def test_a_new_name_is_searched_from_its_revision_on(
    shipped_last: int, then: dict[int, Answers], api: APIClient
) -> None:
    found = f"{RESERVES}?q=spelter"

    assert CORRECTED in {row["key"] for row in api.get(found).json()["results"]}
    assert at(api, found, shipped_last + WITHDRAWAL).json()["count"] == 0


def test_a_cursor_stays_on_its_revision(shipped_last: int, api: APIClient) -> None:
    whole = [row["key"] for row in api.get(OF_COUNTRY).json()["results"]]
    page = api.get(f"{RESERVES}?page_size=2&country=KAZ").json()
    correct_and_add()
    withdraw()

    read_on = [row["key"] for row in page["results"]]
    while page["next"]:
        response = api.get(page["next"])
        page = response.json()
        read_on += [row["key"] for row in page["results"]]

        assert response.headers["Dataset-Revision"] == str(shipped_last)
        assert page["count"] == len(whole)

    assert read_on == whole
    assert WITHDRAWN in read_on
    assert ADDED not in read_on
    assert ADDED in {row["key"] for row in api.get(OF_COUNTRY).json()["results"]}


def test_a_cursor_of_another_revision(shipped_last: int, api: APIClient) -> None:
    following = api.get(f"{RESERVES}?page_size=2").json()["next"]
    correct_and_add()

    assert at(api, following, shipped_last).status_code == HTTPStatus.OK
    assert the_error(at(api, following, shipped_last + CORRECTION))["code"] == "contradiction"


def test_drafts_are_not_served(api: APIClient) -> None:
    before = read(api)
    make.make_correction(Reserve.objects.get(key=CORRECTED), value=Decimal("6.8"))
    make.make_reserve(ADDED)

    assert read(api) == before


def test_revisions_say_what_they_did(shipped_last: int, then: dict[int, Answers], api: APIClient) -> None:
    newest_first = api.get("/api/v1/revisions/").json()["results"]

    assert [row["number"] for row in newest_first] == list(range(shipped_last + RENAMING, 0, -1))
    assert [(row["published"], row["left"]) for row in newest_first[:3]] == [(0, 0), (0, 1), (2, 1)]
    assert newest_first[1]["message"] == REASON


def test_a_name_that_came_later_is_known_at_older_revisions(api: APIClient) -> None:
    """Whether or not the older revision was asked before it came."""
    address = f"{RESERVES}?country=TST&revision=1"
    assert api.get(address).status_code == HTTPStatus.BAD_REQUEST

    make.publish(make.make_reserve("later", country=make.make_country("testland", "TST")))

    assert api.get(address).json()["count"] == 0
