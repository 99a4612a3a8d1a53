"""Plain alarms: what they count, when they ring, whom they tell, and what quiets them; at frozen moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone

from resonanz.desk import alarming, counting, letters, queries, streams
from resonanz.desk.alarming import AlarmError, Wanted, check_next
from resonanz.desk.models import (
    Agent,
    Alarm,
    AlarmOf,
    AlarmRing,
    Conversation,
    Event,
    Import,
    Letter,
    Mention,
    Notice,
    Query,
    Stream,
    StreamKind,
)
from resonanz.desk.settings import MailServer
from resonanz.desk.storage import to_ms
from resonanz.post import Audience
from resonanz.usual import Window
from tests.cast import ADA, MIA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.desk.post_office import post_office

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def toner(desk: Desk, clock: time_machine.Traveller) -> Query:
    return queries.save(desk.anna, "Toner", "toner")


def wanted(query: Query | None, **more: object) -> Wanted:
    known = Wanted(name="Toner", of=AlarmOf.QUERY, span_s=3600, least_count=3, query=query)
    return replace(known, **more)  # type: ignore[arg-type]


def say(desk: Desk, *names: str, at: datetime = NOON, words: str = "Toner leer", **more: object) -> None:
    people = (ADA, OTTO, MIA)
    posts = [
        said(name, words, people[number % 3], at=at - MINUTE * (len(names) - number), **more)  # type: ignore[arg-type]
        for number, name in enumerate(names)
    ]
    hear(desk.channel, *posts, at=max(at, posts[-1].post.posted_at))


def look(clock: time_machine.Traveller, moment: datetime) -> None:
    """Do all that is due at a moment."""
    clock.move_to(moment)
    while check_next():
        pass


def ring() -> AlarmRing:
    return AlarmRing.objects.select_related("alarm").get()


# Counting ----------------------------------------------------------------------------------------


def test_what_fits_a_query_counts_and_what_is_deleted_ours_or_recorded_does_not(
    desk: Desk, toner: Query
) -> None:
    say(desk, "1", "2", "3", "4", at=NOON)
    say(desk, "5", words="Bahn", at=NOON)
    hear(desk.channel, said("6", "Toner kommt", US, at=NOON - MINUTE, to=said("1", "")))
    alarm = alarming.draft(desk.anna, wanted(toner))
    what = counting.watched(alarm)
    assert what is not None
    assert counting.counted(what, NOON - HOUR, NOON) == 4
    assert counting.counted(what, NOON - 2 * MINUTE, NOON) == 2
    Mention.objects.filter(uri__endswith="/2").update(deleted_at=NOON)
    assert counting.counted(what, NOON - HOUR, NOON) == 3
    row = Import.objects.create(began_at=NOON, finished_at=NOON)
    Conversation.objects.filter(mentions__uri__endswith="/3").update(from_import=row)
    assert counting.counted(what, NOON - HOUR, NOON) == 2
    past = counting.history(what, NOON - HOUR, NOON)
    assert (past.counts.within(Window(NOON - HOUR, NOON)), past.since) == (2, NOON - HOUR)


def test_only_what_its_maker_may_see_counts(desk: Desk, toner: Query) -> None:
    say(desk, "1", "2")
    desk.ben.teams.clear()
    for agent, count in ((desk.anna, 2), (desk.ben, 0), (desk.clara, 2)):
        for of in (AlarmOf.QUERY, AlarmOf.HEARD, AlarmOf.WAITING):
            what = counting.watched(alarming.draft(agent, wanted(toner, of=of)))
            assert what is not None
            assert counting.counted(what, NOON - HOUR, NOON) == count, (agent, of)


def test_posts_of_one_channel_and_of_all(desk: Desk, clock: time_machine.Traveller) -> None:
    say(desk, "1", "2")
    one = wanted(None, of=AlarmOf.HEARD, channel=desk.channel)
    for as_wanted in (one, replace(one, channel=None)):
        what = counting.watched(alarming.draft(desk.anna, as_wanted))
        assert what is not None
        past = counting.history(what, NOON - HOUR, NOON)
        assert counting.counted(what, NOON - HOUR, NOON) == 2
        assert past.counts.within(Window(NOON - HOUR, NOON)) == 2
    desk.channel.pk = None
    desk.channel.uid = "another"
    desk.channel.save()
    what = counting.watched(alarming.draft(desk.clara, replace(one, channel=desk.channel)))
    assert what is not None
    assert counting.counted(what, NOON - HOUR, NOON) == 0


def test_who_waits_is_counted_as_it_was_at_each_moment(desk: Desk, clock: time_machine.Traveller) -> None:
    say(desk, "1", "2", "3", at=NOON)
    asked = said("1", "", at=NOON - 3 * MINUTE)
    hear(desk.channel, said("9", "Ist unterwegs", US, at=NOON + MINUTE, to=asked))
    what = counting.watched(alarming.draft(desk.anna, wanted(None, of=AlarmOf.WAITING)))
    assert what is not None
    moments = [NOON - HOUR, NOON - 2 * MINUTE, NOON, NOON + 2 * MINUTE]
    expected = [0, 2, 3, 2]
    assert [counting.counted(what, one - HOUR, one) for one in moments] == expected
    past = counting.history(what, NOON - HOUR, NOON + HOUR)
    assert [past.counts.within(Window(one - HOUR, one)) for one in moments] == expected


def test_of_very_many_posts_only_the_newest_are_looked_at(
    desk: Desk, toner: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    monkeypatch.setattr(counting, "COUNTED_MOST", 3)
    monkeypatch.setattr(counting, "REMEMBERED_MOST", 3)
    say(desk, "1", "2", "3", "4", "5")
    what = counting.watched(alarming.draft(desk.anna, wanted(toner)))
    assert what is not None
    assert counting.counted(what, NOON - HOUR, NOON) == 3
    assert counting.history(what, NOON - HOUR, NOON).since == NOON - 3 * MINUTE


def test_nothing_is_known_before_the_desk_listened(desk: Desk, clock: time_machine.Traveller) -> None:
    assert counting.known_since() == desk.channel.connected_at
    desk.channel.delete()
    assert counting.known_since() == NOON


# Ringing -----------------------------------------------------------------------------------------


def test_it_rings_once_until_it_has_fallen_and_then_again(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarm = alarming.save(desk.anna, wanted(toner, people=[desk.anna, desk.clara]))
    look(clock, NOON)
    say(desk, "1", "2", "3", at=NOON + 10 * MINUTE)
    look(clock, NOON + 10 * MINUTE)
    look(clock, NOON + 12 * MINUTE)
    rung = ring()
    assert (rung.rung_at, rung.count, rung.told_at) == (NOON + 10 * MINUTE, 3, NOON + 10 * MINUTE)
    assert sorted(Notice.objects.values_list("agent", "ring", "kind")) == sorted(
        (agent.pk, rung.pk, "alarm") for agent in (desk.anna, desk.clara)
    )
    say(desk, "4", at=NOON + 20 * MINUTE)
    look(clock, NOON + 20 * MINUTE)
    assert (ring().most_count, Notice.objects.count()) == (4, 2)
    look(clock, NOON + 2 * HOUR)
    assert (ring().ended_at, Notice.objects.filter(seen_at=None).count()) == (NOON + 2 * HOUR, 0)
    say(desk, "5", "6", "7", at=NOON + 3 * HOUR)
    look(clock, NOON + 3 * HOUR)
    assert AlarmRing.objects.count() == 2
    alarm.refresh_from_db()
    assert (alarm.count, alarm.checked_at) == (3, NOON + 3 * HOUR)
    kinds = Event.objects.filter(kind__startswith="alarm_").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["alarm_changed", "alarm_rang", "alarm_over", "alarm_rang"]


def test_so_many_times_the_usual_with_a_floor(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    for day in range(1, 15):
        say(desk, f"a{day}", f"b{day}", at=NOON - timedelta(days=day))
    alarming.save(desk.anna, wanted(toner, times=3.0, least_count=2, people=[desk.anna]))
    say(desk, "1", "2", "3", "4", "5", at=NOON)
    look(clock, NOON)
    assert not AlarmRing.objects.exists()
    say(desk, "6", at=NOON)
    look(clock, NOON + 2 * MINUTE)
    assert (ring().count, ring().usual, ring().threshold) == (6, 2.0, 6.0)


def test_who_waits_is_compared_with_the_same_hour_too(desk: Desk, clock: time_machine.Traveller) -> None:
    for day in range(1, 15):
        asked = said(f"q{day}", "Hallo?", at=NOON - timedelta(days=day, hours=1))
        hear(desk.channel, asked)
        hear(desk.channel, said(f"a{day}", "Hallo!", US, at=asked.post.posted_at + 2 * HOUR, to=asked))
    alarming.save(desk.anna, wanted(None, of=AlarmOf.WAITING, times=2.0, least_count=2, people=[desk.anna]))
    look(clock, NOON)
    assert not AlarmRing.objects.exists()
    say(desk, "1", "2", at=NOON)
    look(clock, NOON + 2 * MINUTE)
    assert (ring().count, ring().usual, ring().threshold) == (2, 1.0, 2.0)


def test_a_floor_keeps_small_numbers_quiet_and_stands_alone_where_nothing_is_known(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarming.save(desk.anna, wanted(toner, times=3.0, least_count=5, people=[desk.anna]))
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    assert not AlarmRing.objects.exists()  # three where none is usual
    desk.channel.connected_at = NOON - HOUR
    desk.channel.save()
    say(desk, "4", "5", at=NOON)
    look(clock, NOON + 2 * MINUTE)
    assert (ring().count, ring().usual, ring().threshold) == (5, None, 5.0)


def test_a_snooze_keeps_it_quiet_and_it_rings_again_while_still_above(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarming.save(desk.anna, wanted(toner, span_s=86_400, people=[desk.anna]))
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    until = alarming.snooze(desk.anna, ring(), "half_hour")
    assert (until, ring().snoozed_by) == (NOON + 30 * MINUTE, desk.anna)
    assert not Notice.objects.filter(seen_at=None).exists()
    look(clock, NOON + 20 * MINUTE)
    assert not Notice.objects.filter(seen_at=None).exists()
    look(clock, NOON + 35 * MINUTE)
    assert Notice.objects.filter(seen_at=None).count() == 1
    assert (ring().snoozed_until, ring().told_at) == (None, NOON + 35 * MINUTE)


def test_an_acknowledged_one_tells_nobody_again_and_it_can_be_taken_back(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarming.save(desk.anna, wanted(toner, span_s=86_400, people=[desk.anna, desk.ben]))
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    alarming.acknowledge(desk.ben, ring())
    assert (ring().acknowledged_by, ring().acknowledged_at) == (desk.ben, NOON)
    assert not Notice.objects.filter(seen_at=None).exists()
    look(clock, NOON + 5 * HOUR)
    assert Notice.objects.count() == 2
    alarming.take_back(desk.ben, ring())
    assert (ring().acknowledged_by, ring().acknowledged_at) == (None, None)
    look(clock, NOON + 30 * HOUR)
    over = ring()
    assert over.ended_at == NOON + 30 * HOUR
    alarming.acknowledge(desk.ben, over)
    alarming.take_back(desk.ben, over)
    assert ring().acknowledged_at is None


def test_of_a_snooze_and_an_acknowledgement_the_later_one_counts(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarming.save(desk.anna, wanted(toner, span_s=86_400, people=[desk.anna]))
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    alarming.acknowledge(desk.anna, ring())
    alarming.snooze(desk.anna, ring(), "half_hour")
    assert (ring().acknowledged_by, ring().acknowledged_at) == (None, None)
    look(clock, NOON + 35 * MINUTE)
    assert Notice.objects.filter(seen_at=None).count() == 1
    alarming.snooze(desk.anna, ring(), "half_hour")
    alarming.acknowledge(desk.anna, ring())
    assert ring().snoozed_until is None
    look(clock, NOON + 90 * MINUTE)
    assert not Notice.objects.filter(seen_at=None).exists()


def test_how_long_a_snooze_lasts(clock: time_machine.Traveller) -> None:
    assert alarming.snoozed_until("two_hours", NOON) == NOON + 2 * HOUR
    assert timezone.localtime(alarming.snoozed_until("tomorrow", NOON)).isoformat() == (
        "2026-11-19T08:00:00+01:00"
    )
    with pytest.raises(AlarmError, match="span_unknown"):
        alarming.snoozed_until("for ever", NOON)


def test_quiet_hours_hold_it_back_and_tell_afterwards(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    quiet = {"quiet_from": time(22), "quiet_until": time(7)}
    alarm = alarming.save(desk.anna, wanted(toner, span_s=86_400, people=[desk.anna], **quiet))
    night = NOON + 10 * HOUR  # 23 o'clock in Berlin
    say(desk, "1", "2", "3", at=night)
    look(clock, night)
    look(clock, night + 7 * HOUR)
    assert (ring().told_at, Notice.objects.count()) == (None, 0)
    look(clock, night + 9 * HOUR)
    assert (ring().told_at, Notice.objects.count()) == (night + 9 * HOUR, 1)
    alarm.quiet_from, alarm.quiet_until = time(12), time(14)
    assert [alarming.is_quiet(alarm, NOON + hours * HOUR) for hours in (-2, 0, 1)] == [False, True, False]


def test_one_that_cannot_count_rests_and_holds_up_no_other(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    gone = alarming.save(desk.ben, wanted(toner, people=[desk.anna]))
    whole = alarming.save(desk.anna, wanted(None, of=AlarmOf.HEARD, people=[desk.anna]))
    desk.ben.is_active = False
    desk.ben.save()
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    gone.refresh_from_db()
    assert (ring().alarm, gone.checked_at, counting.rests(gone)) == (whole, None, "nobody")
    desk.ben.is_active = True
    desk.ben.save()
    queries.drop(desk.anna, toner)
    assert counting.rests(Alarm.objects.get(pk=gone.pk)) == "query"
    toner.delete()
    gone = Alarm.objects.get(pk=gone.pk)
    assert (gone.query, counting.rests(gone)) == (None, "query")


def test_one_that_comes_to_rest_rings_no_more(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarming.save(desk.anna, wanted(toner, span_s=86_400, people=[desk.anna]))
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    toner.delete()
    look(clock, NOON + HOUR)
    assert (ring().ended_at, Notice.objects.filter(seen_at=None).count()) == (NOON + HOUR, 0)


def test_two_workers_never_look_at_the_same_one(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarming.save(desk.anna, wanted(toner, people=[desk.anna]))
    assert [check_next(), check_next()] == [True, False]
    spans = [timedelta(seconds=seconds) for seconds in alarming.SPANS]
    waits = [alarming.every(span).total_seconds() for span in spans]
    assert (waits[0], waits[2], waits[-1]) == (15, 90, 300)


def test_what_changed_while_it_was_counted_is_left_to_the_next_look(
    desk: Desk, toner: Query, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = alarming.save(desk.anna, wanted(toner, least_count=1, people=[desk.anna]))
    say(desk, "1", at=NOON)
    counted = alarming.figure

    def slow(one: Alarm, now: datetime) -> alarming.Figure | None:
        found = counted(one, now)
        alarming.drop(desk.anna, alarm)
        return found

    monkeypatch.setattr(alarming, "figure", slow)
    assert check_next() is True
    assert not AlarmRing.objects.exists()


# Telling -----------------------------------------------------------------------------------------


@pytest.mark.servers
def test_letters_speak_the_readers_language_and_lead_to_the_ring(
    desk: Desk, toner: Query, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://desk.nordlicht.example"
    for agent, language in ((desk.anna, "en"), (desk.clara, "de")):
        agent.email, agent.language = f"{agent.username}@nordlicht.example", language
        agent.save()
    with post_office() as office:
        settings.MAIL = MailServer("127.0.0.1", office.port, "", "", "no")
        settings.MAIL_FROM = "Nordlicht <desk@nordlicht.example>"
        alarming.save(desk.anna, wanted(toner, people=[desk.anna, desk.ben, desk.clara]))
        say(desk, "1", "2", "3", at=NOON)
        look(clock, NOON)
        assert {one.message_id.startswith(f"<{alarming.letters_of(ring())}") for one in Letter.objects.all()}
        while letters.send_next():
            pass
        told = {letter["To"]: letter for letter in office.letters}
    assert set(told) == {"anna@nordlicht.example", "clara@nordlicht.example"}  # Ben has no address
    english = told["anna@nordlicht.example"]
    assert english["Subject"] == "Toner: 3 posts"
    assert english.get_content().replace("\r\n", "\n") == (
        "Posts that fit “Toner”: 3 posts within 1 hour.\n"
        "This alarm rings at 3 posts within 1 hour.\n\n"
        "Look at it, acknowledge or snooze it:\n"
        f"https://desk.nordlicht.example/alarms/rings/{ring().pk}/\n"
    )


# Making one --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"query": None}, "query_missing"),
        ({"least_count": 0}, "number_small"),
        ({"times": 1.0}, "times_small"),
        ({"times": float("nan")}, "times_small"),
        ({"span_s": 61}, "span_unknown"),
        ({"quiet_from": time(22)}, "quiet_half"),
        ({"people": ()}, "nobody"),
    ],
)
def test_what_makes_no_alarm_is_refused(desk: Desk, toner: Query, more: dict[str, object], code: str) -> None:
    with pytest.raises(AlarmError, match=code):
        alarming.save(desk.anna, replace(wanted(toner, people=[desk.anna]), **more))  # type: ignore[arg-type]
    assert not Alarm.objects.exists()


def test_who_may_make_change_and_see_one(desk: Desk, toner: Query) -> None:
    with pytest.raises(AlarmError, match="not_allowed"):
        alarming.save(desk.tom, wanted(toner, people=[desk.tom]))
    alarm = alarming.save(desk.anna, wanted(toner, people=[desk.tom]))
    with pytest.raises(AlarmError, match="not_yours"):
        alarming.save(desk.ben, wanted(toner, people=[desk.ben]), alarm)
    with pytest.raises(AlarmError, match="not_yours"):
        alarming.drop(desk.tom, alarm)
    seen = {agent.username: alarming.alarms_visible_to(agent).count() for agent in (desk.anna, desk.ben)}
    seen |= {agent.username: alarming.alarms_visible_to(agent).count() for agent in (desk.tom, desk.clara)}
    assert seen == {"anna": 1, "ben": 0, "tom": 1, "clara": 1}
    desk.ben.teams.clear()
    with pytest.raises(AlarmError, match="not_allowed"):
        alarming.save(desk.ben, wanted(None, of=AlarmOf.HEARD, channel=desk.channel, people=[desk.ben]))


def test_whoever_changes_one_lets_it_count_what_they_see(desk: Desk, toner: Query) -> None:
    alarm = alarming.save(desk.anna, wanted(toner, people=[desk.anna]))
    changed = alarming.save(
        desk.clara, wanted(toner, of=AlarmOf.HEARD, channel=desk.channel, people=[desk.anna]), alarm
    )
    assert (changed.made_by, changed.query, changed.channel) == (desk.clara, None, desk.channel)


def test_a_dropped_one_ends_ringing_and_comes_back(
    desk: Desk, toner: Query, clock: time_machine.Traveller
) -> None:
    alarm = alarming.save(desk.anna, wanted(toner, people=[desk.anna]))
    say(desk, "1", "2", "3", at=NOON)
    look(clock, NOON)
    alarming.drop(desk.anna, alarm)
    alarm.refresh_from_db()
    assert (ring().ended_at, alarm.check_at, Notice.objects.filter(seen_at=None).count()) == (NOON, None, 0)
    alarming.drop(desk.anna, alarm, dropped=False)
    look(clock, NOON)
    assert AlarmRing.objects.filter(ended_at=None).count() == 1
    assert to_ms(NOON) == to_ms(Alarm.objects.get().checked_at or NOON - HOUR)
    assert conversation_of(said("1", "")).mentions.count() == 1


# Columns -----------------------------------------------------------------------------------------


def column(agent: Agent, *, shared: bool = False, **of: object) -> Stream:
    """Return a column of a new tab."""
    tab = streams.add_tab(agent, "Probe")
    streams.share(agent, tab, shared=shared)
    return streams.add(agent, tab, streams.Wanted(**of))  # type: ignore[arg-type]


def seen(agent: Agent, stream: Stream) -> int:
    """Return how many posts of the last hour an alarm of somebody's on a column counts."""
    what = counting.watched(alarming.draft(agent, wanted(None, of=AlarmOf.STREAM, stream=stream)))
    assert what is not None
    found = counting.counted(what, NOON - HOUR, NOON)
    past = counting.history(what, NOON - HOUR, NOON).counts
    assert past.within(Window(NOON - HOUR, NOON)) == found
    return found


