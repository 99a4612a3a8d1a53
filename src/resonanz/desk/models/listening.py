"""Channels that we listen on, and what was heard: threads, mentions, sightings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.storage import MaybeMomentField, MomentField, SecretField
from resonanz.post import Audience

FEED = "feed"  # the network of blogs and news sites, where nobody has a handle
BY_HAND = "hand"  # the network of what somebody wrote down: calls, letters, visits
OFFLINE = ("archive", BY_HAND)  # channels that lead to no network


def account(handle: str, network: str) -> str:
    """Return a handle as it is written: with an @, but of a feed, which has none, its server's name."""
    return handle if network == FEED else f"@{handle}"


class Brand(models.Model):
    """What customers know us as. Every channel belongs to one."""

    name = models.CharField(_("name"), max_length=300, unique=True)

    def __str__(self) -> str:
        return self.name


class Spelling(models.Model):
    """Another way to write a brand's name. A query that says one of them means all (`query.spelling`)."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="spellings")
    text = models.CharField(_("spelling"), max_length=120)
    found = models.BooleanField(default=False)  # in posts; else somebody thought of it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "text"], name="spelling_once")]

    def __str__(self) -> str:
        return self.text


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
    facts = models.JSONField(default=dict)  # what else the network said of the account: `post.Profile.facts`
    form = models.CharField(max_length=8, blank=True)  # how we address customers here: du, sie

    state = models.CharField(max_length=8, choices=ChannelState, default=ChannelState.OK)
    error_code = models.CharField(max_length=40, blank=True)
    error_reason = models.CharField(max_length=500, blank=True)
    error_at = MaybeMomentField(null=True)
    filtered = models.JSONField(default=list)  # kinds of notifications that the network keeps from us
    notices = models.JSONField(default=dict)  # `post.Page.notices` and when each was last told (ms)

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
    read_again_at = MaybeMomentField(null=True)  # the last reconciliation
    judged_at = MaybeMomentField(null=True)  # when it was compared with what we have
    next_read_again_at = MaybeMomentField(null=True)
    trade_until = MomentField(default=0)  # somebody trades the tokens for new ones: nobody else may
    trade_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "uid"], name="channel_identity")]

    def __str__(self) -> str:
        return f"{self.name or self.handle} (@{self.handle})"

    @property
    def account(self) -> str:
        """What it is called where it is one of many: its handle, of a feed the title."""
        return account(self.name or self.handle if self.network == FEED else self.handle, self.network)

    @property
    def is_by_hand(self) -> bool:
        """Whether what stands here was entered by hand: it is never read and nothing can be sent."""
        return self.network == BY_HAND

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
    # The file that it came from, and no channel has heard it; a channel that does takes its place.
    from_import = models.ForeignKey("desk.Import", models.CASCADE, null=True, db_index=False)

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
    gate = models.CharField(
        max_length=24, blank=True
    )  # why the network takes no answer from us: `post.Sighting`
    # When it was last certain that it stands there; null where the network does not want it asked again.
    checked_at = MaybeMomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "native_id"], name="sighting_identity")]
        indexes = [
            models.Index(
                fields=["channel", "checked_at"],
                name="sighting_checked",
                condition=models.Q(checked_at__isnull=False),
            ),
            models.Index(
                fields=["mention"], name="sighting_addressed", condition=models.Q(addressed=True)
            ),  # what speaks to us, newest first: few of all that is heard
        ]


class Sweep(models.Model):
    """How far a channel's stored posts have been asked for again, where its network wants that."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="sweep")
    next_at = MomentField(db_index=True)
    asked_at = MaybeMomentField(null=True)  # the last answer
    error_code = models.CharField(max_length=40, blank=True)
    error_reason = models.CharField(max_length=500, blank=True)


class Announced(models.Model):
    """A post that a network told of by itself. It goes when it is here: by reading, or read by its id."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="announced", db_index=False)
    native_id = models.CharField(max_length=500)
    at = MomentField()
    next_at = MomentField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "native_id"], name="announced_once")]


class Webhook(models.Model):
    """An address of ours that a channel's network may call; `path` is known to it alone. No row: off."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="webhook")
    path = models.CharField(max_length=64, unique=True)
    key = SecretField(default=dict)  # {"key": …}: what the network signs with
    opened_at = MomentField()
    told_at = MaybeMomentField(null=True)  # the last call that was genuine
    refused_at = MaybeMomentField(null=True)  # the last one that was not


