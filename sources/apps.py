from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules


class SourcesConfig(AppConfig):
    """The ledger. It keeps its guards and its lines in step with the tables and finds the serializers of all apps."""

    name = "sources"
    verbose_name = "Sources and ledger"

    def ready(self) -> None:
        pre_migrate.connect(remove_guards, dispatch_uid="ledger-guards-off")
        post_migrate.connect(install_guards, sender=self, dispatch_uid="ledger-guards-on")
        autodiscover_modules("serializers")
        _search_by_words()


def _search_by_words() -> None:
    from sources.models import Document
    from sources.search import Words

    Document._meta.get_field("search").register_lookup(Words)


def remove_guards(using: str, **_: Any) -> None:
    from sources import guards

    guards.remove(using)


def install_guards(using: str, **_: Any) -> None:
    from sources import guards, lines
    from sources.models import Line

    if Line._meta.db_table in connections[using].introspection.table_names():
        lines.complete(using)
    guards.install(using)


@checks.register(checks.Tags.database)
def check_guards(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Warn where a migrated database lacks a trigger of the ledger, or its index of words."""
    from sources import guards
    from sources.models import Fact

    return [
        checks.Warning(
            f"The database “{using}” lacks {len(names)} triggers or indexes of the ledger, such as {names[0]}.",
            hint="Run manage.py migrate.",
            id="sources.W001",
        )
        for using in databases or []
        if Fact._meta.db_table in connections[using].introspection.table_names()
        if (names := guards.missing(using))
    ]
