"""A published change is in the very next answer, whichever process or thread published it and whichever answers."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import quote

import pytest
from django.db import connection, connections

from minerals_api.caching.middleware import RevisionCache
from sources import ledger
from sources.models import Revision
from tests.caching.asking import Answer, Counting, ask
from tests.factories import make_mineral

ADDRESS = "/api/v1/minerals/?page_size=5"
PUBLISH = """
import sys, django
django.setup()
from minerals.models import Mineral
from sources import ledger
mineral = Mineral.objects.create(slug=sys.argv[1], name=sys.argv[1], type="element")
ledger.record([mineral], author="curator", message="A mineral.")
"""
SERVE = "from granian import Granian; import sys; Granian('minerals_api.wsgi:application', interface='wsgi', port=int(sys.argv[1])).serve()"


def environment() -> dict[str, str]:
    """What a process of its own needs to work on the test database."""
    settings = connection.settings_dict
    address = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        login = ":".join(quote(settings[part]) for part in ("USER", "PASSWORD") if settings[part])
        address = f"postgres://{login}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"
    return {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "minerals_api.settings", "DATABASE_URL": address}


def publish_elsewhere(slug: str) -> None:
    subprocess.run([sys.executable, "-c", PUBLISH, slug], env=environment(), check=True)


def publish(slug: str) -> Revision:
    return ledger.record([make_mineral(slug)], author="curator", message="A mineral.")


def count(answer: Answer) -> int:
    return int(json.loads(answer.body)["count"])


def test_another_process_publishes(live_cache: RevisionCache, django_alone: Counting):
    before = [ask(live_cache, ADDRESS) for _ in range(3)]
    tag = before[0].headers["etag"]
    publish_elsewhere("unobtainium")
    after = [ask(live_cache, ADDRESS, HTTP_IF_NONE_MATCH=tag) for _ in range(3)]

    assert django_alone.asked == 2
    assert {count(answer) for answer in before} == {count(after[0]) - 1}
    assert len({count(answer) for answer in after}) == 1
    assert ask(live_cache, ADDRESS, HTTP_IF_NONE_MATCH=after[0].headers["etag"]).status == 304


def test_no_kept_answer_outlives_a_move(live_cache: RevisionCache, django_alone: Counting):
    old, new = "/api/v1/minerals/oldium/", "/api/v1/minerals/newium/"
    publish("oldium")
    kept = [ask(live_cache, old) for _ in range(2)]
    ledger.rename(make_mineral("oldium"), "newium", author="curator", message="Its name was misread.")
    known = {"HTTP_IF_NONE_MATCH": kept[0].headers["etag"]}
    led = [ask(live_cache, old), ask(live_cache, old, **known), ask(live_cache, old, "HEAD")]

    assert [answer.status for answer in kept] == [200, 200]
    assert [(answer.status, answer.headers["location"]) for answer in led] == [(308, new)] * 3
    assert ask(live_cache, new).status == 200
    assert django_alone.asked == 5


def test_no_thread_is_told_what_is_stale(live_cache: RevisionCache, django_alone: Counting):
    """Each answer shows at least the revision that was published before it was asked for, and no mixture."""
    first = count(ask(live_cache, ADDRESS))
    start = int(ask(live_cache, ADDRESS).headers["dataset-revision"])
    published = [start]
    done = Event()

    def read(encoding: str) -> int:
        answers = 0
        try:
            while not done.is_set():
                least = published[-1]
                answer = ask(live_cache, ADDRESS, HTTP_ACCEPT_ENCODING=encoding)
                revision = int(answer.headers["dataset-revision"])
                assert revision >= least
                assert count(answer) - first == revision - start
                answers += 1
        finally:
            live_cache.newest.close()  # type: ignore[attr-defined]
            connections.close_all()
        return answers

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read, "identity") for _ in range(4)]
        try:
            for number in range(12):
                published.append(publish(f"mineral-{number}").number)
                while django_alone.asked < number and not any(reader.done() for reader in readers):
                    time.sleep(0.001)
        finally:
            done.set()
    answered = [reader.result() for reader in readers]
    assert sum(answered) > django_alone.asked


@pytest.fixture
def server(transactional_db: None) -> Iterator[http.client.HTTPConnection]:
    """The service in a process of its own, as `make run` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env=environment())
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for _ in range(600):
            try:
                client.connect()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(30)


def fetch(client: http.client.HTTPConnection, method: str = "GET", **headers: str) -> Answer:
    client.request(method, ADDRESS, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = client.getresponse()
    body = response.read()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def test_the_server_answers_from_memory_until_something_is_published(server: http.client.HTTPConnection):
    first, second = fetch(server), fetch(server)
    head = fetch(server, "HEAD")
    packed = fetch(server, accept_encoding="zstd")
    unmodified = fetch(server, if_none_match=first.headers["etag"])
    publish("unobtainium")
    changed = fetch(server, if_none_match=first.headers["etag"])

    assert "ratelimit-limit" in first.headers
    assert not any("ratelimit-limit" in answer.headers for answer in (second, head, packed, unmodified))
    assert second.body == first.body
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(first.body)))
    assert packed.headers["content-encoding"] == "zstd"
    assert (unmodified.status, unmodified.body) == (304, b"")
    assert changed.status == 200
    assert count(changed) == count(first) + 1
