"""Alarms as pages: making one with its preview, the list, a ring and its answers, addresses, the bell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from resonanz.desk import alarming, counting, notifying, queries, reading_alarms, streams
from resonanz.desk.alarming import Wanted
from resonanz.desk.models import (
    Alarm,
    AlarmAddress,
    AlarmCall,
    AlarmOf,
    AlarmRing,
    Letter,
    Notice,
    NoticeKind,
    Query,
    Setting,
    StreamKind,
)
from tests.cast import ADA, MIA, NOON, OTTO, Desk, conversation_of, hear, said
from tests.desk.chat import Chat, chat
from tests.desk.web.client import heard, signed_in, text

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
HOOK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def toner(ours: Desk) -> Query:
    """A query that three posts of the last minutes fit, and one of three days ago."""
    now = timezone.now()
    for number, author in enumerate((ADA, OTTO, MIA)):
        hear(ours.channel, said(str(number), "Toner leer", author, at=now - timedelta(minutes=9 - number)))
    hear(ours.channel, said("9", "alter Toner", OTTO, at=now - timedelta(days=3)))
    return queries.save(ours.anna, "Toner", "toner")


def form(known_query: Query | None, *people: int, **more: object) -> dict[str, object]:
    known = {
        "name": "Toner grows",
        "of": "query",
        "query": "" if known_query is None else known_query.pk,
        "rule": "least",
        "least_count": 3,
        "times": "3",
        "span_s": 3600,
        "people": people,
    }
    return known | more


def rung(ours: Desk, query: Query) -> AlarmRing:
    """Return the ring of an alarm of Anna's that tells her and Tom."""
    signed_in(ours.anna).post(reverse("alarm-new"), form(query, ours.anna.pk, ours.tom.pk))
    assert alarming.check_next() is False  # keeping it has looked already
    return AlarmRing.objects.get()


def test_an_alarm_is_made_from_a_query_changed_dropped_and_taken_back(ours: Desk, toner: Query) -> None:
    client = signed_in(ours.anna)
    assert "Tell me when it grows" in text(client.get(reverse("query", args=[toner.pk])))
    blank = client.get(reverse("alarm-new") + f"?query={toner.pk}").content.decode()
    assert f'<option value="{toner.pk}" selected>Toner</option>' in blank
    answer = client.post(reverse("alarm-new"), form(toner, ours.anna.pk))
    alarm = Alarm.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("alarms"))
    assert (alarm.name, alarm.query, alarm.times, alarm.least_count) == ("Toner grows", toner, None, 3)
    assert list(alarm.people.all()) == [ours.anna]
    assert Setting.objects.get(pk="address").value == "http://testserver"
    edit = reverse("alarm-edit", args=[alarm.pk])
    assert "Would have rung 1 time" in text(client.get(edit))
    client.post(
        edit, form(toner, ours.anna.pk, rule="times", times="2.5", quiet_from="22:00", quiet_until="06:00")
    )
    alarm.refresh_from_db()
    assert (alarm.times, str(alarm.quiet_from), str(alarm.quiet_until)) == (2.5, "22:00:00", "06:00:00")
    page = text(client.post(reverse("alarm-act", args=[alarm.pk, "drop"]), follow=True))
    assert "“Toner grows” watches no more." in page
    assert client.get(edit).status_code == 404
    client.post(reverse("alarm-act", args=[alarm.pk, "restore"]))
    assert client.get(edit).status_code == 200
    assert client.post(reverse("alarm-act", args=[alarm.pk, "burn"])).status_code == 404


def test_keeping_one_looks_at_once_and_the_headline_counts_what_nobody_answered(
    ours: Desk, toner: Query
) -> None:
    client, listed = signed_in(ours.anna), reverse("alarms")
    ring = rung(ours, toner)
    assert "1 alarm rings" in text(client.get(listed))
    client.post(reverse("alarm-answer", args=[ring.pk, "acknowledge"]))
    assert "No alarm rings unanswered" in text(client.get(listed))
    client.post(reverse("alarm-act", args=[ring.alarm_id, "drop"]))
    client.post(reverse("alarm-act", args=[ring.alarm_id, "restore"]))
    assert "1 alarm rings" in text(client.get(listed))
    AlarmRing.objects.all().delete()
    assert "reached, about to ring" in text(client.get(listed))
    client.post(reverse("alarm-edit", args=[ring.alarm_id]), form(toner, ours.anna.pk, least_count=4))
    assert "No alarm rings" in text(client.get(listed))
    assert "calm" in text(client.get(listed))


