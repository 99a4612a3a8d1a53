"""Conversations and what runs on them: clocks, notes, policies, and the event log.

What a team knows and arranges around them is in `teamwork.py`: tags, departments, incidents, saved replies.
"""

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


class Matter(models.IntegerChoices):
    """What kind of matter it is (`case.Matter`)."""

    UNSORTED = case.Matter.UNSORTED.value, _("not sorted yet")
    QUESTION = case.Matter.QUESTION.value, _("question")
    COMPLAINT = case.Matter.COMPLAINT.value, _("complaint")
    PRAISE = case.Matter.PRAISE.value, _("praise")
    OTHER = case.Matter.OTHER.value, _("other")


class Urgency(models.IntegerChoices):
    """How soon it must be seen (`case.Urgency`)."""

    NORMAL = case.Urgency.NORMAL.value, _("normal")
    URGENT = case.Urgency.URGENT.value, _("urgent")
    SAFETY = case.Urgency.SAFETY.value, _("danger")


class Dismissal(models.IntegerChoices):
    """Why a customer's turn is left without an answer (`case.Dismissal`)."""

    NO_ANSWER_NEEDED = case.Dismissal.NO_ANSWER_NEEDED.value, _("nothing to answer")
    SPAM = case.Dismissal.SPAM.value, _("spam or advertising")
    NOT_ABOUT_US = case.Dismissal.NOT_ABOUT_US.value, _("not about us")
    ANSWERED_ELSEWHERE = case.Dismissal.ANSWERED_ELSEWHERE.value, _("answered elsewhere")
    DUPLICATE = case.Dismissal.DUPLICATE.value, _("said twice")
    ABUSE = case.Dismissal.ABUSE.value, _("insult or threat")


class Conversation(models.Model):
    """One customer's matter. Begins and ends; a thread may see several, one after the other.

    It may come to hold further threads of the same person (`ThreadLink`): public, then private.

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
    team = models.ForeignKey(
        "desk.Team", models.SET_NULL, null=True, related_name="conversations", db_index=False
    )
    matter = models.SmallIntegerField(choices=Matter, default=0)
    urgency = models.SmallIntegerField(choices=Urgency, default=0)
    promised_at = MaybeMomentField(null=True)  # by when an answer is promised, while it is to be kept
    told_at = MaybeMomentField(null=True)  # the time that the customer was told last
    follow_up_at = MaybeMomentField(null=True)
    private_at = MaybeMomentField(null=True)  # when we asked to go on in private
    lifted_at = MaybeMomentField(null=True)  # a department's answer is here that nobody has used yet
    enquiries_count = models.SmallIntegerField(default=0)  # questions to departments without an answer
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged", db_index=False)

    keeper = models.ForeignKey(  # gets it back with the next shift, if nobody has taken it until then
        Agent, models.SET_NULL, null=True, related_name="kept", db_index=False
    )
    warned_due_at = MaybeMomentField(null=True)  # the due time of which somebody was warned
    escalated_due_at = MaybeMomentField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["waiting", "due_at"], name="conversation_queue", condition=Q(state=0)),
            models.Index(
                fields=["assignee"],
                name="conversation_owner",
                condition=Q(state=0, assignee__isnull=False),
            ),
            models.Index(fields=["due_at"], name="conversation_due", condition=Q(state=0)),
            models.Index(fields=["-last_order"], name="conversation_settled", condition=Q(state=1)),
            models.Index(
                fields=["recheck_at"], name="conversation_recheck", condition=Q(recheck_at__isnull=False)
            ),
            models.Index(
                fields=["from_import"], name="conversation_import", condition=Q(from_import__isnull=False)
            ),
        ]


class ThreadLink(models.Model):
    """A further thread of a conversation's customer: what is said there belongs to the conversation."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="links")
    customer = models.ForeignKey(Author, models.CASCADE, related_name="links", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "customer"], name="one_case_per_thread")]


class Clock(models.Model):
    """One stretch of waiting on a conversation; a projection of its events, numbered from 0."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="clocks", db_index=False)
    number = models.SmallIntegerField()
    kind = models.SmallIntegerField()  # case.ClockKind
    started_at = MomentField()
    due_at = MaybeMomentField(null=True)
    stopped_at = MaybeMomentField(null=True)
    stopped_by = models.BigIntegerField(null=True)
    reason = models.SmallIntegerField(default=0)  # case.Dismissal

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="clock_identity")]
        indexes = [
            models.Index(
                fields=["started_at"], name="clock_promises", condition=Q(kind=case.ClockKind.PROMISE.value)
            )
        ]


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
    saved_reply = models.ForeignKey("desk.SavedReply", models.SET_NULL, null=True, related_name="+")
    incident = models.ForeignKey("desk.Incident", models.SET_NULL, null=True, related_name="unsent")
    incident_version = models.IntegerField(default=0)  # of the incident's text when it was put in

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="one_text_per_agent")]


class Attachment(models.Model):
    """A picture or film that goes out with a reply, kept below the home's `media` until some time after.

    Then `file` is "" and the row alone stays, with what was to be seen (`tidy`).
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="attachments")
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="attachments")
    delivery = models.ForeignKey(
        "desk.Delivery", models.CASCADE, null=True, related_name="attachments"
    )  # null: still beside the text that is being written
    number = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=8)  # post.MediaKind
    content_type = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    alt = models.TextField(blank=True)
    file = models.CharField(max_length=80)
    bytes_count = models.IntegerField()
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    added_at = MomentField()


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
    resolution_s = models.IntegerField(_("settled within"), null=True, blank=True)
    reopen_days = models.IntegerField(_("reopens within days"), default=3)
    warn_s = models.IntegerField(_("warn before"), default=900)
    escalate_s = models.IntegerField(_("escalate after"), default=0)  # so long after it was due
    escalate_to = models.ForeignKey(  # null: the team's leads
        Agent, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("escalate to")
    )


class SlaRule(models.Model):
    """Targets of its own for some of a brand's matters; of several that fit, the narrowest counts."""

    policy = models.ForeignKey(SlaPolicy, models.CASCADE, related_name="rules")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="+")
    private = models.BooleanField(_("private"), null=True, blank=True)
    matter = models.SmallIntegerField(_("kind"), choices=Matter, null=True, blank=True)
    urgency = models.SmallIntegerField(_("urgency"), choices=Urgency, null=True, blank=True)
    first_response_s = models.IntegerField(_("first answer within"))
    next_response_s = models.IntegerField(_("further answers within"))
    resolution_s = models.IntegerField(_("settled within"), null=True, blank=True)
    in_service_hours = models.BooleanField(_("count service hours only"), default=True)


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


__all__ = [
    "Attachment", "Clock", "Conversation", "Dismissal", "Event", "Matter", "Mention", "Note", "SlaPolicy",
    "SlaRule", "State", "ThreadLink", "Unsent", "Urgency", "Waiting",
]  # fmt: skip
