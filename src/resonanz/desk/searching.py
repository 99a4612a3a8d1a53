"""Searching: everything ever heard or answered that an agent may see, newest first. Reads only.

How words are read is `wanted`; which filters there are is `Filters`; `search` finds. Words are folded as the
store folds them (`resonanz.query`), so that umlauts, case and marks make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from resonanz.case import State
from resonanz.desk.access import Conversations, Scope, scope_of, visible_in
from resonanz.desk.models import Agent, Conversation, Mention
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.prepared import each, prepared
from resonanz.desk.storage import to_ms
from resonanz.query import fold, folded

PAGE = 25
AUTHORS_MOST = 200  # whose name fits; more than that, and the name says nothing
POSTS_MOST = 500  # of some people, read one by one
HITS_AT_ONCE = 4 * PAGE  # posts looked at in one go: some conversations are hit several times
PASSAGE = 180  # characters
BEFORE = 40  # of them in front of the first hit
CHUNK_KEPT = 40  # characters; longer ones are addresses, each another
LAST = 1 << 63
IN = ("all", "open", "resolved", "archive")

_PARTS = re.compile(r'"([^"]*)"?|(\S+)')
_NAME = re.compile(r"\w+")
_CHUNK = re.compile(r"\S+")
_ASKED_FOR = re.compile(r"(?<!\S)-?([A-Za-z_]+):[^\W_]\S*")  # as a query says it: `from:ada`
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed, as the search takes it.

    `terms` are sequences of folded tokens that stand together. The last one is found as the beginning of a
    word too: at once where `is_open` (somebody typed `*`), else where `may_open` and the whole word does not
    fill a page; beginnings of frequent words take their time. `handles` are terms with an @, `raw` are all
    as typed, `number` is a conversation's, where only that was typed.
    """

    terms: tuple[tuple[str, ...], ...]
    handles: tuple[str, ...]
    raw: tuple[str, ...]
    number: int | None
    is_open: bool = False
    may_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.terms


def wanted(text: str) -> Wanted:
    """Read a search box: words, "words in a row", begin*, @handles, #tags, a conversation's number."""
    terms: list[tuple[str, ...]] = []
    handles, raw = [], []
    is_open = may_open = False
    for part in _PARTS.finditer(text[:500]):
        said = part[1] if part[2] is None else part[2]
        tokens = _tokens(said)
        if not tokens:
            continue
        terms.append(tokens)
        may_open = part[2] is not None and len(tokens[-1]) > 1
        is_open = may_open and said.endswith("*")
        if part[2] is not None and said.startswith("@"):
            handles.append(said[1:])
        raw.append(said.lstrip("@"))
    digits = text.strip().removeprefix("#")
    number = int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 12 else None
    return Wanted(tuple(terms), tuple(handles), tuple(raw), number, is_open, may_open)


def taken_as_words(text: str) -> tuple[str, str] | None:
    """Return what plain words ask for as a query would, which none can, and the words that it is read as."""
    found = _ASKED_FOR.search(text)
    return None if found is None else (found[1], " ".join(fold(found[0])))


