"""Sources are entered once: doubles are asked about, keys suggested, and records fill in the form without saving."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from curating.entry.duplicates import bare_doi, bare_url
from curating.entry.records.pasted import records_in
from curating.entry.records.record import RecordError, fields_of
from sources.bibliography import bibtex, csl, ris
from sources.models import Source
from sources.serializers import SourceSerializer
from tests.bibliography.documents import entry
from tests.curating.desk import address, change, filled, messages_of
from tests.curating.entering import errors
from tests.factories import make_source, make_term
from tests.test_admin import staff

__all__ = ["staff"]
PASTE = "admin:sources_source_paste"

pytestmark = pytest.mark.django_db


def enter(client: Client, **fields: Any) -> Any:
    least = {"kind": "news", "publisher": "The Daily", "title": "A mine opens"}
    return client.post(
        address(Source, "add"), filled(client.get(address(Source, "add")), **least | fields), follow=True
    )


def paste(client: Client, text: str, **typed: Any) -> Any:
    return client.post(reverse(PASTE), {"record": text, **typed})


def values(page: Any) -> dict[str, Any]:
    form = page.context["adminform"].form
    return {name: form[name].value() for name in form.fields if form[name].value()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.example.org/a/", "http://example.org/a"),
        ("https://example.org/a?utm_source=x&id=3&utm_medium=y#top", "https://example.org/a?id=3"),
        ("https://Example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org/caf%C3%A9", "https://example.org/café"),
    ],
)
def test_addresses_of_one_page(one: str, other: str):
    assert bare_url(one) == bare_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/b"),
        ("https://example.org/?p=1", "https://example.org/?p=2"),
        ("https://example.org/A", "https://example.org/a"),
        ("https://news.example.org/a", "https://example.org/a"),
    ],
)
def test_addresses_of_two_pages(one: str, other: str):
    assert bare_url(one) != bare_url(other)


@given(st.text(max_size=80))
def test_any_text_has_some_bare_address(text: str):
    assert isinstance(bare_url(text), str)
    assert isinstance(bare_doi(text), str)


KNOWN = {"publisher": "The Daily", "title": "Zinc plant opens in Zhambyl", "url": "https://www.example.org/zinc/"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": "Other", "url": "http://example.org/zinc?utm_source=x#top"}, "the same address"),
        ({"title": "Other", "doi": "https://doi.org/10.1234/ABC"}, "the same DOI"),
        ({"title": "Other", "url": "https://dx.doi.org/10.1234/abc"}, ""),
        ({"title": "ZINC PLANT opens, in Zhambyl!", "publisher": "Another"}, "the same title"),
        ({"title": "Zinc plants open in Zhambyl"}, "nearly the same title, by the same publisher"),
        ({"title": "Zinc plants open in Zhambyl", "publisher": "Another"}, ""),
        ({"title": "A copper mine opens"}, ""),
    ],
)
def test_a_double_is_asked_about_and_saved_only_once_confirmed(curator: Client, fields: dict[str, str], reason: str):
    known = make_source("zinc-2025", **KNOWN, doi="10.1234/abc")
    page = enter(curator, **{"url": "", "key": "entered", **fields})
    if not reason:
        assert Source.objects.filter(key="entered").exists()
        return
    assert f"{known.key}</a> ({reason}" in page.text
    assert change(known) in page.text
    assert not Source.objects.filter(key="entered").exists()

    [question] = page.context["adminform"].form.questions
    assert f'name="{question.name}"' in page.text
    enter(curator, **{"url": "", "key": "entered", **fields, question.name: question.mark})
    assert Source.objects.filter(key="entered").exists()


def test_an_answer_holds_only_for_the_sources_that_it_was_asked_about(curator: Client):
    make_source("zinc-2025", **KNOWN)
    make_source("copper-2025", publisher="Other", title="Copper")
    [question] = enter(curator, title=KNOWN["title"]).context["adminform"].form.questions
    page = enter(curator, title="Copper", **{question.name: question.mark})
    assert "copper-2025" in errors(page)


def test_editions_and_what_they_supersede_are_no_doubles(curator: Client):
    first = make_source("summaries-2025", publisher="Survey", title="Mineral summaries 2025")
    enter(curator, publisher="Survey", title="Mineral summaries 2026", key="summaries-2026")
    assert Source.objects.filter(key="summaries-2026").exists()
    enter(curator, publisher="Survey", title="Mineral summaries 2025", key="summaries-2025-2", supersedes=first.pk)
    assert Source.objects.filter(key="summaries-2025-2").exists()


def test_a_changed_source_is_asked_about_only_where_it_becomes_a_double(curator: Client):
    make_source("zinc-2025", **KNOWN)
    other = make_source("zinc-2025-b", kind="news", publisher="Other", title=KNOWN["title"])
    page = curator.get(change(other))
    assert curator.post(change(other), filled(page, note="Seen.")).status_code == 302
    page = curator.post(change(other), filled(curator.get(change(other)), url=KNOWN["url"]))
    assert "the same address" in errors(page)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "daily-mine-opens"),
        ({"published": "2025-09-14"}, "daily-2025-mine-opens"),
        ({"publisher": "Казинформ", "title": "Цинк и медь", "published": "2024"}, "kazinform-2024-tsink-i-med"),
        ({"publisher": "鉱業", "title": ""}, "source"),
        ({"key": "as-i-say"}, "as-i-say"),
    ],
)
def test_a_key_is_suggested(curator: Client, fields: dict[str, str], key: str):
    enter(curator, **fields)
    assert Source.objects.filter(key=key).exists()


def test_a_suggested_key_is_free(curator: Client):
    make_source("daily-mine-opens", publisher="Other", title="Other")
    enter(curator)
    assert Source.objects.filter(key="daily-mine-opens-2").exists()


def test_a_saved_source_is_shown_with_what_may_be_added(curator: Client):
    page = enter(curator)
    assert page.redirect_chain[-1][0] == change(Source.objects.get(key="daily-mine-opens")) + "#facts"


BIBTEX = r"""@article{lee2025, title = {{Zinc} \& {C}opper for \$5 Million, 10% more: caf\'e}, journal = {The Daily},
  author = {Lee, Ann and van der Berg, Jan and {World Bank}}, year = 2025, month = sep, day = {14},
  url = {https://example.org/a\_b}, abstract = {Long.}}"""
RIS = """TY  - NEWS
AU  - Lee, Ann
AU  - Ministry of Energy, Mines and Water
TI  - Zinc
T2  - The Daily
DA  - 2025/09//
UR  - https://example.org/a;b
KW  - zinc
ER  - """
CSL = json.dumps(
    {
        "type": "article-newspaper",
        "title": "Zinc",
        "container-title": ["The Daily"],
        "author": [{"family": "Lee", "given": "Ann"}, {"literal": "World Bank"}],
        "issued": {"date-parts": [["2025", 9]]},
        "DOI": "https://doi.org/10.1234/ABC",
    }
)


def test_bibtex_fills_in_the_form_and_saves_nothing(curator: Client):
    before = Source.objects.count()
    page = paste(curator, BIBTEX)
    assert values(page) == {
        "publisher": "The Daily",
        "title": "Zinc & Copper for $5 Million, 10% more: café",
        "authors": "Ann Lee|Jan van der Berg|World Bank",
        "published": "2025-09-14",
        "url": "https://example.org/a_b",
    }
    said = " ".join(messages_of(page))
    assert "Nothing is saved yet" in said
    assert "choose its kind" in said
    assert "abstract" in said
    assert Source.objects.count() == before
    assert f'action="{address(Source, "add")}"' in page.text


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (
            RIS,
            {
                "kind": "news",
                "publisher": "The Daily",
                "title": "Zinc",
                "authors": "Ann Lee|Ministry of Energy, Mines and Water",
                "published": "2025-09",
                "url": "https://example.org/a;b",
            },
        ),
        (RIS.replace("\n", "\r\n").replace("TY  -", "\ufeffTY  -").removesuffix("ER  - "), {"kind": "news"}),
        (
            CSL,
            {
                "kind": "news",
                "publisher": "The Daily",
                "title": "Zinc",
                "authors": "Ann Lee|World Bank",
                "published": "2025-09",
                "doi": "10.1234/ABC",
            },
        ),
        ("@online{x, title={A}, date={2024-05/2024-07}}", {"title": "A", "published": "2024-05/2024-07"}),
        ("@misc{x, title={A}, year={n.d.}}", {"title": "A"}),
        ("@phdthesis{x, title={A}, school={Mining Academy}}", {"kind": "research", "publisher": "Mining Academy"}),
        ('{"type":"dataset","title":"A","issued":{"date-parts":[[2024]],"circa":true}}', {"published": "2024~"}),
        ('{"message":{"type":"journal-article","title":["A"]}}', {"kind": "research", "title": "A"}),
    ],
)
def test_records_fill_in_what_they_say(curator: Client, text: str, fields: dict[str, str]):
    found = values(paste(curator, text))
    assert {name: found.get(name) for name in fields} == fields


def test_what_was_typed_stays(curator: Client):
    page = paste(curator, RIS, title="My title", note="Read on paper.")
    assert values(page)["title"] == "My title"
    assert values(page)["note"] == "Read on paper."
    assert "Kept as you had typed it: title." in messages_of(page)


def test_a_record_that_is_here_already_is_said_at_once(curator: Client):
    known = make_source("daily-zinc", publisher="The Daily", title="Zinc")
    assert any(known.key in message for message in messages_of(paste(curator, CSL)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to read"),
        ("A mine opens, The Daily, 2025", "neither BibTeX, RIS nor CSL-JSON"),
        ("@article{a, title = {No end", "can&#x27;t be read: Unexpectedly reached end of file"),
        ("{not json", "can&#x27;t be read"),
        ('{"a": 1}', "no CSL-JSON"),
        ("[]", "no CSL-JSON"),
        ("[[[", "can&#x27;t be read"),
        ("[" * 5000, "too deeply"),
        ("TY  - " + "x" * 200_000, "too long"),
        ("@misc{a, title = {" + "{" * 2000 + "}" * 2000 + "}}", "too deeply"),
    ],
)
def test_what_is_no_record_is_refused_with_the_text_kept(curator: Client, text: str, said: str):
    page = paste(curator, text, publisher="Typed")
    assert page.status_code == 200
    assert said in page.text
    assert page.context["record"] == text
    assert values(page) == {"publisher": "Typed"}


def test_of_several_records_one_is_chosen(curator: Client):
    text = f"{RIS}\nTY  - RPRT\nTI  - Second\nER  - "
    page = paste(curator, text)
    assert "There are 2 records" in page.text
    assert values(page) == {}
    assert values(paste(curator, text, which="1"))["title"] == "Second"
    assert values(paste(curator, text, which="9")) == {}


def test_a_record_is_pasted_in_a_popup(curator: Client):
    page = curator.get(address(Source, "add") + "?_popup=1")
    assert f"{reverse(PASTE)}?_popup=1" in page.text
    filled_in = curator.post(reverse(PASTE) + "?_popup=1", {"record": CSL, "_popup": "1"})
    assert 'name="_popup"' in filled_in.text


def test_who_may_not_add_sources_pastes_no_record(staff: Callable[..., Client]):
    assert paste(staff("view_source"), CSL).status_code == 403


def test_pasting_takes_a_post(curator: Client):
    assert curator.get(reverse(PASTE)).headers["Location"] == address(Source, "add")


@given(st.text(max_size=300) | st.builds("{}{}".format, st.sampled_from(["@article{a, ", "TY  - ", "[{"]), st.text()))
def test_no_text_breaks_the_reader(text: str):
    """It gives at least one record, or says why there is none; anything else that it raised would fail this."""
    with suppress(RecordError):
        assert [fields_of(record) for record in records_in(text)]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["title", "author", "issued", "date-parts", "family", "type", "DOI", "URL", "literal"]),
                inner,
            )
        ),
    )
)
def test_no_json_breaks_the_reader(value: Any):
    with suppress(RecordError):
        assert [fields_of(record) is not None for record in records_in(json.dumps([value]))]


