"""What a team knows and arranges around its conversations: tags, knowledge, incidents, enquiries, shifts."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.models.care import Conversation, Note
from resonanz.desk.models.listening import Brand
from resonanz.desk.models.people import Agent
from resonanz.desk.storage import MaybeMomentField, MomentField


class Voice(models.Model):
    """How a brand speaks, and what it says when nobody is there. Texts are phrases (`resonanz.phrases`)."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="voice")
    form = models.CharField(max_length=8, blank=True)  # du, sie; "": as the customer does
    forbidden_words = models.JSONField(default=list)
    number_patterns = models.JSONField(default=list)  # [{"kind": "order_number", "regex": "…"}]
    own_contacts = models.JSONField(default=list)  # our own numbers and addresses: never private data
    private_ways = models.JSONField(default=dict)  # {"email": "…", "phone": "…", "form": "https://…"}
    safety_words = models.JSONField(default=list)  # besides the built-in ones
    safety_guidance = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)  # whether an automatic answer goes out outside hours
    texts = models.JSONField(default=dict)  # name: {"de": phrase, "en": phrase}; see care.voices.TEXTS


class Tag(models.Model):
    """A word that groups conversations."""

    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class ConversationTag(models.Model):
    """A tag on a conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="on")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tag_once")]


class SavedReply(models.Model):
    """A piece of the team's knowledge: facts for us, and a public text in du, Sie and English."""

    brand = models.ForeignKey(Brand, models.CASCADE, null=True, related_name="saved_replies")  # null: all
    title = models.CharField(_("title"), max_length=120)
    facts = models.TextField(_("for us: facts and links"), blank=True)
    text = models.TextField(_("public text, German"), blank=True)  # a phrase with du and Sie
    text_en = models.TextField(_("public text, English"), blank=True)
    source = models.CharField(_("where it comes from"), max_length=500, blank=True)
    words = models.TextField(blank=True)  # folded title, facts and texts: what typing finds
    owner = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="saved_replies")
    approved_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    approved_at = MaybeMomentField(null=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    told_until = models.DateField(null=True, blank=True)  # the last day whose passing its owner was told
    changed_at = MomentField()
    dropped_at = MaybeMomentField(null=True)

    def __str__(self) -> str:
        return self.title


class Incident(models.Model):
    """Many cases, one cause: what we know, what we say, and when we say more."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="incidents")
    title = models.CharField(_("title"), max_length=160)
    facts = models.TextField(_("for us: what is known"), blank=True)
    text = models.TextField(_("public text, German"), blank=True)  # a phrase with du and Sie
    text_en = models.TextField(_("public text, English"), blank=True)
    solved_text = models.TextField(_("when it is solved, German"), blank=True)
    solved_text_en = models.TextField(_("when it is solved, English"), blank=True)
    words = models.JSONField(default=list)  # what a post has to say to be proposed: lists of words
    version = models.IntegerField(default=1)  # of the public texts
    next_update_at = MaybeMomentField(null=True)  # the promise that hangs on it
    owner = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="incidents")
    opened_at = MomentField()
    solved_at = MaybeMomentField(null=True)

    def __str__(self) -> str:
        return self.title


class LinkState(models.TextChoices):
    """How sure it is that a conversation belongs to an incident."""

    PROPOSED = "proposed", _("proposed")
    LINKED = "linked", _("linked")
    REFUSED = "refused", _("does not belong to it")


class IncidentLink(models.Model):
    """A conversation that belongs, or might belong, to an incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="links")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="incident_links")
    state = models.CharField(max_length=8, choices=LinkState, default=LinkState.PROPOSED)
    by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    linked_at = MomentField()
    answered_with = models.ForeignKey("desk.Delivery", models.SET_NULL, null=True, related_name="+")
    followed_up_with = models.ForeignKey("desk.Delivery", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "conversation"], name="incident_link_identity")
        ]


