"""Production refuses to start unsafe, and the settings that a server needs are there."""

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks

SAFE = {
    "CMAPI_ENV": "production",
    "DJANGO_SECRET_KEY": "a-secret-of-more-than-fifty-characters-used-in-this-test-only",
    "DJANGO_ALLOWED_HOSTS": "minerals.example",
}


def start(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has only these variables, as a fresh machine would."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "minerals_api.settings", **variables}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def setting(name: str, **variables: str) -> str:
    """The value that a process with these variables has for a setting."""
    process = start(f"from django.conf import settings; print(settings.{name})", **variables)
    assert not process.returncode, process.stderr
    return process.stdout.strip()


@pytest.mark.parametrize(
    ("unsafe", "hint"),
    [
        ({"DJANGO_SECRET_KEY": ""}, "DJANGO_SECRET_KEY"),
        ({"DJANGO_SECRET_KEY": "short"}, "DJANGO_SECRET_KEY"),
        (
            {"DJANGO_SECRET_KEY": "insecure-development-key-that-production-refuses-to-start-with"},
            "DJANGO_SECRET_KEY",
        ),
        ({"DJANGO_DEBUG": "1"}, "DJANGO_DEBUG"),
        ({"DJANGO_ALLOWED_HOSTS": ""}, "DJANGO_ALLOWED_HOSTS"),
        ({"DJANGO_ALLOWED_HOSTS": "*"}, "DJANGO_ALLOWED_HOSTS"),
    ],
)
def test_production_refuses_to_start_unsafe(unsafe, hint):
    process = start("import django; django.setup()", **SAFE | unsafe)

    assert process.returncode
    assert "ImproperlyConfigured" in process.stderr
    assert hint in process.stderr


def test_production_names_all_that_is_unsafe_at_once():
    process = start("import django; django.setup()", CMAPI_ENV="production", DJANGO_DEBUG="1")

    for variable in ("DJANGO_SECRET_KEY", "DJANGO_DEBUG", "DJANGO_ALLOWED_HOSTS"):
        assert variable in process.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "False"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("SECURE_HSTS_SECONDS", "31536000"),
        ("SECURE_CONTENT_TYPE_NOSNIFF", "True"),
        ("SECURE_REFERRER_POLICY", "strict-origin-when-cross-origin"),
        ("SECURE_PROXY_SSL_HEADER", "None"),
        ("SECURE_SSL_REDIRECT", "False"),
    ],
)
def test_production_is_locked_down(name, value):
    assert setting(name, **SAFE) == value


def test_only_a_trusted_proxy_is_believed_about_https():
    behind_proxy = SAFE | {"TRUSTED_PROXIES": "1"}

    assert setting("SECURE_PROXY_SSL_HEADER", **behind_proxy) == "('HTTP_X_FORWARDED_PROTO', 'https')"
    assert setting("SECURE_SSL_REDIRECT", **behind_proxy) == "True"


def test_development_needs_no_variable():
    assert setting("DEBUG") == "False"
    assert setting("TIME_ZONE") == "UTC"


def test_sqlite_fires_the_guards_of_the_ledger_on_replace():
    options = setting("DATABASES['default']['OPTIONS']", DATABASE_URL="sqlite:///some.sqlite3")

    assert "recursive_triggers=ON" in options
    assert "IMMEDIATE" in options


def test_postgresql_connections_are_kept_and_checked():
    database = setting("DATABASES['default']", DATABASE_URL="postgres://user@server/minerals")

    assert "'CONN_MAX_AGE': 60" in database
    assert "'CONN_HEALTH_CHECKS': True" in database


def test_the_server_boots():
    process = start("from minerals_api.wsgi import application")

    assert not process.returncode, process.stderr


def test_a_rate_limit_that_cannot_be_read_is_reported(settings):
    settings.RATE_LIMIT = "many a day"

    assert "minerals_api.E001" in [message.id for message in run_checks()]


@pytest.mark.parametrize("name", ["prod", "Production", ""])
def test_an_environment_that_is_not_known_starts_nothing(name: str):
    process = start("from django.conf import settings; settings.DEBUG", CMAPI_ENV=name)
    assert process.returncode
    assert "development or production" in process.stderr
