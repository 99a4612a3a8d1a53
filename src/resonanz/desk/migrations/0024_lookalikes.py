# The authors' table has triggers (0006), which would be lost if Django made it anew: columns are added by hand.

import django.db.models.deletion
import resonanz.desk.storage
from django.conf import settings
from django.db import migrations, models


COLUMNS = [
    """ALTER TABLE desk_author ADD COLUMN likened_handle varchar(320) NOT NULL DEFAULT ''""",
    """ALTER TABLE desk_author ADD COLUMN likened_name varchar(320) NOT NULL DEFAULT ''""",
]
BACK = [
    "ALTER TABLE desk_author DROP COLUMN likened_handle",
    "ALTER TABLE desk_author DROP COLUMN likened_name",
]


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0023_understanding'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lookalike',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(max_length=16)),
                ('handle', models.CharField(max_length=320)),
                ('name', models.CharField(blank=True, max_length=320)),
                ('strength', models.FloatField()),
                ('found', models.JSONField(default=dict)),
                ('found_at', resonanz.desk.storage.MomentField()),
                ('verdict', models.SmallIntegerField(choices=[(0, 'open'), (1, 'reported'), (2, 'harmless')], default=0)),
                ('decided_at', resonanz.desk.storage.MaybeMomentField(null=True)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(COLUMNS, BACK)],
            [
                migrations.AddField('author', name, models.CharField(blank=True, db_default='', max_length=320))
                for name in ('likened_handle', 'likened_name')
            ],
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('mentioned', 'a colleague asks you in a note'), ('assigned', 'a colleague gave it to you'), ('due_soon', 'due soon'), ('overdue', 'overdue'), ('safety', 'danger'), ('informed', 'a department has answered'), ('to_release', "a trainee's reply waits for release"), ('released', 'your reply was released'), ('sent_back', 'your reply came back'), ('handed_over', 'handed over to you'), ('returned', 'given back to the queue while you were away'), ('broken', 'a promise was not kept'), ('safety_share', 'too many in the safety lane'), ('refused', 'your reply was not accepted by the network'), ('not_found', 'nobody knows whether your reply went out'), ('expired', 'a saved reply that you look after has expired'), ('missed', 'posts were missed'), ('alarm', 'an alarm rings'), ('budget', 'most of a budget is spent'), ('lookalike', 'an account looks like one of ours')], max_length=16),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(models.Q(('likened_handle', models.F('handle')), _negated=True), models.Q(('likened_name', models.F('name')), _negated=True), _connector='OR'), fields=['id'], name='author_unlikened'),
        ),
        migrations.AddField(
            model_name='lookalike',
            name='author',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='lookalike', to='desk.author'),
        ),
        migrations.AddField(
            model_name='lookalike',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lookalikes', to='desk.brand'),
        ),
        migrations.AddField(
            model_name='lookalike',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lookalike',
            name='named_in',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='desk.mention'),
        ),
        migrations.AddConstraint(
            model_name='lookalike',
            constraint=models.UniqueConstraint(condition=models.Q(('author', None)), fields=('network', 'handle'), name='lookalike_named_once'),
        ),
    ]
