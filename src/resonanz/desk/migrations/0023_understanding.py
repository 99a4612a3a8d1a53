import django.db.models.deletion
import resonanz.desk.storage
from django.conf import settings
from django.db import migrations, models


# An INTEGER PRIMARY KEY is the row's own number: one tree instead of two, and no parent is looked up.
QUEUE = "CREATE TABLE desk_unannotated (mention_id INTEGER PRIMARY KEY NOT NULL, times integer NOT NULL)"
BEFORE = """
INSERT INTO desk_unannotated (mention_id, times)
SELECT "order", 1 FROM desk_mention WHERE incoming AND deleted_at IS NULL AND text <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0022_labels'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('active', models.BooleanField(default=True)),
                ('own', models.BooleanField(default=False)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(QUEUE, 'DROP TABLE desk_unannotated')],
            state_operations=[
                migrations.CreateModel(
                    name='Unannotated',
                    fields=[
                        ('mention', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='desk.mention')),
                        ('times', models.IntegerField(default=1)),
                    ],
                ),
            ],
        ),
        migrations.CreateModel(
            name='Annotation',
            fields=[
                ('mention', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='annotation', serialize=False, to='desk.mention')),
                ('language', models.CharField(blank=True, max_length=8)),
                ('sentiment', models.CharField(blank=True, max_length=8)),
                ('negative', models.SmallIntegerField(default=0)),
                ('neutral', models.SmallIntegerField(default=0)),
                ('positive', models.SmallIntegerField(default=0)),
                ('about', models.CharField(blank=True, max_length=8)),
                ('about_us', models.SmallIntegerField(default=0)),
                ('intents', models.TextField(blank=True)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('reason_score', models.SmallIntegerField(default=0)),
                ('private', models.CharField(blank=True, max_length=200)),
                ('form', models.CharField(blank=True, max_length=8)),
                ('by_hand', models.SmallIntegerField(default=0)),
                ('model', models.CharField(blank=True, max_length=80)),
                ('at', resonanz.desk.storage.MomentField()),
                ('batch', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('batch__gt', 0)), fields=['batch'], name='annotation_batch')],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sentiment', 'feeling'), ('relevance', 'about us'), ('intent', 'intent'), ('reason', 'reason')], max_length=12)),
                ('value', models.CharField(blank=True, max_length=200)),
                ('was', models.CharField(blank=True, max_length=200)),
                ('at', resonanz.desk.storage.MomentField()),
                ('undone_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('sampled', models.BooleanField(default=False)),
                ('model', models.CharField(blank=True, max_length=80)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mention', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='desk.mention')),
            ],
        ),
        migrations.CreateModel(
            name='LearntModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('made_at', resonanz.desk.storage.MomentField()),
                ('based_on', models.CharField(max_length=80)),
                ('corrections_count', models.IntegerField()),
                ('held_count', models.IntegerField()),
                ('figures', models.JSONField(default=dict)),
                ('upto', models.BigIntegerField(default=0)),
                ('file', models.CharField(max_length=80)),
                ('in_use', models.BooleanField(default=False)),
                ('used_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('used_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('in_use', True)), fields=('in_use',), name='one_model_in_use')],
            },
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
