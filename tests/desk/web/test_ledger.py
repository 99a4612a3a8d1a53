"""The intake ledger and the quarantine as pages and commands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from resonanz.case import Dismissal, ReplyKind
from resonanz.desk import care, commands, listen, reading_ledger
from resonanz.desk.listen.quarantine import put_aside
from resonanz.desk.models import Channel, Event, Mention, Quarantined, SeenPost
from resonanz.networks import NETWORKS, Row, Temporary
from resonanz.post import Page, Sighting, Unread
from tests.cast import ADA, MIA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.desk.test_reposts import passed_on
from tests.fake import World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def now() -> object:
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def day(desk: Desk, fake: World) -> Desk:
    """A day with a post of every class; post m is missing."""
    at = timezone.localtime().replace(hour=0, minute=1, second=0, microsecond=0)
    Channel.objects.update(connected_at=at - HOUR)
    asked = said("a", "Wo bleibt mein Rad?", ADA, at=at)
    answer = said("b", "Heute!", US, at=at + timedelta(seconds=5), to=asked)
    waits = said("w", "Und meins?", OTTO, at=at)
    spam = said("s", "Kauft Uhren", MIA, at=at)
    heard = said("h", "Nordlicht ist toll", MIA, at=at, addressed=False)
    gone = said("g", "vertippt", MIA, at=at, addressed=False)
    shown = [asked, answer, waits, spam, heard, gone, passed_on(answer, MIA, at)]
    hear(desk.channel, *shown, at=at + timedelta(seconds=30))
    care.resolve(conversation_of(spam), desk.anna, Dismissal.SPAM)
    listen.withdraw(desk.channel, ["g"], timezone.now())
    missing = said("m", "Hallo?", ADA, at=at)
    fake.shows = Page(sightings=(*shown, missing, said("q", "?", ADA, at=at)))
    listen.read_again(desk.channel)
    put_aside_now(desk.channel, Unread(raw='{"id": "q"}', reason="time", native_id="q"))
    Channel.objects.update(read_at=timezone.now() + timedelta(seconds=1))
    return desk


def put_aside_now(channel: Channel, unread: Unread) -> None:
    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        put_aside(channel, [unread], timezone.now())


def client_of(agent: object) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)  # type: ignore[arg-type]
    return client


CLASSES = {
    "missing": 1, "coming": 0, "answered": 1, "waiting": 1, "dismissed": 1, "matched": 1, "reposts": 1,
    "own": 1, "quarantined": 1, "deleted": 1,
}  # fmt: skip


def test_every_post_seen_is_in_exactly_one_class(day: Desk) -> None:
    (row,) = reading_ledger.days([day.channel], count=1, today=timezone.localdate())
    assert row.classes == CLASSES
    assert (row.seen_count, row.difference) == (SeenPost.objects.count(), 1)
    assert row.reasons == {Dismissal.SPAM: 1}


def test_what_was_read_a_moment_ago_is_on_the_way(day: Desk) -> None:
    Channel.objects.update(read_at=timezone.now() - HOUR)
    (row,) = reading_ledger.days([day.channel], count=1, today=timezone.localdate())
    assert (row.classes["coming"], row.difference) == (1, 0)


def classes_of(day: Desk) -> dict[str, int]:
    (row,) = reading_ledger.days([day.channel], count=1, today=timezone.localdate())
    return {name: count for name, count in row.classes.items() if count}


def test_only_a_later_word_of_a_person_answers(day: Desk) -> None:
    first = Mention.objects.get(uri__endswith="/a")
    more = said("more", "Und wann genau?", ADA, at=first.posted_at + timedelta(seconds=9))
    hear(day.channel, replace(more, post=replace(more.post, reply_to=first.uri, root=first.uri)))
    see(day, more)
    assert classes_of(day) == {name: count for name, count in (CLASSES | {"waiting": 2}).items() if count}
    Mention.objects.filter(uri__endswith="/b").update(kind=ReplyKind.AUTOMATIC)
    assert (classes_of(day)["waiting"], "answered" in classes_of(day)) == (3, False)


def test_who_writes_again_after_a_dismissal_waits(day: Desk) -> None:
    first = Mention.objects.get(uri__endswith="/s")
    again = said("again", "Das war ernst gemeint", MIA, at=timezone.now())
    hear(day.channel, replace(again, post=replace(again.post, reply_to=first.uri, root=first.uri)))
    see(day, again)
    assert ("dismissed" in classes_of(day), classes_of(day)["waiting"]) == (False, 3)


def test_what_another_account_put_aside_is_no_excuse(day: Desk) -> None:
    """Two servers give out the same numbers."""
    other = Channel.objects.create(
        network="mastodon", brand=day.brand, uid="fjord", handle="fjord", connected_at=timezone.now() - HOUR
    )
    Quarantined.objects.update(channel=other)
    assert (classes_of(day)["missing"], "quarantined" in classes_of(day)) == (2, False)
    assert {one.native_id for one in listen.judge(Channel.objects.get(pk=day.channel.pk))} == {"m", "q"}


def test_a_post_of_midnight_belongs_to_the_day_that_begins(day: Desk) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    SeenPost.objects.update(posted_at=midnight)
    found = reading_ledger.days([day.channel], count=2, today=timezone.localdate())
    assert [(row.day, row.seen_count) for row in found] == [(midnight.date(), 9)]


def see(day: Desk, sighting: Sighting) -> None:
    """Write down that the network showed a post, as reading again does."""
    SeenPost.objects.create(
        channel=day.channel,
        native_id=sighting.native_id,
        uri=sighting.post.uri,
        handle=sighting.post.author.handle,
        posted_at=sighting.post.posted_at,
        seen_at=timezone.now(),
    )


def test_the_page_says_what_is_missing_and_names_it(day: Desk) -> None:
    page = client_of(day.clara).get("/reports/intake/").content.decode()
    assert "1 of 9 posts is nowhere in the desk." in page
    assert "https://social.example/statuses/m" in page
    assert "spam or advertising: 1" in page
    assert "1 post lies in the quarantine." in page


def test_once_fetched_it_is_said_that_it_came_late(day: Desk, fake: World) -> None:
    fake.now_there = {"m": said("m", "Hallo?", ADA, at=NOON)}
    listen.missed_next()
    page = client_of(day.clara).get("/reports/intake/").content.decode()
    assert "All 9 posts seen are here." in page
    assert "1 was missed first and fetched" in page
    assert client_of(day.clara).get("/bell/").content.decode().count("posts were missed") == 1


def test_what_is_named_and_not_fetched_yet_did_not_come_late(day: Desk) -> None:
    assert [one.native_id for one in listen.judge(Channel.objects.get())] == ["m"]
    (row,) = reading_ledger.days([day.channel], count=1, today=timezone.localdate())
    assert (row.caught_up_count, row.difference) == (0, 1)


def test_reading_again_by_hand_fetches_and_is_due_at_once(day: Desk, fake: World) -> None:
    listen.judge(Channel.objects.get())
    fake.now_there = {"m": said("m", "Hallo?", ADA, at=NOON)}
    address = f"/reports/intake/{day.channel.pk}/again"
    page = client_of(day.clara).post(address, follow=True).content.decode()
    assert "1 missing post is in now." in page
    due = Channel.objects.get().next_read_again_at
    assert due is not None
    assert due <= timezone.now()
    assert client_of(day.anna).post(address).status_code == 403
    assert client_of(day.clara).post("/reports/intake/999/again").status_code == 404


def test_an_agent_reads_the_ledger_of_the_own_channels_only(day: Desk) -> None:
    day.anna.teams.clear()
    page = client_of(day.anna).get("/reports/intake/").content.decode()
    assert "No network was read again yet" in page
    assert "nordlicht@social.example" not in page
    assert client_of(day.anna).get("/reports/intake/quarantine/").status_code == 403


def test_the_quarantine_shows_what_lies_there_and_tries_it_again(day: Desk, fake: World) -> None:
    lead = client_of(day.clara)
    page = lead.get("/reports/intake/quarantine/").content.decode()
    assert "The network sent it in a form that the desk does not know (time)." in page
    assert (
        "still not understood" in lead.post("/reports/intake/quarantine/replay", follow=True).content.decode()
    )
    late = said("q", "Jetzt aber", ADA)
    fake.understands = {'{"id": "q"}': Page(sightings=(late,), backfill=True)}
    number = Quarantined.objects.get().pk
    answer = lead.post("/reports/intake/quarantine/replay", {"number": number}, follow=True)
    assert "1 post came in." in answer.content.decode()
    assert "The quarantine is empty" in answer.content.decode()


def test_a_network_that_is_away_says_so(day: Desk, fake: World) -> None:
    fake.fails_with = [Temporary("unreachable")]
    answer = client_of(day.clara).post("/reports/intake/quarantine/replay", follow=True)
    assert "cannot be reached" in answer.content.decode()
    assert Quarantined.objects.count() == 1


def test_what_lies_aside_for_another_reason_is_said_in_other_words(desk: Desk) -> None:
    Quarantined.objects.create(
        channel=desk.channel,
        native_id="x",
        form="desk",
        raw="no JSON",
        digest="x",
        reason="ValueError",
        at=NOON,
    )
    page = client_of(desk.clara).get("/reports/intake/quarantine/").content.decode()
    assert "could not store it (ValueError)" in page
    assert "no JSON" in page


def test_a_time_that_a_network_does_not_show_any_more_is_said(desk: Desk, fake: World) -> None:
    until = timezone.now().replace(microsecond=0)
    Channel.objects.update(next_poll_at=timezone.now())
    fake.pages = [Page(cursor="1", gap=(until - 5 * HOUR, until))]
    listen.listen_next()
    page = client_of(desk.anna).get("/reports/intake/").content.decode()
    assert "posts may be missing. The desk did not read then" in page
    assert Event.objects.get(kind="gap").facts == f'{{"channel":{desk.channel.pk}}}'


def test_the_delay_is_that_of_the_newest_posts(desk: Desk) -> None:
    assert reading_ledger.delay_of(desk.channel) is None
    for number, late in enumerate((1, 40, 3600)):
        at = NOON + timedelta(hours=number)
        hear(desk.channel, said(f"d{number}", "?", at=at), at=at + timedelta(seconds=late))
    assert reading_ledger.delay_of(desk.channel) == timedelta(seconds=40)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(40, "about 40 s"), (600, "about 10 min"), (9000, "about 2 h"), (400_000, "about 5 days")],
)
def test_a_delay_is_said_in_fitting_units(seconds: int, words: str) -> None:
    from resonanz.desk import wording_ledger  # noqa: PLC0415

    with translation.override("en"):
        assert wording_ledger.delay(timedelta(seconds=seconds)) == words


# Commands ----------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = commands.run(words)
    return code, capsys.readouterr().out


def test_the_ledger_as_a_command(day: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    code, said_ = run(capsys, "ledger", "--json")
    facts = json.loads(said_)
    assert (code, facts["difference"]) == (1, 1)
    (row,) = facts["days"]
    assert {name: row[name] for name in CLASSES} == CLASSES
    assert (row["seen"], row["dismissed_by_reason"], row["channel"]) == (9, {"spam": 1}, US.handle)
    assert [(one["uri"], one["author"], one["here"]) for one in facts["missed"]] == [
        ("https://social.example/statuses/m", ADA.handle, False)
    ]
    code, said_ = run(capsys, "ledger")
    assert "9 seen = 1 missing, 1 answered, 1 waiting" in said_
    assert f"MISSING  @{ADA.handle}  https://social.example/statuses/m" in said_


def test_an_empty_ledger_says_what_to_do(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    code, said_ = run(capsys, "ledger")
    assert (code, "resonanz reconcile" in said_) == (0, True)


def test_reconciling_reads_again_and_as_usual_and_names_what_was_missed(
    desk: Desk, fake: World, capsys: pytest.CaptureFixture[str]
) -> None:
    at = timezone.now() - timedelta(minutes=5)
    first, second, third = (said(name, "?", at=at) for name in "abc")
    Channel.objects.update(next_poll_at=timezone.now())
    fake.pages = [Page(sightings=(first,), cursor="1", more=True), Page(sightings=(second,), cursor="2")]
    fake.shows = Page(sightings=(first, second, third))
    code, told = run(capsys, "reconcile", "--json")
    facts = json.loads(told)
    assert (code, facts["difference"]) == (1, 1)
    assert [one["uri"] for one in facts["missed"]] == [third.post.uri]
    assert facts["channels"] == [{"channel": f"mastodon @{US.handle}", "seen": 3, "error": ""}]
    fake.now_there = {"c": third}
    code, told = run(capsys, "reconcile", "--fetch")
    assert (code, "Nothing was missed." in told) == (0, True)
    assert Mention.objects.count() == 3


def test_reconciling_says_which_network_cannot_be_asked(
    desk: Desk, fake: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.fails_with = [Temporary("unreachable")]
    assert "unreachable" in run(capsys, "reconcile")[1]
    monkeypatch.setitem(NETWORKS, "mastodon", Row("resonanz.networks.feed"))
    Channel.objects.update(network="feed")
    assert "shows nothing again" in run(capsys, "reconcile")[1]


def test_listening_once_reads_to_the_end(desk: Desk, fake: World, capsys: pytest.CaptureFixture[str]) -> None:
    fake.pages = [
        Page(sightings=(said("1", "a"),), cursor="1", more=True),
        Page(sightings=(said("2", "b"),), cursor="2"),
    ]
    assert run(capsys, "listen") == (0, f"mastodon @{US.handle}: 2 new posts\n")
    fake.fails_with = [Temporary("unreachable", reason="no route")]
    code, told = run(capsys, "listen", "--json")
    assert (code, json.loads(told)["channels"][0]["error"]) == (1, "unreachable no route")
    Channel.objects.update(state="paused", error_code="")
    assert run(capsys, "listen") == (1, f"mastodon @{US.handle}: paused\n")
    Channel.objects.update(network="archive")
    assert "No account is connected yet" in run(capsys, "listen")[1]


def test_somebody_elses_read_is_waited_for(desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from resonanz.desk.listen import reading  # noqa: PLC0415

    monkeypatch.setattr(reading, "WAIT_S", 0)
    Channel.objects.update(lease_until=timezone.now() + HOUR)
    assert listen.read_now(Channel.objects.get()) is True
    assert fake.asked == []


def test_the_quarantine_as_a_command(day: Desk, fake: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert "1 posts lie in the quarantine." in run(capsys, "quarantine", "list")[1]
    (row,) = json.loads(run(capsys, "quarantine", "list", "--json")[1])
    assert (row["native_id"], row["reason"], row["raw"]) == ("q", "time", '{"id": "q"}')
    assert run(capsys, "quarantine", "replay") == (1, "0 came in, 1 stay.\n")
    fake.fails_with = [Temporary("unreachable")]
    assert json.loads(run(capsys, "quarantine", "replay", "--json")[1])["replayed"] == []
    fake.understands = {'{"id": "q"}': Page(sightings=(said("q", "ja", ADA),), backfill=True)}
    assert run(capsys, "quarantine", "replay") == (0, "1 came in, 0 stay.\n")
    assert run(capsys, "quarantine", "list") == (0, "The quarantine is empty.\n")


def test_a_conversation_shows_earlier_words_and_how_often_a_post_was_passed_on(desk: Desk) -> None:
    from dataclasses import replace  # noqa: PLC0415

    first: Sighting = said("1", "Mein Drcker")
    hear(desk.channel, first, passed_on(first, OTTO), passed_on(first, MIA))
    later = replace(first.post, text="Mein Drucker", edited_at=NOON + timedelta(minutes=3))
    hear(desk.channel, replace(first, post=later))
    page = client_of(desk.anna).get(f"/c/{conversation_of(first).pk}/").content.decode()
    assert "passed on 2 times" in page
    assert "before the edit" in page
    assert "Mein Drcker" in page