class Wording(models.Model):
    """Earlier words of a post that its author changed. They go with the post when it is deleted."""

    mention = models.ForeignKey(Mention, models.CASCADE, related_name="wordings")
    text = models.TextField()
    extras = models.TextField(blank=True)
    until = MomentField()


class Repost(models.Model):
    """Somebody passed a post on without a word of their own. Counted on the original, never a conversation.

    The original may be a post that we do not have.
    """

    network = models.CharField(max_length=16)
    uri = models.CharField(max_length=2000)
    of_uri = models.CharField(max_length=2000)
    author = models.ForeignKey("desk.Author", models.CASCADE, related_name="reposts")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="reposts")
    native_id = models.CharField(max_length=500)
    posted_at = MomentField()
    heard_at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "uri"], name="repost_identity")]
        indexes = [
            models.Index(fields=["network", "of_uri"], name="repost_original"),
            models.Index(fields=["channel", "native_id"], name="repost_heard"),
        ]


class Form(models.TextChoices):
    """In which form a post lies in the quarantine."""

    NETWORK = "network"  # as the network sent it; the connector did not understand it
    DESK = "desk"  # as the connector understood it; the desk could not store it


class Quarantined(models.Model):
    """A post that could not be understood or stored, put aside whole to be read again after an update."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="quarantined")
    native_id = models.CharField(max_length=500)
    form = models.CharField(max_length=8, choices=Form)
    raw = models.TextField()  # JSON
    digest = models.CharField(max_length=64)  # of raw: the same thing is put aside once
    reason = models.CharField(max_length=200)
    at = MomentField()
    tried_at = MaybeMomentField(null=True)
    checked_at = MaybeMomentField(null=True)  # when it was last certain that it stands there

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "digest"], name="quarantined_once")]
        indexes = [models.Index(fields=["channel", "native_id"], name="quarantined_heard")]


class Gap(models.Model):
    """A time of which posts of a channel may be missing: the network did not show them any more."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="gaps")
    since = MomentField()
    until = MomentField()
    noticed_at = MomentField()


class SeenPost(models.Model):
    """What a network showed when a channel was read again, whatever our own tables say.

    `missed_at` is when it was seen and in none of our tables: somebody was to be told.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="seen", db_index=False)
    native_id = models.CharField(max_length=500)
    uri = models.CharField(max_length=2000)
    url = models.CharField(max_length=2000, blank=True)
    handle = models.CharField(max_length=320)
    posted_at = MomentField()
    seen_at = MomentField()
    missed_at = MaybeMomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "native_id"], name="seen_identity")]
        indexes = [
            models.Index(fields=["channel", "posted_at"], name="seen_day"),
            models.Index(
                fields=["missed_at"], name="seen_missed", condition=models.Q(missed_at__isnull=False)
            ),
        ]


class QueriesInUse(models.Manager["Query"]):
    """Saved queries without those that were dropped."""

    def get_queryset(self) -> models.QuerySet[Query]:
        """Return them."""
        return super().get_queryset().filter(dropped_at=None)


class Query(models.Model):
    """A search that somebody saved for all. `tree` is the expression as it was read (`query.tree.kept`).

    With `heard` the networks are searched for it too, again and again.
    A dropped one is kept for some days, so that dropping can be taken back; only `every` has those.
    """

    name = models.CharField(_("name"), max_length=120)
    expression = models.TextField(_("query"))
    tree = models.BinaryField()
    made_by = models.ForeignKey("desk.Agent", models.SET_NULL, null=True, related_name="queries")
    changed_at = MomentField()
    heard = models.BooleanField(default=False)
    dropped_at = MaybeMomentField(null=True)

    objects = QueriesInUse()
    every: models.Manager[Query] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(dropped_at=None), name="query_name_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.name


class StandingSearch(models.Model):
    """How far one channel's network was searched for one query."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="searches")
    query = models.ForeignKey(Query, models.CASCADE, related_name="searches")
    cursor = models.TextField(blank=True)
    next_at = MomentField(db_index=True)
    searched_at = MaybeMomentField(null=True)
    found_count = models.IntegerField(default=0)  # posts that fitted, since the query stands as it is
    error_code = models.CharField(max_length=40, blank=True)
    error_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "query"], name="one_search")]


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
