"""The second factor: one-time codes of an app on the phone (TOTP), and recovery codes for when it is lost.

Nobody needs one unless REQUIRE_TOTP says so. Who has set one up is asked for a code at every sign-in, and until it is
given sees no page of the desk.
"""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10


class Step(Enum):
    """What someone who has given a password must do before the desk opens."""

    CODE = "code"
    SET_UP = "set up"


def next_step(user: Any) -> Step | None:
    """The step that a person still has to take; None for who needs none, or has taken it."""
    if not user.is_authenticated or getattr(user, "otp_device", None):
        return None
    if is_on(user):
        return Step.CODE
    return Step.SET_UP if settings.REQUIRE_TOTP else None


def is_on(user: Any) -> bool:
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user=user).count()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a code: the device that took it, or until when no more are tried; or neither, if it is wrong."""

    device: Device | None = None
    wait_until: datetime | None = None

    @property
    def is_recovery(self) -> bool:
        return isinstance(self.device, StaticDevice)


@transaction.atomic
def try_code(user: Any, code: str, *, confirmed: bool = True) -> Verdict:
    """Try a code. After each wrong one the wait doubles; a code that was taken is never taken again."""
    device = _device_for(user, code, confirmed=confirmed)
    if device is None:
        return Verdict()
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return Verdict(wait_until=why["locked_until"])
    return Verdict(device if device.verify_token(code) else None)


def _device_for(user: Any, code: str, *, confirmed: bool) -> Any:
    """Only the device whose codes look like this one, so that a mistake isn't counted against the other."""
    app = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=confirmed).first()
    if re.fullmatch(r"[0-9]{6}", code) or not confirmed:
        return app
    return StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first() or app


@transaction.atomic
def begin(user: Any) -> TOTPDevice:
    """A new key, which is good for nothing until a code made with it was entered."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def begun(user: Any) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


@transaction.atomic
def confirm(device: TOTPDevice) -> list[str]:
    """Ask for codes of this device from now on, and give the recovery codes, which are shown only now."""
    TOTPDevice.objects.filter(user=device.user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return renew_codes(device.user)


@transaction.atomic
def renew_codes(user: Any) -> list[str]:
    """New recovery codes; the old ones are no longer taken."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


@transaction.atomic
def turn_off(user: Any) -> bool:
    """Ask for no code any more; whether there was anything to turn off."""
    deleted = [model.objects.filter(user=user).delete()[0] for model in (TOTPDevice, StaticDevice)]
    return any(deleted)


def key_of(device: TOTPDevice) -> str:
    """The key as people type it into an app that can't see the QR code."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
