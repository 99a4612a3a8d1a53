"""From the desk to the networks: each delivery makes one attempt, and what became of it is looked up.

    planned ──arm──▶ armed ──┬──▶ sent       the network showed us the post
       ▲  ▲                  ├──▶ refused    it said no, with its reason
       │  └── surely nothing ┤               (429, connection refused: planned again, later)
       │      happened       └──▶ unknown    time-out, cut, 5xx, or we died: read the own timeline back
       ├ a person repeats, as a new delivery         └──▶ sent, or "not found there" and a person decides
       └ the desk repeats under the same key, where the network keeps keys for ever

Arming is durable before the call is made: after a crash an armed delivery is unknown, never sent
again by itself. Only a reaction is: a repeat changes nothing there, and none stands in the own timeline.
No network call stands inside a transaction.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from resonanz.desk import media_files
from resonanz.desk.bells import notify
from resonanz.desk.crashpoints import crash_point
from resonanz.desk.events import happen
from resonanz.desk.health import failed, open_network
from resonanz.desk.intake import Arrival, store
from resonanz.desk.leases import me
from resonanz.desk.models import (
    Author,
    Conversation,
    Delivery,
    Matter,
    Mention,
    NoticeKind,
    Outcome,
    Sighting,
)
from resonanz.desk.models.care import State
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.money import on_account_of
from resonanz.desk.storage import durable, to_ms
from resonanz.networks import (
    NETWORKS,
    Boost,
    DeletePost,
    Favourite,
    Gone,
    LoginNeeded,
    NetworkError,
    Refused,
    Temporary,
    Unboost,
    Unclear,
    Unfavourite,
)
from resonanz.post import Audience, Draft
from resonanz.post import Delivery as Outgoing
from resonanz.post import Sighting as Seen

log = logging.getLogger("resonanz.outbox")
LEASE = timedelta(minutes=2)  # longer than a send's time-outs together
LOOK_AFTER_S = (2, 10, 30, 120)  # when an unknown delivery is looked for on the network
DELETE = "delete"
REACTIONS: dict[str, type[Favourite | Unfavourite | Boost | Unboost | DeletePost]] = {
    DELETE: DeletePost,
    "favourite": Favourite,
    "unfavourite": Unfavourite,
    "boost": Boost,
    "unboost": Unboost,
}
REPEATS_MOST = 3  # by the desk itself, of what is not found
POSTPONE_S = (5, 15, 60, 300)  # when a provably unaccepted one is tried again


def deliver_next() -> bool:
    """Send one due delivery; True if there was one."""
    now = timezone.now()
    delivery = _arm(now)
    if delivery is None:
        return False
    crash_point("outbox.armed")
    try:
        if delivery.reaction != DELETE:
            _expect_answerable(delivery)
        if delivery.reaction:
            _react(delivery)
            return True
        with on_account_of(delivery.conversation_id):
            seen = open_network(delivery.channel).send(outgoing(delivery))
    except NetworkError as error:
        crash_point("outbox.called")
        _settle_error(delivery, error)
        return True
    except Exception as error:
        log.exception("delivery %s: its connector failed", delivery.pk)
        _settle_error(delivery, Unclear("bad_answer", reason=str(error)))
        return True
    crash_point("outbox.called")
    settle_sent(delivery, seen)
    crash_point("outbox.committed")
    return True


def _arm(now: datetime) -> Delivery | None:
    """Claim the delivery that is due longest and make that durable before anybody calls a network."""
    due = Delivery.objects.filter(
        state=Outcome.PLANNED, due_at__lte=now, channel__state=ChannelState.OK
    ).order_by("due_at")
    number = due.values_list("pk", flat=True).first()
    if number is None:
        return None
    with durable():
        taken = Delivery.objects.filter(pk=number, state=Outcome.PLANNED).update(
            state=Outcome.ARMED, armed_at=now, lease_until=now + LEASE, lease_by=me(), due_at=now + LEASE
        )
        if not taken:
            return None
        delivery = Delivery.objects.select_related(
            "channel", "answers__author", "conversation__customer"
        ).get(pk=number)
        heard = _newest_sighting(delivery)
        delivery.answers_id_there = "" if heard is None else heard.native_id
        Delivery.objects.filter(pk=number).update(answers_id_there=delivery.answers_id_there)
        happen("armed", now, conversation=delivery.conversation_id, delivery=number)
    return delivery


def _expect_answerable(delivery: Delivery) -> None:
    """Raise Gone if the post that it answers went away: an answer never goes out as a post of its own."""
    if delivery.conversation_id is None:
        return
    there = delivery.answers is not None and delivery.answers.deleted_at is None
    heard = Sighting.objects.filter(channel=delivery.channel, mention=delivery.answers)
    if not there or not heard.exists():
        raise Gone("gone")


def outgoing(delivery: Delivery) -> Outgoing:
    """Return a delivery as the network's door takes it; always the same for the same delivery."""
    answers: str | None = None
    named: tuple[str, ...] = ()
    if delivery.answers is not None:
        answers = delivery.answers_id_there or None
        if answers is None and (heard := _newest_sighting(delivery)) is not None:
            answers = heard.native_id
        named = (_addressed(delivery).handle,)
    draft = Draft(
        text=delivery.text,
        audience=Audience(delivery.audience),
        language=delivery.language or None,
        media=tuple(media_files.outgoing(one) for one in delivery.attachments.order_by("number", "pk")),
        paid=delivery.paid,
        by_machine=delivery.by_machine,
    )
    return Outgoing(
        key=delivery.send_key,
        draft=draft,
        created_at=delivery.planned_at,
        answers=answers,
        named=named,
    )


