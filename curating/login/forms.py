"""The forms of signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm


class LoginForm(AdminAuthenticationForm):
    """A name and a password."""

    def clean_username(self) -> str:
        """No account has a longer name, and no table takes one."""
        name: str = self.cleaned_data["username"]
        field: Any = self.fields["username"]
        if len(name) > field.max_length:
            raise self.get_invalid_login_error()
        return name


class CodeForm(forms.Form):
    """A code of the app, or a recovery code, however it is spaced."""

    code = forms.CharField(
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", "size": 16}),
        error_messages={"required": "Enter the six digits that your app shows now."},
    )

    def clean_code(self) -> str:
        return "".join(filter(str.isalnum, self.cleaned_data["code"])).lower()
