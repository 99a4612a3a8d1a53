from django.db import migrations, models


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
        migrations.AlterField(
            model_name='correction',
            name='kind',
            field=models.CharField(choices=[('sentiment', 'feeling'), ('relevance', 'about us'), ('intent', 'intent'), ('reason', 'reason'), ('language', 'language'), ('address_form', 'du or Sie'), ('urgency', 'urgency'), ('private_data', 'private data')], max_length=12),
        ),
    ]
