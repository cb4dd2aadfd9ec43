"""The filters of the endpoints of the ledger itself: facts of all kinds, sources and citations."""

from __future__ import annotations

from sources.filters import (
    FACT,
    ChoiceFilter,
    KeyFilter,
    MentionFilter,
    SearchFilter,
    SourceFilter,
    StrictFilter,
    StrictFilterSet,
    TextFilter,
    WordFilter,
    number_filters,
)
from sources.models import Support
from sources.registry import entity_models, fact_models


class FactFilterSet(StrictFilterSet):
    """The filters of facts of all kinds taken together."""

    @classmethod
    def get_filters(cls) -> dict[str, StrictFilter]:
        mentions = {
            kind: MentionFilter(
                "mentions", f"Facts that name this {kind} in any role, by slug, code, name or alias.", kind
            )
            for kind in entity_models()
        }
        kinds = ChoiceFilter("kind", "Kinds of fact, such as reserve or event.", fact_models())
        return {"kind": kinds, **FACT, **mentions}


class SourceFilterSet(StrictFilterSet):
    """The filters of sources."""

    offered = {
        "key": KeyFilter("key", "Keys of sources, to fetch several at once."),
        "kind": WordFilter("kind", "What kind of document they are.", "source-kind", nullable=False),
        "publisher": TextFilter("publisher", "Publisher, whatever its case."),
        "published": TextFilter("published", "Date of publication in EDTF exactly as served, or null."),
        "doi": TextFilter("doi", "Digital object identifier."),
        "licence": TextFilter("licence", "Licence as an SPDX code, or null."),
        **number_filters("data_year", "data_year", "Year that the data stand for"),
        "q": SearchFilter("shown_search", "Words of publisher, title, authors or note: all, each from its beginning."),
    }


class CitationFilterSet(StrictFilterSet):
    """The filters of citations."""

    offered = {
        "fact": TextFilter("fact__key", "Keys of the facts that are supported."),
        "source": SourceFilter("", "Keys of sources cited, or in which these were read."),
        "support": ChoiceFilter("support", "How well the place supports the fact.", Support.values),
        "q": SearchFilter("shown_search", "Words of the fact, its entities and its sources."),
    }

    @classmethod
    def get_filters(cls) -> dict[str, StrictFilter]:
        kinds = ChoiceFilter("fact__kind", "Kinds of the facts that are supported.", fact_models())
        return {**cls.offered, "kind": kinds}
