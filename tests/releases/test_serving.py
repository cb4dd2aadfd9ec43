"""Releases by HTTP: told of, and their files served as they are, whole or in ranges."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.utils.http import http_date
from pytest_django.live_server_helper import LiveServer

from minerals_api.caching.middleware import RevisionCache
from minerals_api.problems import MEDIA_TYPE
from sources.releases.shelf import NoReleaseError, read
from tests.caching.asking import Counting, ask
from tests.releases.making import make_release

LIST = "/api/v1/dataset/releases/"
FILE = f"{LIST}2026.1/uses.csv"
CONTENT = b"key,mineral\nzinc-use,zinc\nlead-use,lead\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ETAG = f'"{DIGEST}"'
CREATED = http_date(1795478400)

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(shelf: Path) -> Path:
    return make_release(shelf)


@pytest.fixture
def get(client: Client, release: Path) -> Iterator[Any]:
    """Asks for the file with these headers."""
    with ExitStack() as opened:

        def ask(path: str = FILE, **headers: str) -> Any:
            response = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            opened.callback(response.close)
            return response

        yield ask


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


# Told of


def test_with_none_the_list_is_empty(client: Client, shelf: Path):
    assert client.get(LIST).json() == []
    shelf.mkdir()
    assert client.get(LIST).json() == []


def test_releases_are_listed_the_newest_first(client: Client, shelf: Path):
    for name, revision in (("b", 1), ("a", 1), ("2026.2", 2), ("2026.10", 3)):
        make_release(shelf, name, revision=revision)

    assert [one["name"] for one in client.get(LIST).json()] == ["2026.10", "2026.2", "a", "b"]


def test_a_release_tells_of_its_files(get: Any):
    told = get(f"{LIST}2026.1/").json()
    files = {file["name"]: file for file in told.pop("files")}

    assert told == {
        "name": "2026.1",
        "url": f"{LIST}2026.1/",
        "revision": 1,
        "created": "2026-11-24T00:00:00Z",
        "message": "Begin.",
        "since": 0,
    }
    assert list(files) == ["LICENSE-DATA", "README.md", "SHA256SUMS", "release.json", "uses.csv", "uses.parquet"]
    assert files["uses.csv"] == {
        "name": "uses.csv",
        "url": FILE,
        "media_type": "text/csv; charset=utf-8",
        "bytes": len(CONTENT),
        "sha256": DIGEST,
    }


def test_every_file_is_as_it_is_told(get: Any, release: Path):
    for file in get(f"{LIST}2026.1/").json()["files"]:
        response = get(file["url"])

        assert response.status_code == HTTPStatus.OK
        assert response.headers["Content-Type"] == file["media_type"]
        assert response.headers["Content-Length"] == str(file["bytes"])
        assert hashlib.sha256(body(response)).hexdigest() == file["sha256"]


def test_fields_can_be_selected(get: Any):
    assert get(f"{LIST}?fields=name,files.name").json()[0]["files"][0] == {"name": "LICENSE-DATA"}


def test_a_new_release_is_in_the_next_answer(client: Client, release: Path, shelf: Path):
    """Though no revision was made: tags and dates change with it."""
    before = client.get(LIST)
    make_release(shelf, "2026.2")
    after = client.get(LIST, headers={"if-none-match": before.headers["ETag"]})

    assert [one["name"] for one in after.json()] == ["2026.1", "2026.2"]
    assert after.headers["ETag"] != before.headers["ETag"]
    assert client.get(LIST, headers={"if-none-match": after.headers["ETag"]}).status_code == HTTPStatus.NOT_MODIFIED


def test_the_date_of_the_list_is_that_of_the_shelf(client: Client, release: Path, shelf: Path):
    os.utime(shelf, (4_000_000_000, 4_000_000_000))
    modified = client.get(LIST).headers["Last-Modified"]

    assert modified == http_date(4_000_000_000)
    assert client.get(LIST, headers={"if-modified-since": modified}).status_code == HTTPStatus.NOT_MODIFIED
    assert client.get(LIST, headers={"if-modified-since": CREATED}).status_code == HTTPStatus.OK


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("address", [LIST, "/api/v1/dataset/", FILE])
def test_the_cache_in_front_holds_none_of_it(address: str, release: Path):
    django = Counting(WSGIHandler())
    cache = RevisionCache(django, lambda: b"1", budget=1_000_000)
    tag = ask(cache, address).headers["etag"]

    for number in (2, 3):
        assert ask(cache, address, HTTP_IF_NONE_MATCH=tag).status == HTTPStatus.NOT_MODIFIED
        assert django.asked == number


# Files


def test_a_file_says_that_it_never_changes(get: Any):
    headers = get().headers

    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["ETag"] == ETAG
    assert headers["Last-Modified"] == CREATED
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Dataset-Revision"] == "1"
    assert 'rel="license"' in headers["Link"]
    assert "Vary" not in headers or "Accept" not in headers["Vary"].split(", ")


def test_head_is_get_without_a_body(get: Any, client: Client):
    headed = client.head(FILE, headers={"range": "bytes=0-3"})

    assert (headed.status_code, body(headed)) == (HTTPStatus.OK, b"")
    assert headed.headers["Content-Length"] == str(len(CONTENT))
    assert headed.headers["ETag"] == ETAG


@pytest.mark.parametrize("named", [ETAG, f"W/{ETAG}", f'"x", {ETAG}', "*"])
def test_a_client_that_has_it_is_not_sent_it_again(named: str, get: Any):
    response = get(if_none_match=named)

    assert (response.status_code, body(response)) == (HTTPStatus.NOT_MODIFIED, b"")
    assert response.headers["ETag"] == ETAG
    assert response.headers["Cache-Control"].endswith("immutable")


def test_the_date_spares_it_too(get: Any):
    assert get(if_modified_since=CREATED).status_code == HTTPStatus.NOT_MODIFIED
    assert get(if_modified_since=http_date(0)).status_code == HTTPStatus.OK
    assert get(if_modified_since="yesterday").status_code == HTTPStatus.OK
    assert get(if_none_match='"x"', if_modified_since=CREATED).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-3", 0, 3),
        ("bytes=4-", 4, 39),
        ("bytes=-6", 34, 39),
        ("bytes=-9999", 0, 39),
        ("bytes=30-9999", 30, 39),
        ("bytes=39-39", 39, 39),
    ],
)
def test_a_range(asked: str, first: int, last: int, get: Any):
    assert len(CONTENT) == 40
    response = get(range=asked)

    assert response.status_code == HTTPStatus.PARTIAL_CONTENT
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/40"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["ETag"] == ETAG
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=40-", "bytes=40-50", f"bytes={10**30}-", "bytes=-0"])
def test_a_range_that_the_file_lacks(asked: str, get: Any):
    response = get(range=asked)

    assert response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert response.headers["Content-Range"] == "bytes */40"
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert response.json()["type"] == "/problems/range-not-satisfiable"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b", "bytes=-", "bytes", "bytes=\uff11-\uff12", ""]
)
def test_a_range_that_means_nothing_is_passed_over(asked: str, get: Any):
    response = get(range=asked.encode().decode("latin-1"))

    assert (response.status_code, body(response)) == (HTTPStatus.OK, CONTENT)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), (CREATED, 206), ('"x"', 200), (f"W/{ETAG}", 200), (http_date(0), 200)],
)
def test_a_range_on_condition(condition: str, status: int, get: Any):
    assert get(range="bytes=0-3", if_range=condition).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "2026.2/",
        "2026.2/uses.csv",
        "2026.1/reserves.csv",
        "2026.1/..",
        "2026.1/../2026.1/uses.csv",
        "2026.1/%2e%2e%2fsecret",
        "2026.1/..%2f..%2fsecret",
        "../../secret",
        "..%2fsecret",
        "%2e%2e/secret",
        "./uses.csv",
        ".2026.0-x/uses.csv",
        ".2026.0-x/",
        "2026.1/sub",
        "2026.1/hidden",
        "2026.1/uses.csv/",
        "2026.1//uses.csv",
        "%00/uses.csv",
        "2026.1/%00",
        "x" * 300 + "/uses.csv",
        "2026.1/" + "x" * 300,
    ],
)
def test_what_is_no_file_of_a_release_is_not_found(path: str, get: Any, release: Path, shelf: Path):
    (shelf / "secret").write_text("Secret.")
    (shelf.parent / "secret").write_text("Secret.")
    (release / "sub").mkdir()
    (release / "hidden").write_text("Not in the checksums.")
    make_release(shelf, ".2026.0-x")
    response = get(f"{LIST}{path}")

    assert response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert b"Secret" not in response.content


def test_parameters_and_formats_are_as_strict_as_elsewhere(get: Any):
    assert get(f"{FILE}?x=1").json()["errors"][0]["code"] == "unknown-parameter"
    assert get(f"{FILE}?format=html").status_code == HTTPStatus.NOT_ACCEPTABLE
    assert get(accept="image/png").json()["errors"][0]["allowed"] == ["text/csv"]
    for accepted in ("*/*", "text/*", "text/csv", "image/png, */*;q=0.1"):
        assert get(accept=accepted).status_code == HTTPStatus.OK
    assert get(f"{FILE}?format=csv").status_code == HTTPStatus.OK


def test_scripts_of_other_sites_may_read_ranges(get: Any, client: Client):
    exposed = get(origin="https://example.org").headers["Access-Control-Expose-Headers"]
    asking = {"origin": "https://example.org", "access-control-request-method": "GET"}
    allowed = client.options(FILE, headers=asking | {"access-control-request-headers": "range"})

    assert {"Content-Range", "Content-Length", "Accept-Ranges"} <= set(exposed.split(", "))
    assert "range" in allowed.headers["Access-Control-Allow-Headers"]


def test_a_file_that_was_lost_is_not_told_of_by_a_server_error(get: Any, release: Path):
    get()
    (release / "uses.csv").unlink()

    assert get().status_code == HTTPStatus.NOT_FOUND


def test_what_is_not_whole_is_no_release(client: Client, shelf: Path):
    folder = make_release(shelf)
    (folder / "release.json").write_text("{")

    assert client.get(LIST).json() == []
    assert client.get(f"{LIST}2026.1/").status_code == HTTPStatus.NOT_FOUND
    with pytest.raises(NoReleaseError, match="holds no whole release: Expecting"):
        read(folder)


# In part, as programs read Parquet


@pytest.fixture
def served(release: Path) -> Iterator[str]:
    server = LiveServer("localhost")
    yield f"{server.url}{LIST}2026.1/uses.parquet"
    server.stop()


def test_polars_reads_parquet_from_an_address(served: str):
    assert pl.read_parquet(served)["value"].to_list() == [1.5, None]
