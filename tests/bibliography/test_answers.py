"""The bibliography of a query: exactly what its rows rest on, as it was at the revision that is read."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import pytest
import rispy
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from minerals.models import Designation
from sources import ledger
from sources.bibliography import citing
from sources.models import Citation, Fact, Rank, Source
from tests import openapi
from tests.bibliography.documents import read_bibtex
from tests.endpoints import (
    ENDPOINTS,
    JSON,
    OF_ENTITIES,
    OF_FACTS,
    Endpoint,
    Get,
    addresses_of,
    asking,
    each,
    rows_of,
    the_error,
)
from tests.factories import make_citation, make_correction, make_mineral, make_reserve, make_source, publish

pytestmark = pytest.mark.django_db

FORMATS = {
    "bibtex": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
    "citation": "text/plain; charset=utf-8",
}
OURS = "critical-minerals:"
MOST_QUERIES = 6
"""The revision, the answer that there is (up to three), the citations, and the documents of the sources."""


def items_at(address: str, get: Get) -> list[JSON]:
    """The bibliography of an address, the entry of the dataset last."""
    response = get(asking(address, {"format": "csl"}))
    assert response.status_code == HTTPStatus.OK, response.content
    *_, last = items = response.json()
    assert [item["id"] for item in items if item["id"].startswith(OURS)] == [last["id"]]
    return items


def keys_at(address: str, get: Get) -> list[str]:
    """The keys of the sources in a bibliography."""
    return [item["id"] for item in items_at(address, get)[:-1]]


def cited(facts: Iterable[JSON]) -> list[str]:
    """The keys of all sources that documents of facts name."""
    citations = [citation for fact in facts for citation in fact["citations"]]
    vias = [citation["via"]["source"]["key"] for citation in citations if citation["via"]]
    return sorted({*vias, *(citation["source"]["key"] for citation in citations)})


def relations(response: Any) -> dict[str, str]:
    """The addresses that a header Link gives, by relation."""
    links = [link.split(">; rel=") for link in response.headers["Link"].split(", ")]
    return {relation.strip('"'): address.removeprefix("<") for address, relation in links}


def without_links(response: Any) -> Any:
    """An answer but for the addresses of other pages, which keep what was asked for as it was."""
    body = response.json()
    return {**body, "next": None, "previous": None} if isinstance(body, dict) else body


# What is in it


def test_two_sources_with_what_they_were_read_in_and_the_dataset(api: APIClient) -> None:
    via = make_source("digest", publisher="Digest", title="Of everything")
    first = make_reserve("first", mineral=make_mineral("cited"), source=make_source("one", published="2024-07"))
    second = make_reserve("second", mineral=make_mineral("cited"), source=make_source("two"))
    make_citation(second, make_source("one"), via=via, accessed="2025-03-24")
    make_reserve("draft", mineral=make_mineral("cited"), source=make_source("of-a-draft"))
    revision = publish(first, second)
    address = f"/api/v1/reserves/?revision={revision.number}&mineral=cited"
    digest, one, two, last = items_at(address, api.get)

    assert [digest["id"], one["id"], two["id"]] == ["digest", "one", "two"]
    assert one["note"] == "In part as cited in Digest, “Of everything”."
    assert one["accessed"] == {"date-parts": [[2025, 3, 24]]}
    assert "note" not in two
    assert last["version"] == str(revision.number)
    assert last["URL"] == f"http://testserver/api/v1/reserves/?mineral=cited&revision={revision.number}"


@each(OF_FACTS)
def test_a_list_of_facts_is_behind_all_its_pages(endpoint: Endpoint, shipped: Get) -> None:
    assert keys_at(endpoint.address, shipped) == cited(rows_of(endpoint, shipped))


def test_a_thousand_facts_of_one_source(shipped: Get) -> None:
    address = "/api/v1/production/?source=usgs-mcs2026&claims=all"
    facts = shipped(f"{address}&page_size=500").json()

    assert facts["count"] > 1000
    assert keys_at(address, shipped).count("usgs-mcs2026") == 1


def test_a_filter_narrows_it(shipped: Get) -> None:
    address = "/api/v1/reserves/?country=KAZ&mineral=zinc"

    assert keys_at(address, shipped) == cited(shipped(address).json()["results"])
    assert keys_at("/api/v1/facts/?q=nosuchword", shipped) == []


@each(OF_ENTITIES)
def test_an_entity_is_behind_the_facts_that_it_shows(endpoint: Endpoint, shipped: Get) -> None:
    for row in rows_of(endpoint, shipped)[:12]:
        address = endpoint.address_of(row)
        shown = [fact for of_a_kind in shipped(address).json()["facts"].values() for fact in of_a_kind]

        assert keys_at(address, shipped) == cited(shown)


def test_a_list_of_entities_is_behind_the_facts_in_their_documents(shipped: Get) -> None:
    listing = Designation.objects.live().filter(mineral__slug="zinc").exclude(rank=Rank.DEPRECATED)
    facts = shipped(f"/api/v1/designations/?page_size=500&claims=all&key={','.join(one.key for one in listing)}").json()

    assert keys_at("/api/v1/minerals/?slug=zinc", shipped) == cited(facts["results"]) != []
    assert keys_at("/api/v1/partners/", shipped) == []


def test_a_history_is_behind_every_version(api: APIClient) -> None:
    first = make_reserve("changing", source=make_source("early"))
    publish(first)
    publish(make_correction(first, source=make_source("late")))
    address = "/api/v1/reserves/changing/"

    assert keys_at(f"{address}history/", api.get) == ["early", "late"]
    assert keys_at(address, api.get) == ["late"]


def test_sources_are_themselves(shipped: Get) -> None:
    [aifc] = keys_at("/api/v1/sources/aifc-2024-07-09/", shipped)
    facts = shipped("/api/v1/sources/aifc-2024-07-09/facts/?page_size=500").json()["results"]

    assert aifc == "aifc-2024-07-09"
    assert items_at("/api/v1/sources/aifc-2024-07-09/", shipped)[0]["note"].startswith("As cited in The Jamestown")
    assert keys_at("/api/v1/sources/?kind=research", shipped) == ["osce-academy-2019"]
    assert keys_at("/api/v1/sources/aifc-2024-07-09/facts/", shipped) == cited(facts)


def test_a_citation_is_behind_its_own_source_alone(api: APIClient) -> None:
    reserve = make_reserve("cited-twice", source=make_source("one"))
    make_citation(reserve, make_source("two"), via=make_source("digest"))
    publish(reserve)

    assert keys_at("/api/v1/citations/cited-twice-c2/", api.get) == ["digest", "two"]
    assert keys_at("/api/v1/citations/?fact=cited-twice", api.get) == ["digest", "one", "two"]


@pytest.mark.parametrize("address", ["/api/v1/reserves/summary/?", "/api/v1/compare/?measure=reserves&"])
def test_what_is_worked_out_is_behind_its_rows(address: str, shipped: Get) -> None:
    asked = "mineral=zinc&country=KAZ"
    rows = shipped(f"/api/v1/reserves/?{asked}").json()["results"]

    assert keys_at(f"{address}{asked}", shipped) == cited(rows)


@pytest.mark.parametrize("path", ["revisions/", "revisions/1/", "vocabularies/", "vocabularies/basis/", "dataset/"])
def test_what_says_nothing_of_a_source_cites_the_dataset(path: str, shipped: Get) -> None:
    assert keys_at(f"/api/v1/{path}", shipped) == []


# As it was


def test_an_older_revision_has_the_sources_of_then(api: APIClient) -> None:
    source = make_source("report", title="As it was first known")
    first = publish(make_reserve("first", mineral=make_mineral("cited"), source=source))
    source.title = "As it was known later"
    source.save()
    ledger.record([source], author="curator", message="The title.")
    publish(make_reserve("second", mineral=make_mineral("cited"), source=make_source("another")))
    address = "/api/v1/reserves/?mineral=cited"
    [then, of_then], [_, now, _] = items_at(f"{address}&revision={first.number}", api.get), items_at(address, api.get)

    assert (then["title"], now["title"]) == ("As it was first known", "As it was known later")
    assert (of_then["version"], int(items_at(address, api.get)[-1]["version"])) == (str(first.number), first.number + 2)


def test_what_was_withdrawn_has_none_but_in_its_past(api: APIClient) -> None:
    reserve = make_reserve("withdrawn", source=make_source("one"))
    revision = publish(reserve)
    ledger.withdraw([reserve], author="curator", reason="Misread.")
    address = "/api/v1/reserves/withdrawn/"

    assert api.get(f"{address}?format=bibtex").status_code == HTTPStatus.GONE
    assert keys_at(f"{address}?revision={revision.number}", api.get) == ["one"]


# How it is answered


@each(ENDPOINTS)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_endpoint_has_one_in_every_format(endpoint: Endpoint, format_: str, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        response = shipped(asking(address, {"format": format_}))

        assert response.status_code == HTTPStatus.OK
        assert response.headers["Content-Type"] == FORMATS[format_]
        assert f"-r{response.headers['Dataset-Revision']}." in response.headers["Content-Disposition"]
        openapi.validate(response)


@each(ENDPOINTS)
def test_all_formats_list_the_same(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        texts = {name: shipped(asking(address, {"format": name})).content.decode() for name in FORMATS}
        keys = [item["id"] for item in items_at(address, shipped)]

        assert [entry.key for entry in read_bibtex(texts["bibtex"])] == keys
        assert [entry["id"] for entry in rispy.loads(texts["ris"])] == keys
        assert len(texts["citation"].splitlines()) == len(keys)
        assert f"&revision={shipped(address).headers['Dataset-Revision']}"[1:] in texts["citation"].splitlines()[
            -1
        ] or ("revision=" not in items_at(address, shipped)[-1]["URL"])


@pytest.mark.parametrize(("format_", "content_type"), FORMATS.items())
def test_it_can_be_asked_for_by_media_type(format_: str, content_type: str, api: APIClient) -> None:
    address = "/api/v1/reserves/?country=KAZ&mineral=zinc"
    by_header = api.get(address, headers={"accept": content_type.partition(";")[0]})

    assert by_header.content == api.get(f"{address}&format={format_}").content


@pytest.mark.parametrize("format_", FORMATS)
def test_head_and_conditions(format_: str, api: APIClient) -> None:
    address = f"/api/v1/reserves/?format={format_}"
    got, headed = api.get(address), api.head(address)
    again = api.get(address, headers={"if-none-match": got.headers["ETag"]})

    assert (headed.status_code, headed.content, headed.headers["ETag"]) == (HTTPStatus.OK, b"", got.headers["ETag"])
    assert again.status_code == HTTPStatus.NOT_MODIFIED


@each(ENDPOINTS)
def test_it_costs_few_queries(
    endpoint: Endpoint, api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for address in addresses_of(endpoint, api.get):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert api.get(asking(address, {"format": "csl"})).status_code == HTTPStatus.OK


# What is refused


@pytest.mark.parametrize("format_", [None, *(name for name in FORMATS if name != "citation")])
def test_a_style_goes_with_citations_alone(format_: str | None, shipped: Get) -> None:
    query = {"style": "apa"} | ({"format": format_} if format_ else {})

    assert the_error(shipped(asking("/api/v1/reserves/", query)))["code"] == "contradiction"


def test_a_style_that_is_not_there_is_told_the_nearest(shipped: Get) -> None:
    error = the_error(shipped("/api/v1/reserves/?format=citation&style=ieeee"))

    assert (error["parameter"], error["code"], error["nearest"]) == ("style", "invalid-value", "ieee")
    assert "apa" in error["allowed"]


@pytest.mark.parametrize("style", ["../apa", "/etc/passwd", "apa.csl", "dependent/nature-chemistry"])
def test_a_style_is_no_path(style: str, shipped: Get) -> None:
    assert the_error(shipped(asking("/api/v1/reserves/", {"format": "citation", "style": style})))["code"] == (
        "invalid-value"
    )


def test_a_style_that_can_not_be_written(shipped: Get) -> None:
    style = "the-papers-of-the-bibliographical-society-of-america"

    assert the_error(shipped(f"/api/v1/reserves/?format=citation&style={style}"))["parameter"] == "style"


def test_a_style_by_its_name_in_any_case(shipped: Get) -> None:
    address = "/api/v1/reserves/?country=KAZ&mineral=zinc&format=citation"

    assert shipped(f"{address}&style=IEEE").content.startswith(b"[1] ")
    assert shipped(f"{address}&style=apa").content == shipped(address).content


def test_too_many_to_be_written_in_a_style(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citing, "MOST", 2)

    assert the_error(api.get("/api/v1/reserves/?format=citation"))["parameter"] == "format"
    assert api.get("/api/v1/reserves/?format=csl").status_code == HTTPStatus.OK


@pytest.mark.parametrize("given", ["page_size=5", "fields=key", "omit=key"])
def test_a_bibliography_has_no_pages_and_no_fields(given: str, shipped: Get) -> None:
    assert the_error(shipped(f"/api/v1/reserves/?format=bibtex&{given}"))["code"] == "contradiction"


def test_an_error_is_that_of_the_answer(shipped: Get) -> None:
    for address in ("/api/v1/reserves/nowhere/", "/api/v1/sources/nowhere/facts/", "/api/v1/minerals/nowhere/"):
        assert shipped(f"{address}?format=ris").status_code == HTTPStatus.NOT_FOUND


def test_nothing_was_published_yet(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minerals_api.filtering.current_revision", lambda request: None)
    [item] = api.get("/api/v1/reserves/?format=csl").json()

    assert "version" not in item


# The permalink


@each(ENDPOINTS)
def test_every_answer_names_its_permalink(endpoint: Endpoint, shipped: Get) -> None:
    for address in addresses_of(endpoint, shipped):
        answer = shipped(address)
        permalink = relations(answer)["cite-as"].removeprefix("http://testserver")

        assert without_links(shipped(permalink)) == without_links(answer)
        assert relations(shipped(permalink))["cite-as"] == relations(answer)["cite-as"]


def test_the_permalink_has_its_parameters_in_order_and_the_revision_fixed(shipped: Get) -> None:
    address = "/api/v1/reserves/?page_size=1&mineral=zinc,copper&country=KAZ"
    first = shipped(address)
    second = shipped(first.json()["next"])
    number = first.headers["Dataset-Revision"]
    permalink = f"http://testserver/api/v1/reserves/?country=KAZ&mineral=zinc,copper&revision={number}"

    for response in (first, second, shipped(asking(address.replace("page_size=1&", ""), {"format": "bibtex"}))):
        assert relations(response)["cite-as"] == permalink


def test_a_day_becomes_the_number_of_its_revision(shipped: Get) -> None:
    last = shipped("/api/v1/revisions/").json()["results"][0]
    response = shipped(f"/api/v1/reserves/?revision={last['created'][:10]}")

    assert relations(response)["cite-as"].endswith(f"/api/v1/reserves/?revision={last['number']}")


def test_what_has_no_revisions_is_its_own_permalink(shipped: Get) -> None:
    assert relations(shipped("/api/v1/revisions/1/?format=json"))["cite-as"] == "http://testserver/api/v1/revisions/1/"


def test_an_error_has_none(shipped: Get) -> None:
    assert "cite-as" not in shipped("/api/v1/reserves/?contry=KAZ").headers.get("Link", "")


def test_no_source_of_the_dataset_is_left_out(shipped: Get) -> None:
    live = Citation.objects.filter(fact__in=Fact.objects.live())
    named = {*live.values_list("source__key", flat=True), *live.exclude(via=None).values_list("via__key", flat=True)}

    assert keys_at("/api/v1/facts/?claims=all", shipped) == sorted(named)
    assert set(keys_at("/api/v1/sources/", shipped)) == set(Source.objects.values_list("key", flat=True))
