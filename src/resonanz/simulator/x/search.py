"""Queries of the simulated X: recent search and rules of the filtered stream, read and matched.

Grammar after docs.x.com ("Build a query", "Build a rule"): space is AND and binds before OR, `-` stands
before one operator, parentheses group. Only operators are known that a care desk uses; others are refused.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from resonanz.simulator.x import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from resonanz.simulator.x.records import Person, Post
    from resonanz.simulator.x.world import World

_SIGNS = regex.compile(r'\s*(?:(?P<open>-?\()|(?P<close>\))|(?P<term>-?(?:\w+:)?"[^"]*"(?:~\d+)?|[^\s()]+))')
_NAMED = regex.compile(r"(?P<name>[a-z_]+):(?P<value>.+)", regex.DOTALL)
NOT_ALONE = ("is:", "has:", "lang:")
Rule = "Callable[[Seen], bool]"


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as a rule sees it."""

    world: World
    post: Post

    @property
    def author(self) -> Person:
        """Who wrote it."""
        return self.world.memory.people[self.post.author_id]

    def pieces(self, kind: str) -> list[str]:
        """Return addresses, names, tags or cashtags in it, in small letters."""
        return [p.value.lower() for p in words.pieces(self.post.text) if p.kind == kind]

    @property
    def addresses(self) -> list[str]:
        """Addresses in it, and the one of the post that it quotes: X puts that at a text's end."""
        quoted = self.world.memory.posts.get(self.post.quotes_id)
        writer = None if quoted is None else self.world.memory.people[quoted.author_id].username
        beside = [] if writer is None else [f"https://x.com/{writer}/status/{self.post.quotes_id}".lower()]
        return [*self.pieces("url"), *beside]

    @property
    def tokens(self) -> list[str]:
        """Its words, folded."""
        return tokens(self.post.text)


def tokens(text: str) -> list[str]:
    """Cut a text into folded words: without capitals and accents, emoji one by one."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return regex.findall(r"[\w']+|\p{Emoji_Presentation}", regex.sub(r"\p{Mn}", "", plain))


def _row(needle: list[str], hay: list[str]) -> bool:
    width = len(needle)
    return any(hay[i : i + width] == needle for i in range(len(hay) - width + 1)) if needle else False


def read(query: str) -> Callable[[Seen], bool]:
    """Return what a query means. Raises `ValueError` with a sentence for one that is not allowed."""
    reader = _Reader([found[0].strip() for found in _SIGNS.finditer(query)])
    rule = reader.either()
    if reader.signs:
        raise ValueError("a parenthesis is closed that was never opened")
    if not reader.alone:
        raise ValueError("a rule needs at least one operator that may stand alone and is not negated")
    return rule


class _Reader:
    """Reads signs from the left. `alone` tells whether a standalone operator was among them."""

    def __init__(self, signs: list[str]) -> None:
        self.signs = signs
        self.alone = False

    def either(self) -> Callable[[Seen], bool]:
        """Read groups between which OR stands."""
        options = [self._all()]
        while self.signs and self.signs[0] == "OR":
            self.signs.pop(0)
            options.append(self._all())
        return lambda seen: any(option(seen) for option in options)

    def _all(self) -> Callable[[Seen], bool]:
        parts: list[Callable[[Seen], bool]] = []
        while self.signs and self.signs[0] not in ("OR", ")"):
            parts.append(self._one())
        if not parts:
            raise ValueError("an operator is missing beside OR or between parentheses")
        return lambda seen: all(part(seen) for part in parts)

    def _one(self) -> Callable[[Seen], bool]:
        sign = self.signs.pop(0)
        if sign == "-(":
            raise ValueError("a group can not be negated")
        if sign == "(":
            inner = self.either()
            if not self.signs:
                raise ValueError("a parenthesis is never closed")
            self.signs.pop(0)
            return inner
        negated = sign.startswith("-") and len(sign) > 1
        term = sign[1:] if negated else sign
        self.alone = self.alone or not (negated or term.startswith(NOT_ALONE))
        rule = _term(term)
        return (lambda seen: not rule(seen)) if negated else rule


def _term(term: str) -> Callable[[Seen], bool]:
    if (named := _NAMED.fullmatch(term)) and not term.startswith("http"):
        return _operator(named["name"], named["value"].strip('"'))
    if term.startswith("@") and len(term) > 1:
        return lambda seen: term[1:].lower() in seen.pieces("handle")
    if term.startswith("#") and len(term) > 1:
        return lambda seen: term[1:].lower() in seen.pieces("tag")
    if term.startswith("$") and len(term) > 1:
        return lambda seen: term[1:].lower() in seen.pieces("cash")
    needle = tokens(term)
    return lambda seen: _row(needle, seen.tokens)


def _operator(name: str, value: str) -> Callable[[Seen], bool]:
    wanted = value.removeprefix("@").lower()
    about = {
        "from": lambda seen: wanted in (seen.author.username.lower(), seen.author.id),
        "to": lambda seen: _answers(seen, wanted),
        "lang": lambda seen: seen.post.language == wanted,
        "url": lambda seen: any(_row(tokens(wanted), tokens(u)) for u in seen.addresses),
        "conversation_id": lambda seen: seen.post.conversation_id == wanted,
        "in_reply_to_tweet_id": lambda seen: seen.post.in_reply_to_id == wanted,
        "retweets_of_tweet_id": lambda seen: seen.post.reposts_id == wanted,
        "quotes_of_tweet_id": lambda seen: seen.post.quotes_id == wanted,
    }
    rule = about.get(name) or _KINDS.get(f"{name}:{wanted}")
    if rule is None:
        raise ValueError(f"the operator [{name}:{value}] is not known here")
    return rule


def _answers(seen: Seen, wanted: str) -> bool:
    parent = seen.world.memory.posts.get(seen.post.in_reply_to_id)
    return parent is not None and seen.world.memory.people[parent.author_id].username.lower() == wanted


_KINDS: dict[str, Callable[[Seen], bool]] = {
    "is:retweet": lambda seen: bool(seen.post.reposts_id),
    "is:reply": lambda seen: bool(seen.post.in_reply_to_id),
    "is:quote": lambda seen: bool(seen.post.quotes_id),
    "is:verified": lambda seen: seen.author.premium,
    "is:nullcast": lambda _seen: False,
    "has:links": lambda seen: bool(seen.pieces("url")),
    "has:mentions": lambda seen: bool(seen.pieces("handle")),
    "has:hashtags": lambda seen: bool(seen.pieces("tag")),
    "has:cashtags": lambda seen: bool(seen.pieces("cash")),
    "has:media": lambda seen: bool(seen.post.media or seen.post.picture),
    "has:images": lambda seen: bool(seen.post.picture) or _shows(seen, "image"),
    "has:video_link": lambda seen: _shows(seen, "video"),
    "has:geo": lambda _seen: False,
}


def _shows(seen: Seen, kind: str) -> bool:
    return any(seen.world.memory.uploads[i].kind == kind for i in seen.post.media)
