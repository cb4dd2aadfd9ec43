"""What tests of care share: the curators who look after it, and a web to look at."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.curating.care.web import Web, certificate, serving


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("curator"))
    return client


@pytest.fixture
def staff() -> Callable[..., Client]:
    """Logs in a user who has these permissions."""

    def log_in(*permissions: str) -> Client:
        user = User.objects.create_user("-".join(permissions) or "nobody", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def web() -> Iterator[Web]:
    with serving(Web()) as web:
        yield web


@pytest.fixture
def secure_web() -> Iterator[Web]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate())
    with serving(Web(tls)) as web:
        yield web
