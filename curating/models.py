"""What the curators' desk keeps about facts on their way to being published. Readers never see it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from curating.files.models import Upload
from curating.links.models import ArchiveProposal, LinkCheck
from sources.models import Fact

__all__ = ["Act", "ArchiveProposal", "LinkCheck", "Review", "State", "Step", "Upload"]


class State(models.TextChoices):
    DRAFT = "draft", "draft: being entered"
    IN_REVIEW = "in_review", "in review: waits for somebody else to check it"
    RETURNED = "returned", "sent back: waits for a curator, with a note that says why"


class Review(models.Model):
    """Where a draft stands on its way to being published. It stays when the fact is published."""

    is_part: ClassVar[bool] = False

    fact = models.OneToOneField(
        Fact, on_delete=models.CASCADE, primary_key=True, related_name="review", help_text="The draft."
    )
    state = models.CharField(
        max_length=16,
        choices=State.choices,
        default=State.DRAFT,
        help_text="Where it stands: draft, in_review or returned.",
    )
    since = models.DateTimeField(default=timezone.now, help_text="When it came to stand there (UTC).")

    class Meta:
        ordering = ["since"]
        indexes = [models.Index(fields=["state", "since"], name="review_by_state")]

    def __str__(self) -> str:
        return f"{self.fact}: {self.get_state_display().partition(':')[0]}"


class Act(models.TextChoices):
    ENTERED = "entered", "entered"
    CHANGED = "changed", "changed"
    SUBMITTED = "submitted", "submitted for review"
    RETURNED = "returned", "sent back"
    PUBLISHED = "published", "published"
    WITHDRAWN = "withdrawn", "withdrawn"


class Step(models.Model):
    """One thing that a person did to a fact at the desk."""

    is_part: ClassVar[bool] = False

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="steps", help_text="The fact.")
    act = models.CharField(max_length=16, choices=Act.choices, help_text="What was done.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="steps", help_text="Who did it."
    )
    at = models.DateTimeField(default=timezone.now, help_text="When it was done (UTC).")
    note = models.TextField(blank=True, help_text="What was said about it, such as why a draft was sent back.")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.fact} was {self.get_act_display()}"
