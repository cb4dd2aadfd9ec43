"""What one process was answered, the others find in Redis; without Redis each goes on by itself."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache

from minerals_api.caching import behind_cache, shared
from minerals_api.caching.middleware import RevisionCache
from minerals_api.caching.shared import SharedAnswers
from tests.caching.asking import Counting, ask

ADDRESS = "/api/v1/facts/"
BUDGET = 10_000_000


def use(settings, address: str) -> None:
    timeouts = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": backend, "LOCATION": address, "OPTIONS": timeouts}}


@pytest.fixture
def state() -> bytes:
    """A state of the dataset that no other test has."""
    return uuid4().bytes


def process(django: Counting, state: bytes) -> RevisionCache:
    """What each process has of its own."""
    return RevisionCache(django, lambda: state, budget=BUDGET, shared=SharedAnswers("default"))


@pytest.mark.redis
def test_processes_share_what_they_were_answered(django: Counting, settings, redis_url, state):
    use(settings, redis_url)
    one, other = process(django, state), process(django, state)
    plain = ask(one, ADDRESS)

    assert ask(other, ADDRESS) == plain
    assert ask(other, ADDRESS, "HEAD").headers == plain.headers
    assert ask(other, ADDRESS, HTTP_ACCEPT_ENCODING="br").headers["content-encoding"] == "br"
    assert ask(other, ADDRESS, HTTP_IF_NONE_MATCH=plain.headers["etag"]).status == 304
    assert django.asked == 1


@pytest.mark.redis
def test_a_process_that_knows_no_more_than_a_tag_finds_the_body(django: Counting, settings, redis_url, state):
    use(settings, redis_url)
    one, other = process(django, state), process(django, state)
    tag = ask(django, ADDRESS).headers["etag"]
    assert ask(other, ADDRESS, HTTP_IF_NONE_MATCH=tag).status == 304
    plain = ask(one, ADDRESS)

    assert ask(other, ADDRESS) == plain
    assert django.asked == 3


@pytest.mark.redis
def test_they_do_not_share_what_differs(django: Counting, settings, redis_url, state, monkeypatch):
    use(settings, redis_url)
    ask(process(django, state), ADDRESS)
    ask(process(django, state + b"2"), ADDRESS)
    ask(process(django, state), f"{ADDRESS}?page_size=1")
    ask(process(django, state), ADDRESS, HTTP_HOST="127.0.0.1")
    settings.RELEASE = "another"
    ask(process(django, state), ADDRESS)

    assert django.asked == 5


@pytest.mark.redis
def test_what_redis_holds_is_compressed_and_does_not_stay_for_ever(
    django: Counting, settings, redis_url, state, monkeypatch
):
    use(settings, redis_url)
    kept: list[tuple[Any, ...]] = []
    original = RedisCache.set

    def noted(self: RedisCache, *args: Any) -> None:
        kept.append(args)
        original(self, *args)

    monkeypatch.setattr(RedisCache, "set", noted)
    plain = ask(process(django, state), ADDRESS)

    [(name, (headers, packed), seconds)] = kept
    assert len(packed) < len(plain.body) / 5
    assert seconds == shared.KEPT_FOR
    assert not [header for header in headers if header[0].lower().startswith("ratelimit")]
    assert caches["default"].get(name) is not None


def test_a_redis_that_fails_is_left_alone_for_a_while(django: Counting, settings, state, caplog, monkeypatch):
    use(settings, "redis://127.0.0.1:1/0")
    now = [1000.0]
    monkeypatch.setattr("minerals_api.caching.shared.time.monotonic", lambda: now[0])
    one = process(django, state)

    assert ask(one, ADDRESS).status == 200
    assert ask(one, f"{ADDRESS}?page_size=1").status == 200
    assert caplog.text.count("does without Redis") == 1
    now[0] += shared.PAUSE
    assert ask(one, f"{ADDRESS}?page_size=2").status == 200
    assert caplog.text.count("does without Redis") == 2


@pytest.mark.parametrize(
    ("redis", "wanted", "has"), [("", True, False), ("redis://x", False, False), ("redis://x", True, True)]
)
def test_it_is_there_where_redis_is_and_it_is_wanted(settings, monkeypatch, redis, wanted, has):
    settings.REDIS_URL, settings.CACHE_SHARED = redis, wanted
    monkeypatch.setattr("minerals_api.caching.newest_of_database", lambda: lambda: None)
    cache = behind_cache(lambda environ, start_response: [])

    assert isinstance(cache, RevisionCache)
    assert (cache.shared is not None) is has


def test_the_build_changes_with_the_code(settings, tmp_path, monkeypatch):
    before = shared.build()
    assert shared.build() == before
    settings.BASE_DIR = tmp_path
    (tmp_path / "requirements.lock").write_text("")
    assert shared.build() != before


@pytest.mark.redis
@pytest.mark.parametrize("damaged", [([], b"no zstd"), "text", 7, None])
def test_what_redis_holds_damaged_is_passed_by(django: Counting, settings, redis_url, state, damaged, monkeypatch):
    use(settings, redis_url)
    monkeypatch.setattr(RedisCache, "get", lambda self, key: damaged)

    assert ask(process(django, state), ADDRESS).status == 200
    assert django.asked == 1
