"""Saved queries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import resonanz.desk.storage


class Migration(migrations.Migration):
    """A table of its own; nothing else changes."""

    dependencies = [("desk", "0008_notices")]
    operations = [
        migrations.CreateModel(
            "Query",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                ("expression", models.TextField(verbose_name="query")),
                ("tree", models.BinaryField()),
                ("changed_at", resonanz.desk.storage.MomentField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="queries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
