"""What is kept of a file between its preview and the moment when a curator confirms it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(hours=12)
"""How long a file waits for its curator to look through it."""


class UploadQuerySet(models.QuerySet["Upload"]):
    def waiting(self) -> Self:
        return self.filter(at__gt=timezone.now() - KEPT_FOR)

    def forget_old(self) -> None:
        self.filter(at__lte=timezone.now() - KEPT_FOR).delete()


class Upload(models.Model):
    """The rows of a file that a curator has uploaded, kept while its preview waits to be confirmed."""

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False, help_text="Names the upload in its address."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", help_text="Who uploaded it."
    )
    model = models.CharField(max_length=100, help_text="What its rows are, such as minerals.reserve.")
    at = models.DateTimeField(default=timezone.now, db_index=True, help_text="When it was uploaded (UTC).")
    sheet = models.JSONField(help_text="Its rows as text, with what was said of them when the file was read.")

    objects = UploadQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.sheet['file']} uploaded by {self.by}"
