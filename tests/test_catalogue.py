"""The dataset described for catalogues and search engines: valid JSON-LD, complete, and true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from rdflib import DCTERMS, RDF, SDO, XSD, Graph, Literal, Namespace, URIRef

from sources import ledger
from sources.catalogue.facts import EXPORTS
from sources.dataset.package import LICENCE_URL, describe
from sources.models import Fact, Revision
from sources.registry import fact_models, plural
from tests.factories import make_country, make_reserve, publish
from tests.releases.making import make_release
from tests.small_dataset import empty_database

pytestmark = [
    pytest.mark.django_db,
    # Its own parser of JSON-LD uses it.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

HOST = "http://testserver"
DATASET = URIRef(f"{HOST}/api/v1/dataset/")
# That of rdflib lacks what version 3 has added.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
FORMATS = ["dcat", "schemaorg"]


def described(client: Client, form: str) -> dict[str, Any]:
    response = client.get(f"/api/v1/dataset/?format={form}")
    assert response.headers["Content-Type"] == "application/ld+json"
    return response.json()


def read(client: Client, address: str) -> Any:
    """An answer, read to its end if it is a stream."""
    response: Any = client.get(address)
    if response.streaming:
        b"".join(response)
    return response


def graph(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


def addresses(document: Any) -> set[str]:
    """Every address on this host that a description names."""
    return set(re.findall(rf'"({HOST}[^"]*)"', json.dumps(document)))


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_from_elsewhere_is_needed_to_read_it(form: str, client: Client):
    assert isinstance(described(client, form)["@context"], dict)


def test_dcat_has_what_a_catalogue_asks_for(client: Client, dataset: Revision):
    told = graph(described(client, "dcat"))

    assert (DATASET, RDF.type, DCAT.Dataset) in told
    assert told.value(DATASET, DCAT.version) == Literal(describe(dataset.number, with_origins=False)["version"])
    assert told.value(DATASET, DCTERMS.license) == URIRef(LICENCE_URL)
    assert told.value(DATASET, DCTERMS.modified) == Literal(
        dataset.created.isoformat().replace("+00:00", "Z"), datatype=XSD.dateTime
    )
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.issued, DCTERMS.creator, DCTERMS.publisher):
        assert told.value(DATASET, needed) is not None
    period = told.value(DATASET, DCTERMS.temporal)
    start: Any = told.value(period, DCAT.startDate)
    assert start.datatype == XSD.gYear
    names = {str(told.value(place, URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")))
             for place in told.objects(DATASET, DCTERMS.spatial)}  # fmt: skip
    assert {"Kazakhstan", "China"} <= names


def test_dcat_has_releases_as_versions_with_checksums(client: Client):
    told = graph(described(client, "dcat"))
    release = URIRef(f"{HOST}/api/v1/dataset/releases/2026.1/")
    files = client.get("/api/v1/dataset/releases/").json()[0]["files"]

    assert (DATASET, DCAT.hasVersion, release) in told
    found = {
        (
            str(told.value(one, DCAT.downloadURL)).removeprefix(HOST),
            int(str(told.value(one, DCAT.byteSize))),
            str(told.value(told.value(one, SPDX.checksum), SPDX.checksumValue)).lower(),
        )
        for one in told.objects(release, DCAT.distribution)
    }
    assert found == {(file["url"], file["bytes"], file["sha256"]) for file in files}


def test_every_distribution_of_dcat_has_an_address_and_a_licence(client: Client):
    told = graph(described(client, "dcat"))
    distributions = list(told.subjects(RDF.type, DCAT.Distribution))

    assert distributions
    for one in distributions:
        assert isinstance(told.value(one, DCAT.accessURL), URIRef)
        assert told.value(one, DCTERMS.license) == URIRef(LICENCE_URL)


def test_schema_org_has_what_google_dataset_search_asks_for(client: Client, dataset: Revision):
    told = described(client, "schemaorg")

    assert told["@type"] == "Dataset"
    assert 50 <= len(told["description"]) <= 5000
    assert told["license"] == LICENCE_URL
    assert (told["creator"]["@type"], told["isAccessibleForFree"]) == ("Organization", True)
    assert re.fullmatch(r"\d{4}/\d{4}", told["temporalCoverage"])
    assert {"name", "url", "identifier", "version", "keywords", "datePublished", "dateModified"} <= told.keys()
    assert [one["name"] for one in told["variableMeasured"]] == [plural(model) for model in fact_models().values()]
    assert all(place["@type"] == "Place" and place["name"] for place in told["spatialCoverage"])
    for one in told["distribution"]:
        assert one["@type"] == "DataDownload"
        assert one["contentUrl"].startswith(f"{HOST}/")
        assert "/" in one["encodingFormat"]
    assert (DATASET, RDF.type, SDO.Dataset) in graph(told)


@pytest.mark.parametrize("form", FORMATS)
def test_every_address_in_it_answers(form: str, client: Client):
    for address in sorted(addresses(described(client, form))):
        assert read(client, address).status_code == 200, address


def test_every_export_is_told_of_with_its_media_type(client: Client):
    """Those that the endpoints have."""
    told = {one["contentUrl"]: one["encodingFormat"] for one in described(client, "schemaorg")["distribution"]}
    for model in fact_models().values():
        offered = client.get(f"/api/v1/{plural(model)}/?format=no-such").json()["errors"][0]["allowed"]
        for form in set(EXPORTS) & set(offered):
            address = f"{HOST}/api/v1/{plural(model)}/?format={form}"
            assert read(client, address).headers["Content-Type"].partition(";")[0] == told[address]


def test_it_covers_what_the_live_facts_are_about(client: Client, dataset: Revision):
    before = described(client, "schemaorg")
    far = make_country("atl", "ATL", name="Atlantis")
    publish(fact := make_reserve("atl-zinc", country=far, period="1901"))
    during = described(client, "schemaorg")
    ledger.withdraw([Fact.objects.get(pk=fact.pk)], author="curator", reason="It sank.")
    after = described(client, "schemaorg")

    assert "Atlantis" in [place["name"] for place in during["spatialCoverage"]]
    assert during["temporalCoverage"].startswith("1901/")
    assert after["spatialCoverage"] == before["spatialCoverage"]
    assert after["temporalCoverage"] == before["temporalCoverage"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_new_release_is_told_of_at_once(form: str, client: Client, settings: Any, tmp_path: Any):
    settings.RELEASES_DIR = tmp_path
    address = f"/api/v1/dataset/?format={form}"
    first = client.get(address)
    make_release(tmp_path, "2027.1")
    second = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert b"2027.1" not in first.content
    assert b"/releases/2027.1/uses.csv" in second.content


def test_accept_gives_dcat(client: Client):
    response = client.get("/api/v1/dataset/", headers={"accept": "application/ld+json"})

    assert response.json() == described(client, "dcat")


def test_other_endpoints_have_no_such_format(client: Client):
    response = client.get("/api/v1/reserves/?format=dcat")

    assert response.status_code == 406


@pytest.mark.parametrize("form", FORMATS)
def test_of_an_empty_database_there_is_nothing_to_tell(form: str, client: Client, db: None):
    empty_database()

    assert client.get(f"/api/v1/dataset/?format={form}").status_code == 404
    assert "ld+json" not in client.get("/").content.decode()


def block(page: str) -> dict[str, Any]:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return json.loads(found)


def test_the_front_page_carries_the_description(client: Client):
    assert block(client.get("/").content.decode()) == described(client, "schemaorg")


def test_the_front_page_carries_the_newest_release_alone(client: Client, settings: Any, tmp_path: Any):
    settings.RELEASES_DIR = tmp_path
    make_release(tmp_path, "2026.1", revision=1)
    make_release(tmp_path, "2026.2", revision=2)
    told = json.dumps(block(client.get("/").content.decode()))

    assert "/releases/2026.2/" in told
    assert "/releases/2026.1/" not in told


def test_no_word_of_the_dataset_can_end_the_block(client: Client, dataset: Revision):
    name = "</script><script>alert(1)</script>&"
    publish(make_reserve("atl-zinc", country=make_country("atl", "ATL", name=name)))
    page = client.get("/").content.decode()

    assert "alert(1)</script>" not in page
    assert name in [place["name"] for place in block(page)["spatialCoverage"]]
