"""For whom was waited, against a count of minutes that knows nothing of the product's rules."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from resonanz.case import Waiting
from resonanz.desk import care, projection
from resonanz.desk.care import enquiries
from resonanz.desk.care.enquiries import Question
from resonanz.desk.models import Channel, Conversation, Department, Enquiry
from resonanz.desk.waiting import Part, as_json, waiting_shares
from tests.cast import ADA, NOON, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
MINUTES = 240
Script = list[tuple[int, str]]  # at which minute what happens


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def departments() -> list[Department]:
    return [Department.objects.create(name=name, email="x@nordlicht.example") for name in ("Lager", "Konto")]


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def play(script: Script, name: str, desk: Desk, known: list[Department]) -> Conversation:
    """Let one conversation happen; the clock stands at each step's minute."""
    asked: dict[str, Enquiry] = {}
    person = replace(ADA, uid=f"{ADA.uid}/{name}", handle=f"{name}@social.example")
    first = None
    case: Conversation | None = None
    for minute, step in script:
        with time_machine.travel(at(minute), tick=False):
            word, _blank, which = step.partition(" ")
            if word in {"customer", "we"}:
                author = person if word == "customer" else US
                post = said(f"{name}-{minute}", "…", author, at=at(minute), to=first)
                first = first or post
                hear(desk.channel, post, at=at(minute))
                case = conversation_of(first)
            assert case is not None
            if word == "ask":
                department = next(d for d in known if d.name == which)
                question = Question(department=department, text=f"{minute}?", due_at=at(minute + 30))
                asked[which] = enquiries.ask(case, desk.anna, question, address="http://localhost")
            elif word == "answer":
                enquiries.answer(asked[which], "Ja", "Y")
            elif word == "withdraw":
                enquiries.withdraw(asked[which], desk.anna)
            elif word == "resolve":
                care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    assert case is not None
    return case


@dataclass
class Looked:
    """Who is waited for, as somebody beside the desk would say it: the last thing that happened decides."""

    now: str = ""
    asked: list[str] = field(default_factory=list)
    hungry: bool = False

    def saw(self, word: str, which: str) -> None:
        if word == "ask":
            self.asked.append(which)
        elif word in {"answer", "withdraw"}:
            self.asked.remove(which)
        if word in {"customer", "we"}:
            self.hungry = word == "customer"
        if word == "withdraw":
            still = self.now != "departments" or self.asked
            self.now = self.now if still else "us" if self.hungry else "customer"
        elif word == "we":
            self.now = "departments" if self.asked else "customer"
        else:
            after = {"customer": "us", "ask": "departments", "answer": "us", "resolve": ""}
            self.now = after.get(word, self.now)


def counted(script: Script, until: int) -> Counter[str]:
    """Count minute by minute who is waited for."""
    minutes: Counter[str] = Counter()
    looked, steps = Looked(), dict(script)
    for minute in range(until):
        word, _blank, which = steps.get(minute, "").partition(" ")
        looked.saw(word, which)
        names = looked.asked if looked.now == "departments" else [looked.now] if looked.now else []
        for name in names:
            minutes[name] += 60 // len(names)
    return minutes


def written(seed: int) -> Script:
    """Invent what happens in one conversation: anything that is possible at each moment."""
    dice = random.Random(seed)
    script: Script = [(dice.randrange(20), "customer")]
    open_ones: list[str] = []
    while (minute := script[-1][0] + dice.randint(1, 30)) < MINUTES:
        possible = ["customer", "we"]
        possible += [f"ask {name}" for name in ("Lager", "Konto") if name not in open_ones]
        possible += [f"{verb} {name}" for name in open_ones for verb in ("answer", "answer", "withdraw")]
        step = dice.choice(possible)
        word, _blank, which = step.partition(" ")
        if word == "ask":
            open_ones.append(which)
        elif word in {"answer", "withdraw"}:
            open_ones.remove(which)
        script.append((minute, step))
    if seed % 3 == 0:
        script.append((script[-1][0] + 1, "resolve"))
    return script


