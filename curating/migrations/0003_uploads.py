import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curating", "0002_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        help_text="Names the upload in its address.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("model", models.CharField(help_text="What its rows are, such as minerals.reserve.", max_length=100)),
                (
                    "at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, help_text="When it was uploaded (UTC)."
                    ),
                ),
                (
                    "sheet",
                    models.JSONField(help_text="Its rows as text, with what was said of them when the file was read."),
                ),
                (
                    "by",
                    models.ForeignKey(
                        help_text="Who uploaded it.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
                "default_permissions": (),
            },
        ),
    ]
