"""Facts, the citations that they rest on, and the revisions that they enter and leave in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import F, Q
from django.utils import timezone

from sources import compiled
from sources.edtf import validate_edtf, year_of
from sources.models.records import Source, validate_key

if TYPE_CHECKING:
    from sources.issues import Case, Found
    from sources.standing import Standing


class Rank(models.TextChoices):
    PREFERRED = "preferred", "preferred: the claim to use where several compete, for a stated reason"
    NORMAL = "normal", "normal"
    DEPRECATED = "deprecated", "deprecated: kept, but known to be wrong or overtaken, for a stated reason"


class Support(models.TextChoices):
    SUPPORTS = "supports", "supports: the place says what the fact says"
    PARTLY = "partly", "partly: the place says a part of it, or the fact is derived from it"
    DOUBTFUL = "doubtful", "doubtful: the place is cited for it, but hardly says so"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def current(self) -> Revision | None:
        """The newest revision, or None while nothing was ever published."""
        names = [field.attname for field in self.model._meta.concrete_fields]
        newest = compiled.rows(
            "newest revision", lambda: [Revision.objects.order_by("-number").values_list(*names)[:1]], {}
        )
        return self.model.from_db(DEFAULT_DB_ALIAS, names, newest[0]) if newest else None

    def on(self, day: Any) -> Revision | None:
        """The last revision made on or before a day (UTC)."""
        return self.filter(created__date__lte=day).order_by("-number").first()


class Revision(models.Model):
    """One change to the published dataset: who made it, when, and why."""

    number = models.PositiveIntegerField(
        primary_key=True, help_text="Number of the revision; the first is 1 and each next one is one higher."
    )
    created = models.DateTimeField(default=timezone.now, help_text="When the revision was published (UTC).")
    author = models.CharField(max_length=150, help_text="Who published it.")
    message = models.TextField(help_text="What changed and why.")

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Revision {self.number}"


class FactQuerySet(models.QuerySet["Fact"]):
    def drafts(self) -> Self:
        return self.filter(published_in__isnull=True)

    def at(self, revision: int) -> Self:
        """The facts that were live at a revision."""
        return self.filter(Q(left_in__isnull=True) | Q(left_in__gt=revision), published_in__lte=revision)

    def live(self) -> Self:
        return self.filter(published_in__isnull=False, left_in__isnull=True)


ORDERED = {"year": "year", "period": "period", "version": "version", "revision": "published_in"}
"""By name, the columns of all facts that lists are ordered by. Each is indexed with the key, which breaks its ties."""


class Fact(models.Model):
    """One typed claim about named things, tied by citations to where sources make it.

    Each kind of fact extends this table with one of its own. A fact that no revision has published is a draft.
    """

    document_kind: ClassVar[str] = ""
    entity_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that name the entities a fact of this kind is about."""
    shown_on: ClassVar[tuple[str, ...]] = ()
    """Those of them whose entities show the facts of this kind in their own documents."""
    vocabularies: ClassVar[dict[str, str]] = {}
    """The open vocabulary whose words each field takes."""
    rival_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that rival claims have in common; none where claims of the kind are not compared."""
    circle: ClassVar[tuple[str, ...]] = ()
    """The references that the facts of a kind have in common which are compared with, and checked against, each other.

    Rivals are always of one circle. Facts of a kind that names none stand alone.
    """

    kind = models.CharField(max_length=32, editable=False, help_text="What kind of claim it is, such as reserve.")
    key = models.CharField(
        max_length=160,
        validators=[validate_key],
        help_text="Stable readable key of the claim; all its versions share it.",
    )
    version = models.PositiveIntegerField(default=1, help_text="Version of the claim; a correction is the next one.")
    rank = models.CharField(
        max_length=16,
        choices=Rank.choices,
        default=Rank.NORMAL,
        help_text="How it stands among competing claims: preferred, normal or deprecated.",
    )
    rank_reason = models.TextField(blank=True, help_text="Why it is preferred or deprecated; null if normal.")
    period = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_edtf],
        help_text="What time the claim is about, in EDTF: 2024, 2024-07-09, 2026-35 (third quarter), ../2028 (by 2028); "
        "null if the source does not say.",
    )
    year = models.SmallIntegerField(
        null=True,
        editable=False,
        help_text="Year of the period, or else of the valuation date; null if neither is stated and lies in one year.",
    )
    as_of = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_edtf],
        help_text="Valuation date of an estimate, in EDTF, only where the source states one.",
    )
    statement = models.CharField(
        max_length=160,
        blank=True,
        validators=[validate_key],
        help_text="Key shared by the facts of one estimate, such as its ore, grade and contained metal.",
    )
    note = models.TextField(blank=True, help_text="What a reader should know to use the claim rightly.")
    published_in = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="facts_published",
        help_text="Revision in which this version entered the published dataset.",
    )
    left_in = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="facts_left",
        help_text="Revision in which it was superseded or withdrawn.",
    )
    left_reason = models.TextField(blank=True, editable=False, help_text="Why it was superseded or withdrawn.")
    superseded_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="supersedes",
        help_text="The version that corrected it; null if it stands or was withdrawn.",
    )

    standing: Standing
    """How it stands among the facts of its circle: set by whoever writes its document."""

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["key", "version"]
        indexes = [
            *(
                models.Index(fields=[*kind, column, "key"], name=f"fact_{of}by_{name}")
                for name, column in ORDERED.items()
                for of, kind in (("kind_", ["kind"]), ("", []))
            ),
            models.Index(
                fields=["left_in", "kind", "key"],
                condition=Q(left_in__isnull=False, superseded_by__isnull=True),
                name="fact_by_withdrawal",
            ),
        ]
        permissions = [("publish_fact", "Can publish and withdraw facts, and change what the dataset shows")]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="fact_version_once"),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(published_in__isnull=False, left_in__isnull=True),
                name="fact_one_live_version",
            ),
            models.CheckConstraint(
                condition=Q(left_in__isnull=True) | Q(published_in__isnull=False, left_in__gt=F("published_in")),
                name="fact_leaves_after_it_entered",
            ),
            models.CheckConstraint(
                condition=Q(left_in__isnull=True, left_reason="", superseded_by__isnull=True)
                | (Q(left_in__isnull=False) & ~Q(left_reason="")),
                name="fact_leaves_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(rank=Rank.NORMAL) | ~Q(rank_reason=""),
                name="fact_rank_has_a_reason",
                violation_error_message="Say why the claim is preferred or deprecated.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Fill the fields that follow from others."""
        if self.document_kind:
            self.kind = self.document_kind
        self.year = year_of(self.period) or year_of(self.as_of)

    @property
    def as_kind(self) -> Fact:
        """The fact as an instance of its own kind, with that kind's fields."""
        from sources.registry import fact_models

        return self if self.document_kind else fact_models()[self.kind].objects.get(pk=self.pk)

    @property
    def is_draft(self) -> bool:
        return self.published_in_id is None

    @property
    def latest_year(self) -> int:
        """The year that tells which of a source's claims is its latest."""
        return self.year or 0

    def rivalry(self) -> tuple[Any, ...] | None:
        """What rival claims have in common with this one; None where claims of this kind are not compared."""
        return tuple(getattr(self, name) for name in self.rival_fields) or None

    def compares_with(self, other: Any) -> bool:
        """Whether two claims of one rivalry speak of the same measure, so that their figures may be compared."""
        return True

    def contradicts(self, other: Any) -> bool:
        """Whether two comparable claims differ by more than their stated rounding."""
        return False

    def has_come_about(self) -> bool | None:
        """Whether it is said of what is or was (True), or of what is still to come (False); None if neither is said."""
        return None

    @classmethod
    def inspect(cls, cases: Sequence[Case]) -> Found:
        """What looks wrong with the facts of one circle, given in the order of their keys. It asks no database."""
        return iter(())


