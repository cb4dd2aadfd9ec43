"""Filters of the lists of facts and of sources: what needs care, how a source's link stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from curating.care.conditions import BY_WORD
from curating.links.models import LinkCheck, Outcome, dead_sources
from sources.models import Source


class WordFilter(admin.SimpleListFilter):
    """Takes one of some words; what is none of them finds nothing, rather than everything."""

    words: ClassVar[Mapping[str, str]] = {}
    """By word, what it is called."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (word := self.value()) is None:
            return queryset
        return queryset.filter(self.condition(word)) if word in self.words else queryset.none()

    @staticmethod
    def condition(word: str) -> Q:
        raise NotImplementedError


class CareFilter(WordFilter):
    """Why facts need care."""

    title = "care"
    parameter_name = "care"
    words = {word: care.title.lower() for word, care in BY_WORD.items()}

    @staticmethod
    def condition(word: str) -> Q:
        return BY_WORD[word].condition()


UNCHECKED, NO_ADDRESS, DEAD_LINK, REPLACED = "unchecked", "no_address", "dead", "replaced"


def _outcome(word: str) -> Q:
    return Q(pk__in=LinkCheck.objects.current().filter(outcome=word).values("source"))


class LinkFilter(WordFilter):
    """How the addresses of sources stood when they were last looked at."""

    title = "last link check"
    parameter_name = "link"
    words = {
        DEAD_LINK: "gone, and no archived copy",
        **{outcome: outcome for outcome in Outcome.values},
        UNCHECKED: "not looked at yet",
        NO_ADDRESS: "no address",
    }

    @staticmethod
    def condition(word: str) -> Q:
        if word == DEAD_LINK:
            return Q(pk__in=dead_sources().values("pk"))
        if word == NO_ADDRESS:
            return Q(url="")
        if word == UNCHECKED:
            return ~Q(url="") & ~Q(pk__in=LinkCheck.objects.current().values("source"))
        return _outcome(word)


class EditionFilter(WordFilter):
    """Whether a newer edition replaces a source."""

    title = "edition"
    parameter_name = "edition"
    words = {REPLACED: "replaced by a newer one", "newest": "newest or only"}

    @staticmethod
    def condition(word: str) -> Q:
        replaced = Q(pk__in=Source.objects.filter(supersedes__isnull=False).values("supersedes"))
        return replaced if word == REPLACED else ~replaced
