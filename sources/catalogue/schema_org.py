"""The dataset as schema.org has it, which search engines for datasets read off web pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sources.catalogue.facts import KEYWORDS, Absolute, Described, Distribution
from sources.dataset import package

CONTEXT = {"@vocab": "https://schema.org/"}

Json = dict[str, Any]


def schema_org(dataset: Described, absolute: Absolute) -> Json:
    """The dataset with its exports and the files of its releases."""
    address = absolute(reverse("dataset-list"))
    released = [file for release in dataset.releases for file in release.files]
    return {
        "@context": CONTEXT,
        "@id": address,
        "@type": "Dataset",
        "name": package.TITLE,
        "description": package.DESCRIPTION,
        "url": absolute(reverse("home")),
        "identifier": address,
        "version": dataset.version,
        "license": package.LICENCE_URL,
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "keywords": list(KEYWORDS),
        "creator": {"@type": "Organization", "name": package.CREATOR, "url": absolute(reverse("home"))},
        "datePublished": dataset.issued.isoformat(),
        "dateModified": dataset.revision.created.isoformat(),
        **_coverage(dataset, absolute),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "description": words} for name, words in dataset.variables
        ],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": "Critical Minerals API",
            "url": absolute(reverse("home")),
        },
        "distribution": [_download(one, absolute) for one in (*dataset.exports, *released)],
    }


def _coverage(dataset: Described, absolute: Absolute) -> Json:
    covered = dataset.coverage
    places = [{"@type": "Place", "name": place.name, "url": absolute(place.address)} for place in covered.places]
    years = {} if covered.first_year is None else {"temporalCoverage": f"{covered.first_year}/{covered.last_year}"}
    return {**years, "spatialCoverage": places}


def _download(one: Distribution, absolute: Absolute) -> Json:
    said: Json = {
        "@type": "DataDownload",
        "name": one.title,
        "contentUrl": absolute(one.address),
        "encodingFormat": one.media_type,
    }
    if one.bytes is not None:
        said["contentSize"] = f"{one.bytes} B"
    if one.sha256:
        said["sha256"] = one.sha256
    return said
