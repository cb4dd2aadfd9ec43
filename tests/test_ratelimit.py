"""Each client has its share of the API, is told what is left, and is refused beyond it."""

from uuid import uuid4

import pytest
from django.test import Client, RequestFactory
from limits.errors import StorageError

from minerals_api.clients import address_of, client_of, guesser_of

pytestmark = pytest.mark.django_db

HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")


@pytest.fixture
def two_a_minute(settings) -> None:
    settings.RATE_LIMIT = "2/minute"


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nowhere/", "/api/v1/?format=jsn", "/api/docs/"])
def test_every_answer_says_what_is_left(client: Client, two_a_minute, address):
    first, second = client.get(address), client.get(address)

    assert [first.headers[name] for name in HEADERS[:2]] == ["2", "1"]
    assert second.headers["RateLimit-Remaining"] == "0"
    assert first.headers["RateLimit-Policy"] == "2;w=60"
    assert 0 <= int(first.headers["RateLimit-Reset"]) <= 60


def test_beyond_the_limit_is_a_problem_that_says_when_to_return(client: Client, two_a_minute):
    responses = [client.get("/api/v1/") for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert responses[-1].json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(responses[-1].headers["Retry-After"]) <= 60
    assert responses[-1].headers["RateLimit-Remaining"] == "0"


def test_clients_are_counted_apart(client: Client, two_a_minute):
    for _ in range(3):
        client.get("/api/v1/", REMOTE_ADDR="192.0.2.1")

    assert client.get("/api/v1/", REMOTE_ADDR="192.0.2.2").status_code == 200


def test_pages_and_health_are_not_counted(client: Client, two_a_minute):
    for address in ("/", "/health/live"):
        assert not set(HEADERS) & set(client.get(address).headers)


def test_an_empty_limit_is_none(client: Client, settings):
    settings.RATE_LIMIT = ""

    assert not set(HEADERS) & set(client.get("/api/v1/").headers)


def test_requests_pass_when_the_store_fails(client: Client, monkeypatch, caplog):
    def fail(*_: object) -> bool:
        raise StorageError(ConnectionError("refused"))

    monkeypatch.setattr("limits.strategies.SlidingWindowCounterRateLimiter.hit", fail)

    assert client.get("/api/v1/").status_code == 200
    assert "passes uncounted" in caplog.text


@pytest.mark.redis
def test_processes_share_a_count_in_redis(two_a_minute, settings, redis_url):
    settings.REDIS_URL = redis_url
    address = f"client-{uuid4()}"

    statuses = [Client().get("/api/v1/", REMOTE_ADDR=address).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client_address"),
    [
        (0, "198.51.100.1", "192.0.2.9"),
        (1, "203.0.113.5, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.5, 198.51.100.1", "203.0.113.5"),
        (3, "203.0.113.5, 198.51.100.1", "192.0.2.9"),
        (1, "", "192.0.2.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "not an address", "not an address"),
    ],
)
def test_the_client_is_who_the_outermost_trusted_proxy_saw(settings, proxies, forwarded, client_address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.9", headers={"X-Forwarded-For": forwarded})

    assert client_of(request) == client_address


@pytest.mark.parametrize(
    ("remote", "exact", "counted"),
    [
        ("192.0.2.9", "192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:198.51.100.1", "198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "fe80::1", "fe80::"),
        ("", None, None),
        ("a socket", None, None),
    ],
)
def test_an_address_that_is_kept_is_one(remote, exact, counted):
    request = RequestFactory().get("/", REMOTE_ADDR=remote)

    assert address_of(request) == exact
    assert guesser_of(request) == counted
