"""What an expression means for one post. Slow and plain: the matcher and the store have to agree with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

import msgspec

from resonanz.post import Post
from resonanz.query.entities import addresses, hashtags, named
from resonanz.query.folding import fold
from resonanz.query.tree import ANY, And, Node, Not, Op, Term


class Said(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What can be asked of a post. Moments are milliseconds since 1970; `urls` are where links lead.

    `mentions` and `hashtags` are those that the network names; those in the text count anyway. `answers` says
    whether it is a reply, `reposts` whether it only repeats another post, `quotes` whether it quotes one.
    `media` are kinds (image, video, gif, audio, other). `language` is what the network says, `spoken` what
    was noted of the text itself. What only a desk knows is empty elsewhere; so is what nobody has noted
    (`annotate.labelled` has the labels).
    """

    network: str
    text: str
    handle: str
    posted_ms: int
    name: str = ""
    followers: int | None = None
    language: str = ""
    urls: Sequence[str] = ()
    mentions: Sequence[str] = ()
    hashtags: Sequence[str] = ()
    answers: bool = False
    reposts: bool = False
    quotes: bool = False
    verified: bool = False
    media: Sequence[str] = ()
    audience: str = ""
    thread: str = ""
    labels: Sequence[str] = ()
    states: Sequence[str] = ()
    sentiment: str = ""
    intents: Sequence[str] = ()
    reason: str = ""
    about: str = ""
    spoken: str = ""
    urgency: str = ""
    private: Sequence[str] = ()
    form: str = ""

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The text's folded tokens."""
        return fold(self.text)

    @cached_property
    def row(self) -> str:
        """The tokens in a row, with a blank on each side of each."""
        return f" {' '.join(self.tokens)} "


def said_of(post: Post) -> Said:
    """Return what can be asked of a post as a network shows it."""
    return Said(
        network=post.network,
        text=post.text,
        handle=post.author.handle,
        name=post.author.name,
        posted_ms=int(post.posted_at.timestamp() * 1000),
        followers=post.author.followers_count,
        language=post.language or "",
        urls=[link.url for link in post.links],
        answers=post.reply_to is not None,
        reposts=post.repost_of is not None,
        quotes=post.quoted is not None,
        media=[str(medium.kind) for medium in post.media],
        audience=post.audience.name.lower(),
        thread=post.root,
    )


def satisfies(node: Node, said: Said) -> bool:
    """Whether a post has what an expression asks for."""
    if isinstance(node, Term):
        return MEANINGS[node.op](node, said)
    if isinstance(node, Not):
        return not satisfies(node.part, said)
    if isinstance(node, And):
        return all(satisfies(part, said) for part in node.parts)
    return any(satisfies(part, said) for part in node.parts)


# Words -------------------------------------------------------------------------------------------


def _words(term: Term, said: Said) -> bool:
    if term.near is not None:
        return are_near(term.tokens, said.tokens, term.near)
    return f" {' '.join(term.tokens)} " in said.row


def are_near(wanted: Sequence[str], tokens: Sequence[str], most: int) -> bool:
    """Whether all wanted tokens stand, in any order, with at most `most` others between first and last."""
    span = len(wanted) + most
    for start in range(len(tokens)):
        window = list(tokens[start : start + span])
        if window[0] in wanted and all(window.count(token) >= wanted.count(token) for token in wanted):
            return True
    return False


def _exact(term: Term, said: Said) -> bool:
    return _words(term, said) and _as_written(term.value).search(said.text) is not None


@lru_cache(maxsize=4096)
def _as_written(words: str) -> re.Pattern[str]:
    """The words as written, at the borders of words."""
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")


def _tag(term: Term, said: Said) -> bool:
    return term.tokens[0] in said.tokens or term.tokens[0] in {
        token for tag in said.hashtags for token in fold("#" + tag.lstrip("#"))[-1:]
    }


def _cash(term: Term, said: Said) -> bool:
    return term.tokens[0] in said.tokens


# People ------------------------------------------------------------------------------------------


def is_handle(wanted: str, handle: str) -> bool:
    """Whether a handle is meant: without a server, everybody's of this name."""
    known = handle.removeprefix("@").casefold()
    return known == wanted or ("@" not in wanted and known.partition("@")[0] == wanted)


# As X has it (`entities.named`): behind a full stop and behind RT there is a mention, behind `!` or `&` none.
# Beyond that a handle may have a server, and it is a whole word: so folding sees it.
NAMED = re.compile(r"(?:(?<![\w@/!#$%&*])|(?<=\b[Rr][Tt]))@(?!https?://)([\w.:-]*\w(?:@[\w.:-]*\w)?)")


def named_in(text: str) -> list[str]:
    """Return the handles that stand in a text with their mark, in order."""
    if "@" not in text:
        return []
    return [found.casefold() for found in NAMED.findall(text)]


def handles_in(said: Said) -> list[str]:
    """Return the handles that stand in a post's text, by its network's own rules, in order."""
    if said.network != "x":
        return _of_own_words(named_in(said.text), said)
    return _of_own_words([one.name.casefold() for one in named(said.text)], said)


