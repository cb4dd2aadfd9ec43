"""The dataset as DCAT 3 has it (https://www.w3.org/TR/vocab-dcat-3/), in JSON-LD that needs nothing from elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from sources.catalogue.facts import KEYWORDS, Absolute, Described, Distribution
from sources.dataset import package

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ENGLISH = "http://publications.europa.eu/resource/authority/language/ENG"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
UNREGISTERED = "application/x-"

Json = dict[str, Any]


def dcat(dataset: Described, absolute: Absolute) -> Json:
    """The dataset, its distributions, its releases as versions of it, and the API as a service."""
    address = absolute(reverse("dataset-list"))
    exports = [_distribution(one, absolute) for one in dataset.exports]
    return {
        "@context": CONTEXT,
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:title": _english(package.TITLE),
        "dct:description": _english(package.DESCRIPTION),
        "dct:identifier": address,
        "dct:issued": _moment(dataset.issued),
        "dct:modified": _moment(dataset.revision.created),
        "dcat:version": dataset.version,
        "dct:license": {"@id": package.LICENCE_URL},
        "dct:creator": _creator(),
        "dct:publisher": _creator(),
        "dct:language": {"@id": ENGLISH},
        "dcat:keyword": [_english(word) for word in KEYWORDS],
        "dcat:landingPage": {"@id": absolute(reverse("home"))},
        **_coverage(dataset),
        "dcat:distribution": [*exports, _service(address, absolute)],
        "dcat:hasVersion": [
            {
                "@id": absolute(release.address),
                "@type": "dcat:Dataset",
                "dct:title": _english(f"{package.TITLE}, release {release.about.name}"),
                "dcat:version": release.about.name,
                "dct:issued": _moment(release.about.created),
                "dct:license": {"@id": package.LICENCE_URL},
                "dcat:isVersionOf": {"@id": address},
                "dcat:distribution": [_distribution(one, absolute) for one in release.files],
            }
            for release in dataset.releases
        ],
    }


def _coverage(dataset: Described) -> Json:
    covered = dataset.coverage
    said: Json = {
        "dct:spatial": [{"@type": "dct:Location", "skos:prefLabel": _english(place.name)} for place in covered.places]
    }
    if covered.first_year is not None and covered.last_year is not None:
        said["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _year(covered.first_year),
            "dcat:endDate": _year(covered.last_year),
        }
    return said


def _distribution(one: Distribution, absolute: Absolute) -> Json:
    address = {"@id": absolute(one.address)}
    said: Json = {
        "@type": "dcat:Distribution",
        "dct:title": _english(one.title),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dct:license": {"@id": package.LICENCE_URL},
    }
    if one.media_type.startswith(UNREGISTERED):
        said["dct:format"] = one.media_type
    else:
        said["dcat:mediaType"] = {"@id": f"{MEDIA_TYPES}{one.media_type}"}
    if one.bytes is not None:
        said["dcat:byteSize"] = {"@value": str(one.bytes), "@type": "xsd:nonNegativeInteger"}
    if one.sha256:
        said["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": one.sha256, "@type": "xsd:hexBinary"},
        }
    return said


def _service(address: str, absolute: Absolute) -> Json:
    """The API itself, through which the data can be asked for piece by piece."""
    root = absolute(reverse("api-root"))
    return {
        "@type": "dcat:Distribution",
        "dct:title": _english("The API"),
        "dcat:accessURL": {"@id": root},
        "dct:license": {"@id": package.LICENCE_URL},
        "dcat:accessService": {
            "@type": "dcat:DataService",
            "dct:title": _english("Critical Minerals API"),
            "dcat:endpointURL": {"@id": root},
            "dcat:endpointDescription": {"@id": absolute(reverse("schema"))},
            "dcat:servesDataset": {"@id": address},
        },
    }


def _creator() -> Json:
    return {"@type": "foaf:Group", "foaf:name": package.CREATOR}


def _english(text: str) -> Json:
    return {"@value": text, "@language": "en"}


def _moment(moment: datetime) -> Json:
    return {"@value": moment.isoformat().replace("+00:00", "Z"), "@type": "xsd:dateTime"}


def _year(year: int) -> Json:
    return {"@value": f"{year:04}", "@type": "xsd:gYear"}
