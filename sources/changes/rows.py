"""Finds the changes: every document that a revision opened, every fact that it withdrew, and every key that was left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self

from django.db import connection, models
from django.db.models import Case, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.urls import reverse

from sources.models import Citation, Document, Fact, Mention, Move, Revision
from sources.models.documents import ALWAYS
from sources.queries import Place
from sources.registry import fact_models, plural, record_models


class Action(models.TextChoices):
    ENTERED = "entered", "entered: it is in the dataset from this revision on, for the first time or once more"
    CORRECTED = "corrected", "corrected: the next version of a fact took the place of the one before"
    CHANGED = (
        "changed",
        "changed: it reads otherwise in the same version, since it, or what it shows, was edited, or rival claims turned",
    )
    WITHDRAWN = "withdrawn", "withdrawn: a fact left the dataset, and nothing took its place"
    MOVED = (
        "moved",
        "moved: a source or an entity left its key: it was renamed, or merged into another one; `moved_to` says which",
    )


class Row(NamedTuple):
    """A change as it is found: which revision did what, and the bodies before and after it."""

    revision: int
    kind: str
    key: str
    created: datetime
    action: str
    reason: str | None
    best: bool | None
    before: str | None
    after: str | None
    went_to: str | None


COLUMNS = ("at_revision", "kind", "key", "created", "action", "reason", "is_best", "before", "after", "went_to")
"""The columns that make a row."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of several tables read as one list, as far as filters and pages need a queryset."""

    legs: tuple[QuerySet[Any], ...]
    order: tuple[Any, ...] = ()
    columns: tuple[str, ...] = COLUMNS
    model: ClassVar[type[models.Model]] = Document

    @classmethod
    def all(cls) -> Self:
        return cls((_opened(), _withdrawn(), _moved()))

    @property
    def query(self) -> Any:
        return self.legs[0].query

    def filter(self, *conditions: Any, **lookups: Any) -> Self:
        return replace(self, legs=tuple(leg.filter(*conditions, **lookups) for leg in self.legs))

    def annotate(self, **columns: Any) -> Self:
        return replace(self, legs=tuple(leg.annotate(**columns) for leg in self.legs))

    def order_by(self, *order: Any) -> Self:
        return replace(self, order=order)

    def values_list(self, *columns: str) -> Self:
        return replace(self, columns=columns)

    def between(self, since: int | None, until: int | None) -> Self:
        """Those of the revisions after one and up to another; None leaves a side open."""
        bounds = {"at_revision__gt": since, "at_revision__lte": until}
        return self.filter(**{name: number for name, number in bounds.items() if number is not None})

    def count(self) -> int:
        return _together(leg.values_list("at_revision") for leg in self.legs).count()

    def exists(self) -> bool:
        return any(leg.exists() for leg in self.legs)

    def page(self, order: Sequence[tuple[str, bool]], place: Place | None, most: int) -> list[tuple[Any, ...]]:
        """Up to so many rows after a place, or the first, each led by what it is ordered by: the first columns."""
        names = COLUMNS[: len(order)]
        descends = order[0][1] is not bool(place and place.backwards)
        rows = self.filter(_beyond(names, place.values, "<" if descends else ">")) if place else self
        rows = rows.order_by(*(F(name).desc() if descends else F(name).asc() for name in names))
        return [(*row[: len(order)], *row) for row in rows[:most]]

    def __getitem__(self, part: slice) -> QuerySet[Any]:
        legs = [leg.values_list(*self.columns) for leg in self.legs]
        if connection.features.supports_slicing_ordering_in_compound:
            # PostgreSQL sorts all rows unless each table gives no more than are wanted, in their order; SQLite merges.
            legs = [leg.order_by(*self.order)[: part.stop] for leg in legs]
        return _together(legs).order_by(*self.order)[part]


def _beyond(names: Sequence[str], values: Sequence[Any], sign: str) -> Func:
    """One comparison of several columns: databases can seek by it in an index of them."""
    row: dict[str, Any] = {"template": "(%(expressions)s)", "output_field": models.TextField()}
    sides = Func(*map(F, names), **row), Func(*map(Value, values), **row)
    return Func(*sides, template="%(expressions)s", arg_joiner=f" {sign} ", output_field=models.BooleanField())


