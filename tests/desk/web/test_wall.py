"""The wallboard: the room's numbers against a scenario, nothing private, and the link for a screen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.case import ReplyKind, Urgency
from resonanz.desk import care, charts_shift, reading_wall, wall_link
from resonanz.desk.events import happen
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Brand, Channel, Incident, Setting, SlaPolicy, Team
from resonanz.desk.storage import to_ms
from tests.cast import MIA, US, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Conversation

pytestmark = pytest.mark.django_db
WORDS = "Mein Paket ist weg"


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


@pytest.fixture(autouse=True)
def in_the_afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be a quarter past three, so that hours ago are still today."""
    now = timezone.localtime().replace(hour=15, minute=15, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)


def asks(desk: Desk, name: str, minutes: int) -> Conversation:
    person = replace(MIA, uid=f"u{name}", handle=f"{name}@social.example", name=f"Gast {name}")
    question = said(name, WORDS, person, at=timezone.now() - timedelta(minutes=minutes))
    hear(desk.channel, question, at=timezone.now() - timedelta(minutes=minutes))
    return conversation_of(question)


def speaks(desk: Desk, name: str, minutes: int, kind: ReplyKind = ReplyKind.HUMAN) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    post = said(f"{name}-{minutes}", "Antwort", US, to=said(name, ""), at=at)
    with transaction.atomic():
        store(desk.channel, [post], Arrival(heard_at=at, kinds={post.post.uri: int(kind)}))


