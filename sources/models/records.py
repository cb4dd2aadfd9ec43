"""Sources, terms and entities: what has an identity of its own, and states that are kept as documents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from sources.edtf import validate_edtf

validate_key = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Use lower-case letters, digits and single hyphens, such as kaz-zinc-reserves."
)


class Record(models.Model):
    """Something with an identity of its own, whose states are kept as documents: a source, an entity, a term."""

    document_kind: ClassVar[str]
    identity: ClassVar[tuple[str, ...]]
    """The fields that tell it from all others of its kind."""
    vocabularies: ClassVar[dict[str, str]] = {}
    """The open vocabulary whose words each field takes."""

    class Meta:
        abstract = True

    @property
    def document_key(self) -> str:
        return ":".join(getattr(self, name) for name in self.identity)


class Source(Record):
    """One edition of one document that facts cite."""

    document_kind = "source"
    identity = ("key",)
    vocabularies = {"kind": "source-kind"}

    key = models.CharField(
        max_length=120, unique=True, validators=[validate_key], help_text="Stable readable key of the source."
    )
    kind = models.CharField(
        max_length=32,
        help_text="What kind of document it is, a word of the vocabulary source-kind, such as news or official_data.",
    )
    publisher = models.CharField(max_length=255, help_text="The body that published the document.")
    title = models.CharField(max_length=500, blank=True, help_text="Title of the document, null if not known.")
    authors = models.CharField(
        max_length=500, blank=True, help_text="Authors as named on the document, several joined by |."
    )
    series = models.CharField(max_length=255, blank=True, help_text="Series or periodical that it appeared in.")
    volume = models.CharField(max_length=32, blank=True, help_text="Volume of the series.")
    issue = models.CharField(max_length=32, blank=True, help_text="Issue of the volume.")
    published = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_edtf],
        help_text="Date of publication in EDTF, as precise as known: 2024-07-09, 2024-06 or 2022; null if unknown.",
    )
    not_before = models.DateField(
        null=True, blank=True, help_text="Earliest day of publication that is possible, where the date is not known."
    )
    not_after = models.DateField(
        null=True, blank=True, help_text="Latest day of publication that is possible, where the date is not known."
    )
    data_year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Year that the document's data stand for, where it says so."
    )
    doi = models.CharField(max_length=255, blank=True, help_text="Digital object identifier, such as 10.5066/P1WKQ63T.")
    url = models.URLField(max_length=1000, blank=True, help_text="Address of the document.")
    archived_url = models.URLField(max_length=1000, blank=True, help_text="Address of an archived copy.")
    licence = models.CharField(
        max_length=64, blank=True, help_text="Licence of the document's own content as an SPDX code; null if unstated."
    )
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        help_text="The earlier edition that this one replaces.",
    )
    note = models.TextField(blank=True, help_text="What a reader should know about the document.")

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(not_before__isnull=True) | Q(not_after__isnull=True) | Q(not_before__lte=F("not_after")),
                name="source_date_bounds_in_order",
                violation_error_message="The earliest possible day must not lie after the latest.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.publisher}, {self.title or self.published or 'undated'} [{self.key}]"


class Term(Record):
    """A word of an open vocabulary, such as a stage or a theme, and what it means. A new word is data, not code."""

    document_kind = "term"
    identity = ("vocabulary", "code")

    vocabulary = models.CharField(
        max_length=40, validators=[validate_key], help_text="The list of words that it belongs to, such as stage."
    )
    code = models.CharField(max_length=64, help_text="The word as facts carry it.")
    definition = models.CharField(max_length=500, help_text="What the word means.")

    class Meta:
        ordering = ["vocabulary", "code"]
        verbose_name_plural = "vocabularies"
        constraints = [models.UniqueConstraint(fields=["vocabulary", "code"], name="term_once_in_a_vocabulary")]

    def __str__(self) -> str:
        return f"{self.vocabulary}: {self.code}"


class Entity(Record):
    """A thing that facts are about. It holds identity alone; whatever is said about it is a fact."""

    identity = ("slug",)
    is_place: ClassVar[bool] = False
    """Whether it is somewhere on earth, so that facts about it tell what the dataset covers."""
    facts_shown: dict[str, list[Any]]
    """By kind, the live facts that its document shows: given before the document is written, see `showing`."""

    kind = models.CharField(max_length=32, editable=False, help_text="What it is: mineral, country, partner, project.")
    slug = models.CharField(
        max_length=120, validators=[validate_key], help_text="Stable readable key, unique among entities of its kind."
    )
    name = models.CharField(max_length=255, help_text="Usual English name.")
    aliases = models.TextField(
        blank=True, help_text="Other names that filters accept as well, joined by |, such as aluminum."
    )

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "entities"
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="entity_slug_once_in_a_kind")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_kind()
        super().save(*args, **kwargs)

    def set_kind(self) -> None:
        self.kind = self.document_kind

    @property
    def names(self) -> list[str]:
        """Everything that the entity answers to in a filter."""
        return [self.slug, self.name, *filter(None, self.aliases.split("|"))]
