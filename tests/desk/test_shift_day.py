"""A whole shift, simulated: 8 agents, 300 customers, a five-hour storm at three times the arrivals.

Everything goes through the desk's own verbs: intake, sorting, taking the next, promising, answering. The test
keeps its own book on paper, with nothing of the product in it, and compares at the end.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine

from resonanz.case import ClockKind, Waiting
from resonanz.desk import care, outbox
from resonanz.desk.care import sorting
from resonanz.desk.commands import run
from resonanz.desk.models import (
    Agent,
    Clock,
    Conversation,
    Delivery,
    Mention,
    Notice,
    Outcome,
    Role,
    SlaPolicy,
    SlaRule,
)
from resonanz.desk.projection import differences
from resonanz.post import Audience, Author, Sighting
from tests.cast import ADA, Desk, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)

OPENS = datetime(2026, 11, 18, 7, 0, tzinfo=UTC)  # eight o'clock in Berlin, a Wednesday
MINUTE = timedelta(minutes=1)
SHIFT_MIN = 12 * 60
STORM = range(3 * 60, 8 * 60)
CUSTOMERS, AGENTS, SAFETY = 300, 8, 3
NORMAL_MIN, URGENT_MIN, SAFETY_MIN = 120, 30, 5
HANDLING_MIN = 12.5  # in the storm more comes in than eight people can answer

ORDINARY = (
    "Wo bleibt mein Paket?",
    "Die Rechnung ist schon wieder falsch.",
    "Euer Laden in der Altstadt ist wirklich schön!",
    "Wann kommt die neue Lampe?",
    "Kann man den Tisch auch in Eiche bekommen?",
    "My order has not arrived yet.",
)
DANGER = (
    "Hilfe, mein Kind ist allein im Aufzug eingesperrt, niemand kommt!",
    "Ich kann nicht mehr, ich will mir das Leben nehmen.",
    "Da bucht gerade jemand mit meinem Konto bei euch ein, das ist Betrug, bitte sofort sperren!",
)


@dataclass
class Asked:
    """One customer's turn, as the paper book knows it."""

    who: Author
    sighting: Sighting
    at: datetime
    target: int  # minutes
    danger: bool
    follows: bool = False
    owner: Agent | None = None  # who answered this customer before, and gets them again
    taken: datetime | None = None
    answered: datetime | None = None

    @property
    def waited_s(self) -> float:
        assert self.answered is not None
        return (self.answered - self.at).total_seconds()

    @property
    def due(self) -> datetime:
        return self.at + self.target * MINUTE


@dataclass
class Colleague:
    """Somebody on shift: what they have in hand, and until when."""

    agent: Agent
    has: Asked | None = None
    until: datetime = OPENS
    aside: list[tuple[Asked, timedelta]] = field(default_factory=list)


@dataclass
class Book:
    """The paper book of the day."""

    asked: list[Asked] = field(default_factory=list)
    promised: list[tuple[int, datetime]] = field(default_factory=list)  # conversation, until
    to_keep: dict[int, datetime] = field(default_factory=dict)
    kept_late: int = 0
    overtaken: list[tuple[Asked, Asked]] = field(default_factory=list)

    def waiting(self) -> Iterator[Asked]:
        return (one for one in self.asked if one.taken is None)

    def waiting_for(self, agent: Agent) -> list[Asked]:
        return [one for one in self.waiting() if one.owner in {None, agent}]


def arrivals(random: Random) -> list[int]:
    """The minute in which each customer comes: three times as many a minute in the storm."""
    weights = [3 if minute in STORM else 1 for minute in range(SHIFT_MIN - 60)]
    return sorted(random.choices(range(SHIFT_MIN - 60), weights, k=CUSTOMERS))


def customer(number: int, random: Random) -> Author:
    followers = random.choice([12, 80, 300, 900, 4_000, 25_000, None])
    return replace(ADA, uid=f"guest{number}", handle=f"guest{number}", name="", followers_count=followers)


def speak(number: int, at: datetime, random: Random, danger: str = "") -> Asked:
    private = not danger and random.random() < 0.25  # private messages have the shorter target here
    text = danger or random.choice(ORDINARY)
    audience = Audience.DIRECT if private else Audience.PUBLIC
    who = customer(number, random)
    sighting = said(f"q{number}", text, who, at=at, audience=audience)
    language = "en" if text.startswith("My") else "de"
    sighting = replace(sighting, post=replace(sighting.post, language=language))
    target = SAFETY_MIN if danger else URGENT_MIN if private else NORMAL_MIN
    return Asked(who, sighting, at, target, danger=bool(danger))


