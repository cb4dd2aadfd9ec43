"""Formats that answer with a bibliography: the sources behind what was asked for, and the dataset as the last entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer

from minerals_api.exporting.whole import name_of_copy
from sources.bibliography import bibtex, citing, csl, ris
from sources.bibliography.entries import Entry, entry_of_dataset
from sources.bibliography.styles import USUAL
from sources.exceptions import BadParameters, ParameterError
from sources.queries import FORMAT, STYLE, STYLED

JSON = dict[str, Any]


class BibliographyRenderer(BaseRenderer):
    """Writes the sources behind all that a request asks for, whatever the page, each once."""

    charset: str | None = "utf-8"
    extension: ClassVar[str]
    disposition: ClassVar[str] = "attachment"
    schema: ClassVar[JSON]
    """What the answer is, for the OpenAPI document."""

    def column_names(self, view: Any) -> list[str]:
        """None: a bibliography can't be trimmed by `fields` and `omit`."""
        return []

    def cite(self, view: Any) -> HttpResponse:
        """The bibliography of what a view was asked for and has found."""
        permalink = view.request.build_absolute_uri(view.asked.permalink)
        entries = [*view.behind().entries(view.asked.number), entry_of_dataset(view.asked.revision, permalink)]
        content_type = f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type
        response = HttpResponse(self.write(entries, view.asked.style), content_type=content_type)
        response.headers["Content-Disposition"] = f'{self.disposition}; filename="{self._file_name(view)}"'
        return response

    def write(self, entries: Sequence[Entry], style: str) -> str | bytes:
        raise NotImplementedError

    def _file_name(self, view: Any) -> str:
        return name_of_copy([view.basename, *view.kwargs.values()], view.asked.number, self.extension)


class BibTeXRenderer(BibliographyRenderer):
    media_type = "application/x-bibtex"
    format = "bibtex"
    extension = "bib"
    schema = {"type": "string", "description": "The sources behind the results, and the dataset, as BibTeX."}

    def write(self, entries: Sequence[Entry], style: str) -> str:
        return bibtex.write(entries)


class RISRenderer(BibliographyRenderer):
    media_type = "application/x-research-info-systems"
    format = "ris"
    extension = "ris"
    schema = {"type": "string", "description": "The sources behind the results, and the dataset, as RIS."}

    def write(self, entries: Sequence[Entry], style: str) -> str:
        return ris.write(entries)


class CSLRenderer(BibliographyRenderer):
    media_type = "application/vnd.citationstyles.csl+json"
    format = "csl"
    charset = None
    extension = "json"
    schema = {
        "type": "array",
        "description": "The sources behind the results, and the dataset, as CSL-JSON.",
        "items": {"$ref": "#/components/schemas/CitedItem"},
    }

    def write(self, entries: Sequence[Entry], style: str) -> bytes:
        return orjson.dumps([csl.item_of(entry) for entry in entries])


class CitationRenderer(BibliographyRenderer):
    media_type = "text/plain"
    format = STYLED
    extension = "txt"
    disposition = "inline"
    schema = {
        "type": "string",
        "description": "The sources behind the results, and the dataset, as they are cited in `style`, one a line.",
    }

    def write(self, entries: Sequence[Entry], style: str) -> str:
        if len(entries) > citing.MOST:
            detail = f"“{FORMAT}={STYLED}” writes {citing.MOST} entries at most, and these are {len(entries)}."
            raise BadParameters([ParameterError(FORMAT, f"{detail} Narrow the query, or take {FORMAT}=csl.")])
        try:
            return citing.write(entries, style)
        except citing.UnusableStyleError as error:
            detail = f"No bibliography can be written here in the style “{style}”."
            raise BadParameters([ParameterError(STYLE, detail, allowed=USUAL)]) from error
