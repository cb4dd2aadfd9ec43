"""Projects and partners, and the facts about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from minerals.checking.checks import inspect_figures
from minerals.models import Country, Mineral
from minerals.quantities import Quantified
from projects.bases import Held, Realisation, Realised, at_least_one, exactly_one
from sources.issues import Case, Found
from sources.models import Entity, Fact


class Partner(Entity):
    """A company, government body, bank, organisation or person that takes part in projects and agreements."""

    document_kind = "partner"

    class Type(models.TextChoices):
        COMPANY = "company", "company"
        GOVERNMENT = "government", "government: a ministry, agency or other state body"
        BANK = "bank", "bank: a bank or development finance institution"
        ORGANISATION = "organisation", "organisation: any other body"
        PERSON = "person", "person"

    type = models.CharField(
        max_length=16, choices=Type.choices, help_text="Company, government, bank, organisation or person."
    )


class Project(Entity):
    """A mine, plant, deposit or undertaking that facts are about."""

    document_kind = "project"


def project_field(**options: Any) -> models.ForeignKey[Any, Any]:
    options.setdefault("help_text", "The project.")
    return models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", **options)


def phase_field() -> models.CharField[Any, Any]:
    return models.CharField(
        max_length=120, blank=True, help_text="The phase or part of the project that is meant, in a few words."
    )


class Figure(Quantified, Fact):
    """A number about a project, a phase of it or a partner, or about a country where no other kind has it."""

    document_kind = "figure"
    entity_fields = ("project", "partner", "country", "mineral")
    circle = ("project", "partner", "country")
    vocabularies = {"basis": "basis", "measure": "figure-measure"}

    project = project_field(null=True, blank=True)
    phase = phase_field()
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The partner that the number is about, or that it concerns together with the project.",
    )
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The country."
    )
    measure = models.CharField(
        max_length=32, help_text="What is measured, a word of the vocabulary figure-measure: capacity, cost, jobs…"
    )
    mineral = models.ForeignKey(
        Mineral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The mineral, if one."
    )
    form = models.CharField(max_length=120, blank=True, help_text="What is counted: ore, concentrate, new jobs…")
    basis = models.CharField(
        max_length=40,
        blank=True,
        help_text="What the amount is of, a word of the vocabulary basis, such as WO3; null if unstated.",
    )
    reporting_code = models.CharField(
        max_length=32, blank=True, help_text="Reporting code that an estimate follows, such as JORC or GKZ."
    )
    reporting_class = models.CharField(
        max_length=64, blank=True, help_text="Class within the code, such as indicated or probable."
    )

    class Meta(Quantified.Meta):
        constraints = [
            *Quantified.Meta.constraints,
            at_least_one("project", "partner", "country", name="figure_has_a_subject"),
        ]

    SHARES = frozenset({"share", "grade", "product_grade"})
    STOCKS = frozenset({"reserves", "resources", "cost", "jobs", "capacity", "grade", "product_grade", "investment"})

    def rivalry(self) -> tuple[Any, ...]:
        """Claims about a stock compete whatever their date, claims about a flow for the same period."""
        subject = (self.project_id, self.phase, self.partner_id, self.country_id, self.measure, self.mineral_id)
        terms = (self.form, self.reporting_code, self.reporting_class, self.base_unit)
        return (*subject, *terms, "" if self.measure in self.STOCKS else self.period)

    @property
    def is_share(self) -> bool:
        return super().is_share and self.measure in self.SHARES

    def place(self) -> tuple[Any, ...]:
        return (self.phase,)

    def measured(self) -> tuple[Any, ...]:
        return (self.measure, self.mineral_id, self.form, self.reporting_code, self.reporting_class)

    @classmethod
    def inspect(cls, cases: Sequence[Case]) -> Found:
        return inspect_figures(cases)


class Event(Realised, Fact):
    """Something that happened or is to happen: an agreement, an opening, a start, a listing, an incident."""

    document_kind = "event"
    entity_fields = ("project", "country")
    vocabularies = {"type": "event-type"}

    type = models.CharField(
        max_length=32, help_text="What kind of event it is, a word of the vocabulary event-type: agreement, opening…"
    )
    title = models.CharField(max_length=255, help_text="What happened, in a few words. Its date is the period.")
    project = project_field(null=True, blank=True, help_text="The project that it belongs to, if one.")
    phase = phase_field()
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The country that it concerns.",
    )
    status = models.CharField(max_length=8, choices=Realisation.choices, help_text="Actual or planned.")


class Party(models.Model):
    """Someone who took part in an event, and in what role."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="parties", help_text="The event.")
    position = models.PositiveSmallIntegerField(default=1, help_text="Place among the parties, from 1.")
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The body, if one."
    )
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The state, if one."
    )
    person = models.CharField(max_length=120, blank=True, help_text="The person, if one is named.")
    office = models.CharField(max_length=255, blank=True, help_text="The office that the person held then.")
    role = models.CharField(
        max_length=32, help_text="What the party did, a word of the vocabulary party-role: signatory, speaker…"
    )

    entity_fields = ("partner", "country")
    vocabularies = {"role": "party-role"}

    class Meta:
        ordering = ["event", "position"]
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["event", "position"], name="party_position_once"),
            models.CheckConstraint(
                condition=Q(partner__isnull=False) | Q(country__isnull=False) | ~Q(person=""),
                name="party_is_someone",
                violation_error_message="Name a partner, a country or a person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner or self.country or self.person} ({self.role})"


class Participation(Held, Fact):
    """A partner's or a state's role in a project, with its share where known."""

    document_kind = "participation"
    entity_fields = ("project", "partner", "country")
    circle = ("project",)
    vocabularies = {"role": "participation-role"}

    project = project_field()
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Who takes part."
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The state that takes part, where the source names no body of it.",
    )
    role = models.CharField(
        max_length=32, help_text="The role, a word of the vocabulary participation-role: owner, operator, lender…"
    )

    class Meta(Quantified.Meta):
        constraints = [
            *Quantified.Meta.constraints,
            exactly_one("partner", "country", name="participation_of_one"),
        ]

    def place(self) -> tuple[Any, ...]:
        return (self.partner_id, self.country_id)

    def measured(self) -> tuple[Any, ...]:
        return (self.role,)


