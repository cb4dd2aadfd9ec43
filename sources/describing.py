"""How what describes the dataset is written as JSON: its words, and its files."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sources.models import Term


class WordSerializer(serializers.Serializer[Any]):
    """A word and what it means."""

    code = serializers.CharField(help_text=Term._meta.get_field("code").help_text)
    definition = serializers.CharField(help_text=Term._meta.get_field("definition").help_text)


class VocabularyNameSerializer(serializers.Serializer[Any]):
    """A list of words by its name."""

    name = serializers.CharField(help_text="Name of the vocabulary.")
    open = serializers.BooleanField(help_text="Whether new words join it as data, without a new version of the API.")


class VocabularySerializer(VocabularyNameSerializer):
    """A list of words that facts use."""

    words = WordSerializer(many=True, help_text="Its words.")


class VocabularyWordSerializer(VocabularyNameSerializer, WordSerializer):
    """A word with the list that it stands on, as a row of a table."""


class DataPackageSerializer(serializers.Serializer[Any]):
    """The Frictionless descriptor of the dataset's files."""

    profile = serializers.CharField(help_text="Profile of Frictionless that it follows.")
    name = serializers.CharField(help_text="Name of the data package.")
    title = serializers.CharField(help_text="Title of the dataset.")
    description = serializers.CharField(help_text="What the dataset holds.")
    version = serializers.CharField(help_text="Version of the format, and the revision of the dataset.")
    licenses = serializers.ListField(child=serializers.DictField(), help_text="Licences, each with name, path, title.")
    resources = serializers.ListField(
        child=serializers.DictField(), help_text="The files, each with the schema of its columns."
    )
