"""Two conversations that are one matter, and one conversation that is two.

Everything said moves with its own times (`case.told`), and so does all that hangs on it. What moved is
written into the event, so that joining can be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from resonanz.case import RULES, Case, Happened, State, Urgency, case_after, told
from resonanz.desk import projection
from resonanz.desk.access import visible_to
from resonanz.desk.care.base import CareError, expect_agent, expect_live, joined_here, tell
from resonanz.desk.care.pressing import sort_moved
from resonanz.desk.care.sorting import sort
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Attachment,
    Author,
    Contact,
    Conversation,
    ConversationTag,
    Delivery,
    Enquiry,
    Event,
    Handover,
    IncidentLink,
    Mention,
    Note,
    Notice,
    ThreadLink,
    Unsent,
)
from resonanz.desk.storage import to_ms

# What hangs on a conversation, by the name under which the event lists it.
MOVES: Mapping[str, type[models.Model]] = {
    "mention": Mention,
    "delivery": Delivery,
    "note": Note,
    "file": Attachment,
    "enquiry": Enquiry,
    "tag": ConversationTag,
    "incident": IncidentLink,
    "thread": ThreadLink,
    "notice": Notice,
    "handover": Handover,
    "unsent": Unsent,
}
ONCE = {"tag": "tag", "incident": "incident", "unsent": "agent"}  # a conversation has each at most once
SAID = ("heard", "spoke", "reacted", "unreacted", "withdrawn")
NEWS = frozenset(RULES) | {"planned", "held", "noted", "sent"}  # after these, joining stays joined


def partners(conversation: Conversation, agent: Agent) -> list[Conversation]:
    """Return the other open conversations of the same person that somebody may see, the newest first."""
    same = Q(customer=conversation.customer_id)
    if conversation.customer.contact_id is not None:
        same |= Q(customer__contact=conversation.customer.contact_id)
    return list(_candidates(conversation, agent).filter(same).order_by("-last_order"))


def others(conversation: Conversation, agent: Agent, words: str, most: int = 8) -> list[Conversation]:
    """Return open conversations of people who might be the same: by handle or name, at least two letters."""
    wanted = words.strip().removeprefix("@")
    if len(wanted) < 2:
        return []
    named = Q(customer__handle__icontains=wanted) | Q(customer__name__icontains=wanted)
    return list(_candidates(conversation, agent).filter(named).order_by("-last_order")[:most])


def _candidates(conversation: Conversation, agent: Agent) -> models.QuerySet[Conversation]:
    there = visible_to(agent).filter(state=State.OPEN, merged_into=None, brand=conversation.brand_id)
    there = there.exclude(pk=conversation.pk).exclude(channel__network="archive")
    return there.select_related("customer", "channel", "assignee")


def merge(conversation: Conversation, agent: Agent, into: Conversation, *, same_person: bool = False) -> None:
    """Let a conversation go on in another one. `same_person` says that two authors are one human being.

    Who sees either of them sees both from then on; so only somebody who does may join them. Raises CareError
    `not_known`, `itself`, `not_open`, `other_brand`, `other_person` (name).
    """
    expect_agent(agent)
    for one in (conversation, into):
        expect_live(one)
    with transaction.atomic():
        if visible_to(agent).filter(pk__in={conversation.pk, into.pk}).count() < len(
            {conversation.pk, into.pk}
        ):
            raise CareError("not_known")
        _expect_joinable(conversation, into)
        moved: dict[str, int | None] = {}
        if not _is_one_person(conversation.customer, into.customer):
            if not same_person:
                raise CareError("other_person", name=into.customer.shown_name)
            moved |= link_people(conversation.customer, into.customer)
        now = timezone.now()
        case = _case_of(conversation)
        moved |= _move_all(conversation, into)
        tell("merged", now, conversation, agent, into=into.pk, **moved)
        tell("took_in", now, into, agent, other=conversation.pk, **told(case))


def _expect_joinable(conversation: Conversation, into: Conversation) -> None:
    if conversation.pk == into.pk:
        raise CareError("itself")
    numbers = [conversation.pk, into.pk]
    found = Conversation.objects.filter(pk__in=numbers, state=State.OPEN, merged_into=None)
    if found.count() != len(numbers):
        raise CareError("not_open")
    if conversation.brand_id != into.brand_id:
        raise CareError("other_brand")


def _is_one_person(one: Author, other: Author) -> bool:
    return one.pk == other.pk or (one.contact_id is not None and one.contact_id == other.contact_id)


def link_people(one: Author, other: Author) -> dict[str, int | None]:
    """Make two authors one contact; returns which contact each of them had, by author."""
    contact = other.contact or one.contact or Contact.objects.create(created_at=timezone.now())
    near = Q(pk__in=[one.pk, other.pk]) | Q(contact__in=[c for c in (one.contact_id, other.contact_id) if c])
    people = Author.objects.filter(near)
    before: dict[str, int | None] = {
        f"author:{pk}": held for pk, held in people.values_list("pk", "contact_id")
    }
    people.update(contact=contact)
    one.contact = other.contact = contact
    return before


def _case_of(conversation: Conversation) -> Case:
    return case_after(projection.read_happened([conversation.pk])[conversation.pk])


def _move_all(conversation: Conversation, into: Conversation) -> dict[str, int | None]:
    """Move everything that hangs on a conversation; returns what, as facts."""
    _join_unsent(conversation, into)
    moved: dict[str, int | None] = {}
    for name, model in MOVES.items():
        rows = _of(model, conversation.pk)
        if name in ONCE:
            has = _of(model, into.pk).values(ONCE[name])
            rows = rows.exclude(**{f"{ONCE[name]}__in": has})
        numbers = list(rows.values_list("pk", flat=True))
        _of(model, conversation.pk).filter(pk__in=numbers).update(conversation=into)
        moved |= {f"{name}:{number}": 1 for number in numbers}
    link, new = ThreadLink.objects.update_or_create(
        thread_id=conversation.thread_id,
        customer_id=conversation.customer_id,
        defaults={"conversation": into},
    )
    return moved | ({f"new:{link.pk}": 1} if new else {})


def _of(model: type[models.Model], conversation: int) -> models.QuerySet[Any]:
    return models.QuerySet(model).filter(conversation=conversation)


def _join_unsent(conversation: Conversation, into: Conversation) -> None:
    """Where somebody is writing in both, the words of one go behind those of the other: none is lost."""
    for mine in Unsent.objects.filter(conversation=conversation):
        there = Unsent.objects.filter(conversation=into, agent=mine.agent).first()
        if there is not None:
            Unsent.objects.filter(pk=there.pk).update(text=f"{there.text}\n\n{mine.text}")


def unmerge(conversation: Conversation, agent: Agent) -> None:
    """Take joining back, where nothing has happened since; raises CareError `too_late_to_part`."""
    expect_agent(agent)
    with transaction.atomic():
        fresh = Conversation.objects.select_related("merged_into").get(pk=conversation.pk)
        into = fresh.merged_into
        joined = Event.objects.filter(conversation=fresh.pk, kind="merged").order_by("-id").first()
        if into is None or joined is None or _has_news(into.pk, joined.pk, fresh.pk):
            raise CareError("too_late_to_part")
        _move_back(json.loads(joined.facts), fresh)
        now = timezone.now()
        tell("merged", now, fresh, agent, into=into.pk, undo=1)
        tell("took_in", now, into, agent, other=fresh.pk, undo=1)


def _has_news(into: int, since: int, merged: int) -> bool:
    later = Event.objects.filter(id__gt=since, kind__in=NEWS, conversation__in=[into, merged]).order_by("id")
    kinds = list(later.values_list("kind", flat=True)[:2])
    return kinds != ["took_in"]


def _move_back(facts: Mapping[str, int | None], conversation: Conversation) -> None:
    listed: dict[str, list[int]] = {}
    for name in facts:
        kind, _colon, number = name.partition(":")
        if number:
            listed.setdefault(kind, []).append(int(number))
    for kind, model in MOVES.items():
        rows: models.QuerySet[Any] = models.QuerySet(model)
        rows.filter(pk__in=listed.get(kind, [])).update(conversation=conversation)
    ThreadLink.objects.filter(pk__in=listed.get("new", [])).delete()
    for author in listed.get("author", []):
        Author.objects.filter(pk=author).update(contact=facts[f"author:{author}"])


# Parting -----------------------------------------------------------------------------------------


def split(conversation: Conversation, agent: Agent, orders: Collection[int]) -> Conversation:
    """Make some of a conversation's posts a matter of its own, and return that.

    Raises CareError `not_open`, `nothing_chosen` (no post of the customer's is among them) and
    `nothing_left` (all are).
    """
    expect_agent(agent)
    expect_live(conversation)
    with transaction.atomic():
        if not Conversation.objects.filter(pk=conversation.pk, state=State.OPEN).exists():
            raise CareError("not_open")
        chosen = list(
            conversation.mentions.filter(order__in=orders).select_related("author").order_by("order")
        )
        first = next((mention for mention in chosen if mention.incoming), None)
        if first is None:
            raise CareError("nothing_chosen")
        moving = [mention.order for mention in chosen]
        if not conversation.mentions.filter(incoming=True).exclude(order__in=moving).exists():
            raise CareError("nothing_left")
        made = _open_beside(conversation, first)
        _tell_again(conversation, made, moving)
        promise = _promise_along(conversation, moving)
        _tell_on(conversation, made, agent, promise)
        _move_said(made, moving)
        _tell_left(conversation, made, agent, chosen, promise)
        made.refresh_from_db()
        sort_moved(made, conversation, moving, agent)
    made.refresh_from_db()
    return made


def _open_beside(conversation: Conversation, first: Mention) -> Conversation:
    return Conversation.objects.create(
        brand_id=conversation.brand_id,
        channel_id=conversation.channel_id,
        thread_id=first.thread_id,
        customer=first.author,
        recheck_at=conversation.recheck_at,
        state=int(State.OPEN),
        waiting=0,
        opened_at=first.heard_at,
        last_order=first.order,
    )


def _tell_again(conversation: Conversation, made: Conversation, moving: list[int]) -> None:
    """Tell in the new conversation what was said and when, as it was told before."""
    told_of = Event.objects.filter(mention__in=moving, kind__in=SAID, conversation__isnull=False)
    events = _each_once(_still_true(told_of.order_by("id")), joined_here(conversation))
    happen("opened", events[0].at if events else made.opened_at, conversation=made.pk)
    for event in events:
        facts = json.loads(event.facts) if event.facts else {}
        place = {"actor": event.actor, "mention": event.mention, "delivery": event.delivery}
        happen(event.kind, event.at, conversation=made.pk, **place, **facts)


def _each_once(known: Sequence[Event], places: Sequence[int]) -> list[Event]:
    """Return what was told of each post where it was heard or spoken, and what was told since in `places`.

    A post that was parted and joined before was told of in several conversations: the first place counts,
    else the one told last.
    """
    home: dict[int | None, int | None] = {}
    for event in known:
        if event.kind in ("heard", "spoke") and home.get(event.mention) != places[0]:
            home[event.mention] = event.conversation
    kept: dict[tuple[object, ...], Event] = {}
    for event in known:
        later = event.kind not in ("heard", "spoke") and event.conversation in places
        if later or event.conversation == home.get(event.mention):
            kept.setdefault((event.kind, event.mention, event.at, event.delivery), event)
    return list(kept.values())


def _tell_on(conversation: Conversation, made: Conversation, agent: Agent, promise: Delivery | None) -> None:
    """Tell the new conversation what holds for both, and the promise that goes along."""
    now = timezone.now()
    fresh = Conversation.objects.get(pk=conversation.pk)
    if fresh.assignee_id is not None or fresh.team_id is not None:
        tell("assigned", now, made, agent, to=fresh.assignee_id, team=fresh.team_id)
    if fresh.private_at is not None:
        tell("moved", now, made, agent, private=1)
    by_hand = Event.objects.filter(
        conversation__in=joined_here(fresh), kind="sorted", actor__isnull=False, mention=None
    )
    said = {json.loads(facts).get("urgency") for facts in by_hand.values_list("facts", flat=True)}
    if fresh.urgency and fresh.urgency in said:
        sort(made, agent, urgency=Urgency(fresh.urgency))
    if promise is not None and promise.settled_at is not None and promise.promise_until is not None:
        facts = {"until": to_ms(promise.promise_until), "told": 1}
        happen("promised", promise.settled_at, actor=promise.agent_id, conversation=made.pk, **facts)


def _promise_along(conversation: Conversation, moving: Collection[int]) -> Delivery | None:
    """Return the reply that moves and whose words made the promise that runs, if there is one."""
    running = _case_of(conversation).promise
    said = Delivery.objects.filter(mention__in=moving, promise_until__isnull=False, settled_at__isnull=False)
    made_by = (
        one for one in said if one.settled_at and running and to_ms(one.settled_at) == running.started_ms
    )
    return next(made_by, None)


def _still_true(told_of: Iterable[Event]) -> list[Event]:
    """Return what was told of posts without reactions that were taken back since."""
    known = list(told_of)
    back = {event.mention: event.pk for event in known if event.kind == "unreacted"}
    kept = (event for event in known if event.kind != "unreacted")
    return [one for one in kept if one.kind != "reacted" or one.pk > back.get(one.mention, 0)]


def _move_said(made: Conversation, moving: list[int]) -> None:
    Mention.objects.filter(order__in=moving).update(conversation=made)
    theirs = Delivery.objects.filter(Q(mention__in=moving) | Q(mention=None, answers__in=moving))
    numbers = list(theirs.values_list("pk", flat=True))
    parts = Delivery.objects.filter(mention=None)  # of an answer in several posts: they stay together
    while more := list(
        parts.filter(follows__in=numbers).exclude(pk__in=numbers).values_list("pk", flat=True)
    ):
        numbers += more
    Delivery.objects.filter(pk__in=numbers).update(conversation=made)
    Attachment.objects.filter(delivery__in=numbers).update(conversation=made)


def _tell_left(
    conversation: Conversation,
    made: Conversation,
    agent: Agent,
    chosen: Collection[Mention],
    promise: Delivery | None,
) -> None:
    moving = {mention.order: mention.clock_at for mention in chosen}
    since = None if promise is None or promise.settled_at is None else to_ms(promise.settled_at)
    left = told(_case_without(conversation, moving, since))
    now = timezone.now()
    for number, order in enumerate(moving, 1):
        facts = left if number == len(moving) else {}
        tell("split_off", now, conversation, agent, mention=order, into=made.pk, **facts)


def _case_without(conversation: Conversation, moving: Mapping[int, Any], promised_ms: int | None) -> Case:
    """Return what a case would be without some of its posts, and without what one of them promised."""
    clocks = {to_ms(at) for at in moving.values()} | (set() if promised_ms is None else {promised_ms})
    events = projection.read_happened([conversation.pk])[conversation.pk]
    return case_after(
        event._replace(facts=_facts_without(event, moving, clocks))
        for event in events
        if (event.kind not in SAID or event.order not in moving)
        and (event.kind != "promised" or event.at_ms != promised_ms)
    )


def _facts_without(event: Happened, moving: Collection[int], clocks: Collection[int]) -> dict[str, Any]:
    """Return the facts of an event without the turns that go, and without the waits that they began."""
    gone = {
        name.rpartition(":")[0]
        for name, value in event.facts.items()
        if name.endswith(":started_ms") and value in clocks
    }
    turns = {f"{kind}:{order}" for kind in ("turn", "due") for order in moving}
    return {
        name: value
        for name, value in event.facts.items()
        if name not in turns and name.rpartition(":")[0] not in gone
    }
