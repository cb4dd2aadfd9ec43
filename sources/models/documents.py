"""What the API serves, and what finds it: documents and mentions. Both follow from the facts."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from sources.models.facts import Fact, Revision
from sources.models.records import Entity, Source

OPEN = 2**31 - 1
"""The `to_revision` of a document that still stands."""


class Mention(models.Model):
    """A published fact names an entity: kept so that one query finds all facts about it."""

    fact = models.ForeignKey(
        Fact, on_delete=models.CASCADE, related_name="mentions", help_text="The fact that names the entity."
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="mentions", help_text="The entity that is named."
    )
    role = models.CharField(max_length=32, help_text="The field of the fact that names it, such as counterpart.")

    class Meta:
        ordering = ["fact", "role"]
        constraints = [models.UniqueConstraint(fields=["fact", "entity", "role"], name="mention_once")]
        indexes = [models.Index(fields=["entity", "fact"], name="mention_by_entity")]

    def __str__(self) -> str:
        return f"{self.fact} names {self.entity} as {self.role}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def at(self, revision: int) -> Self:
        """The documents as they stood at a revision."""
        return self.filter(from_revision__lte=revision, to_revision__gt=revision)

    def standing(self) -> Self:
        return self.filter(to_revision=OPEN)


class Document(models.Model):
    """What the API serves: one state of one fact, source, entity or term, from one revision until another."""

    kind = models.CharField(max_length=32, help_text="What the document describes, such as reserve or mineral.")
    key = models.CharField(max_length=200, help_text="Key of what it describes.")
    from_revision = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        # Nearly all documents may be of one revision: an index would lead there, and to sorting them all.
        db_index=False,
        related_name="documents",
        help_text="First revision that shows this state.",
    )
    to_revision = models.PositiveIntegerField(
        default=OPEN, help_text="First revision that no longer shows it; 2147483647 while it stands."
    )
    fact = models.ForeignKey(
        Fact, on_delete=models.PROTECT, null=True, related_name="documents", help_text="The fact that it describes."
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, null=True, related_name="documents", help_text="The entity it describes."
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, related_name="documents", help_text="The source it describes."
    )
    disputed = models.BooleanField(default=False, help_text="Whether comparable claims of other sources contradict it.")
    alternatives = models.PositiveIntegerField(default=0, help_text="Number of comparable claims of other sources.")
    issues = models.CharField(
        max_length=255, blank=True, help_text="Codes of what looks wrong with the fact, each once, between spaces."
    )
    best = models.BooleanField(default=True, help_text="Whether it is to be used where several claims compete.")
    search = models.TextField(help_text="The folded words that it is found by.")
    body = models.TextField(help_text="The JSON that is served.")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "key", "from_revision"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "from_revision"], name="document_state_once"),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(to_revision=OPEN), name="document_one_standing_state"
            ),
        ]
        indexes = [
            models.Index(fields=["key", "from_revision"], condition=Q(fact__isnull=False), name="document_of_facts"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} from revision {self.from_revision_id}"


class Line(models.Model):
    """A document as a line of a table, written when it is published, since it never changes."""

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, primary_key=True, help_text="The document whose line it is."
    )
    columns = models.CharField(max_length=16, help_text="Digest of the columns that it has.")
    csv = models.TextField(help_text="The line in CSV, without its end.")
    json = models.TextField(help_text="The line as a JSON object.")

    class Meta:
        ordering = ["document"]

    def __str__(self) -> str:
        return f"line of {self.document}"
