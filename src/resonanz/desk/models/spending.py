"""What calls cost where a network takes money for each. Amounts are millionths of a US dollar."""

from __future__ import annotations

from django.db import models

from resonanz.desk.storage import MaybeMomentField, MomentField


class Budget(models.Model):
    """What a channel may spend in a calendar month of UTC, and what it has spent in the one that is named.

    `reserved` belongs to calls that are on their way: nobody knows yet what they cost.
    """

    channel = models.OneToOneField("desk.Channel", models.CASCADE, related_name="budget")
    most = models.BigIntegerField(null=True)  # null: no limit, everything is only counted
    month = models.IntegerField(default=0)  # 202611
    spent = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    stopped_at = MaybeMomentField(null=True)  # a call was not made for want of money; null: since it is there
    told_month = models.IntegerField(default=0)  # the month in which leads were told that most of it is spent


class Reservation(models.Model):
    """Money set aside for a call that is on its way."""

    channel = models.ForeignKey("desk.Channel", models.CASCADE, related_name="reservations")
    call = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    month = models.IntegerField()
    conversation = models.ForeignKey("desk.Conversation", models.SET_NULL, null=True)
    at = MomentField(db_index=True)


class Charged(models.Model):
    """Something that a network took money for; the same thing is charged once within a day of UTC.

    `native_id` is empty where a charge names nothing. `count` is how many such things one row stands for.
    """

    channel = models.ForeignKey("desk.Channel", models.CASCADE, related_name="charges", db_index=False)
    day = models.IntegerField()  # 20261122
    call = models.CharField(max_length=40)
    what = models.CharField(max_length=40)
    native_id = models.CharField(max_length=500, blank=True)
    count = models.IntegerField(default=1)
    amount = models.BigIntegerField()  # of all of them
    conversation = models.ForeignKey("desk.Conversation", models.SET_NULL, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "day", "what", "native_id"],
                condition=~models.Q(native_id=""),
                name="charged_once",
            )
        ]
        indexes = [
            models.Index(fields=["channel", "day"], name="charged_day"),
            models.Index(fields=["channel", "native_id"], name="charged_thing"),
        ]