class Output(Realised, Fact):
    """What a project makes or takes in."""

    document_kind = "output"
    entity_fields = ("project", "mineral")
    vocabularies = {"role": "output-role"}

    project = project_field()
    phase = phase_field()
    mineral = models.ForeignKey(
        Mineral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The mineral, if one."
    )
    form = models.CharField(max_length=255, blank=True, help_text="The product or input: cathode, sulfuric acid…")
    role = models.CharField(
        max_length=32, help_text="Main product, by-product or input, a word of the vocabulary output-role."
    )
    status = models.CharField(
        max_length=8, blank=True, choices=Realisation.choices, help_text="Actual or planned; null if unstated."
    )


class Component(Realised, Fact):
    """A part, phase, plant or technology of a project."""

    document_kind = "component"
    entity_fields = ("project",)
    vocabularies = {"type": "component-type"}

    project = project_field()
    name = models.CharField(max_length=255, help_text="The part, in a few words.")
    type = models.CharField(
        max_length=32, help_text="Phase, facility, technology…, a word of the vocabulary component-type."
    )
    status = models.CharField(
        max_length=8, blank=True, choices=Realisation.choices, help_text="Actual or planned; null if unstated."
    )


class Location(Fact):
    """Where a project is."""

    document_kind = "location"
    entity_fields = ("project", "country")

    class Precision(models.TextChoices):
        COUNTRY = "country", "country"
        REGION = "region", "region"
        LOCALITY = "locality", "locality: a town or district"
        SITE = "site", "site: the place itself"

    project = project_field()
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The country."
    )
    region = models.CharField(max_length=120, blank=True, help_text="Region or province.")
    locality = models.CharField(max_length=120, blank=True, help_text="Town, district or site.")
    latitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text="Latitude in degrees north (WGS 84), only where the source gives it.",
    )
    longitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text="Longitude in degrees east (WGS 84), only where the source gives it.",
    )
    precision = models.CharField(
        max_length=16, choices=Precision.choices, help_text="How precisely the place is known: country … site."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="location_has_both_coordinates",
                violation_error_message="Give both latitude and longitude, or neither.",
            )
        ]


class Affiliation(Held, Fact):
    """Where a partner belongs: based in a country, owned by or part of another partner."""

    document_kind = "affiliation"
    entity_fields = ("partner", "country", "parent")
    circle = ("partner",)
    vocabularies = {"relation": "relation"}

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", help_text="The partner.")
    relation = models.CharField(
        max_length=32, help_text="How it belongs, a word of the vocabulary relation: based_in, owned_by, part_of…"
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The country that it belongs to.",
    )
    parent = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The partner that owns it or that it is part of.",
    )

    class Meta(Quantified.Meta):
        constraints = [*Quantified.Meta.constraints, exactly_one("country", "parent", name="affiliation_to_one")]

    def place(self) -> tuple[Any, ...]:
        return (self.country_id, self.parent_id)

    def measured(self) -> tuple[Any, ...]:
        return (self.relation,)


class Assessment(Fact):
    """A qualitative claim about a country, partner or project: a benefit, a risk, a strategy…"""

    document_kind = "assessment"
    entity_fields = ("country", "partner", "project", "counterpart", "mineral")
    vocabularies = {"type": "assessment-type", "theme": "theme"}

    class Scope(models.TextChoices):
        COUNTRY = "country", "country: the country, bloc or group named"
        PARTNER = "partner", "partner: the partner named"
        PROJECT = "project", "project: the project named"
        WORLD = "world", "world: the whole world"
        GENERAL = "general", "general: no one in particular, as in a definition"

    type = models.CharField(
        max_length=32, help_text="Benefit, risk, strategy…, a word of the vocabulary assessment-type."
    )
    theme = models.CharField(max_length=32, blank=True, help_text="What it is about, a word of the vocabulary theme.")
    scope = models.CharField(max_length=16, choices=Scope.choices, help_text="Whom or what it is said of.")
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The country it is about."
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The partner it is about."
    )
    project = project_field(null=True, blank=True, help_text="The project it is about.")
    counterpart = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The other country that it concerns.",
    )
    mineral = models.ForeignKey(
        Mineral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The mineral it concerns."
    )
    text = models.CharField(max_length=500, help_text="The claim in one plain sentence.")
