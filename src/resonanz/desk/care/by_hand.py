"""Conversations that no network brings: a call, a letter, somebody in the shop. Entered by hand.

Each brand has one channel of network `hand`, made when it is first needed and cared for by the teams of
the brand's other channels. What is entered goes through intake like any post, so it waits, is due, rings
and counts as every other. Nothing is ever sent: what was answered is written down, and counts as a
person's answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from resonanz.case import ReplyKind, State
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.care.answers import answerable
from resonanz.desk.care.base import TEXT_MOST, CareError, expect_agent, expect_live, tell
from resonanz.desk.care.merging import link_people
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Author, Brand, Channel, Conversation, Team, Unsent
from resonanz.desk.models.listening import BY_HAND
from resonanz.desk.models.people import Agent
from resonanz.post import Audience, Post, Sighting
from resonanz.post import Author as Speaker

WAYS = ("phone", "letter", "email", "xing", "shop", "other")
NAME_MOST = 200
OLDEST = timedelta(days=366)
SLACK = timedelta(minutes=5)  # clocks of browsers go a little wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What somebody writes down. `person` is an author whom the desk knows; `once` the form's own key."""

    name: str
    way: str
    text: str
    at: datetime
    once: UUID
    person: int | None = None
    brand: int | None = None


def brands_of(agent: Agent) -> list[Brand]:
    """Return the brands whose customers somebody cares for, by name."""
    seen = channels_visible_to(agent).exclude(network="archive")
    return list(Brand.objects.filter(channels__in=seen).distinct().order_by("name"))


def enter(agent: Agent, entered: Entered) -> Conversation:
    """Make a conversation of what was said elsewhere; the same form sent twice is one. Raises CareError.

    Codes besides the usual: `name_needed`, `way_needed`, `words_needed`, `wrong_time`, `not_known`.
    """
    expect_agent(agent)
    known = _known_person(agent, entered.person)
    name = entered.name.strip()[:NAME_MOST] if known is None else known.shown_name
    brand = _brand(agent, entered.brand)
    _expect_sound(entered, name)
    with transaction.atomic():
        channel = channel_of(brand)
        speaker = _speaker(name, known)
        uri = f"{BY_HAND}:{entered.way}:{entered.once}"
        post = _post(uri, uri, speaker, entered.text.strip(), entered.at)
        sighting = Sighting(post=post, native_id=uri, native_thread_id=uri, addressed=True)
        store(channel, [sighting], Arrival(heard_at=max(timezone.now(), entered.at)))
        talk = Conversation.objects.select_related("customer").get(mentions__uri=uri)
        _leave_alone(talk)
        if known is not None and known.pk != talk.customer_id:
            link_people(talk.customer, known)
    return talk


def record(talk: Conversation, agent: Agent, text: str, *, once: UUID | None = None) -> None:
    """Write down what was answered elsewhere: it counts as a person's answer. Raises CareError."""
    expect_agent(agent)
    expect_live(talk)
    if not talk.channel.is_by_hand:
        raise CareError("not_known")
    _expect_words(text)
    now = timezone.now()
    with transaction.atomic():
        asked = answerable(talk)
        if asked is None:
            raise CareError("nothing_to_answer")
        uri = f"{asked.uri}:{once or uuid4()}"
        speaker = Speaker(
            network=BY_HAND, uid=f"agent:{agent.pk}", handle=agent.shown_name, name=agent.shown_name
        )
        post = _post(uri, asked.thread.root_uri, speaker, text.strip(), now, reply_to=asked.uri)
        sighting = Sighting(post=post, native_id=uri, native_thread_id=post.root, own=True)
        store(talk.channel, [sighting], Arrival(heard_at=now, kinds={uri: int(ReplyKind.HUMAN)}))
        if talk.assignee is None and talk.state == State.OPEN:
            tell("assigned", now, talk, agent, to=agent.pk)
        Unsent.objects.filter(conversation=talk, agent=agent).delete()


def _expect_sound(entered: Entered, name: str) -> None:
    if not name:
        raise CareError("name_needed")
    if entered.way not in WAYS:
        raise CareError("way_needed")
    _expect_words(entered.text)
    now = timezone.now()
    if not now - OLDEST <= entered.at <= now + SLACK:
        raise CareError("wrong_time")


def _expect_words(text: str) -> None:
    if not text.strip():
        raise CareError("words_needed")
    if len(text) > TEXT_MOST:
        raise CareError("too_long", length=len(text), limit=TEXT_MOST)


def _brand(agent: Agent, number: int | None) -> Brand:
    known = brands_of(agent)
    found = [brand for brand in known if number is None or brand.pk == number]
    if not found:
        raise CareError("not_known")
    return found[0]


def _known_person(agent: Agent, number: int | None) -> Author | None:
    """Return somebody with whom the agent may see a conversation."""
    if number is None:
        return None
    talk = visible_to(agent).filter(customer=number).select_related("customer__contact").first()
    if talk is None:
        raise CareError("not_known")
    return talk.customer


def channel_of(brand: Brand) -> Channel:
    """Return a brand's channel of what is entered by hand, made where there is none."""
    channel, is_new = Channel.objects.get_or_create(
        network=BY_HAND,
        uid=f"brand:{brand.pk}",
        defaults={"brand": brand, "handle": brand.name, "name": brand.name, "connected_at": timezone.now()},
    )
    if is_new:
        channel.teams.set(Team.objects.filter(channels__brand=brand).distinct())
    return channel


def _speaker(name: str, known: Author | None) -> Speaker:
    """Return who spoke: the same as before where they were entered by hand then too, else somebody new."""
    if known is not None and known.network == BY_HAND:
        return Speaker(network=BY_HAND, uid=known.uid, handle=known.handle, name=known.name)
    return Speaker(network=BY_HAND, uid=f"person:{uuid4()}", handle=name, name=name)


def _post(
    uri: str, root: str, speaker: Speaker, text: str, at: datetime, *, reply_to: str | None = None
) -> Post:
    return Post(
        network=BY_HAND,
        uri=uri,
        root=root,
        reply_to=reply_to,
        author=speaker,
        text=text,
        posted_at=at,
        audience=Audience.DIRECT,
    )


def _leave_alone(talk: Conversation) -> None:
    """No network can be asked whether it was edited there."""
    Conversation.objects.filter(pk=talk.pk).update(recheck_at=None)
