"""Every page there is, in a real browser: accessible, quiet, nothing cut off, in both schemes and two widths.

The pages are those of the address list: a new one that nobody put here fails `test_no_page_is_forgotten`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.urls import get_resolver
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from resonanz.desk import (
    alarming,
    care,
    listen,
    lookalikes,
    notifying,
    queries,
    streams,
    understanding,
    wall_link,
)
from resonanz.desk.care import enquiries, incidents, saved
from resonanz.desk.models import (
    Alarm,
    AlarmAddress,
    AlarmCall,
    AlarmOf,
    Brand,
    Budget,
    CallState,
    Channel,
    Conversation,
    Department,
    Enquiry,
    Incident,
    Lookalike,
    Query,
    SavedReply,
    SlaPolicy,
    SlaRule,
    StreamKind,
    Team,
)
from resonanz.desk.money import ChannelPurse
from resonanz.desk.storage import to_ms
from resonanz.networks import NETWORKS, Charge, Row
from tests import fake as network
from tests.cast import ADA, NOON, OTTO, US, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long pass word"
LONG = "Donaudampfschifffahrtsgesellschaftskundendienst"
WIDTHS = (390, 1440)

# By name, with what stands in the address in place of {…}.
PAGES = {
    "inbox": "/",
    "conversation": "/c/{talk}/",
    "search": "/search/?q=hallo",
    "queries": "/queries/",
    "query": "/queries/{query}/",
    "query-language": "/queries/language/",
    "query-new": "/queries/new/?q=hallo+foo:bar",
    "query-edit": "/queries/{query}/edit/",
    "by-hand": "/by-hand/?name=otto",
    "streams": "/streams/",
    "stream-tab": "/streams/{tab}/",
    "bell": "/bell/",
    "alarms": "/alarms/",
    "alarm-new": "/alarms/new/",
    "alarm-edit": "/alarms/{alarm}/",
    "alarm-ring": "/alarms/rings/{ring}/",
    "incidents": "/incidents/",
    "incident-new": "/incidents/new/",
    "incident": "/incidents/{incident}/",
    "incident-edit": "/incidents/{incident}/edit/",
    "incident-batch": "/incidents/{incident}/texts/answer/",
    "replies": "/replies/",
    "reply_new": "/replies/new/",
    "reply_edit": "/replies/{saved}/",
    "report-guards": "/reports/guards/",
    "promise_panel": "/c/{talk}/promises",
    "ask": "/c/{talk}/ask/",
    "shift": "/shift/",
    "team": "/team/",
    "start": "/start/",
    "settings": "/settings/",
    "settings-own": "/settings/own/",
    "settings-password": "/settings/own/password/",
    "factors": "/settings/own/sign-in/",
    "factors-confirm": "/settings/own/sign-in/confirm/",
    "factors-app": "/settings/own/sign-in/app/",
    "factors-passkey": "/settings/own/sign-in/passkey/",
    "settings-channels": "/settings/channels/",
    "settings-channel-connect": "/settings/channels/connect/?way=token",
    "settings-channel-money": "/settings/channels/{x}/money/",
    "settings-channel-webhook": "/settings/channels/{x}/webhook/",
    "settings-channel-feed": "/settings/channels/feed/",
    "settings-people": "/settings/people/",
    "settings-people-add": "/settings/people/add/",
    "settings-person": "/settings/people/{agent}/",
    "settings-team-add": "/settings/teams/add/",
    "settings-team": "/settings/teams/{team}/",
    "settings-hours": "/settings/hours/",
    "settings-voice": "/settings/voice/",
    "settings-departments": "/settings/departments/",
    "settings-department-add": "/settings/departments/add/",
    "settings-department": "/settings/departments/{department}/",
    "settings-alarms": "/settings/alarms/",
    "settings-alarm-add": "/settings/alarms/add/",
    "settings-alarm": "/settings/alarms/{address}/",
    "settings-targets": "/settings/targets/",
    "settings-target": "/settings/targets/{rule}/",
    "settings-wall": "/settings/wall/",
    "settings-tags": "/settings/tags/",
    "settings-brands": "/settings/brands/",
    "settings-spellings": "/settings/brands/{brand}/spellings/?distance=2",
    "reports": "/reports/",
    "report-responses": "/reports/responses/?by=channel",
    "report-topics": "/reports/topics/",
    "report-fairness": "/reports/fairness/",
    "report-promises": "/reports/promises/",
    "ledger": "/reports/intake/",
    "report-lookalikes": "/reports/lookalikes/",
    "settings-understanding": "/settings/understanding/",
    "report-quality": "/reports/quality/",
    "quality-check": "/reports/quality/check/",
    "report-feelings": "/reports/feelings/",
    "quarantine": "/reports/intake/quarantine/",
    "wall": "/wall/",
    "wall_link": "/wall/{wall}/",
    "enquiry": "/enquiry/{enquiry}/",
}
# Pages that look quite different when something else is asked of them.
ALSO = (
    "/c/{gated}/",
    "/settings/channels/connect/?network=x&way=keys",
    "/settings/channels/connect/?network=bluesky",
    "/settings/channels/connect/?again={x}",
    "/search/?q=hallo+-nirgends",
    "/search/?q=hallo+lang:foo!",
    "/search/",
    "/queries/new/",
    "/queries/new/?q=a+OR+(b+(c+OR+d))",
    "/queries/?dropped={dropped}",
    "/reports/lookalikes/?show=harmless",
    "/c/{posing}/",
    "/replies/new/?warn={lookalike}",
    "/reports/topics/?days=7&brand={brand}",
)
ENTRY = {
    "login",
    "second-step",
    "second-setup",
}  # before one is in: here, and in tests/browser/test_second_factor.py
PARTS = {  # drawn into a page; the browser tests of their areas look at them there
    *("query-look", "query-form"),
    "alarm-look",
    "noted",
    "by-hand-people",
    *("stream-column", "stream-posts", "stream-pulse", "stream-people"),
    *("inbox_pulse", "thread", "check", "find_saved", "filled", "files", "incident-menu", "reply_preview"),
    *("ask_preview", "askable", "join", "split", "hand_over", "bulk_panel", "bulk_numbers"),
    *("settings-hours-states", "settings-voice-preview", "picture", "file"),
}
DOES = {  # takes POST only, or leads on
    *("ledger-again", "quarantine-replay", "lookalike-decide", "model-use"),
    *(
        "next",
        "prefer",
        "attach",
        "change_file",
        "incident-act",
        "reply_change",
        "enquiry_opened",
        "shift_back",
    ),
    *("shift_read", "trust", "bulk_do", "bulk_undo", "change", "change_delivery", "passkey", "passkey-ask"),
    *(
        "second-passkey",
        "second-passkey-ask",
        "logout",
        "start-seen",
        "factors-passkey-ask",
        "factors-required",
    ),
    *(
        "query-drop",
        "query-restore",
        *("streams-start", "stream-show", "tab-add", "tab-do", "stream-add", "stream-do", "stream-answer"),
        "factors-reset",
        "settings-channel-pause",
        "settings-channel-resume",
        "settings-channel-everybody",
        "settings-money",
        "hook",
        "face",
    ),
    *("settings-channel-token", "settings-channel-browser", "settings-channel-oauth-callback"),
    *("settings-spelling-drop", "alarm-act", "alarm-answer", "settings-alarm-act"),
    *(
        "settings-target-add",
        "settings-target-drop",
        "settings-tag",
        "settings-brand",
    ),
}


def test_no_page_is_forgotten() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert names == PAGES.keys() | ENTRY | PARTS | DOES


@pytest.fixture
def full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """A desk that has one of everything, long words and a channel in need; gives what addresses name."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
    Channel.objects.update(name=LONG, handle=f"{LONG}@social.example", filtered=["private_mentions"])
    asked = said("1", "Hallo?")
    hear(
        desk.channel, asked, said("2", "Und ich? 0171 2345678", OTTO), said("4", f"{LONG[:-1]}, hallo", OTTO)
    )
    hear(desk.channel, said("3", "Hier!", US, at=NOON.replace(hour=13), to=asked))
    talk = conversation_of(said("2", ""))
    care.assign(talk, desk.olga, desk.olga)
    care.note(talk, desk.clara, f"@olga {LONG}")
    care.tag(talk, desk.clara, LONG)
    wanted = incidents.Wanted(title=LONG, text=f"{{name}}, {LONG} ist gestört.", words=((LONG,),))
    incidents.open_incident(desk.brand, desk.clara, wanted, [talk])
    saved.save(desk.clara, saved.Piece(title=LONG, text="Hallo {name}, {du:dir|sie:Ihnen} einen guten Tag."))
    queries.save(desk.anna, LONG, f'hallo OR "{LONG} {LONG}" OR {LONG}')
    gone = queries.save(desk.anna, f"{LONG} 2", "hallo")
    queries.drop(desk.anna, gone)
    columns = [streams.Wanted(StreamKind.MENTIONS, name=LONG), streams.Wanted(StreamKind.OUTBOX)]
    tab = streams.add_tab(desk.anna, LONG, columns)
    streams.share(desk.anna, tab, shared=True)
    store = Department.objects.create(name=LONG, email="lager@nordlicht.example")
    enquiries.ask(
        talk,
        desk.olga,
        enquiries.Question(department=store, text="Wo ist es?"),
        address="https://desk.example",
    )
    understanding.add_reason(desk.clara, LONG)
    understanding.annotate_next()
    alarm, address = an_alarm(desk)
    on_x, gated = an_account_that_costs(desk, monkeypatch)
    posing, lookalike = somebody_who_poses_as_us(desk)
    policy = SlaPolicy.objects.get()
    rule = SlaRule.objects.create(policy=policy, urgency=1, first_response_s=600, next_response_s=600)
    Brand.objects.filter(pk=desk.brand.pk).update(name=LONG)
    yield {
        "talk": talk.pk,
        "x": on_x.pk,
        "gated": gated.pk,
        "posing": posing.pk,
        "lookalike": lookalike.pk,
        "tab": tab.pk,
        "incident": Incident.objects.get().pk,
        "saved": SavedReply.objects.get().pk,
        "query": Query.objects.get().pk,
        "dropped": gone.pk,
        "agent": desk.tom.pk,
        "team": Team.objects.get().pk,
        "department": store.pk,
        "rule": rule.pk,
        "alarm": alarm.pk,
        "ring": alarm.rings.get().pk,
        "address": address.pk,
        "brand": desk.brand.pk,
        "wall": wall_link.make(desk.clara),
        "enquiry": Enquiry.objects.get().token,
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM desk_words")  # no model's table, so no test's flush empties it


def an_account_that_costs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[Channel, Conversation]:
    """Make an account of a network that takes money and has posts that no program may answer."""
    priced = replace(
        network.CAPABILITIES,
        label="X",
        login=("oauth", "keys", "password"),
        metered=True,
        answer_link="https://x.example/intent/post?in_reply_to={native_id}",
        invitation="message",
        labels=frozenset({"paid", "by_machine"}),
    )
    monkeypatch.setattr(network, "CAPABILITIES", priced)
    monkeypatch.setattr(network, "HOOK", NETWORKS["x"].hook, raising=False)
    for name in ("x", "bluesky"):
        monkeypatch.setitem(NETWORKS, name, Row("tests.fake"))
    now = timezone.now()
    channel = Channel.objects.create(
        network="x",
        brand=desk.brand,
        uid="1",
        handle="nordlicht_hilft",
        name="Nordlicht hilft",
        base_url="https://api.x.com",
        secret={"client_id": "id", "refresh_token": "r"},
        connected_at=now,
        error_code="budget_spent",
        notices={"encrypted_chat": to_ms(now)},
        facts={"messages": "scope_missing", "subscription": "Basic"},
    )
    Team.objects.get().channels.add(channel)
    listen.open_hook(channel, "key", by=desk.clara)
    ada = replace(ADA, network="x", uid="7", handle="ada_l")
    named = said("n1", "@nordlicht_hilft Wo bleibt mein Paket?", ada, at=now - timedelta(hours=2))
    shut = said("n2", f"Nordlicht antwortet nie. {LONG}", ada, to=named, at=now - timedelta(hours=1))
    heard = [
        replace(one, post=replace(one.post, network="x"), gate=gate)
        for one, gate in ((named, ""), (shut, "not_summoned"))
    ]
    hear(channel, *heard)
    purse = ChannelPurse(channel.pk)
    purse.settle(purse.reserve("mentions", 10_000), [Charge("post_read", 5_000, ("n1", "n2"))])
    purse.settle(purse.reserve("send", 900_000), [Charge("post", 900_000, ("n9",))])
    Budget.objects.update(most=900_000, stopped_at=now)
    return channel, conversation_of(named)


def somebody_who_poses_as_us(desk: Desk) -> tuple[Conversation, Lookalike]:
    """Make an account that looks like ours and speaks to us."""
    false = replace(OTTO, uid="false", handle=f"{LONG}_hilfe@other.example", name="Nоrdlicht")
    sighting = said("false", f"Schick uns deine Nummer, {LONG}", false)
    hear(desk.channel, sighting)
    while lookalikes.check_next():
        pass
    return conversation_of(sighting), Lookalike.objects.get()


def an_alarm(desk: Desk) -> tuple[Alarm, AlarmAddress]:
    """Make an alarm that rings, told to a person and to a chat."""
    address = notifying.keep(desk.olga, LONG, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "de")
    wanted = alarming.Wanted(
        name=LONG,
        of=AlarmOf.WAITING,
        span_s=600,
        least_count=1,
        times=3.0,
        people=[desk.anna],
        addresses=[address],
    )
    alarm = alarming.save(desk.olga, wanted)
    while alarming.check_next():
        pass
    AlarmCall.objects.update(due_at=None, state=CallState.FAILED, error="refused: 404")
    return alarm, address


@pytest.fixture(params=["light", "dark"])
def page(full: dict[str, object], live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(locale="de-DE", color_scheme=request.param, base_url=live_server.url)
        complaints: list[str] = []
        page.on("console", lambda told: complaints.append(told.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
        assert [told for told in complaints if "Content Security Policy" in told or "Error:" in told] == []


def faults(page: Page) -> list[tuple[str, str, object]]:
    """Return what is wrong with the page as it stands: accessibility, and parts wider than the screen."""
    found: list[tuple[str, str, object]] = [
        (page.url, violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over:
            found.append((page.url, f"wider than {width}", over))
    return found


def sign_in(page: Page, name: str, onward: str) -> None:
    page.goto(f"/login/?next={onward}")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form button.main").click()
    page.wait_for_url(f"**{onward}")


def test_every_page_is_accessible_and_fits(page: Page, full: dict[str, object]) -> None:
    page.goto("/login/")
    wrong = faults(page)
    sign_in(page, "olga", "/start/")
    for name, path in [*PAGES.items(), *((path, path) for path in ALSO)]:
        answer = page.goto(path.format_map(full))
        assert answer is not None
        if answer.status != 200 or (name not in {"start", "wall_link"} and page.title() == ""):
            wrong.append((page.url, "answers", answer.status))
        wrong += faults(page)
    assert "\n".join(map(str, wrong)) == ""


def test_a_password_can_be_looked_at_while_it_is_typed(page: Page) -> None:
    page.goto("/login/")
    field, show = page.locator("#id_password"), page.locator("[data-show-secret]")
    field.fill("secret")
    show.click()
    expect(field).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(field).to_have_attribute("type", "password")


def test_states_appear_when_another_country_is_chosen(page: Page) -> None:
    sign_in(page, "clara", "/settings/hours/")
    page.locator("#id_country").select_option("CH")
    expect(page.locator("#id_subdivision option", has_text="Appenzell Innerrhoden")).to_have_count(1)
    expect(page.locator("#id_subdivision option", has_text="Bayern")).to_have_count(0)
