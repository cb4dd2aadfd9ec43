"""What tests of signing in share."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "a kettle of 7 grey herons"
LOGIN = "/admin/login/"


def make_person(name: str = "curator", **fields: Any) -> User:
    return User.objects.create_user(name, password=PASSWORD, **{"is_staff": True, **fields})


def log_in(client: Client, name: str = "curator", password: str = PASSWORD, **where: Any) -> Any:
    return client.post(f"{LOGIN}?next=/admin/", {"username": name, "password": password, "next": "/admin/"}, **where)


def is_in(client: Client) -> bool:
    """Whether the desk is open to a client."""
    return client.get(reverse("admin:index")).status_code == 200


def make_device(user: User, **fields: Any) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="app", **fields)


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    """The code that an app shows, now or so many half minutes from now."""
    return f"{totp(device.bin_key, t0=-steps * device.step):06d}"


def another(code: str) -> str:
    """Six digits that are not this code, nor one beside it."""
    return f"{(int(code) + 1234) % 1_000_000:06d}"
