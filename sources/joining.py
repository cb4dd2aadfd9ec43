"""Joins the rows of facts and records to what the dataset shows of them."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from sources.compiled import Slot


def shown(queryset: QuerySet[Any], path: str, revision: int, *, by_key: bool = False) -> QuerySet[Any]:
    """The rows that the dataset shows at a revision, joined to their documents as they stood then.

    Where they are read in the order of their keys, what the indexes of documents begin with is asked for, too.
    Elsewhere that would lead databases to sort all documents, rather than to the indexes of the rows.
    """
    kind = getattr(queryset.model, "document_kind", "")
    of = {f"{path}__kind": kind} if kind else {f"{path}__fact__isnull": False}
    # Never by what stands now: a revision that is published meanwhile would show through.
    number = Slot("revision", revision)
    stood = {f"{path}__from_revision__lte": number, f"{path}__to_revision__gt": number}
    return queryset.filter(**(of if by_key else {}), **stood).annotate(
        shown_document=F(f"{path}__pk"),
        shown_kind=F(f"{path}__kind"),
        shown_key=F(f"{path}__key"),
        shown_body=F(f"{path}__body"),
        shown_search=F(f"{path}__search"),
        shown_disputed=F(f"{path}__disputed"),
        shown_issues=F(f"{path}__issues"),
        shown_best=F(f"{path}__best"),
    )
