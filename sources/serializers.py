"""How documents are written as JSON: the shape that the API serves and the OpenAPI document describes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from sources.columns import AddressField, AddressTextField
from sources.models import Citation, Document, Entity, Fact, Revision, Source, Term
from sources.plain import plain_number
from sources.registry import entity_models, fact_models, plural, record_models, register_serializer, serializer_for

Branches = dict[str, tuple[type[serializers.Serializer[Any]], ...]]
"""What a field that writes its own JSON nests: by the name of each branch, none for its own, the serializers."""


class ExactNumberField(serializers.Field[Any, Any, Any, Any]):
    """A decimal as a JSON number, with no more digits than JSON carries exactly."""

    is_number = True

    def to_representation(self, value: Decimal) -> int | float:
        return plain_number(value)


extend_schema_field({"type": "number"})(ExactNumberField)


class NullableModelSerializer(serializers.ModelSerializer[Any]):
    """Serves what is blank as null, and decimals as plain numbers."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DecimalField: ExactNumberField,
    }
    from_facts: ClassVar[tuple[str, ...]] = ()
    """The fields that say what other facts make of it; a document is not found by their words."""
    column_names: ClassVar[dict[str, str | None]] = {}
    """What its columns are called in a table that go by another name than their field; None where they have none."""
    is_unprefixed: ClassVar[bool] = False
    """Whether the columns of what is nested go by the names of their fields alone."""
    identity: ClassVar[tuple[str, ...]] = ()
    """The fields of an entity that its column in a table shows: the first that is there."""

    def build_standard_field(self, field_name: str, model_field: models.Field[Any, Any]) -> tuple[Any, Any]:
        field_class, options = super().build_standard_field(field_name, model_field)
        if field_class is ExactNumberField:
            options = {"help_text": model_field.help_text, "allow_null": model_field.null}
        elif isinstance(model_field, models.CharField | models.TextField) and model_field.blank:
            options["allow_null"] = True
        options.pop("allow_blank", None)
        options["read_only"] = True
        return field_class, {k: v for k, v in options.items() if k in READ_OPTIONS}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: None if value == "" else value for name, value in super().to_representation(instance).items()}


READ_OPTIONS = {"help_text", "allow_null", "read_only", "choices", "label"}


class NameListField(serializers.Field[Any, Any, Any, Any]):
    """Names that the database keeps joined by |, as a list."""

    is_list = True

    def to_representation(self, value: str) -> list[str]:
        return [name for name in value.split("|") if name]


extend_schema_field({"type": "array", "items": {"type": "string"}})(NameListField)


class SourceBriefSerializer(NullableModelSerializer):
    """The source of a citation, in brief."""

    class Meta:
        model = Source
        fields = ["key", "publisher", "title", "published", "url"]


class ViaSourceSerializer(NullableModelSerializer):
    """The document in which a source was read, in brief."""

    class Meta:
        model = Source
        fields = ["key", "publisher"]


class ViaSerializer(NullableModelSerializer):
    """Where a source was read that was not seen itself."""

    source = ViaSourceSerializer(source="via", help_text="The document in which the source was read.")  # type: ignore[assignment]
    locator = serializers.CharField(
        source="via_locator", allow_null=True, help_text=Citation._meta.get_field("via_locator").help_text
    )

    class Meta:
        model = Citation
        fields = ["source", "locator"]


class ViaField(serializers.Field[Any, Any, Any, Any]):
    """Where the source was read, null where it was seen itself."""

    def branches(self) -> Branches:
        return {"": (ViaSerializer,)}

    def __init__(self, **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, citation: Citation) -> dict[str, Any] | None:
        return ViaSerializer(citation).data if citation.via_id else None


extend_schema_field(ViaSerializer(allow_null=True))(ViaField)


class CitationSerializer(NullableModelSerializer):
    """The place in a source that supports a fact."""

    source = SourceBriefSerializer(help_text="The source that makes the claim.")  # type: ignore[assignment]
    via = ViaField(help_text=Citation._meta.get_field("via").help_text)

    column_names = {
        "position": None,
        "source_key": "source_keys",
        "source_publisher": "source_publishers",
        "source_title": None,
        "source_published": "source_dates",
        "source_url": None,
        "locator": "locators",
        "cited_as": "cited_as",
        "accessed": "accessed",
        "support": "supports",
        "note": "citation_notes",
        "via_source_key": "via_keys",
        "via_source_publisher": "via_publishers",
        "via_locator": "via_locators",
    }

    class Meta:
        model = Citation
        fields = ["position", "source", "locator", "cited_as", "accessed", "support", "note", "via"]