class Shift:
    """The day, minute by minute."""

    def __init__(self, desk: Desk, fake: World, seed: int) -> None:
        self.desk, self.fake, self.random, self.book = desk, fake, Random(seed), Book()
        names = [f"agent{number}" for number in range(AGENTS)]
        agents = [Agent.objects.create_user(n, first_name=n, initials="", role=Role.AGENT) for n in names]
        desk.channel.teams.get().agents.add(*agents)
        Agent.objects.filter(pk__in=[a.pk for a in agents]).update(on_shift_at=OPENS, seen_at=OPENS)
        self.colleagues = [Colleague(agent) for agent in agents]
        lot = self.random.sample(range(CUSTOMERS), SAFETY)
        self.coming = [
            (minute, number, DANGER[lot.index(number)] if number in lot else "")
            for number, minute in enumerate(arrivals(self.random))
        ]

    def run(self) -> Book:
        minute = 0
        while minute < SHIFT_MIN or any(self.book.waiting()) or any(c.has for c in self.colleagues):
            assert minute < 2 * SHIFT_MIN, "somebody is never answered"
            now = OPENS + minute * MINUTE
            with time_machine.travel(now, tick=False):
                self.arrive(minute, now)
                self.work(now)
            minute += 1
        return self.book

    def arrive(self, minute: int, now: datetime) -> None:
        come = [speak(n, now, self.random, danger) for m, n, danger in self.coming if m == minute]
        for asked in come:
            self.hear(asked, now)

    def hear(self, asked: Asked, now: datetime) -> None:
        self.fake.posts[asked.sighting.native_id] = asked.sighting
        hear(self.desk.channel, asked.sighting, at=now)
        while sorting.sort_next():
            pass
        self.book.asked.append(asked)

    def work(self, now: datetime) -> None:
        for colleague in self.colleagues:
            if colleague.has is not None and colleague.until <= now:
                self.finish(colleague, now)
        for colleague in self.colleagues:
            if colleague.has is None:
                self.take(colleague, now)
        self.look_at_the_bell(now)

    def look_at_the_bell(self, now: datetime) -> None:
        """Danger rings everybody's bell: who is least pressed puts the own case aside for it."""
        while any(one.danger for one in self.book.waiting()):
            rung = Notice.objects.filter(kind="safety", seen_at=None)
            urgent = next(one for one in self.book.waiting() if one.danger)
            able = [c for c in self.colleagues if urgent.owner in {None, c.agent}]
            free = [c for c in able if c.has is None or not c.has.danger]
            assert rung.filter(agent__in=[c.agent for c in free]).exists(), "the bell did not ring"
            colleague = max(free, key=lambda c: c.until)
            rung.filter(agent=colleague.agent).update(seen_at=now)
            if colleague.has is not None:
                colleague.aside.append((colleague.has, max(colleague.until - now, MINUTE)))
                colleague.has = None
            self.take(colleague, now)

    def take(self, colleague: Colleague, now: datetime) -> None:
        if not self.book.waiting_for(colleague.agent) and not colleague.aside and now.minute % 20:
            return  # nobody waits; that the desk says so too is asked three times an hour
        talk = care.take_next(colleague.agent)
        before = self.book.waiting_for(colleague.agent)
        if talk is None:
            assert not before, f"{len(before)} wait and nobody is given them"
            return
        asked = self.asked_in(talk)
        if asked.taken is not None:
            self.resume(colleague, asked, now)
            return
        assert talk.assignee_id in {None, colleague.agent.pk}
        self.compare_with_the_paper_queue(asked, before)
        asked.taken = now
        colleague.has = asked
        colleague.until = now + timedelta(minutes=max(1.0, self.random.expovariate(1 / HANDLING_MIN)))
        if not asked.danger and self.random.random() < 0.1:
            self.promise(talk, colleague, now)

    def resume(self, colleague: Colleague, asked: Asked, now: datetime) -> None:
        """Go on with what was put aside: the queue brings it back, to the same colleague."""
        (left,) = [rest for one, rest in colleague.aside if one is asked]
        colleague.aside = [(one, rest) for one, rest in colleague.aside if one is not asked]
        colleague.has, colleague.until = asked, now + left

    def compare_with_the_paper_queue(self, asked: Asked, before: list[Asked]) -> None:
        """Danger first, then earliest due; a later one overtakes only within the targets' difference."""
        first = min(before, key=lambda one: (not one.danger, one.due, one.sighting.native_id != "", one.at))
        assert (not asked.danger, asked.due) == (not first.danger, first.due)
        for other in before:
            if other.at < asked.at:
                self.book.overtaken.append((other, asked))

    def asked_in(self, talk: Conversation) -> Asked:
        assert talk.awaits is not None
        uri = Mention.objects.get(pk=talk.awaits).uri
        return next(one for one in self.book.asked if one.sighting.post.uri == uri)

    def promise(self, talk: Conversation, colleague: Colleague, now: datetime) -> None:
        until = now + timedelta(minutes=self.random.choice([30, 60]))
        care.acknowledge(talk, colleague.agent, until)
        self.deliver()
        self.book.promised.append((talk.pk, until))
        self.book.to_keep[talk.pk] = until

    def finish(self, colleague: Colleague, now: datetime) -> None:
        asked = colleague.has
        assert asked is not None
        talk = Conversation.objects.get(mentions__uri=asked.sighting.post.uri)
        done = self.random.random() < 0.7
        care.reply(talk, colleague.agent, care.Reply(text="So ist es gelöst.", then_resolve=done))
        self.deliver()
        asked.answered, colleague.has = now, None
        if talk.pk in self.book.to_keep:
            self.book.kept_late += now > self.book.to_keep.pop(talk.pk)
        if not asked.follows and self.random.random() < 0.15:
            self.write_again(asked, colleague.agent, now)

    def write_again(self, asked: Asked, owner: Agent, now: datetime) -> None:
        """The same customer has one more question, to our answer, an hour later at most."""
        post = asked.sighting.post
        again = said(f"{asked.sighting.native_id}b", "Und noch etwas", asked.who, at=now, to=asked.sighting)
        again = replace(again, post=replace(again.post, audience=post.audience, language=post.language))
        private = post.audience == Audience.DIRECT
        target = SAFETY_MIN if asked.danger else URGENT_MIN if private else NORMAL_MIN
        self.hear(Asked(asked.who, again, now, target, danger=asked.danger, follows=True, owner=owner), now)

    def deliver(self) -> None:
        while outbox.deliver_next():
            pass
        assert not Delivery.objects.exclude(state=Outcome.SENT).exists()


