"""Streams: tabs with columns, and the two indexes by which columns read."""

import django.db.models.deletion
import resonanz.desk.storage
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0010_hearing'),
    ]

    operations = [
        migrations.CreateModel(
            name='Stream',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.IntegerField(default=0)),
                ('kind', models.CharField(choices=[('mentions', 'Mentions'), ('inbox', 'Private inbox'), ('outbox', 'Private outbox'), ('query', 'Saved query'), ('author', 'One person'), ('talk', 'One conversation'), ('tag', 'Tag')], max_length=8)),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('narrowed', models.TextField(blank=True, verbose_name='filter')),
                ('is_held', models.BooleanField(default=False)),
                ('dropped_at', resonanz.desk.storage.MaybeMomentField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Tab',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('is_shared', models.BooleanField(default=False)),
                ('place', models.IntegerField(default=0)),
                ('dropped_at', resonanz.desk.storage.MaybeMomentField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('audience', 0)), fields=['order'], name='mention_private'),
        ),
        migrations.AddIndex(
            model_name='sighting',
            index=models.Index(condition=models.Q(('addressed', True)), fields=['mention'], name='sighting_addressed'),
        ),
        migrations.AddField(
            model_name='stream',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='streams', to='desk.author'),
        ),
        migrations.AddField(
            model_name='stream',
            name='channel',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='streams', to='desk.channel'),
        ),
        migrations.AddField(
            model_name='stream',
            name='conversation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='streams', to='desk.conversation'),
        ),
        migrations.AddField(
            model_name='stream',
            name='query',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='streams', to='desk.query'),
        ),
        migrations.AddField(
            model_name='stream',
            name='tag',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='streams', to='desk.tag'),
        ),
        migrations.AddField(
            model_name='tab',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tabs', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stream',
            name='tab',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='streams', to='desk.tab'),
        ),
    ]
