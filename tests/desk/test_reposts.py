"""Reposts: counted on the original, nobody's conversation, however many there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from resonanz.desk import listen, queries, reading_posts, streams, wording_streams
from resonanz.desk.models import Conversation, Event, Mention, Repost, StreamKind
from resonanz.post import Audience, Author, Post, Sighting
from tests.cast import ADA, MIA, NOON, OTTO, US, Desk, hear, said
from tests.desk.web.client import signed_in

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def passed_on(original: Sighting, author: Author, at: datetime = NOON + timedelta(minutes=5)) -> Sighting:
    uri = f"{original.post.uri}#boost={author.uid}"
    post = Post(
        network="mastodon",
        uri=uri,
        author=author,
        text="",
        posted_at=at,
        audience=Audience.PUBLIC,
        root=original.post.root,
        repost_of=original.post.uri,
    )
    native_id = f"boost:{author.handle}"
    return Sighting(post=post, native_id=native_id, native_thread_id=native_id)


def test_reposts_count_on_the_original_and_open_nothing(desk: Desk) -> None:
    ours = said("1", "Neu: der Lastenanhänger", US)
    stored = hear(desk.channel, ours, passed_on(ours, ADA), passed_on(ours, OTTO))
    assert stored.added_count == 3
    assert [m.uri for m in Mention.objects.all()] == [ours.post.uri]
    assert not Conversation.objects.exists()
    rows = Repost.objects.order_by("author__handle").values_list("of_uri", "author__handle")
    assert list(rows) == [(ours.post.uri, ADA.handle), (ours.post.uri, OTTO.handle)]
    (told,) = Event.objects.filter(kind="reposted")
    order = Mention.objects.get().order
    assert (told.mention, told.facts) == (order, f'{{"count":2,"channel":{desk.channel.pk}}}')


def test_the_same_repost_counts_once(desk: Desk) -> None:
    ours = said("1", "Neu", US)
    hear(desk.channel, ours, passed_on(ours, ADA))
    assert hear(desk.channel, passed_on(ours, ADA)).added_count == 0
    assert Repost.objects.count() == 1
    assert Event.objects.filter(kind="reposted").count() == 1


def test_a_repost_of_what_we_do_not_have_is_kept_for_when_we_do(desk: Desk) -> None:
    ours = said("1", "Neu", US)
    hear(desk.channel, passed_on(ours, ADA))
    assert (Repost.objects.count(), Event.objects.count()) == (1, 0)
    hear(desk.channel, ours)
    assert Repost.objects.filter(of_uri=Mention.objects.get().uri).count() == 1


def test_one_taken_back_counts_no_more(desk: Desk) -> None:
    ours = said("1", "Neu", US)
    hear(desk.channel, ours, passed_on(ours, ADA))
    with transaction.atomic():
        listen.withdraw(desk.channel, [f"boost:{ADA.handle}"], timezone.now())
    assert not Repost.objects.exists()
    told = Event.objects.filter(kind="reposted").latest("pk")
    assert (told.mention, told.facts) == (
        Mention.objects.get().order,
        f'{{"count":-1,"channel":{desk.channel.pk}}}',
    )


def test_all_counts_of_a_page_are_one_question(
    desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = said("1", "Neu", US), said("2", "Auch neu", US)
    hear(desk.channel, first, second, said("3", "Hallo"), passed_on(first, ADA), passed_on(first, OTTO))
    with django_assert_num_queries(0):
        assert reading_posts.reposts_counts([]) == {}
    posts = {mention.uri: mention for mention in Mention.objects.all()}
    with django_assert_num_queries(1):
        assert reading_posts.reposts_counts(posts.values()) == {posts[first.post.uri].order: 2}


def test_cards_and_finds_say_how_often_a_post_was_passed_on(desk: Desk) -> None:
    asked = said("1", "Mein Toner ist leer")
    hear(desk.channel, asked, said("2", "Toner da", MIA), *(passed_on(asked, who) for who in (MIA, OTTO)))
    tab = streams.add_tab(desk.anna, "Marke", [streams.Wanted(StreamKind.MENTIONS)])
    client = signed_in(desk.anna)
    page = client.get(reverse("stream-tab", args=[tab.pk])).content.decode()
    assert '<span class="passed-on">passed on 2×</span>' in page
    assert page.count('<span class="passed-on" hidden></span>') == 1
    query = queries.save(desk.anna, "Toner", "toner")
    for address in (reverse("query", args=[query.pk]), reverse("search") + "?q=toner+-samsung"):
        assert client.get(address).content.decode().count("passed on 2×") == 1
    with override("en"):
        assert wording_streams.passed_on(12345) == "passed on 12,345×"