def _tokens(said: str) -> tuple[str, ...]:
    """Return a part's tokens; of a marked word only the marked form, which is the last."""
    tokens = fold(said)
    marked = said[:1] in {"#", "@", "$"} and len(tokens) > 1
    return tokens[-1:] if marked else tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the hits are narrowed to; days are those of the desk's own zone, both included."""

    where: str = "all"
    network: str = ""
    channel: int | None = None
    since: date | None = None
    until: date | None = None
    mine: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a passage; a hit is marked."""

    text: str
    is_hit: bool = False


class Matter(NamedTuple):
    """What a page shows of a conversation that was found; as values, as it shows many."""

    number: int
    last_order: int
    from_import: int | None
    state: int
    waiting: int
    network: str
    customer: int
    name: str
    handle: str
    owner: tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found, by a post or by its customer's name."""

    matter: Matter
    mention: Mention | None
    passage: tuple[Piece, ...]
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, and the order behind which the next one goes on (None after the last).

    `is_open` says whether beginnings of words were found too; the next page asks for the same.
    """

    hits: tuple[Hit, ...]
    more: int | None = None
    is_open: bool = False


def search(agent: Agent, asked: Wanted, filters: Filters | None = None, after: int | None = None) -> Found:
    """Return one page of what is found, newest first, behind an order."""
    if asked.is_empty:
        return Found(())
    filters = filters or Filters()
    here = Here(scope_of(agent), filters, agent.pk if filters.mine else None)
    people = _people(asked)
    others = _allowed(here.narrowed().exclude(customer__in=people)) if people else _allowed_in(here)
    reach = _reach(filters, after)
    places = _by_person(here, asked, people, reach) | _by_words(others, asked, reach)
    if len(places) < PAGE and asked.may_open and not asked.is_open and after is None:
        asked = replace(asked, is_open=True)
        places = _by_person(here, asked, people, reach) | _by_words(others, asked, reach)
    found = sorted(places.items(), key=lambda place: -place[1])
    named = _named(here, asked) if after is None else []
    more = found[PAGE - 1][1] if len(found) > PAGE else None
    return Found(tuple(_hits(asked, named, found[:PAGE], people)), more, asked.is_open)


class Here(NamedTuple):
    """Where is searched: what somebody may see, narrowed down by filters, and to what one of them has."""

    scope: Scope
    filters: Filters
    owner: int | None

    def narrowed(self) -> Conversations:
        """Return the conversations there."""
        filters, shown = self.filters, visible_in(self.scope)
        if filters.where == "archive":
            shown = shown.exclude(from_import=None)
        elif filters.where != "all":
            wanted_state = State.OPEN if filters.where == "open" else State.RESOLVED
            shown = shown.filter(state=wanted_state, from_import=None)
        if filters.network:
            shown = shown.filter(channel__network=filters.network)
        if filters.channel is not None:
            shown = shown.filter(channel=filters.channel)
        return shown if self.owner is None else shown.filter(assignee=self.owner)


Post = tuple[int, int, str]  # its conversation, its order, its folded text


class Reach(NamedTuple):
    """Between which orders hits lie: at least `low`, below `high`; pages up to `after` are shown already."""

    low: int
    high: int
    after: int | None

    @property
    def below(self) -> int:
        """Below which order what is to be shown lies."""
        return self.high if self.after is None else min(self.high, self.after)


def _reach(filters: Filters, after: int | None) -> Reach:
    low = 0 if filters.since is None else _order_of(filters.since)
    high = LAST - 1 if filters.until is None else _order_of(filters.until + timedelta(days=1))
    return Reach(low, high, after)


def _order_of(day: date) -> int:
    return max(to_ms(begins(day)), 0) << SEQUENCE_BITS


def begins(day: date) -> datetime:
    """Return when a day begins in the desk's own zone."""
    return timezone.make_aware(datetime.combine(day, time()))


# Finding -----------------------------------------------------------------------------------------


def _match(terms: Sequence[tuple[str, ...]], asked: Wanted) -> str:
    """Return terms as FTS5 reads them; tokens hold no quotation marks, folding sees to that."""
    quoted = [f'"{" ".join(term)}"' for term in terms]
    goes_on = asked.is_open and bool(terms) and terms[-1] == asked.terms[-1]
    return " AND ".join(quoted) + ("*" if goes_on else "")


def _people(asked: Wanted) -> list[int]:
    """Return the authors meant by the handles, else those whose name or handle has all the words.

    Beginnings of names count, unless so many people have them that this says nothing.
    """
    column, said = ("handle : ", asked.handles) if asked.handles else ("", asked.raw)
    spelled = [_spellings(words) for words in said]
    if not spelled or not all(spelled):
        return []
    for end in ("*", ""):
        forms = [" OR ".join(form + end for form in ways) for ways in spelled]
        found = _called(column + "(" + " AND ".join(f"({form})" for form in forms) + ")")
        if len(found) <= AUTHORS_MOST:
            return found
    return []


def people_called(text: str) -> list[int]:
    """Return the authors whose name or handle has all the words, the last one perhaps only begun."""
    return _people(wanted(text))


def _called(match: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM desk_names WHERE desk_names MATCH %s ORDER BY rowid DESC LIMIT %s",
            [match, AUTHORS_MOST + 1],
        )
        return [row[0] for row in cursor.fetchall()]


def _spellings(said: str) -> list[str]:
    """Return the ways to spell a name, as FTS5 reads them: as typed, with ue, with ß, without marks."""
    plain = said.lower()
    forms = {plain, plain.translate(_UMLAUTS), plain.replace("ss", "ß"), " ".join(fold(said))}
    words = {" ".join(_NAME.findall(form)) for form in forms} - {""}
    return [f'"{word}"' for word in sorted(words)]


def _by_person(here: Here, asked: Wanted, people: Sequence[int], reach: Reach) -> dict[int, int]:
    """Return conversations of the people who were meant, with their last post's order."""
    if not people:
        return {}
    theirs = here.narrowed().filter(customer__in=people)
    if rest := _rest(asked):
        posts = _posts(theirs, reach)
        if posts is None:
            return _said(_allowed(theirs), _match(rest, asked), reach)
        return _read(posts, replace(asked, terms=tuple(rest)), reach)
    theirs = theirs.filter(last_order__gte=reach.low, last_order__lt=reach.below)
    return dict(theirs.order_by("-last_order").values_list("pk", "last_order")[: PAGE + 1])


