"""What columns show: of the store, and the same of what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from resonanz.desk import arrivals, care, columns, queries, shapes, streams, wording_streams
from resonanz.desk.models import Agent, Author, Channel, Mention, Role, Stream, StreamKind, Tag, Team
from resonanz.desk.streams import Wanted
from resonanz.post import Audience
from tests.cast import ADA, MIA, OTTO, SERVER, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def second(desk: Desk) -> Channel:
    """Another own account, which only Clara's role may see."""
    return Channel.objects.create(
        network="mastodon",
        brand=desk.brand,
        uid=f"{SERVER}/users/second",
        handle="second@social.example",
        base_url=SERVER,
        connected_at=timezone.now(),
    )


@pytest.fixture
def full(desk: Desk, second: Channel) -> Desk:
    """Posts of every kind, a minute between them, the newest a minute old."""
    start = timezone.now() - timedelta(minutes=10)
    times = iter([start + timedelta(minutes=number) for number in range(1, 10)])
    asked = said("asked", "Wo ist mein Paket?", at=next(times))
    hear(desk.channel, asked)
    hear(desk.channel, said("answered", "Ist unterwegs, Ihr Paket", US, at=next(times), to=asked))
    secret = said("secret", "Paket 4711", OTTO, at=next(times), audience=Audience.DIRECT)
    hear(desk.channel, secret)
    reply = said("whispered", "Danke!", US, at=next(times), to=secret, audience=Audience.DIRECT)
    hear(desk.channel, reply)
    hear(desk.channel, said("about", "Das Paket von Nordlicht kam", MIA, at=next(times), addressed=False))
    hear(second, said("elsewhere", "Noch ein Paket", MIA, at=next(times), addressed=False))
    both = said("both", "Zwei Konten, ein Paket", ADA, at=next(times))
    hear(desk.channel, both)
    hear(second, both)
    care.tag(conversation_of(asked), desk.anna, "Versand")
    return desk


def column(desk: Desk, kind: StreamKind, about: str = "", **more: object) -> Stream:
    tab = streams.add_tab(desk.clara, "Probe")
    return streams.add(desk.clara, tab, Wanted(kind, about, **more))  # type: ignore[arg-type]


def names(orders: list[int]) -> list[str]:
    uris = dict(Mention.objects.values_list("order", "uri"))
    return [uris[order].rpartition("/")[2] for order in orders]


def shown(agent: Agent, stream: Stream) -> list[str]:
    return names([post.order for post in columns.posts(agent, stream).posts])


def live(stream: Stream) -> list[str]:
    """Return what the same column gets when all posts come in at once, newest first."""
    shape = shapes.shape_of(stream)
    assert shape is not None
    posts = arrivals.read(list(Mention.objects.values_list("order", flat=True)))
    return names([post.order for post in reversed(arrivals.Sorter([shape]).sort(posts).get(shape, []))])


def every_kind(desk: Desk) -> dict[str, tuple[Stream, list[str]]]:
    queries.save(desk.anna, "Pakete", "paket -4711")
    query, tag = str(desk.anna.queries.get().pk), str(Tag.objects.get().pk)
    talk = str(conversation_of(said("asked", "")).pk)
    return {
        "mentions": (column(desk, StreamKind.MENTIONS), ["both", "secret", "asked"]),
        "inbox": (column(desk, StreamKind.INBOX), ["secret"]),
        "outbox": (column(desk, StreamKind.OUTBOX), ["whispered"]),
        "query": (
            column(desk, StreamKind.QUERY, query),
            ["both", "elsewhere", "about", "answered", "asked"],
        ),
        "author": (column(desk, StreamKind.AUTHOR, "@mia"), ["elsewhere", "about"]),
        "talk": (column(desk, StreamKind.TALK, f"#{talk}"), ["answered", "asked"]),
        "tag": (column(desk, StreamKind.TAG, tag), ["answered", "asked"]),
        "narrowed": (column(desk, StreamKind.QUERY, query, narrowed="-is:reply -konten"), [
            "elsewhere", "about", "asked",
        ]),
        "only facts": (column(desk, StreamKind.MENTIONS, narrowed="audience:public"), ["both", "asked"]),
        "only words": (column(desk, StreamKind.MENTIONS, narrowed="konten"), ["both"]),
        "nothing": (column(desk, StreamKind.INBOX, narrowed="lang:en"), []),
    }  # fmt: skip


