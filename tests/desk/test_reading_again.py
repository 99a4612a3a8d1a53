"""Reconciliation: the network is read again, what was missed is named, told and fetched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.desk import listen, queries
from resonanz.desk.listen import again, searches
from resonanz.desk.models import (
    Channel,
    Conversation,
    Event,
    Mention,
    Notice,
    NoticeKind,
    Quarantined,
    Query,
    SeenPost,
    StandingSearch,
)
from resonanz.networks import Temporary
from resonanz.post import Page, Sighting, Unread
from tests.cast import OTTO, US, Desk, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def heard(desk: Desk, fake: World) -> tuple[Sighting, Sighting]:
    """Two posts; the desk heard the first only."""
    first, second = said("1", "Hallo?", at=NOW - HOUR), said("2", "Und ich?", OTTO, at=NOW - HOUR)
    hear(desk.channel, first, at=NOW)
    fake.shows = Page(sightings=(first, second, said("3", "alt", at=NOW - 50 * HOUR)))
    return first, second


def read_as_usual() -> None:
    """What an ordinary complete read after the other one does."""
    Channel.objects.update(read_at=timezone.now() + timedelta(seconds=1))


def test_what_the_network_shows_is_written_down(heard: tuple[Sighting, Sighting], desk: Desk) -> None:
    assert listen.read_again_next() is True
    assert list(SeenPost.objects.order_by("native_id").values_list("native_id", "handle", "missed_at")) == [
        ("1", "ada@social.example", None),
        ("2", "otto@social.example", None),
    ]
    assert listen.read_again_next() is False
    assert Channel.objects.get().next_read_again_at is not None


def test_nothing_from_before_the_account_was_connected_is_asked_for(
    heard: tuple[Sighting, Sighting], desk: Desk
) -> None:
    Channel.objects.update(connected_at=NOW - HOUR / 2)
    assert listen.read_again(Channel.objects.get()) == 0
    Channel.objects.update(connected_at=NOW - HOUR)
    assert listen.read_again(Channel.objects.get()) == 2


def test_a_read_that_began_as_they_were_seen_need_not_have_them(heard: tuple[Sighting, Sighting]) -> None:
    listen.read_again_next()
    seen_at = SeenPost.objects.earliest("pk").seen_at
    Channel.objects.update(read_at=seen_at)
    assert again.judge(Channel.objects.get()) == []
    Channel.objects.update(read_at=seen_at + timedelta(milliseconds=1))
    assert len(again.judge(Channel.objects.get())) == 1


def test_nothing_counts_as_missed_before_the_next_ordinary_read(heard: tuple[Sighting, Sighting]) -> None:
    listen.read_again_next()
    assert listen.missed_next() is False
    assert not Notice.objects.exists()


def test_what_was_missed_is_named_told_and_fetched(
    heard: tuple[Sighting, Sighting], desk: Desk, fake: World
) -> None:
    listen.read_again_next()
    read_as_usual()
    fake.now_there = {"2": heard[1]}
    assert listen.missed_next() is True
    (missed,) = SeenPost.objects.exclude(missed_at=None)
    assert missed.uri == heard[1].post.uri
    assert sorted(Notice.objects.values_list("agent__username", "kind")) == [
        ("clara", NoticeKind.MISSED),
        ("olga", NoticeKind.MISSED),
    ]
    assert Event.objects.get(kind="missed").facts == f'{{"channel":{desk.channel.pk},"count":1}}'
    assert Mention.objects.filter(uri=missed.uri).exists()
    assert Conversation.objects.count() == 2
    assert listen.missed_next() is False
    listen.read_again(desk.channel)
    read_as_usual()
    assert listen.missed_next() is True
    assert Event.objects.filter(kind="missed").count() == 1


def test_what_was_put_aside_for_one_broken_answer_is_fetched_soon(
    heard: tuple[Sighting, Sighting], desk: Desk, fake: World
) -> None:
    listen.read_again_next()
    fake.pages = [Page(unread=(Unread(raw="{}", reason="text", native_id="2"),), cursor="c1")]
    listen.read_now(desk.channel)
    due = Channel.objects.get().next_read_again_at
    assert due is not None
    assert timezone.now() < due <= timezone.now() + timedelta(minutes=5)
    Channel.objects.update(next_read_again_at=timezone.now())
    assert listen.read_again_next() is True
    assert not Quarantined.objects.exists()
    read_as_usual()
    fake.now_there = {"2": heard[1]}
    assert listen.missed_next() is True
    assert Mention.objects.filter(uri=heard[1].post.uri).count() == 1


def test_one_that_is_gone_by_now_is_forgotten(heard: tuple[Sighting, Sighting], fake: World) -> None:
    listen.read_again_next()
    read_as_usual()
    fake.gone = {"2"}
    listen.missed_next()
    assert list(SeenPost.objects.values_list("native_id", flat=True)) == ["1"]


def test_what_cannot_be_fetched_now_is_fetched_by_hand(
    heard: tuple[Sighting, Sighting], desk: Desk, fake: World
) -> None:
    listen.read_again_next()
    read_as_usual()
    fake.fails_with = [Temporary("unreachable")]
    listen.missed_next()
    assert Mention.objects.count() == 1
    assert listen.fetch_missing(desk.channel) == 0
    fake.now_there = {"2": heard[1]}
    assert listen.fetch_missing(desk.channel) == 1
    assert Mention.objects.count() == 2


def test_a_stored_post_deleted_behind_our_back_is_missed(desk: Desk, fake: World) -> None:
    first = said("1", "Hallo?", at=NOW - HOUR)
    hear(desk.channel, first, at=NOW)
    fake.shows = Page(sightings=(first,))
    listen.read_again(desk.channel)
    Mention.objects.all().delete()
    read_as_usual()
    assert [one.uri for one in again.judge(Channel.objects.get())] == [first.post.uri]


@pytest.fixture
def query(desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch) -> Query:
    """One for which the network is searched, and was just now."""
    monkeypatch.setattr(searches, "PLAN_EVERY_S", 0)
    found = queries.save(desk.anna, "Drucker", "drucker", heard=True)
    listen.search_next()
    return found


def seen() -> set[str]:
    return set(SeenPost.objects.values_list("native_id", flat=True))


def test_own_posts_and_what_a_query_finds_are_seen_too(query: Query, desk: Desk, fake: World) -> None:
    ours = said("9", "Guten Morgen", US, at=NOW - HOUR)
    fits = said("5", "Drucker?", at=NOW - HOUR, addressed=False)
    other = said("6", "Toner?", at=NOW - HOUR, addressed=False)
    old = said("7", "Drucker!", at=NOW - 50 * HOUR, addressed=False)
    fake.shows = Page(sightings=(ours,))
    fake.finds = {"drucker": [Page(sightings=(fits, other, old))]}
    assert listen.read_again(desk.channel) == 2
    assert seen() == {"5", "9"}


def test_what_no_search_has_had_time_to_find_is_not_missed(query: Query, desk: Desk, fake: World) -> None:
    """Channels are read more often than they are searched: that must not look like a loss."""
    StandingSearch.objects.update(searched_at=NOW - HOUR)
    fresh = said("5", "Drucker?", at=NOW - HOUR / 2, addressed=False)
    fake.finds = {"drucker": [Page(sightings=(fresh,))] * 2}
    listen.read_again(desk.channel)
    read_as_usual()
    assert again.judge(Channel.objects.get()) == []
    assert seen() == set()
    StandingSearch.objects.update(searched_at=NOW)
    listen.read_again(desk.channel)
    assert seen() == {"5"}


def test_what_nobody_searches_for_any_more_is_not_missed(query: Query, desk: Desk, fake: World) -> None:
    fake.finds = {"drucker": [Page(sightings=(said("5", "Drucker?", at=NOW - HOUR, addressed=False),))]}
    queries.drop(desk.anna, query)
    assert listen.read_again(desk.channel) == 0
    queries.restore(desk.anna, query)
    assert listen.read_again(desk.channel) == 1


def test_what_is_put_aside_is_not_missed(desk: Desk, fake: World) -> None:
    fake.shows = Page(sightings=(), unread=(Unread(raw="{}", reason="id", native_id="7"),))
    listen.read_again(desk.channel)
    SeenPost.objects.create(
        channel=desk.channel, native_id="7", uri="x", handle="a", posted_at=NOW, seen_at=NOW
    )
    read_as_usual()
    assert again.judge(Channel.objects.get()) == []


def test_a_network_that_is_away_is_asked_again_in_a_quarter_of_an_hour(desk: Desk, fake: World) -> None:
    fake.fails_with = [Temporary("unreachable")]
    assert listen.read_again_next() is True
    next_at = Channel.objects.get().next_read_again_at
    assert next_at is not None
    assert timedelta(minutes=14) < next_at - timezone.now() < timedelta(minutes=16)


def test_a_channel_that_shows_nothing_again_is_not_asked(desk: Desk, fake: World) -> None:
    Channel.objects.update(network="archive")
    assert listen.read_again_next() is False
