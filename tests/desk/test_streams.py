"""Laying out tabs and columns: who may, in what order, and taking back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from resonanz.desk import columns, shapes, streams, tidy, wording_streams
from resonanz.desk.models import Event, Stream, StreamKind, Tab
from resonanz.desk.streams import COLUMNS_MOST, TABS_MOST, StreamError, Wanted
from resonanz.query import QueryError
from tests.cast import ADA, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
MENTIONS = Wanted(StreamKind.MENTIONS)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def refused(code: str) -> pytest.RaisesExc[StreamError]:
    return pytest.raises(StreamError, match=f"^{code}$")


def order(tab: Tab) -> list[str]:
    return [wording_streams.title(stream) for stream in columns.columns_of(tab)]


def test_a_tab_is_its_owners_until_it_is_shared(desk: Desk) -> None:
    tab = streams.add_tab(desk.anna, "  Meine   Marke ", [MENTIONS, Wanted(StreamKind.INBOX)])
    assert (tab.name, order(tab)) == ("Meine Marke", ["Mentions", "Private inbox"])
    assert [columns.tabs(agent) for agent in (desk.anna, desk.ben, desk.clara)] == [[tab], [], []]
    with refused("not_allowed"):
        streams.rename_tab(desk.clara, tab, "Unsere")
    streams.share(desk.anna, tab, shared=True)
    assert columns.tabs(desk.ben) == [tab]
    assert columns.tab_of(desk.ben, tab.pk) == tab
    with refused("not_allowed"):
        streams.add(desk.ben, tab, MENTIONS)
    streams.rename_tab(desk.clara, tab, "Unsere")
    streams.share(desk.clara, tab, shared=False)
    assert (Tab.objects.get().name, columns.tab_of(desk.clara, tab.pk)) == ("Unsere", None)
    kinds = Event.objects.filter(kind="columns_changed").values_list("actor", flat=True)
    assert list(kinds) == [desk.anna.pk, desk.anna.pk, desk.clara.pk, desk.clara.pk]


def test_columns_and_tabs_are_moved(desk: Desk) -> None:
    tab = streams.add_tab(desk.anna, "A", [Wanted(StreamKind.MENTIONS, name=name) for name in "xyz"])
    x, _y, z = columns.columns_of(tab)
    streams.move(desk.anna, z, 0)
    assert order(tab) == ["z", "x", "y"]
    streams.move(desk.anna, x, 99)
    assert order(tab) == ["z", "y", "x"]
    second = streams.add_tab(desk.anna, "B")
    streams.move_tab(desk.anna, second, 0)
    assert columns.tabs(desk.anna) == [second, tab]
    with refused("not_allowed"):
        streams.move_tab(desk.clara, second, 1)
    with refused("not_allowed"):
        streams.move(desk.ben, x, 0)


def test_what_is_dropped_comes_back_to_its_place(desk: Desk) -> None:
    tab = streams.add_tab(desk.anna, "A", [Wanted(StreamKind.MENTIONS, name=name) for name in "xyz"])
    y = columns.columns_of(tab)[1]
    streams.drop(desk.anna, y)
    assert order(tab) == ["x", "z"]
    assert shapes.columns_seen(desk.anna, [y.pk]) == []
    streams.restore(desk.anna, y)
    assert order(tab) == ["x", "y", "z"]
    streams.drop_tab(desk.anna, tab)
    assert columns.tabs(desk.anna) == []
    streams.restore_tab(desk.anna, tab)
    assert columns.tabs(desk.anna) == [tab]


def test_what_was_dropped_long_ago_is_forgotten(desk: Desk) -> None:
    tab = streams.add_tab(desk.anna, "A", [MENTIONS, MENTIONS])
    Stream.objects.filter(pk=columns.columns_of(tab)[0].pk).update(
        dropped_at=timezone.now() - timedelta(hours=25)
    )
    assert tidy.forget_columns(timezone.now()) == 1
    streams.drop_tab(desk.anna, tab)
    assert tidy.forget_columns(timezone.now()) == 0
    assert tidy.forget_columns(timezone.now() + timedelta(hours=25)) == 2
    assert Tab.objects.count() == Stream.objects.count() == 0


def test_a_column_is_called_narrowed_and_held(desk: Desk) -> None:
    tab = streams.add_tab(desk.anna, "A", [MENTIONS])
    stream = columns.columns_of(tab)[0]
    streams.rename(desk.anna, stream, "  An   uns ")
    streams.narrow(desk.anna, stream, "  lang:de   -is:reply ")
    streams.hold(desk.anna, stream, held=True)
    known = shapes.columns_seen(desk.anna, [stream.pk])[0]
    assert (known.name, known.narrowed, known.is_held) == ("An uns", "lang:de -is:reply", True)
    assert wording_streams.about(known) == "Mentions"
    with pytest.raises(QueryError):
        streams.narrow(desk.anna, stream, "lang:")
    streams.rename(desk.anna, stream, "")
    assert wording_streams.title(known.__class__.objects.get(pk=stream.pk)) == "Mentions"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted(StreamKind.QUERY, "7"), "no_query"),
        (Wanted(StreamKind.QUERY, "kein"), "no_query"),
        (Wanted(StreamKind.TAG, "7"), "no_tag"),
        (Wanted(StreamKind.TALK, "#7"), "no_talk"),
        (Wanted(StreamKind.AUTHOR, " @ "), "no_author"),
        (Wanted(StreamKind.AUTHOR, "niemand"), "no_author"),
        (Wanted(StreamKind.MENTIONS, channel=7), "no_channel"),
    ],
)
def test_what_is_not_known_is_said(desk: Desk, wanted: Wanted, code: str) -> None:
    tab = streams.add_tab(desk.anna, "A")
    with refused(code):
        streams.add(desk.anna, tab, wanted)
    assert wording_streams.stream_error(code) != wording_streams.stream_error("gone")
    assert order(tab) == []


def test_columns_are_called_after_what_they_show(desk: Desk) -> None:
    asked = said("1", "Hallo")
    hear(desk.channel, asked)
    talk = conversation_of(asked)
    tab = streams.add_tab(
        desk.anna,
        "A",
        [
            Wanted(StreamKind.AUTHOR, ADA.handle, channel=desk.channel.pk),
            Wanted(StreamKind.TALK, str(talk.pk)),
        ],
    )
    assert order(tab) == ["Ada Lamm", "Conversation with Ada Lamm"]
    assert [wording_streams.about(stream) for stream in columns.columns_of(tab)] == [
        "One person · @nordlicht@social.example",
        "One conversation",
    ]


def test_there_is_an_end(desk: Desk) -> None:
    with refused("name_missing"):
        streams.add_tab(desk.anna, "  ")
    tab = streams.add_tab(desk.anna, "A", [MENTIONS] * COLUMNS_MOST)
    with refused("too_many"):
        streams.add(desk.anna, tab, MENTIONS)
    for number in range(TABS_MOST - 1):
        streams.add_tab(desk.anna, str(number))
    with refused("too_many"):
        streams.add_tab(desk.anna, "zu viel")
