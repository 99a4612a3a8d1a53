"""What goes out: the outbox."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from resonanz.desk.models.care import Conversation
from resonanz.desk.models.listening import Channel, Mention
from resonanz.desk.models.people import Agent
from resonanz.desk.storage import MaybeMomentField, MomentField
from resonanz.post import Audience


class Outcome(models.TextChoices):
    """Where a delivery stands. Nothing looks sent that is not."""

    PLANNED = "planned", _("waiting to be sent")
    ARMED = "armed", _("being sent")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("outcome unknown")
    REFUSED = "refused", _("not sent")
    CANCELLED = "cancelled", _("withdrawn")


TO_DO = ["planned", "armed", "unknown"]  # what is not settled: few of all, with an index of their own


class Delivery(models.Model):
    """One outgoing post. Armed before the one attempt; what follows is read from the network.

    `ceiling` is the audience of the post that it answers: a reply is never wider, and the database
    refuses one that is.
    """

    send_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="deliveries")
    answers = models.ForeignKey(
        Mention, models.SET_NULL, null=True, related_name="answered_with", db_index=False
    )
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="deliveries", db_index=False)
    repeats = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="repeated_by", db_index=False
    )
    kind = models.SmallIntegerField(default=0)  # case.ReplyKind
    text = models.TextField()
    audience = models.SmallIntegerField(choices=[(a.value, a.name) for a in Audience])
    ceiling = models.SmallIntegerField(
        choices=[(a.value, a.name) for a in Audience], default=Audience.PUBLIC.value
    )
    language = models.CharField(max_length=16, blank=True)
    paid = models.BooleanField(default=False)  # marked as such on the network
    by_machine = models.BooleanField(default=False)
    then_resolve = models.BooleanField(default=False)
    reaction = models.CharField(max_length=12, blank=True)  # favourite, boost: then there is no text
    promise_until = MaybeMomentField(null=True)  # what the text promises; counts from when it is sent
    saved_reply = models.ForeignKey("desk.SavedReply", models.SET_NULL, null=True, related_name="used_in")
    incident = models.ForeignKey("desk.Incident", models.SET_NULL, null=True, related_name="deliveries")
    incident_version = models.IntegerField(default=0)
    as_prepared = models.BooleanField(default=False)  # word for word what the desk wrote for its incident
    follows = models.ForeignKey(  # the part before this one of an answer in several posts
        "self", models.SET_NULL, null=True, related_name="followed_by"
    )
    needs_release = models.BooleanField(default=False)  # a trainee's: goes out when a colleague releases it
    released_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")

    state = models.CharField(max_length=12, choices=Outcome, default=Outcome.PLANNED)
    planned_at = MomentField()
    due_at = MaybeMomentField(null=True)  # planned: when to send; unknown: when to look again
    armed_at = MaybeMomentField(null=True)
    answers_id_there = models.CharField(max_length=500, blank=True)  # as armed: an edit may bring a new id
    settled_at = MaybeMomentField(null=True)
    lease_until = MomentField(default=0)
    lease_by = models.CharField(max_length=120, blank=True)
    attempts_count = models.IntegerField(default=0)
    looks_count = models.IntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_reason = models.CharField(max_length=500, blank=True)
    mention = models.ForeignKey(
        Mention, models.SET_NULL, null=True, related_name="deliveries", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__lte=F("ceiling")), name="reply_never_wider_than_what_it_answers"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_to_do",
                condition=Q(state__in=TO_DO),
            ),
            models.Index(fields=["mention"], name="delivery_mention", condition=Q(mention__isnull=False)),
        ]


class AnsweredThere(models.Model):
    """Somebody says that they answered a post on the network itself, as no program may (`care.gates`).

    Confirmed once our answer was heard in the account's own timeline; `confirmed_at` is when it was said.
    """

    mention = models.OneToOneField(Mention, models.CASCADE, primary_key=True, related_name="answered_there")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = MomentField()
    confirmed_at = MaybeMomentField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="answered_there_waits", condition=Q(confirmed_at=None))]
