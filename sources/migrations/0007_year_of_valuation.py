from django.db import migrations, models

from sources.edtf import year_of


def fill(apps, schema_editor):
    """Give facts without a year of their period that of their valuation date."""
    facts = apps.get_model("sources", "Fact").objects.filter(year=None)
    for as_of in set(facts.exclude(as_of="").values_list("as_of", flat=True)):
        facts.filter(as_of=as_of).update(year=year_of(as_of))


class Migration(migrations.Migration):
    dependencies = [("sources", "0006_changes_by_index")]

    operations = [
        migrations.AlterField(
            model_name="fact",
            name="year",
            field=models.SmallIntegerField(
                editable=False,
                help_text="Year of the period, or else of the valuation date; null if neither is stated and lies in one year.",
                null=True,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