@pytest.mark.parametrize("more", [{}, {"times": 2.0}, {"span_s": 600}])
def test_the_past_is_drawn_alike_when_one_looks_again(ours: Desk, more: dict[str, object]) -> None:
    for number in range(40):
        at = NOON - timedelta(minutes=17 * number * number % 20_000)
        hear(ours.channel, said(f"past-{number}", "Toner leer", ADA, at=at))
    toner = queries.save(ours.anna, "Toner", "toner")
    asked = {"name": "Toner", "of": AlarmOf.QUERY, "span_s": 3600, "least_count": 2, "query": toner} | more
    alarm = alarming.draft(ours.anna, Wanted(**asked))  # type: ignore[arg-type]
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False) as clock:
        first, drawn = reading_alarms.preview(alarm), last_day(alarm)
        clock.shift(timedelta(minutes=3))
        again, anew = reading_alarms.preview(alarm), last_day(alarm)
    assert first is not None
    assert again is not None
    assert (first.rung, first.lately) == (again.rung, again.lately)
    assert list(first.lately) == sorted(first.lately)
    assert drawn[:-1] == anew[: len(drawn) - 1]


def last_day(alarm: Alarm) -> list[tuple[datetime, int, float]]:
    """Return what the picture of an alarm's last day is drawn from."""
    alarm.pk = 0
    what, now = counting.watched(alarm), timezone.localtime()
    assert what is not None
    return [(point.at, point.count, point.threshold) for point in reading_alarms.last_day(alarm, what, now)]


def test_the_preview_says_what_it_would_have_done(ours: Desk, toner: Query) -> None:
    def looked(**more: object) -> str:
        return text(signed_in(ours.anna).post(reverse("alarm-look"), form(toner, **more)))

    page = looked()
    assert "3 posts within 1 hour" in page
    assert "Would have rung 1 time in the last 14 days; the most was 3." in page
    assert "between 0 and 3; rings at 3." in page
    assert "Would not have rung in the last 14 days; the most was 3." in looked(least_count=4)
    assert "Would have rung 2 times" in looked(least_count=1)
    assert "usual: 0" in looked(rule="times")
    assert "4 customers wait" in looked(of="waiting", query="")
    assert "3 posts within 1 day" in looked(of="heard", span_s=86_400)
    assert "Choose the saved query" in looked(query="")
    assert "1.1 times at least" in looked(rule="times", times="")
    assert "While you fill this in" in looked(least_count="")
    ours.channel.connected_at = timezone.now() - timedelta(hours=2)
    ours.channel.save()
    assert "in the last 24 hours" in looked()
    ours.channel.connected_at = timezone.now() - timedelta(days=1, hours=2)
    ours.channel.save()
    assert "in the last 1 day;" in looked()


def test_flaws_are_told_at_their_place_and_nothing_typed_is_lost(ours: Desk, toner: Query) -> None:
    client = signed_in(ours.anna)
    for more, told in (
        ({"name": " "}, "Give it a name by which people recognise it."),
        ({"people": ()}, "Choose somebody who is told, or an address."),
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and an end."),
        ({"least_count": 0}, "At least 1."),
    ):
        answer = client.post(reverse("alarm-new"), form(toner, ours.anna.pk) | more)
        assert (answer.status_code, told in text(answer)) == (422, True), told
    tom = signed_in(ours.tom).post(reverse("alarm-new"), form(toner, ours.tom.pk))
    assert "You can look at alarms; agents and leads make them." in text(tom)
    assert not Alarm.objects.exists()


def test_a_ring_shows_its_posts_and_is_looked_after_and_taken_back(ours: Desk, toner: Query) -> None:
    ring = rung(ours, toner)
    client = signed_in(ours.anna)
    listed = text(client.get(reverse("alarms")))
    assert "1 alarm rings" in listed
    assert "Posts that fit “Toner” · rings at 3 posts within 1 hour" in listed
    here = reverse("alarm-ring", args=[ring.pk])
    page = client.get(here)
    assert page.content.decode().count('class="hit"') == 3
    assert (
        f'href="{reverse("conversation", args=[conversation_of(said("2", "")).pk])}"' in page.content.decode()
    )
    assert "Anna bell rung" in text(page)
    told = text(client.post(reverse("alarm-answer", args=[ring.pk, "acknowledge"]), follow=True))
    assert "Anna looks after it" in told
    assert "rings, Anna looks after it" in text(client.get(reverse("alarms")))
    client.post(reverse("alarm-answer", args=[ring.pk, "back"]))
    told = text(client.post(reverse("alarm-answer", args=[ring.pk, "tomorrow"]), follow=True))
    assert "quiet until" in told
    assert "rings, quiet until" in text(client.get(reverse("alarms")))
    assert client.post(reverse("alarm-answer", args=[ring.pk, "burn"])).status_code == 404
    AlarmRing.objects.update(ended_at=timezone.now())
    assert "It rang from" in text(client.get(here))
    assert "Rang lately" in text(client.get(reverse("alarms")))


