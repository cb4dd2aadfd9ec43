"""What several kinds of facts about projects and partners have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from django.db import models
from django.db.models import Q

from minerals.checking.checks import check_added_shares, check_shares
from minerals.quantities import Quantified
from sources.issues import Case, Found


class Realisation(models.TextChoices):
    ACTUAL = "actual", "actual: exists or happened"
    PLANNED = "planned", "planned"


class Held(Quantified):
    """What may have a share of something, which it then has together with others."""

    quantity_required = False

    class Meta(Quantified.Meta):
        abstract = True

    @classmethod
    def inspect(cls, cases: Sequence[Case]) -> Found:
        return chain(check_shares(cases), check_added_shares(cases))


class Realised:
    """What exists or happened, or is planned, by its status."""

    status: str

    def has_come_about(self) -> bool | None:
        return {Realisation.ACTUAL.value: True, Realisation.PLANNED.value: False}.get(self.status)


def exactly_one(*fields: str, name: str) -> models.CheckConstraint:
    """Exactly one of the fields is filled."""
    condition = Q()
    for chosen in fields:
        condition |= Q(**{f"{field}__isnull": field != chosen for field in fields})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message=f"Fill exactly one of {', '.join(fields)}."
    )


def at_least_one(*fields: str, name: str) -> models.CheckConstraint:
    """At least one of the fields is filled."""
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{field}__isnull": False})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message=f"Fill at least one of {', '.join(fields)}."
    )
