"""What the descriptions for catalogues have in common."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class JsonLdSerializer(serializers.Serializer[Any]):
    """A description of the dataset in JSON-LD; the rest is as its vocabulary has it."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "@context": serializers.DictField(help_text="What the names mean; nothing from elsewhere is needed."),
            "@id": serializers.CharField(help_text="The address of the dataset."),
            "@type": serializers.CharField(help_text="What is described: a dataset."),
        }
