"""The shape of a comparison. Its JSON is made in the view; this is what the OpenAPI document says of it."""

from typing import Any

from rest_framework import serializers

from minerals.comparing.reasons import REASONS
from minerals.models import Production, Reserve, Scope
from minerals.quantities import Status
from minerals.serializers import CountryBriefSerializer, MineralBriefSerializer
from sources.serializers import AnyFactField, ExactNumberField, SourceBriefSerializer

COMPARED = (Reserve, Production)
"""The kinds of facts that are compared."""
SHARED = "null where the claims differ or none states it."


def words(help_text: str) -> serializers.CharField:
    return serializers.CharField(allow_null=True, help_text=f"{help_text}; {SHARED}")


class ComparedSubjectSerializer(serializers.Serializer[Any]):
    """What all claims that are compared are about."""

    mineral = MineralBriefSerializer(
        allow_null=True, help_text="The mineral; null where the revision read did not have it yet."
    )
    scope = serializers.ChoiceField(choices=Scope.choices, help_text="A country, the world or its rest.")
    country = CountryBriefSerializer(
        allow_null=True, help_text="The country; null where the scope is not one, or the revision did not have it yet."
    )
    measure = serializers.CharField(
        help_text="What is compared: reserves, resources, or a word of the vocabulary production-measure."
    )
    stage = words("Stage of making, a word of the vocabulary stage")
    form = words("The form")
    basis = words("What the amounts are of, a word of the vocabulary basis")
    period = words("What time the claims are about, in EDTF")
    status = serializers.ChoiceField(
        choices=Status.choices, allow_null=True, help_text=f"Whether the numbers are actual, estimated…; {SHARED}"
    )
    reporting_code = words("Reporting code of the estimates")
    reporting_class = words("Class within the reporting code")
    base_unit = words(
        "The base unit of the claims, in which differences and spread are unless `unit=` asks for another"
    )


class DifferenceSerializer(serializers.Serializer[Any]):
    """How far a claim lies from the reference, the first of the claims."""

    value = ExactNumberField(
        allow_null=True,
        help_text="The claim less the reference, in `unit`; null where one of them is a range or bound.",
    )
    unit = serializers.CharField(help_text="The unit asked for, or else the base unit.")
    percent = ExactNumberField(
        allow_null=True, help_text="The same in percent of the reference, rounded half up to two places, or null."
    )
    beyond_rounding = serializers.BooleanField(
        help_text="Whether no number fits both, each widened by the stated rounding of the coarser one."
    )


class ComparedDifferenceSerializer(serializers.Serializer[Any]):
    """How far one claim lies from the reference."""

    difference = DifferenceSerializer(help_text="How far it lies from the reference.")


class ComparedClaimSerializer(ComparedDifferenceSerializer):
    """One claim among those compared."""

    fact = AnyFactField(help_text="The fact with its citations, as its own endpoint serves it.")


class SpreadSerializer(serializers.Serializer[Any]):
    """From the least to the most that the claims allow."""

    low = ExactNumberField(allow_null=True, help_text="The least; null where a claim sets no lower bound.")
    high = ExactNumberField(allow_null=True, help_text="The most; null where a claim sets no upper bound.")
    unit = serializers.CharField(help_text="The unit asked for, or else the base unit.")
    absolute = ExactNumberField(allow_null=True, help_text="The most less the least; null where one of them is.")
    percent = ExactNumberField(
        allow_null=True,
        help_text="That in percent of the least, rounded half up to two places; null where the least is 0 or open.",
    )
    ratio = ExactNumberField(
        allow_null=True,
        help_text="The most divided by the least, rounded half up to three places; null where the least is 0 or open.",
    )
    explanation = serializers.CharField(help_text="The same in a sentence.")


class PreferredSerializer(serializers.Serializer[Any]):
    """The claim that curators prefer among those compared."""

    key = serializers.CharField(help_text="Key of the claim.")
    reason = serializers.CharField(help_text="Why it is preferred.")


class NotComparedSerializer(serializers.Serializer[Any]):
    """A claim of the same kind about the same mineral and place that is not compared."""

    fact = AnyFactField(help_text="The fact with its citations, as its own endpoint serves it.")
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=list(REASONS.items())),
        help_text="Why it is not compared, words of the vocabulary comparison-reason.",
    )
    explanation = serializers.CharField(help_text="The same in a sentence.")
    select = serializers.CharField(
        allow_null=True,
        help_text="Address, relative to the host, where it is compared; null for one that never is: deprecated, "
        "or without a number.",
    )


class ComparisonSerializer(serializers.Serializer[Any]):
    """What sources claim of one mineral, place and measure, side by side."""

    kind = serializers.ChoiceField(
        choices=[model.document_kind for model in COMPARED], help_text="Kind of the facts compared."
    )
    revision = serializers.IntegerField(help_text="The revision of the dataset that is read; 0 before the first.")
    subject = ComparedSubjectSerializer(help_text="What the claims compared have in common.")
    disputed = serializers.BooleanField(
        help_text="Whether two of the claims that share no source differ by more than the coarser one's stated rounding."
    )
    basis_unstated = serializers.BooleanField(
        help_text="Whether a claim does not say what its amount is of, and so may not mean the same as the others."
    )
    count = serializers.IntegerField(help_text="Number of claims compared.")
    claims = ComparedClaimSerializer(
        many=True,
        help_text="The claims: first the reference, which is the preferred one or else that of the most recent source.",
    )
    spread = SpreadSerializer(allow_null=True, help_text="How far they lie apart; null where there is none.")
    preferred = PreferredSerializer(
        allow_null=True, help_text="The preferred claim and why; null where no preference was stated."
    )
    left_out = NotComparedSerializer(many=True, help_text="All other claims, those nearest to being comparable first.")
    sources = SourceBriefSerializer(many=True, help_text="The sources of the claims compared, each once.")
