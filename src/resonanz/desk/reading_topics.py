"""Themes of what was heard: which posts are read, against which past, and what a theme shows. Reads only.

What a theme is, is reckoned in `resonanz.topics`. However much is stored, about `NOW_MOST` posts of the span
and `PAST_MOST` of the time before it are read at most: of more, each so-many-th by a hash of its moment,
evenly over all hours. Private posts are counted where somebody may see them, but never shown as examples:
reports are printed and handed round. Reasons count where nearly all posts of the past have their notes: else
one would seem to rise because nobody noted it before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from resonanz.desk import finding
from resonanz.desk.access import Scope
from resonanz.desk.finding import Post
from resonanz.desk.models import Brand, Channel
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.spellings import groups
from resonanz.desk.storage import from_ms, to_ms
from resonanz.desk.understood import UNSURE, switched_off
from resonanz.post import Audience
from resonanz.topic_terms import OF_REASON, own_words, spelled, terms_of
from resonanz.topics import HISTORY_LEAST, Indexed, Now, Said, Topic, topics

NOW_MOST = 10_000
PAST_MOST = 20_000
SPANS_BACK = 28  # what is usual is learnt from so many spans before
PAST_WANTED = 2_000  # posts; of a quiet desk further spans are read until there are so many
BACK_MOST = timedelta(days=730)
EXAMPLES_SHOWN = 3
SPELLING_POSTS = 60  # of a theme that are read to see how its terms are written
THEMES_MOST = 10
NOTED_LEAST = 0.9  # of the past's posts, so that it is known which reasons are usual
NO_REASON = frozenset({"", "none", UNSURE})
KEPT_S = 300  # seconds for which a page shows the same figures, where reckoning them takes a while:
KEPT_FROM = 5_000  # from so many posts on
AT_ONCE = 2_000

MOMENT = f'm."order" >> {SEQUENCE_BITS}'  # in milliseconds
# A multiplicative hash of it (D. E. Knuth, "The Art of Computer Programming" 3, chapter 6.4), as times are
# often whole seconds, minutes or hours; it stays far below 2⁶³.
SPREAD = f"(({MOMENT}) * 40503 >> 13)"

Values = list[str | int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of when, whose and what for: a span, what somebody may see (None: all), and one brand or all."""

    since: datetime
    until: datetime
    scope: Scope | None = None
    brand: int | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with its words as people write them, a query that finds its posts, and posts that show it.

    `forms` has how each term that rises is written, `terms` those that are shown; a reason stays its code.
    """

    topic: Topic
    terms: tuple[str, ...]
    forms: Mapping[str, str]
    expression: str
    examples: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a span: `step` says that each so-many-th post was read, `past_count` how many of the
    time since `past_since` told what is usual."""

    since: datetime
    until: datetime
    topics: tuple[Topic, ...]
    posts_count: int
    step: int
    past_since: datetime
    past_count: int
    past_step: int

    @property
    def knows_usual(self) -> bool:
        """Whether there is past enough to tell what is usual."""
        return self.past_count >= HISTORY_LEAST


