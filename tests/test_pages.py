"""The pages for people load nothing from elsewhere and run under the policy they are sent with."""

import re
from html import escape
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from minerals_api.pages import EXAMPLES
from minerals_api.problems import PROBLEM_TYPES

pytestmark = pytest.mark.django_db

PAGES = ["/", "/problems/", "/problems/gone", "/api/docs/", "/api/v1/?format=html", "/admin/login/"]
LOADING = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")}


class PageParser(HTMLParser):
    """Collects what a page loads, and what a strict Content-Security-Policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.blocked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.loaded += [value for name, value in attributes.items() if (tag, name) in LOADING and value]
        self.blocked += [name for name in attributes if name == "style" or name.startswith("on")]
        is_data = attributes.get("type") == "application/ld+json"
        if tag == "style" or (tag == "script" and not attributes.get("src") and not is_data):
            self.blocked.append(tag)


def parse(page: str) -> PageParser:
    parser = PageParser()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("address", PAGES)
def test_pages_load_nothing_from_elsewhere_and_hold_nothing_inline(client: Client, address):
    response = client.get(address)
    page = parse(response.content.decode())

    assert response.status_code == 200
    assert page.loaded
    assert all(url.startswith("/") and not url.startswith("//") for url in page.loaded)
    assert not page.blocked


def test_the_admin_holds_nothing_inline(admin_client: Client):
    response = admin_client.get("/admin/")

    assert response.status_code == 200
    assert not parse(response.content.decode()).blocked


@pytest.mark.parametrize("address", PAGES)
def test_everything_a_page_loads_is_there(client: Client, address):
    for url in parse(client.get(address).content.decode()).loaded:
        if url.startswith("/static/"):
            assert finders.find(url.removeprefix("/static/")), url
        else:
            assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("address", [*PAGES, "/api/v1/", "/nowhere", "/health/live"])
def test_every_answer_has_the_strict_policy(client: Client, address):
    policy = client.get(address).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_static_files_have_the_strict_policy(client: Client):
    response = client.get("/static/minerals_api/site.css")
    response.close()

    assert response.status_code == 200
    assert "Content-Security-Policy" in response.headers


def test_home_shows_its_examples_and_how_to_ask_from_a_terminal(client: Client):
    page = client.get("/").content.decode()

    assert all(f'href="{escape(example.path)}"' in page for example in EXAMPLES)
    assert "curl" in page


def test_examples_are_answered(client: Client, dataset):
    for example in EXAMPLES:
        assert client.get(example.path).status_code == 200


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_every_kind_of_error_has_its_page(client: Client, slug):
    assert PROBLEM_TYPES[slug].title in client.get(f"/problems/{slug}").content.decode()


def test_the_root_lists_every_endpoint_with_its_words(client: Client):
    from minerals_api.urls import router

    endpoints = client.get("/api/v1/").json()

    assert list(endpoints) == [prefix for prefix, _, _ in router.registry]
    for prefix, endpoint in endpoints.items():
        assert endpoint["url"] == f"http://testserver/api/v1/{prefix}/"
        assert endpoint["description"]


def test_the_browsable_page_links_what_it_shows(client: Client):
    page = client.get("/api/v1/?format=html").content.decode()

    assert re.search(r'&quot;<a href="http://testserver/api/v1/minerals/">', page)


def test_schema_is_json_unless_yaml_is_asked_for(client: Client):
    assert client.get("/api/schema/").json()["openapi"].startswith("3.1")
    assert client.get("/api/schema/?format=yaml").content.startswith(b"openapi: 3.1")
