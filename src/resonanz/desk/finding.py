"""Finding stored posts by a query, newest first. Reads only.

The full text narrows down what it can, plain columns do the same, and `query.satisfies` decides about each
post that is left: so a query finds in the store what it fits on its way in. The search box with its people,
numbers and beginnings of words is `searching`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from resonanz.case import State, Waiting
from resonanz.desk.access import Conversations, Scope, visible_in
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.spellings import meant
from resonanz.post import Audience
from resonanz.query import And, Node, Not, Op, Or, Said, Term, fold, satisfies

LAST = (1 << 63) - 1
READ_FIRST = 100  # posts that are read in one go; each further time twice as many
READ_AT_ONCE = 3_200
READ_MOST = 20_000  # posts that are looked at for one page; the next one goes on behind them

Values = list[str | int]


class Post(NamedTuple):
    """A stored post as a search shows it."""

    order: int
    uri: str
    network: str
    text: str
    handle: str
    name: str
    posted_ms: int
    conversation: int | None


class Page(NamedTuple):
    """Some posts, and the order behind which further ones may lie; None after the last.

    A page may be short, or empty, and still not the last one: then none of very many posts fitted.
    """

    posts: tuple[Post, ...]
    more: int | None


def find(
    query: Node,
    *,
    most: int,
    before: int = LAST,
    scope: Scope | None = None,
    talks: Conversations | None = None,
) -> Page:
    """Return the newest posts that fit a query, in all spellings of a brand, before an order.

    With a scope only what it may see, with `talks` only what stands in one of these conversations.
    """
    query = meant(query)
    source = _Source(query, _visible(scope, talks))
    found: list[Post] = []
    read, size = 0, most + 1 if source.is_exact else max(READ_FIRST, most + 1)
    while read < READ_MOST:
        rows = source.rows(before, size)
        for row in rows:
            if source.is_exact or satisfies(query, _said(row)):
                found.append(Post(*row[:8]))
            if len(found) > most:
                return Page(tuple(found[:most]), found[most - 1].order)
        if len(rows) < size:
            return Page(tuple(found), None)
        read, before, size = read + size, rows[-1][0], min(2 * size, READ_AT_ONCE)
    return Page(tuple(found), before)


# What is read ------------------------------------------------------------------------------------

SHOWN = 'm."order", m.uri, m.network, m.text, a.handle, a.name, m.posted_at, m.conversation_id'
BY = "JOIN desk_author a ON a.id = m.author_id"
ASKED = """a.followers_count, m.language, m.extras, m.reply_to_uri, m.audience, t.root_uri,
    c.state, c.waiting, c.answered_at, c.assignee_id,
    EXISTS (SELECT 1 FROM desk_clock k WHERE k.conversation_id = c.id AND k.reason > 0),
    (SELECT json_group_array(g.name) FROM desk_conversationtag l JOIN desk_tag g ON g.id = l.tag_id
        WHERE l.conversation_id = c.id)"""
BESIDE = """JOIN desk_thread t ON t.id = m.thread_id
    LEFT JOIN desk_conversation c ON c.id = m.conversation_id"""


class _Source:
    """Where posts that may fit come from: the full text if it can tell anything, else all posts.

    `is_exact` says that all of them fit, as it knows all that the query asks for.
    """

    def __init__(self, query: Node, visible: tuple[str, Values] | None) -> None:
        words, self.is_exact = _match(query), _is_known(query)
        conditions, values = ["m.deleted_at IS NULL"], Values()
        for condition, given in _conditions(query):
            conditions.append(condition)
            values += given
        if visible is not None:
            conditions.append(visible[0])
            values += visible[1]
        source, place = ("desk_mention m", 'm."order"')
        self.values: Values = []
        if words:
            source = 'desk_words w CROSS JOIN desk_mention m ON m."order" = w.rowid'
            place, self.values = "w.rowid", [words]
            conditions.insert(0, "w.words MATCH %s")
        self.values += values
        columns, beside = (SHOWN, BY) if self.is_exact else (f"{SHOWN}, {ASKED}", f"{BY} {BESIDE}")
        self.statement = (
            f"SELECT {columns} FROM {source} {beside} WHERE {' AND '.join(conditions)} "
            f"AND {place} < %s ORDER BY {place} DESC LIMIT %s"
        )

    def rows(self, before: int, most: int) -> Sequence[tuple[Any, ...]]:
        """Return the newest rows before an order."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, [*self.values, before, most])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _said(row: tuple[Any, ...]) -> Said:
    _order, _uri, network, text, handle, name, posted_ms, _talk, followers, language, extras, *rest = row
    answers, audience, root, state, waiting, answered_at, owner, dismissed, labels = rest
    carried = json.loads(extras) if extras else {}
    return Said(
        network=network,
        text=text,
        handle=handle,
        name=name,
        posted_ms=posted_ms,
        followers=followers,
        language=language,
        urls=[link["url"] for link in carried.get("links", ())],
        answers=bool(answers),
        quotes=bool(carried.get("quoted")),
        media=[medium["kind"] for medium in carried.get("media", ())],
        audience=Audience(audience).name.lower(),
        thread=root,
        labels=json.loads(labels),
        states=[] if state is None else list(_states(state, waiting, answered_at, owner, dismissed)),
    )