def found(wanted: Wanted) -> Found:
    """Return the themes of a span, the most surprising first."""
    source = _Source(wanted)
    wanted = replace(wanted, until=source.ends(wanted))
    low, high = _order(wanted.since), _order(wanted.until)
    step = source.step(low, high, NOW_MOST)
    span_ms = max(1, to_ms(wanted.until) - to_ms(wanted.since))
    begins = source.begins(to_ms(wanted.since), span_ms)
    past_step = source.step(begins << SEQUENCE_BITS, low, PAST_MOST)
    source.look_for_reasons(begins << SEQUENCE_BITS, low, past_step)
    now = Now(source.said(low, high, step))
    past = Indexed()
    for post in source.said(begins << SEQUENCE_BITS, low, past_step):
        past.add(post, now.asked_of(post.terms), (to_ms(wanted.since) - 1 - post.at_ms) // span_ms)
    known = topics(now, past, since_ms=to_ms(wanted.since), until_ms=to_ms(wanted.until))
    return Found(
        wanted.since,
        wanted.until,
        tuple(known[:THEMES_MOST]),
        len(now.posts),
        step,
        from_ms(begins),
        len(past),
        past_step,
    )


def found_lately(span: timedelta, now: datetime, scope: Scope, brand: int | None) -> Found:
    """Return the themes of a span that ends now, as they were some minutes ago at most.

    Reckoning them takes about 50 µs a post.
    """
    until = now.timestamp() // KEPT_S
    key = (
        f"themes-{hash((scope, brand, 'reason' in switched_off()))}-{int(span.total_seconds())}-{int(until)}"
    )
    kept: Found | None = cache.get(key)
    if kept is None:
        kept = found(Wanted(now - span, now, scope, brand))
        if kept.posts_count + kept.past_count >= KEPT_FROM:
            cache.set(key, kept, KEPT_S)
    return kept


def themes(report: Found, scope: Scope | None) -> list[Theme]:
    """Return themes with their words and examples: posts that are still there and that a scope may see."""
    return [_theme(topic, scope) for topic in report.topics]


def _theme(topic: Topic, scope: Scope | None) -> Theme:
    likely = dict.fromkeys((*topic.examples, *topic.orders[:SPELLING_POSTS]))
    posts = finding.at(list(likely), scope)
    forms = spelled((rise.term for rise in topic.rises), [post.text for post in posts.values()])
    public = _public([order for order in topic.examples if order in posts])
    examples = [posts[order] for order in topic.examples if order in public]
    terms = tuple(forms[term] for term in topic.terms)
    return Theme(topic, terms, forms, expression(topic.terms, terms), tuple(examples[:EXAMPLES_SHOWN]))


def _public(orders: Sequence[int]) -> set[int]:
    if not orders:
        return set()
    marks = ",".join(["%s"] * len(orders))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "order" FROM desk_mention WHERE audience >= %s AND "order" IN ({marks})',
            [int(Audience.UNLISTED), *orders],
        )
        return {row[0] for row in cursor.fetchall()}


def as_json(theme: Theme) -> dict[str, object]:
    """Return a theme as the command prints it: plain values, times as ISO 8601."""
    topic = theme.topic
    return {
        "terms": list(theme.terms),
        "posts": len(topic.orders),
        "authors": topic.people,
        "usual": round(topic.usual, 2),
        "surprise": round(topic.surprise, 2),
        "since": from_ms(topic.since_ms).astimezone(UTC).isoformat(timespec="seconds"),
        "query": theme.expression,
        "examples": [{"uri": one.uri, "text": one.text, "author": one.handle} for one in theme.examples],
    }


def expression(terms: Sequence[str], forms: Sequence[str]) -> str:
    """Return a query that finds the posts of some terms, given how they are written."""
    asked = (_asked_for(term, form) for term, form in zip(terms, forms, strict=True))
    return " OR ".join(dict.fromkeys(asked))


def _asked_for(term: str, form: str) -> str:
    if term.startswith(OF_REASON):
        return term
    if term[0] == "#":
        return form if form[0] == "#" else term
    return f"url:{term}" if "." in term else f'"{form}"'


# What is read ------------------------------------------------------------------------------------


def _order(moment: datetime) -> int:
    return max(to_ms(moment), 0) << SEQUENCE_BITS


