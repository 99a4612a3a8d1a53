"""Accounts that look like ours, for pages and the command: how they differ, what they wrote. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from resonanz.annotate.lookalikes import Kind, Piece, differences, local
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.models import Lookalike, Mention, Role, Verdict
from resonanz.desk.prepared import prepared
from resonanz.desk.understood import switched_off

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from resonanz.desk.models import Agent, Author

SHOWN_MOST = 100
POSTS_MOST = 3  # of one account


@dataclass(frozen=True, slots=True)
class Compared:
    """Ours and theirs in pieces: `part` is `handle` or `name`."""

    part: str
    ours: tuple[Piece, ...]
    theirs: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A post of theirs, in which conversation it stands and to whom it was said ("" where nobody knows).

    Where they have not been heard it is a post that names them, and `by` says whose.
    """

    text: str
    at: datetime
    to: str
    by: str
    conversation: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """An account that looks like ours."""

    lookalike: Lookalike
    kinds: tuple[Kind, ...]
    compared: tuple[Compared, ...]
    said: tuple[Said, ...]
    said_count: int
    now_called: Author | None  # where it is called otherwise by now

    @property
    def is_named_only(self) -> bool:
        """Whether nobody here has heard it yet; then `said` is the post that names it."""
        return self.lookalike.author is None

    @property
    def url(self) -> str:
        """Where its profile is, "" where nobody knows."""
        return "" if self.lookalike.author is None else self.lookalike.author.url


def visible(agent: Agent | None) -> QuerySet[Lookalike]:
    """Return the lookalikes of the brands that somebody cares for; leads, and None, see all.

    None while it is switched off.
    """
    if "lookalikes" in switched_off():
        return Lookalike.objects.none()
    found = Lookalike.objects.select_related("author", "brand", "decided_by")
    if agent is None or agent.has_role(Role.LEAD):
        return found
    return found.filter(brand__in=channels_visible_to(agent).order_by().values("brand"))


def counts(agent: Agent) -> dict[int, int]:
    """Return how many there are of each verdict."""
    found = visible(agent).order_by().values_list("verdict").annotate(all=Count("pk"))
    return {verdict.value: 0 for verdict in Verdict} | dict(found)


def rows(agent: Agent | None, verdict: Verdict | None = Verdict.OPEN) -> list[Row]:
    """Return the accounts of one verdict or of all: open ones the likeliest first, others the latest."""
    order = ("-strength", "-found_at", "-pk") if verdict == Verdict.OPEN else ("-decided_at", "-pk")
    found = visible(agent).order_by(*order)
    if verdict is not None:
        found = found.filter(verdict=verdict)
    return [_row(one, agent) for one in found[:SHOWN_MOST]]


def _row(one: Lookalike, agent: Agent | None) -> Row:
    by = {"order": one.named_in_id} if one.author is None else {"author": one.author, "incoming": True}
    said = Mention.objects.filter(**by, deleted_at=None)
    if agent is not None and not agent.has_role(Role.LEAD):
        said = said.filter(conversation__in=visible_to(agent).values("pk"))
    newest = list(said.select_related("conversation__channel", "author").order_by("-order")[:POSTS_MOST])
    author = one.author
    is_same = author is None or (author.handle, author.name) == (one.handle, one.name)
    return Row(
        lookalike=one,
        kinds=tuple(Kind(kind) for kind in one.found["kinds"]),
        compared=compared(one),
        said=tuple(_said(newest, by_others=author is None)),
        said_count=said.count(),
        now_called=None if is_same else author,
    )


def compared(one: Lookalike) -> tuple[Compared, ...]:
    """Return what of ours a lookalike's handle and name resemble, beside them, with what differs marked."""
    pairs = (("handle", one.found["handle"], local(one.handle)), ("name", one.found["name"], one.name))
    return tuple(Compared(part, *differences(ours, theirs)) for part, ours, theirs in pairs if ours)


def _said(mentions: Sequence[Mention], *, by_others: bool) -> Iterable[Said]:
    parents = {
        (parent.network, parent.uri): parent.author
        for parent in Mention.objects.filter(
            uri__in=[mention.reply_to_uri for mention in mentions if mention.reply_to_uri]
        ).select_related("author")
    }
    for mention in mentions:
        to = parents.get((mention.network, mention.reply_to_uri))
        talk = mention.conversation
        account = "" if talk is None else talk.channel.account
        yield Said(
            text=mention.text,
            at=mention.posted_at,
            to=account if to is None else to.shown_name,
            by=mention.author.shown_name if by_others else "",
            conversation=mention.conversation_id,
            url=mention.url,
        )


@prepared
def of_author(author: int) -> QuerySet[Lookalike]:
    """Return that an author looks like ours, unless somebody found that harmless."""
    return Lookalike.objects.filter(author=author).exclude(verdict=Verdict.HARMLESS).select_related("brand")
