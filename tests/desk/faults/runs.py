"""One run for each cell of the table: what a fault does to hearing and to answering, in few words.

The words come from what happened. What must hold whatever happens is asserted here: nothing lost, nothing
twice, nothing that looks sent and is not, and a person who can read why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.utils import timezone

from resonanz.desk import care, channels, listen, wording
from resonanz.desk.models import Channel, Conversation, Delivery, Event, Mention, Notice, Outcome
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.worker import Worker
from resonanz.simulator.trouble import BETWEEN, FLOWING, LISTS
from tests.desk.faults.ground import LASTING

if TYPE_CHECKING:
    from tests.desk.faults.ground import Ground

POLL = timedelta(seconds=20)
FAULT_LASTS = timedelta(seconds=60)
PATIENCE = timedelta(minutes=80)  # longer than the hourly second reading
SILENT_MOST = timedelta(minutes=2)  # what takes longer has to be said
TRIES = 3
REAL_S = 15.0  # what a stream takes at most to tell of something, on a busy machine
TEXT = "Das sehen wir uns gleich an."


def duration(seconds: timedelta) -> str:
    """Return a duration as people say it."""
    whole = round(seconds.total_seconds())
    return f"{whole} s" if whole < 120 else f"{round(whole / 60)} min"


# In ----------------------------------------------------------------------------------------------


def hear(ground: Ground, column: str, kind: str) -> str:
    """Let customers write before, during and after a fault; return what became of it."""
    ground.begin()
    ground.say("vorher")
    ground.go_on(POLL)
    assert ground.unheard() == []
    ground.throw(ground.side.endpoints[column], kind)
    ground.say("mittendrin")
    for case in Conversation.objects.all():
        listen.recheck_soon(case)  # as where somebody begins to answer: then posts are looked at again
    ground.go_on(FAULT_LASTS)
    late = ground.unheard()
    ground.lift()
    ground.say("danach")
    waited = ground.go_on(PATIENCE, until=lambda: not [one for one in ground.unheard() if one in late])
    if asked := ground.reconnect_if_asked():
        waited = ground.go_on(PATIENCE, until=ground.is_well)
    assert not [one for one in ground.unheard() if one in late]
    ground.go_on(PATIENCE, until=ground.is_well)
    _expect_all_heard_once(ground)
    assert not late or ground.said or waited <= SILENT_MOST, "nobody was told of it"
    if asked:
        return _with_codes(ground, "asks to connect again, then all is heard")
    if not late:
        return _with_codes(ground, "heard all the same")
    return _with_codes(ground, f"heard {duration(waited)} after it was over")


def _expect_all_heard_once(ground: Ground) -> None:
    assert ground.channel.state == ChannelState.OK
    assert ground.channel.error_code == ""
    standing, stored = ground.standing(), ground.stored()
    assert {words: len(found) for words, found in stored.items() if words in standing} == dict.fromkeys(
        standing, 1
    )
    assert [one.text for found in stored.values() for one in found if one.conversation_id is None] == []
    heard = Mention.objects.filter(incoming=True)
    assert heard.values("uri").distinct().count() == heard.count() <= len(ground.posts)


def _with_codes(ground: Ground, words: str) -> str:
    codes = ", ".join(f"`{code}`" for code in sorted({key.partition(" ")[2] for key in ground.said}))
    return f"{words} ({codes})" if codes else words


# Out ---------------------------------------------------------------------------------------------


def tell(ground: Ground, column: str, kind: str) -> str:
    """Answer a customer while something goes wrong; return what became of it."""
    ground.begin()
    ground.say("vorher")
    ground.go_on(POLL)
    words = "Vertraulich vorher?" if column == "message" else "Frage vorher?"
    case = Conversation.objects.get(mentions=ground.stored()[words][0])
    _throw_at_sending(ground, column, kind)
    care.reply(case, ground.desk.anna, care.Reply(text=TEXT))
    waited = ground.go_on(FAULT_LASTS, until=ground.settled)
    ground.lift()
    if not ground.sent():
        waited += ground.go_on(timedelta(minutes=30), until=ground.settled)
    _expect_honest(ground)
    if asked := ground.reconnect_if_asked():
        ground.go_on(timedelta(minutes=30), until=ground.settled)
        _expect_honest(ground)
    told = _told(ground, waited, asked=asked)
    if not ground.sent():
        told += _sent_by_a_person(ground)
    ground.go_on(timedelta(minutes=1))
    _expect_honest(ground)
    return told


def _throw_at_sending(ground: Ground, column: str, kind: str) -> None:
    """Throw it at the sending; what happens to lists at the one in which a lost answer is looked for."""
    sending, looks = ground.side.endpoints[column], ground.side.looks[column]
    if kind in LISTS:
        ground.throw(sending, "cut_after", count=1)
        ground.throw(looks, kind, count=1)
    else:
        ground.throw(sending, kind)


def _expect_honest(ground: Ground) -> None:
    """Nothing twice, and the desk says "sent" of what is there, and of nothing else."""
    there = ground.times_said(TEXT)
    delivery = Delivery.objects.select_related("channel").latest("pk")
    assert there <= 1
    assert (delivery.state == Outcome.SENT) == bool(there), (delivery.state, delivery.error_code, there)
    if not there:
        assert delivery.error_code
        assert wording.outgo(delivery).advice
        if delivery.due_at is None:
            assert Notice.objects.filter(agent=ground.desk.anna).exists()


def _told(ground: Ground, waited: timedelta, *, asked: bool) -> str:
    delivery = Delivery.objects.latest("pk")
    if not ground.sent():
        state = wording.outgo(delivery).word
        return _with_codes(ground, state)
    if asked:
        return _with_codes(ground, "held back, asks to connect again, then sent")
    unclear = Event.objects.filter(kind="unclear", delivery=delivery.pk).exists()
    if unclear and Event.objects.filter(kind="armed", delivery=delivery.pk).count() > 1:
        return _with_codes(ground, f"not found, sent again by itself after {duration(waited)}")
    if unclear:
        return _with_codes(ground, f"sent, found there {duration(waited)} later")
    if waited:
        return _with_codes(ground, f"sent {duration(waited)} later")
    return _with_codes(ground, "sent at once")


def _sent_by_a_person(ground: Ground) -> str:
    """Send it again, as its writer would where the post that it answers is still there."""
    delivery = Delivery.objects.latest("pk")
    assert delivery.answers is not None
    if not any(words in delivery.answers.text for words in ground.standing()):
        return ", there is nothing left to answer"
    began = timezone.now()
    care.repeat(delivery, ground.desk.anna)
    ground.go_on(timedelta(minutes=30), until=ground.settled)
    assert ground.sent()
    assert timezone.now() == began
    return ", goes out when its writer sends it again"


# The stream --------------------------------------------------------------------------------------


class Following:
    """A worker that follows the account's stream in a thread, as long as the run lasts."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._worker = Worker(threading.Event())
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._worker.stop.set()
        self._ground.running.stop()
        self._thread.join(REAL_S)

    def _follow(self) -> None:
        while not self._worker.stop.is_set():
            for channel in channels.listening():
                self._worker._stream(channel)
            self._worker.stop.wait(0.05)

    def opened(self) -> int:
        """Return how often the stream was asked for."""
        name = self._ground.side.endpoints["stream"]
        return sum(call["endpoint"] == name for call in self._ground.hand.calls())

    def until(self, so: Callable[[], bool]) -> bool:
        """Wait, in real time, until something is so; whether it came to that."""
        end = time.monotonic() + REAL_S
        while not so():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def nudged(self) -> bool:
        """Whether the stream has said that there is something to read."""
        due = self._ground.channel.next_poll_at
        return due is None or due <= timezone.now()


