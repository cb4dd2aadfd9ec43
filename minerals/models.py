"""Minerals, countries and designation lists, and the facts about minerals in countries and the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from minerals.quantities import Comparator, Quantified, Ranked, decimal_field, indexed_by_value
from minerals.units import UNITS
from sources.edtf import validate_edtf
from sources.issues import Case, Found
from sources.models import Entity, Fact
from sources.words import did_you_mean


class Mineral(Entity):
    """An element, mineral, group or material that facts are about."""

    document_kind = "mineral"

    class Type(models.TextChoices):
        ELEMENT = "element", "element"
        MINERAL = "mineral", "mineral: a mineral or rock, such as barite"
        GROUP = "group", "group: several substances taken together, such as rare earths"
        MATERIAL = "material", "material: made from minerals"

    symbol = models.CharField(max_length=3, blank=True, help_text="Chemical symbol, for an element.")
    type = models.CharField(max_length=16, choices=Type.choices, help_text="Element, mineral, group or material.")

    class Meta:
        verbose_name_plural = "minerals"

    @property
    def names(self) -> list[str]:
        return [*super().names, *filter(None, [self.symbol])]

    @property
    def designations(self) -> list[Designation]:
        """The lists on which it stands: by jurisdiction, the newest edition first."""
        newest_first = sorted(self.facts_shown["designation"], key=lambda fact: fact.list.published, reverse=True)
        return sorted(newest_first, key=lambda fact: fact.list.jurisdiction.name)

    @property
    def groups(self) -> list[Mineral]:
        """The groups that it belongs to, by slug."""
        return sorted((fact.group for fact in self.facts_shown["membership"]), key=lambda group: group.slug)


class Country(Entity):
    """A country, a territory with figures of its own, a bloc, or a group of countries as a source names it."""

    document_kind = "country"
    is_place = True

    class Type(models.TextChoices):
        COUNTRY = "country", "country"
        TERRITORY = "territory", "territory: with an ISO code of its own, part of or dependent on a country"
        BLOC = "bloc", "bloc: an organisation of countries, such as the European Union"
        GROUP = "group", "group: countries as a source loosely names them"

    LARGER = frozenset({Type.BLOC, Type.GROUP})
    """The types of what is made up of countries, which may be there one by one as well."""

    iso2 = models.CharField(
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z]{2}\Z", "Two capital letters.")],
        help_text="ISO 3166-1 alpha-2 code, null where there is none.",
    )
    iso3 = models.CharField(
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters.")],
        help_text="ISO 3166-1 alpha-3 code, null where there is none.",
    )
    type = models.CharField(max_length=16, choices=Type.choices, help_text="Country, territory, bloc or group.")

    class Meta:
        verbose_name_plural = "countries"

    @property
    def names(self) -> list[str]:
        return [*super().names, *filter(None, (self.iso2, self.iso3))]


class DesignationList(Entity):
    """One edition of an authority's list of critical or strategic minerals."""

    document_kind = "list"

    class Status(models.TextChoices):
        IN_FORCE = "in_force", "in_force: the edition that applies"
        SUPERSEDED = "superseded", "superseded: replaced by a later edition"
        DRAFT = "draft", "draft: proposed, never in force as such"

    authority = models.CharField(max_length=255, help_text="The body that issued the list.")
    jurisdiction = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="lists", help_text="Where the list applies."
    )
    edition = models.CharField(max_length=64, blank=True, help_text="Edition of the list, usually its year.")
    published = models.CharField(
        max_length=64, blank=True, validators=[validate_edtf], help_text="When the edition was published, in EDTF."
    )
    status = models.CharField(
        max_length=16,
        blank=True,
        choices=Status.choices,
        help_text="In force, superseded or draft; null if not known.",
    )
    complete = models.BooleanField(
        default=False,
        help_text="Whether all its names are held here. Absence from an incomplete list proves nothing.",
    )
    official_count = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many names the authority itself counts."
    )
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        help_text="The earlier edition that this one replaces.",
    )

    class Meta:
        verbose_name = "designation list"
        verbose_name_plural = "lists"

    @property
    def names_held(self) -> int:
        """How many of its names are held here."""
        return len({fact.name_on_list for fact in self.facts_shown["designation"]})


class Scope(models.TextChoices):
    COUNTRY = "country", "country: the country named"
    WORLD = "world", "world: the whole world"
    REST_OF_WORLD = "rest_of_world", "rest_of_world: all countries that the source does not name"


def scope_fits_country(name: str) -> models.CheckConstraint:
    """A country is named exactly where the scope is one, so that no sum counts the world as a country."""
    return models.CheckConstraint(
        condition=Q(scope=Scope.COUNTRY, country__isnull=False) | (~Q(scope=Scope.COUNTRY) & Q(country__isnull=True)),
        name=name,
        violation_error_message="Name a country exactly where the scope is country.",
    )


