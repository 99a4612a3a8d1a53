"""What the queue shows of urgency and promises, the menu of kinds, the safety lane, settings of targets."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from resonanz.case import Matter, Urgency
from resonanz.desk import care, projection, queue, reading, targets, wording
from resonanz.desk.care.base import tell
from resonanz.desk.models import (
    Agent,
    Brand,
    Channel,
    Conversation,
    Department,
    Enquiry,
    SlaPolicy,
    SlaRule,
    Team,
    Voice,
)
from resonanz.desk.storage import to_ms
from tests.cast import ADA, MIA, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def case_of(desk: Desk, text: str = "Hallo", name: str = "1", **how: object) -> Conversation:
    how.setdefault("at", timezone.now() - timedelta(minutes=10))
    post = said(name, text, **how)  # type: ignore[arg-type]
    hear(desk.channel, post)
    return conversation_of(post)


def row_of(page: str, number: int) -> str:
    found = re.search(rf'<li class="row-of[^>]*id="row-{number}".*?</li>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_rows_say_what_presses(desk: Desk) -> None:
    danger = case_of(desk, "Hilfe", author=ADA)
    care.sort(danger, desk.anna, urgency=Urgency.SAFETY)
    promised = case_of(desk, "Hallo", "2", author=OTTO)
    with transaction.atomic():
        until = timezone.now() + timedelta(hours=3)
        tell("promised", timezone.now(), promised, desk.anna, until=to_ms(until), told=1)
    urgent = case_of(desk, "Hallo", "3", author=MIA)
    care.sort(urgent, desk.anna, urgency=Urgency.URGENT)
    team = Team.objects.get()
    care.assign(urgent, desk.anna, None, team=team)
    page = signed_in(desk.ben).get("/").content.decode()
    assert 'class="row-of safety"' in row_of(page, danger.pk)
    assert "danger" in row_of(page, danger.pk)
    assert "promised by" in row_of(page, promised.pk)
    assert "urgent" in row_of(page, urgent.pk)
    assert "Team" in row_of(page, urgent.pk)
    assert "@nordlicht" not in row_of(page, urgent.pk)
    assert "1 in the safety lane" in page
    assert projection.differences() == []


def test_rows_name_account_and_department(desk: Desk) -> None:
    Channel.objects.create(
        network="mastodon",
        brand=desk.brand,
        uid="two",
        handle="zwei@social.example",
        connected_at=timezone.now(),
    )
    case = case_of(desk)
    for name in ("Lager", "Technik"):
        Enquiry.objects.create(
            conversation=case,
            department=Department.objects.create(name=name, email="x@example.org"),
            question="?",
            asked_at=timezone.now(),
            due_at=timezone.now(),
        )
        with transaction.atomic():
            tell("asked", timezone.now(), case, desk.anna)
    page = signed_in(desk.ben).get("/?view=department").content.decode()
    assert [name for name in ("Lager", "Technik") if name not in row_of(page, case.pk)] == []
    assert "@nordlicht" in row_of(page, case.pk)


def test_the_number_of_questions_does_not_grow_with_the_rows(desk: Desk) -> None:
    counted = []
    for number in range(3):
        case = case_of(desk, "Hallo", str(number), author=(ADA, OTTO, MIA)[number])
        care.sort(case, desk.anna, urgency=Urgency.SAFETY)
        client = signed_in(desk.clara)
        client.get("/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        counted.append(len(asked))
    assert counted[0] == counted[2]


def test_the_first_views_are_tabs_the_others_stand_behind_more(desk: Desk) -> None:
    page = signed_in(desk.anna).get("/").content.decode()
    tabs, more = page.split('id="more-views"')[0].split('class="views"')[1], page.split('id="more-views"')[1]
    assert re.findall(r">([A-Z][a-z -]+) <span>", tabs) == ["Mine", "Team", "Unassigned", "Follow-up today"]
    assert "Reported again" in more
    current = signed_in(desk.anna).get("/?view=again").content.decode()
    assert re.search(r'aria-current="true">Reported again', current.split('id="more-views"')[0])


@pytest.mark.parametrize("view", queue.VIEWS)
def test_every_view_says_what_belongs_there(desk: Desk, view: str) -> None:
    page = signed_in(desk.anna).get(f"/?view={view}").content.decode()
    assert re.search(r'<div class="empty">.*?<h2>[A-Z][^<]+</h2>', page, re.DOTALL)


def test_leads_see_the_share_of_the_lane(desk: Desk) -> None:
    care.sort(case_of(desk), desk.anna, urgency=Urgency.SAFETY)
    assert "today 100 % of 1 cases" in signed_in(desk.clara).get("/").content.decode()
    assert "of 1 cases" not in signed_in(desk.anna).get("/").content.decode()
    with translation.override("de"):
        assert wording.safety_line(1, 300).count("0,3") == 1
        assert wording.safety_line(0, 0) == ""


def test_sorting_by_menu_and_back(desk: Desk) -> None:
    case = case_of(desk)
    client = signed_in(desk.anna)
    page = client.get(f"/c/{case.pk}/").content.decode()
    assert re.findall(r'data-digit="(\d)"', page) == ["1", "2", "3", "4", "7", "8", "9"]
    done = client.post(f"/c/{case.pk}/sort", {"matter": "2"}, headers=HTMX)
    told = json.loads(done["HX-Trigger"])["resonanz:done"]
    assert (told["say"], told["undo"]["values"]) == ("Sorted: complaint", {"matter": 0})
    assert Conversation.objects.get().matter == Matter.COMPLAINT
    client.post(told["undo"]["url"], told["undo"]["values"], headers=HTMX)
    assert Conversation.objects.get().matter == Matter.UNSORTED
    client.post(f"/c/{case.pk}/sort", {"urgency": "2"}, headers=HTMX)
    assert Conversation.objects.get().urgency == Urgency.SAFETY
    assert client.post(f"/c/{case.pk}/sort", {"urgency": "7"}, headers=HTMX).status_code == 422
    assert client.post(f"/c/{case.pk}/sort", {}, headers=HTMX).status_code == 422
    assert signed_in(desk.tom).post(f"/c/{case.pk}/sort", {"urgency": "0"}, headers=HTMX).status_code == 422


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ich will nicht mehr leben", ["0800 1110111", "112", "<q>will nicht mehr leben</q>"]),
        ("Mein Konto wurde gehackt, da bucht jemand Geld ab", ["block the account", "<q>gehackt</q>"]),
        ("Mein Kind ist im Auto eingesperrt", ["112", "<q>eingesperrt</q>"]),
    ],
)
def test_guidance_stands_above_the_reply_box(desk: Desk, text: str, words: list[str]) -> None:
    case = case_of(desk, text)
    page = signed_in(desk.anna).get(f"/c/{case.pk}/").content.decode()
    assert 'class="guidance"' not in page
    care.sort(case, desk.anna, urgency=Urgency.SAFETY)
    page = signed_in(desk.anna).get(f"/c/{case.pk}/").content.decode()
    guidance = page.split('class="guidance"')[1].split("</section>")[0]
    assert [word for word in words if word not in guidance] == []
    Voice.objects.create(brand=desk.brand, safety_guidance="Ruf Clara an: <0151>")
    page = signed_in(desk.anna).get(f"/c/{case.pk}/").content.decode()
    assert "Ruf Clara an: &lt;0151&gt;" in page
    care.resolve(case, desk.anna, care.Dismissal.ANSWERED_ELSEWHERE)
    assert 'class="guidance"' not in signed_in(desk.anna).get(f"/c/{case.pk}/").content.decode()


def test_a_row_of_reading_knows_its_promise(desk: Desk) -> None:
    case_of(desk)
    row = reading.queue(desk.anna, "waiting").rows[0]
    assert (row.is_promised, row.departments, row.account, row.held) == (False, (), "", False)


# Targets -----------------------------------------------------------------------------------------

RULE = {
    "urgency": "2",
    "first": "10",
    "first_unit": "m",
    "following": "1",
    "following_unit": "h",
    "settled": "",
    "settled_unit": "h",
}
TERMS = {
    "settled": "2",
    "settled_unit": "h",
    "reopen_days": "5",
    "warn": "30",
    "warn_unit": "m",
    "escalate": "1",
    "escalate_unit": "h",
    "escalate_to": "",
}


def test_rules_are_added_changed_and_removed_in_words(desk: Desk) -> None:
    client = signed_in(desk.clara)
    page = client.get("/settings/targets/").content.decode()
    assert "Danger, unless you say otherwise: every answer within 5 minutes, day and night" in page
    everything = "Everything else: first answer within 1 hour, further ones within 1 hour, in service hours"
    assert everything in page
    assert client.post("/settings/targets/add/", RULE).status_code == 302
    words = "Danger, any channel: first answer within 10 minutes, further ones within 1 hour, day and night"
    page = client.get("/settings/targets/").content.decode()
    assert words in page
    assert "unless you say otherwise" not in page
    rule = SlaRule.objects.get()
    form = client.get(f"/settings/targets/{rule.pk}/").content.decode()
    assert 'name="first" value="10"' in form
    changed = RULE | {"matter": "2", "private": "no", "settled": "3", "channel": str(desk.channel.pk)}
    client.post(f"/settings/targets/{rule.pk}/", changed)
    page = client.get("/settings/targets/").content.decode()
    assert "Danger, complaint, Nordlicht" in page
    assert (
        "in public: first answer within 10 minutes, further ones within 1 hour, settled within 3 hours"
        in page
    )
    assert client.post(f"/settings/targets/{rule.pk}/drop/").status_code == 302
    assert not SlaRule.objects.exists()


def test_a_rule_needs_a_condition_and_is_no_others_twin(desk: Desk) -> None:
    client = signed_in(desk.clara)
    nothing = client.post("/settings/targets/add/", RULE | {"urgency": ""})
    assert (nothing.status_code, "at least one thing" in nothing.content.decode()) == (422, True)
    client.post("/settings/targets/add/", RULE)
    twin = client.post("/settings/targets/add/", RULE)
    assert (twin.status_code, "rule for just these matters" in twin.content.decode()) == (422, True)
    client.post("/settings/targets/add/", RULE | {"urgency": "1"})
    other = SlaRule.objects.get(urgency=1)
    assert client.post(f"/settings/targets/{other.pk}/", RULE).status_code == 422
    long = client.post("/settings/targets/add/", RULE | {"matter": "1", "first": "900", "first_unit": "h"})
    assert "30 days at most" in long.content.decode()


def test_terms_are_kept_and_shown(desk: Desk) -> None:
    client = signed_in(desk.clara)
    assert client.post("/settings/targets/", TERMS | {"escalate_to": str(desk.ben.pk)}).status_code == 302
    kept = targets.terms_of(desk.brand)
    assert (kept.resolution_s, kept.reopen_days, kept.warn_s, kept.escalate_s) == (7200, 5, 1800, 3600)
    assert kept.escalate_to == desk.ben
    page = client.get("/settings/targets/").content.decode()
    assert 'name="warn" value="30"' in page
    client.post("/settings/targets/", TERMS | {"settled": "", "warn": "0"})
    assert targets.terms_of(desk.brand).resolution_s is None
    assert client.post("/settings/targets/", TERMS | {"reopen_days": "-1"}).status_code == 422


def test_a_brand_without_a_policy_gets_one(desk: Desk) -> None:
    other = Brand.objects.create(name="Süd")
    assert targets.terms_of(other).reopen_days == 3
    assert targets.rules_of(other) == []
    client = signed_in(desk.clara)
    client.post(f"/settings/targets/add/?brand={other.pk}", RULE)
    assert SlaPolicy.objects.get(brand=other).rules.count() == 1
    assert "Süd" in client.get(f"/settings/targets/?brand={other.pk}").content.decode()


def test_danger_is_due_in_five_minutes_unless_a_rule_says_otherwise(desk: Desk) -> None:
    case = case_of(desk)
    care.sort(case, desk.anna, urgency=Urgency.SAFETY)
    spoken = Conversation.objects.get()
    assert spoken.awaits_at is not None
    assert spoken.due_at == spoken.awaits_at + timedelta(minutes=5)
    signed_in(desk.clara).post("/settings/targets/add/", RULE)
    care.sort(spoken, desk.anna, urgency=Urgency.NORMAL)
    care.sort(spoken, desk.anna, urgency=Urgency.SAFETY)
    assert Conversation.objects.get().due_at == spoken.awaits_at + timedelta(minutes=10)


def test_only_leads_set_targets(desk: Desk) -> None:
    for path in ("/settings/targets/", "/settings/targets/add/"):
        assert signed_in(desk.anna).post(path, RULE).status_code == 403
    with pytest.raises(Exception, match="not_allowed"):
        targets.agree(desk.brand, targets.terms_of(desk.brand), by=desk.anna)
