"""A whole result on its way: of one state, in constant memory, and given up when its reader is."""

from __future__ import annotations

import csv
import http.client
import io
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
import zstandard
from django.db import DatabaseError
from django.test import Client
from rest_framework.test import APIClient

from minerals_api.exporting import reading, xlsx
from minerals_api.exporting.reading import Result
from sources import guards, lines
from sources.models import Line
from tests import openapi
from tests.endpoints import the_error
from tests.factories import make_correction, make_mineral, make_reserve, publish
from tests.small_dataset import empty_database

pytestmark = pytest.mark.django_db

RESERVES = "/api/v1/reserves/"
LINE = ",".join(["x" * 10] * 55)
ENOUGH = 30
"""Seconds after which something isn't going to happen."""


def made_up(batches: int) -> Callable[..., Iterator[list[Any]]]:
    """As many batches of stored lines as these, in place of what the database has."""

    def documents(result: Result, form: str) -> Iterator[list[Any]]:
        for _ in range(batches):
            yield [(index, "reserve", lines.digest_of("reserve"), LINE) for index in range(reading.BATCH)]

    return documents


def keys_of(response: Any) -> list[str]:
    return [row["key"] for row in openapi.rows_of_table(response)]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read rows in batches of one, so that a short result takes many."""
    monkeypatch.setattr(reading, "BATCH", 1)


# Memory


def peak_of(api: APIClient, address: str) -> int:
    """The most memory that reading an answer to its end takes at any moment."""
    tracemalloc.start()
    try:
        response: Any = api.get(address)
        for _ in response.streaming_content:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = []
    for batches in (1, 3, 30):
        monkeypatch.setattr(Result, "_documents", made_up(batches))
        peaks.append(peak_of(api, f"{RESERVES}?format=csv"))
    _, few, many = peaks  # the first is of what is loaded once

    assert many < few * 1.2
    assert many < 20 * 2**20


@pytest.mark.parametrize("columns", ["key", "key,value,url"])
def test_memory_does_not_grow_where_columns_are_chosen(
    columns: str, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    peaks = []
    for batches in (1, 3, 15):
        monkeypatch.setattr(Result, "_documents", made_up(batches))
        peaks.append(peak_of(api, f"{RESERVES}?format=csv&fields={columns}"))

    assert peaks[2] < peaks[1] * 1.2


# One state


def test_what_is_published_meanwhile_does_not_show(api: APIClient, one_by_one: None) -> None:
    facts = [make_reserve(f"kaz-zinc-{index}", mineral=make_mineral("zinc")) for index in range(3)]
    publish(*facts)
    before = openapi.rows_of_table(api.get(f"{RESERVES}?format=ndjson"))
    for query in ("", "&ordering=-key", "&q=zinc"):
        expected = openapi.rows_of_table(api.get(f"{RESERVES}?format=ndjson{query}&revision={revision_of(api)}"))
        begun = api.get(f"{RESERVES}?format=ndjson{query}")
        publish(make_correction(facts[0], note=f"Corrected{query}."))
        publish(make_reserve(f"kaz-zinc-new-{len(query)}"))

        assert openapi.rows_of_table(begun) == expected
    assert openapi.rows_of_table(api.get(f"{RESERVES}?format=ndjson")) != before


def revision_of(api: APIClient) -> str:
    return str(api.get(RESERVES).headers["Dataset-Revision"])


def test_batches_meet_without_a_gap(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {query: keys_of(api.get(f"{RESERVES}?format=csv{query}")) for query in ("", "&ordering=-year", "&q=usgs")}
    for size in (1, 7):
        monkeypatch.setattr(reading, "BATCH", size)
        monkeypatch.setattr(reading, "FEW", 3)

        assert {query: keys_of(api.get(f"{RESERVES}?format=csv{query}")) for query in whole} == whole


# Failures


def test_a_failure_before_the_first_row_is_a_problem(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(result: Result, form: str) -> Iterator[Any]:
        raise DatabaseError("The disk is gone.")

    monkeypatch.setattr(Result, "_documents", fail)
    api.raise_request_exception = False
    response = api.get(f"{RESERVES}?format=csv")

    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Content-Type"] == "application/problem+json"


def test_what_is_given_up_is_not_read_to_its_end(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    def endless(result: Result, form: str) -> Iterator[list[Any]]:
        try:
            yield from made_up(10**9)(result, form)
        finally:
            ended.append(form)

    monkeypatch.setattr(Result, "_documents", endless)
    for encoding in ("identity", "gzip", "zstd", "br"):
        response: Any = api.get(f"{RESERVES}?format=csv", headers={"accept-encoding": encoding})
        assert next(iter(response.streaming_content))
        for close in response._resource_closers:  # What `close` does, but for the connection of the test.
            close()

    assert ended == ["csv"] * 4


def test_a_client_that_hangs_up(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def endless(result: Result, form: str) -> Iterator[list[Any]]:
        try:
            yield from made_up(10**9)(result, form)
        finally:
            ended.set()

    with monkeypatch.context() as patch:
        patch.setattr(Result, "_documents", endless)
        connection = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=ENOUGH)
        connection.request("GET", f"{RESERVES}?format=csv")
        assert connection.getresponse().read(1000)
        connection.close()
        assert ended.wait(ENOUGH)

    connection.request("GET", f"{RESERVES}?format=csv&fields=key")
    assert connection.getresponse().read().startswith(b"key\r\n")
    connection.close()


# Stored lines


def test_lines_that_are_missing_or_outdated_are_made_on_the_way(api: APIClient) -> None:
    addresses = [
        f"{RESERVES}?format={name}{query}" for name in ("csv", "ndjson") for query in ("", "&fields=key,value")
    ]
    expected = [api.get(address).getvalue() for address in addresses]
    guards.remove()
    keys = list(Line.objects.filter(document__kind="reserve").values_list("pk", flat=True))
    Line.objects.filter(pk__in=keys[::3]).delete()
    Line.objects.filter(pk__in=keys[1::3]).update(columns="earlier", csv="a,b", json="{}")

    assert [api.get(address).getvalue() for address in addresses] == expected


def test_migrating_completes_the_lines() -> None:
    def stored() -> list[Any]:
        return list(Line.objects.order_by("pk").values_list("pk", "columns", "csv", "json"))

    expected = stored()
    guards.remove()
    keys = [pk for pk, *_ in expected]
    Line.objects.filter(pk__in=keys[:300]).delete()
    Line.objects.filter(pk__in=keys[300:310]).update(columns="earlier", csv="a,b", json="{}")

    assert len(lines.wrong()) == 310
    assert lines.complete() == 310
    assert (stored(), lines.wrong(), lines.complete()) == (expected, [], 0)


# Spreadsheets


def test_text_that_a_spreadsheet_would_run(api: APIClient) -> None:
    dangerous = '=HYPERLINK("http://example.org","zinc")'
    publish(make_reserve("kaz-zinc-formula", note=dangerous, verbatim="-5", comparator="="))
    tables = {
        name: openapi.rows_of_table(api.get(f"{RESERVES}?format={name}&key=kaz-zinc-formula"))
        for name in ("csv", "xlsx", "ndjson", "parquet")
    }

    assert {name: row["note"] for name, [row] in tables.items()} == {
        "csv": f"'{dangerous}",
        "xlsx": f"'{dangerous}",
        "ndjson": dangerous,
        "parquet": dangerous,
    }
    assert {row["verbatim"] for [row] in tables.values()} == {"-5"}
    assert {row["comparator"] for [row] in tables.values()} == {"="}


def test_more_rows_than_a_sheet_holds(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 100)
    error = the_error(api.get(f"{RESERVES}?format=xlsx"))

    assert (error["parameter"], error["code"], error["allowed"]) == ("format", "too-many-rows", ["csv", "parquet"])
    assert api.head(f"{RESERVES}?format=xlsx").status_code == HTTPStatus.BAD_REQUEST
    assert api.get(f"{RESERVES}?format=xlsx&country=KAZ").status_code == HTTPStatus.OK


def test_lines_end_as_the_rfc_has_it(api: APIClient) -> None:
    publish(make_reserve("kaz-zinc-lines", note='Two lines,\nwith "quotes" and a comma.'))
    content = api.get(f"{RESERVES}?format=csv&key=kaz-zinc-lines&fields=key,note").getvalue()

    assert content == b'key,note\r\nkaz-zinc-lines,"Two lines,\nwith ""quotes"" and a comma."\r\n'
    assert list(csv.reader(io.StringIO(content.decode(), newline="")))[1][1].startswith("Two lines,\n")


# Compression


@pytest.mark.parametrize(
    ("encoding", "unpack"),
    [
        ("zstd", lambda content: zstandard.ZstdDecompressor().decompressobj().decompress(content)),
        ("br", brotli.decompress),
    ],
)
def test_a_stream_is_compressed_as_asked(
    encoding: str, unpack: Callable[[bytes], bytes], api: APIClient, one_by_one: None
) -> None:
    for name in ("csv", "ndjson"):
        address = f"{RESERVES}?format={name}&country=KAZ"
        packed = api.get(address, headers={"accept-encoding": encoding})

        assert packed.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert unpack(packed.getvalue()) == api.get(address).getvalue()


def test_what_is_compressed_already_is_left_so(api: APIClient) -> None:
    for name in ("parquet", "xlsx"):
        assert (
            "Content-Encoding" not in api.get(f"{RESERVES}?format={name}", headers={"accept-encoding": "gzip"}).headers
        )


# Parts


def test_a_parquet_file_can_be_read_in_parts(api: APIClient) -> None:
    address = f"{RESERVES}?format=parquet"
    whole = api.get(address).getvalue()
    headed = api.head(address)

    assert (headed.headers["Content-Length"], headed.headers["Accept-Ranges"]) == (str(len(whole)), "bytes")
    for asked, part in (
        ("0-3", whole[:4]),
        ("-8", whole[-8:]),
        (f"{len(whole) - 5}-", whole[-5:]),
        ("4-9999999", whole[4:]),
    ):
        response = api.get(address, headers={"range": f"bytes={asked}"})

        assert response.status_code == HTTPStatus.PARTIAL_CONTENT
        assert response.getvalue() == part
        assert response.headers["Content-Length"] == str(len(part))
        assert response.headers["Content-Range"].endswith(f"/{len(whole)}")
        for name in ("ETag", "Last-Modified", "Dataset-Revision"):
            assert response.headers[name] == headed.headers[name]
        described = openapi.resolved(openapi.document()["paths"][RESERVES]["get"]["responses"]["206"])
        assert openapi.media_type_of(response) in described["content"]
        assert described["headers"].keys() <= response.headers.keys() | {"RateLimit-Policy"}


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=9999999-", "bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=x-y"])
def test_a_part_that_is_not_there_is_the_whole(asked: str, api: APIClient) -> None:
    address = f"{RESERVES}?format=parquet&country=KAZ"
    response = api.get(address, headers={"range": asked})

    assert response.status_code == HTTPStatus.OK
    assert response.getvalue() == api.get(address).getvalue()


def test_parts_of_what_is_published_next_are_of_that(api: APIClient) -> None:
    address = f"{RESERVES}?format=parquet&fields=key"
    before = int(api.head(address).headers["Content-Length"])
    publish(make_reserve("kaz-zinc-part"))
    part = api.get(address, headers={"range": "bytes=0-3"})

    assert not part.headers["Content-Range"].endswith(f"/{before}")


def test_parts_fit_together_or_the_whole_is_answered(api: APIClient) -> None:
    address = f"{RESERVES}?format=parquet&fields=key"
    first = api.get(address, headers={"range": "bytes=0-3"})
    asked = {"range": "bytes=4-"}
    rest = api.get(address, headers=asked | {"if-range": first.headers["ETag"]})

    assert rest.status_code == HTTPStatus.PARTIAL_CONTENT
    assert first.getvalue() + rest.getvalue() == api.get(address).getvalue()
    assert not first.headers["ETag"].startswith("W/")
    assert api.get(address, headers={"if-none-match": first.headers["ETag"]}).status_code == HTTPStatus.NOT_MODIFIED

    publish(make_reserve("kaz-zinc-part"))
    for validator in (
        first.headers["ETag"],
        '"other"',
        first.headers["Last-Modified"],
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ):
        response = api.get(address, headers=asked | {"if-range": validator})

        assert response.status_code == HTTPStatus.OK
        assert response.headers["ETag"] != first.headers["ETag"]


def test_a_part_of_nothing_published(client: Client) -> None:
    empty_database()
    response = client.get(f"{RESERVES}?format=parquet", headers={"range": "bytes=0-3", "if-range": '"1-abc"'})

    assert response.status_code == HTTPStatus.OK


# The limit


def test_an_export_counts_once(settings: Any) -> None:
    settings.RATE_LIMIT = "2/hour"
    client = Client()
    first = client.get(f"{RESERVES}?format=csv")

    assert first.getvalue()
    assert first.headers["RateLimit-Remaining"] == "1"
    assert client.get(f"{RESERVES}?format=csv").status_code == HTTPStatus.OK
    assert client.get(f"{RESERVES}?format=csv").status_code == HTTPStatus.TOO_MANY_REQUESTS