class Statistic(Quantified, Ranked):
    """What figures for countries, the rest of the world and the world have in common."""

    class Meta(Quantified.Meta):
        abstract = True

    is_stock = False
    """Whether figures compare whatever their date, as those of what is there do."""

    def place(self) -> tuple[Any, ...]:
        return (self.scope, self.country_id)  # type: ignore[attr-defined]

    @classmethod
    def inspect(cls, cases: Sequence[Case]) -> Found:
        from minerals.checking.checks import inspect_statistics

        return inspect_statistics(cases)


class Reserve(Statistic, Fact):
    """How much of a mineral a country or the world holds."""

    document_kind = "reserve"
    entity_fields = ("mineral", "country")
    circle = ("mineral",)
    vocabularies = {"basis": "basis"}
    rival_fields = ("mineral_id", "scope", "country_id", "category", "base_unit")
    """Those of a stock: claims compete whatever their date."""
    terms = (*Quantified.terms, "reporting_code", "reporting_class")
    compared_by = "category"

    is_stock = True

    class Category(models.TextChoices):
        RESERVES = "reserves", "reserves: what can be extracted economically at the time"
        RESOURCES = "resources", "resources: what is there in a form that may become extractable"

    mineral = models.ForeignKey(Mineral, on_delete=models.PROTECT, related_name="+", help_text="The mineral held.")
    scope = models.CharField(max_length=16, choices=Scope.choices, help_text="A country, the world or its rest.")
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The country that holds."
    )
    category = models.CharField(
        max_length=16, choices=Category.choices, help_text="Reserves or resources; the two are never added."
    )
    reporting_code = models.CharField(
        max_length=32, blank=True, help_text="Reporting code that the estimate follows, such as JORC or GKZ."
    )
    reporting_class = models.CharField(
        max_length=64, blank=True, help_text="Class within the code, such as indicated or A+B+C1."
    )
    basis = models.CharField(
        max_length=40,
        blank=True,
        help_text="What the amount is of, a word of the vocabulary basis, such as contained_metal; null if unstated.",
    )
    grade_verbatim = models.CharField(max_length=100, blank=True, help_text="The grade in the source's own words.")
    grade_value = decimal_field("The grade as stated, in `grade_unit`.")
    grade_unit = models.CharField(max_length=16, blank=True, help_text="Unit of the grade: percent or g/t.")

    class Meta(Quantified.Meta):
        verbose_name_plural = "reserves"
        constraints = [*Quantified.Meta.constraints, scope_fits_country("reserve_scope_fits_country")]
        indexes = indexed_by_value("reserve")

    def clean(self) -> None:
        super().clean()
        if self.grade_value is not None and not self.grade_unit:
            raise ValidationError({"grade_unit": "Say what unit the grade is in: percent or g/t."})
        if self.grade_unit and self.grade_unit not in UNITS:
            hint = did_you_mean(self.grade_unit, UNITS)
            raise ValidationError({"grade_unit": f"“{self.grade_unit}” is not a unit that is known.{hint}"})

    def measured(self) -> tuple[Any, ...]:
        return (self.category, self.reporting_code, self.reporting_class)


class Production(Statistic, Fact):
    """How much a country or the world makes, could make or consumes in a year."""

    document_kind = "production"
    entity_fields = ("mineral", "country")
    circle = ("mineral",)
    vocabularies = {"basis": "basis", "stage": "stage", "measure": "production-measure"}
    rival_fields = ("mineral_id", "scope", "country_id", "measure", "stage", "form", "period", "base_unit")
    """Those of a flow: claims compete for the same period."""
    compared_by = "measure"

    mineral = models.ForeignKey(
        Mineral,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The mineral made; null where the source speaks of several at once, see `form`.",
    )
    scope = models.CharField(max_length=16, choices=Scope.choices, help_text="A country, the world or its rest.")
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The country that makes."
    )
    stage = models.CharField(
        max_length=32, blank=True, help_text="Stage of making, a word of the vocabulary stage: mine, smelter, refinery…"
    )
    form = models.CharField(max_length=120, blank=True, help_text="What is made, where the source says: sponge, ore…")
    measure = models.CharField(
        max_length=32, help_text="Output, capacity or consumption, a word of the vocabulary production-measure."
    )
    basis = models.CharField(
        max_length=40,
        blank=True,
        help_text="What the amount is of, a word of the vocabulary basis, such as contained_metal; null if unstated.",
    )

    class Meta(Quantified.Meta):
        verbose_name_plural = "production"
        indexes = indexed_by_value("production")
        constraints = [
            *Quantified.Meta.constraints,
            scope_fits_country("production_scope_fits_country"),
            models.CheckConstraint(
                condition=Q(mineral__isnull=False) | ~Q(form=""),
                name="production_says_of_what",
                violation_error_message="Name the mineral, or say in form what is made.",
            ),
        ]

    @property
    def dimension(self) -> str:
        """Made in a year or per year: the unit says the same either way."""
        return self.base_unit.removesuffix("/a")

    def measured(self) -> tuple[Any, ...]:
        return (self.measure, self.stage, self.form)