def test_who_is_not_meant_sees_neither_alarm_nor_ring(ours: Desk, toner: Query) -> None:
    ring = rung(ours, toner)
    client = signed_in(ours.ben)
    assert "Toner grows" not in text(client.get(reverse("alarms")))
    for address in (reverse("alarm-ring", args=[ring.pk]), reverse("alarm-edit", args=[ring.alarm_id])):
        assert client.get(address).status_code == 404
    assert client.post(reverse("alarm-answer", args=[ring.pk, "acknowledge"])).status_code == 404
    assert client.post(reverse("alarm-act", args=[ring.alarm_id, "drop"])).status_code == 404


def test_whoever_is_told_answers_but_does_not_change_and_sees_their_posts_only(
    ours: Desk, toner: Query
) -> None:
    ring = rung(ours, toner)
    ours.tom.teams.clear()
    client = signed_in(ours.tom)
    page = text(client.get(reverse("alarm-ring", args=[ring.pk])))
    assert "3 posts within 1 hour" in page
    assert "Nothing of it is for you to see" in page
    assert "disabled" in client.get(reverse("alarm-edit", args=[ring.alarm_id])).content.decode()
    told = client.post(reverse("alarm-act", args=[ring.alarm_id, "drop"]), follow=True)
    assert "Only who made this alarm and leads can change it." in text(told)
    client.post(reverse("alarm-answer", args=[ring.pk, "acknowledge"]))
    assert AlarmRing.objects.get().acknowledged_by == ours.tom


def test_an_empty_list_teaches_and_one_that_rests_says_why(ours: Desk, toner: Query) -> None:
    client = signed_in(ours.clara)
    assert "Nothing is watched yet" in text(client.get(reverse("alarms")))
    alarm = alarming.save(
        ours.anna,
        alarming.Wanted(
            name="Rest", of=AlarmOf.QUERY, span_s=600, least_count=1, query=toner, people=[ours.anna]
        ),
    )
    toner.delete()
    assert "Its saved query is gone." in text(client.get(reverse("alarms")))
    ring = AlarmRing.objects.create(
        alarm=Alarm.objects.get(pk=alarm.pk), rung_at=timezone.now(), count=1, most_count=1, threshold=1
    )
    assert client.get(reverse("alarm-ring", args=[ring.pk])).status_code == 200
    assert reading_alarms.preview(Alarm.objects.select_related("query", "made_by").get()) is None
    Alarm.objects.update(made_by=None)
    assert "A lead takes it over by keeping it anew." in text(client.get(reverse("alarms")))


@pytest.mark.parametrize("of", [AlarmOf.HEARD, AlarmOf.WAITING])
def test_rings_of_posts_and_of_who_waits_show_them(ours: Desk, of: AlarmOf) -> None:
    talk = heard(ours, "1")
    client = signed_in(ours.anna)
    for channel in ("", ours.channel.pk):
        client.post(
            reverse("alarm-new"),
            form(None, ours.anna.pk, of=of, channel=channel, least_count=1, rule="times", times="2"),
        )
    while alarming.check_next():
        pass
    for ring in AlarmRing.objects.all():
        page = client.get(reverse("alarm-ring", args=[ring.pk]))
        assert "Frage 1" in text(page)
        assert reverse("conversation", args=[talk.pk]) in page.content.decode()
    listed = text(client.get(reverse("alarms")))
    assert ("New posts on Nordlicht" in listed, "Who waits on Nordlicht" in listed) == (
        of == AlarmOf.HEARD,
        of == AlarmOf.WAITING,
    )


# The bell ----------------------------------------------------------------------------------------


