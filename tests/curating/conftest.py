"""Who sits at the desk."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def curator(client: Client) -> Client:
    """A client that may do everything."""
    client.force_login(User.objects.create_superuser("curator"))
    return client
