"""What pages show of queries: what one means, what networks make of it, and what it finds. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from resonanz.desk import listen, queries, spellings, wording_queries
from resonanz.desk.access import scope_of
from resonanz.desk.finding import ANYWHERE, LAST, Page, Where, find
from resonanz.desk.models import Channel, Query, StandingSearch
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.searching import Filters, Here, Wanted, begins
from resonanz.desk.storage import to_ms
from resonanz.desk.wording import network_label
from resonanz.query import SEARCHES, And, Op, QueryError, Term, compiled, parse, speaks, spelled
from resonanz.query.tree import terms

if TYPE_CHECKING:
    from resonanz.desk.models import Agent
    from resonanz.query import Node

PAGE = 50
PREVIEW = 3
HITS = 25  # of a search box, on one page
DAYS = 7
COUNTED_MOST = 1_000  # posts of these days; more are said to be more


@dataclass(frozen=True, slots=True)
class Network:
    """What a network is asked for a query; none where it cannot be asked."""

    label: str
    searches: tuple[str, ...]
    losses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What there is to say about an expression while it is written.

    Of a mistake the text before, the marked part and the text behind; else what it means and finds.
    """

    mistake: str = ""
    before: str = ""
    marked: str = ""
    behind: str = ""
    explanation: str = ""
    also: str = ""
    off: str = ""
    often: str = ""
    networks: tuple[Network, ...] = ()
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """How far one channel's network was searched for a query, in words."""

    label: str
    handle: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search box asks for in the language: as it is read, what it means and finds, what to mark."""

    expression: str
    looked: Looked
    words: Wanted


@dataclass(frozen=True, slots=True)
class Row:
    """A saved query in the list."""

    query: Query
    explanation: str
    often: str


def look(agent: Agent, expression: str) -> Looked:
    """Return what an expression means, what networks make of it, and what of the store it finds."""
    try:
        tree = parse(expression, timezone.get_default_timezone())
    except QueryError as error:
        return _mistaken(expression, error)
    return Looked(
        explanation=wording_queries.explanation(tree),
        also=also_written(tree),
        off=wording_queries.asks_in_vain(tree),
        often=often(agent, tree),
        networks=tuple(_network(spellings.meant(tree), name) for name in SEARCHES),
        page=find(tree, most=PREVIEW, scope=scope_of(agent)),
    )


def asked(agent: Agent, said: str, filters: Filters, before: int = LAST) -> Asked:
    """Return what a search box finds that speaks the language: a page, newest first, or its mistake.

    A quotation mark that is still open ends with the text. Filters narrow it down; those that only
    conversations can meet leave out what stands in none.
    """
    expression = said + '"' if said.count('"') % 2 else said
    try:
        tree = parse(expression, timezone.get_default_timezone())
    except QueryError as error:
        return Asked(expression, _mistaken(expression, error), Wanted((), (), (), None))
    here = Here(scope_of(agent), replace(filters, network=""), agent.pk if filters.mine else None)
    is_of_talks = filters.where != "all" or filters.channel is not None or filters.mine
    found = find(
        And((tree, *_narrowing(filters))) if filters.any else tree,
        most=HITS,
        before=before,
        scope=scope_of(agent),
        where=Where(talks=here.narrowed()) if is_of_talks else ANYWHERE,
    )
    meant = Looked(
        explanation=wording_queries.explanation(tree),
        also=also_written(tree),
        off=wording_queries.asks_in_vain(tree),
        page=found,
    )
    return Asked(expression, meant, _words(spellings.meant(tree)))


def names_a_brand(said: str) -> bool:
    """Whether plain words hold a spelling of a brand that has others: then all of them are looked for."""
    known = spellings.groups()
    if not known:
        return False
    try:
        return bool(spelled(parse(said, timezone.get_default_timezone()), known))
    except QueryError:
        return False


def lessons() -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return examples of the language in groups: what each means, and whether a search box reads it so."""
    zone = timezone.get_default_timezone()
    return [
        (heading, [(one, wording_queries.explanation(parse(one, zone)), speaks(one)) for one in examples])
        for heading, examples in wording_queries.examples()
    ]


def _narrowing(filters: Filters) -> Iterator[Term]:
    """Yield the filters that say something of a post itself, as terms."""
    if filters.network:
        yield Term(Op.NETWORK, filters.network)
    if filters.since is not None:
        yield Term(Op.SINCE, "", low=to_ms(begins(filters.since)))
    if filters.until is not None:
        yield Term(Op.UNTIL, "", high=to_ms(begins(filters.until + timedelta(days=1))))


def _words(tree: Node) -> Wanted:
    """Return the words that are marked in what a tree finds."""
    marked = {Op.WORDS, Op.EXACT, Op.TAG, Op.CASH}
    wanted = tuple(term.tokens for term, is_wanted in terms(tree) if is_wanted and term.op in marked)
    return Wanted(wanted, (), (), None)


def also_written(tree: Node) -> str:
    """Return which other spellings of brands a tree finds, in a sentence; "" where there are none."""
    return wording_queries.also_written(spelled(tree, spellings.groups()))


def _mistaken(expression: str, error: QueryError) -> Looked:
    return Looked(
        mistake=wording_queries.mistake(error),
        before=expression[: error.start],
        marked=expression[error.start : error.end],
        behind=expression[error.end :],
    )


def rows(agent: Agent) -> list[Row]:
    """Return all saved queries by name; each is counted in the store."""
    found = Query.objects.select_related("made_by").order_by("name")
    return [_row(agent, query) for query in found]


def _row(agent: Agent, query: Query) -> Row:
    tree = queries.tree_of(query)
    return Row(query, wording_queries.explanation(tree), often(agent, tree))


def posts(agent: Agent, query: Query, before: int = LAST) -> Page:
    """Return a page of stored posts that fit a saved query, newest first."""
    return find(queries.tree_of(query), most=PAGE, before=before, scope=scope_of(agent))


def often(agent: Agent, tree: Node) -> str:
    """Return how many posts a day a query has brought lately, in words."""
    since = Term(Op.SINCE, "", low=to_ms(timezone.now() - timedelta(days=DAYS)))
    found = find(And((tree, since)), most=COUNTED_MOST, scope=scope_of(agent))
    return wording_queries.often(len(found.posts), DAYS, is_more=found.more is not None)


def _network(tree: Node, name: str) -> Network:
    done = compiled(tree, name)
    losses = tuple(wording_queries.loss(lost, name) for lost in done.lost)
    return Network(network_label(name), done.searches, losses)


def searches(query: Query) -> list[Searched]:
    """Return how each network that can be searched was searched for a query."""
    known = list(StandingSearch.objects.filter(query=query).select_related("channel").order_by("channel"))
    if not known:  # they are written down by the worker, a moment after the query was kept
        able = filter(listen.can_search, Channel.objects.filter(state=ChannelState.OK).order_by("pk"))
        known = [StandingSearch(channel=channel, query=query) for channel in able]
    return [
        Searched(network_label(each.channel.network), each.channel.account, wording_queries.searched(each))
        for each in known
    ]
