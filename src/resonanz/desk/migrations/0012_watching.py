"""Plain alarms: what is watched, each time it rang, whom it told; and a bell that leads there."""

import django.db.models.deletion
import resonanz.desk.storage
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Four tables of their own, and a column beside the bells."""

    dependencies = [
        ('desk', '0011_streams'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlarmAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('secret', resonanz.desk.storage.SecretField(default=dict)),
                ('shown', models.CharField(max_length=200)),
                ('language', models.CharField(default='de', max_length=8, verbose_name='language')),
                ('changed_at', resonanz.desk.storage.MomentField()),
                ('dropped_at', resonanz.desk.storage.MaybeMomentField(null=True)),
            ],
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('mentioned', 'a colleague asks you in a note'), ('assigned', 'a colleague gave it to you'), ('due_soon', 'due soon'), ('overdue', 'overdue'), ('safety', 'danger'), ('informed', 'a department has answered'), ('to_release', "a trainee's reply waits for release"), ('released', 'your reply was released'), ('sent_back', 'your reply came back'), ('handed_over', 'handed over to you'), ('returned', 'given back to the queue while you were away'), ('broken', 'a promise was not kept'), ('safety_share', 'too many in the safety lane'), ('refused', 'your reply was not accepted by the network'), ('not_found', 'nobody knows whether your reply went out'), ('expired', 'a saved reply that you look after has expired'), ('missed', 'posts were missed'), ('alarm', 'an alarm rings')], max_length=16),
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('of', models.CharField(choices=[('query', 'posts that fit a saved query'), ('heard', 'new posts in our conversations'), ('waiting', 'customers who wait for an answer')], max_length=8)),
                ('span_s', models.IntegerField()),
                ('least_count', models.IntegerField()),
                ('times', models.FloatField(null=True)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
                ('changed_at', resonanz.desk.storage.MomentField()),
                ('dropped_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('check_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('checked_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('count', models.IntegerField(default=0)),
                ('usual', models.FloatField(null=True)),
                ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alarms', to='desk.channel')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('people', models.ManyToManyField(blank=True, related_name='alarms', to=settings.AUTH_USER_MODEL)),
                ('query', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alarms', to='desk.query')),
                ('addresses', models.ManyToManyField(blank=True, related_name='alarms', to='desk.alarmaddress')),
            ],
        ),
        migrations.CreateModel(
            name='AlarmRing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung_at', resonanz.desk.storage.MomentField()),
                ('count', models.IntegerField()),
                ('most_count', models.IntegerField()),
                ('usual', models.FloatField(null=True)),
                ('threshold', models.FloatField()),
                ('told_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('acknowledged_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('snoozed_until', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('ended_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('acknowledged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rings', to='desk.alarm')),
                ('snoozed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AlarmCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'on its way'), ('sent', 'sent'), ('failed', 'not delivered')], default='waiting', max_length=8)),
                ('written_at', resonanz.desk.storage.MomentField()),
                ('due_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('sent_at', resonanz.desk.storage.MaybeMomentField(null=True)),
                ('attempts_count', models.IntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='desk.alarmaddress')),
                ('ring', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='desk.alarmring')),
            ],
        ),
        migrations.AddField(
            model_name='notice',
            name='ring',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='desk.alarmring'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(condition=models.Q(('check_at__isnull', False)), fields=['check_at'], name='alarm_check'),
        ),
        migrations.AddConstraint(
            model_name='alarmring',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('alarm',), name='one_ring_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='alarmcall',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='alarm_call_due'),
        ),
    ]
