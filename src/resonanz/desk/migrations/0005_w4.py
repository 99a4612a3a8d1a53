"""Departments' language, what an enquiry shows, and when the worker reminds."""

from django.db import migrations, models

import resonanz.desk.storage


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_shift")]

    operations = [
        migrations.AddField(
            model_name="department",
            name="language",
            field=models.CharField(default="de", max_length=8, verbose_name="language of the letters"),
        ),
        migrations.AddField(model_name="enquiry", name="shows", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="enquiry",
            name="remind_at",
            field=resonanz.desk.storage.MaybeMomentField(null=True),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="corrected_at",
            field=resonanz.desk.storage.MaybeMomentField(null=True),
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)),
                fields=["remind_at"],
                name="enquiry_remind",
            ),
        ),
    ]