NOTHING = Value(None, output_field=models.TextField(null=True))
NO_ONE = Value(None, output_field=models.BigIntegerField(null=True))
NEITHER = Value(None, output_field=models.BooleanField(null=True))


def _together(legs: Iterable[QuerySet[Any]]) -> QuerySet[Any]:
    first, *others = legs
    return first.union(*others, all=True)


def _opened() -> QuerySet[Any]:
    before = Document.objects.filter(
        kind=OuterRef("kind"), key=OuterRef("key"), to_revision=OuterRef("from_revision_id")
    ).order_by()
    superseded = Fact.objects.filter(superseded_by=OuterRef("fact_id"), left_in=OuterRef("from_revision_id")).order_by()
    return (
        Document.objects.filter(ALWAYS)
        .order_by()
        .annotate(
            at_revision=F("from_revision_id"),
            created=_created("from_revision_id"),
            reason=Subquery(superseded.values("left_reason")),
            stood_before=Subquery(before.values("pk")),
            action=Case(
                # Not by EXISTS, for which PostgreSQL would read whole tables.
                When(reason__isnull=False, then=Value(Action.CORRECTED.value)),
                When(stood_before__isnull=False, then=Value(Action.CHANGED.value)),
                default=Value(Action.ENTERED.value),
                output_field=models.TextField(),
            ),
            is_best=F("best"),
            before=Subquery(before.values("body")),
            after=F("body"),
            went_to=NOTHING,
            of_fact=F("fact_id"),
            of_entity=F("entity_id"),
            of_source=F("source_id"),
        )
    )


def _withdrawn() -> QuerySet[Any]:
    """The facts that left without a successor."""
    last = Document.objects.filter(fact=OuterRef("pk"), to_revision=OuterRef("left_in_id")).order_by()
    return (
        Fact.objects.order_by()
        .filter(left_in__isnull=False, superseded_by__isnull=True)
        .annotate(
            at_revision=F("left_in_id"),
            created=_created("left_in_id"),
            reason=F("left_reason"),
            action=Value(Action.WITHDRAWN.value, output_field=models.TextField()),
            is_best=NEITHER,
            before=Subquery(last.values("body")),
            after=NOTHING,
            went_to=NOTHING,
            of_fact=F("pk"),
            of_entity=NO_ONE,
            of_source=NO_ONE,
        )
    )


def _moved() -> QuerySet[Any]:
    """The keys that sources and entities left."""
    last = Document.objects.filter(
        kind=OuterRef("kind"), key=OuterRef("key"), to_revision=OuterRef("published_in_id")
    ).order_by()
    return Move.objects.order_by().annotate(
        at_revision=F("published_in_id"),
        created=_created("published_in_id"),
        action=Value(Action.MOVED.value, output_field=models.TextField()),
        is_best=NEITHER,
        before=Subquery(last.values("body")),
        after=NOTHING,
        # As text like that of the others: PostgreSQL merges what it need not convert.
        went_to=Cast("moved_to", models.TextField()),
        of_fact=NO_ONE,
        of_entity=F("entity_id"),
        of_source=F("source_id"),
    )


def _created(revision: str) -> Subquery:
    return Subquery(Revision.objects.filter(number=OuterRef(revision)).order_by().values("created"))


def naming(entities: list[int | None]) -> Q:
    """The changes of these entities, and of the facts that name any of them."""
    return Q(of_fact__in=Mention.objects.filter(entity__in=entities).values("fact")) | Q(of_entity__in=entities)


def resting_on(sources: list[int]) -> Q:
    """The changes of these sources, and of the facts that cite any of them or were read in it."""
    return Q(of_fact__in=Citation.objects.resting_on(sources).values("fact")) | Q(of_source__in=sources)


def address_of(kind: str, key: str) -> str:
    """Where the newest state of something is, or of the vocabulary that a word belongs to."""
    return reverse(f"{_plurals()[kind]}-detail", args=[key.partition(":")[0]])


@cache
def _plurals() -> dict[str, str]:
    return {kind: plural(model) for kind, model in (fact_models() | record_models()).items()}
