"""Bells for replies that did not go out and for saved replies that have expired."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Which passing of its last day the owner of a saved reply was told; nobody has been told of any yet."""

    dependencies = [("desk", "0007_prepared")]
    operations = [
        migrations.AddField("savedreply", "told_until", models.DateField(null=True, blank=True)),
        migrations.AlterField(
            "notice",
            "kind",
            models.CharField(
                max_length=16,
                choices=[
                    ("mentioned", "a colleague asks you in a note"),
                    ("assigned", "a colleague gave it to you"),
                    ("due_soon", "due soon"),
                    ("overdue", "overdue"),
                    ("safety", "danger"),
                    ("informed", "a department has answered"),
                    ("to_release", "a trainee's reply waits for release"),
                    ("released", "your reply was released"),
                    ("sent_back", "your reply came back"),
                    ("handed_over", "handed over to you"),
                    ("returned", "given back to the queue while you were away"),
                    ("broken", "a promise was not kept"),
                    ("safety_share", "too many in the safety lane"),
                    ("refused", "your reply was not accepted by the network"),
                    ("not_found", "nobody knows whether your reply went out"),
                    ("expired", "a saved reply that you look after has expired"),
                ],
            ),
        ),
    ]