def follow(ground: Ground, kind: str) -> str:
    """Let a stream go wrong; return whether it had to be opened again. Polling hears what it does not."""
    ground.begin()
    if ground.side.name == "x":  # the stream is opened here far more often than a desk would in that time
        ground.hand.order("settings", rate_limits=False)
    endpoint = ground.side.endpoints["stream"]
    if kind not in FLOWING:
        ground.throw(endpoint, kind, count=2)
    with Following(ground) as following:
        tries = {"slow": 1, "revoked": 2}.get(kind, 1 if kind in FLOWING else 3)
        assert following.until(lambda: following.opened() >= tries or bool(ground.channel.notices))
        if kind in FLOWING:
            assert following.until(following.nudged)
            ground.work()
            ground.throw(endpoint, kind, count=1 if kind in BETWEEN else LASTING)
        ground.say("mittendrin")
        ground.go_on(POLL)
        if asked := ground.reconnect_if_asked():
            ground.go_on(POLL)
        assert ground.unheard() == []
        ground.lift()
        stands = _tells_again(ground, following)
        if not stands and "account live" in ground.said:
            asked = True
            ground.connect()
            stands = _tells_again(ground, following)
        words = "opened again" if asked or following.opened() > 1 else "stays open"
        _expect_all_heard_once(ground)
    assert stands
    return _with_codes(ground, f"asks to connect again, then {words}" if asked else words)


def _tells_again(ground: Ground, following: Following) -> bool:
    """Whether a post is heard because the stream told of it: no poll is due for hours."""
    for _ in range(TRIES):
        ground.work()
        Channel.objects.update(next_poll_at=timezone.now() + timedelta(hours=3))
        ground.say(f"danach, als Nummer {len(ground.posts)}")
        told = following.until(following.nudged)
        ground.go_on(POLL if not told else timedelta())
        if told and not ground.unheard():
            return True
        Channel.objects.update(next_poll_at=timezone.now())
        ground.work()
        if "account live" in ground.said and not told:
            return False
    return False
