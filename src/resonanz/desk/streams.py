"""Streams: laying out tabs with columns. All writes about them happen here.

Only whose tab it is changes it, and leads where it is shared. What columns show is in `columns.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Author,
    Channel,
    Conversation,
    Query,
    Role,
    Stream,
    StreamKind,
    Tab,
    Tag,
)
from resonanz.query import parse

Found = TypeVar("Found")
TABS_MOST = 30
COLUMNS_MOST = 20  # in a tab; more can neither be seen nor followed
TAB_NAME_MOST = 60  # characters
NAME_MOST = 120


class StreamError(Exception):
    """Something that cannot be done with tabs and columns.

    Codes: `not_allowed`, `name_missing`, `too_many`, `gone`, and what a column is about and is not known:
    `no_query`, `no_author`, `no_talk`, `no_tag`, `no_channel`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to be: `about` is what its kind asks for, a number; for people #number or a handle."""

    kind: StreamKind
    about: str = ""
    channel: int | None = None
    narrowed: str = ""
    name: str = ""


def may_change(agent: Agent, tab: Tab) -> bool:
    """Whether somebody may change a tab: whose it is, and leads where it is shared."""
    return tab.owner_id == agent.pk or (tab.is_shared and agent.has_role(Role.LEAD))


# Tabs --------------------------------------------------------------------------------------------


def add_tab(agent: Agent, name: str, columns: Sequence[Wanted] = ()) -> Tab:
    """Make a tab of one's own, with columns."""
    made = [_stream(agent, wanted) for wanted in columns]
    mine = Tab.objects.filter(owner=agent, dropped_at=None)
    with transaction.atomic():
        if mine.count() >= TABS_MOST:
            raise StreamError("too_many")
        last = mine.aggregate(last=Max("place"))["last"]
        tab = Tab.objects.create(
            name=_name(name, TAB_NAME_MOST), owner=agent, place=0 if last is None else last + 1
        )
        for place, stream in enumerate(made):
            stream.tab, stream.place = tab, place
            stream.save()
        _tell(agent, tab)
    return tab


def rename_tab(agent: Agent, tab: Tab, name: str) -> None:
    """Call a tab otherwise."""
    _change_tab(agent, tab, name=_name(name, TAB_NAME_MOST))


def share(agent: Agent, tab: Tab, *, shared: bool) -> None:
    """Show a tab to everybody here, or to nobody else again; each sees in it what their teams care for."""
    _change_tab(agent, tab, is_shared=shared)


def drop_tab(agent: Agent, tab: Tab) -> None:
    """Let go of a tab with its columns; `restore_tab` brings it back."""
    _change_tab(agent, tab, dropped_at=timezone.now())


def restore_tab(agent: Agent, tab: Tab) -> None:
    """Bring a dropped tab back."""
    _change_tab(agent, tab, dropped_at=None)


def move_tab(agent: Agent, tab: Tab, place: int) -> None:
    """Put a tab of one's own to another place among one's own."""
    if tab.owner_id != agent.pk:
        raise StreamError("not_allowed")
    with transaction.atomic():
        mine = list(Tab.objects.filter(owner=agent, dropped_at=None).order_by("place", "pk"))
        _put_in_order(mine, tab, place)
        _tell(agent, tab)


def _change_tab(agent: Agent, tab: Tab, **values: object) -> None:
    _expect_may(agent, tab)
    for field, value in values.items():
        setattr(tab, field, value)
    with transaction.atomic():
        tab.save(update_fields=list(values))
        _tell(agent, tab)


# Columns -----------------------------------------------------------------------------------------


def add(agent: Agent, tab: Tab, wanted: Wanted) -> Stream:
    """Add a column to a tab. Raises StreamError, and QueryError for a mistake in its filter."""
    return fill(agent, tab, [wanted])[0]


def fill(agent: Agent, tab: Tab, columns: Sequence[Wanted]) -> list[Stream]:
    """Add columns to a tab: all of them, or none where one cannot be. Raises as `add`."""
    _expect_may(agent, tab)
    made = [_stream(agent, wanted) for wanted in columns]
    with transaction.atomic():
        others = tab.streams.filter(dropped_at=None)
        if others.count() + len(made) > COLUMNS_MOST:
            raise StreamError("too_many")
        last = others.aggregate(last=Max("place"))["last"]
        for place, stream in enumerate(made, 0 if last is None else last + 1):
            stream.tab, stream.place = tab, place
            stream.save()
        _tell(agent, tab)
    return made


def show_query(agent: Agent, query: Query, tab: Tab | None, new_name: str) -> Stream:
    """Show a query as a column of a tab, else of one's first tab or a new one.

    Where it is a column already, that one is returned.
    """
    if tab is None or not may_change(agent, tab):
        tab = Tab.objects.filter(owner=agent, dropped_at=None).order_by("place", "pk").first()
    wanted = Wanted(StreamKind.QUERY, str(query.pk))
    if tab is None:
        return add_tab(agent, new_name, [wanted]).streams.get()
    shown = tab.streams.filter(query=query, kind=StreamKind.QUERY, narrowed="", channel=None, dropped_at=None)
    return shown.first() or add(agent, tab, wanted)


