"""Imports of posts: what a file held, and which mentions came from one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns; no row changes."""

    dependencies = [("desk", "0013_spellings")]
    operations = [
        migrations.AddField(
            "import",
            "holds",
            models.CharField(
                choices=[("conversations", "Conversations"), ("posts", "Posts")],
                default="conversations",
                max_length=16,
            ),
        ),
        migrations.AddField(
            "mention",
            "from_import",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="desk.import",
            ),
        ),
    ]
