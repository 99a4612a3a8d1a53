"""A desk as it is after a year, made by the intake that `listen` calls, in batches and from one seed.

Most conversations were answered and settled, some wait for us. Words are as frequent as in a language
(Zipf's law), so that a search meets common and rare ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from django.db import connection, transaction
from django.utils import timezone

from resonanz.case import Dismissal
from resonanz.desk import projection
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Agent, Brand, Channel, Delivery, Outcome, Role, Team
from resonanz.desk.models.listening import ChannelState
from resonanz.post import Audience, Author, Post, Sighting

BATCH = 400
CHANNELS = 4
ONE_IN_PRIVATE = 12
ONE_IN_UNANSWERED = 8  # of the settled ones: dismissed with a reason
FIRST = "nordlicht paket lieferung bahn rechnung hotline toner gleis termin danke störung"
STEMS = "bahn lief rech stör dank fahr zahl kart tick druck ton netz haus müll käuf mont tech serv hot wart"
ENDS = "en ung er t st ig lich keit zeit weg plan amt ruf tag art bar los voll stelle werk"
SERVER = "https://social.example"


def vocabulary(size: int = 4_000) -> list[str]:
    """Return words, the most frequent first; the first ones are what people ask about."""
    made = [f"{a}{b}{c}" for c in ("", *STEMS.split()) for b in ENDS.split() for a in STEMS.split()]
    return list(dict.fromkeys([*FIRST.split(), *made]))[:size]


class Talk:
    """What people say: sentences of words as frequent as in a language."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.words = vocabulary()
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def sentence(self, least: int = 8, most: int = 28) -> str:
        """Return so many words."""
        count = self.chance.randint(least, most)
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count)).capitalize()


@dataclass(frozen=True, slots=True)
class Filled:
    """The people and channels of a filled desk."""

    agents: tuple[Agent, ...]
    channels: tuple[Channel, ...]


