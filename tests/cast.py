"""The named cast: Anna, Ben and Clara at the desk, Ada, Otto and Mia outside, and what they say.

`desk()` makes the rows; `said()` makes a sighting as a connector would. Everybody is fictitious.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from resonanz.desk.intake import Arrival, Stored, store
from resonanz.desk.models import Agent, Brand, Channel, Conversation, Role, SlaPolicy, Team
from resonanz.post import Audience, Author, Post, Sighting

SERVER = "https://social.example"
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday, 13 o'clock in Berlin
PERIODS = {str(day): [[480, 1200]] for day in range(5)}

ADA = Author(
    network="mastodon",
    uid=f"{SERVER}/users/ada",
    handle="ada@social.example",
    name="Ada Lamm",
    url=f"{SERVER}/@ada",
)
OTTO = Author(
    network="mastodon",
    uid=f"{SERVER}/users/otto",
    handle="otto@social.example",
    name="Otto Traut",
    url=f"{SERVER}/@otto",
)
MIA = Author(network="mastodon", uid=f"{SERVER}/users/mia", handle="mia@social.example", name="Mia Voss")
US = Author(
    network="mastodon", uid=f"{SERVER}/users/nordlicht", handle="nordlicht@social.example", name="Nordlicht"
)


@dataclass(frozen=True)
class Desk:
    """A desk with people and one channel."""

    brand: Brand
    channel: Channel
    anna: Agent  # an agent
    ben: Agent  # another agent
    clara: Agent  # the lead
    tom: Agent  # a trainee
    olga: Agent  # the operator


def desk() -> Desk:
    """Make the desk's rows."""
    brand = Brand.objects.create(name="Nordlicht")
    SlaPolicy.objects.create(brand=brand, periods=PERIODS)
    channel = Channel.objects.create(
        network="mastodon",
        brand=brand,
        uid=US.uid,
        handle=US.handle,
        name=US.name,
        base_url=SERVER,
        secret={"access_token": "secret of the test"},
        connected_at=NOON - timedelta(days=30),
    )
    people = {
        name: Agent.objects.create_user(
            name, password="a long pass word", first_name=name.title(), role=role, initials=name[:2]
        )
        for name, role in [
            ("anna", Role.AGENT),
            ("ben", Role.AGENT),
            ("clara", Role.LEAD),
            ("tom", Role.TRAINEE),
            ("olga", Role.OPERATOR),
        ]
    }
    team = Team.objects.create(name="Team")
    team.agents.set(people.values())
    team.channels.add(channel)
    return Desk(brand=brand, channel=channel, **people)


def said(
    name: str,
    text: str,
    author: Author = ADA,
    *,
    at: datetime = NOON,
    to: Sighting | None = None,
    audience: Audience = Audience.PUBLIC,
    addressed: bool = True,
    edited_at: datetime | None = None,
    language: str | None = "de",
) -> Sighting:
    """Return a post as a channel hears it; `name` becomes its ids, `to` is what it answers."""
    uri = f"{SERVER}/statuses/{name}"
    root = to.post.root if to else uri
    post = Post(
        network="mastodon",
        uri=uri,
        root=root,
        reply_to=to.post.uri if to else None,
        author=author,
        text=text,
        posted_at=at,
        audience=audience,
        url=uri,
        language=language,
        edited_at=edited_at,
    )
    own = author is US
    return Sighting(
        post=post,
        native_id=name,
        native_thread_id=to.native_thread_id if to else name,
        addressed=addressed and not own,
        own=own,
    )


def hear(
    channel: Channel, *sightings: Sighting, at: datetime | None = None, complete_until: datetime | None = None
) -> Stored:
    """Store posts as the listener would, heard 30 seconds after the last of them unless told otherwise."""
    heard_at = at or max(s.post.posted_at for s in sightings) + timedelta(seconds=30)
    with transaction.atomic():
        return store(channel, sightings, Arrival(heard_at=heard_at, complete_until=complete_until))


def conversation_of(sighting: Sighting) -> Conversation:
    """Return the conversation that a stored post stands in."""
    return Conversation.objects.get(mentions__uri=sighting.post.uri)
