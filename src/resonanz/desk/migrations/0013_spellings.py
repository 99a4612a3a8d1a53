"""Spellings of brands, and dropped queries that can be taken back."""

import django.db.models.deletion
from django.db import migrations, models

import resonanz.desk.storage


class Migration(migrations.Migration):
    """A table of its own; a query's name is unique among those that are in use."""

    dependencies = [("desk", "0012_watching")]
    operations = [
        migrations.CreateModel(
            "Spelling",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=120, verbose_name="spelling")),
                ("found", models.BooleanField(default=False)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="spellings", to="desk.brand"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "spelling", models.UniqueConstraint(fields=("brand", "text"), name="spelling_once")
        ),
        migrations.AddField("query", "dropped_at", resonanz.desk.storage.MaybeMomentField(null=True)),
        migrations.AlterField("query", "name", models.CharField(max_length=120, verbose_name="name")),
        migrations.AddConstraint(
            "query",
            models.UniqueConstraint(
                fields=("name",), condition=models.Q(("dropped_at", None)), name="query_name_in_use"
            ),
        ),
    ]
