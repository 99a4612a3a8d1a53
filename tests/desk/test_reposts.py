"""Reposts: counted on the original, nobody's conversation, however many there are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from resonanz.desk import listen
from resonanz.desk.models import Conversation, Event, Mention, Repost
from resonanz.post import Audience, Author, Post, Sighting
from tests.cast import ADA, NOON, OTTO, US, Desk, hear, said

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
    listen.withdraw(desk.channel, [f"boost:{ADA.handle}"], timezone.now())
    assert not Repost.objects.exists()
