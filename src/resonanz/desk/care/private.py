"""From public to private: the invitation in the network's own way, and the way back.

From then on replies are private by themselves, whatever post they answer; only somebody who says so for one
reply answers in public again (`answers.Reply.audience`). What the customer says in private joins the same
conversation (`intake`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from resonanz.annotate.private_data import OwnPattern, find_private_data
from resonanz.desk import understood
from resonanz.desk.care.answers import answerable
from resonanz.desk.care.base import CareError, expect_agent, expect_live, tell
from resonanz.desk.care.voices import guards_voice, render, values_for
from resonanz.desk.models import Agent, Annotation, Conversation, Delivery, Mention, Outcome
from resonanz.networks import NETWORKS, Capabilities
from resonanz.post import Audience

POSTS_LOOKED_AT = 20
OWN_WAYS = ("reply", "message")  # of a network, to speak to somebody in private


@dataclass(frozen=True, slots=True)
class Invitation:
    """What invites a customer to go on in private, and who reads it.

    `exposed` are the kinds of private data that stand in their public posts; `delete` is the text that asks
    them to remove these, "" where there are none or the network does not let people delete.
    """

    text: str
    audience: Audience
    exposed: tuple[str, ...]
    delete: str


def move_to_private(conversation: Conversation, agent: Agent) -> Invitation:
    """Mark a conversation as private from here on and return the invitation, ready to be sent or changed.

    CareError: `nothing_to_answer`, `private_already`, `no_private_way` (neither the network nor the brand's
    voice knows one).
    """
    expect_agent(agent)
    expect_live(conversation)
    found = invitation(conversation, agent)
    with transaction.atomic():
        tell("moved", timezone.now(), conversation, agent, private=1)
        if found.audience is Audience.DIRECT:  # what is not out yet goes the private way too
            waiting = Delivery.objects.filter(conversation=conversation, state=Outcome.PLANNED, reaction="")
            waiting.update(audience=Audience.DIRECT)
    return found


def back_to_public(conversation: Conversation, agent: Agent) -> None:
    """Take that back: replies are as public again as the posts that they answer."""
    expect_agent(agent)
    expect_live(conversation)
    with transaction.atomic():
        tell("moved", timezone.now(), conversation, agent, private=0)


def invitation(conversation: Conversation, agent: Agent) -> Invitation:
    """Return how this customer would be invited; changes nothing. Errors as `move_to_private`."""
    asked = answerable(conversation)
    if asked is None:
        raise CareError("nothing_to_answer")
    if Audience(asked.audience).is_private:
        raise CareError("private_already")
    network = _capabilities(conversation)
    own_way = network is not None and network.invitation in OWN_WAYS
    if not own_way and not values_for(conversation, agent, "de", "sie")["ways"]:
        raise CareError("no_private_way")
    found = exposed(conversation)
    text = render(conversation, "invite" if own_way else "ways", agent)
    delete = ""
    if found and network is not None and network.authors_delete:
        delete = render(conversation, "remove_own", agent)
    return Invitation(text, Audience.DIRECT if own_way else Audience(asked.audience), found, delete)


def exposed(conversation: Conversation) -> tuple[str, ...]:
    """Return the kinds of private data that everybody can read in the customer's posts, each once."""
    public = conversation.mentions.filter(
        incoming=True, deleted_at=None, author=conversation.customer, audience__gte=Audience.UNLISTED
    )
    patterns = guards_voice(conversation).patterns
    newest = public.order_by("-order")[:POSTS_LOOKED_AT]
    found = (kind for post in newest for kind in _kinds_in(post, patterns))
    return tuple(dict.fromkeys(found))


def _kinds_in(post: Mention, patterns: Sequence[OwnPattern]) -> list[str]:
    """Return which kinds of private data stand in a post: what somebody said of it counts, else rules."""
    note = Annotation.objects.filter(mention=post).first()
    is_on = "private_data" not in understood.switched_off()
    if is_on and note is not None and note.by_hand & understood.BITS["private_data"]:
        return list(filter(None, note.private.split(",")))
    return [one.kind for one in find_private_data(post.text, patterns=patterns)]


def _capabilities(conversation: Conversation) -> Capabilities | None:
    row = NETWORKS.get(conversation.channel.network)
    return None if row is None else row.capabilities
