"""Moves: the keys that sources and entities went by before they were renamed or merged."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sources.models.facts import Revision
from sources.models.records import Entity, Source, validate_key


class Move(models.Model):
    """A source or an entity left a key: it was renamed, or merged into another one. The old key leads on to the new one."""

    kind = models.CharField(max_length=32, help_text="What moved, such as mineral, country or source.")
    key = models.CharField(
        max_length=120, validators=[validate_key], help_text="The key that it was known by before, which leads on."
    )
    published_in = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="moves", help_text="Revision in which it moved."
    )
    moved_to = models.CharField(
        max_length=120, validators=[validate_key], help_text="The key that is to be used from that revision on."
    )
    merged = models.BooleanField(
        default=False,
        help_text="Whether it became part of another one, whose key that is; otherwise it is the same under a new key.",
    )
    reason = models.TextField(help_text="Why it was renamed or merged.")
    entity = models.ForeignKey(
        Entity,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="moves",
        help_text="The entity that the old key leads to.",
    )
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="moves",
        help_text="The source that the old key leads to.",
    )

    class Meta:
        ordering = ["kind", "key", "published_in"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "published_in"], name="move_once_in_a_revision"),
            models.CheckConstraint(
                condition=~Q(moved_to=F("key")),
                name="move_to_another_key",
                violation_error_message="What moves goes by another key afterwards.",
            ),
        ]
        indexes = [models.Index(fields=["published_in", "kind", "key"], name="move_by_revision")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {'was merged into' if self.merged else 'is now'} {self.moved_to}"