def test_each_kind_shows_what_it_is_about_live_as_after_a_reload(full: Desk) -> None:
    kinds = every_kind(full)
    wanted = {name: orders for name, (_stream, orders) in kinds.items()}
    assert {name: shown(full.clara, stream) for name, (stream, _) in kinds.items()} == wanted
    assert {name: live(stream) for name, (stream, _) in kinds.items()} == wanted


def test_a_column_may_be_limited_to_a_channel(full: Desk, second: Channel) -> None:
    mine = column(full, StreamKind.MENTIONS, channel=second.pk)
    mias = column(full, StreamKind.AUTHOR, "mia@social.example", channel=second.pk)
    for stream, wanted in ((mine, ["both"]), (mias, ["elsewhere"])):
        assert shown(full.clara, stream) == wanted
        assert live(stream) == wanted


def test_nobody_sees_in_a_column_what_their_teams_do_not_care_for(full: Desk) -> None:
    mias = column(full, StreamKind.AUTHOR, "mia")
    stranger = Agent.objects.create_user("emil", role=Role.AGENT)
    assert (shown(full.anna, mias), shown(full.clara, mias)) == (["about"], ["elsewhere", "about"])
    assert shown(stranger, mias) == shown(stranger, column(full, StreamKind.MENTIONS)) == []
    Team.objects.get().agents.add(stranger)
    assert shown(stranger, mias) == ["about"]


def test_a_column_goes_on_behind_its_first_page(desk: Desk) -> None:
    start = timezone.now() - timedelta(hours=2)
    hear(desk.channel, *(said(str(n), "Paket", at=start + timedelta(minutes=n)) for n in range(40)))
    stream = column(desk, StreamKind.MENTIONS)
    first = columns.posts(desk.anna, stream)
    assert first.more is not None
    rest = columns.posts(desk.anna, stream, first.more)
    assert (len(first.posts), len(rest.posts), rest.more) == (columns.PAGE, 10, None)
    assert [post.uri for post in (*first.posts, *rest.posts)] == [
        f"{SERVER}/statuses/{n}" for n in reversed(range(40))
    ]


def test_the_pulse_counts_the_last_day_by_the_hour(full: Desk) -> None:
    old = [said(f"old{n}", "Paket", OTTO, at=timezone.now() - timedelta(hours=3)) for n in range(2)]
    hear(full.channel, *old, said("ancient", "Paket", at=timezone.now() - timedelta(days=2)))
    exact = column(full, StreamKind.MENTIONS)
    read = column(full, StreamKind.MENTIONS, narrowed="paket -is:reply")
    for stream in (exact, read):
        felt = columns.pulse(full.clara, stream)
        assert (felt.day_count, felt.hour_count, felt.hours[20]) == (5, 3, 2)
    Stream.objects.filter(pk=read.pk).update(kind="tag")
    gone = Stream.objects.get(pk=read.pk)
    assert columns.pulse(full.clara, gone).day_count == 0
    assert wording_streams.lively(1200, 0) == "1200 in 24 h"


def test_what_a_column_was_about_may_go(full: Desk) -> None:
    kinds = every_kind(full)
    Tag.objects.get().delete()
    Author.objects.filter(handle=MIA.handle).delete()
    queries.drop(full.anna, full.anna.queries.get())
    assert shapes.shape_of(Stream.objects.get(pk=kinds["query"][0].pk)) is None
    full.anna.queries(manager="every").get().delete()
    for name in ("tag", "author", "query"):
        stream = Stream.objects.get(pk=kinds[name][0].pk)
        assert shapes.shape_of(stream) is None
        assert shown(full.clara, stream) == []
        assert wording_streams.gone(stream) != ""


def test_posts_that_are_gone_and_recorded_ones_do_not_come_in(full: Desk) -> None:
    order = Mention.objects.get(uri__endswith="asked").order
    assert [post.order for post in arrivals.read([order, order])] == [order]
    Mention.objects.filter(order=order).update(deleted_at=timezone.now())
    assert arrivals.read([order]) == []
    assert arrivals.read([]) == []