def rename(agent: Agent, stream: Stream, name: str) -> None:
    """Call a column otherwise; without a name it is called after what it shows."""
    _change(agent, stream, name=" ".join(name.split())[:NAME_MOST])


def narrow(agent: Agent, stream: Stream, expression: str) -> None:
    """Show only posts that fit a filter too; "" shows all again. Raises QueryError for a mistake in it."""
    _change(agent, stream, narrowed=_filter(expression))


def hold(agent: Agent, stream: Stream, *, held: bool) -> None:
    """Let fresh posts wait until they are asked for, or let them run in while nobody reads."""
    _change(agent, stream, is_held=held)


def drop(agent: Agent, stream: Stream) -> None:
    """Let go of a column; `restore` brings it back."""
    _change(agent, stream, dropped_at=timezone.now())


def restore(agent: Agent, stream: Stream) -> None:
    """Bring a dropped column back to its place."""
    _change(agent, stream, dropped_at=None)


def move(agent: Agent, stream: Stream, place: int) -> None:
    """Put a column to another place in its tab, counted from 0."""
    _expect_may(agent, stream.tab)
    with transaction.atomic():
        _put_in_order(list(stream.tab.streams.filter(dropped_at=None).order_by("place", "pk")), stream, place)
        _tell(agent, stream.tab)


def _change(agent: Agent, stream: Stream, **values: object) -> None:
    _expect_may(agent, stream.tab)
    for field, value in values.items():
        setattr(stream, field, value)
    with transaction.atomic():
        stream.save(update_fields=list(values))
        _tell(agent, stream.tab)


def _put_in_order(rows: list[Tab] | list[Stream], row: Tab | Stream, place: int) -> None:
    others = [other for other in rows if other.pk != row.pk]
    others.insert(max(0, min(place, len(others))), row)
    for number, other in enumerate(others):
        if other.place != number or other is row:
            other.place = number
            other.save(update_fields=["place"])


# What a column is about --------------------------------------------------------------------------


def _stream(agent: Agent, wanted: Wanted) -> Stream:
    stream = Stream(kind=wanted.kind, narrowed=_filter(wanted.narrowed))
    stream.name = " ".join(wanted.name.split())[:NAME_MOST]
    if wanted.kind is StreamKind.QUERY:
        stream.query = _query(wanted.about)
    elif wanted.kind is StreamKind.AUTHOR:
        stream.author = _author(wanted.about)
    elif wanted.kind is StreamKind.TALK:
        stream.conversation = _talk(agent, wanted.about)
    elif wanted.kind is StreamKind.TAG:
        stream.tag = _tag(wanted.about)
    if wanted.channel is not None:
        stream.channel = _channel(agent, wanted.channel)
    return stream


def _query(about: str) -> Query:
    return _expected(Query.objects.filter(pk=_number(about)).first(), "no_query")


def _tag(about: str) -> Tag:
    return _expected(Tag.objects.filter(pk=_number(about)).first(), "no_tag")


def _talk(agent: Agent, about: str) -> Conversation:
    return _expected(visible_to(agent).filter(pk=_number(about)).first(), "no_talk")


def _channel(agent: Agent, number: int) -> Channel:
    return _expected(channels_visible_to(agent).filter(pk=number).first(), "no_channel")


def _author(about: str) -> Author:
    """Return who is meant by #number or a handle; without a server who spoke last of that name."""
    if about.startswith("#"):
        return _expected(Author.objects.filter(pk=_number(about)).first(), "no_author")
    handle = about.strip().removeprefix("@")
    if not handle:
        raise StreamError("no_author")
    called = Author.objects.filter(handle__iexact=handle)
    if "@" not in handle:
        called |= Author.objects.filter(handle__istartswith=f"{handle}@")
    return _expected(called.order_by("-heard_at", "-pk").first(), "no_author")


def _expected(found: Found | None, code: str) -> Found:
    if found is None:
        raise StreamError(code)
    return found


def _number(about: str) -> int:
    digits = about.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else 0


def _filter(expression: str) -> str:
    expression = " ".join(expression.split())
    if expression:
        parse(expression, timezone.get_default_timezone(), narrows=True)
    return expression


def _name(name: str, most: int) -> str:
    name = " ".join(name.split())[:most]
    if not name:
        raise StreamError("name_missing")
    return name


def _expect_may(agent: Agent, tab: Tab) -> None:
    if not may_change(agent, tab):
        raise StreamError("not_allowed")


def _tell(agent: Agent, tab: Tab) -> None:
    happen("columns_changed", timezone.now(), actor=agent.pk, tab=tab.pk)
