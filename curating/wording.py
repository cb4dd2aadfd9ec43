"""What the API says of its fields, as it is said to those who fill them in."""

from __future__ import annotations

import re

from django.db.models import Field


def help_on(field: Field) -> str:
    """The help text of a field: what is null for readers is left empty by curators, and names stand as they are."""
    return re.sub(r"\bnull\b", "empty", str(field.help_text)).replace("`", "")