def test_the_bell_shows_each_ring_and_leads_there(ours: Desk, toner: Query) -> None:
    ring = rung(ours, toner)
    client = signed_in(ours.anna)
    told = client.get(reverse("bell"), headers={"Accept": "application/json"}).json()
    assert told["count"] == 1
    assert (told["loud"]["url"], told["loud"]["words"]) == (
        reverse("alarm-ring", args=[ring.pk]),
        "Alarm: Toner grows: 3 posts",
    )
    assert "Alarm: Toner grows: 3 posts" in text(client.get(reverse("bell")))
    answer = client.post(reverse("bell"), {"ring": ring.pk})
    assert answer["Location"] == reverse("alarm-ring", args=[ring.pk])
    assert client.get(reverse("bell"), headers={"Accept": "application/json"}).json()["count"] == 0
    tom = signed_in(ours.tom)
    told = tom.get(reverse("bell"), headers={"Accept": "application/json"}).json()
    assert (told["count"], told["rings"]) == (1, [ring.pk])
    seen = tom.post(reverse("bell"), {"ring": ring.pk}, headers={"Accept": "application/json"}).json()
    assert (seen["count"], seen["rings"]) == (0, [])


def test_danger_is_shown_before_an_alarm(ours: Desk, toner: Query) -> None:
    talk = heard(ours, "danger")
    Notice.objects.create(agent=ours.anna, kind=NoticeKind.SAFETY, conversation=talk, at=timezone.now())
    rung(ours, toner)
    told = signed_in(ours.anna).get(reverse("bell"), headers={"Accept": "application/json"}).json()
    assert (told["loud"]["kind"], told["newest"]["kind"], told["count"]) == ("safety", "alarm", 2)


# Whom it told ------------------------------------------------------------------------------------


def test_what_became_of_letters_and_calls_is_said(ours: Desk, toner: Query) -> None:
    ring = rung(ours, toner)
    address = AlarmAddress.objects.create(
        name="Storm room", shown="Slack, …abcd", changed_at=timezone.now(), secret={"url": HOOK}
    )
    now = timezone.now()
    for number, (sent_at, due_at, error) in enumerate(
        (
            (now, None, ""),
            (None, None, "refused: no such mailbox"),
            (None, now, "unreachable: gone"),
            (None, now, ""),
            (None, None, "too_old"),
        )
    ):
        Letter.objects.create(
            to=f"p{number}@nordlicht.example",
            message_id=f"<{alarming.letters_of(ring)}{number}@resonanz.invalid>",
            written_at=now,
            sent_at=sent_at,
            due_at=due_at,
            error=error,
        )
    for state, error in (("sent", ""), ("failed", "refused: 404"), ("waiting", "busy: 503"), ("waiting", "")):
        AlarmCall.objects.create(ring=ring, address=address, state=state, error=error, written_at=now)
    page = text(signed_in(ours.anna).get(reverse("alarm-ring", args=[ring.pk])))
    for words in (
        "p0@nordlicht.example e-mail sent",
        "The mail server does not take it: no such mailbox. Look at the address.",
        "The mail server cannot be reached or is busy. We keep trying.",
        "p3@nordlicht.example e-mail on its way",
        "It waited for a day and is news no more.",
        "Storm room Slack sent",
        "The server refused it (404).",
        "The server cannot take it just now (503).",
    ):
        assert words in page, words


# Addresses ---------------------------------------------------------------------------------------


@pytest.fixture
def room(settings: Settings) -> Iterator[Chat]:
    settings.LOCAL_ALARMS = True
    with chat() as running:
        yield running


@pytest.mark.servers
def test_operators_enter_addresses_and_send_a_test(ours: Desk, room: Chat) -> None:
    client = signed_in(ours.olga)
    assert "No address yet" in text(client.get(reverse("settings-alarms")))
    said_words = {"name": "Storm room", "url": room.url, "language": "en"}
    page = text(client.post(reverse("settings-alarm-add"), said_words, follow=True))
    assert f"Storm room JSON, 127.0.0.1:{room.port}, …chat" in page
    assert "secret-of" not in page
    address = AlarmAddress.objects.get()
    test = reverse("settings-alarm-act", args=[address.pk, "test"])
    assert "Storm room has taken the test." in text(client.post(test, follow=True))
    room.status = 410
    assert "could not be delivered: The server refused it (410)." in text(client.post(test, follow=True))
    edit = reverse("settings-alarm", args=[address.pk])
    assert "secret-of" not in client.get(edit).content.decode()
    client.post(edit, {"name": "Night room", "url": "", "language": "de"})
    address.refresh_from_db()
    assert (address.name, address.secret["url"]) == ("Night room", room.url)
    page = text(client.post(reverse("settings-alarm-act", args=[address.pk, "drop"]), follow=True))
    assert "Night room is told no more." in page
    page = text(client.post(reverse("settings-alarm-act", args=[address.pk, "restore"]), follow=True))
    assert "Night room is told again." in page