def fill(conversations: int, waiting: int, *, agents: int = 50) -> Filled:
    """Make agents, channels and conversations; the newest `waiting` of them wait for an answer."""
    people = _agents(agents)
    channels = _channels(people)
    talk = Talk(7)
    now = timezone.now()
    settled = conversations - waiting
    for start in range(0, settled, BATCH):
        numbers = range(start, min(start + BATCH, settled))
        at = [now - timedelta(days=1, minutes=5 * (settled - number)) for number in numbers]
        _settled_batch(channels[start // BATCH % CHANNELS], people, talk, list(zip(numbers, at, strict=True)))
    for start in range(settled, conversations, BATCH):
        numbers = range(start, min(start + BATCH, conversations))
        ago = [timedelta(minutes=0.2 + 1.2 * (conversations - number)) for number in numbers]
        posts = [_asks(talk, number, now - back) for number, back in zip(numbers, ago, strict=True)]
        _hear(channels[start // BATCH % CHANNELS], posts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Filled(people, channels)


def _agents(count: int) -> tuple[Agent, ...]:
    made = [
        Agent(username=f"agent{n}", first_name=f"Agent {n}", role=Role.AGENT, initials=f"a{n}", language="de")
        for n in range(count)
    ]
    return tuple(Agent.objects.bulk_create(made))


def _channels(agents: Sequence[Agent]) -> tuple[Channel, ...]:
    brand = Brand.objects.get()
    made = [
        Channel.objects.create(
            network="mastodon",
            brand=brand,
            uid=f"{SERVER}/users/us{number}",
            handle=f"us{number}@social.example",
            name=f"Nordlicht {number}",
            connected_at=timezone.now(),
            state=ChannelState.PAUSED,  # so that no worker asks a network that is not there
        )
        for number in range(CHANNELS)
    ]
    team = Team.objects.get()
    team.agents.set(agents)
    team.channels.set(made)
    return tuple(made)


def _author(number: int) -> Author:
    """Return a customer; a third of them write more than once."""
    who = number if number % 3 else number % 997
    uid = f"{SERVER}/users/u{who}"
    return Author(network="mastodon", uid=uid, handle=f"u{who}@social.example", name=f"Kunde {who}", url=uid)


def _asks(talk: Talk, number: int, at: datetime) -> Sighting:
    author = _author(number)
    uri = f"{SERVER}/statuses/{number}"
    private = number % ONE_IN_PRIVATE == 0
    post = Post(
        network="mastodon",
        uri=uri,
        root=uri,
        url=uri,
        author=author,
        text=f"@nordlicht_hilft {talk.sentence()}",
        posted_at=at,
        audience=Audience.DIRECT if private else Audience.PUBLIC,
        language="de",
    )
    return Sighting(post=post, native_id=str(number), native_thread_id=str(number), addressed=True)


def _answers(talk: Talk, channel: Channel, asked: Sighting) -> Sighting:
    author = Author(network="mastodon", uid=channel.uid, handle=channel.handle, name=channel.name)
    post = Post(
        network="mastodon",
        uri=f"{asked.post.uri}/answer",
        root=asked.post.root,
        reply_to=asked.post.uri,
        author=author,
        text=f"@{asked.post.author.handle} {talk.sentence()}",
        posted_at=asked.post.posted_at + timedelta(seconds=talk.chance.randint(60, 7_200)),
        audience=asked.post.audience,
        language="de",
    )
    native = asked.native_id
    return Sighting(post=post, native_id=f"{native}a", native_thread_id=native, own=True)


def _hear(channel: Channel, posts: Sequence[Sighting]) -> None:
    last = max(sighting.post.posted_at for sighting in posts)
    with transaction.atomic():
        store(channel, posts, Arrival(heard_at=last + timedelta(seconds=30)))


def _settled_batch(
    channel: Channel, agents: Sequence[Agent], talk: Talk, when: Sequence[tuple[int, datetime]]
) -> None:
    """Store conversations that are over: asked, mostly answered, settled by the agent who had them."""
    asked = [_asks(talk, number, at) for number, at in when]
    answered = [
        _answers(talk, channel, sighting)
        for (number, _at), sighting in zip(when, asked, strict=True)
        if number % ONE_IN_UNANSWERED
    ]
    _hear(channel, asked + answered)
    with transaction.atomic():
        _settle(channel, agents, dict(_found(asked)), {s.post.reply_to: s for s in answered})


def _found(asked: Sequence[Sighting]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield uri, conversation and order of what was asked."""
    with connection.cursor() as cursor:
        marks = ",".join(["%s"] * len(asked))
        cursor.execute(
            f'SELECT uri, conversation_id, "order" FROM desk_mention WHERE network = %s AND uri IN ({marks})',
            ["mastodon", *(sighting.post.uri for sighting in asked)],
        )
        for uri, conversation, order in cursor.fetchall():
            yield uri, (conversation, order)


def _settle(
    channel: Channel,
    agents: Sequence[Agent],
    asked: dict[str, tuple[int, int]],
    answers: dict[str | None, Sighting],
) -> None:
    """Write who had each, what went out for it, and its end, as the verbs would."""
    events, deliveries = [], []
    for uri, (conversation, order) in asked.items():
        agent = agents[conversation % len(agents)]
        answer = answers.get(uri)
        at = (order >> 20) + 7_300_000
        facts = {} if answer else {"reason": Dismissal.NO_ANSWER_NEEDED.value}
        events.append((at, "assigned", agent.pk, conversation, json.dumps({"to": agent.pk})))
        events.append((at, "resolved", agent.pk, conversation, json.dumps(facts) if facts else ""))
        if answer:
            deliveries.append(_delivery(channel, agent, answer, asked[uri]))
    Delivery.objects.bulk_create(deliveries)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO desk_event (at, kind, actor, conversation, facts) VALUES (%s, %s, %s, %s, %s)",
            events,
        )
    projection.refresh(sorted({conversation for conversation, _order in asked.values()}))


def _delivery(channel: Channel, agent: Agent, answer: Sighting, asked: tuple[int, int]) -> Delivery:
    conversation, order = asked
    at = answer.post.posted_at
    return Delivery(
        channel=channel,
        conversation_id=conversation,
        answers_id=order,
        agent=agent,
        text=answer.post.text,
        audience=answer.post.audience,
        ceiling=answer.post.audience,
        state=Outcome.SENT,
        planned_at=at,
        armed_at=at,
        settled_at=at,
    )