def _of_own_words(handles: Iterable[str], said: Said) -> list[str]:
    """Leave out names that are glued to the next word, if by a hidden sign: no store could find them."""
    rows = [(handle, _row_of(handle.partition("@")[0])) for handle in handles]
    return [handle for handle, row in rows if row in said.row or not row.strip()]


def _mentions(term: Term, said: Said) -> bool:
    known = [*said.mentions, *handles_in(said)]
    return any(is_handle(term.value, handle) for handle in known)


def _from(term: Term, said: Said) -> bool:
    return is_handle(term.value, said.handle)


def _to(term: Term, said: Said) -> bool:
    """Whether a post begins with a handle among those that it speaks to."""
    known = _of_own_words(named_in(leading(said.text)), said)
    return any(is_handle(term.value, handle) for handle in known)


def leading(text: str) -> str:
    """Return the handles in front of a text."""
    found = re.match(r"\s*(?:@[\w.:@-]*\w[,:]?\s*)+", text)
    return found[0] if found else ""


def _author(term: Term, said: Said) -> bool:
    names = f" {' '.join(fold(said.name))}  {' '.join(fold(said.handle))} "
    return f" {' '.join(term.tokens)} " in names


# Facts -------------------------------------------------------------------------------------------


def _url(term: Term, said: Said) -> bool:
    wanted = f" {' '.join(term.tokens)} "
    # An address that a sign glues to the next word has no words of its own in the text, and none here.
    written = (row for row in map(_row_of, addresses_in(said.text)) if row in said.row)
    return any(wanted in row for row in (*map(_row_of, said.urls), *written))


def _row_of(url: str) -> str:
    return f" {' '.join(fold(url))} "


def addresses_in(text: str) -> list[str]:
    """Return the web addresses that stand in a text."""
    found = re.findall(r"https?://\S+", text)
    return found + _bare_addresses(text) if BARE.search(text) else found


BARE = re.compile(r"\w\.[a-z]{2}")


def _bare_addresses(text: str) -> list[str]:
    """Return addresses without http, as X has them, that are whole words; `Danke.Es geht` has none."""
    return [
        url.text
        for url in addresses(text)
        if "://" not in url.text
        and BARE.search(url.text)
        and not text[url.end : url.end + 1].isalnum()
        and not text[url.start - 1 : url.start].isalnum()
    ]


def _language(term: Term, said: Said) -> bool:
    """Whether a post is in a language: what is noted counts, the network may say which sort (`de-AT`)."""
    known = said.language.lower()
    if said.spoken and not _is_of(said.spoken, known):
        known = said.spoken
    return _is_of(term.value, known)


def _is_of(language: str, known: str) -> bool:
    return known == language or known.startswith(f"{language}-")


def _is(term: Term, said: Said) -> bool:
    kinds = {"reply": said.answers, "retweet": said.reposts, "quote": said.quotes, "verified": said.verified}
    return kinds.get(term.value, False)


def _has(term: Term, said: Said) -> bool:
    if term.value == "links":
        return bool(said.urls or addresses_in(said.text))
    if term.value == "mentions":
        return bool(said.mentions or handles_in(said))
    if term.value == "hashtags":
        return bool(said.hashtags or hashtags(said.text))
    if term.value == "cashtags":
        return any(token[0] == "$" for token in said.tokens)
    if term.value == "media":
        return bool(said.media)
    return {"images": "image", "videos": "video"}.get(term.value) in said.media


def _followers(term: Term, said: Said) -> bool:
    known = said.followers
    return known is not None and (term.low or 0) <= known and (term.high is None or known <= term.high)


def _since(term: Term, said: Said) -> bool:
    return said.posted_ms >= (term.low or 0)


def _until(term: Term, said: Said) -> bool:
    return said.posted_ms < (term.high or 0)


def _label(term: Term, said: Said) -> bool:
    return any(fold(label) == term.tokens for label in said.labels)


MEANINGS: Mapping[Op, Callable[[Term, Said], bool]] = {
    Op.WORDS: _words,
    Op.EXACT: _exact,
    Op.TAG: _tag,
    Op.MENTIONS: _mentions,
    Op.CASH: _cash,
    Op.FROM: _from,
    Op.TO: _to,
    Op.AUTHOR: _author,
    Op.URL: _url,
    Op.LANG: _language,
    Op.IS: _is,
    Op.HAS: _has,
    Op.CONVERSATION: lambda term, said: bool(said.thread) and term.value == said.thread,
    Op.NETWORK: lambda term, said: term.value == said.network,
    Op.AUDIENCE: lambda term, said: term.value == said.audience,
    Op.FOLLOWERS: _followers,
    Op.LABEL: _label,
    Op.STATE: lambda term, said: term.value in said.states,
    Op.SINCE: _since,
    Op.UNTIL: _until,
    Op.SENTIMENT: lambda term, said: term.value == said.sentiment,
    Op.INTENT: lambda term, said: term.value in said.intents,
    Op.REASON: lambda term, said: term.value == said.reason,
    Op.ABOUT: lambda term, said: term.value == said.about,
    Op.URGENCY: lambda term, said: term.value == said.urgency,
    Op.PRIVATE: lambda term, said: bool(said.private) if term.value == ANY else term.value in said.private,
    Op.FORM: lambda term, said: term.value == said.form,
}