def test_shares_equal_an_independent_count_of_minutes(
    desk: Desk, departments: list[Department], clock: time_machine.Traveller
) -> None:
    scripts = [written(seed) for seed in range(40)]
    for number, script in enumerate(scripts):
        play(script, f"p{number}", desk, departments)
    expected: Counter[str] = sum((counted(script, MINUTES) for script in scripts), Counter())
    found = waiting_shares(at(-60), at(MINUTES))
    assert {"us": found.us.seconds, "customer": found.customer.seconds} | {
        department.name: department.seconds for department in found.departments
    } == pytest.approx(dict(expected))
    assert found.department.seconds == pytest.approx(expected["Lager"] + expected["Konto"])
    assert (found.conversations, found.nobody) == (40, Part(0.0, 0.0))
    parts = (found.us, found.department, found.customer, found.nobody)
    assert sum(part.share or 0 for part in parts) == pytest.approx(1)
    assert projection.differences() == []


def test_a_window_cuts_off_what_lies_outside(
    desk: Desk, departments: list[Department], clock: time_machine.Traveller
) -> None:
    script = [(0, "customer"), (30, "ask Lager"), (90, "answer Lager"), (100, "we")]
    play(script, "ada", desk, departments)
    found = waiting_shares(at(60), at(95))
    assert (found.us.seconds, found.department.seconds, found.customer.seconds) == (300, 1800, 0)
    before = waiting_shares(at(-60), at(-1))
    assert (before.conversations, before.us, before.departments) == (0, Part(0.0, None), ())


def test_departments_show_what_they_were_asked_and_how_they_answered(
    desk: Desk, departments: list[Department], clock: time_machine.Traveller
) -> None:
    script = [(0, "customer"), (10, "ask Lager"), (50, "answer Lager"), (60, "ask Lager")]
    play([*script, (70, "answer Lager"), (80, "ask Konto")], "ada", desk, departments)
    other = [(0, "customer"), (1, "ask Lager"), (2, "withdraw Lager")]
    play(other, "otto", desk, departments)
    found = waiting_shares(at(-1), at(115))
    assert [(d.name, d.seconds, d.enquiries, d.answered, d.late, d.median_s) for d in found.departments] == [
        ("Lager", 3060.0, 2, 2, 1, 1500.0),
        ("Konto", 2100.0, 1, 0, 1, None),
    ]
    assert waiting_shares(at(-1), at(115), channels=[desk.channel.pk]) == found
    assert waiting_shares(at(-1), at(115), channels=[]).departments == ()


def test_who_only_says_that_a_department_is_waited_for_names_none(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    case = play([(0, "customer")], "ada", desk, [])
    with time_machine.travel(at(10), tick=False):
        care.wait_for(case, desk.anna, Waiting.DEPARTMENT)
    found = waiting_shares(at(-1), at(20))
    assert [(d.name, d.seconds) for d in found.departments] == [("", 600.0)]


def test_what_is_heard_late_counts_from_the_networks_time_and_archives_not_at_all(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    hear(desk.channel, said("1", "Hallo?", at=at(0)), at=at(10))
    assert waiting_shares(at(-1), at(20)).us.seconds == 1200
    Channel.objects.update(network="archive")
    assert waiting_shares(at(-1), at(20)).conversations == 0


def test_it_goes_out_as_plain_values(
    desk: Desk, departments: list[Department], clock: time_machine.Traveller
) -> None:
    play([(0, "customer"), (10, "ask Lager")], "ada", desk, departments)
    found = as_json(waiting_shares(at(0), at(20)))
    assert found == {
        "conversations": 1,
        "us": {"seconds": 600.0, "share": 0.5},
        "department": {"seconds": 600.0, "share": 0.5},
        "customer": {"seconds": 0.0, "share": 0.0},
        "nobody": {"seconds": 0.0, "share": 0.0},
        "departments": (
            {
                "name": "Lager",
                "seconds": 600.0,
                "share": 0.5,
                "enquiries": 1,
                "answered": 0,
                "late": 0,
                "median_s": None,
            },
        ),
    }
    assert timezone.now() == NOON
