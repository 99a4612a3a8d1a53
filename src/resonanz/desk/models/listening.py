"""Channels that we listen on, and what was heard: threads, mentions, sightings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.storage import MaybeMomentField, MomentField, SecretField
from resonanz.post import Audience


class Brand(models.Model):
    """What customers know us as. Every channel belongs to one."""

    name = models.CharField(_("name"), max_length=300, unique=True)

    def __str__(self) -> str:
        return self.name


class ChannelState(models.TextChoices):
    """Whether a channel works."""

    OK = "ok", _("connected")
    LOGIN = "login", _("needs to be connected again")
    PAUSED = "paused", _("paused")


class Channel(models.Model):
    """One own account on a network, or an archive of recorded conversations (network `archive`)."""

    network = models.CharField(max_length=16)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="channels")
    uid = models.CharField(max_length=500)
    handle = models.CharField(max_length=320)
    name = models.CharField(max_length=320, blank=True)
    avatar_url = models.CharField(max_length=2000, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    base_url = models.CharField(max_length=500, blank=True)
    secret = SecretField(blank=True, default=dict)
    simulated = models.BooleanField(default=False)
    software = models.CharField(max_length=200, blank=True)
    limits = models.JSONField(default=dict)
    form = models.CharField(max_length=8, blank=True)  # how we address customers here: du, sie

    state = models.CharField(max_length=8, choices=ChannelState, default=ChannelState.OK)
    error_code = models.CharField(max_length=40, blank=True)
    error_reason = models.CharField(max_length=500, blank=True)
    error_at = MaybeMomentField(null=True)
    filtered = models.JSONField(default=list)  # kinds of notifications that the network keeps from us

    cursor = models.TextField(blank=True)
    connected_at = MomentField()
    heard_at = MaybeMomentField(null=True)  # the last post
    read_at = MaybeMomentField(null=True)  # the last complete read
    next_poll_at = MaybeMomentField(null=True, db_index=True)  # null: never polled (archive, paused)
    next_check_at = MaybeMomentField(null=True)
    lease_until = MomentField(default=0)
    lease_by = models.CharField(max_length=120, blank=True)
    failures_count = models.IntegerField(default=0)
    stream_at = MaybeMomentField(null=True)  # the last sign of life of the stream

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "uid"], name="channel_identity")]

    def __str__(self) -> str:
        return f"{self.name or self.handle} (@{self.handle})"

    @property
    def is_archive(self) -> bool:
        """Whether it holds recorded conversations only and is never read or answered."""
        return self.network == "archive"


class Thread(models.Model):
    """What hangs together on a network under one first post, for one kind of audience.

    Public and unlisted posts share a thread (`PUBLIC`); followers-only and direct ones never join it.
    """

    network = models.CharField(max_length=16)
    root_uri = models.CharField(max_length=2000)
    audience = models.SmallIntegerField(choices=[(a.value, a.name) for a in Audience])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "root_uri", "audience"], name="thread_identity")
        ]


class Stamp(models.IntegerChoices):
    """Which time a mention's clock started at (DECISIONS: honest time)."""

    NETWORK = 0, _("time of the network")
    HEARD = 1, _("time of arrival; the network's lies in the future")
    READ = 2, _("time of the last complete read; the network's is older than that")


SEQUENCE_BITS = 20  # of a mention's order, below its milliseconds


class Mention(models.Model):
    """A post that addressed us, that we said, or that stands in a thread with such a one.

    `order` is unique and sorts everything: milliseconds of `posted_at` × 2²⁰ plus a sequence number,
    a parent always before its child. It is the full-text row's id and every list's paging cursor.
    """

    order = models.BigIntegerField(primary_key=True)
    network = models.CharField(max_length=16)
    uri = models.CharField(max_length=2000)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="mentions")
    conversation = models.ForeignKey("desk.Conversation", models.SET_NULL, null=True, related_name="mentions")
    author = models.ForeignKey("desk.Author", models.CASCADE, related_name="mentions")
    reply_to_uri = models.CharField(max_length=2000, blank=True)
    incoming = models.BooleanField()  # said by others; our own channels' posts are not
    kind = models.SmallIntegerField(default=0)  # of our own posts: case.ReplyKind
    audience = models.SmallIntegerField(choices=[(a.value, a.name) for a in Audience])
    text = models.TextField()
    url = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=16, blank=True)
    extras = models.TextField(blank=True)  # JSON: media, links, content warning; "" where there is none
    posted_at = MomentField()
    heard_at = MomentField()
    clock_at = MomentField()  # the time the clocks use
    stamp = models.SmallIntegerField(choices=Stamp, default=Stamp.NETWORK)
    edited_at = MaybeMomentField(null=True)
    deleted_at = MaybeMomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "uri"], name="mention_identity")]
        indexes = [
            models.Index(
                fields=["order"], name="mention_private", condition=models.Q(audience=Audience.DIRECT.value)
            )
        ]


class Sighting(models.Model):
    """A mention as one channel hears it, with the ids that this channel needs to answer it."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="sightings", db_index=False)
    mention = models.ForeignKey(Mention, models.CASCADE, related_name="sightings")
    native_id = models.CharField(max_length=500)
    native_thread_id = models.CharField(max_length=500)
    addressed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "native_id"], name="sighting_identity")]
        indexes = [
            models.Index(
                fields=["mention"], name="sighting_addressed", condition=models.Q(addressed=True)
            )  # what speaks to us, newest first: few of all that is heard
        ]


class Query(models.Model):
    """A search that somebody saved for all. `tree` is the expression as it was read (`query.tree.kept`)."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    expression = models.TextField(_("query"))
    tree = models.BinaryField()
    made_by = models.ForeignKey("desk.Agent", models.SET_NULL, null=True, related_name="queries")
    changed_at = MomentField()

    def __str__(self) -> str:
        return self.name


class PictureState(models.TextChoices):
    """How far a picture has come."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"


class Picture(models.Model):
    """A customer's photo or screenshot, or a film's still, kept by the desk to be shown from its own address.

    `number` is the medium's place in the mention's extras. `file` names it below the home's `media`; it is
    chosen before the first attempt, so that nothing is ever on disk that no row knows.
    """

    mention = models.ForeignKey(Mention, models.CASCADE, related_name="pictures", db_index=False)
    number = models.SmallIntegerField()
    url = models.CharField(max_length=2000)  # where it comes from; never in a page's image
    state = models.CharField(max_length=8, choices=PictureState, default=PictureState.WAITING)
    file = models.CharField(max_length=60, blank=True)
    width = models.IntegerField(default=0)  # pixels, as kept
    height = models.IntegerField(default=0)
    bytes_count = models.IntegerField(default=0)
    fetch_at = MaybeMomentField(null=True)
    attempts_count = models.SmallIntegerField(default=0)
    reason = models.CharField(
        max_length=40, blank=True
    )  # why refused: a network error's code, or one of ours

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mention", "number"], name="picture_identity")]
        indexes = [
            models.Index(fields=["fetch_at"], name="picture_fetch", condition=models.Q(state="waiting"))
        ]