class CitationQuerySet(models.QuerySet["Citation"]):
    def resting_on(self, sources: Any) -> Self:
        """Those that name any of these sources, or were read in one."""
        return self.filter(Q(source__in=sources) | Q(via__in=sources))


class Citation(models.Model):
    """What ties a fact to the place in a source that supports it."""

    fact = models.ForeignKey(
        Fact, on_delete=models.CASCADE, related_name="citations", help_text="The fact that is supported."
    )
    position = models.PositiveSmallIntegerField(default=1, help_text="Place among the citations of the fact, from 1.")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="citations", help_text="The source that makes the claim."
    )
    locator = models.CharField(
        max_length=255, blank=True, help_text="Place in the source: page, paragraph, table, row; null if not known."
    )
    via = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="citations_via",
        help_text="The document in which the source was read, where the source itself was not seen.",
    )
    via_locator = models.CharField(
        max_length=255, blank=True, help_text="Place in the document in which the source was read."
    )
    cited_as = models.CharField(max_length=255, blank=True, help_text="The words by which that document cites it.")
    accessed = models.CharField(
        max_length=64, blank=True, validators=[validate_edtf], help_text="When the source was read, in EDTF, if stated."
    )
    support = models.CharField(
        max_length=16,
        choices=Support.choices,
        default=Support.SUPPORTS,
        help_text="How well the place supports the fact: supports, partly or doubtful.",
    )
    note = models.TextField(blank=True, help_text="What a reader should know about this support.")

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ["fact", "position"]
        constraints = [
            models.UniqueConstraint(fields=["fact", "position"], name="citation_position_once"),
            models.CheckConstraint(
                condition=Q(via__isnull=False) | Q(via_locator=""),
                name="citation_via_locator_needs_via",
                violation_error_message="Name the document that the place (via locator) is in.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} cites {self.source.key}"
