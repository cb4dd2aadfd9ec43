"""Tells whoever runs the service whether the process is alive and whether it may be sent readers."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from sources import guards
from sources.models import Revision


class Finding(NamedTuple):
    """What one check found."""

    ok: bool
    detail: str


def database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(ok=True, detail=f"{connection.display_name} answers")


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return Finding(ok=not pending, detail=f"{pending} to apply; run migrate" if pending else "all applied")


def ledger_guards() -> Finding:
    missing = guards.missing()
    return Finding(ok=not missing, detail=f"missing: {', '.join(missing)}" if missing else "all in place")


def dataset() -> Finding:
    revision = Revision.objects.current()
    if revision is None:
        return Finding(ok=False, detail="empty; run load_dataset")
    return Finding(ok=True, detail=f"revision {revision.number}")


CHECKS: Mapping[str, Callable[[], Finding]] = {
    "database": database,
    "migrations": migrations,
    "guards": ledger_guards,
    "dataset": dataset,
}


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    findings = {name: _finding(check) for name, check in CHECKS.items()}
    is_ready = all(finding.ok for finding in findings.values())
    return JsonResponse(
        {
            "status": "ready" if is_ready else "unready",
            "checks": {name: finding._asdict() for name, finding in findings.items()},
        },
        status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def _finding(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        return Finding(ok=False, detail=f"the database refuses: {type(error).__name__}")