def test_a_column_counts_what_others_said_in_it_or_what_we_said_in_ours(desk: Desk, toner: Query) -> None:
    say(desk, "1", "2", "3")
    say(desk, "4", words="Bahn")
    say(desk, "5", "6", words="Toner geheim", audience=Audience.DIRECT)
    say(desk, "7", words="Toner und Kunst", addressed=False)
    ours = said("8", "Toner kommt", US, at=NOON - MINUTE, to=said("5", ""), audience=Audience.DIRECT)
    hear(desk.channel, ours)
    anna, kinds = desk.anna, StreamKind
    counts = {
        "mentions": (column(anna, kind=kinds.MENTIONS), 6),
        "narrowed": (column(anna, kind=kinds.MENTIONS, narrowed="bahn"), 1),
        "query": (column(anna, kind=kinds.QUERY, about=str(toner.pk)), 6),
        "inbox": (column(anna, kind=kinds.INBOX), 2),
        "outbox": (column(anna, kind=kinds.OUTBOX), 1),
        "talk": (column(anna, kind=kinds.TALK, about=str(conversation_of(said("1", "")).pk)), 1),
    }
    assert {name: seen(anna, stream) for name, (stream, _) in counts.items()} == {
        name: count for name, (_, count) in counts.items()
    }
    Conversation.objects.update(from_import=Import.objects.create(began_at=NOON, finished_at=NOON))
    assert seen(anna, counts["mentions"][0]) == 0


