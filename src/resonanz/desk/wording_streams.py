"""Columns in words: what they are called, what each kind shows, how lively they are, what cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk.models import StreamKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from resonanz.desk.models import Query, Stream


class Kind(NamedTuple):
    """What a kind of column is called and shows, and what it asks for."""

    value: str
    label: StrPromise
    shows: StrPromise
    icon: str
    asks: str = ""  # query, author, talk, tag


KINDS = {
    StreamKind.MENTIONS: Kind(
        "mentions", later("Mentions"), later("Everything that speaks to one of your accounts."), "at-sign"
    ),
    StreamKind.QUERY: Kind(
        "query",
        later("Saved query"),
        later("Whatever a query finds, also where nobody names you with an @."),
        "search",
        "query",
    ),
    StreamKind.INBOX: Kind(
        "inbox", later("Private inbox"), later("Private messages from customers."), "inbox"
    ),
    StreamKind.OUTBOX: Kind(
        "outbox", later("Private outbox"), later("Private messages that you have sent."), "send"
    ),
    StreamKind.AUTHOR: Kind(
        "author", later("One person"), later("Everything that was heard from somebody."), "user", "author"
    ),
    StreamKind.TALK: Kind(
        "talk",
        later("One conversation"),
        later("What is said in one conversation, while you look at others."),
        "messages-square",
        "talk",
    ),
    StreamKind.TAG: Kind(
        "tag", later("Tag"), later("What is said in all conversations with a tag."), "tag", "tag"
    ),
}


def title(stream: Stream) -> str:
    """Return what a column is called: by its own name, else after what it shows."""
    if stream.name:
        return stream.name
    if stream.query is not None:
        return stream.query.name
    if stream.author is not None:
        return stream.author.shown_name
    if stream.conversation is not None:
        return _("Conversation with %(name)s") % {"name": stream.conversation.customer.shown_name}
    return f"#{stream.tag.name}" if stream.tag is not None else str(KINDS[StreamKind(stream.kind)].label)


def ready_title(kind: StreamKind, query: Query | None) -> str:
    """Return what a column that is offered is called."""
    return str(KINDS[kind].label) if query is None else query.name


def about(stream: Stream) -> str:
    """Return what kind of column it is, and which channel it is limited to."""
    kind = str(KINDS[StreamKind(stream.kind)].label)
    parts = [kind] if title(stream) != kind else []
    return " · ".join([*parts, *([stream.channel.account] if stream.channel is not None else [])])


def lively(day_count: int, hour_count: int) -> str:
    """Return how many posts a column had in the last day and in the last hour; short, as a heading has it."""
    if not hour_count:
        return _("%(day)d in 24 h") % {"day": day_count}
    return _("%(day)d in 24 h, %(hour)d in 1 h") % {"day": day_count, "hour": hour_count}


def passed_on(count: int) -> str:
    """Return how often a post was passed on; short, and alike for one and for many."""
    return _("passed on {n}×").format(n=number_format(count, use_l10n=True, force_grouping=True))


def gone(stream: Stream) -> str:
    """Return why a column has nothing to show any more, and what to do."""
    return {
        StreamKind.QUERY: _("The query of this column was dropped. Drop the column too, or add another one."),
        StreamKind.AUTHOR: _("What was known of this person was erased."),
        StreamKind.TALK: _("This conversation does not exist any more."),
        StreamKind.TAG: _("The tag of this column was removed."),
    }.get(StreamKind(stream.kind), "")


def empty(stream: Stream) -> str:
    """Return what will stand in a column that is still empty."""
    if stream.narrowed:
        return _("Nothing fits the filter. Take it away to see what else there is.")
    return {
        StreamKind.MENTIONS: _("Nobody has spoken to you yet. The next one who does appears here by itself."),
        StreamKind.INBOX: _("No private message yet. The next one appears here by itself."),
        StreamKind.OUTBOX: _("No private message was sent yet."),
        StreamKind.QUERY: _("Nothing stored fits the query yet. What comes in appears here by itself."),
        StreamKind.TAG: _("Nothing has this tag yet."),
    }.get(StreamKind(stream.kind), _("Nothing was said here yet."))


def stream_error(code: str) -> str:
    """Return why something cannot be done with tabs and columns, and what to do."""
    return {
        "not_allowed": _("Only who made this tab changes it, or a team lead. You can make one of your own."),
        "name_missing": _("Give it a name."),
        "too_many": _("That is more than fits side by side. Make another tab."),
        "no_query": _("Choose a query. There is none yet? Write one first."),
        "no_author": _(
            "Nobody of this handle was heard yet. Type a part of the name, and choose who is offered."
        ),
        "no_talk": _("There is no conversation of this number that your teams care for."),
        "no_tag": _("Choose a tag."),
        "no_channel": _("Choose one of your channels."),
    }.get(code, _("That is not there any more. Load the page again."))
