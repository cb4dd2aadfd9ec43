"""Liveness needs nothing; readiness names what is missing."""

import pytest
from django.db import OperationalError
from django.test import Client

from minerals_api import health
from sources.models import Revision


def test_live_needs_no_database(client: Client):
    response = client.get("/health/live")

    assert response.json() == {"status": "alive"}
    assert "no-store" in response.headers["Cache-Control"]


def test_ready(client: Client, dataset: Revision):
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    assert response.json()["checks"]["dataset"] == {"ok": True, "detail": f"revision {dataset.number}"}


@pytest.mark.parametrize(
    ("check", "patched", "detail"),
    [
        ("guards", ("guards.missing", lambda: ["fact_update"]), "missing: fact_update"),
        ("dataset", ("Revision.objects.current", lambda: None), "empty; run load_dataset"),
        ("migrations", ("MigrationExecutor.migration_plan", lambda *_: ["one"]), "1 to apply; run migrate"),
    ],
)
def test_unready_says_what_is_missing(client: Client, dataset: Revision, monkeypatch, check, patched, detail):
    name, replacement = patched
    monkeypatch.setattr(f"minerals_api.health.{name}", replacement)

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "unready"
    assert response.json()["checks"][check] == {"ok": False, "detail": detail}


def test_an_unreachable_database_is_a_finding_and_no_crash(client: Client, dataset: Revision, monkeypatch):
    def refuse() -> health.Finding:
        raise OperationalError("password of the database")

    monkeypatch.setattr(health, "CHECKS", {"database": refuse})

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert b"password" not in response.content
