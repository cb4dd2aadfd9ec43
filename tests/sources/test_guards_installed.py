"""Every table of the ledger is guarded, and stays so: a lost guard is named, and put back by a migration."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from minerals.models import Reserve
from sources import guards
from sources.models import Citation, Fact
from sources.registry import entity_models
from tests.sources.breaches import Published, execute, refuses

pytestmark = pytest.mark.django_db


def guarded(operation: str) -> set[str]:
    return {guard.table for guard in guards.guards() if guard.operation == operation}


def kinds_of_fact() -> list[type[Fact]]:
    return [model for model in apps.get_models() if issubclass(model, Fact)]


@pytest.mark.parametrize("operation", ["INSERT", "UPDATE", "DELETE"])
def test_a_new_kind_of_fact_is_guarded_by_existing(operation: str) -> None:
    assert {kind._meta.db_table for kind in kinds_of_fact()} <= guarded(operation)


@pytest.mark.parametrize("operation", ["INSERT", "UPDATE", "DELETE"])
def test_whatever_would_be_deleted_with_a_fact_is_guarded(operation: str) -> None:
    parts = {
        relation.related_model._meta.db_table
        for kind in kinds_of_fact()
        for relation in kind._meta.related_objects
        if relation.on_delete is models.CASCADE and getattr(relation.related_model, "is_part", True)
    }

    assert {"sources_citation", "sources_mention", "projects_party"} <= parts <= guarded(operation)


def test_every_kind_of_entity_is_guarded_against_deletion() -> None:
    assert {model._meta.db_table for model in entity_models().values()} <= guarded("DELETE")


def test_triggers_have_names_that_no_database_cuts_short() -> None:
    names = [guard.trigger for guard in guards.guards()]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 63


def test_a_migrated_database_has_every_guard() -> None:
    assert guards.missing() == []


def test_installing_twice_changes_nothing() -> None:
    before = guards._installed("default")

    guards.install()

    assert sorted(guards._installed("default")) == sorted(before)


@pytest.fixture
def without_a_guard() -> str:
    """The name of a trigger that the database has lost."""
    guard = next(guard for guard in guards.guards() if guard.table == Citation._meta.db_table)
    on_its_table = f' ON "{guard.table}"' if connection.vendor == "postgresql" else ""
    execute(f'DROP TRIGGER "{guard.trigger}"{on_its_table}')
    return guard.trigger


def test_a_lost_guard_is_named(without_a_guard: str) -> None:
    assert guards.missing() == [without_a_guard]


def test_a_lost_guard_is_put_back(without_a_guard: str) -> None:
    guards.install()

    assert guards.missing() == []


def warnings_of_the_ledger() -> list[str]:
    messages = run_checks(tags=["database"], databases=["default"])
    return [message.msg for message in messages if message.id == "sources.W001"]


def test_the_system_check_is_silent_while_all_guards_stand() -> None:
    assert warnings_of_the_ledger() == []


def test_the_system_check_warns_of_a_lost_guard(without_a_guard: str) -> None:
    [warning] = warnings_of_the_ledger()

    assert without_a_guard in warning


@pytest.fixture
def later_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[str]:
    """A migration of tomorrow that alters the table of a kind, which SQLite does by building it anew."""
    today = MigrationLoader(connection).graph.leaf_nodes("minerals")[0][1]
    package = tmp_path / "migrations_of_tomorrow"
    shutil.copytree(Path(apps.get_app_config("minerals").path) / "migrations", package)
    (package / "9999_tomorrow.py").write_text(
        "from django.db import migrations, models\n\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = [('minerals', '{today}')]\n"
        "    operations = [\n"
        "        migrations.AlterField('reserve', 'reporting_code', models.CharField(max_length=33, blank=True))\n"
        "    ]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"minerals": package.name}
    yield "9999_tomorrow"
    call_command("migrate", "minerals", today, verbosity=0)
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


@pytest.mark.django_db(transaction=True)
def test_the_guards_survive_a_migration(published: Published, later_migration: str) -> None:
    call_command("migrate", "minerals", later_migration, verbosity=0)

    assert guards.missing() == []
    refuses(lambda: Reserve.objects.filter(pk=published.reserve.pk).update(verbatim="rewritten"))
