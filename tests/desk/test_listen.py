"""From the network into the desk: pages, cursors, failures, edits and deletions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from resonanz.case import State, Waiting
from resonanz.desk import care, channels, leases, listen
from resonanz.desk.models import Channel, Conversation, Event, Mention
from resonanz.desk.web.channel_words import notices_of
from resonanz.networks import LoginNeeded, Nudge, Temporary
from resonanz.post import Link, Page
from tests.cast import ADA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.fake import World, edited

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def due(desk: Desk) -> Desk:
    """A desk whose channel is due to be read."""
    Channel.objects.update(next_poll_at=timezone.now())
    return desk


def test_nothing_is_read_before_its_time(desk: Desk, fake: World) -> None:
    Channel.objects.update(next_poll_at=timezone.now() + MINUTE)
    assert listen.listen_next() is False
    assert fake.asked == []


def test_a_page_is_stored_with_its_cursor(due: Desk, fake: World) -> None:
    fake.pages = [Page(sightings=(said("1", "Hallo?"),), cursor="c1")]
    assert listen.listen_next() is True
    channel = Channel.objects.get()
    assert (channel.cursor, Mention.objects.count()) == ("c1", 1)
    assert channel.next_poll_at is not None
    assert channel.next_poll_at > timezone.now()
    assert channel.read_at is not None
    assert listen.listen_next() is False


def test_more_pages_are_read_at_once_and_completeness_waits_for_the_last(due: Desk, fake: World) -> None:
    fake.pages = [Page(sightings=(said("1", "a"),), cursor="c1", more=True), Page(cursor="c2")]
    listen.listen_next()
    assert Channel.objects.get().read_at is None
    assert listen.listen_next() is True
    assert fake.asked == ["read ", "read c1"]
    assert Channel.objects.get().read_at is not None


def test_a_failure_is_remembered_in_words_and_tried_later(due: Desk, fake: World) -> None:
    fake.fails_with = [Temporary("unreachable", reason="connection refused")]
    assert listen.listen_next() is True
    channel = Channel.objects.get()
    assert (channel.state, channel.error_code, channel.error_reason) == (
        "ok",
        "unreachable",
        "connection refused",
    )
    assert channel.failures_count == 1
    assert channel.next_poll_at is not None
    assert channel.next_poll_at > timezone.now() + timedelta(seconds=3)
    Channel.objects.update(next_poll_at=timezone.now())
    listen.listen_next()
    channel.refresh_from_db()
    assert (channel.error_code, channel.failures_count) == ("", 0)
    assert [e.kind for e in Event.objects.order_by("id")] == ["channel_failed", "channel_ok"]


def test_a_rate_limit_is_obeyed(due: Desk, fake: World) -> None:
    until = (timezone.now() + timedelta(minutes=4)).replace(microsecond=0)
    fake.fails_with = [Temporary("rate_limited", retry_at=until)]
    listen.listen_next()
    assert Channel.objects.get().next_poll_at == until


def test_a_revoked_token_stops_reading_until_somebody_connects_again(due: Desk, fake: World) -> None:
    fake.fails_with = [LoginNeeded("token_revoked")]
    listen.listen_next()
    channel = Channel.objects.get()
    assert (channel.state, channel.next_poll_at) == ("login", None)


def test_deleted_posts_lose_their_words_but_not_their_place(desk: Desk, fake: World) -> None:
    question = said("1", "Meine Adresse ist …")
    question = replace(question, post=replace(question.post, links=(Link(url="https://ada.example"),)))
    hear(desk.channel, question)
    assert "ada.example" in Mention.objects.get().extras
    assert listen.withdraw(desk.channel, ["1", "unknown"], timezone.now()) == 1
    mention = Mention.objects.get()
    assert (mention.text, mention.extras, mention.deleted_at is not None) == ("", "", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM desk_words")
        assert cursor.fetchone() == (0,)
    assert conversation_of(question).waiting == Waiting.NOBODY
    assert listen.withdraw(desk.channel, ["1"], timezone.now()) == 0


def test_what_is_gone_from_one_server_stays_on_another_that_gave_out_the_same_number(desk: Desk) -> None:
    other = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="fjord", handle="fjord", connected_at=NOON
    )
    hear(desk.channel, said("1", "Hallo?"))
    assert listen.withdraw(other, ["1"], timezone.now()) == 0
    assert Mention.objects.get().text == "Hallo?"


def test_edits_and_deletions_are_heard_by_looking_again(desk: Desk, fake: World) -> None:
    stays, goes = said("1", "Mein Drcker"), said("2", "Oh je", OTTO)
    hear(desk.channel, stays, goes, at=timezone.now())
    assert listen.recheck_next() is False
    listen.recheck_soon(conversation_of(stays))
    listen.recheck_soon(conversation_of(goes))
    fake.now_there = {"1": edited(stays, "Mein Drucker", MINUTE)}
    fake.gone = {"2"}
    assert listen.recheck_next() is True
    assert {m.uri: m.text for m in Mention.objects.all()} == {
        stays.post.uri: "Mein Drucker",
        goes.post.uri: "",
    }
    assert listen.recheck_next() is False


def test_resolved_conversations_get_one_last_look(desk: Desk, fake: World) -> None:
    question = said("1", "Danke!")
    hear(desk.channel, question, at=timezone.now())
    case = conversation_of(question)
    care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    Conversation.objects.update(recheck_at=timezone.now())
    assert listen.recheck_next() is True
    Conversation.objects.update(
        recheck_at=timezone.now(), resolved_at=timezone.now() - timedelta(days=1, minutes=1)
    )
    assert listen.recheck_next() is True
    case.refresh_from_db()
    assert (case.state, case.recheck_at) == (State.RESOLVED, None)


def test_the_team_hears_that_somebody_wrote_where_only_the_networks_app_reads(
    desk: Desk, fake: World
) -> None:
    listen.nudge(desk.channel.pk, Nudge())
    assert Channel.objects.get(pk=desk.channel.pk).notices == {}
    listen.nudge(desk.channel.pk, Nudge(sealed=("2002",)))
    assert set(Channel.objects.get(pk=desk.channel.pk).notices) == {"encrypted_chat"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("scope_missing", "Private messages are not read: the access to Fake does not allow it."),
        ("rate_limited", "Private messages are read a little later: Fake asks us to slow down."),
        ("budget_spent", "Private messages are not read: the budget for Fake is spent."),
        ("gone", "Private messages are not read: Fake does not offer them to this account at the moment."),
    ],
)
def test_it_is_said_whether_private_messages_are_read(due: Desk, fake: World, code: str, words: str) -> None:
    fake.pages = [Page(cursor=str(n), messages=said, more=True) for n, said in enumerate([code, None, "yes"])]
    told = []
    with translation.override("en"):
        for _ in range(3):
            listen.listen_next()
            channels.check_now(Channel.objects.get())
            told.append(notices_of(Channel.objects.get(), timezone.now()))
    assert [[one.startswith(words) for one in notices] for notices in told] == [[True], [True], []]
    assert Event.objects.filter(kind="noticed").count() == 2


def test_a_stream_that_is_not_let_in_any_more_is_said_until_it_speaks_again(desk: Desk, fake: World) -> None:
    def told() -> list[str]:
        with translation.override("en"):
            return notices_of(Channel.objects.get(), timezone.now())

    listen.stream_refused(desk.channel.pk)
    listen.stream_refused(desk.channel.pk)
    (words,) = told()
    assert words.startswith("The live connection to Fake is refused: its key is no longer good.")
    assert Event.objects.filter(kind="noticed").count() == 1
    listen.nudge(desk.channel.pk, Nudge())
    assert told() == []


def test_a_nudge_makes_the_channel_due_and_its_posts_looked_at(desk: Desk, fake: World) -> None:
    question = said("1", "a")
    hear(desk.channel, question, at=timezone.now())
    Channel.objects.update(next_poll_at=timezone.now() + MINUTE)
    listen.nudge(desk.channel.pk, Nudge(("1",)))
    channel = Channel.objects.get()
    assert channel.next_poll_at is not None
    assert channel.next_poll_at <= timezone.now()
    recheck_at = conversation_of(question).recheck_at
    assert recheck_at is not None
    assert recheck_at <= timezone.now()


def test_a_leased_channel_is_left_alone_and_a_dead_workers_lease_ends(due: Desk, fake: World) -> None:
    until = timezone.now() + timedelta(minutes=2)
    Channel.objects.update(lease_until=until, lease_by=leases.me())
    assert listen.listen_next() is False
    assert leases.free_dead() == 0
    host = leases.me().rpartition(":")[0]
    Channel.objects.update(lease_by=f"{host}:999999999")
    assert leases.free_dead() == 1
    assert listen.listen_next() is True


def test_leases_of_other_machines_run_out_by_themselves() -> None:
    assert leases.is_dead("elsewhere:1") is False
    assert leases.is_dead(f"{leases.me().rpartition(':')[0]}:1") is False


def test_first_page_counts_as_backfill(due: Desk, fake: World) -> None:
    Channel.objects.update(read_at=NOON)
    old = said("1", "Von gestern", ADA, at=datetime(2026, 11, 1, tzinfo=UTC))
    fake.pages = [Page(sightings=(old, said("2", "Antwort", US, to=old, at=NOON)), cursor="c1")]
    listen.listen_next()
    assert Mention.objects.get(uri=old.post.uri).clock_at == old.post.posted_at


@pytest.mark.parametrize("year", [1, 1900, 2300, 9999])
def test_an_impossible_time_stops_nobody(due: Desk, fake: World, year: int) -> None:
    odd = said("1", "Aus der Zukunft?", at=datetime(year, 6, 1, tzinfo=UTC))
    fake.pages = [Page(sightings=(odd, said("2", "Und ich", OTTO)), cursor="c1")]
    listen.listen_next()
    assert (Channel.objects.get().cursor, Mention.objects.count()) == ("c1", 2)


def test_a_post_that_cannot_be_stored_is_put_aside_and_named(
    due: Desk, fake: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken = said("1", "Halbes Zeichen \ud83d")
    fake.pages = [Page(sightings=(broken, said("2", "Und ich", OTTO)), cursor="c1")]
    listen.listen_next()
    assert [m.text for m in Mention.objects.all()] == ["Und ich"]
    assert Channel.objects.get().cursor == "c1"
    assert Event.objects.filter(kind="quarantined").count() == 1
    assert "post 1 is put aside" in caplog.text


def test_a_connector_that_breaks_is_a_channel_in_trouble(
    due: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_self: object, _cursor: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.fake.FakeNetwork.read", breaks)
    assert listen.listen_next() is True
    channel = Channel.objects.get()
    assert (channel.state, channel.error_code, channel.failures_count) == ("ok", "bad_answer", 1)
    assert channel.lease_until <= timezone.now()


def test_a_channel_paused_while_it_fails_stays_paused(
    due: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paused_meanwhile(_self: object, _cursor: str) -> None:
        channels.pause(Channel.objects.get())
        raise LoginNeeded("token_revoked")

    monkeypatch.setattr("tests.fake.FakeNetwork.read", paused_meanwhile)
    listen.listen_next()
    assert (Channel.objects.get().state, Channel.objects.get().next_poll_at) == ("paused", None)


def test_a_read_that_lost_its_lease_stores_nothing(due: Desk, fake: World) -> None:
    channel = Channel.objects.get()
    Channel.objects.update(lease_until=timezone.now() + MINUTE)
    with pytest.raises(listen.LeaseLost):
        listen.take_in(channel, Page(sightings=(said("1", "spät"),), cursor="old"), read_began_at=NOON)
    assert (Mention.objects.count(), Channel.objects.get().cursor) == (0, "")


def test_all_posts_of_a_long_conversation_are_looked_at(desk: Desk, fake: World) -> None:
    first = said("0", "a")
    more = [said(str(n), "b", to=first, at=NOON + timedelta(seconds=n)) for n in range(1, 90)]
    hear(desk.channel, first, *more, at=timezone.now())
    Conversation.objects.update(recheck_at=timezone.now())
    fake.gone = {"1", "50", "89"}
    assert listen.recheck_next() is True
    assert fake.asked == ["LookUpPosts"] * 3
    assert Mention.objects.exclude(deleted_at=None).count() == 3


def test_old_matters_are_looked_at_less_often(desk: Desk, fake: World) -> None:
    question = said("1", "a")
    hear(desk.channel, question, at=timezone.now())
    fake.now_there = {"1": question}
    for age, every in ((0, 10), (60 * 3, 60), (60 * 24 * 5, 360)):
        Conversation.objects.update(
            recheck_at=timezone.now(), opened_at=timezone.now() - timedelta(minutes=age)
        )
        listen.recheck_next()
        again = conversation_of(question).recheck_at
        assert again is not None
        assert abs(again - timezone.now() - timedelta(minutes=every)) < timedelta(seconds=5)