def test_a_column_counts_for_each_what_they_may_see(desk: Desk, clock: time_machine.Traveller) -> None:
    say(desk, "1", "2", "3")
    shared = column(desk.anna, shared=True, kind=StreamKind.MENTIONS)
    assert (seen(desk.anna, shared), seen(desk.ben, shared)) == (3, 3)
    desk.ben.teams.clear()
    assert seen(desk.ben, shared) == 0


def test_a_column_of_anothers_own_tab_cannot_be_watched(desk: Desk, clock: time_machine.Traveller) -> None:
    private = column(desk.anna, kind=StreamKind.MENTIONS)
    for stream in (private, None):
        with pytest.raises(AlarmError) as refused:
            alarming.draft(desk.ben, wanted(None, of=AlarmOf.STREAM, stream=stream))
        assert refused.value.code == "column_missing"
    streams.share(desk.anna, private.tab, shared=True)
    assert alarming.draft(desk.ben, wanted(None, of=AlarmOf.STREAM, stream=private)).stream == private


def test_an_alarm_rests_while_its_column_is_not_there(desk: Desk, clock: time_machine.Traveller) -> None:
    stream = column(desk.anna, shared=True, kind=StreamKind.MENTIONS)
    say(desk, "1", "2", "3")
    plan = wanted(None, of=AlarmOf.STREAM, stream=stream, people=[desk.ben])
    alarm = alarming.save(desk.ben, plan)
    look(clock, NOON)
    assert (ring().ended_at, counting.rests(alarm)) == (None, "")
    streams.share(desk.anna, stream.tab, shared=False)
    look(clock, NOON + 5 * MINUTE)
    assert (counting.rests(alarm), ring().ended_at) == ("column", NOON + 5 * MINUTE)
    streams.share(desk.anna, stream.tab, shared=True)
    assert counting.rests(alarm) == ""
    streams.drop(desk.anna, stream)
    assert counting.rests(alarm) == "column"
    streams.restore(desk.anna, stream)
    assert counting.rests(alarm) == ""
    Stream.objects.all().delete()
    alarm.refresh_from_db()
    assert (alarm.stream, counting.rests(alarm), counting.watched(alarm)) == (None, "column", None)