class Department(models.Model):
    """Colleagues in the house who know what we do not."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    email = models.EmailField(_("e-mail"))
    deputy_email = models.EmailField(_("deputy's e-mail"), blank=True)
    answer_s = models.IntegerField(_("answers within"), default=4 * 3600)
    language = models.CharField(_("language of the letters"), max_length=8, default="de")
    dropped_at = MaybeMomentField(null=True)

    def __str__(self) -> str:
        return self.name


def new_token() -> str:
    """Return the secret part of a link: 192 random bits."""
    return secrets.token_urlsafe(24)


class Enquiry(models.Model):
    """A question to a department, asked by e-mail or by a link that needs no login."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="enquiries")
    department = models.ForeignKey(Department, models.PROTECT, related_name="enquiries")
    asked_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="enquiries")
    question = models.TextField()
    excerpt = models.JSONField(default=list)  # orders of the posts that the department may read
    shows = models.JSONField(default=list)  # kinds of private data in them that it may read too
    token = models.CharField(max_length=64, unique=True, default=new_token)
    asked_at = MomentField()
    due_at = MomentField()
    remind_at = MaybeMomentField(null=True)  # when the worker reminds next; null: not any more
    reminded_at = MaybeMomentField(null=True)
    deputy_at = MaybeMomentField(null=True)  # when the deputy was asked too
    opened_at = MaybeMomentField(null=True)  # when somebody there looked first
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)  # the name that they gave
    answered_at = MaybeMomentField(null=True)
    corrected_at = MaybeMomentField(null=True)  # when they changed their answer last
    withdrawn_at = MaybeMomentField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="enquiry_open",
                condition=models.Q(answered_at=None, withdrawn_at=None),
            ),
            models.Index(
                fields=["remind_at"], name="enquiry_remind", condition=models.Q(remind_at__isnull=False)
            ),
        ]


class Letter(models.Model):
    """An e-mail on its way: to departments, to leads. Sent by the worker, repeated until it is taken."""

    to = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    enquiry = models.ForeignKey(Enquiry, models.CASCADE, null=True, related_name="letters")
    written_at = MomentField()
    due_at = MaybeMomentField(null=True)
    sent_at = MaybeMomentField(null=True)
    attempts_count = models.IntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="letter_to_do", condition=models.Q(due_at__isnull=False))
        ]


class Handover(models.Model):
    """A case given on at the end of a shift, with a sentence; to one colleague or to whoever is next."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handovers")
    by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="handed_over")
    to = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="received")
    sentence = models.TextField()
    at = MomentField()
    read_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    read_at = MaybeMomentField(null=True)


class NoticeKind(models.TextChoices):
    """Why somebody's bell rings."""

    MENTIONED = "mentioned", _("a colleague asks you in a note")
    ASSIGNED = "assigned", _("a colleague gave it to you")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")
    SAFETY = "safety", _("danger")
    INFORMED = "informed", _("a department has answered")
    TO_RELEASE = "to_release", _("a trainee's reply waits for release")
    RELEASED = "released", _("your reply was released")
    SENT_BACK = "sent_back", _("your reply came back")
    HANDED_OVER = "handed_over", _("handed over to you")
    RETURNED = "returned", _("given back to the queue while you were away")
    BROKEN = "broken", _("a promise was not kept")
    SAFETY_SHARE = "safety_share", _("too many in the safety lane")
    REFUSED = "refused", _("your reply was not accepted by the network")
    NOT_FOUND = "not_found", _("nobody knows whether your reply went out")
    EXPIRED = "expired", _("a saved reply that you look after has expired")
    MISSED = "missed", _("posts were missed")
    ALARM = "alarm", _("an alarm rings")
    BUDGET = "budget", _("most of a budget is spent")
    LOOKALIKE = "lookalike", _("an account looks like one of ours")


class Notice(models.Model):
    """Something for one person's bell."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="notices")
    note = models.ForeignKey(Note, models.CASCADE, null=True, related_name="notices")
    ring = models.ForeignKey("desk.AlarmRing", models.CASCADE, null=True, related_name="notices")
    by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    at = MomentField()
    seen_at = MaybeMomentField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agent"], name="notice_unseen", condition=models.Q(seen_at=None))]


class Setting(models.Model):
    """One of the desk's own settings, by name."""

    name = models.CharField(primary_key=True, max_length=60)
    value = models.JSONField()


class Bookmark(models.Model):
    """How far a reader of the event log has come."""

    name = models.CharField(primary_key=True, max_length=40)
    event = models.BigIntegerField(default=0)
