"""Streams: columns of posts that somebody lays out side by side in tabs.

What a column shows is in `columns.py`.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.models.care import Conversation
from resonanz.desk.models.listening import Channel, Query
from resonanz.desk.models.people import Agent, Author
from resonanz.desk.models.teamwork import Tag
from resonanz.desk.storage import MaybeMomentField


class Tab(models.Model):
    """Some columns under one name. Its owner's alone, or shared with everybody who works here."""

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(Agent, models.CASCADE, related_name="tabs")
    is_shared = models.BooleanField(default=False)
    place = models.IntegerField(default=0)
    dropped_at = MaybeMomentField(null=True)  # can be taken back for a while

    def __str__(self) -> str:
        return self.name


class StreamKind(models.TextChoices):
    """What a column shows."""

    MENTIONS = "mentions", _("Mentions")
    INBOX = "inbox", _("Private inbox")
    OUTBOX = "outbox", _("Private outbox")
    QUERY = "query", _("Saved query")
    AUTHOR = "author", _("One person")
    TALK = "talk", _("One conversation")
    TAG = "tag", _("Tag")


class Stream(models.Model):
    """One column. Of query, author, conversation and tag it has the one that its kind is about.

    Without it (it was dropped or deleted since) the column says so and shows nothing.
    """

    tab = models.ForeignKey(Tab, models.CASCADE, related_name="streams")
    place = models.IntegerField(default=0)
    kind = models.CharField(max_length=8, choices=StreamKind)
    name = models.CharField(_("name"), max_length=120, blank=True)  # "": it is called after what it shows
    query = models.ForeignKey(Query, models.SET_NULL, null=True, related_name="streams")
    author = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="streams")
    conversation = models.ForeignKey(Conversation, models.SET_NULL, null=True, related_name="streams")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, related_name="streams")
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, related_name="streams")
    narrowed = models.TextField(_("filter"), blank=True)  # an expression of the query language
    is_held = models.BooleanField(default=False)  # fresh posts wait until they are asked for
    dropped_at = MaybeMomentField(null=True)
