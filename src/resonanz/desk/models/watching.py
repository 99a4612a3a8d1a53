"""Plain alarms: what is watched, from what count on it rings, whom it tells, and each time that it rang."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.models.listening import Channel, Query
from resonanz.desk.models.people import Agent
from resonanz.desk.models.streams import Stream
from resonanz.desk.storage import MaybeMomentField, MomentField, SecretField
from resonanz.usual import Mark


class AlarmOf(models.TextChoices):
    """What an alarm counts."""

    QUERY = "query", _("posts that fit a saved query")
    STREAM = "stream", _("posts in a column")
    HEARD = "heard", _("new posts in our conversations")
    WAITING = "waiting", _("customers who wait for an answer")


class AlarmAddress(models.Model):
    """Where alarms go besides people of the desk: a chat or another service, by an address of `apprise`."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    secret = SecretField(default=dict)  # {"url": …}: it holds tokens
    shown = models.CharField(max_length=200)  # what people may see of it
    language = models.CharField(_("language"), max_length=8, default="de")
    changed_at = MomentField()
    dropped_at = MaybeMomentField(null=True)

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """Rings when a count within a span is large, or much larger than usual (`resonanz.usual`).

    It counts what its maker may see. `query`, `stream` and `channel` say of what; no channel means all.
    """

    name = models.CharField(_("name"), max_length=120)
    of = models.CharField(max_length=8, choices=AlarmOf)
    query = models.ForeignKey(Query, models.SET_NULL, null=True, related_name="alarms")
    stream = models.ForeignKey(Stream, models.SET_NULL, null=True, related_name="alarms")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="alarms")
    span_s = models.IntegerField()
    least_count = models.IntegerField()
    times = models.FloatField(null=True)  # so many times the usual; null: the number alone
    quiet_from = models.TimeField(null=True)  # in the desk's zone; both or none
    quiet_until = models.TimeField(null=True)
    people: models.ManyToManyField[Agent, models.Model] = models.ManyToManyField(
        Agent, related_name="alarms", blank=True
    )
    addresses: models.ManyToManyField[AlarmAddress, models.Model] = models.ManyToManyField(
        AlarmAddress, related_name="alarms", blank=True
    )
    made_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    changed_at = MomentField()
    dropped_at = MaybeMomentField(null=True)
    check_at = MaybeMomentField(null=True)  # when it is looked at next; null: dropped
    checked_at = MaybeMomentField(null=True)
    count = models.IntegerField(default=0)  # when it was looked at last
    usual = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["check_at"], name="alarm_check", condition=models.Q(check_at__isnull=False))
        ]

    @property
    def span(self) -> timedelta:
        """The span that is counted in."""
        return timedelta(seconds=self.span_s)

    @property
    def mark(self) -> Mark:
        """From what count on it rings."""
        return Mark(self.least_count, self.times)


class AlarmRing(models.Model):
    """One time that an alarm rang: from when its count reached the mark until it had fallen below."""

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="rings")
    rung_at = MomentField()
    count = models.IntegerField()  # when it began to ring
    most_count = models.IntegerField()
    usual = models.FloatField(null=True)
    threshold = models.FloatField()
    told_at = MaybeMomentField(null=True)  # when people were told last; null: quiet hours until now
    acknowledged_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    acknowledged_at = MaybeMomentField(null=True)
    snoozed_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    snoozed_until = MaybeMomentField(null=True)
    ended_at = MaybeMomentField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alarm"], name="one_ring_at_a_time", condition=models.Q(ended_at=None)
            )
        ]


class CallState(models.TextChoices):
    """How far telling an address has come."""

    WAITING = "waiting", _("on its way")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not delivered")


class AlarmCall(models.Model):
    """Telling one address of a ring; sent by the worker, repeated for a while."""

    ring = models.ForeignKey(AlarmRing, models.CASCADE, related_name="calls")
    address = models.ForeignKey(AlarmAddress, models.CASCADE, related_name="calls")
    state = models.CharField(max_length=8, choices=CallState, default=CallState.WAITING)
    written_at = MomentField()
    due_at = MaybeMomentField(null=True)
    sent_at = MaybeMomentField(null=True)
    attempts_count = models.IntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)  # a code of `notifying.NotTold`, and a number

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="alarm_call_due", condition=models.Q(due_at__isnull=False))
        ]
