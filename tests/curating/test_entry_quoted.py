"""Facts that a document only quotes cite what it quotes, as read in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minerals.models import Reserve
from sources.models import Citation, Source
from tests.curating.desk import address, change, filled
from tests.curating.entering import errors
from tests.factories import make_mineral, make_source

pytestmark = pytest.mark.django_db

RESERVE = {
    "key": "quoted",
    "scope": "world",
    "category": "reserves",
    "verbatim": "10 t",
    "comparator": "=",
    "value": "10",
    "unit": "t",
    "availability": "reported",
}


@pytest.fixture
def article() -> Source:
    return make_source("article")


def form_at(client: Client, source: Source, original: str = "") -> Any:
    return client.get(f"{address(Reserve, 'add')}?source={source.key}&original={original}")


def enter(client: Client, source: Source, original: str = "", /, **fields: Any) -> Any:
    page = form_at(client, source, original)
    entered = RESERVE | {"mineral": make_mineral("tin").pk} | fields
    return client.post(page.wsgi_request.get_full_path(), filled(page, **entered))


def citation_on(page: Any) -> Any:
    return page.context["inline_admin_formsets"][0].formset.forms[0]


def links_of(page: Any, text: str) -> str:
    return page.text.partition(f'">{text}</a>')[0].rpartition('href="')[2].replace("&amp;", "&")


def test_the_form_of_a_fact_leads_to_that_of_a_quoted_one_and_back(curator: Client, article: Source):
    page = curator.get(f"{address(Reserve, 'add')}?source={article.key}&mineral={make_mineral().pk}")
    quoting = curator.get(links_of(page, "It only quotes another document"))
    citation = citation_on(quoting)
    assert (citation["via"].value(), citation["source"].value()) == (article.pk, None)
    assert quoting.context["adminform"].form["mineral"].value() == str(make_mineral().pk)
    own = citation_on(curator.get(links_of(quoting, "It states this itself")))
    assert (own["via"].value(), own["source"].value()) == (None, article.pk)


def test_the_page_of_a_source_leads_to_quoted_facts(curator: Client, article: Source):
    page = curator.get(links_of(curator.get(change(article)), "Add one that it only quotes from another document"))
    assert all(kind["address"].endswith(f"?source={article.key}&original=") for kind in page.context["kinds"])


def test_what_is_quoted_is_asked_for_first(curator: Client, article: Source):
    page = form_at(curator, article)
    assert citation_on(page).fields["source"].widget.widget.attrs["data-first-to-fill"]
    assert page.text.index("citations-0-source") < page.text.index("citations-0-via_locator")
    assert page.text.index("citations-0-via_locator") < page.text.index("citations-0-locator")
    known = form_at(curator, article, make_source("report").key)
    assert citation_on(known).fields["via_locator"].widget.attrs["data-first-to-fill"]
    assert "data-first-to-fill" not in citation_on(known).fields["source"].widget.widget.attrs


def test_a_quoted_fact_cites_what_was_quoted_and_keeps_it_for_the_next(curator: Client, article: Source):
    report = make_source("report")
    fields: dict[str, Any] = {"citations-0-source": report.pk, "citations-0-via_locator": "paragraph 2"}
    saved = enter(curator, article, **fields)
    citation = Citation.objects.get(fact__key="quoted")
    assert (citation.source, citation.via, citation.via_locator) == (report, article, "paragraph 2")
    back = curator.get(saved.headers["Location"])
    assert back.context["quoted"] == report
    next_form = curator.get({kind["name"]: kind["address"] for kind in back.context["kinds"]}["reserve"])
    assert citation_on(next_form)["source"].value() == report.pk
    another = enter(curator, article, **fields, key="quoted-again", _addanother="1")
    assert citation_on(curator.get(another.headers["Location"]))["source"].value() == report.pk


def test_what_is_quoted_must_be_named(curator: Client, article: Source):
    fields: dict[str, Any] = {"citations-0-via_locator": "paragraph 2"}
    page = enter(curator, article, **fields)
    assert "Choose the source of the fact. The plus beside it adds one that is missing." in errors(page)
    assert citation_on(page)["via"].value() == str(article.pk)


def test_a_document_is_not_read_in_itself(curator: Client, article: Source):
    fields: dict[str, Any] = {"citations-0-source": article.pk, "citations-0-via_locator": "paragraph 2"}
    page = enter(curator, article, **fields)
    assert "Choose the one that it quotes, or empty via." in errors(page)


def test_an_address_that_names_no_original_asks_for_it(curator: Client, article: Source):
    assert citation_on(form_at(curator, article, "nothing"))["source"].value() is None


def test_the_place_is_asked_for_in_what_was_read(curator: Client, article: Source):
    page = enter(curator, article, **{"citations-0-source": make_source("report").pk, "citations-0-via_locator": ""})
    assert list(citation_on(page).errors) == ["via_locator"]
