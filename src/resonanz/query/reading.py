"""Reading an expression: the grammar, what each term may say, and where a mistake stands.

The grammar is that of X's rules: a blank is "and" and binds before `OR`, `-` negates one term, brackets
group, `"…"` keeps words in a row (source: X API, filtered stream, "Build a rule" and "Operators"). Beyond it,
`AND` may be written, and there are terms that only a desk can have (`tag:`, `state:`, …).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, NamedTuple, NoReturn

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken
from lark.exceptions import VisitError

from resonanz.query.folding import fold
from resonanz.query.tree import ALONE, ANY, And, Node, Not, Op, Or, Term

LENGTH_MOST = 4_096  # characters; X takes 1,024 in a rule and 4,096 in its largest search
NESTED_MOST = 32  # groups in groups
TERMS_MOST = 500
NEAR_MOST = 6  # words between; X's own limit

Fact = str | int
NETWORKS = ("x", "mastodon", "bluesky", "facebook", "youtube", "feed", "hand")
KINDS = ("reply", "retweet", "quote", "verified", "nullcast")
PARTS = ("links", "mentions", "hashtags", "cashtags", "media", "images", "videos", "geo")
AUDIENCES = ("public", "unlisted", "followers", "direct")
STATES = ("open", "waiting", "answered", "resolved", "dismissed", "unassigned")
SENTIMENTS = ("positive", "neutral", "negative", "unsure")
INTENTS = (
    *("complaint", "praise", "question", "request", "thanks", "cancellation", "purchase", "press", "legal"),
    *("data_protection", "cooperation", "abuse", "spam", "news", "other"),
)
ABOUTS = ("us", "others", "unsure")
URGENCIES = ("normal", "urgent", "safety")
PRIVATE = (ANY, "phone", "iban", "email", "card", "address", "order_number", "customer_number")
FORMS = ("du", "sie", "mixed", "none")
OTHER_SPELLINGS = {
    "repost": "retweet",
    "video_link": "videos",
    "private": "direct",
    "twitter": "x",
    "danger": "safety",
}
CHOICES: Mapping[Op, tuple[str, ...]] = {
    Op.IS: KINDS,
    Op.HAS: PARTS,
    Op.NETWORK: NETWORKS,
    Op.AUDIENCE: AUDIENCES,
    Op.STATE: STATES,
    Op.SENTIMENT: SENTIMENTS,
    Op.INTENT: INTENTS,
    Op.ABOUT: ABOUTS,
    Op.URGENCY: URGENCIES,
    Op.PRIVATE: PRIVATE,
    Op.FORM: FORMS,
}
ELSEWHERE = frozenset(  # operators of X about what no other network tells, and what a desk does not keep
    (
        "sample context entity bio bio_name bio_location place place_country point_radius bounding_box list "
        "retweets_of retweets_of_tweet_id in_reply_to_tweet_id quotes_of_tweet_id from_affiliate_of "
        "to_affiliate_of min_likes min_replies min_reposts min_faves min_retweets url_title url_description "
        "url_contains tweets_count following_count listed_count source embedding embedding_threshold"
    ).split()
)

GRAMMAR = r"""
start: or_
or_: and_ (_OR and_)*
and_: part (_AND? part)*
?part: not_ | atom
not_: MINUS atom
?atom: group | PHRASE -> term | FIELD -> term | WORD -> term
group: OPEN or_ CLOSE