def _rest(asked: Wanted) -> list[tuple[str, ...]]:
    """Return what stands beside handles; nothing where no handle is named."""
    return [term for term in asked.terms if not term[-1].startswith("@")] if asked.handles else []


def _posts(theirs: Conversations, reach: Reach) -> list[Post] | None:
    """Return what was said there, newest first; None if that is too much."""
    said = Mention.objects.filter(conversation__in=theirs.order_by().values("pk"), deleted_at=None)
    said = said.filter(order__gte=reach.low, order__lt=reach.high).order_by("-order")
    found = list(said.values_list("conversation_id", "order", "text")[: POSTS_MOST + 1])
    return (
        None if len(found) > POSTS_MOST else [(talk or 0, order, folded(text)) for talk, order, text in found]
    )


def _read(posts: Iterable[Post], asked: Wanted, reach: Reach) -> dict[int, int]:
    """Return conversations with the order of their newest post that has all terms, of some newest first.

    Reading a few posts takes less than looking through all that anybody said with a frequent word.
    """
    wanted = [f" {' '.join(term)} " for term in asked.terms]
    if asked.is_open:
        wanted[-1] = wanted[-1].rstrip()  # its last word may go on
    found: dict[int, int] = {}
    for conversation, order, text in posts:
        tokens = f" {text} "
        if conversation not in found and all(words in tokens for words in wanted):
            found[conversation] = order
    shown = [(talk, order) for talk, order in found.items() if order < reach.below]
    return dict(shown[: PAGE + 1])


class Allowed(NamedTuple):
    """A condition on `m.conversation_id`: what may be shown."""

    sql: str
    values: tuple[Any, ...]


@lru_cache(maxsize=500)
def _allowed_in(here: Here) -> Allowed:
    """Return the condition for all that is somewhere, written once."""
    return _allowed(here.narrowed())


def _allowed(narrowed: Conversations) -> Allowed:
    shown = narrowed.filter(pk=RawSQL("m.conversation_id", [])).order_by().values("pk")
    return Allowed(*shown.query.sql_with_params())


def _by_words(others: Allowed, asked: Wanted, reach: Reach) -> dict[int, int]:
    """Return conversations in which one post has all the words, besides those of the people meant.

    A beginning stands for many words, and the full text gathers all that was ever said with any of them
    before it tells the first. So posts are read first: a frequent beginning fills a page with the newest
    ones, and with whole words beside it there may be no more to read.
    """
    if asked.is_open:
        newest, values = _newest(_match(asked.terms[:-1], asked), reach)
        begins = f" {' '.join(asked.terms[-1])}"
        posts = _asked(f"({newest})", "instr(' ' || w.words, %s)", others, [*values, begins])
        found = _read(posts, asked, reach)
        if len(found) > PAGE or _count(newest, values) <= POSTS_MOST:
            return found
    return _said(others, _match(asked.terms, asked), reach)


def _newest(match: str, reach: Reach) -> tuple[str, list[str | int]]:
    """Return how to ask for the newest posts with some words, as many as are read one by one."""
    fits, wanted = ("words MATCH %s AND ", [match]) if match else ("", [])
    asks = f"SELECT rowid, words FROM desk_words WHERE {fits}rowid >= %s AND rowid < %s"
    return f"{asks} ORDER BY rowid DESC LIMIT %s", [*wanted, reach.low, reach.high, POSTS_MOST + 1]


