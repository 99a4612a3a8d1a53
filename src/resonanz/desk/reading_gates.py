"""What the reply box shows of a post that no program may answer: the ways round, and whether one was taken.

Reads only; nothing is asked where the network has no such posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from resonanz.desk.care.answers import audience_for
from resonanz.desk.care.gates import address_there, gate_of, has_gates, open_posts, sender
from resonanz.desk.models import AnsweredThere
from resonanz.networks import NETWORKS
from resonanz.post import Audience

if TYPE_CHECKING:
    from resonanz.desk.models import Conversation, Delivery, Mention

OTHERS_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A post that is answered on the network itself, and what else can be done.

    `said_at` is when somebody said that they had, `seen_at` when that answer was given there. `others` are
    posts of the same customer that may be answered from here. `by_message`: a private message may be sent.
    """

    mention: Mention
    address: str
    said_by: str
    said_at: datetime | None
    seen_at: datetime | None
    others: tuple[Mention, ...]
    by_message: bool


def gate(talk: Conversation, asked: Mention | None) -> Gate | None:
    """Return what stands between a reply and its post, None where nothing does."""
    if asked is None or not has_gates(talk.channel) or audience_for(talk, asked) is Audience.DIRECT:
        return None
    channel = sender(talk, asked)
    if not gate_of(channel, asked):
        return None
    told = AnsweredThere.objects.filter(mention=asked).select_related("agent").first()
    return Gate(
        mention=asked,
        address=address_there(channel, asked),
        said_by="" if told is None or told.agent is None else told.agent.shown_name,
        said_at=None if told is None else told.at,
        seen_at=None if told is None else told.confirmed_at,
        others=tuple(open_posts(talk, channel)[:OTHERS_MOST]),
        by_message=NETWORKS[channel.network].capabilities.invitation == "message",
    )


def address_of(delivery: Delivery) -> str:
    """Return where a person answers what a delivery was not allowed to, "" for any other delivery."""
    if delivery.error_code != "not_summoned" or delivery.answers is None:
        return ""
    return address_there(delivery.channel, delivery.answers)