def test_an_address_that_cannot_be_used_is_refused_with_advice(ours: Desk) -> None:
    client = signed_in(ours.olga)
    for url, told in (
        ("syslog://LOCAL5", "Possible are: apprises,"),
        ("json://chat.example.org", "without encryption"),
        ("jsons://10.0.0.1", "RESONANZ_LOCAL_ALARMS"),
    ):
        answer = client.post(reverse("settings-alarm-add"), {"name": "A", "url": url, "language": "de"})
        assert (answer.status_code, told in text(answer)) == (422, True), url
    answer = client.post(reverse("settings-alarm-add"), {"name": "", "url": HOOK, "language": "de"})
    assert "Give it a name" in text(answer)


def test_only_operators_reach_addresses_and_everybody_may_choose_them(ours: Desk, toner: Query) -> None:
    notifying.keep(ours.olga, "Storm room", HOOK, "de")
    for agent in (ours.anna, ours.clara):
        assert signed_in(agent).get(reverse("settings-alarms")).status_code == 403
    page = signed_in(ours.anna).get(reverse("alarm-new"))
    assert "Storm room" in text(page)
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in page.content.decode()
    address = AlarmAddress.objects.get()
    signed_in(ours.anna).post(reverse("alarm-new"), form(toner, addresses=[address.pk]))
    assert list(Alarm.objects.get().addresses.all()) == [address]


# Columns -----------------------------------------------------------------------------------------


def test_an_alarm_is_made_from_a_columns_menu(ours: Desk, toner: Query) -> None:
    tab = streams.add_tab(ours.anna, "Marke", [streams.Wanted(StreamKind.QUERY, str(toner.pk))])
    hidden = streams.add_tab(ours.ben, "Bens", [streams.Wanted(StreamKind.MENTIONS)])
    stream, foreign = tab.streams.get(), hidden.streams.get()
    client = signed_in(ours.anna)
    link = f"{reverse('alarm-new')}?stream={stream.pk}"
    assert f'href="{link}"' in client.get(reverse("stream-tab", args=[tab.pk])).content.decode()
    blank = client.get(link).content.decode()
    group = blank.partition('<optgroup label="Marke">')[2].partition("</optgroup>")[0]
    assert f'<option value="{stream.pk}" selected>Toner</option>' in group
    assert 'name="name" value="Toner"' in blank
    assert "Bens" not in blank
    plan = form(None, ours.anna.pk, of="stream", stream=stream.pk)
    assert "3 posts within 1 hour" in text(client.post(reverse("alarm-look"), plan))
    refused = client.post(reverse("alarm-new"), plan | {"stream": ""})
    assert (refused.status_code, "Choose the column that is watched." in text(refused)) == (422, True)
    assert client.post(reverse("alarm-new"), plan | {"stream": foreign.pk}).status_code == 422
    assert client.get(f"{reverse('alarm-new')}?stream={foreign.pk}").status_code == 200
    client.post(reverse("alarm-new"), plan)
    assert Alarm.objects.get().stream == stream
    assert "Posts in the column “Toner”" in text(client.get(reverse("alarms")))


def test_a_ring_of_a_column_shows_its_newest_posts_and_rests_without_it(ours: Desk, toner: Query) -> None:
    tab = streams.add_tab(ours.anna, "Marke", [streams.Wanted(StreamKind.QUERY, str(toner.pk))])
    client = signed_in(ours.anna)
    plan = form(None, ours.anna.pk, ours.tom.pk, of="stream", stream=tab.streams.get().pk)
    client.post(reverse("alarm-new"), plan)
    here = reverse("alarm-ring", args=[AlarmRing.objects.get().pk])
    page = text(client.get(here))
    assert ("Posts in the column “Toner”" in page, page.count("Toner leer")) == (True, 3)
    assert "Toner leer" in text(signed_in(ours.tom).get(here))
    ours.tom.teams.clear()
    assert "Nothing of it is for you to see" in text(signed_in(ours.tom).get(here))
    streams.drop(ours.anna, tab.streams.get())
    assert "Its column is gone, or is not shared any more." in text(client.get(reverse("alarms")))
    assert client.get(here).status_code == 200


def test_who_shares_a_column_with_others_lets_them_watch_it_but_not_change_it(ours: Desk) -> None:
    tab = streams.add_tab(ours.anna, "Marke", [streams.Wanted(StreamKind.MENTIONS)])
    streams.share(ours.anna, tab, shared=True)
    shown = signed_in(ours.ben).get(reverse("stream-tab", args=[tab.pk])).content.decode()
    assert ("Tell me when it grows" in shown, "Drop this column" in shown) == (True, False)
