"""What must hold before the service may start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from limits import parse

SHORTEST_SECRET_KEY = 50


def is_production(name: str) -> bool:
    """Whether an environment is the public one; a name that is not known starts nothing, lest it start unsafe."""
    if name not in ("development", "production"):
        raise ImproperlyConfigured(f"CMAPI_ENV is “{name}”; set it to development or production.")
    return name == "production"


def refuse_unsafe_production(*, secret_key: str, insecure_key: str, debug: bool, allowed_hosts: Sequence[str]) -> None:
    """Stop a production process whose settings would expose it, and say which variable to set."""
    problems = list(
        _unsafe_settings(
            is_secret=secret_key != insecure_key and len(secret_key) >= SHORTEST_SECRET_KEY,
            debug=debug,
            names_hosts=bool(allowed_hosts) and "*" not in allowed_hosts,
        )
    )
    if problems:
        raise ImproperlyConfigured("CMAPI_ENV=production can't start. " + " ".join(problems))


def _unsafe_settings(*, is_secret: bool, debug: bool, names_hosts: bool) -> Iterator[str]:
    if not is_secret:
        yield f"Set DJANGO_SECRET_KEY to a random text of at least {SHORTEST_SECRET_KEY} characters."
    if debug:
        yield "Unset DJANGO_DEBUG: it shows settings and code to anyone who meets an error."
    if not names_hosts:
        yield "Set DJANGO_ALLOWED_HOSTS to the names this service answers to, separated by commas."


@register
def rate_limit_is_readable(**_: Any) -> list[CheckMessage]:
    """RATE_LIMIT is either empty or in the notation of the `limits` library."""
    try:
        parse(settings.RATE_LIMIT or "1/second")
    except ValueError:
        return [
            Error(
                f"RATE_LIMIT={settings.RATE_LIMIT!r} isn't a rate.",
                hint='Write it as "600/minute", or leave it empty to have no limit.',
                id="minerals_api.E001",
            )
        ]
    return []