def promises(case: Conversation, made: int, until: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        facts = {"until": to_ms(now + timedelta(minutes=until))}
        happen("promised", now - timedelta(minutes=made), conversation=case.pk, **facts)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Seven matters of today and one of yesterday."""
    SlaPolicy.objects.update(periods={str(day): [[0, 1440]] for day in range(7)}, country="")
    asks(desk, "late", 70)  # due ten minutes ago
    asks(desk, "soon", 50)  # due in ten minutes
    for name in ("done", "promise"):
        asks(desk, name, 40)
    speaks(desk, "done", 35)
    speaks(desk, "done", 34)  # two posts, one conversation
    promises(asks(desk, "owed", 180), 170, -60)  # broken an hour ago
    promises(asks(desk, "kept", 100), 90, -10)
    speaks(desk, "kept", 20)
    promises(conversation_of(said("promise", "")), 30, 45)  # runs
    speaks(desk, "promise", 30, ReplyKind.ACKNOWLEDGEMENT)
    danger = asks(desk, "danger", 5)
    with transaction.atomic():
        happen("sorted", timezone.now(), conversation=danger.pk, urgency=int(Urgency.SAFETY))
    yesterday = asks(desk, "yesterday", 60 * 20)
    care.resolve(yesterday, desk.anna, care.Dismissal.SPAM)
    Incident.objects.create(
        brand=desk.brand,
        title="Zustellung in Köln gestört",
        opened_at=timezone.now(),
        next_update_at=timezone.now() + timedelta(minutes=60),
    )
    Incident.objects.create(
        brand=desk.brand, title="Alte Sache", opened_at=timezone.now(), solved_at=timezone.now()
    )
    return desk


def test_the_numbers_are_those_of_the_room(busy: Desk) -> None:
    now = timezone.now()
    seen = reading_wall.wall(None)
    assert (seen.waiting, seen.late, seen.next_due) == (5, 2, now + timedelta(minutes=10))
    assert seen.answered_today == 2
    assert (seen.promises_open, seen.promises_kept, seen.promises_broken) == (1, 1, 1)
    assert seen.promises_next == now + timedelta(minutes=45)
    assert (seen.safety, seen.safety_share, seen.safety_is_full) == (1, 1 / 7, True)
    assert seen.incidents == (("Zustellung in Köln gestört", now + timedelta(minutes=60)),)
    hours = {at.hour: (came, answered) for at, came, answered in seen.hours}
    assert list(hours) == [8, 9, 10, 11, 12, 13, 14, 15]
    assert hours == {
        **dict.fromkeys((8, 9, 10, 11), (0, 0)),
        12: (1, 0),  # owed
        13: (1, 0),  # kept
        14: (4, 3),  # late, soon, done, promise; done twice and kept
        15: (1, 0),  # danger
    } | {14: (4, 3)}
    assert reading_wall.wall(busy.anna) == seen


def test_it_costs_the_same_however_many_wait(busy: Desk) -> None:
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as caught:
            reading_wall.wall(None)
        counts.append(len(caught))
        for more in range(3):
            asks(busy, f"more{number}{more}", 3)
    assert counts[0] == counts[1]
    assert counts[0] <= 10


def test_nothing_private_stands_on_it(busy: Desk) -> None:
    page = signed_in(busy.clara).get("/wall/").content.decode()
    for private in ("Gast", "@social.example", WORDS, "Ada", ">Anna"):
        assert private not in page
    assert "Zustellung in Köln gestört" in page
    assert "Alte Sache" not in page
    assert re.search(r"<b>5</b><span>wait for us</span>", page)
    assert "in 10 min" in page
    assert "too many: look at the rules" in page
    assert "Today 7 have come in and 3 were answered." in page
    parts = signed_in(busy.clara).get("/wall/?parts").content.decode()
    assert "<html" not in parts
    assert "in 10 min" in parts


def test_agents_see_their_own_channels_only(busy: Desk) -> None:
    Team.objects.get().channels.clear()
    seen = reading_wall.wall(busy.anna)
    assert (seen.waiting, seen.answered_today, seen.promises_open, seen.incidents) == (0, 0, 0, ())
    assert reading_wall.wall(busy.clara).waiting == 5
    other = Brand.objects.create(name="Fjord")
    Channel.objects.create(network="archive", brand=other, uid="a", handle="a", connected_at=timezone.now())
    assert reading_wall.wall(None).waiting == 5


@pytest.mark.parametrize("most", [1, 3, 4, 5, 7, 9, 13, 41, 100, 257, 999])
def test_no_bar_of_the_chart_goes_past_its_axis(most: int) -> None:
    steps = charts_shift._steps(most)  # the drawn axis is pixels
    assert steps[0] == 0
    assert most <= steps[-1] < 2 * most + 1
    assert 2 <= len(steps) <= 6
    spans = {second - first for first, second in pairwise(steps)}
    assert len(spans) == 1
    assert str(spans.pop()).rstrip("0") in {"1", "2", "5"}


def test_an_empty_room_is_calm(desk: Desk) -> None:
    page = signed_in(desk.anna).get("/wall/").content.decode()
    assert re.search(r"<b>0</b><span>wait for us</span>", page)
    assert "late" not in re.findall(r'<p class="([^"]*)"', page)
    assert reading_wall.wall(None).safety_share == 0.0


def test_a_screen_needs_no_sign_in_but_the_link(busy: Desk) -> None:
    screen = Client(headers={"accept-language": "en"})
    assert screen.get("/wall/").status_code == 302
    assert screen.get("/wall/nonsense/").status_code == 404
    lead = signed_in(busy.clara)
    assert lead.post("/settings/wall/", {"do": "make"}).status_code == 302
    token = wall_link.token()
    assert len(token) >= 32
    assert f"/wall/{token}/" in lead.get("/settings/wall/").content.decode()
    answer = screen.get(f"/wall/{token}/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Referrer-Policy"]) == (200, "no-referrer")
    assert "no-store" in answer["Cache-Control"]
    assert "Gast" not in page
    assert "/settings/" not in page
    lead.post("/settings/wall/", {"do": "make"})
    assert screen.get(f"/wall/{token}/").status_code == 404
    lead.post("/settings/wall/", {"do": "revoke"})
    assert (wall_link.token(), Setting.objects.filter(pk="wall_token").exists()) == ("", False)
    assert screen.get("/wall//").status_code == 404


def test_only_leads_make_links(desk: Desk) -> None:
    assert signed_in(desk.anna).post("/settings/wall/", {"do": "make"}).status_code == 403
    for act in (wall_link.make, wall_link.revoke):
        with pytest.raises(wall_link.WallError):
            act(desk.anna)
    assert not wall_link.opens("")


def test_an_agents_wall_has_a_way_back_and_no_link_to_make(desk: Desk) -> None:
    page = signed_in(desk.anna).get("/wall/").content.decode()
    assert 'href="/"' in page
    assert "/settings/wall/" not in page
    assert "/settings/wall/" in signed_in(desk.clara).get("/wall/").content.decode()
    assert 'data-go="w"' in signed_in(desk.anna).get("/").content.decode()
