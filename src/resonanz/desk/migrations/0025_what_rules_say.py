from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0024_lookalikes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='correction',
            name='kind',
            field=models.CharField(choices=[('sentiment', 'feeling'), ('relevance', 'about us'), ('intent', 'intent'), ('reason', 'reason'), ('language', 'language'), ('address_form', 'du or Sie')], max_length=12),
        ),
    ]