class FactBriefSerializer(serializers.Serializer[Any]):
    """A fact, in brief."""

    key = serializers.CharField(help_text=Fact._meta.get_field("key").help_text)
    kind = serializers.CharField(help_text=Fact._meta.get_field("kind").help_text)
    version = serializers.IntegerField(help_text=Fact._meta.get_field("version").help_text)
    url = AddressTextField(help_text="Address of the fact, relative to the host.")


class CitationOfFactSerializer(CitationSerializer):
    """The place in a source that supports a fact, with the fact."""

    column_names = {"fact_key": "fact", "via_source_key": "via_key", "via_source_publisher": "via_publisher"}

    key = serializers.CharField(help_text="Key of the citation: that of its fact, and its position after -c.")
    url = AddressTextField(help_text="Address of the citation, relative to the host.")
    fact = FactBriefSerializer(help_text="The fact that is supported.")

    class Meta(CitationSerializer.Meta):
        fields = ["key", "url", "fact", *CitationSerializer.Meta.fields]


FACT_HEAD = ["key", "kind", "version", "revision", "url"]
FACT_TAIL = [
    "period",
    "year",
    "as_of",
    "statement",
    "note",
    "rank",
    "rank_reason",
    "disputed",
    "alternatives",
    "issues",
    "citations",
]


def fact_fields(*own: str) -> list[str]:
    """The fields of a fact in the order that they are served: identity, the kind's own, what all facts have."""
    return [*FACT_HEAD, *own, *FACT_TAIL]


class KindField(serializers.CharField):
    """The kind of a fact, which for the facts of one serializer is always the same."""


class IssueSerializer(serializers.Serializer[Any]):
    """Something about a fact that looks wrong and was not changed."""

    column_names: ClassVar[dict[str, str | None]] = {"code": "issues", "explanation": "issue_explanations"}

    code = serializers.CharField(
        help_text="What it is, a word of the vocabulary issue, such as jump. The list is open: expect words that join it."
    )
    explanation = serializers.CharField(
        help_text="What was compared and how it differs, in one sentence with the figures and the keys behind it."
    )


class FactSerializer(NullableModelSerializer):
    """What the facts of all kinds have in common."""

    from_facts = ("issues",)

    kind = KindField(help_text=Fact._meta.get_field("kind").help_text)
    revision = serializers.IntegerField(
        source="published_in_id", help_text=Fact._meta.get_field("published_in").help_text
    )
    url = AddressField(help_text="Address of the fact, relative to the host.")
    disputed = serializers.SerializerMethodField(
        help_text="Whether comparable claims of other sources differ by more than the coarser one's stated rounding."
    )
    alternatives = serializers.SerializerMethodField(help_text="Number of comparable claims of other sources.")
    issues = IssueSerializer(
        many=True,
        source="standing.issues",
        help_text="What looks wrong with it, found by rules alone: flags to look into, which change no figure.",
    )
    citations = CitationSerializer(many=True, help_text="The places in sources that support it, at least one.")

    class Meta:
        model = Fact
        fields = fact_fields()

    def get_url(self, fact: Fact) -> str:
        return reverse(f"{plural(type(fact))}-detail", kwargs={"key": fact.key})

    def get_disputed(self, fact: Fact) -> bool:
        return fact.standing.disputed

    def get_alternatives(self, fact: Fact) -> int:
        return fact.standing.alternatives


ANY_FACT = PolymorphicProxySerializer(
    component_name="Fact",
    serializers=lambda: {kind: serializer_for(model) for kind, model in fact_models().items()},  # type: ignore[arg-type]
    resource_type_field_name="kind",
)
"""A fact in the shape of its kind, for the OpenAPI document."""


@extend_schema_field(ANY_FACT)
class AnyFactField(serializers.JSONField):
    """A stored document of a fact."""

    def branches(self) -> Branches:
        return {"": tuple(serializer_for(model) for model in fact_models().values())}


