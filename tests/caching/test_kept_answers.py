"""What is kept, what it varies by, and that it is the answer that Django gives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as global_settings
from django.http import HttpResponse, StreamingHttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minerals_api.caching.encodings import ENCODINGS
from minerals_api.caching.middleware import RevisionCache
from tests.caching.asking import Counting, ask
from tests.caching.test_encodings import unpacked

ADDRESS = "/api/v1/reserves/"
LIMITS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "ratelimit-policy")

ADDRESSES = st.sampled_from(
    [
        ADDRESS,
        "/api/v1/",
        "/api/v1/facts/?page_size=3",
        "/api/v1/facts/?revision=1",
        "/api/v1/minerals/zinc/",
        "/api/v1/reserves/?country=KAZ&fields=key,quantity.value",
        "/api/v1/nowhere/",
        "/api/v1/reserves/?contry=KAZ",
        "/api/v1/reserves/?format=csv",
        "/api/schema/",
        "/",
    ]
)
CONDITIONS = st.sampled_from(["", "tag", "strong", "other", "*", "before", "now", "tag and before", "not a date"])
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT": st.sampled_from(["*/*", "text/html", "application/json;q=0.5", "image/png", ""]),
        "HTTP_ACCEPT_ENCODING": st.sampled_from(["gzip", "br", "zstd", "gzip, br;q=0.5", "identity", "*", "x"]),
        "HTTP_HOST": st.sampled_from(["localhost", "127.0.0.1", "elsewhere.example"]),
        "HTTP_ORIGIN": st.just("https://elsewhere.example"),
        "HTTP_COOKIE": st.sampled_from(["theme=dark", "sessionid=of-someone"]),
        "HTTP_RANGE": st.just("bytes=0-9"),
        "HTTP_USER_AGENT": st.text("abc", max_size=3),
    },
)


def conditional(condition: str, answered: dict[str, str]) -> dict[str, str]:
    """The headers of a request on a condition, for the headers that were answered before."""
    tag, modified = answered.get("etag", 'W/"1-a"'), answered.get("last-modified", "Tue, 24 Nov 2026 00:00:00 GMT")
    before = {"HTTP_IF_MODIFIED_SINCE": "Wed, 01 Jan 2020 00:00:00 GMT"}
    return {
        "tag": {"HTTP_IF_NONE_MATCH": tag},
        "strong": {"HTTP_IF_NONE_MATCH": f'"x", {tag.removeprefix("W/")}'},
        "other": {"HTTP_IF_NONE_MATCH": '"other"'},
        "*": {"HTTP_IF_NONE_MATCH": "*"},
        "before": before,
        "now": {"HTTP_IF_MODIFIED_SINCE": modified},
        "tag and before": {"HTTP_IF_NONE_MATCH": tag, **before},
        "not a date": {"HTTP_IF_MODIFIED_SINCE": "now"},
    }.get(condition, {})


@given(address=ADDRESSES, headers=HEADERS, condition=CONDITIONS, method=st.sampled_from(["GET", "HEAD"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_is_that_of_django(cache: RevisionCache, django: Counting, address, headers, condition, method):
    """Asked for the first time, from memory, and as any answer before has left the memory."""
    plain = ask(django, address, **headers)
    headers = headers | conditional(condition, plain.headers)
    expected = ask(django, address, method, **headers)
    packed = expected.headers.pop("content-encoding", None)  # as streams are, which no cache holds
    wanted = unpacked(packed, expected.body)

    for _ in range(2):
        answer = ask(cache, address, method, **headers)
        encoding = answer.headers.pop("content-encoding", None) or packed
        body = unpacked(encoding, answer.body)
        assert answer.status == expected.status
        assert body == (wanted if answer.status == 200 and method == "GET" else body)
        assert _comparable(answer.headers, expected.headers, encoding) == _comparable(
            expected.headers, expected.headers, encoding
        )
        if method == "GET" and answer.status == 200 and "content-length" in expected.headers:
            assert answer.headers["content-length"] == str(len(answer.body))


def _comparable(headers: dict[str, str], expected: dict[str, str], encoding: str | None) -> dict[str, str]:
    """Headers without what may differ: how long a body is when packed, and what no body has a length for."""
    left_out = {"age", "expires"}
    if encoding or "content-type" not in expected:
        left_out.add("content-length")
    if "dataset-revision" not in expected:
        # Django doesn't enter the view for it; the cache knows.
        left_out.add("dataset-revision")
    return {name: value for name, value in headers.items() if name not in left_out}


def test_the_second_request_does_not_enter_django(cache: RevisionCache, django: Counting):
    first, second = ask(cache, ADDRESS), ask(cache, ADDRESS)

    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    assert django.asked == 1


def test_the_openapi_document_is_kept_and_packed(django: Counting):
    cache = RevisionCache(django, lambda: b"1", budget=global_settings.CACHE_BYTES)
    first, second = (ask(cache, "/api/schema/", HTTP_ACCEPT_ENCODING="gzip") for _ in range(2))
    unchanged = ask(cache, "/api/schema/", HTTP_IF_NONE_MATCH=first.headers["etag"])

    assert django.asked == 1
    assert json.loads(unpacked("gzip", second.body))["openapi"].startswith("3.1")
    assert len(second.body) < len(unpacked("gzip", second.body)) / 5
    assert unchanged.status == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_USER_AGENT": "another"},
        {"HTTP_ACCEPT_LANGUAGE": "kk"},
        {"HTTP_REFERER": "https://elsewhere.example"},
        {"HTTP_COOKIE": "theme=dark"},
        {"HTTP_CACHE_CONTROL": "no-cache"},
        {"HTTP_ORIGIN": "https://elsewhere.example"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_FORWARDED_FOR": "198.51.100.1"},
        {"REMOTE_ADDR": "198.51.100.1"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_it_varies_by_nothing_else(cache: RevisionCache, django: Counting, headers):
    ask(cache, ADDRESS)
    ask(cache, ADDRESS, **headers)

    assert django.asked == 1


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (f"{ADDRESS}?page_size=2", {}),
        (ADDRESS, {"HTTP_ACCEPT": "text/html"}),
        (ADDRESS, {"HTTP_HOST": "127.0.0.1"}),
        (ADDRESS, {"wsgi.url_scheme": "https"}),
    ],
)
def test_it_varies_by_what_the_answer_does(cache: RevisionCache, django: Counting, address, headers):
    ask(cache, ADDRESS)
    answer = ask(cache, address, **headers)

    assert django.asked == 2
    assert answer.body == ask(django, address, **headers).body


def test_a_trusted_proxy_tells_the_scheme(django: Counting, settings):
    settings.TRUSTED_PROXIES = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    cache = RevisionCache(django, lambda: b"1", budget=1_000_000)
    plain, tls = ask(cache, "/api/v1/"), ask(cache, "/api/v1/", HTTP_X_FORWARDED_PROTO="https")

    assert b"http://localhost/api/" in plain.body
    assert b"https://localhost/api/" in tls.body


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/api/v1/nowhere/", {}),
        (f"{ADDRESS}?contry=KAZ", {}),
        (f"{ADDRESS}?format=csv", {}),
        (ADDRESS, {"HTTP_ACCEPT": "image/png"}),
        (ADDRESS, {"HTTP_HOST": "elsewhere.example"}),
        (ADDRESS, {"HTTP_HOST": ""}),
        (ADDRESS, {"HTTP_COOKIE": "theme=dark; sessionid=of-someone"}),
        (ADDRESS, {"HTTP_AUTHORIZATION": "Basic x"}),
        (ADDRESS, {"HTTP_RANGE": "bytes=0-9"}),
        (ADDRESS, {"CONTENT_LENGTH": "3"}),
        (ADDRESS, {"HTTP_TRANSFER_ENCODING": "chunked"}),
        (ADDRESS, {"REQUEST_METHOD": "POST"}),
        (ADDRESS, {"REQUEST_METHOD": "OPTIONS"}),
        ("/health/live", {}),
        ("/", {}),
    ],
)
def test_errors_and_what_is_not_public_are_never_kept(cache: RevisionCache, django: Counting, address, headers):
    for _ in range(2):
        ask(cache, address, **headers)

    assert django.asked == 2
    assert len(cache.shelf) == 0


PUBLIC = {
    "ETag": 'W/"1-a"',
    "Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT",
    "Cache-Control": "public, no-cache",
    "Vary": "Accept, Accept-Encoding, origin",
    "Content-Length": "2",
}


def answering(response: Callable[[], Any]) -> Counting:
    """A WSGI application that always answers so, as Django would send it."""

    def application(environ: Any, start_response: Any) -> Any:
        answer = response()
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return answer

    return Counting(application)


@pytest.mark.parametrize(
    ("response", "kept"),
    [
        (lambda: HttpResponse(b"{}", headers=PUBLIC), True),
        (lambda: HttpResponse(b"{}", headers=PUBLIC | {"Vary": "Accept, Cookie"}), False),
        (lambda: HttpResponse(b"{}", headers=PUBLIC | {"Cache-Control": "private"}), False),
        (lambda: HttpResponse(b"{}", headers=PUBLIC | {"Cache-Control": "no-store"}), False),
        (lambda: HttpResponse(b"{}", headers=PUBLIC | {"Content-Encoding": "gzip"}), False),
        (lambda: HttpResponse(b"{}", headers=PUBLIC | {"Set-Cookie": "theme=dark"}), False),
        (lambda: HttpResponse(b"{}", headers={name: PUBLIC[name] for name in PUBLIC if name != "ETag"}), False),
        (lambda: HttpResponse(b"{}", headers=PUBLIC, status=500), False),
        (lambda: HttpResponse(b"{}", headers=PUBLIC, status=206), False),
        (lambda: StreamingHttpResponse([b"{", b"}"], headers=PUBLIC), False),
        (lambda: HttpResponse(b"x" * 200_000, headers=PUBLIC | {"Content-Length": "200000"}), False),
    ],
)
def test_only_whole_public_answers_are_kept(one_connection, response, kept: bool):
    django = answering(response)
    cache = RevisionCache(django, lambda: b"1", budget=1_000_000)
    bodies = [ask(cache, "/api/v1/").body for _ in range(2)]

    assert django.asked == (1 if kept else 2)
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) in (2, 200_000)


def test_django_is_told_when_an_answer_is_done(cache: RevisionCache, monkeypatch):
    closed: list[HttpResponse] = []
    monkeypatch.setattr(HttpResponse, "close", lambda response: closed.append(response))  # noqa: PLW0108  (becomes a method)
    ask(cache, ADDRESS)

    assert len(closed) == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_is_made_once(cache: RevisionCache, django: Counting, encoding, monkeypatch):
    plain = ask(cache, ADDRESS)
    packed = ask(cache, ADDRESS, HTTP_ACCEPT_ENCODING=encoding)
    monkeypatch.setattr("minerals_api.caching.answers.ENCODINGS", {})
    again = ask(cache, ADDRESS, HTTP_ACCEPT_ENCODING=encoding)

    assert packed.headers["content-encoding"] == encoding
    assert packed == again
    assert unpacked(encoding, packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 3
    assert packed.headers["etag"] == plain.headers["etag"]
    assert django.asked == 1


def test_a_short_body_is_not_compressed(one_connection):
    django = answering(lambda: HttpResponse(b"{}", headers=PUBLIC))
    cache = RevisionCache(django, lambda: b"1", budget=1_000_000)

    for _ in range(2):
        answer = ask(cache, "/api/v1/", HTTP_ACCEPT_ENCODING="gzip")
        assert "content-encoding" not in answer.headers
        assert answer.body == b"{}"


def test_a_tag_is_kept_even_where_no_one_needs_the_body(cache: RevisionCache, django: Counting):
    tag = ask(django, ADDRESS).headers["etag"]
    answers = [ask(cache, ADDRESS, HTTP_IF_NONE_MATCH=tag) for _ in range(3)]

    assert [answer.status for answer in answers] == [304, 304, 304]
    assert django.asked == 2
    assert ask(cache, ADDRESS, HTTP_IF_NONE_MATCH="*").status == 304
    assert ask(cache, ADDRESS, HTTP_IF_NONE_MATCH='"other"').status == 200
    assert ask(cache, ADDRESS, HTTP_IF_NONE_MATCH="*").status == 304
    assert django.asked == 4


def test_the_limit_is_told_only_to_those_who_are_counted(one_connection, settings):
    from django.core.handlers.wsgi import WSGIHandler

    settings.RATE_LIMIT = "2/minute"
    cache = RevisionCache(WSGIHandler(), lambda: b"1", budget=1_000_000)
    first, *others = [ask(cache, ADDRESS) for _ in range(4)]

    assert [first.headers[name] for name in LIMITS[:2]] == ["2", "1"]
    for answer in others:
        assert answer.status == 200
        assert not set(LIMITS) & set(answer.headers)


def test_where_the_revision_cannot_be_read_django_answers(django: Counting):
    states = iter([b"1", b"1", b"1", None, None])
    cache = RevisionCache(django, states.__next__, budget=1_000_000)
    asked = []
    for _ in range(4):
        assert ask(cache, ADDRESS).status == 200
        asked.append(django.asked)

    assert asked == [1, 1, 2, 3]


def test_a_server_may_add_to_the_headers_it_is_given(cache: RevisionCache):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": ADDRESS, "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    expected = ask(cache, ADDRESS).headers
    list(cache(environ, lambda status, headers: headers.append(("Date", "now"))))

    assert ask(cache, ADDRESS).headers == expected


def test_what_was_made_while_a_revision_was_published_is_not_kept(django: Counting):
    states = iter([b"1", b"2", b"2", b"2", b"2"])
    cache = RevisionCache(django, states.__next__, budget=1_000_000)

    assert [ask(cache, ADDRESS).status for _ in range(3)] == [200, 200, 200]
    assert django.asked == 2


@pytest.mark.parametrize("format_", ["bibtex", "ris", "csl", "citation"])
def test_bibliographies_are_kept(format_: str, cache: RevisionCache, django: Counting) -> None:
    first, second = (ask(cache, f"{ADDRESS}?format={format_}") for _ in range(2))

    assert (first.status, second.body, django.asked) == (200, first.body, 1)
    assert {name: second.headers[name] for name in ("content-type", "content-disposition", "link")} == {
        name: first.headers[name] for name in ("content-type", "content-disposition", "link")
    }
