"""Finding stored posts by a query, newest first. Reads only.

The full text narrows down what it can, plain columns do the same, and `query.satisfies` decides about each
post that is left: so a query finds in the store what it fits on its way in. The search box with its people,
numbers and beginnings of words is `searching`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone
from msgspec import DecodeError, structs

from resonanz.case import State, Waiting
from resonanz.desk.access import Conversations, Scope, visible_in
from resonanz.desk.models import Query
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.spellings import meant
from resonanz.desk.storage import from_ms
from resonanz.desk.understood import ASKED as NOTED_BY
from resonanz.desk.understood import asked_in, is_asked_to_lack, switched_off, without
from resonanz.post import Audience
from resonanz.query import And, Node, Not, Op, Or, Said, Term, fold, parse, satisfies
from resonanz.query.tree import ANY, read_kept

LAST = (1 << 63) - 1
READ_FIRST = 100  # posts that are read in one go; each further time twice as many
READ_AT_ONCE = 3_200
COUNTED_MOST = 2_000  # posts that are read to count them
READ_MOST = 20_000  # posts that are looked at for one page; the next one goes on behind them

Values = list[str | int]
NOTHING: Mapping[str, object] = {}


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


class Within(NamedTuple):
    """Between which orders posts stand."""

    since: int
    before: int


class Where(NamedTuple):
    """Where posts stand, besides what an expression can ask for; what is None or false does not matter."""

    channel: int | None = None  # a channel that heard it
    addressed: bool = False  # it speaks to one of our channels (to this one, if one is named)
    incoming: bool | None = None  # said by others, or by us
    private: bool = False
    author: int | None = None
    conversation: int | None = None
    tag: int | None = None  # of its conversation
    live: bool = False  # nothing that was recorded elsewhere
    talks: Conversations | None = None  # in one of these; what somebody may see is seen to there


ANYWHERE = Where()
HEARD = Where(incoming=True, live=True)  # what others said here


def moment_of(post: Post) -> datetime:
    """Return when a post was said."""
    return from_ms(post.posted_ms)


def tree_of(query: Query) -> Node:
    """Return a saved query's tree as it was typed; read again where an older desk kept it differently.

    What it stands for, in all spellings of a brand, is `spellings.meant`; finding sees to it itself.
    """
    try:
        tree: Node = read_kept(bytes(query.tree))
    except DecodeError:
        return parse(query.expression, timezone.get_default_timezone())
    return tree


def find(
    query: Node | None,
    *,
    most: int,
    before: int = LAST,
    scope: Scope | None = None,
    where: Where = ANYWHERE,
) -> Page:
    """Return the newest posts that fit a query, in all spellings of a brand, before an order.

    With a scope only what it may see; without a query all posts that stand somewhere.
    """
    return _page(_Source(query, scope, where), most, before)


def heard(query: Node | None, within: Within, *, most: int, scope: Scope, where: Where = HEARD) -> Page:
    """Return the same between two orders; of what others said here, unless told otherwise."""
    return _page(_Source(query, scope, where), most, within.before, within.since)


def _page(source: _Source, most: int, before: int, low: int = 0) -> Page:
    found: list[Post] = []
    read, size = 0, most + 1 if source.is_exact else max(READ_FIRST, most + 1)
    while read < READ_MOST:
        rows = source.rows(before, size, low)
        for row in rows:
            if source.fits(row):
                found.append(Post(*row[:8]))
            if len(found) > most:
                return Page(tuple(found[:most]), found[most - 1].order)
        if len(rows) < size:
            return Page(tuple(found), None)
        read, before, size = read + size, rows[-1][0], min(2 * size, READ_AT_ONCE)
    return Page(tuple(found), before)


def at(orders: Sequence[int], scope: Scope | None, where: Where = ANYWHERE) -> dict[int, Post]:
    """Return some posts by their order: those that are still there and that a scope may see."""
    if not orders:
        return {}
    conditions, values = plain(scope, where)
    marks = ",".join(["%s"] * len(orders))
    rows = _asked(
        f'SELECT {SHOWN} FROM desk_mention m {BY} WHERE m."order" IN ({marks}) AND {conditions}',
        [*orders, *values],
    )
    return {row[0]: Post(*row) for row in rows}


def plain(scope: Scope | None, where: Where) -> tuple[str, Values]:
    """Return what every post that stands somewhere has to meet, as SQL about `m` with its values.

    For who reads many posts in their order; of `addressed` ones `find` knows a shorter way.
    """
    source = _Source(None, scope, where._replace(addressed=False))
    return source.conditions, source.values


def counts(
    query: Node | None, since_ms: int, span_ms: int, scope: Scope | None, where: Where = ANYWHERE
) -> dict[int, int]:
    """Return how many posts since a moment fit, by the number of the span since then in which they stand.

    Where each has to be read, the newest COUNTED_MOST are.
    """
    source, low = _Source(query, scope, where), since_ms << SEQUENCE_BITS
    if source.is_exact:
        return {number: count for number, count in source.counted(low, span_ms) if count}
    found: Counter[int] = Counter()
    for row in source.rows(LAST, COUNTED_MOST, low):
        if source.fits(row):
            found[((row[0] >> SEQUENCE_BITS) - since_ms) // span_ms] += 1
    return dict(found)


# What is read ------------------------------------------------------------------------------------

SHOWN = 'm."order", m.uri, m.network, m.text, a.handle, a.name, m.posted_at, m.conversation_id'
BY = "JOIN desk_author a ON a.id = m.author_id"
ASKED = """a.followers_count, m.language, m.extras, m.reply_to_uri, m.audience, t.root_uri,
    c.state, c.waiting, c.answered_at, c.assignee_id,
    EXISTS (SELECT 1 FROM desk_clock k WHERE k.conversation_id = c.id AND k.reason > 0),
    (SELECT json_group_array(g.name) FROM desk_conversationtag l JOIN desk_tag g ON g.id = l.tag_id
        WHERE l.conversation_id = c.id),
    n.sentiment, n.about, n.intents, n.reason, n.language, n.urgency, n.private, n.form"""
BESIDE = """JOIN desk_thread t ON t.id = m.thread_id
    LEFT JOIN desk_conversation c ON c.id = m.conversation_id
    LEFT JOIN desk_annotation n ON n.mention_id = m."order" """


class _Source:
    """Where posts that may fit come from: the full text if it can tell anything, else posts in their order.

    `is_exact` says that all of them fit, as it knows all that is asked for.
    """

    def __init__(self, query: Node | None, scope: Scope | None, where: Where) -> None:
        self.query = query = None if query is None else meant(query)
        words = "" if query is None else _match(query)
        notes = frozenset[str]() if query is None else asked_in(query)
        off = notes & switched_off() if notes else notes
        self.hidden = without(off)
        self.is_exact = query is None or _is_known(query)
        conditions, values = ["m.deleted_at IS NULL"], Values()
        asked = () if query is None else _conditions(query, off)
        if query is not None and notes and is_asked_to_lack(query):
            conditions.append(DECIDED)
        seen = _seen(scope, where.talks)
        for condition, given in (*asked, *_places(where), seen):
            conditions.append(condition)
            values += given
        source, self.place, self.group = ("desk_mention m", 'm."order"', "")
        self.values: Values = []
        if words:
            source = 'desk_words w CROSS JOIN desk_mention m ON m."order" = w.rowid'
            self.place, self.values = "w.rowid", [words]
            conditions.insert(0, "w.words MATCH %s")
        elif where.addressed:  # few of all may be; two of our channels may be spoken to at once
            source = 'desk_sighting n CROSS JOIN desk_mention m ON m."order" = n.mention_id'
            self.place, self.group = "n.mention_id", "GROUP BY n.mention_id"
            conditions.insert(0, "n.addressed")
        self.values += values
        self.source, self.conditions = source, " AND ".join(conditions)

    def rows(self, before: int, most: int, low: int = 0) -> Sequence[tuple[Any, ...]]:
        """Return the newest rows between two orders."""
        columns, beside = (SHOWN, BY) if self.is_exact else (f"{SHOWN}, {ASKED}", f"{BY} {BESIDE}")
        return _asked(
            f"SELECT {columns} FROM {self.source} {beside} WHERE {self.conditions} "
            f"AND {self.place} >= %s AND {self.place} < %s {self.group} ORDER BY {self.place} DESC LIMIT %s",
            [*self.values, low, before, most],
        )

    def counted(self, low: int, span_ms: int) -> Sequence[tuple[Any, ...]]:
        """Return how many rows there are from an order on, by the number of their span."""
        return _asked(
            f"SELECT ({self.place} - %s) / %s, count(DISTINCT {self.place}) FROM {self.source} "
            f"WHERE {self.conditions} AND {self.place} >= %s GROUP BY 1",
            [low, span_ms << SEQUENCE_BITS, *self.values, low],
        )

    def fits(self, row: tuple[Any, ...]) -> bool:
        """Whether a row is what was asked for."""
        return self.is_exact or self.query is None or satisfies(self.query, said_of(row, self.hidden))


def _asked(statement: str, values: Sequence[str | int]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def said_of(row: tuple[Any, ...], hidden: Mapping[str, object] = NOTHING) -> Said:
    """Return what can be asked of a post whose row has the columns SHOWN and ASKED.

    `hidden` is what stands in the place of notes that nobody may see (`understood.without`).
    """
    _order, _uri, network, text, handle, name, posted_ms, _talk, followers, language, extras, *rest = row
    answers, audience, root, state, waiting, answered_at, owner, dismissed, labels, *notes = rest
    sentiment, about, intents, reason, spoken, urgency, private, form = notes
    carried = json.loads(extras) if extras else {}
    said = Said(
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
        sentiment=sentiment or "",
        about=about or "",
        intents=tuple(json.loads(intents)) if intents else (),
        reason=reason or "",
        spoken=spoken or "",
        urgency=urgency or "",
        private=private.split(",") if private else (),
        form=form or "",
    )
    return structs.replace(said, **hidden) if hidden else said


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


# Nothing of a file is found before all of it is here; nearly always there is no such file.
FINISHED = """(m.from_import_id IS NULL
    OR m.from_import_id NOT IN (SELECT id FROM desk_import WHERE finished_at IS NULL))"""


def posts_seen(scope: Scope) -> tuple[str, Values]:
    """Return which posts said by others here somebody may see, as SQL about `desk_mention m`."""
    seen, values = _visible(scope)
    return f"m.incoming AND m.deleted_at IS NULL AND {NOT_RECORDED} AND {seen}", values


def _seen(scope: Scope | None, talks: Conversations | None) -> tuple[str, Values]:
    """Return which posts are wanted: those of some conversations, or all that a scope may see."""
    if talks is not None:
        chosen, given = talks.order_by().values("pk").query.sql_with_params()
        return f"m.conversation_id IN ({chosen})", list(given)
    return (FINISHED, []) if scope is None else _visible(scope)


def _visible(scope: Scope) -> tuple[str, Values]:
    """Return which posts somebody may see.

    In their conversations; what their channels merely heard; and what a file told of, once all of it is
    here: no channel heard that, so it is everybody's.
    """
    here = visible_in(scope).filter(
        pk=RawSQL("m.conversation_id", [])
    )  # looked up for each post, not all first
    shown = here.order_by().values("pk").query.sql_with_params()
    heard = 'SELECT 1 FROM desk_sighting s WHERE s.mention_id = m."order"'
    if scope.channels is not None:
        heard += f" AND s.channel_id IN ({', '.join(map(str, scope.channels or (0,)))})"
    unfinished = ", ".join(map(str, scope.unfinished or (0,)))
    alone = f"(m.from_import_id NOT IN ({unfinished}) OR EXISTS ({heard}))"
    sql = f"(m.conversation_id IN ({shown[0]}) OR (m.conversation_id IS NULL AND {alone}))"
    return sql, list(shown[1])


NOT_RECORDED = """m.network <> 'archive' AND m.from_import_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM desk_conversation i WHERE i.id = m.conversation_id AND i.from_import_id IS NOT NULL)"""


def _places(where: Where) -> Iterator[tuple[str, Values]]:
    """Yield what every post there has to meet. What never changes is written out: so indexes know it."""
    if where.channel is not None or where.addressed:
        heard = 'EXISTS (SELECT 1 FROM desk_sighting s WHERE s.mention_id = m."order"'
        heard += " AND s.addressed" if where.addressed else ""
        heard += "" if where.channel is None else " AND s.channel_id = %s"
        yield f"{heard})", [] if where.channel is None else [where.channel]
    if where.incoming is not None:
        yield "m.incoming" if where.incoming else "NOT m.incoming", []
    if where.live:
        yield NOT_RECORDED, []
    if where.private:
        yield f"m.audience = {int(Audience.DIRECT)}", []
    if where.author is not None:
        yield "m.author_id = %s", [where.author]
    if where.conversation is not None:
        yield "m.conversation_id = %s", [where.conversation]
    if where.tag is not None:
        of_tag = "SELECT l.conversation_id FROM desk_conversationtag l WHERE l.tag_id = %s"
        yield f"m.conversation_id IN ({of_tag})", [where.tag]


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
    parts = node.parts if isinstance(node, And) else (node,)
    words = [part for part in parts if not (isinstance(part, Term) and part.op in COLUMNS)]
    if len(words) == 1:
        return _is_of_words(words[0])
    return not words or _is_of_words(And(tuple(words)))


def _is_of_words(node: Node) -> bool:
    if isinstance(node, Term):
        return _is_exact(node)
    if isinstance(node, Not):
        return False
    if isinstance(node, Or):  # FTS5 takes a "not" only beside what it takes it from
        return all(map(_is_of_words, node.parts))
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

NOTED = """EXISTS (SELECT 1 FROM desk_annotation o WHERE o.mention_id = m."order" AND {})"""
NOTES = {
    Op.SENTIMENT: NOTED.format("o.sentiment = %s"),
    Op.ABOUT: NOTED.format("o.about = %s"),
    Op.REASON: NOTED.format("o.reason = %s"),
    Op.URGENCY: NOTED.format("o.urgency = %s"),
    Op.FORM: NOTED.format("o.form = %s"),
    Op.INTENT: NOTED.format("o.intents LIKE %s"),
    Op.PRIVATE: NOTED.format("',' || o.private || ',' LIKE %s"),
}
LIKE = {Op.INTENT: '%"{}"%', Op.PRIVATE: "%,{},%"}  # of labels of which a post may have several
COLUMNS = frozenset({Op.SINCE, Op.UNTIL, Op.NETWORK, Op.AUDIENCE, Op.LANG, *NOTES})  # exactly
# What is noted of the language, unless the network says the same and which sort of it.
LANGUAGE = """coalesce((SELECT o.language FROM desk_annotation o WHERE o.mention_id = m."order"
    AND o.language <> '' AND m.language || '-' NOT LIKE o.language || '-%%'), m.language)"""
# Nobody can say what a post lacks of which nothing is noted yet; what waits to be read again has its notes.
DECIDED = """NOT EXISTS (SELECT 1 FROM desk_unannotated u WHERE u.mention_id = m."order" AND NOT EXISTS (
    SELECT 1 FROM desk_annotation o WHERE o.mention_id = u.mention_id))"""


def _conditions(node: Node, off: Collection[str]) -> Iterator[tuple[str, Values]]:
    """Yield what every post that fits has to meet, as SQL with its values; `off` are notes nobody may see."""
    if isinstance(node, And):
        for part in node.parts:
            yield from _conditions(part, off)
    elif isinstance(node, Term):
        yield from _condition(node, is_off=NOTED_BY.get(node.op) in off)


def _condition(term: Term, *, is_off: bool) -> Iterator[tuple[str, Values]]:
    if term.op is Op.LANG:
        yield f"{'m.language' if is_off else LANGUAGE} || '-' LIKE %s", [f"{term.value}-%"]
    elif term.op in NOTES:
        label = "%_" if term.op is Op.PRIVATE and term.value == ANY else term.value
        yield ("0", []) if is_off else (NOTES[term.op], [LIKE.get(term.op, "{}").format(label)])
    else:
        yield from _plain_condition(term)


def _plain_condition(term: Term) -> Iterator[tuple[str, Values]]:
    if term.op is Op.SINCE:
        yield 'm."order" >= %s', [(term.low or 0) << SEQUENCE_BITS]
    elif term.op is Op.UNTIL:
        yield 'm."order" < %s', [(term.high or 0) << SEQUENCE_BITS]
    elif term.op is Op.NETWORK:
        yield "m.network = %s", [term.value]
    elif term.op is Op.AUDIENCE:
        yield "m.audience = %s", [Audience[term.value.upper()].value]
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
