"""What a network wants gone here that is gone there: every stored post is asked for again in time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from resonanz.desk import listen
from resonanz.desk.commands import run
from resonanz.desk.listen import sweeps
from resonanz.desk.models import Budget, Channel, Mention, Quarantined, Sighting, Sweep, Wording
from resonanz.desk.models.listening import Form
from resonanz.desk.web.channel_words import limits_words, notices_of
from resonanz.networks import LoginNeeded, Temporary
from resonanz.post import Audience
from tests import fake as network
from tests.cast import NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.fake import World, edited

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _wants_gone(fake: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, gone_within_s=24 * 3600))
    monkeypatch.setattr(sweeps, "PLAN_EVERY_S", 0)


def checked() -> dict[str, datetime | None]:
    return dict(Sighting.objects.values_list("native_id", "checked_at"))


def test_a_post_is_asked_for_before_the_time_is_over_and_not_sooner(desk: Desk, fake: World) -> None:
    hear(desk.channel, said("1", "Hallo?"), said("2", "Eine Antwort", US), at=NOON)
    with time_machine.travel(NOON + 20 * HOUR, tick=False) as clock:
        assert listen.sweep_next() is False
        assert fake.asked == []
        clock.shift(HOUR)
        assert listen.sweep_next() is True
        assert listen.sweep_next() is False
    assert fake.asked == ["CheckPosts"]
    assert checked() == {"1": NOON + 21 * HOUR, "2": NOON + 21 * HOUR}


def test_what_is_gone_loses_words_and_search_row_and_is_asked_for_no_more(desk: Desk, fake: World) -> None:
    one, hit = said("1", "Hallo?"), said("2", "Nordlicht ist teuer", OTTO, addressed=False)
    hear(desk.channel, one, hit, at=NOON)
    fake.gone = {"2"}
    with time_machine.travel(NOON + 22 * HOUR, tick=False) as clock:
        listen.sweep_next()
        gone = Mention.objects.get(uri=hit.post.uri)
        assert (gone.text, gone.deleted_at) == ("", NOON + 22 * HOUR)
        clock.shift(23 * HOUR)
        listen.sweep_next()
    assert checked() == {"1": NOON + 45 * HOUR, "2": None}


def test_what_was_changed_is_stored(desk: Desk, fake: World) -> None:
    one = said("1", "Wo ist mein Packet?")
    hear(desk.channel, one, at=NOON)
    fake.now_there["1"] = edited(one, "Wo ist mein Paket?", HOUR)
    with time_machine.travel(NOON + 22 * HOUR, tick=False):
        listen.sweep_next()
    assert (Mention.objects.get().text, Wording.objects.get().text) == (
        "Wo ist mein Paket?",
        "Wo ist mein Packet?",
    )


def test_open_conversations_come_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "AT_ONCE", 2)
    hits = [said(f"hit{n}", "Nordlicht?", OTTO, addressed=False) for n in range(3)]
    hear(desk.channel, *hits, at=NOON - HOUR)
    hear(desk.channel, said("open", "Hallo?"), at=NOON)
    with time_machine.travel(NOON + 22 * HOUR, tick=False):
        assert [listen.sweep_next() for _ in range(3)] == [True, True, False]
        listen.sweep_next()
    times = checked()
    assert times["open"] == NOON + 22 * HOUR
    assert Sweep.objects.get().asked_at == NOON + 22 * HOUR
    monkeypatch.setattr(sweeps, "AT_ONCE", 1)
    Sighting.objects.update(checked_at=NOON)
    Sweep.objects.update(next_at=NOON)
    with time_machine.travel(NOON + 23 * HOUR, tick=False):
        listen.sweep_next()
    assert [name for name, at in checked().items() if at == NOON + 23 * HOUR] == ["open"]


def test_what_was_read_again_anyway_is_not_paid_for_twice(desk: Desk, fake: World) -> None:
    one = said("1", "Hallo?")
    hear(desk.channel, one, at=NOON)
    fake.now_there["1"] = one
    with time_machine.travel(NOON + 20 * HOUR, tick=False) as clock:
        listen.recheck_next()
        clock.shift(2 * HOUR)
        assert listen.sweep_next() is False
    assert checked() == {"1": NOON + 20 * HOUR}
    assert conversation_of(one).recheck_at is not None


def test_private_messages_and_other_networks_are_not_asked_for(
    desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(desk.channel, said("1", "Psst", audience=Audience.DIRECT), at=NOON)
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, gone_within_s=0))
    hear(desk.channel, said("2", "Hallo?"), at=NOON)
    assert checked() == {"1": None, "2": None}
    assert listen.sweep_next() is False
    assert not Sweep.objects.exists()
    assert listen.gone_within(Channel(network="archive")) == timedelta()


def test_what_lies_aside_goes_too(desk: Desk, fake: World) -> None:
    for native_id in ("7", "8", ""):
        Quarantined.objects.create(
            channel=desk.channel, native_id=native_id, form=Form.NETWORK, raw="{}", digest=native_id, at=NOON
        )
    fake.gone = {"7"}
    with time_machine.travel(NOON + 22 * HOUR, tick=False):
        assert [listen.sweep_next(), listen.sweep_next()] == [True, False]
    left = Quarantined.objects.order_by("native_id").values_list("native_id", "checked_at")
    assert list(left) == [("", None), ("8", NOON + 22 * HOUR)]


def test_without_money_nothing_else_is_held_up_and_health_says_it(
    desk: Desk, fake: World, capsys: pytest.CaptureFixture[str]
) -> None:
    hear(desk.channel, said("1", "Hallo?"), said("2", "Nanu?", OTTO), at=NOON)
    Sighting.objects.filter(native_id="2").update(checked_at=NOON + 20 * HOUR)
    fake.fails_with = [Temporary("budget_spent", retry_at=NOON + 300 * HOUR)]
    with time_machine.travel(NOON + 25 * HOUR, tick=False) as clock, translation.override("en"):
        assert listen.sweep_next() is True
        channel = Channel.objects.get(pk=desk.channel.pk)
        assert (channel.error_code, Sweep.objects.get().error_code) == ("", "budget_spent")
        words = " ".join(notices_of(channel, timezone.now()))
        assert words == (
            "1 of 2 stored posts was not looked up within the 24 hours that Fake demands; if it was deleted "
            "there, it still stands here. There is no money for it: more budget lets it go on within the "
            "hour."
        )
        assert run(["ledger"]) == 0
        assert "2 posts looked for deletions, 1 NOT IN TIME" in capsys.readouterr().out
        run(["ledger", "--json"])
        assert json.loads(capsys.readouterr().out)["swept"][0]["late"] == 1
        assert listen.sweep_next() is False
        clock.shift(HOUR)
        assert listen.sweep_next() is True
        assert (Sweep.objects.get().error_code, notices_of(channel, timezone.now())) == ("", [])
        assert dict(limits_words(channel, timezone.now()))["Looked for deletions"] == (
            "2 stored posts; longest ago: 6 h ago"
        )


def test_a_network_that_does_not_answer_is_asked_again_and_a_lost_key_is_told(
    desk: Desk, fake: World
) -> None:
    hear(desk.channel, said("1", "Hallo?"), at=NOON)
    again = NOON + 26 * HOUR
    fake.fails_with = [Temporary("rate_limited", retry_at=again), LoginNeeded("token_revoked")]
    with time_machine.travel(NOON + 25 * HOUR, tick=False) as clock, translation.override("en"):
        listen.sweep_next()
        assert Sweep.objects.get().next_at == again
        assert notices_of(desk.channel, timezone.now())[0].endswith("It goes on by itself.")
        clock.move_to(again)
        listen.sweep_next()
    assert Channel.objects.get(pk=desk.channel.pk).state == "login"


def test_a_look_for_edits_that_is_too_dear_stops_no_reading(desk: Desk, fake: World) -> None:
    hear(desk.channel, said("1", "Hallo?"), at=NOON)
    fake.fails_with = [Temporary("budget_spent", retry_at=NOON + 300 * HOUR)]
    Channel.objects.update(next_poll_at=NOON)
    with time_machine.travel(NOON + HOUR, tick=False):
        assert listen.recheck_next() is True
    channel = Channel.objects.get(pk=desk.channel.pk)
    assert (channel.error_code, channel.next_poll_at) == ("", NOON)
    assert not Budget.objects.exists()


def test_every_post_is_asked_for_once(desk: Desk, fake: World) -> None:
    """A hundred a call; none is left out, and none is asked for twice."""
    for begin in range(0, 2_000, 500):
        some = [said(f"{n}", f"Nordlicht {n}", addressed=False) for n in range(begin, begin + 500)]
        hear(desk.channel, *some, at=NOON + timedelta(minutes=begin))
    with time_machine.travel(NOON + 60 * HOUR, tick=False):
        calls = 0
        while listen.sweep_next():
            calls += 1
    assert (calls, fake.asked.count("CheckPosts")) == (20, 20)
    assert set(Sighting.objects.values_list("checked_at", flat=True)) == {NOON + 60 * HOUR}