class _Source:
    """What others said, within what somebody may see and of one brand."""

    def __init__(self, wanted: Wanted) -> None:
        conditions, self.values = finding.plain(wanted.scope, finding.Where(incoming=True))
        if wanted.brand is not None:
            conditions += f" AND {OF_BRAND}"
            self.values += [wanted.brand]
        self.conditions = conditions
        self.own = own_words(_own_names())
        self.reasons = False

    def ends(self, wanted: Wanted) -> datetime:
        """Return when a span ends: now, or with its last post, where that was before the span's middle.

        So a date of long ago can be named where nothing was heard since.
        """
        low, high = _order(wanted.since), _order(wanted.until)
        last = self._edge("max", low, high)
        middle = wanted.since + (wanted.until - wanted.since) / 2
        if last is None or from_ms(last) >= middle:
            return wanted.until
        return from_ms(last + 1)

    def begins(self, since_ms: int, span_ms: int) -> int:
        """Return from which millisecond on the past is read: whole spans before the one looked at."""
        enough = self._enough(since_ms)
        first = self._edge("min", 0, since_ms << SEQUENCE_BITS)
        if first is None or enough is None:
            enough = first = since_ms if first is None else first
        spans = max(SPANS_BACK, -(-(since_ms - enough) // span_ms))
        spans = min(spans, -(-(since_ms - first) // span_ms))
        return max(0, since_ms - max(1, spans) * span_ms)

    def _enough(self, since_ms: int) -> int | None:
        """Return since when there are as many posts as are wanted; None where there are fewer."""
        low = max(0, since_ms - BACK_MOST // timedelta(milliseconds=1))
        nth = f'ORDER BY m."order" DESC LIMIT 1 OFFSET {PAST_WANTED}'
        rows = self._asked(MOMENT, low << SEQUENCE_BITS, since_ms << SEQUENCE_BITS, nth)
        return rows[0][0] if rows else None

    def _edge(self, which: str, low: int, high: int) -> int | None:
        direction = "DESC" if which == "max" else "ASC"
        rows = self._asked(MOMENT, low, high, f'ORDER BY m."order" {direction} LIMIT 1')
        return rows[0][0] if rows else None

    def step(self, low: int, high: int, most: int) -> int:
        """Return of how many posts one has to be read, so that about so many are."""
        count: int = self._asked("count(*)", low, high, "")[0][0]
        return max(1, -(-count // max(most, 1)))

    def look_for_reasons(self, low: int, high: int, step: int) -> None:
        """Count reasons from now on, if they are noted here and were between two orders of the past."""
        if "reason" not in switched_off():
            counts = f"count(*), count(nullif({REASON}, ''))"
            all_posts, noted = self._asked(counts, low, high, _each(step))[0]
            self.reasons = noted >= NOTED_LEAST * all_posts

    def said(self, low: int, high: int, step: int) -> Iterator[Said]:
        """Yield the posts between two orders, oldest first."""
        for order, author, text, extras, noted in self._rows(low, high, step):
            reason = "" if noted in NO_REASON else noted
            terms = terms_of(text, _links(extras), own=self.own, reason=reason)
            yield Said(order, order >> SEQUENCE_BITS, author, terms)

    def _rows(self, low: int, high: int, step: int) -> Iterator[tuple[Any, ...]]:
        reason = REASON if self.reasons else "''"
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT m."order", m.author_id, m.text, m.extras, {reason} FROM desk_mention m '
                f'WHERE m."order" >= %s AND m."order" < %s {_each(step)} AND {self.conditions} '
                'ORDER BY m."order"',
                [low, high, *self.values],
            )
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows

    def _asked(self, what: str, low: int, high: int, further: str) -> Sequence[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT {what} FROM desk_mention m WHERE m."order" >= %s AND m."order" < %s '
                f"AND {self.conditions} {further}",
                [low, high, *self.values],
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


REASON = """(SELECT r.reason FROM desk_annotation r WHERE r.mention_id = m."order")"""
OF_BRAND = """EXISTS (SELECT 1 FROM desk_sighting b JOIN desk_channel h ON h.id = b.channel_id
    WHERE b.mention_id = m."order" AND h.brand_id = %s)"""


def _each(step: int) -> str:
    """Return the condition that chooses each so-many-th post."""
    return "" if step == 1 else f"AND {SPREAD} % {step} = 0"


def _links(extras: str) -> list[str]:
    if '"links"' not in extras:
        return []
    return [link["url"] for link in json.loads(extras).get("links", ())]


def _own_names() -> list[str]:
    channels = Channel.objects.exclude(network="archive").values_list("handle", "name")
    names = [name for handle, shown in channels for name in (handle.partition("@")[0], shown)]
    return [
        *names,
        *(name for group in groups() for name in group),
        *Brand.objects.values_list("name", flat=True),
    ]
