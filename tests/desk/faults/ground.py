"""The ground of one run: a desk with one account, the simulated network, and one clock for both.

Time stands still unless the desk has nothing to do; then it goes to what is due next, so an hour takes a
second. The desk's work is what its worker does with networks, unit by unit; nobody helps it but where a run
says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import time_machine
from django.db.models import Min
from django.utils import timezone, translation

from resonanz.desk import channels, listen, outbox, wording
from resonanz.desk.care.gates import confirm_next
from resonanz.desk.models import (
    Channel,
    Conversation,
    Delivery,
    Gap,
    Mention,
    Outcome,
    Quarantined,
    SeenPost,
)
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.web.channel_words import health_of, notices_of
from resonanz.simulator.people import COMPANY
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from tests.cast import Desk
    from tests.desk.faults.sides import Side
    from tests.simulator.running import RunningSimulator, Steered

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # a Wednesday morning, the desk is open
PATIENCE_S = 1.0  # how long a connector waits for an answer; the others go on at once
ROUNDS = 400
# What the worker does with networks, in its order.
UNITS: Sequence[Callable[[], bool]] = (
    outbox.deliver_next,
    outbox.look_next,
    confirm_next,
    listen.listen_next,
    listen.recheck_next,
    listen.read_again_next,
    listen.missed_next,
    channels.check_next,
)
LASTING = 1000  # more calls than there are until the fault is over


@dataclass
class Ground:
    """One run."""

    desk: Desk
    running: RunningSimulator
    side: Side
    clock: time_machine.Traveller
    said: dict[str, str] = field(
        default_factory=dict
    )  # what a person could read, by where it stands and its code
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)  # what customers wrote, by their words
    helped: bool = False

    @property
    def hand(self) -> Steered:
        """The network's hand."""
        return self.running.network(self.side.name)

    @property
    def channel(self) -> Channel:
        """The desk's account."""
        return Channel.objects.get()

    # people

    def connect(self) -> None:
        """Connect the account, or connect it again, as a person would."""
        application = channels.Application(
            network=self.side.name, brand=self.desk.brand, credentials=self.side.access(self.running)
        )
        channels.connect(application, self.desk.clara)

    def begin(self) -> None:
        """Connect, read for the first time, and let the company say what others can answer."""
        self.connect()
        self.work()
        self.own = self.hand.say(COMPANY, "Guten Morgen, wir sind da.")
        self.go_on(timedelta(seconds=20))

    def say(self, phase: str) -> None:
        """Let three customers write: a mention, an answer to us, a private message."""
        for handle, kind, more in (
            ("frauke_m", "Frage", {}),
            ("oezlem_k", "Antwort", {"in_reply_to": self.own["id"]}),
            ("gregor_p", "Vertraulich", {"private": True}),
        ):
            words = f"{kind} {phase}?"
            self.posts[words] = self.hand.say(handle, f"@{COMPANY} {words}", **more)

    def reconnect_if_asked(self) -> bool:
        """Connect the account again where the desk asks for it."""
        if self.channel.state != ChannelState.LOGIN:
            return False
        self.helped = True
        self.connect()
        return True

    # time

    def work(self) -> None:
        """Let the worker do whatever is to be done now."""
        for _ in range(ROUNDS):
            did = [unit() for unit in UNITS]
            if not any(did):
                self._listen()
                return
        raise AssertionError("the desk does not come to rest")

    def go_on(self, lasting: timedelta, until: Callable[[], bool] | None = None) -> timedelta:
        """Let the desk go on for some time, or until something is so; return how long that was."""
        began = timezone.now()
        end = began + lasting
        while True:
            self.work()
            if (until is not None and until()) or timezone.now() >= end:
                return timezone.now() - began
            self.clock.move_to(min(end, self._next_due() or end))

    def _next_due(self) -> datetime | None:
        """Return when something is due in the desk."""
        now = timezone.now()
        asked = (
            (Channel, "next_poll_at"),
            (Channel, "next_check_at"),
            (Channel, "next_read_again_at"),
            (Conversation, "recheck_at"),
            (Delivery, "due_at"),
        )
        dues = [
            model._default_manager.filter(**{f"{name}__gt": now}).aggregate(at=Min(name))["at"]
            for model, name in asked
        ]
        return min((due for due in dues if due is not None), default=None)

    # what is seen

    def _listen(self) -> None:
        """Take down what a person could read now."""
        channel, now = self.channel, timezone.now()
        channel.error_reason = ""  # the network's own words stand behind ours, and differ
        if channel.error_code:
            health = health_of(channel, now)
            self.said[f"account {channel.error_code}"] = f"{health.word}: {health.advice}"
        notices = [notice.partition(" (")[0] for notice in notices_of(channel, now)]
        if channel.facts.get("messages", "yes") != "yes":
            self.said[f"account messages_{channel.facts['messages']}"] = notices.pop()
        if notices:
            self.said["account live"] = notices[0]
        if Quarantined.objects.exists():
            self.said["intake put_aside"] = "Reports → Intake → Quarantine shows it whole."
        if SeenPost.objects.exclude(missed_at=None).exists():
            self.said["intake missed"] = "Reports → Intake names it, and leads are told; it is fetched."
        if Gap.objects.exists():
            self.said["intake gap"] = "Reports → Intake says from when to when posts may be missing."
        shown = Delivery.objects.exclude(error_code="").exclude(state=Outcome.CANCELLED)
        for delivery in shown.select_related("channel"):
            delivery.error_reason = ""
            state = wording.outgo(delivery)
            self.said[f"answer {delivery.error_code}"] = f"{state.word}: {state.advice}"

    def standing(self) -> dict[str, str]:
        """Return the texts that stand on the network now, by the words they were written with."""
        there = {post["id"]: post["text"] for post in self.hand.state()["posts"]}
        return {words: there[post["id"]] for words, post in self.posts.items() if post["id"] in there}

    def stored(self) -> dict[str, list[Mention]]:
        """Return what the desk has of what customers wrote."""
        mentions = list(Mention.objects.filter(incoming=True, deleted_at=None))
        return {words: [one for one in mentions if words in one.text] for words in self.posts}

    def unheard(self) -> list[str]:
        """Return what stands there and is not stored."""
        stored = self.stored()
        return [words for words in self.standing() if not stored[words]]

    def is_well(self) -> bool:
        """Whether everything is heard and nothing is wrong."""
        channel = self.channel
        return not self.unheard() and channel.state == ChannelState.OK and not channel.error_code

    def times_said(self, text: str) -> int:
        """Return how often the company's text stands on the network."""
        return sum(text in post["text"] and post["handle"] == COMPANY for post in self.hand.state()["posts"])

    def sent(self) -> bool:
        """Whether the desk says that its last delivery is there."""
        return Delivery.objects.latest("pk").state == Outcome.SENT

    def settled(self) -> bool:
        """Whether the desk will do nothing more about its last delivery by itself."""
        delivery = Delivery.objects.latest("pk")
        waits = delivery.due_at is not None and self.channel.state == ChannelState.OK
        return delivery.state in (Outcome.SENT, Outcome.REFUSED) or not waits

    # trouble

    def throw(self, endpoint: str, kind: str, *, count: int = LASTING) -> None:
        """Let something go wrong from now on."""
        once = kind in ("revoked", "parent_deleted", "post_edited")
        slow = kind.startswith("timeout")
        more: dict[str, Any] = {"delay_s": 0.05} if kind == "slow" else {}
        self.hand.fault(endpoint, kind, count=1 if once else 2 if slow else count, **more)

    def lift(self) -> None:
        """Let it be over."""
        self.hand.forget()


@contextmanager
def ground(desk: Desk, side: Side, **settings: Any) -> Iterator[Ground]:
    """Run a network and put a desk before it that has no other account."""
    Channel.objects.all().delete()
    with (
        time_machine.travel(START, tick=False) as clock,
        translation.override("en"),
        running_simulator(networks=(side.name,), filter_private=False, **settings) as running,
    ):
        yield Ground(desk, running, side, clock)
