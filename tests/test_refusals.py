"""What is refused, or answered all the same, where a looser reading of a request would do harm."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

RESERVES = "/api/v1/reserves/"


@pytest.mark.parametrize("value", ["1e999999999", "1_0", "٣", "0x10", "1e18", "inf", "nan"])
def test_what_is_no_plain_number_is_refused(api: APIClient, value: str):
    assert api.get(RESERVES, {"year": value}).status_code == 400
    assert api.get(RESERVES, {"value": value, "base_unit": "t"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (RESERVES, {"q": " ".join(f"word{number}" for number in range(200))}),
        (RESERVES, {"key": ",".join(["a"] * 200)}),
        ("/api/v1/citations/", {"fact": ",".join(["a"] * 200)}),
    ],
)
def test_more_than_a_query_can_hold_is_refused(api: APIClient, path: str, query: dict[str, str]):
    response = api.get(path, query)
    assert response.status_code == 400
    assert "more than 100" in response.json()["detail"]


@pytest.mark.parametrize("query", [{"fields": ","}, {"omit": ","}, {"fields": "key,,kind"}])
def test_an_empty_field_is_refused(api: APIClient, query: dict[str, str]):
    assert api.get(RESERVES, query).status_code == 400


def test_a_field_wins_over_those_within_it(api: APIClient):
    [reserve] = api.get(RESERVES, {"key": "kaz-zinc-reserves-aifc-2024", "fields": "quantity.value,quantity"}).json()[
        "results"
    ]
    assert set(reserve) == {"quantity"}
    assert reserve["quantity"]["unit"] == "Mt"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/production/", {}),
        (RESERVES, {"country": "KAZ"}),
        (RESERVES, {"claims": "all"}),
    ],
)
def test_a_cursor_is_good_for_its_own_list_only(api: APIClient, path: str, query: dict[str, str]):
    address = api.get(RESERVES, {"page_size": 1}).json()["next"]
    cursor = address.partition("cursor=")[2].partition("&")[0].replace("%3A", ":")
    assert api.get(RESERVES, {"cursor": cursor}).status_code == 200
    response = api.get(path, {"cursor": cursor, **query})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "bad-cursor"


@pytest.mark.parametrize("accept", ["application/json; charset=utf-8", "application/json;odata=verbose", "*"])
def test_what_clients_add_to_a_media_type_does_not_matter(api: APIClient, accept: str):
    response = api.get(RESERVES, headers={"accept": accept})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_an_unchanged_answer_names_no_other_revision_than_was_read(api: APIClient):
    address = f"{RESERVES}?revision=1"
    first = api.get(address)
    assert first["Dataset-Revision"] == "1"
    again = api.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.get("Dataset-Revision", "1") == "1"


@pytest.mark.parametrize("value", ["2026-W48-2", "20261124"])
def test_a_day_is_written_in_one_way(api: APIClient, value: str):
    assert api.get(RESERVES, {"revision": value}).status_code == 400


@pytest.mark.parametrize("position", ["01", "0", "\u0661"])
def test_a_citation_has_one_address(api: APIClient, position: str):
    assert api.get(f"/api/v1/citations/kaz-zinc-reserves-aifc-2024-c{position}/").status_code == 404
    assert api.get("/api/v1/citations/kaz-zinc-reserves-aifc-2024-c1/").status_code == 200


@pytest.mark.parametrize("model", ["sources/source", "minerals/reserve", "projects/project", "auth/user"])
def test_a_number_that_no_column_holds_names_nothing(admin_client: Client, model: str):
    response = admin_client.get(f"/admin/{model}/{10**20}/change/")
    assert response.status_code in (302, 404)
