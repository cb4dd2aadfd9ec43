"""Asks every operation for what the OpenAPI document describes, and for what it does not: each answer must fit it."""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.openapi import document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "15"))
"""Requests of each kind to each operation; a few are enough for every commit, many for a release."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
]

with override_settings(RATE_LIMIT=""):
    APPLICATION = get_wsgi_application()
# Not asked of the application, which names the newest revision with it: there is no database yet.
SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.app = APPLICATION


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_answers_fit_the_document(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)
