"""How releases are told of."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sources.models import Revision


class ReleasedFileSerializer(serializers.Serializer[Any]):
    """A file of a release."""

    name = serializers.CharField(help_text="Name of the file.")
    url = serializers.CharField(help_text="Address of the file, relative to the host.")
    media_type = serializers.CharField(help_text="What kind of file it is, such as application/vnd.apache.parquet.")
    bytes = serializers.IntegerField(help_text="Size in bytes.")
    sha256 = serializers.CharField(help_text="SHA-256 checksum of the file, in hexadecimal digits; also its `ETag`.")


class ReleaseSerializer(serializers.Serializer[Any]):
    """The dataset at one revision, frozen as files that never change."""

    name = serializers.CharField(help_text="Name of the release, such as 2026.1.")
    url = serializers.CharField(help_text="Address of the release, relative to the host.")
    revision = serializers.IntegerField(help_text="The revision of the dataset that it holds.")
    created = serializers.DateTimeField(help_text="When that revision was published (UTC).")
    message = serializers.CharField(help_text=Revision._meta.get_field("message").help_text)
    since = serializers.IntegerField(
        help_text="The revision from which its changelog tells: that of the release before it, or 0."
    )
    files = ReleasedFileSerializer(many=True, help_text="Its files, by name.")
