"""What colleagues tell each other about a conversation, and whom they ask by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from resonanz.desk.care.base import TEXT_MOST, CareError, notify, tell
from resonanz.desk.models import Agent, Channel, Conversation, Note, NoticeKind, Role, Sighting

CALLED = re.compile(r"(?<![\w@.])@(\w[\w.-]*)")
SEE_ALL = (Role.LEAD, Role.COMMUNICATOR, Role.OPERATOR)


def note(conversation: Conversation, agent: Agent, text: str) -> Note:
    """Write something for colleagues; whoever is called by @name in it hears their bell."""
    words = text.strip()
    if not words:
        raise CareError("empty")
    if len(words) > TEXT_MOST:
        raise CareError("too_long", length=len(words), limit=TEXT_MOST)
    now = timezone.now()
    with transaction.atomic():
        written = Note.objects.create(conversation=conversation, agent=agent, text=words, written_at=now)
        tell("noted", now, conversation, agent, note=written.pk)
        for colleague in called(words, askable(conversation)) if CALLED.search(words) else ():
            notify(colleague, NoticeKind.MENTIONED, conversation, by=agent, note=written)
    return written


def ring_release(conversation: Conversation, writer: Agent) -> None:
    """Tell those who are here and may release, else the leads, that a trainee's reply waits for release."""
    able = [person for person in askable(conversation) if person.has_role(Role.AGENT)]
    here = [person for person in able if person.on_shift_at is not None and person.pk != writer.pk]
    for person in here or [person for person in able if person.has_role(Role.LEAD)]:
        notify(person, NoticeKind.TO_RELEASE, conversation, by=writer)


def askable(conversation: Conversation) -> list[Agent]:
    """Return the colleagues who can see a conversation, trainees among them, by name."""
    heard = Q(sightings__addressed=True, sightings__mention__conversation=conversation)
    channels = Channel.objects.filter(Q(pk=conversation.channel_id) | heard)
    known = Agent.objects.filter(Q(teams__channels__in=channels) | Q(role__in=SEE_ALL), is_active=True)
    return list(known.distinct().order_by("first_name", "username"))


def askable_in(conversations: Sequence[Conversation]) -> dict[int, list[Agent]]:
    """Return the same for several conversations, by their numbers, with as many questions as for one."""
    heard: dict[int, set[int]] = {talk.pk: {talk.channel_id} for talk in conversations}
    further = Sighting.objects.filter(mention__conversation__in=list(heard), addressed=True)
    for number, channel in further.values_list("mention__conversation", "channel").distinct():
        heard[number].add(channel)
    people = Agent.objects.filter(is_active=True).order_by("first_name", "username")
    cares: dict[int, set[int]] = {}
    theirs = people.exclude(teams__channels=None).order_by().values_list("pk", "teams__channels")
    for number, channel in theirs:
        cares.setdefault(number, set()).add(channel)
    able = [(one, one.role in SEE_ALL, cares.get(one.pk, set())) for one in people]
    return {
        number: [one for one, sees_all, own in able if sees_all or own & channels]
        for number, channels in heard.items()
    }


def called(text: str, people: Iterable[Agent]) -> list[Agent]:
    """Return who is called by @name: by the name to sign in with, or the first name where only one has it."""
    by_name: dict[str, list[Agent]] = {}
    logins = {}
    for person in people:
        logins[person.username.casefold()] = person
        by_name.setdefault(person.first_name.casefold(), []).append(person)
    found: dict[int, Agent] = {}
    for word in CALLED.findall(text):
        name = word.rstrip(".-").casefold()
        same = [logins[name]] if name in logins else by_name.get(name, [])
        if len(same) == 1:
            found[same[0].pk] = same[0]
    return list(found.values())
