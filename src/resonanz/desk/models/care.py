"""Conversations and what runs on them: clocks, notes, policies, and the event log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from resonanz import case
from resonanz.desk.models.listening import Brand, Channel, Mention, Thread
from resonanz.desk.models.measuring import Import
from resonanz.desk.models.people import Agent, Author
from resonanz.desk.storage import MaybeMomentField, MomentField


class State(models.IntegerChoices):
    """Whether the matter is settled (`case.State`)."""

    OPEN = case.State.OPEN.value, _("open")
    RESOLVED = case.State.RESOLVED.value, _("resolved")


class Waiting(models.IntegerChoices):
    """For whom it waits (`case.Waiting`)."""

    US = case.Waiting.US.value, _("waits for us")
    DEPARTMENT = case.Waiting.DEPARTMENT.value, _("waits for a department")
    CUSTOMER = case.Waiting.CUSTOMER.value, _("waits for the customer")
    NOBODY = case.Waiting.NOBODY.value, _("waits for nobody")


class Conversation(models.Model):
    """One customer's matter. Begins and ends; a thread may see several, one after the other.

    From `state` on, the columns are the projection of its events (`resonanz.case`).
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="conversations", db_index=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="conversations", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="conversations")
    customer = models.ForeignKey(Author, models.CASCADE, related_name="conversations")
    from_import = models.ForeignKey(
        Import, models.CASCADE, null=True, related_name="conversations", db_index=False
    )
    recheck_at = MaybeMomentField(null=True)  # when its posts are to be read again for edits and deletions

    state = models.SmallIntegerField(choices=State)
    waiting = models.SmallIntegerField(choices=Waiting)
    opened_at = MomentField()
    resolved_at = MaybeMomentField(null=True)
    answered_at = MaybeMomentField(null=True)
    assignee = models.ForeignKey(
        Agent, models.SET_NULL, null=True, related_name="conversations", db_index=False
    )
    reopened_count = models.IntegerField(default=0)
    awaits = models.BigIntegerField(null=True)  # order of the oldest turn without an answer
    awaits_at = MaybeMomentField(null=True)
    due_at = MaybeMomentField(null=True)
    last_order = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "customer"], condition=Q(state=0), name="one_open_case_per_thread"
            )
        ]
        indexes = [
            models.Index(fields=["waiting", "due_at"], name="conversation_queue", condition=Q(state=0)),
            models.Index(
                fields=["recheck_at"], name="conversation_recheck", condition=Q(recheck_at__isnull=False)
            ),
            models.Index(
                fields=["from_import"], name="conversation_import", condition=Q(from_import__isnull=False)
            ),
        ]


class Clock(models.Model):
    """One stretch of waiting on a conversation; a projection of its events, numbered from 0."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="clocks", db_index=False)
    number = models.SmallIntegerField()
    kind = models.SmallIntegerField()  # case.ClockKind
    started_at = MomentField()
    due_at = MaybeMomentField(null=True)
    stopped_at = MaybeMomentField(null=True)
    stopped_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="clock_identity")]


class Note(models.Model):
    """What agents tell each other about a conversation. Never leaves the desk."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="notes")
    text = models.TextField()
    written_at = MomentField()


class Unsent(models.Model):
    """What an agent is writing, kept while typing so that no word is lost."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="unsent")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="unsent")
    text = models.TextField()
    written_at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="one_text_per_agent")]


class SlaPolicy(models.Model):
    """Targets and business hours of a brand: how soon an answer is due, and on which clock."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="policy")
    first_response_s = models.IntegerField(_("first answer within"), default=3600)
    next_response_s = models.IntegerField(_("further answers within"), default=3600)
    in_service_hours = models.BooleanField(_("count service hours only"), default=True)
    zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    periods = models.JSONField(_("hours"), default=dict)  # {"0": [[480, 1200]], …}: minutes of the day
    country = models.CharField(_("public holidays of"), max_length=2, default="DE", blank=True)
    subdivision = models.CharField(_("state"), max_length=32, blank=True)


class Event(models.Model):
    """What happened: the spine of the desk. Numbers and ids only, so that erasure needs no editing.

    Read it through `events.after` only.
    """

    id = models.BigAutoField(primary_key=True)
    at = MomentField()
    kind = models.CharField(max_length=24)
    actor = models.BigIntegerField(null=True)  # an agent's id
    conversation = models.BigIntegerField(null=True)
    mention = models.BigIntegerField(null=True)
    delivery = models.BigIntegerField(null=True)
    facts = models.TextField(blank=True)  # JSON object of numbers; "" where there is none

    class Meta:
        indexes = [
            models.Index(
                fields=["conversation"], name="event_conversation", condition=Q(conversation__isnull=False)
            )
        ]


__all__ = ["Clock", "Conversation", "Event", "Mention", "Note", "SlaPolicy", "State", "Unsent", "Waiting"]
