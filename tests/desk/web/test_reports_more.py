"""The pages about fairness and about promises that were not kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from resonanz.desk import wording_fairness
from resonanz.desk.events import happen
from resonanz.desk.storage import to_ms
from resonanz.fairness import Dimension
from tests.cast import ADA, OTTO, Desk, conversation_of, hear, said
from tests.desk.test_waits import history, tell

if TYPE_CHECKING:
    from resonanz.desk.models import Agent

pytestmark = pytest.mark.django_db


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def test_an_unequal_dimension_is_named_with_sentence_picture_and_table(desk: Desk) -> None:
    begin = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=20)
    tell(desk, history(2, kept_waiting=True, begin=begin))
    page = signed_in(desk.anna).get("/reports/fairness/?days=30").content.decode()
    assert "Not everybody waits alike: look at Reach" in page
    assert "times as likely to be next" in page
    assert "No language is answered sooner than another." in page
    assert page.count("<svg") >= 2
    assert "10,000 followers and more" in page
    assert "English" in page
    for name in ("Anna", "Ben"):
        assert f">{name}<" not in page
    told = json.loads(signed_in(desk.anna).get("/reports/fairness/?days=30&format=json").content)
    assert (told["waits"], told["fair"]) == (300, False)


def test_an_empty_desk_is_told_what_will_stand_here(desk: Desk) -> None:
    page = signed_in(desk.anna).get("/reports/fairness/?days=nonsense").content.decode()
    assert "Too few conversations for a verdict yet" in page
    assert "Nothing to compare yet" in page


def test_agents_compare_what_their_teams_see(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo", at=timezone.now() - timedelta(hours=1)), at=timezone.now())
    assert "1 turn that waited" in signed_in(desk.anna).get("/reports/fairness/").content.decode()
    desk.anna.teams.clear()
    assert "0 turns that waited" in signed_in(desk.anna).get("/reports/fairness/").content.decode()
    assert "1 turn that waited" in signed_in(desk.clara).get("/reports/fairness/").content.decode()


def test_every_verdict_has_its_sentence() -> None:
    def shown(effect: float) -> str:
        dimension = Dimension(
            name="reach",
            groups=(),
            verdict="unfair",
            p_value=0.001,
            p_adjusted=0.001,
            effect=effect,
            effect_of="10k+",
            trend=None,
        )
        return wording_fairness.sentence(dimension)

    with translation.override("en"):
        assert shown(2.44) == (
            "“10,000 followers and more” is served first: at each moment 2.4 times as likely to be next."
        )
        assert shown(0.4) == (
            "“10,000 followers and more” waits longer: "
            "at each moment the others are 2.5 times as likely to be next."
        )
        assert wording_fairness.group_name("kind", "praise") == "praise"
        assert wording_fairness.group_name("language", "nl") == "nl"
        assert wording_fairness.group_name("network", "mastodon") == "Mastodon"


def test_broken_promises_are_the_leads_to_see(desk: Desk) -> None:
    assert signed_in(desk.anna).get("/reports/promises/").status_code == 403
    lead = signed_in(desk.clara)
    now = timezone.now()
    for name, author in (("1", ADA), ("2", OTTO)):
        question = said(name, "Hallo", author, at=now - timedelta(hours=3))
        hear(desk.channel, question, at=now)
        with transaction.atomic():
            at, case = now - timedelta(hours=2), conversation_of(question).pk
            happen("promised", at, conversation=case, until=to_ms(now - timedelta(hours=1)))
    assert "2 customers still wait for what we promised" in lead.get("/reports/promises/").content.decode()
    for name in ("1", "2"):
        with transaction.atomic():
            happen("resolved", now, conversation=conversation_of(said(name, "")).pk)
    page = lead.get("/reports/promises/?days=7").content.decode()
    assert "Nobody is owed anything, but some had to wait longer than promised" in page
    assert "made good 1 h late" in page
    assert "Ada Lamm" in page


def test_only_what_came_due_can_be_kept(desk: Desk) -> None:
    lead, now = signed_in(desk.clara), timezone.now()
    assert "No promise has come due in this time yet" in lead.get("/reports/promises/").content.decode()
    question = said("1", "Hallo", at=now - timedelta(hours=3))
    hear(desk.channel, question, at=now)
    case = conversation_of(question).pk
    with transaction.atomic():
        happen("promised", now, conversation=case, until=to_ms(now + timedelta(hours=1)))
    page = lead.get("/reports/promises/").content.decode()
    assert "No promise has come due in this time yet" in page
    assert "was kept" not in page
    with transaction.atomic():
        happen("resolved", now + timedelta(minutes=1), conversation=case)
    assert "Every promise that came due was kept" in lead.get("/reports/promises/").content.decode()


@pytest.mark.parametrize("path", ["responses", "fairness", "promises", "guards"])
def test_every_report_has_the_tabs(desk: Desk, path: str) -> None:
    hear(desk.channel, said("1", "Hallo", at=timezone.now() - timedelta(hours=1)), at=timezone.now())
    page = signed_in(desk.clara).get(f"/reports/{path}/").content.decode()
    tabs = page.split('class="choices tabs"')[1].split("</nav>")[0]
    assert f'href="/reports/{path}/" aria-current="page"' in tabs


def test_the_tabs_lead_to_every_report(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo", at=timezone.now() - timedelta(hours=1)), at=timezone.now())
    page = signed_in(desk.clara).get("/reports/responses/").content.decode()
    for path in ("/reports/fairness/", "/reports/promises/", "/reports/guards/"):
        assert f'href="{path}"' in page
    assert "/reports/promises/" not in signed_in(desk.anna).get("/reports/responses/").content.decode()
    assert "every time that somebody began to wait" in page
    grouped = signed_in(desk.clara).get("/reports/responses/?by=channel").content.decode()
    assert 'title="every time that somebody began to wait"' in grouped
