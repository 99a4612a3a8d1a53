"""Which channel answers, and posts that no program may answer.

X takes answers from programs only to posts that name or quote the account (`post.Sighting.gate`). Somebody
then answers there, and says so here; until our answer is heard in the account's own timeline nobody else is
sent to the customer. What is not seen there after a while counts as not answered, and who said it is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from resonanz.desk.care.base import CareError, expect_agent, expect_live, notify, tell
from resonanz.desk.models import (
    Agent,
    AnsweredThere,
    Channel,
    Conversation,
    Delivery,
    Mention,
    NoticeKind,
    Outcome,
    Sighting,
)
from resonanz.networks import NETWORKS
from resonanz.post import Audience

SEEN_WITHIN = timedelta(minutes=30)  # longer than the timeline is ever behind while the channel works
NOT_SUMMONED = "not_summoned"


def sender(conversation: Conversation, mention: Mention) -> Channel:
    """Return the channel that answers: the conversation's where it heard the post, else one that did."""
    heard = Channel.objects.filter(sightings__mention=mention).exclude(state="login").order_by("pk")
    own = heard.filter(pk=conversation.channel_id).first()
    return own or heard.filter(sightings__addressed=True).first() or conversation.channel


def has_gates(channel: Channel) -> bool:
    """Whether its network keeps programs from answering some posts."""
    row = NETWORKS.get(channel.network)
    return row is not None and bool(row.capabilities.answer_link)


def gate_of(channel: Channel, mention: Mention) -> str:
    """Return why a channel may not answer a post, "" where it may (`post.Sighting.gate`)."""
    if not has_gates(channel):
        return ""
    newest = Sighting.objects.filter(channel=channel, mention=mention).order_by("-pk")
    return newest.values_list("gate", flat=True).first() or ""


def expect_open(channel: Channel, mention: Mention, audience: Audience) -> None:
    """Raise CareError with the gate's name where it is shut; a private message passes it."""
    gate = "" if audience is Audience.DIRECT else gate_of(channel, mention)
    if gate:
        raise CareError(gate)


def address_there(channel: Channel, mention: Mention) -> str:
    """Return where a person answers the post on the network itself, else where it stands."""
    row = NETWORKS.get(channel.network)
    heard = Sighting.objects.filter(channel=channel, mention=mention).order_by("-pk").first()
    if row is None or heard is None or not row.capabilities.answer_link:
        return mention.url
    there = row.capabilities.answer_link.replace("{native_id}", quote(heard.native_id, safe=""))
    if channel.simulated:  # people write there too, at the address where it stands
        asked = urlsplit(there)
        return f"{channel.base_url}{asked.path}?{asked.query}"
    return there


def open_posts(conversation: Conversation, channel: Channel) -> QuerySet[Mention]:
    """Return what the customer said that the channel may answer, the newest first."""
    shut = Sighting.objects.filter(channel=channel).exclude(gate="").values("mention")
    said = conversation.mentions.filter(incoming=True, deleted_at=None, author=conversation.customer)
    heard = said.filter(pk__in=Sighting.objects.filter(channel=channel).values("mention"))
    return heard.exclude(pk__in=shut).order_by("-order")


def answered_there(conversation: Conversation, agent: Agent, mention: Mention) -> None:
    """Note that somebody answered a post on the network itself; CareError `not_known` if it has no gate."""
    expect_agent(agent)
    expect_live(conversation)
    channel = sender(conversation, mention)
    if not gate_of(channel, mention):
        raise CareError("not_known")
    now = timezone.now()
    with transaction.atomic():
        fixed = {"channel": channel, "agent": agent, "at": now, "confirmed_at": None}
        AnsweredThere.objects.update_or_create(mention=mention, defaults=fixed)
        refused = Delivery.objects.filter(
            answers=mention, state=Outcome.REFUSED, error_code=NOT_SUMMONED
        )  # its words are out now, another way
        refused.update(state=Outcome.CANCELLED, settled_at=now)
        if conversation.assignee is None:
            tell("assigned", now, conversation, agent, to=agent.pk)
        tell("answered_there", now, conversation, agent, mention=mention.pk)


def not_answered_there(conversation: Conversation, agent: Agent, mention: Mention) -> None:
    """Take that back. CareError: `too_late` once it was seen there, or somebody else took it back."""
    expect_agent(agent)
    with transaction.atomic():
        gone, _ = AnsweredThere.objects.filter(mention=mention, confirmed_at=None).delete()
        if not gone:
            raise CareError("too_late")
        tell("answered_there", timezone.now(), conversation, agent, mention=mention.pk, undo=1)


def confirm_next() -> bool:
    """Look for one answer that was given on the network; True if one was seen or given up."""
    now = timezone.now()
    waiting = AnsweredThere.objects.filter(confirmed_at=None).select_related("mention__conversation", "agent")
    for told in waiting.order_by("at"):
        seen = _seen(told.mention)
        if seen is not None:
            return _confirm(told, seen, now)
        if now - told.at > SEEN_WITHIN:
            return _give_up(told, now)
    return False


def _seen(mention: Mention) -> Mention | None:
    """Return our answer to a post, as it was heard in the account's own timeline."""
    ours = Mention.objects.filter(thread=mention.thread_id, incoming=False, deleted_at=None)
    return ours.filter(reply_to_uri=mention.uri).order_by("order").first()


def _confirm(told: AnsweredThere, seen: Mention, now: datetime) -> bool:
    with transaction.atomic():
        still = AnsweredThere.objects.filter(pk=told.pk, at=told.at, confirmed_at=None)
        done = bool(still.update(confirmed_at=seen.posted_at))
        talk = told.mention.conversation
        if done and talk is not None:
            tell("answered_there", now, talk, None, mention=told.mention.pk, found=1)
    return done


def _give_up(told: AnsweredThere, now: datetime) -> bool:
    """It is not there: the customer waits for us again, and who said it is told."""
    with transaction.atomic():
        gone, _ = AnsweredThere.objects.filter(pk=told.pk, at=told.at, confirmed_at=None).delete()
        talk = told.mention.conversation
        if gone and talk is not None:
            tell("answered_there", now, talk, None, mention=told.mention.pk, found=0)
            if told.agent is not None:
                notify(told.agent, NoticeKind.NOT_FOUND, talk)
    return bool(gone)