def _newest_sighting(delivery: Delivery) -> Sighting | None:
    """Return the ids of what it answers, the newest where an edit brought new ones."""
    heard = Sighting.objects.filter(channel=delivery.channel, mention=delivery.answers)
    return heard.order_by("-pk").first()


def _addressed(delivery: Delivery) -> Author:
    """Return to whom it speaks: the author of what it answers, a further part to whom the first one did."""
    first = delivery
    while first.follows is not None:
        first = first.follows
    answered = first.answers or delivery.answers
    assert answered is not None
    return answered.author


def _react(delivery: Delivery) -> None:
    """Favour or boost the post that it answers, take that back, or delete it; a repeat is harmless there."""
    with on_account_of(delivery.conversation_id):
        open_network(delivery.channel).act(REACTIONS[delivery.reaction](delivery.answers_id_there))
    crash_point("outbox.called")
    now = timezone.now()
    with transaction.atomic():
        taken = Delivery.objects.filter(pk=delivery.pk, state=Outcome.ARMED)
        if taken.update(state=Outcome.SENT, settled_at=now, due_at=None, error_code="", error_reason=""):
            _find_case(delivery)
            happen("sent", now, conversation=delivery.conversation_id, delivery=delivery.pk)
            if delivery.reaction == DELETE:  # its words go as soon as the network shows that it is gone
                Conversation.objects.filter(deliveries=delivery).update(recheck_at=now)
            elif _answers_praise(delivery):
                facts = {"conversation": delivery.conversation_id, "mention": delivery.answers_id}
                happen("reacted", now, actor=delivery.agent_id, delivery=delivery.pk, at=to_ms(now), **facts)
            if delivery.then_resolve:
                _resolve(delivery, now)
        crash_point("outbox.settled")
    crash_point("outbox.committed")


def _answers_praise(delivery: Delivery) -> bool:
    """Whether a reaction is all that is expected: thanks for praise. Who asks something still waits."""
    if delivery.reaction.startswith("un"):
        return False
    return delivery.conversation is not None and delivery.conversation.matter == Matter.PRAISE


def _find_case(delivery: Delivery) -> None:
    """Look again whose delivery it is: its case may have been joined or parted during the call."""
    delivery.refresh_from_db(fields=["conversation"])


