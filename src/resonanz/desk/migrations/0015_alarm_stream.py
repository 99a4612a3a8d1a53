"""Alarms on columns."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A column of the table; no row changes."""

    dependencies = [("desk", "0014_import_posts")]
    operations = [
        migrations.AddField(
            "alarm",
            "stream",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="alarms",
                to="desk.stream",
            ),
        ),
        migrations.AlterField(
            "alarm",
            "of",
            models.CharField(
                choices=[
                    ("query", "posts that fit a saved query"),
                    ("stream", "posts in a column"),
                    ("heard", "new posts in our conversations"),
                    ("waiting", "customers who wait for an answer"),
                ],
                max_length=8,
            ),
        ),
    ]
