"""One hour, 500 who ask the same and 40 who ask something else, eight agents: everybody is told, once.

The time is simulated, the network is the fake one and counts what it received. The agents are as hasty as
can be: they confirm every proposal unread, and so show what proposals are worth. What is not proposed they
read in the queue, in its order; they link it by hand where it is about the incident and answer it else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import pytest
import time_machine
from django.db.models import Min
from django.utils import timezone

from resonanz.desk import care, outbox, projection
from resonanz.desk.care import incident_answers, incident_lists, incident_proposals, incidents
from resonanz.desk.care.incident_lists import Need
from resonanz.desk.models import Agent, Conversation, Delivery, Incident, LinkState, Outcome, Role, Team
from resonanz.phrases import similarity
from resonanz.post import Author, Sighting
from resonanz.simulator.wave import Asked, wave
from tests.cast import NOON, Desk, hear, said
from tests.fake import CAPABILITIES, World

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = (
    "{Hallo|Hi|Guten Tag} {name}, {die Anmeldung in der App ist gerade gestört|unsere App lässt im Moment "
    "niemanden hinein|App und Kundenkonto haben eine Störung}. {Das liegt an uns, "
    "{du:du musst|sie:Sie müssen} nichts tun|{du:Dein Gerät ist|sie:Ihr Gerät ist} in Ordnung|Am Passwort "
    "liegt es nicht}. {Unsere Technik arbeitet daran|Wir suchen den Fehler|Die Kollegen sind dran}, "
    "{Neues gibt es bis|wir melden uns spätestens|mehr wissen wir} {due}."
)
TEXT_EN = (
    "{Hello|Hi} {name}, {the login to our app is down|our app lets nobody in right now|app and customer area "
    "have an outage}. {It is on our side, nothing to do for you|Your phone is fine|Your password is right}. "
    "{Our engineers are on it|We are looking for the cause|We are working on it}, "
    "{you hear from us by|more news by|we write again by} {due}."
)
SOLVED = (
    "{Hallo|Hi|Guten Tag} {name}, {die Anmeldung geht wieder|unsere App läuft wieder|App und Kundenkonto "
    "sind zurück}. {Danke für die Geduld|{du:Entschuldige|sie:Entschuldigen Sie} die Umstände|Das hat "
    "zu lange gedauert}! "
    "{Sollte es noch haken|Falls etwas klemmt|Wenn doch noch ein Fehler kommt}, "
    "{du:schreib|sie:schreiben Sie} uns {einfach|bitte|gern} {wieder|noch einmal|hier}."
)
SOLVED_EN = (
    "{Hello|Hi} {name}, {the login works again|our app is up again|app and customer area are back}. "
    "{Thank you for your patience|Sorry for the wait|That took too long}! {If anything is still wrong|Should "
    "it fail again|In case of trouble}, {just write|please tell us|let us know} {again|here|any time}."
)


class Clock(Protocol):
    """The simulated time."""

    def move_to(self, destination: datetime, tick: bool | None = None) -> None: ...


@dataclass
class Hour:
    """The desk in that hour, and who asked what."""

    desk: Desk
    network: World
    agents: list[Agent]
    asked: dict[str, Asked] = field(default_factory=dict)
    incident: Incident | None = None

    def about(self, conversation: Conversation) -> bool:
        """What a person who reads it knows: whether it is about the incident."""
        return self.asked[conversation.customer.uid].equal

    def arrive(self, number: int, one: Asked, at: datetime) -> None:
        author = Author(network="mastodon", uid=one.handle, handle=one.handle, name=one.name)
        post: Sighting = said(f"q{number}", f"@nordlicht {one.text}", author, at=at)
        language = "en" if one.voice == "en" else "de"
        post = replace(post, post=replace(post.post, language=language))
        hear(self.desk.channel, post, at=at)
        self.network.posts[f"q{number}"] = post
        self.asked[author.uid] = one

    def work(self) -> None:
        """Two minutes: the worker proposes and sends, each agent does one thing while there is any."""
        while incident_proposals.propose_next():
            pass
        for agent in self.agents:
            if not self.one_thing(agent):
                break
        deliver_due()

    def one_thing(self, agent: Agent) -> bool:
        incident = self.incident
        if incident is not None:
            proposed = list(incident_lists.proposals(incident, agent)[: incident_lists.BATCH])
            if proposed:
                incidents.decide(incident, agent, proposed)
                return True
            if self.confirm(agent, "answer"):
                return True
        for number in range(4):
            talk = care.take_next(agent)
            if talk is None:
                return number > 0
            self.answer(talk, agent)
        return True

    def answer(self, talk: Conversation, agent: Agent) -> None:
        if self.incident is not None and self.about(talk):
            incidents.link(talk, agent, self.incident)
        elif not self.about(talk):
            care.reply(talk, agent, care.Reply(text="Das sehe ich mir gleich an.", despite=()))

    def confirm(self, agent: Agent, need: Need) -> int:
        """Confirm one page of texts, until none of them is refused."""
        assert self.incident is not None
        if incident_lists.in_need(self.incident, agent, need).count() == 0:
            return 0
        incident_answers.claim(self.incident, agent, need)
        prepared = incident_answers.prepare(self.incident, agent, need)
        chosen = [incident_answers.Confirmed(link=one.link.pk, text=one.text) for one in prepared]
        sent = incident_answers.send(
            self.incident,
            agent,
            need,
            chosen,
            version=self.incident.version,
            then_resolve=need == "follow_up",
        )
        assert [error.code for error in sent.refused.values() if error.code != "too_alike"] == []
        return len(sent.deliveries)


@pytest.fixture
def hour(desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch) -> Hour:
    limited = replace(CAPABILITIES, posts_count=300, posts_window_s=3 * 3600)
    monkeypatch.setattr("tests.fake.CAPABILITIES", limited)
    agents = [desk.anna, desk.ben]
    agents += [
        Agent.objects.create_user(name, role=Role.AGENT, first_name=name.title(), initials=name[:2])
        for name in ("carla", "dirk", "emma", "falk", "gesa", "heike")
    ]
    Team.objects.get().agents.add(*agents)
    return Hour(desk, fake, agents)


def test_five_hundred_equal_and_forty_unlike_questions(hour: Hour) -> None:
    asked = wave(1)
    with time_machine.travel(NOON, tick=False) as clock:
        come = 0
        for minute in range(0, 62, 2):
            now = NOON + timedelta(minutes=minute)
            clock.move_to(now)
            while come < len(asked) and asked[come].after_s <= minute * 60:
                hour.arrive(come, asked[come], now)
                come += 1
            if minute == 4:
                first = [talk for talk in Conversation.objects.all() if hour.about(talk)][:5]
                words = tuple(map(tuple, incident_proposals.suggested_words(first)))
                hour.incident = incidents.open_incident(
                    hour.desk.brand,
                    hour.desk.clara,
                    incidents.Wanted(
                        title="Anmeldung gestört",
                        text=TEXT,
                        text_en=TEXT_EN,
                        words=words,
                        next_update_at=NOON + timedelta(hours=20),
                    ),
                    first,
                )
            hour.work()
        assert come == len(asked)
        while still_waiting():
            flush(clock)
            hour.work()
        incident = hour.incident
        assert incident is not None
        linked = set(
            incident.links.filter(state=LinkState.LINKED).values_list(
                "conversation__customer__uid", flat=True
            )
        )
        equal = {uid for uid, one in hour.asked.items() if one.equal}
        assert (len(equal), len(linked - equal), len(equal - linked)) == (500, 0, 0)
        assert answers(hour) == dict.fromkeys(hour.asked, 1)
        incidents.solve(incident, hour.desk.clara, SOLVED, SOLVED_EN)
        while sum(hour.confirm(agent, "follow_up") for agent in hour.agents):
            deliver_due()
            clock.shift(timedelta(minutes=1))
        flush(clock)
        assert answers(hour) == {uid: 2 if one.equal else 1 for uid, one in hour.asked.items()}
        assert set(Conversation.objects.filter(customer__uid__in=equal).values_list("state", flat=True)) == {
            1
        }
    obeys_the_network(hour)
    assert projection.differences() == []


def flush(clock: Clock) -> None:
    """Let time pass until everything that is planned has left."""
    while (
        due := Delivery.objects.filter(state=Outcome.PLANNED).aggregate(Min("due_at"))["due_at__min"]
    ) is not None:
        clock.move_to(max(due, timezone.now()) + timedelta(seconds=30))
        deliver_due()


def deliver_due() -> None:
    while outbox.deliver_next():
        pass


def still_waiting() -> bool:
    return Conversation.objects.filter(state=0, awaits__isnull=False).exists()


def answers(hour: Hour) -> dict[str, int]:
    """How often each customer was answered, as the network counts."""
    asked_by = {name: post.post.author.uid for name, post in hour.network.posts.items()}
    counted = Counter(asked_by[one.answers] for one in hour.network.received if one.answers)
    return dict(counted)


def obeys_the_network(hour: Hour) -> None:
    """No more than 300 posts in any three hours, and no text nearly like the ten before it."""
    armed = Delivery.objects.values_list("armed_at", flat=True)
    times = sorted(at for at in armed if at is not None)
    window = timedelta(hours=3)
    assert max(sum(start <= at < start + window for at in times) for start in times[::20]) <= 300
    said = list(
        Delivery.objects.filter(incident__isnull=False).order_by("pk").values_list("planned_at", "text")
    )
    alike = [
        (text, other)
        for number, (at, text) in enumerate(said)
        for before, other in said[max(0, number - 10) : number]
        if at - before < timedelta(hours=1) and similarity(text, other) >= 0.8
    ]
    assert alike == []
