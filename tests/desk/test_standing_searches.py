"""Saved queries on the networks: what is found, what of it fits and is stored, and how failures are told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.desk import brands, listen, queries
from resonanz.desk.listen import searches
from resonanz.desk.models import Channel, Conversation, Mention, Quarantined, Query, StandingSearch
from resonanz.networks import LoginNeeded, Refused, Temporary
from resonanz.post import Page, Unread
from resonanz.query import parse
from resonanz.query.elsewhere import compiled
from tests.cast import NOON, OTTO, Desk, said
from tests.fake import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _planned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "PLAN_EVERY_S", 0)


@pytest.fixture
def query(desk: Desk) -> Query:
    return queries.save(desk.anna, "Drucker", "drucker -werbung", heard=True)


def heard_of(name: str, text: str) -> Page:
    return Page(sightings=(said(name, text, addressed=False),), cursor=name)


def test_nothing_is_searched_that_nobody_wants_heard(desk: Desk, fake: World) -> None:
    queries.save(desk.anna, "Drucker", "drucker")
    assert listen.search_next() is False
    assert fake.asked == []


def test_what_fits_is_stored_without_becoming_a_conversation(query: Query, fake: World) -> None:
    sightings = (
        said("1", "Mein Drucker spinnt", addressed=False),
        said("2", "Drucker-Werbung", OTTO, addressed=False),
    )
    fake.finds = {"drucker -werbung": [Page(sightings=sightings, cursor="2")]}
    assert listen.search_next() is True
    assert [m.text for m in Mention.objects.all()] == ["Mein Drucker spinnt"]
    assert not Conversation.objects.exists()
    search = StandingSearch.objects.get()
    assert (json.loads(search.cursor), search.found_count) == ({"drucker -werbung": "2"}, 1)
    assert search.next_at > timezone.now() + timedelta(minutes=1)
    assert listen.search_next() is False


@pytest.mark.parametrize(
    ("expression", "stored"),
    [
        ("drucker sentiment:negative", ["1", "2"]),
        ("drucker -urgency:danger", ["1", "2"]),
        ("drucker (private:any OR spinnt)", ["1", "2"]),
        ("drucker (hilfe OR spinnt) about:us", ["1"]),
        ("drucker -werbung reason:delay", ["1"]),
    ],
)
def test_what_is_asked_of_notes_is_not_asked_before_there_are_any(
    desk: Desk, fake: World, expression: str, stored: list[str]
) -> None:
    queries.save(desk.anna, "Drucker", expression, heard=True)
    sightings = (
        said("1", "Mein Drucker spinnt", addressed=False),
        said("2", "Drucker-Werbung", OTTO, addressed=False),
    )
    asked = compiled(parse(expression), "mastodon").searches
    fake.finds = {one: [Page(sightings=sightings, cursor="2")] for one in asked}
    listen.search_next()
    assert [post.uri.rpartition("/")[2] for post in Mention.objects.order_by("uri")] == stored


def test_one_that_speaks_to_us_is_a_conversation_even_if_it_does_not_fit(query: Query, fake: World) -> None:
    fake.finds = {"drucker -werbung": [Page(sightings=(said("1", "Hilfe!"),), cursor="1")]}
    listen.search_next()
    assert Conversation.objects.count() == 1


def test_every_spelling_of_a_brand_is_searched_for(desk: Desk, fake: World) -> None:
    brands.spell(desk.brand, "nordlich", by=desk.clara)
    queries.save(desk.anna, "Marke", desk.brand.name, heard=True)
    fake.finds = {"nordlich": [heard_of("1", "Nordlich ist toll")]}
    listen.search_next()
    assert "search nordlich" in fake.asked
    assert [m.text for m in Mention.objects.all()] == ["Nordlich ist toll"]


def test_it_goes_on_where_it_stopped_and_begins_anew_with_other_words(
    desk: Desk, query: Query, fake: World
) -> None:
    fake.finds = {"drucker -werbung": [heard_of("1", "Drucker"), heard_of("2", "Drucker?")]}
    listen.search_next()
    StandingSearch.objects.update(next_at=timezone.now())
    listen.search_next()
    assert Mention.objects.count() == 2
    queries.save(desk.anna, "Drucker", "toner", query)
    fake.finds = {"toner": [heard_of("3", "Toner leer")]}
    listen.search_next()
    assert Mention.objects.count() == 3
    assert json.loads(StandingSearch.objects.get().cursor) == {"toner": "3"}


def test_a_query_without_ear_is_searched_no_more(desk: Desk, query: Query, fake: World) -> None:
    listen.search_next()
    queries.save(desk.anna, "Drucker", "drucker -werbung", query, heard=False)
    StandingSearch.objects.update(next_at=timezone.now())
    assert listen.search_next() is False


def test_a_dropped_query_is_searched_no_more_until_it_is_taken_back(
    desk: Desk, query: Query, fake: World
) -> None:
    listen.search_next()
    StandingSearch.objects.update(next_at=timezone.now())
    queries.drop(desk.anna, query)
    assert listen.search_next() is False
    queries.restore(desk.anna, query)
    assert listen.search_next() is True


def test_what_cannot_be_understood_is_put_aside(query: Query, fake: World) -> None:
    fake.finds = {"drucker -werbung": [Page(unread=(Unread(raw="{}", reason="id"),), cursor="1")]}
    listen.search_next()
    assert Quarantined.objects.get().reason == "id"


def test_a_network_without_search_says_so_and_is_left_alone_for_hours(query: Query, fake: World) -> None:
    fake.fails_with = [Refused("not_allowed_here", reason="no search here")]
    assert listen.search_next() is True
    search = StandingSearch.objects.get()
    assert (search.error_code, search.error_reason) == ("not_allowed_here", "no search here")
    assert search.next_at > timezone.now() + timedelta(hours=5)
    assert Channel.objects.get().state == "ok"


def test_a_short_trouble_is_over_soon(query: Query, fake: World) -> None:
    until = (timezone.now() + timedelta(minutes=9)).replace(microsecond=0)
    fake.fails_with = [Temporary("rate_limited", retry_at=until)]
    listen.search_next()
    assert StandingSearch.objects.get().next_at == until
    StandingSearch.objects.update(next_at=timezone.now())
    listen.search_next()
    assert StandingSearch.objects.get().error_code == ""


def test_an_ended_token_asks_for_a_new_one(query: Query, fake: World) -> None:
    fake.fails_with = [LoginNeeded("token_revoked")]
    listen.search_next()
    assert Channel.objects.get().state == "login"


def test_two_workers_do_not_search_the_same(query: Query, fake: World) -> None:
    listen.search_next()
    search = StandingSearch.objects.select_related("channel", "query").get()
    assert searches._claim(search, NOON) is True
    assert searches._claim(search, NOON) is False


def test_a_query_dropped_meanwhile_loses_no_find(query: Query, fake: World, desk: Desk) -> None:
    listen.search_next()
    search = StandingSearch.objects.select_related("channel", "query").get()
    query.delete()
    searches._take_in(search, [said("1", "Drucker", addressed=False)], (), {})
    assert (Mention.objects.count(), StandingSearch.objects.count()) == (1, 0)