def _states(
    state: int, waiting: int, answered_at: int | None, owner: int | None, dismissed: int
) -> Iterator[str]:
    if state == State.RESOLVED:
        yield "resolved"
    else:
        yield "open"
        if waiting == Waiting.US:
            yield "waiting"
        if owner is None:
            yield "unassigned"
    if answered_at is not None:
        yield "answered"
    if dismissed:
        yield "dismissed"


def _visible(scope: Scope | None, talks: Conversations | None) -> tuple[str, Values] | None:
    """Return which posts are wanted: those of some conversations, or all of a scope; None for all.

    All of a scope is what stands in its conversations, and what its channels merely heard.
    """
    if talks is not None:
        chosen, given = talks.order_by().values("pk").query.sql_with_params()
        return f"m.conversation_id IN ({chosen})", list(given)
    if scope is None:
        return None
    shown = visible_in(scope).order_by().values("pk").query.sql_with_params()
    heard = 'SELECT 1 FROM desk_sighting s WHERE s.mention_id = m."order"'
    if scope.channels is not None:
        heard += f" AND s.channel_id IN ({', '.join(map(str, scope.channels or (0,)))})"
    sql = f"(m.conversation_id IN ({shown[0]}) OR (m.conversation_id IS NULL AND EXISTS ({heard})))"
    return sql, list(shown[1])


# What the full text can tell ---------------------------------------------------------------------


def _match(node: Node) -> str:
    """Return what every post that fits has to have, as FTS5 reads it; "" where that says nothing.

    Tokens hold no quotation marks, folding sees to that.
    """
    if isinstance(node, Term):
        return _phrase(node)
    if isinstance(node, Not):
        return ""
    found = [_match(part) for part in node.parts]
    if isinstance(node, Or):
        return f"({' OR '.join(found)})" if all(found) else ""
    wanted = " AND ".join(filter(None, found))
    unwanted = [_phrase(part.part) for part in node.parts if isinstance(part, Not) and _is_exact(part.part)]
    return f"(({wanted}) NOT ({' OR '.join(unwanted)}))" if wanted and unwanted else wanted and f"({wanted})"


def _is_exact(term: Term) -> bool:
    """Whether the full text knows exactly which posts have a term."""
    return (term.op is Op.WORDS and term.near is None) or term.op in {Op.TAG, Op.CASH}


def _is_known(node: Node) -> bool:
    """Whether the full text and plain columns together know exactly which posts fit."""
    if not isinstance(node, And):
        return _is_of_words(node)
    facts = [part for part in node.parts if isinstance(part, Term) and part.op in COLUMNS]
    words = [part for part in node.parts if part not in facts]
    return bool(words) and _is_of_words(And(tuple(words)))


def _is_of_words(node: Node) -> bool:
    if isinstance(node, Term):
        return _is_exact(node)
    if isinstance(node, Not):
        return False
    negated = [part.part for part in node.parts if isinstance(part, Not)]
    plain = [part for part in node.parts if not isinstance(part, Not)]
    return bool(plain) and all(map(_is_exact, negated)) and all(map(_is_of_words, plain))


def _phrase(term: Term) -> str:
    if term.op in {Op.WORDS, Op.EXACT} and term.near is None:
        return f'"{" ".join(term.tokens)}"'
    if term.op is Op.WORDS:
        return "(" + " AND ".join(f'"{token}"' for token in term.tokens) + ")"
    if term.op in {Op.TAG, Op.CASH}:
        return f'"{term.tokens[0]}"'
    if term.op in {Op.MENTIONS, Op.TO}:
        words = " ".join(fold(term.value.partition("@")[0]))
        return f'"{words}"' if words else ""
    return ""


# What plain columns can tell ---------------------------------------------------------------------

COLUMNS = frozenset({Op.SINCE, Op.UNTIL, Op.NETWORK, Op.AUDIENCE, Op.LANG})  # exactly


def _conditions(node: Node) -> Iterator[tuple[str, Values]]:
    """Yield what every post that fits has to meet, as SQL with its values."""
    if isinstance(node, And):
        for part in node.parts:
            yield from _conditions(part)
    elif isinstance(node, Term):
        yield from _condition(node)


def _condition(term: Term) -> Iterator[tuple[str, Values]]:
    if term.op is Op.SINCE:
        yield 'm."order" >= %s', [(term.low or 0) << SEQUENCE_BITS]
    elif term.op is Op.UNTIL:
        yield 'm."order" < %s', [(term.high or 0) << SEQUENCE_BITS]
    elif term.op is Op.NETWORK:
        yield "m.network = %s", [term.value]
    elif term.op is Op.AUDIENCE:
        yield "m.audience = %s", [Audience[term.value.upper()].value]
    elif term.op is Op.LANG:
        yield "(m.language LIKE %s OR m.language LIKE %s)", [term.value, f"{term.value}-%"]
    elif term.op is Op.STATE:
        state = State.RESOLVED if term.value == "resolved" else State.OPEN
        if term.value in {"open", "resolved", "waiting", "unassigned"}:
            yield "c.state = %s", [state.value]
    elif term.op is Op.CONVERSATION:
        yield "t.root_uri = %s", [term.value]
    elif term.op is Op.FROM and term.value.isascii():
        server = "" if "@" in term.value else "@%"
        likely = term.value.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        yield "(a.handle LIKE %s ESCAPE '!' OR a.handle LIKE %s ESCAPE '!')", [likely, likely + server]
