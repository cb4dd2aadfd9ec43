import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes room for lines; what follows every migration fills it."""

    dependencies = [
        ("sources", "0004_lists_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        help_text="The document whose line it is.",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="sources.document",
                    ),
                ),
                ("columns", models.CharField(help_text="Digest of the columns that it has.", max_length=16)),
                ("csv", models.TextField(help_text="The line in CSV, without its end.")),
                ("json", models.TextField(help_text="The line as a JSON object.")),
            ],
            options={
                "ordering": ["document"],
            },
        ),
    ]