class Trade(Quantified, Fact):
    """What a country sells to or buys from another, a bloc or the world."""

    document_kind = "trade"
    entity_fields = ("country", "counterpart", "mineral")
    circle = ("country", "mineral")
    vocabularies = {"basis": "basis", "measure": "trade-measure"}
    rival_fields = (
        *("flow", "country_id", "counterpart_scope", "counterpart_id", "mineral_id", "form", "measure"),
        *("period", "base_unit"),
    )
    """Those of a flow: claims compete for the same period."""

    class Flow(models.TextChoices):
        IMPORT = "import", "import: the country buys"
        EXPORT = "export", "export: the country sells"

    class CounterpartScope(models.TextChoices):
        COUNTRY = "country", "country: the counterpart named"
        BLOC = "bloc", "bloc: the bloc of countries named"
        WORLD = "world", "world: all countries together"

    flow = models.CharField(max_length=8, choices=Flow.choices, help_text="Import or export, seen from the country.")
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="+", help_text="The country that imports or exports."
    )
    counterpart_scope = models.CharField(
        max_length=8,
        choices=CounterpartScope.choices,
        help_text="Whether it trades with a country, a bloc or the world.",
    )
    counterpart = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The country or bloc on the other side; null for the world.",
    )
    mineral = models.ForeignKey(
        Mineral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The mineral, if one."
    )
    form = models.CharField(max_length=120, blank=True, help_text="What is traded: raw materials, refined copper…")
    measure = models.CharField(
        max_length=32, blank=True, help_text="Value, weight or share, a word of the vocabulary trade-measure."
    )
    basis = models.CharField(
        max_length=40, blank=True, help_text="What the amount is of, a word of the vocabulary basis; null if unstated."
    )
    counterpart_rank_verbatim = models.CharField(
        max_length=100, blank=True, help_text="The counterpart's place among all, in the source's own words."
    )
    counterpart_rank_comparator = models.CharField(
        max_length=2, blank=True, choices=Comparator.choices, help_text="How the claimed place bounds the truth."
    )
    counterpart_rank_value = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The counterpart's claimed place, 1 for the largest buyer or seller."
    )

    class Meta(Quantified.Meta):
        verbose_name_plural = "trade"
        indexes = indexed_by_value("trade")
        constraints = [
            *Quantified.Meta.constraints,
            models.CheckConstraint(
                condition=Q(counterpart_scope="world", counterpart__isnull=True)
                | (~Q(counterpart_scope="world") & Q(counterpart__isnull=False)),
                name="trade_counterpart_fits_scope",
                violation_error_message="Name a counterpart exactly where its scope is a country or bloc.",
            ),
        ]

    def place(self) -> tuple[Any, ...]:
        return (self.flow, self.counterpart_scope, self.counterpart_id)

    def measured(self) -> tuple[Any, ...]:
        return (self.measure, self.form)

    @classmethod
    def inspect(cls, cases: Sequence[Case]) -> Found:
        from minerals.checking.checks import inspect_figures

        return inspect_figures(cases)


class Designation(Fact):
    """A mineral stands on an authority's list."""

    document_kind = "designation"
    entity_fields = ("list", "mineral")
    shown_on = ("list", "mineral")

    class Tier(models.TextChoices):
        CRITICAL = "critical", "critical"
        STRATEGIC = "strategic", "strategic"

    list = models.ForeignKey(
        DesignationList, on_delete=models.PROTECT, related_name="+", help_text="The list that it stands on."
    )
    mineral = models.ForeignKey(Mineral, on_delete=models.PROTECT, related_name="+", help_text="The mineral listed.")
    tier = models.CharField(max_length=16, choices=Tier.choices, help_text="Critical or strategic.")
    name_on_list = models.CharField(max_length=255, help_text="The name exactly as the list has it.")
    form = models.CharField(
        max_length=120, blank=True, help_text="The form that the list restricts it to, such as battery grade."
    )


class Membership(Fact):
    """A mineral belongs to a group of minerals."""

    document_kind = "membership"
    entity_fields = ("group", "member")
    shown_on = ("member",)

    group = models.ForeignKey(Mineral, on_delete=models.PROTECT, related_name="+", help_text="The group.")
    member = models.ForeignKey(Mineral, on_delete=models.PROTECT, related_name="+", help_text="The member.")


class Use(Fact):
    """What a mineral, in a form, is used for."""

    document_kind = "use"
    entity_fields = ("mineral",)

    mineral = models.ForeignKey(
        Mineral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="The mineral used."
    )
    form = models.CharField(max_length=120, blank=True, help_text="The form used, such as cathode or carbide.")
    end_use = models.CharField(max_length=255, help_text="What it is used for.")