@pytest.fixture
def day(desk: Desk, fake: World) -> tuple[Shift, Book]:
    SlaPolicy.objects.update(first_response_s=NORMAL_MIN * 60, next_response_s=NORMAL_MIN * 60)
    SlaPolicy.objects.update(in_service_hours=False)
    policy = SlaPolicy.objects.get()
    for minutes, what in ((URGENT_MIN, {"private": True}), (SAFETY_MIN, {"urgency": 2})):
        limits = {"first_response_s": minutes * 60, "next_response_s": minutes * 60}
        SlaRule.objects.create(policy=policy, in_service_hours=False, **limits, **what)
    with time_machine.travel(OPENS - MINUTE, tick=False):
        sorting.sort_next()  # begins to follow from here
    shift = Shift(desk, fake, 7)
    return shift, shift.run()


def test_a_shift_with_a_storm(day: tuple[Shift, Book], capsys: pytest.CaptureFixture[str]) -> None:
    _shift, book = day
    assert len([one for one in book.asked if not one.follows]) == CUSTOMERS
    assert len([one for one in book.asked if one.danger and not one.follows]) == SAFETY

    # Nobody starves, danger is seen at once, and overtaking stays within the targets' difference.
    assert all(one.answered is not None for one in book.asked)
    seen = [(one.taken - one.at).total_seconds() for one in book.asked if one.danger and one.taken]
    assert max(seen) <= 300
    ordinary = [(late, early) for late, early in book.overtaken if not early.danger]
    assert ordinary, "the day has no overtaking: it proves nothing"
    for waited, went_first in ordinary:
        assert went_first.at - waited.at <= (waited.target - went_first.target) * MINUTE

    # No promise is forgotten: each has ended with an answer, late ones are known as broken.
    promises = Clock.objects.filter(kind=ClockKind.PROMISE)
    assert sorted(promises.values_list("conversation_id", "due_at")) == sorted(book.promised)
    assert not promises.filter(stopped_by=None).exists()
    assert sum(c.stopped_at > c.due_at for c in promises if c.stopped_at and c.due_at) == book.kept_late
    assert not Conversation.objects.filter(waiting=Waiting.US).exists()
    assert differences() == []

    # Every figure of the report equals the one on paper.
    run(["report", "responses", "--json"])
    (row,) = json.loads(capsys.readouterr().out)
    waits = sorted(one.waited_s for one in book.asked if not one.follows)
    every = sorted(one.waited_s for one in book.asked)
    assert (row["conversations"], row["answered"]) == (CUSTOMERS, CUSTOMERS)
    assert row["median_s"] == statistics.median(waits)
    assert row["acknowledged"] == len({conversation for conversation, _until in book.promised})
    assert (row["turns"], row["turns_answered"]) == (len(book.asked), len(book.asked))
    assert row["turn_median_s"] == statistics.median(every)
    assert row["reopened"] == Conversation.objects.filter(reopened_count__gt=0).count()

    # Nobody waited longer for having few followers, writing English or asking in private.
    with time_machine.travel(OPENS + timedelta(days=1), tick=False):
        run(["report", "fairness", "--json"])
    told = json.loads(capsys.readouterr().out)
    verdicts = {one["name"]: one["verdict"] for one in told["dimensions"]}
    assert set(verdicts) == {"reach", "network", "language", "kind"}
    assert "unfair" not in verdicts.values()
    assert verdicts["reach"] == "fair"
