"""Alarms to chats, against a real web hook on loopback: told, refused, repeated, kept in bounds."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from resonanz.desk import alarming, notifying, queries, wording_alarms
from resonanz.desk.models import Alarm, AlarmAddress, AlarmCall, AlarmOf, AlarmRing, CallState, Event
from resonanz.desk.notifying import NotTold, tell_next
from tests.cast import NOON, Desk
from tests.desk.chat import Chat, chat
from tests.desk.running import free_port

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
ADVICE = {code: str(words) for code, words in wording_alarms.REFUSALS.items()}


@pytest.fixture
def room(settings: Settings) -> Iterator[Chat]:
    """A chat on loopback, and a desk that may call it."""
    settings.LOCAL_ALARMS = True
    with chat() as running:
        yield running


@pytest.fixture
def call(desk: Desk, room: Chat) -> AlarmCall:
    """A ring of an alarm whose address has not been told yet."""
    address = notifying.keep(desk.olga, "Storm room", room.url, "en")
    wanted = alarming.Wanted(
        name="Toner",
        of=AlarmOf.QUERY,
        span_s=3600,
        least_count=3,
        query=queries.save(desk.anna, "Toner", "toner"),
        addresses=[address],
    )
    alarm = alarming.save(desk.anna, wanted)
    ring = AlarmRing.objects.create(alarm=alarm, rung_at=NOON, count=3, most_count=4, threshold=3)
    now = timezone.now()
    return AlarmCall.objects.create(ring=ring, address=address, written_at=now, due_at=now)


def fresh(call: AlarmCall) -> AlarmCall:
    return AlarmCall.objects.get(pk=call.pk)


def test_a_chat_is_told_once_in_its_language_with_the_way_to_the_ring(
    call: AlarmCall, room: Chat, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://desk.nordlicht.example"
    assert [tell_next(), tell_next()] == [True, False]
    (told,) = room.told
    assert told["path"] == "/hook/secret-of-the-chat"
    assert told["title"] == "Toner: 4 posts"
    assert told["message"].splitlines()[0] == "Posts that fit “Toner”: 4 posts within 1 hour."
    assert told["message"].endswith(f"https://desk.nordlicht.example/alarms/rings/{call.ring_id}/")
    assert (fresh(call).state, fresh(call).due_at, fresh(call).sent_at is None) == (
        CallState.SENT,
        None,
        False,
    )
    assert Event.objects.filter(kind="alarm_told").count() == 1


def test_what_is_gone_for_good_is_not_tried_again(call: AlarmCall, room: Chat) -> None:
    room.status = 404
    assert [tell_next(), tell_next()] == [True, False]
    assert (fresh(call).state, fresh(call).error) == (CallState.FAILED, "refused: 404")
    assert "(404)" in wording_alarms.refusal(fresh(call).error)


def test_a_busy_chat_is_asked_again_until_it_takes_it(call: AlarmCall, room: Chat) -> None:
    room.status = 503
    tell_next()
    assert (fresh(call).state, fresh(call).error) == (CallState.WAITING, "busy: 503")
    assert tell_next() is False
    room.status = 204
    due_at = fresh(call).due_at
    assert due_at is not None
    with time_machine.travel(due_at + timedelta(seconds=1)):
        assert tell_next() is True
    assert (fresh(call).state, fresh(call).error, len(room.told)) == (CallState.SENT, "", 2)


def test_a_chat_that_is_away_is_given_up_in_the_end(call: AlarmCall, desk: Desk) -> None:
    notifying.keep(desk.olga, "Storm room", f"json://127.0.0.1:{free_port()}/x", "en", call.address)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        attempts = 0
        while (due_at := fresh(call).due_at) is not None:
            clock.move_to(due_at)
            assert tell_next() is True
            attempts += 1
    assert attempts == len(notifying.AGAIN_AFTER) + 1
    assert (fresh(call).state, fresh(call).error) == (CallState.FAILED, "unreachable")


def test_nobody_is_told_of_what_is_over_or_looked_after(call: AlarmCall, room: Chat) -> None:
    AlarmRing.objects.update(acknowledged_at=NOON)
    assert tell_next() is True
    assert (fresh(call).state, fresh(call).error, room.told) == (CallState.FAILED, "over", [])


def test_no_redirect_is_followed(call: AlarmCall, room: Chat) -> None:
    with chat() as inner:
        room.status, room.location = 307, inner.url.replace("json", "http")
        tell_next()
        assert inner.told == []
    assert fresh(call).error == "refused: 307"


def test_an_address_cannot_loosen_what_keeps_it_in_bounds(settings: Settings) -> None:
    settings.LOCAL_ALARMS = True
    place = notifying.opened("jsons://127.0.0.1/x?verify=no&redirect=yes&rto=900&cto=900")
    assert (place.verify_certificate, place.redirects) == (True, False)
    assert place.request_timeout == (notifying.TIMEOUT_S, notifying.TIMEOUT_S)
    assert getattr(notifying.opened("matrixs://user:pass@127.0.0.1/#room"), "discovery", None) is False


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "not_an_address"),
        ("storm room", "not_an_address"),
        ("slack://", "not_an_address"),
        ("slack://x", "not_an_address"),
        ("slack://a\nb", "not_an_address"),
        ("jsons://" + "a" * 2000, "not_an_address"),
        ("file:///etc/passwd", "unknown_kind"),
        ("syslog://", "unknown_kind"),
        ("dbus://", "unknown_kind"),
        ("macosx://", "unknown_kind"),
        ("windows://", "unknown_kind"),
        ("mailto://user:pass@example.org", "unknown_kind"),
        ("https://example.org/hook", "unknown_kind"),
        ("json://chat.example.org/x", "open"),
        ("jsons://127.0.0.1/x", "local"),
        ("jsons://localhost/x", "local"),
        ("jsons://169.254.169.254/latest", "local"),
        ("jsons://10.0.0.7:8443/x", "local"),
        ("ntfys://[::1]/topic", "local"),
        ("jsons://nowhere.invalid/x", "unreachable"),
    ],
)
def test_what_the_desk_does_not_call(desk: Desk, url: str, code: str) -> None:
    with pytest.raises(NotTold) as refused:
        notifying.keep(desk.olga, "Storm room", url, "de")
    assert refused.value.code == code
    assert "%(" not in wording_alarms.refusal(refused.value.line)
    assert not AlarmAddress.objects.exists()


def test_kinds_that_name_no_server_are_taken_as_they_are(desk: Desk) -> None:
    kept = notifying.keep(desk.olga, "Slack", SLACK, "de")
    assert (kept.shown, kept.secret) == ("Slack, …i7FQ", {"url": SLACK})
    hook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert notifying.plain(hook).startswith("slack://")
    assert notifying.keep(desk.olga, "Hook", hook, "de").shown.startswith("Slack, …")
    assert str(notifying.opened("ntfys://nordlicht-alarms")).startswith("ntfys://nordlicht-alarms")


def test_an_address_is_locked_away_and_shown_masked(desk: Desk, room: Chat) -> None:
    kept = notifying.keep(desk.olga, " Storm  room ", room.url, "de")
    assert (kept.name, kept.shown) == ("Storm room", f"JSON, 127.0.0.1:{room.port}, …chat")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM desk_alarmaddress")
        assert "secret-of" not in repr(cursor.fetchall())
    changed = notifying.keep(desk.olga, "Night room", "", "en", kept)
    assert AlarmAddress.objects.get(pk=changed.pk).secret == {"url": room.url}
    assert (changed.name, changed.language) == ("Night room", "en")
    assert notifying.masked("slack://short") == "Slack"
    assert notifying.masked("ntfys://nordlicht-alarms") == "ntfy, …arms"
    assert notifying.masked("jsons://user:pass@chat.example.org/abcdefg") == "JSON, chat.example.org, …defg"


def test_no_secret_reaches_the_log(desk: Desk, room: Chat) -> None:
    logged = StringIO()
    listening = logging.StreamHandler(logged)
    logging.getLogger().addHandler(listening)
    with pytest.raises(NotTold):
        notifying.opened("slack://only-one-secret-token")
    room.status = 500
    with pytest.raises(NotTold):
        notifying.try_out(notifying.keep(desk.olga, "Storm room", room.url, "en"))
    logging.getLogger().removeHandler(listening)
    assert logged.getvalue() == ""


def test_only_operators_enter_and_drop_addresses(desk: Desk) -> None:
    for agent in (desk.anna, desk.clara):
        with pytest.raises(NotTold, match="operator_needed"):
            notifying.keep(agent, "Slack", SLACK, "de")
    with pytest.raises(NotTold, match="name_missing"):
        notifying.keep(desk.olga, " ", SLACK, "de")
    kept = notifying.keep(desk.olga, "Slack", SLACK, "de")
    with pytest.raises(NotTold, match="name_taken"):
        notifying.keep(desk.olga, "Slack", SLACK, "de")
    with pytest.raises(NotTold, match="operator_needed"):
        notifying.drop(desk.clara, kept)
    notifying.drop(desk.olga, kept)
    assert AlarmAddress.objects.get().dropped_at is not None
    notifying.drop(desk.olga, kept, dropped=False)
    assert AlarmAddress.objects.get().dropped_at is None


def test_a_test_says_whether_it_arrived(desk: Desk, room: Chat) -> None:
    address = notifying.keep(desk.olga, "Storm room", room.url, "en")
    notifying.try_out(address)
    assert room.told[0]["title"] == "A test from Resonanz"
    assert room.told[0]["message"].startswith("Alarms for “Storm room” arrive here.")
    room.status = 401
    with pytest.raises(NotTold) as refused:
        notifying.try_out(address)
    assert refused.value.line == "refused: 401"


def test_an_alarm_tells_its_addresses_but_not_those_that_were_dropped(desk: Desk, room: Chat) -> None:
    kept = notifying.keep(desk.olga, "Storm room", room.url, "en")
    dropped = notifying.keep(desk.olga, "Old room", room.url, "en")
    notifying.drop(desk.olga, dropped)
    wanted = alarming.Wanted(
        name="Waiting", of=AlarmOf.WAITING, span_s=600, least_count=1, addresses=[kept, dropped]
    )
    alarm = alarming.save(desk.anna, wanted)
    ring = AlarmRing(alarm=alarm, rung_at=NOON, count=1, most_count=1, threshold=1)
    assert Alarm.objects.get().addresses.count() == 2
    ring.save()
    Alarm.objects.update(check_at=None)
    alarming._tell(ring, alarm, NOON)
    assert list(AlarmCall.objects.values_list("address", flat=True)) == [kept.pk]
