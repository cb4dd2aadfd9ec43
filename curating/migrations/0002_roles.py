"""The groups of the desk. What each may do is set once the permissions are there, see `curating.roles`."""

from django.db import migrations

ROLES = ("viewer", "curator", "reviewer", "administrator")


def make_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for name in ROLES:
        groups.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("curating", "0001_reviews"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        # Left alone on the way back, as users may be in them.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