def settle_sent(delivery: Delivery, seen: Seen) -> None:
    """The network showed the post: store it as said, and stop the clock."""
    now = timezone.now()
    with transaction.atomic():
        taken = Delivery.objects.filter(pk=delivery.pk, state__in=[Outcome.ARMED, Outcome.UNKNOWN])
        kinds = {seen.post.uri: delivery.kind}  # whatever else of ours is on its way to the same post
        stored = store(delivery.channel, [seen], Arrival(heard_at=now, backfill=True, kinds=kinds))
        order = stored.orders[seen.post.uri]
        if not taken.update(
            state=Outcome.SENT, settled_at=now, due_at=None, mention=order, error_code="", error_reason=""
        ):
            return  # another worker found it first
        _find_case(delivery)
        _belong(delivery, order)
        happen("sent", now, conversation=delivery.conversation_id, mention=order, delivery=delivery.pk)
        if delivery.promise_until is not None and delivery.conversation_id is not None:
            until, case = to_ms(delivery.promise_until), delivery.conversation_id
            happen("promised", now, actor=delivery.agent_id, conversation=case, until=until, told=1)
        following = Delivery.objects.filter(follows=delivery, state=Outcome.PLANNED)
        following.update(answers=order, due_at=now)
        if delivery.then_resolve and delivery.conversation is not None:
            _resolve(delivery, now)
        crash_point("outbox.settled")


def _belong(delivery: Delivery, order: int) -> None:
    """Make sure that the post stands in the delivery's conversation, even if the thread is unclear."""
    if delivery.conversation is None:
        return
    said = Mention.objects.filter(pk=order, conversation=None)
    if said.update(conversation=delivery.conversation, kind=delivery.kind):
        facts = {"at": to_ms(Mention.objects.values_list("clock_at", flat=True).get(pk=order))}
        facts |= {"by": delivery.kind, "upto": delivery.answers_id or order}
        happen("spoke", timezone.now(), conversation=delivery.conversation_id, mention=order, **facts)


def _resolve(delivery: Delivery, now: datetime) -> None:
    """Settle the matter with the answer, unless the customer has written again meanwhile."""
    still = Conversation.objects.filter(deliveries=delivery, state=State.OPEN, awaits=None)
    if still.exists():
        happen("resolved", now, actor=delivery.agent_id, conversation=delivery.conversation_id)


def _settle_error(delivery: Delivery, error: NetworkError) -> None:
    """Write down what the error says: try later, never again, or nobody knows."""
    now = timezone.now()
    changed: dict[str, object] = {"error_code": error.code, "error_reason": error.reason[:500]}
    if isinstance(error, Refused | Gone):
        kind, changed = "refused", changed | {"state": Outcome.REFUSED, "settled_at": now, "due_at": None}
    elif error.acted is False or delivery.reaction == DELETE:
        kind, changed = "postponed", changed | _postponed(delivery, error, now)
    elif delivery.reaction:
        again = _postponed(delivery, error, now)
        kind, changed = "postponed", changed | again | {"error_code": "unreachable"}
    else:
        look_at = now + timedelta(seconds=LOOK_AFTER_S[0])
        kind, changed = "unclear", changed | {"state": Outcome.UNKNOWN, "due_at": look_at}
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, state=Outcome.ARMED).update(**changed):
            return  # its lease ran out, and it is looked up by now
        _find_case(delivery)
        happen(kind, now, conversation=delivery.conversation_id, delivery=delivery.pk)
        if error.code == "not_summoned":  # from now on the composer says so before anybody types
            heard = Sighting.objects.filter(channel=delivery.channel, mention=delivery.answers)
            heard.update(gate=error.code)
        if kind == "refused":
            _ring(delivery, NoticeKind.REFUSED)
        crash_point("outbox.settled")
    if isinstance(error, LoginNeeded | Temporary):
        failed(delivery.channel, error, now)
    crash_point("outbox.committed")


def _ring(delivery: Delivery, kind: NoticeKind) -> None:
    """Tell whoever wrote a reply what became of it: they may be at the next conversation by now."""
    fresh = Delivery.objects.select_related("agent", "conversation").get(pk=delivery.pk)
    if fresh.agent is not None and fresh.conversation is not None and not fresh.reaction:
        notify(fresh.agent, kind, fresh.conversation)


