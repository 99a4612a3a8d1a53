"""A post that only talks about us becomes a conversation, because somebody here wants to answer it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from resonanz.case import Dismissal
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.care.base import CareError, expect_agent, tell
from resonanz.desk.care.cases import resolve
from resonanz.desk.intake import Arrival, store
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Conversation, Mention, Sighting
from resonanz.post import Audience, Author, Post
from resonanz.post import Sighting as Heard


def open_conversation(agent: Agent, mention: Mention) -> Conversation:
    """Open a conversation for a post, or find the one in which it stands; who opens it has it.

    Its clock begins now: until now nobody had asked us anything. CareError: `post_gone`, `not_known` where no
    channel of theirs heard it, `cannot_answer` where those that did only listen.
    """
    expect_agent(agent)
    if not mention.incoming:
        raise CareError("nothing_to_answer")
    with transaction.atomic():
        mention.refresh_from_db()
        if mention.deleted_at is not None:
            raise CareError("post_gone")
        if mention.conversation_id is None:
            _store(mention, _heard_by(agent, mention), agent)
            mention.refresh_from_db()
        talk = visible_to(agent).filter(mentions=mention).first()
    if talk is None:
        raise CareError("not_known")
    return talk


def take_back_opening(conversation: Conversation, agent: Agent) -> None:
    """Settle a conversation that somebody opened by mistake: nobody has to answer its post.

    Raises CareError `nothing_to_answer` once it was answered.
    """
    if not Conversation.objects.filter(pk=conversation.pk).exclude(awaits=None).exists():
        raise CareError("nothing_to_answer")
    resolve(conversation, agent, Dismissal.NO_ANSWER_NEEDED)


def _heard_by(agent: Agent, mention: Mention) -> Sighting:
    """Return how a channel of the agent's that can answer heard a post."""
    heard = Sighting.objects.filter(mention=mention, channel__in=channels_visible_to(agent))
    known = list(heard.select_related("channel").order_by("-pk"))
    if not known:
        raise CareError("not_known")
    for sighting in known:
        if not sighting.channel.is_archive and limits_of(sighting.channel).length:
            return sighting
    raise CareError("cannot_answer")


def _store(mention: Mention, heard: Sighting, agent: Agent) -> None:
    """Give the post to intake as one that somebody is wanted for, and the conversation to the agent."""
    said, now = mention.author, timezone.now()
    author = Author(
        network=said.network, uid=said.uid, handle=said.handle, name=said.name, avatar_url=said.avatar_url
    )
    post = Post(
        network=mention.network,
        uri=mention.uri,
        root=mention.thread.root_uri,
        author=author,
        text=mention.text,
        posted_at=mention.posted_at,
        audience=Audience(mention.audience),
    )
    seen = Heard(
        post=post, native_id=heard.native_id, native_thread_id=heard.native_thread_id, gate=heard.gate
    )
    store(heard.channel, [seen], Arrival(heard_at=now, complete_until=now, subjects={mention.uri: author}))
    talk = Conversation.objects.get(mentions=mention)
    if talk.assignee_id is None:
        tell("assigned", now, talk, agent, to=agent.pk)
