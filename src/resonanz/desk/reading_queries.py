"""What pages show of queries: what one means, what networks make of it, and what it finds. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from resonanz.desk import queries, spellings, wording_queries
from resonanz.desk.access import scope_of
from resonanz.desk.finding import LAST, Page, find
from resonanz.desk.models import Query
from resonanz.desk.storage import to_ms
from resonanz.desk.wording import network_label
from resonanz.query import SEARCHES, And, Op, QueryError, Term, compiled, parse, spelled

if TYPE_CHECKING:
    from resonanz.desk.models import Agent
    from resonanz.query import Node

PAGE = 50
PREVIEW = 3
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
    often: str = ""
    networks: tuple[Network, ...] = ()
    page: Page | None = None


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
        return Looked(
            mistake=wording_queries.mistake(error),
            before=expression[: error.start],
            marked=expression[error.start : error.end],
            behind=expression[error.end :],
        )
    return Looked(
        explanation=wording_queries.explanation(tree),
        also=also_written(tree),
        often=often(agent, tree),
        networks=tuple(_network(spellings.meant(tree), name) for name in SEARCHES),
        page=find(tree, most=PREVIEW, scope=scope_of(agent)),
    )


def also_written(tree: Node) -> str:
    """Return which other spellings of brands a tree finds, in a sentence; "" where there are none."""
    return wording_queries.also_written(spelled(tree, spellings.groups()))


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
