"""Which answers say exactly what the desk prepared: only these take an incident's new text by themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Older answers count as changed by hand: a person reads them."""

    dependencies = [("desk", "0006_names")]
    operations = [
        migrations.AddField("delivery", "as_prepared", models.BooleanField(default=False)),
    ]
