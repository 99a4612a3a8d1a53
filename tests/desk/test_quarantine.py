"""Posts that cannot be understood or stored: put aside whole, told of, tried again, never in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.desk import listen
from resonanz.desk.models import Channel, Event, Mention, Quarantined
from resonanz.networks import Gone, Temporary
from resonanz.post import Page, Unread
from tests.cast import NOON, OTTO, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db
RAW = '{"id": "1", "created_at": "gestern"}'


@pytest.fixture
def due(desk: Desk) -> Desk:
    Channel.objects.update(next_poll_at=timezone.now())
    return desk


@pytest.fixture
def aside(due: Desk, fake: World) -> Quarantined:
    """A post that its connector did not understand, beside one that it did."""
    unread = (Unread(raw=RAW, reason="time", native_id="1"),)
    fake.pages = [Page(sightings=(said("2", "Und ich", OTTO),), unread=unread, cursor="c1")]
    listen.listen_next()
    return Quarantined.objects.get()


def test_what_is_not_understood_is_kept_whole_and_the_rest_goes_on(aside: Quarantined) -> None:
    assert (aside.native_id, aside.form, aside.raw, aside.reason) == ("1", "network", RAW, "time")
    assert [m.text for m in Mention.objects.all()] == ["Und ich"]
    assert Channel.objects.get().cursor == "c1"
    assert list(Event.objects.filter(kind="quarantined").values_list("facts", flat=True)) == [
        f'{{"channel":{aside.channel_id}}}'
    ]


def test_the_same_thing_is_put_aside_once(aside: Quarantined, fake: World) -> None:
    Channel.objects.update(next_poll_at=timezone.now())
    fake.pages = [Page(unread=(Unread(raw=RAW, reason="time", native_id="1"),), cursor="c2")]
    listen.listen_next()
    assert Quarantined.objects.count() == 1
    assert Event.objects.filter(kind="quarantined").count() == 1


def test_it_comes_in_once_the_connector_understands_it(aside: Quarantined, fake: World, desk: Desk) -> None:
    assert listen.replay(aside, desk.olga) is False
    aside.refresh_from_db()
    assert aside.tried_at is not None
    late = said("1", "Hört mich jemand?")
    fake.understands = {RAW: Page(sightings=(late,), backfill=True)}
    assert listen.replay(aside, desk.olga) is True
    assert conversation_of(late).customer.name == "Ada Lamm"
    assert not Quarantined.objects.exists()
    assert Event.objects.get(kind="replayed").actor == desk.olga.pk


def test_a_network_that_is_away_leaves_it_there(aside: Quarantined, fake: World) -> None:
    fake.fails_with = [Temporary("unreachable")]
    with pytest.raises(Temporary):
        listen.replay(aside)
    assert Quarantined.objects.count() == 1


def test_one_that_is_gone_from_the_network_goes(aside: Quarantined, fake: World) -> None:
    fake.fails_with = [Gone("gone")]
    assert listen.replay(aside) is True
    assert (Quarantined.objects.count(), Mention.objects.count()) == (0, 1)


def test_a_deleted_post_leaves_the_quarantine_too(aside: Quarantined) -> None:
    listen.withdraw(aside.channel, ["1"], timezone.now())
    assert not Quarantined.objects.exists()


def test_what_could_not_be_stored_keeps_every_part_and_is_stored_after_an_update(
    due: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = said("1", "Guten Tag")
    odd = said("2", "Halbes Zeichen \ud83d", OTTO, to=first, at=NOON + timedelta(seconds=1))
    fake.pages = [Page(sightings=(first, odd), cursor="c1")]
    listen.listen_next()
    aside = Quarantined.objects.get()
    assert (aside.native_id, aside.form, aside.reason) == ("2", "desk", "UnicodeEncodeError")
    assert listen.replay(aside) is False

    kept: list[object] = []
    from resonanz.desk.listen import quarantine  # noqa: PLC0415

    monkeypatch.setattr(quarantine, "store", lambda _channel, sightings, _arrival: kept.extend(sightings))
    assert listen.replay(aside) is True
    assert kept == [odd]


def test_an_edited_post_keeps_its_earlier_words_until_it_is_deleted(desk: Desk) -> None:
    first = said("1", "Mein Drcker")
    later = replace(first.post, text="Mein Drucker", edited_at=NOON + timedelta(minutes=3))
    hear(desk.channel, first)
    hear(desk.channel, replace(first, post=later))
    hear(desk.channel, replace(first, post=later))
    mention = Mention.objects.get()
    (before,) = mention.wordings.all()
    assert (mention.text, before.text, before.until) == ("Mein Drucker", "Mein Drcker", later.edited_at)
    listen.withdraw(desk.channel, ["1"], timezone.now())
    assert not mention.wordings.exists()
