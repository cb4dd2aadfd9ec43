"""Asks a curator to confirm what looks wrong, before it is saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from curating.confirming import UNCONFIRMED


@dataclass(frozen=True, slots=True)
class Question:
    """What a curator is to tick for a form to be saved as it is, and the mark of exactly what that was asked about."""

    name: str
    answer: str
    mark: str


class AskingForm(forms.ModelForm):
    """A form that comes back with questions. An answer holds only for what it was asked about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions: list[Question] = []

    def ask(self, name: str, doubt: str, answer: str, about: object) -> None:
        """Say what looks wrong, and let the form pass only once the answer to it is ticked."""
        mark = hashlib.blake2b(repr(about).encode(), digest_size=8).hexdigest()
        field = f"confirmed_{name}"
        if self.data.get(field) != mark:
            self.questions.append(Question(field, answer, mark))
            self.add_error(None, ValidationError(doubt, code=UNCONFIRMED))
