"""Fairness on a desk: every wait is counted as it was, an unfair history is flagged and a fair one is not."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from resonanz.desk import care, waits
from resonanz.desk.commands import run
from resonanz.desk.events import happen
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Brand, Channel, Conversation, SlaPolicy
from resonanz.fairness import Wait, reach_band
from resonanz.post import Sighting
from tests.cast import MIA, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
FOLLOWERS = (12, 450, 4_000, 25_000, None)


@dataclass(frozen=True)
class Asked:
    """One customer of the history: when they wrote, and when we answered, if ever."""

    sighting: Sighting
    answered_at: datetime | None


def history(seed: int, *, kept_waiting: bool, begin: datetime = MONDAY) -> list[Asked]:
    """Six days with fifty customers each; where it is unfair, the small ones wait."""
    chance = random.Random(seed)
    found = []
    for number in range(300):
        day, minute = divmod(number, 50)
        at = begin + timedelta(days=day + 2 * (day > 4), minutes=3 * minute)
        followers = chance.choice(FOLLOWERS)
        person = replace(MIA, uid=f"u{number}", handle=f"u{number}@social.example", followers_count=followers)
        post = said(f"q{number}", f"Frage {number}", person, at=at)
        language = chance.choice(["de", "de", "en-GB"])
        post = replace(post, post=replace(post.post, language=language))
        small = kept_waiting and (followers or 0) < 1_000
        minutes = chance.uniform(40, 160) if small else chance.uniform(5, 60)
        answered = None if chance.random() < 0.05 else at + timedelta(minutes=round(minutes))
        found.append(Asked(post, answered))
    return found


def tell(desk: Desk, told: list[Asked]) -> None:
    """Let the desk live through a history, heard when it is over."""
    over = max(one.sighting.post.posted_at for one in told) + timedelta(days=1)
    SlaPolicy.objects.update(periods={str(day): [[0, 1440]] for day in range(7)}, country="")
    hear(desk.channel, *(one.sighting for one in told), at=over)
    answers = [
        said(f"a{one.sighting.native_id}", "Hier!", US, to=one.sighting, at=one.answered_at)
        for one in told
        if one.answered_at is not None
    ]
    with transaction.atomic():
        store(desk.channel, answers, Arrival(heard_at=over, backfill=True))


def by_hand(told: list[Asked]) -> list[Wait]:
    """Every wait of a history, straight from the history."""
    found = []
    for one in told:
        asked = one.sighting.post.posted_at
        ended = one.answered_at or UNTIL
        followers = one.sighting.post.author.followers_count
        groups = {
            "reach": reach_band(followers),
            "network": "mastodon",
            "language": str(one.sighting.post.language)[:2],
            "kind": "unsorted",
        }
        waited = (ended - asked).total_seconds()
        found.append(Wait(waited, one.answered_at is not None, 3600.0, asked.timestamp(), groups))
    return found


def test_every_wait_is_counted_as_it_was_and_a_fair_history_is_fair(desk: Desk) -> None:
    told = history(1, kept_waiting=False)
    tell(desk, told)
    assert list(waits.waits(MONDAY, UNTIL)) == by_hand(told)
    report = waits.fairness(MONDAY, UNTIL)
    assert (report.waits_count, {d.name: d.verdict for d in report.dimensions}) == (
        300,
        {"kind": "too_few", "language": "fair", "network": "too_few", "reach": "fair"},
    )


def test_an_unfair_history_is_flagged_and_only_for_what_it_is(desk: Desk) -> None:
    tell(desk, history(2, kept_waiting=True))
    report = waits.fairness(MONDAY, UNTIL)
    verdicts = {d.name: d.verdict for d in report.dimensions}
    assert (verdicts["reach"], verdicts["language"]) == ("unfair", "fair")
    reach = next(d for d in report.dimensions if d.name == "reach")
    assert reach.trend is not None
    assert reach.trend.direction == "bigger_faster"


def test_the_report_can_be_limited_in_time_and_to_channels(desk: Desk) -> None:
    tell(desk, history(3, kept_waiting=False))
    first = MONDAY + timedelta(minutes=3 * 9)
    assert len(list(waits.waits(MONDAY, first))) == 10
    assert len(list(waits.waits(MONDAY, UNTIL, {desk.channel.pk}))) == 300
    assert list(waits.waits(MONDAY, UNTIL, {desk.channel.pk + 1})) == []
    assert waits.fairness(UNTIL, UNTIL).dimensions == ()


def test_dismissed_and_waiting_ones_count_as_far_as_they_were_seen(desk: Desk) -> None:
    now = timezone.now().replace(microsecond=0)
    for name in ("1", "2"):
        person = replace(MIA, uid=f"u{name}", handle=name)
        hear(desk.channel, said(name, "Hallo", person, at=now - timedelta(minutes=30)), at=now)
    dismissed, _waiting = Conversation.objects.order_by("pk")
    care.resolve(dismissed, desk.anna, care.Dismissal.SPAM)
    later = now + timedelta(hours=1)
    found = sorted(
        (round(one.waited_s / 60), one.answered) for one in waits.waits(now - timedelta(days=1), later)
    )
    assert found == [(30, False), (90, False)]


def test_targets_are_told_apart_across_closing_time(desk: Desk) -> None:
    """One hour of service is one hour, whether it ends before closing time or on the next morning."""
    evening = datetime(2026, 11, 18, 18, 30, tzinfo=UTC)  # half past seven in Berlin; it closes at eight
    for name, at in (("1", evening), ("2", evening - timedelta(hours=3))):
        person = replace(MIA, uid=f"u{name}", handle=name)
        hear(desk.channel, said(name, "Hallo", person, at=at))
    assert {one.target_s for one in waits.waits(evening - timedelta(days=1), UNTIL)} == {3600.0}
    SlaPolicy.objects.all().delete()
    with transaction.atomic():
        case = conversation_of(said("2", ""))
        happen("sorted", evening, conversation=case.pk, matter=3, **{f"due:{case.awaits}": None})
    assert sorted(str(one.target_s) for one in waits.waits(evening - timedelta(days=1), UNTIL)) == [
        "3600.0",
        "None",
    ]


def test_archives_are_not_compared(desk: Desk) -> None:
    archive = Channel.objects.create(
        network="archive", brand=Brand.objects.get(), uid="a", handle="a", connected_at=MONDAY
    )
    hear(desk.channel, said("1", "Hallo", at=MONDAY))
    Conversation.objects.update(channel=archive)
    assert list(waits.waits(MONDAY - timedelta(days=1), UNTIL)) == []


def test_the_command_prints_verdicts(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now().replace(microsecond=0)
    hear(desk.channel, said("1", "Hallo", at=now - timedelta(minutes=30)), at=now)
    assert run(["report", "fairness", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["waits"], told["fair"]) == (1, True)
    assert [(d["name"], d["verdict"]) for d in told["dimensions"]] == [
        ("kind", "too_few"),
        ("language", "too_few"),
        ("network", "too_few"),
        ("reach", "too_few"),
    ]
    assert told["dimensions"][3]["groups"][0]["waits_count"] == 1
    assert run(["report", "fairness", "--days", "7"]) == 0
    assert "Reach     too few to say: Not enough to compare yet" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run(["report", "fairness", "--days", "0"])