WRITERS: dict[str, Callable[[Any], str]] = {
    "bibtex": lambda one: bibtex.write([one]),
    "ris": lambda one: ris.write([one]),
    "csl": lambda one: json.dumps([csl.item_of(one)]),
}
CARRIED = (
    *("key", "publisher", "title", "authors", "series", "volume", "issue", "published", "not_before", "not_after"),
    *("data_year", "doi", "url", "archived_url", "licence"),
)
SEVERAL_KINDS = "one type of the format stands for several kinds of sources: the curator chooses"
BODY_IN_A_SERIES = {"edm-2021-07-21", "edm-2024-07-01", "eu-2024-1252"}
"""Documents in a series that name no author: BibTeX calls them what it calls an article in a newspaper."""


@pytest.mark.parametrize("name", WRITERS)
def test_our_own_records_come_back(name: str):
    """All that a format can carry of each source of the dataset. A kind is given back rightly or not at all."""
    wrong = {}
    for source in Source.objects.all():
        stored = {field: value for field, value in vars(source).items() if field in (*CARRIED, "kind")}
        [record] = records_in(WRITERS[name](entry(**stored)))
        found = fields_of(record)
        expected = {field: str(stored[field] or "") for field in CARRIED}
        differing = {field for field in CARRIED if found.get(field, "") != expected[field]}
        if differing or found.get("kind", source.kind) != source.kind:
            wrong[source.key] = differing
        assert source.kind in record.kinds, SEVERAL_KINDS
    assert set(wrong) == (BODY_IN_A_SERIES if name == "bibtex" else set())
    assert len(SourceSerializer(Source.objects.all(), many=True).data) > 100


def test_words_that_are_no_kind_here_are_not_offered(curator: Client):
    make_term("source-kind", "thesis")
    page = paste(curator, "TY  - RPRT\nTI  - A\nPB  - Survey\nER  - ")
    [said] = [message for message in messages_of(page) if "choose its kind" in message]
    assert "which may be government, research:" in said


def test_a_page_of_the_web_may_be_news_and_the_cursor_is_in_the_kind(curator: Client):
    page = paste(curator, "@online{x, title={A mine opens}, publisher={The Daily}}")
    assert any("news" in message for message in messages_of(page) if "choose its kind" in message)
    assert page.context["adminform"].form.fields["kind"].widget.attrs["data-first-to-fill"]
    plain = curator.get(address(Source, "add"))
    assert "data-first-to-fill" not in plain.context["adminform"].form.fields["kind"].widget.attrs