class AnyDocumentField(serializers.JSONField):
    """A stored document of a fact, source, entity or word."""

    def models(self) -> list[type[models.Model]]:
        return [*fact_models().values(), *record_models().values()]

    def branches(self) -> Branches:
        return {"": tuple(serializer_for(model) for model in self.models())}


class AnyRecordField(AnyDocumentField):
    """A stored document of a source or an entity."""

    def models(self) -> list[type[models.Model]]:
        return [Source, *entity_models().values()]


class EntitySerializer(NullableModelSerializer):
    """What the entities of all kinds have in common."""

    url = AddressField(help_text="Address of the entity, relative to the host.")
    aliases = NameListField(help_text="Other names that filters accept as well.")

    class Meta:
        model = Entity
        fields = ["slug", "url", "name", "aliases"]

    def get_url(self, entity: Entity) -> str:
        return reverse(f"{plural(type(entity))}-detail", kwargs={"slug": entity.slug})


class FactsByKindField(serializers.JSONField):
    """Stored documents of facts, those of each kind in a list of its own."""

    def branches(self) -> Branches:
        return {plural(model): (serializer_for(model),) for model in fact_models().values()}


class WithFacts(serializers.Serializer[Any]):
    """Adds to an entity the facts that name it."""

    facts_url = AddressTextField(help_text="Where these facts can be filtered, relative to the host.")
    facts_complete = serializers.BooleanField(
        help_text="Whether all facts are here; where there are very many, `facts_url` has the rest."
    )
    facts = FactsByKindField(help_text="Every fact that names it in any role, by kind, each with its citations.")


WITH_FACTS = ["facts_url", "facts_complete", "facts"]


@register_serializer
class SourceSerializer(NullableModelSerializer):
    """One edition of one document that facts cite."""

    facts_url = AddressField(help_text="Where the facts that cite it are, relative to the host.")
    authors = NameListField(help_text="Authors as named on the document.")
    supersedes: serializers.SlugRelatedField[Source] = serializers.SlugRelatedField(
        slug_field="key",
        read_only=True,
        allow_null=True,
        help_text="Key of the earlier edition that this one replaces.",
    )

    class Meta:
        model = Source
        fields = [
            "key",
            "kind",
            "publisher",
            "title",
            "authors",
            "series",
            "volume",
            "issue",
            "published",
            "not_before",
            "not_after",
            "data_year",
            "doi",
            "url",
            "archived_url",
            "licence",
            "supersedes",
            "note",
            "facts_url",
        ]

    def get_facts_url(self, source: Source) -> str:
        return reverse("sources-facts", kwargs={"key": source.key})


@register_serializer
class TermSerializer(NullableModelSerializer):
    """A word of an open vocabulary."""

    class Meta:
        model = Term
        fields = ["vocabulary", "code", "definition"]


class RevisionSerializer(NullableModelSerializer):
    """One change to the published dataset."""

    url = AddressField(help_text="Address of the revision, relative to the host.")
    published = serializers.SerializerMethodField(help_text="Number of fact versions that entered in it.")
    left = serializers.SerializerMethodField(
        help_text="Number of fact versions that were superseded or withdrawn in it."
    )

    class Meta:
        model = Revision
        fields = ["number", "url", "created", "author", "message", "published", "left"]

    def get_url(self, revision: Revision) -> str:
        return reverse("revisions-detail", kwargs={"number": revision.number})

    def get_published(self, revision: Revision) -> int:
        return int(self.context["published"])

    def get_left(self, revision: Revision) -> int:
        return int(self.context["left"])


class StateSerializer(serializers.Serializer[Any]):
    """From one revision until another."""

    from_revision = serializers.IntegerField(help_text=Document._meta.get_field("from_revision").help_text)
    to_revision = serializers.IntegerField(
        allow_null=True, help_text="First revision that no longer shows it; null while it stands."
    )


class RecordHistorySerializer(StateSerializer):
    """One state that a source or an entity has had, from one revision until another."""

    document = AnyRecordField(help_text="The source or entity as lists showed it then.")


class HistorySerializer(StateSerializer):
    """One state that a fact has had, from one revision until another."""

    version = serializers.IntegerField(help_text=Fact._meta.get_field("version").help_text)
    left_reason = serializers.CharField(
        allow_null=True, help_text="Why this version was superseded or withdrawn at `to_revision`; null otherwise."
    )
    document = AnyFactField(help_text="The fact as it was served then.")
