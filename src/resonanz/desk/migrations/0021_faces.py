# The table has triggers (0006), which would be lost if Django made it anew: columns are added by hand.

import resonanz.desk.storage
from django.db import migrations, models

COLUMNS = {
    'face': ("varchar(60) NOT NULL DEFAULT ''", models.CharField(blank=True, db_default='', max_length=60)),
    'face_url': ("varchar(2000) NOT NULL DEFAULT ''", models.CharField(blank=True, db_default='', max_length=2000)),
    'face_at': ('bigint NOT NULL DEFAULT 0', resonanz.desk.storage.MomentField(db_default=0)),
    'face_attempts_count': ('smallint NOT NULL DEFAULT 0', models.SmallIntegerField(db_default=0)),
}


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0020_webhook'),
    ]

    operations = [
        *(
            migrations.RunSQL(
                f'ALTER TABLE desk_author ADD COLUMN "{name}" {kind}',
                f'ALTER TABLE desk_author DROP COLUMN "{name}"',
                state_operations=[migrations.AddField('author', name, field)],
            )
            for name, (kind, field) in COLUMNS.items()
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(('avatar_url', models.F('face_url')), _negated=True), fields=['face_at'], name='author_face_due'),
        ),
    ]