MINUS.9: /-(?=\S)/
_OR.8: /OR(?=[\s()"]|$)/
_AND.7: /AND(?=[\s()"]|$)/
PHRASE.6: /"[^"]*"(~\d+)?/
FIELD.5: /[A-Za-z_]+:("[^"]*"|[^\s()"]+)/
WORD.4: /[^\s()"]+/
OPEN: "("
CLOSE: ")"
%ignore /\s+/
"""


class QueryError(ValueError):
    """A mistake in an expression, from character `start` up to `end`, counted from 0.

    Codes: `empty`, `too_long` (length, limit), `too_deep` (limit), `too_many` (limit), `unclosed_quote`,
    `unclosed_group`, `extra_bracket`, `empty_group`, `or_begins`, `or_ends`, `minus_alone`,
    `double_minus`, `negated_group`, `only_negated`, `needs_words`, `no_words`, `address_alone`,
    `unknown_operator` (name), `not_here` (name), `unknown_value` (name, value, choices), `no_number` (name),
    `no_moment` (name), `no_handle` (name), `no_tag`, `too_near` (limit), `only_minus` (value),
    `no_value` (name).
    """

    def __init__(self, code: str, start: int, end: int, **facts: Fact) -> None:
        super().__init__(code)
        self.code, self.start, self.end, self.facts = code, start, end, facts


class _Part(NamedTuple):
    """A node and where it stands."""

    node: Node
    start: int
    end: int
    parts: tuple[_Part, ...] = ()
    is_group: bool = False


def parse(text: str, zone: tzinfo = UTC, *, narrows: bool = False) -> Node:
    """Return the tree of an expression; days begin in `zone`. Raises QueryError.

    One that `narrows` what is found already may ask for nothing but facts, or only say what is unwanted.
    """
    _expect_small(text)
    try:
        read = _grammar().parse(text)
    except UnexpectedCharacters as error:
        raise QueryError("unclosed_quote", error.pos_in_stream or 0, len(text)) from None
    except (UnexpectedToken, UnexpectedEOF) as error:
        _refuse_token(text, error)
    try:
        whole: _Part = _Builder(zone).transform(read)
    except VisitError as error:
        raise error.orig_exc from None
    _expect_valid(whole, narrows=narrows)
    return whole.node


@cache
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", propagate_positions=True)


def speaks(text: str) -> bool:
    """Whether a text has anything of the language besides words, names and numbers."""
    return _spoken().search(text) is not None


@cache
def _spoken() -> re.Pattern[str]:
    """What says so: `from:ada`, `"…"`, ` OR `, ` -word`, brackets around words, a hashtag with a letter.

    Signs as people type them in plain words are none of these: `:-)`, `DHL-Paket`, `- danke`, `-20`, `#4711`.
    """
    begins = r"(?:(?<!\S)|(?<=[-(]))"
    operators = "|".join((*MAKERS, "min_followers", "followers_count"))
    ways = (
        rf"{begins}(?i:{operators}):[^\s/]",
        '"',
        r"(?<=\S)\s+OR\s+(?=\S)",
        r"(?<=\s)-(?=[^\W\d]|[#@$\"(])",
        r"(?<!\S)-?\([^()\s][^()]*\)",
        rf"{begins}#\w*[^\W\d]",
    )
    return re.compile("|".join(ways))


# The whole ---------------------------------------------------------------------------------------


def _expect_small(text: str) -> None:
    if len(text) > LENGTH_MOST:
        raise QueryError("too_long", LENGTH_MOST, len(text), length=len(text), limit=LENGTH_MOST)
    if not text.strip():
        raise QueryError("empty", 0, len(text))
    depth = 0
    for found in re.finditer(r'"[^"]*"|[()]', text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth > NESTED_MOST:
            raise QueryError("too_deep", found.start(), found.end(), limit=NESTED_MOST)


def _expect_valid(whole: _Part, *, narrows: bool) -> None:
    if (count := _count(whole)) > TERMS_MOST:
        raise QueryError("too_many", whole.start, whole.end, limit=TERMS_MOST, count=count)
    if not narrows and (weak := _weak(whole)) is not None:
        code = "needs_words" if any(isinstance(part.node, Term) for part in _leaves(weak)) else "only_negated"
        raise QueryError(code, weak.start, weak.end)

    for part in _leaves(whole):
        if isinstance(part.node, Term) and part.node.op is Op.IS and part.node.value == "nullcast":
            raise QueryError("only_minus", part.start, part.end, value="is:nullcast")


def _leaves(part: _Part) -> Iterator[_Part]:
    if not part.parts:
        yield part
    for inner in part.parts:
        yield from _leaves(inner)


def _count(part: _Part) -> int:
    return sum(1 for _ in _leaves(part))


def _weak(part: _Part) -> _Part | None:
    """Return a part that would take in nearly everything: none of its terms may stand alone."""
    node = part.node
    if isinstance(node, Term):
        return None if node.op in ALONE else part
    if isinstance(node, Not):
        return part
    weak = [found for inner in part.parts if (found := _weak(inner)) is not None]
    if isinstance(node, Or):
        return weak[0] if weak else None
    return part if len(weak) == len(part.parts) else None


def _refuse_token(text: str, error: UnexpectedToken | UnexpectedEOF) -> NoReturn:
    token: Any = error.token
    kind = token.type
    start = len(text) if kind == "$END" else token.start_pos
    end = start if kind == "$END" else token.end_pos
    before = text[:start].rstrip()
    if kind == "MINUS":
        raise QueryError("double_minus", start, end) from None
    for word in ("OR", "AND"):
        if re.search(rf"(?:^|[\s()\"]){word}$", before):
            raise QueryError("or_ends", len(before) - len(word), len(before), word=word) from None
    if kind in {"_OR", "_AND"}:
        raise QueryError("or_begins", start, end, word=str(token)) from None
    if before.endswith("-"):
        raise QueryError("minus_alone", len(before) - 1, len(before)) from None
    if kind == "CLOSE" and before.endswith("("):
        raise QueryError("empty_group", len(before) - 1, end) from None
    if kind == "CLOSE":
        raise QueryError("extra_bracket", start, end) from None
    opened = _open_bracket(text)
    raise QueryError("unclosed_group", opened, opened + 1) from None


def _open_bracket(text: str) -> int:
    opened: list[int] = []
    for found in re.finditer(r'"[^"]*"|[()]', text):
        if found[0] == "(":
            opened.append(found.start())
        elif found[0] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else 0


# Terms -------------------------------------------------------------------------------------------


class _Builder(Transformer[Token, _Part]):
    """Makes parts of what the grammar found."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone

    def start(self, found: list[_Part]) -> _Part:
        return found[0]

    def or_(self, found: list[_Part]) -> _Part:
        return _joined(Or, found)

    def and_(self, found: list[_Part]) -> _Part:
        return _joined(And, found)

    def group(self, found: list[Any]) -> _Part:
        opened, inner, closed = found
        return inner._replace(start=opened.start_pos, end=closed.end_pos, is_group=True)  # type: ignore[no-any-return]

    def not_(self, found: list[Any]) -> _Part:
        minus, part = found
        if part.is_group:
            raise QueryError("negated_group", minus.start_pos, part.end)
        return _Part(Not(part.node), minus.start_pos, part.end)

    def term(self, found: list[Token]) -> _Part:
        token = found[0]
        start, end = token.start_pos or 0, token.end_pos or 0
        return _Part(_term(str(token), start, end, self.zone), start, end)


def _joined(kind: type[And | Or], found: list[_Part]) -> _Part:
    if len(found) == 1:
        return found[0]
    parts: list[_Part] = []
    for part in found:
        parts += part.parts if isinstance(part.node, kind) else [part]
    return _Part(kind(tuple(part.node for part in parts)), found[0].start, found[-1].end, tuple(parts))


def _term(said: str, start: int, end: int, zone: tzinfo) -> Term:
    name, colon, value = said.partition(":")
    if said.startswith('"'):
        return _row(said, start, end)
    if not colon or not re.fullmatch(r"[A-Za-z_]+", name) or not value:
        return _word(said, start, end)
    if name.lower() in {"http", "https"}:
        raise QueryError("address_alone", start, end)
    return _field(name.lower(), value, start, end, zone)


def _row(said: str, start: int, end: int) -> Term:
    words, _, near = said[1:].rpartition('"')
    tokens = _words(words, start, end)
    if not near:
        return Term(Op.WORDS, words, tokens)
    if not 1 <= (most := int(near[1:])) <= NEAR_MOST:
        raise QueryError("too_near", end - len(near), end, limit=NEAR_MOST)
    return Term(Op.WORDS, words, tokens, near=most)


def _words(words: str, start: int, end: int) -> tuple[str, ...]:
    """Return the words of a term as they are compared; marks count as their words."""
    tokens = tuple(token for token in fold(words) if token[0] not in "#@$")
    if not tokens:
        raise QueryError("no_words", start, end)
    return tokens


def _word(said: str, start: int, end: int) -> Term:
    if said == "-":
        raise QueryError("minus_alone", start, end)
    if said.endswith(":") and said[:-1].lower() in MAKERS:
        raise QueryError("no_value", start, end, name=said[:-1].lower())
    if said[0] in "#$" and len(said) > 1:
        return _tag(said, start, end)
    if said[0] == "@" and len(said) > 1:
        return _handle(Op.MENTIONS, said, start, end)
    return Term(Op.WORDS, said, _words(said, start, end))


def _tag(said: str, start: int, end: int) -> Term:
    token = fold(said)[-1:]
    if not re.fullmatch(r"\w+", said[1:]) or not token[0].strip("#$_"):
        raise QueryError("no_tag", start, end)
    return Term(Op(said[0]), said[1:], token)


def _field(name: str, value: str, start: int, end: int, zone: tzinfo) -> Term:
    if name in ELSEWHERE:
        raise QueryError("not_here", start, start + len(name), name=name)
    name = {"min_followers": "followers", "followers_count": "followers"}.get(name, name)
    made = MAKERS.get(name)
    if made is None:
        raise QueryError("unknown_operator", start, start + len(name), name=name)
    plain = value[1:-1] if value.startswith('"') else value
    if not plain.strip():
        raise QueryError("no_value", start, end, name=name)
    at = start + len(name) + 1
    return made(Op(name), plain, at, end, zone)


def _handle(op: Op, value: str, start: int, end: int, _zone: tzinfo = UTC) -> Term:
    handle = value.removeprefix("@").casefold()
    if not re.fullmatch(r"[\w.:-]+(@[\w.:-]+)?", handle):
        raise QueryError("no_handle", start, end, name=op.value)
    return Term(op, handle)


def _exact(op: Op, value: str, start: int, end: int, _zone: tzinfo) -> Term:
    return Term(op, value, _words(value, start, end))


def _compared(op: Op, value: str, start: int, end: int, _zone: tzinfo) -> Term:
    tokens = fold(value)
    if not tokens:
        raise QueryError("no_words", start, end)
    return Term(op, value, tokens)


def _plain(op: Op, value: str, _start: int, _end: int, _zone: tzinfo) -> Term:
    return Term(op, value)


def _reason(op: Op, value: str, start: int, end: int, _zone: tzinfo) -> Term:
    code = value.lower()
    if not re.fullmatch(r"\w[\w-]*", code):
        raise QueryError("no_words", start, end)
    return Term(op, code)


def _language(op: Op, value: str, start: int, end: int, _zone: tzinfo) -> Term:
    code = value.lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", code):
        raise QueryError("unknown_value", start, end, name=op.value, value=value, choices="de, en, fr …")
    return Term(op, {"iw": "he", "in": "id"}.get(code, code))  # X's names of Hebrew and Indonesian


def _choice(op: Op, value: str, start: int, end: int, _zone: tzinfo) -> Term:
    chosen = OTHER_SPELLINGS.get(value.lower(), value.lower())
    if chosen not in CHOICES[op]:
        choices = ", ".join(CHOICES[op])
        raise QueryError("unknown_value", start, end, name=op.value, value=value, choices=choices)
    return Term(op, chosen)


def _numbers(op: Op, value: str, start: int, end: int, _zone: tzinfo) -> Term:
    found = re.fullmatch(r"(?:>=?)?(\d{1,12})?(\.\.)?(\d{1,12})?", value)
    if found is None or not (found[1] or found[3]):
        raise QueryError("no_number", start, end, name=op.value)
    low = int(found[1] or 0) + (value.startswith(">") and not value.startswith(">="))
    high = int(found[3]) if found[3] else None
    if high is not None and high < low:
        raise QueryError("no_number", start, end, name=op.value)
    return Term(op, value, low=low, high=high)


def _moment(op: Op, value: str, start: int, end: int, zone: tzinfo) -> Term:
    try:
        moment = datetime.fromisoformat(value)
        if not 1970 <= moment.year <= 2200:
            raise ValueError(value)
    except ValueError:
        raise QueryError("no_moment", start, end, name=op.value) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if op is Op.SINCE:
        return Term(op, value, low=_ms(moment))
    is_day = re.fullmatch(r"\d{4}-?\d\d-?\d\d", value) is not None
    return Term(op, value, high=_ms(moment + timedelta(days=is_day)))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


MAKERS: Mapping[str, Callable[[Op, str, int, int, tzinfo], Term]] = {
    "exact": _exact,
    "from": _handle,
    "to": _handle,
    "author": _compared,
    "url": _compared,
    "lang": _language,
    "is": _choice,
    "has": _choice,
    "conversation_id": _plain,
    "network": _choice,
    "audience": _choice,
    "followers": _numbers,
    "tag": _compared,
    "state": _choice,
    "since": _moment,
    "until": _moment,
    "sentiment": _choice,
    "intent": _choice,
    "reason": _reason,
    "about": _choice,
    "urgency": _choice,
    "private": _choice,
    "form": _choice,
}
NAMES = tuple(MAKERS)