def _count(asks: str, values: Sequence[str | int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({asks})", values)
        return int(cursor.fetchone()[0])


def _asked(
    source: str,
    condition: str,
    shown: Allowed,
    values: Sequence[str | int],
    *,
    most: int = -1,
    text: str = "w.words",
) -> list[Post]:
    """Return posts of a source, newest first, that meet a condition and may be shown.

    The source leads, newest first, and each of its posts is asked whether its conversation may be shown: so
    the statement ends as soon as there are enough.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT m.conversation_id, m."order", {text} FROM {source} w CROSS JOIN desk_mention m '
            f'ON m."order" = w.rowid WHERE {condition} AND EXISTS ({shown.sql}) '
            "ORDER BY w.rowid DESC LIMIT %s",
            [*values, *shown.values, most],
        )
        found: list[Post] = cursor.fetchall()
    return found


FITS = "w.words MATCH %s AND w.rowid >= %s AND w.rowid < %s"


def _said(shown: Allowed, match: str, reach: Reach) -> dict[int, int]:
    """Return conversations with the order of their newest post that fits."""
    high, found = reach.below, dict[int, int]()
    while True:
        values: list[str | int] = [match, reach.low, high]
        rows = _asked("desk_words", FITS, shown, values, most=HITS_AT_ONCE, text="''")
        newest = {talk: order for talk, order, _text in reversed(rows) if talk not in found}
        found |= newest if reach.after is None else _fresh(newest, match, reach.after)
        if len(rows) < HITS_AT_ONCE or len(found) > PAGE:
            return found
        high = rows[-1][1]


def _fresh(places: dict[int, int], match: str, after: int) -> dict[int, int]:
    """Return those that an earlier page has not shown for a newer post of theirs."""
    newer = Mention.objects.filter(conversation__in=places, pk__gte=after).values_list("pk", "conversation")
    of = dict(newer)
    if not of:
        return places
    marks = ",".join(["%s"] * len(of))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM desk_words WHERE words MATCH %s AND rowid IN ({marks})", [match, *of]
        )
        shown = {of[row[0]] for row in cursor.fetchall()}
    return {conversation: order for conversation, order in places.items() if conversation not in shown}


def _named(here: Here, asked: Wanted) -> list[int]:
    """Return the conversation whose number was typed, if it may be shown."""
    if asked.number is None:
        return []
    return list(here.narrowed().filter(pk=asked.number).values_list("pk", flat=True))


# Showing -----------------------------------------------------------------------------------------


def _hits(
    asked: Wanted, named: Sequence[int], found: Sequence[tuple[int, int]], people: Sequence[int]
) -> Iterable[Hit]:
    """Yield what a page shows of each, in three queries for all."""
    places = [(number, 0) for number in named] + [place for place in found if place[0] not in named]
    found_now = _talks(tuple(number for number, _order in places))
    known = {values[0]: Matter._make((*values[:-3], values[-3:])) for values in found_now}
    orders = {order or known[number].last_order for number, order in places if number in known}
    posts = {mention.pk: mention for mention in _mentions(tuple(orders))}
    by_person = set(people)
    for number, order in places:
        talk = known.get(number)
        if talk is None:  # erased between two queries
            continue
        post = posts.get(order or talk.last_order)
        pieces = passage(post.text if post is not None else "", asked)
        yield Hit(talk, post, pieces, by_name=talk.customer in by_person)


@prepared
def _talks(numbers: tuple[int, ...]) -> QuerySet[Conversation, tuple[Any, ...]]:
    matter = ("pk", "last_order", "from_import", "state", "waiting", "channel__network")
    people = ("customer", "customer__name", "customer__handle")
    owner = ("assignee__first_name", "assignee__last_name", "assignee__username")
    return Conversation.objects.filter(pk__in=each(numbers)).values_list(*matter, *people, *owner)


@prepared
def _mentions(orders: tuple[int, ...]) -> QuerySet[Mention]:
    shown = Mention.objects.only("order", "text", "audience", "incoming", "posted_at", "deleted_at")
    return shown.filter(pk__in=each(orders))


def passage(text: str, asked: Wanted) -> tuple[Piece, ...]:
    """Return the part of a text around its first hit, cut into what fits and what stands between."""
    exact = frozenset(token for term in asked.terms for token in term)
    hits = [chunk.span() for chunk in _CHUNK.finditer(text) if _is_hit(chunk[0], asked, exact)]
    start = max(0, hits[0][0] - BEFORE) if hits else 0
    if start:
        start = text.find(" ", start, hits[0][0]) + 1 or hits[0][0]
    end = min(len(text), start + PASSAGE)
    pieces, at = [Piece("… ")] if start else [], start
    for begins, ends in hits:
        if ends > end:
            break
        pieces += [Piece(text[at:begins]), Piece(text[begins:ends], is_hit=True)]
        at = ends
    pieces.append(Piece(text[at:end] + (" …" if end < len(text) else "")))
    return tuple(piece for piece in pieces if piece.text)


_folded_chunk = lru_cache(maxsize=20_000)(fold)  # a page has hundreds, and nearly all of them again and again


def _is_hit(chunk: str, asked: Wanted, exact: frozenset[str]) -> bool:
    tokens = _folded_chunk(chunk) if len(chunk) <= CHUNK_KEPT else fold(chunk)
    if not exact.isdisjoint(tokens):
        return True
    last = asked.terms[-1][-1] if asked.is_open else None
    return last is not None and any(token.startswith(last) for token in tokens)
