from django.db import migrations, models


# How urgent a post is, is noted from now on: posts that have notes are read again, the newest first.
QUEUE = """
INSERT INTO desk_unannotated (mention_id, times)
SELECT a.mention_id, 1 FROM desk_annotation a WHERE true ON CONFLICT (mention_id) DO UPDATE SET times = times + 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0025_what_rules_say'),
    ]

    operations = [
        migrations.AddField(
            model_name='annotation',
            name='urgency',
            field=models.CharField(blank=True, default='', max_length=8),
            preserve_default=False,
        ),
        migrations.RunSQL(QUEUE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='correction',
            name='kind',
            field=models.CharField(choices=[('sentiment', 'feeling'), ('relevance', 'about us'), ('intent', 'intent'), ('reason', 'reason'), ('language', 'language'), ('address_form', 'du or Sie'), ('urgency', 'urgency'), ('private_data', 'private data')], max_length=12),
        ),
    ]
