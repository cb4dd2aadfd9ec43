"""Answers name the dataset's revision, and a client that has one already gets a 304 for nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.http import http_date

from sources import ledger
from sources.models import Revision
from tests.factories import make_country

ADDRESS = "/api/v1/"


@pytest.fixture
def etag(client: Client, dataset: Revision) -> str:
    return client.get(ADDRESS).headers["ETag"]


@pytest.fixture
def next_revision(dataset: Revision) -> Revision:
    return ledger.record([make_country("atl", "ATL")], author="curator", message="A country.")


def test_answers_name_the_revision(client: Client, dataset: Revision):
    headers = client.get(ADDRESS).headers

    assert headers["Dataset-Revision"] == str(dataset.number)
    assert headers["Last-Modified"] == http_date(dataset.created.timestamp())
    assert headers["ETag"].startswith('W/"')
    assert 'rel="describedby"' in headers["Link"]
    assert 'rel="license"' in headers["Link"]
    assert "Accept" in headers["Vary"]


def test_the_tag_spares_the_work(client: Client, etag, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(ADDRESS, headers={"if-none-match": f'"other", {etag}'})

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == etag
    assert "Accept" in response.headers["Vary"]


def test_the_tag_is_compared_weakly(client: Client, etag):
    strong = etag.removeprefix("W/")

    for named in (strong, f'"other", {strong}', f'W/"other",{etag}'):
        assert client.get(ADDRESS, headers={"if-none-match": named}).status_code == 304
    for other in (strong.strip('"'), f'{strong[:-1]}x"'):
        assert client.get(ADDRESS, headers={"if-none-match": other}).status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (f"{ADDRESS}?format=json", {}),
        (ADDRESS, {"accept": "text/html"}),
        (ADDRESS, {"host": "127.0.0.1"}),
    ],
)
def test_the_tag_differs_with_all_that_the_answer_varies_by(client: Client, etag, address, headers):
    assert client.get(address, headers=headers | {"if-none-match": etag}).status_code == 200


def test_the_tag_differs_with_the_release(client: Client, etag, settings):
    settings.RELEASE = "another"

    assert client.get(ADDRESS, headers={"if-none-match": etag}).status_code == 200


def test_the_date(client: Client, dataset: Revision):
    before = http_date((dataset.created - timedelta(seconds=1)).timestamp())
    at = http_date(dataset.created.timestamp())

    assert client.get(ADDRESS, headers={"if-modified-since": before}).status_code == 200
    assert client.get(ADDRESS, headers={"if-modified-since": at}).status_code == 304
    assert client.get(ADDRESS, headers={"if-modified-since": "yesterday"}).status_code == 200


def test_an_unmodified_answer_names_the_revision_that_was_read(client: Client, next_revision):
    since = {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    unmodified = client.get(f"{ADDRESS}minerals/?revision=1", headers=since)

    assert unmodified.status_code == 304
    assert unmodified.headers["Dataset-Revision"] == "1"


def test_the_tag_wins_over_the_date(client: Client, dataset: Revision):
    headers = {"if-none-match": '"other"', "if-modified-since": http_date(dataset.created.timestamp())}

    assert client.get(ADDRESS, headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{"if-none-match": "*"}, {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}])
def test_what_has_no_answer_is_never_unmodified(client: Client, dataset: Revision, headers):
    assert client.get(ADDRESS, headers=headers).status_code == 304
    assert client.get(f"{ADDRESS}?unknown=1", headers=headers).status_code == 400
    assert client.get(f"{ADDRESS}nowhere/", headers=headers).status_code == 404


def test_errors_have_no_tag(client: Client, dataset: Revision):
    assert "ETag" not in client.get(f"{ADDRESS}?unknown=1").headers


def test_scripts_elsewhere_may_read_and_see_the_headers(client: Client, dataset: Revision):
    headers = client.get(ADDRESS, headers={"origin": "https://elsewhere.example"}).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Dataset-Revision" in headers["Access-Control-Expose-Headers"]


def test_scripts_elsewhere_may_ask_conditionally_but_not_write(client: Client):
    headers = client.options(
        ADDRESS,
        headers={
            "origin": "https://elsewhere.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        },
    ).headers

    assert headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "if-none-match" in headers["Access-Control-Allow-Headers"]
