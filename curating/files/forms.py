"""The form by which a curator chooses a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from curating.files.layout import Layout
from curating.files.reading import MOST_BYTES, read
from curating.files.sheets import MOST_ROWS, Sheet, UnreadableFileError


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV or XLSX file",
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=f"At most {MOST_BYTES // 1024**2} MB and {MOST_ROWS:,} rows. "
        "You see what every row would do before anything is written.",
    )

    def __init__(self, layout: Layout, *args: Any) -> None:
        super().__init__(*args)
        self.layout = layout

    def clean_file(self) -> Sheet:
        """The rows of the file. Its size is known before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(f"The file is larger than {MOST_BYTES // 1024**2} MB. Cut it into several.")
        try:
            return read(file.read(), file.name or "the file", self.layout)
        except UnreadableFileError as error:
            raise ValidationError(str(error)) from error