def _postponed(delivery: Delivery, error: NetworkError, now: datetime) -> dict[str, object]:
    step = POSTPONE_S[min(delivery.attempts_count, len(POSTPONE_S) - 1)]
    again = max(error.retry_at or now, now + timedelta(seconds=step))
    return {"state": Outcome.PLANNED, "due_at": again, "attempts_count": delivery.attempts_count + 1}


def look_next() -> bool:
    """Look one delivery of unknown outcome up on the network; True if there was one."""
    now = timezone.now()
    _abandoned_next(now)
    due = Delivery.objects.filter(
        state=Outcome.UNKNOWN, due_at__lte=now, channel__state=ChannelState.OK
    ).select_related("channel", "answers__author", "conversation__customer")
    delivery = due.order_by("due_at").first()
    if delivery is None or not _claim_look(delivery, now):
        return False
    try:
        with on_account_of(delivery.conversation_id):
            seen = open_network(delivery.channel).find_sent(outgoing(delivery))
    except NetworkError as error:
        log.warning("delivery %s cannot be looked up: %s", delivery.pk, error)
        return True
    except Exception:
        log.exception("delivery %s cannot be looked up: its connector failed", delivery.pk)
        _not_found(delivery)
        return True
    crash_point("outbox.looked")
    if seen is not None:
        settle_sent(delivery, seen)
    else:
        _not_found(delivery)
    return True


def _abandoned_next(now: datetime) -> None:
    """A delivery whose worker died after arming: nobody knows whether it went out. Reactions are repeated."""
    died = Delivery.objects.filter(state=Outcome.ARMED, lease_until__lte=now).first()
    if died is None:
        return
    with transaction.atomic():
        taken = Delivery.objects.filter(pk=died.pk, state=Outcome.ARMED, lease_until=died.lease_until)
        again = bool(died.reaction)
        changed = (Outcome.PLANNED, "") if again else (Outcome.UNKNOWN, "interrupted")
        if taken.update(state=changed[0], due_at=now, error_code=changed[1]):
            _find_case(died)
            kind = "postponed" if again else "unclear"
            happen(kind, now, conversation=died.conversation_id, delivery=died.pk)


def _claim_look(delivery: Delivery, now: datetime) -> bool:
    """Set the time of the next look; only one worker succeeds in that."""
    step = LOOK_AFTER_S[min(delivery.looks_count + 1, len(LOOK_AFTER_S) - 1)]
    return bool(
        Delivery.objects.filter(pk=delivery.pk, state=Outcome.UNKNOWN, due_at=delivery.due_at).update(
            due_at=now + timedelta(seconds=step)
        )
    )


def _not_found(delivery: Delivery) -> None:
    """Not on the network (yet). After the last look a person decides; `due_at` empty says so.

    Where the key is good for ever the desk repeats it by itself.
    """
    now = timezone.now()
    looks = delivery.looks_count + 1
    changed: dict[str, object] = {"looks_count": looks}
    over = looks >= len(LOOK_AFTER_S)
    again = over and _may_repeat(delivery)
    if again:
        repeats = delivery.attempts_count + 1
        changed = {"looks_count": 0, "state": Outcome.PLANNED, "due_at": now, "attempts_count": repeats}
    elif over:
        changed |= {"due_at": None, "error_code": "not_found_there"}
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, state=Outcome.UNKNOWN).update(**changed):
            return  # another worker found it
        _find_case(delivery)
        happen("looked", now, conversation=delivery.conversation_id, delivery=delivery.pk, found=0)
        if again:
            happen("postponed", now, conversation=delivery.conversation_id, delivery=delivery.pk)
        elif over:
            _ring(delivery, NoticeKind.NOT_FOUND)


def _may_repeat(delivery: Delivery) -> bool:
    """Whether the same again can never be seen twice, and was not tried often already."""
    keyed = NETWORKS[delivery.channel.network].capabilities.key_lasts
    public = Audience(delivery.audience) is Audience.PUBLIC and not delivery.reaction
    return keyed and public and delivery.attempts_count < REPEATS_MOST
