"""How changes are written as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sources.changes.rows import Action
from sources.models import Document, Fact, Revision
from sources.serializers import AnyDocumentField, CitationSerializer


class ChangedFieldSerializer(serializers.Serializer[Any]):
    """One field that reads otherwise than before."""

    path = serializers.CharField(
        help_text="The field; a dot reaches a nested one, and items of lists are numbered from 0: citations.0.locator."
    )
    before = serializers.JSONField(help_text="What it held before, null if nothing.")
    after = serializers.JSONField(help_text="What it holds now, null if nothing.")


class ChangeSerializer(serializers.Serializer[Any]):
    """What one revision did to one fact, source, entity or word."""

    revision = serializers.IntegerField(help_text="Number of the revision that made the change.")
    created = serializers.DateTimeField(help_text=Revision._meta.get_field("created").help_text)
    action = serializers.ChoiceField(Action.choices, help_text="What was done.")
    kind = serializers.CharField(help_text="What was changed, such as reserve, mineral, source or term.")
    key = serializers.CharField(
        help_text="Its key, unique in its kind; of a term its vocabulary, a colon and the word."
    )
    version = serializers.IntegerField(
        allow_null=True, help_text=f"{Fact._meta.get_field('version').help_text} Null for what is no fact."
    )
    url = serializers.CharField(help_text="Its address, relative to the host; a term has that of its vocabulary.")
    best = serializers.BooleanField(
        allow_null=True,
        help_text=f"{Document._meta.get_field('best').help_text} Lists show these alone unless asked for `claims=all`. "
        "Null for what is no fact, or has left.",
    )
    reason = serializers.CharField(
        allow_null=True,
        help_text="Why the version before was corrected, why the fact was withdrawn, or why a key was left; null "
        "otherwise, since the message of the revision says it.",
    )
    moved_to = serializers.CharField(
        allow_null=True,
        help_text="The key to use from then on, of the same kind, where a source or an entity left its own; else null.",
    )
    changed = ChangedFieldSerializer(
        many=True,
        help_text="What reads otherwise than before, field by field; empty for what entered or left, and where only the "
        "words changed that a search finds it by, or `best`.",
    )
    citations = CitationSerializer(
        many=True, help_text="The citations of a fact after the change, or of its last state where it left."
    )
    document = AnyDocumentField(
        allow_null=True,
        help_text="The fact, source, entity or word as lists show it after the change; null if it left.",
    )
