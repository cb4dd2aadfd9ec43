"""The formats in which the dataset describes itself to catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from sources.catalogue.dcat import dcat
from sources.catalogue.facts import Absolute, Described
from sources.catalogue.schema_org import schema_org


class CatalogueRenderer(BaseRenderer):
    """A description in JSON-LD."""

    media_type = "application/ld+json"
    charset = None

    def describe(self, dataset: Described, absolute: Absolute) -> dict[str, Any]:
        raise NotImplementedError

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)


class DcatRenderer(CatalogueRenderer):
    """DCAT 3, for catalogues of open data."""

    format = "dcat"

    def describe(self, dataset: Described, absolute: Absolute) -> dict[str, Any]:
        return dcat(dataset, absolute)


class SchemaOrgRenderer(CatalogueRenderer):
    """A schema.org Dataset, for search engines."""

    format = "schemaorg"

    def describe(self, dataset: Described, absolute: Absolute) -> dict[str, Any]:
        return schema_org(dataset, absolute)
