from typing import Any

from django.db import migrations

from sources import search


def create(apps: Any, schema_editor: Any) -> None:
    search.create(schema_editor.connection)


def drop(apps: Any, schema_editor: Any) -> None:
    search.drop(schema_editor.connection)


class Migration(migrations.Migration):
    """Lets the database find documents by their words; `guards` then keeps its index in step."""

    dependencies = [("sources", "0002_issues")]

    operations = [migrations.RunPython(create, drop)]
