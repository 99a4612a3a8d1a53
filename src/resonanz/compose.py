"""Writing for a network: how long a text is there, whether it fits, how to split it, who signed it.

Here live the counting rules, as code and as data that a browser script can follow. The limits
themselves come with the network (`post.Limits`), what a text says is weighed elsewhere, and sending is
the network's. Rules follow the networks' own documents (Mastodon: "Posting", instance entity field
`characters_reserved_per_url`; Unicode Standard Annex 29 for what a person sees as one character; X:
"Counting characters" and version 3 of twitter-text's configuration; Bluesky: lexicon `app.bsky.feed.post`).

An address is `http://` or `https://`, a dotted host that ends in letters, and a path that stops before
blanks, quotation marks, emoji and punctuation at its end; brackets belong to it in pairs only. For the
unit `"weighted"` the package `twitter_text` says what is one: there `bahn.de` is an address too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

import regex

from resonanz.post import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

USUAL_LIMITS = {
    "x": Limits(length=280, unit="weighted", url_length=23, free_mentions=True, alt_length=1000),
    "mastodon": Limits(length=500, url_length=23, short_handles=True, edit=True),
    "bluesky": Limits(length=300, unit="graphemes", bytes_length=3000, alt_length=2000),
}
"""What networks take that have not told us their own limits, as their documents say."""

# The patterns are valid both for the package `regex` and for JavaScript with the flags "giu". In each
# repetition the alternatives begin with different characters, so matching takes linear time.
_LETTERS = r"\p{Script=Latin}\p{Script=Cyrillic}0-9"
_CALM = rf"[{_LETTERS}_~\/#@$%&=+*\|\-]"  # may end an address
_RESTLESS = r"[.,:;!?']"  # may stand in it, but not at its end
_PAIRED = rf"\((?:{_CALM}|{_RESTLESS})*\)|\[(?:{_CALM}|{_RESTLESS})*\]"
_HOST = r"[\p{L}\p{N}_\-]+(?:\.[\p{L}\p{N}_\-]+)*\.\p{L}{2,}(?![\p{L}\p{N}_])"
_PORT = r"(?::[0-9]{1,5})?"
_WAY = rf"(?:{_RESTLESS}*(?:{_CALM}|{_PAIRED}))*"
_URL = (
    rf"(?<![A-Za-z0-9@$#_])https?:\/\/{_HOST}{_PORT}"
    rf"(?:[\/?#]{_WAY})?"
)
_LOCAL = r"[A-Za-z0-9_]+(?:[.\-]+[A-Za-z0-9_]+)*"
_SERVER = r"[\p{L}\p{N}_]+(?:[.\-]+[\p{L}\p{N}_]+)*"
_HANDLE = rf"(?<![\p{{L}}\p{{N}}_\/=])(?<handle>@{_LOCAL})@{_SERVER}"
_SPECIAL = rf"(?<url>{_URL})|{_HANDLE}"

# Weights on X: these count one, all others two, and so does an emoji, whatever it is joined of.
_LIGHT = r"\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037"
_HEAVY_WEIGHT = 2
_TONE = "\U0001f3fb-\U0001f3ff"
_PICTURE = (
    rf"(?:\p{{Emoji_Modifier_Base}}\ufe0f?[{_TONE}]|\p{{Extended_Pictographic}}\ufe0f?)"
    "[\U000e0020-\U000e007f]*"
)
_EMOJI = rf"{_PICTURE}(?:\u200d{_PICTURE})*|\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f?\u20e3"
_STAND_IN = "\U0001f642"
_LONGEST_URL = 4096  # as X takes it; a longer word is no address
_MOST_LABELS = 24

_special = regex.compile(_SPECIAL, regex.IGNORECASE)
_emoji = regex.compile(_EMOJI)
_heavy = regex.compile(f"[^{_LIGHT}]")
_simple = regex.compile("[^.\u00a9\u00ae\u1100-\u200f\u2020-\U0010ffff]*\\.*")  # no address, no emoji
_chunk = regex.compile(r"[ \t\r\n]+|[^ \t\r\n]+")
_labels = regex.compile(rf"(?:[^.\/]*\.){{{_MOST_LABELS}}}")
_mentions = regex.compile(r"(?:\s*@(?<handle>[\p{L}\p{N}_.\-@]+))+\s*")
_grapheme = regex.compile(r"\X")
_word = regex.compile(r"\S+")
_signature = regex.compile(r"(?:^|\s+)\^\p{L}{1,4}$")
_sentence_end = regex.compile(r"(?:[!?…]|(?<word>\p{L}{3,})\.)[\"'“”’»«)\]]*$")
_ABBREVIATIONS = frozenset(
    {"abs", "art", "bspw", "bzw", "ebd", "etc", "evtl", "exkl", "ggf", "inkl"}
    | {"max", "min", "mind", "str", "tel", "usw", "vgl", "zzgl"}
)


def length(text: str, limits: Limits, *, named: Sequence[str] = ()) -> int:
    """How long `text` is for a network, in its own unit, after canonical composition (NFC).

    A line break counts one, however it is written. Addresses count `limits.url_length` where that is
    set; of `@user@server` only `@user` counts where `limits.short_handles` is set. `named` are the handles
    (without @) of those who are answered: at the beginning they count nothing where `limits.free_mentions`
    is set.
    """
    tidy = _tidy(text)
    if limits.free_mentions and named:
        tidy = without_mentions(tidy, named)
    if limits.unit == "weighted":
        return sum(_weight(chunk, limits.url_length) for chunk in _chunk.findall(tidy))
    counted = _special.sub(lambda match: _stand_in(match, limits), tidy)
    return len(counted) if limits.unit == "characters" else sum(1 for _ in _grapheme.finditer(counted))


def _stand_in(match: regex.Match[str], limits: Limits) -> str:
    if match["url"] is not None:
        return match[0] if limits.url_length is None else "x" * limits.url_length
    return str(match["handle"]) if limits.short_handles else match[0]


def without_mentions(text: str, named: Sequence[str]) -> str:
    """`text` without the handles in `named` (without @, in any case) that stand at its beginning."""
    known = {handle.removeprefix("@").casefold() for handle in named}
    match = _mentions.match(text)
    begin = 0
    for handle, end in zip(match.captures("handle"), match.ends("handle"), strict=True) if match else ():
        if handle.casefold() not in known:
            break
        begin = end
    return text[begin:].lstrip() if begin else text


@lru_cache(maxsize=4096)
def _weight(chunk: str, url_length: int | None) -> int:
    """What a word or a run of blanks weighs on X."""
    if _simple.fullmatch(chunk):
        return len(chunk)
    drawn = _emoji.sub(_STAND_IN, chunk)
    weight, done = 0, 0
    for begin, end in addresses_in_word(drawn) if url_length is not None else ():
        weight += _weigh(drawn[done:begin]) + (url_length or 0)
        done = end
    return weight + _weigh(drawn[done:])


def _weigh(signs: str) -> int:
    return len(signs) + (_HEAVY_WEIGHT - 1) * len(_heavy.findall(signs))


def addresses_in_word(word: str) -> list[tuple[int, int]]:
    """Where X sees addresses in a word.

    Words that no address can be like are not looked at: the package takes the third power of the number of
    labels in a host.
    """
    if "." not in word or len(word) > _LONGEST_URL or _labels.search(word):
        return []
    return [(found["indices"][0], found["indices"][1]) for found in _x().extract(word)]


class _X(NamedTuple):
    """What X's own rules say: where addresses stand in a text, and under which endings."""

    extract: Callable[[str], list[dict[str, list[int]]]]
    generic_endings: str
    country_endings: str


@cache
def _x() -> _X:
    """The package, loaded when it is first needed: that takes as long as everything else here together."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads its table of emoji in an outdated way
        package = import_module("twitter_text")
    endings = (
        import_module("twitter_text.regexp.valid_gtld"),
        import_module("twitter_text.regexp.valid_cctld"),
    )
    return _X(
        package.extract_urls_with_indices, endings[0].valid_gtld.pattern, endings[1].valid_cctld.pattern
    )


def fits(text: str, limits: Limits, *, named: Sequence[str] = ()) -> bool:
    """Whether the network takes `text` as one post, as far as length goes, in its unit and in bytes."""
    return length(text, limits, named=named) <= limits.length and (
        limits.bytes_length is None or bytes_count(text) <= limits.bytes_length
    )


def bytes_count(text: str) -> int:
    """How many bytes `text` takes in UTF-8, composed as it is sent."""
    return len(_tidy(text).encode("utf-8", "surrogatepass"))


def counting_rules(limits: Limits) -> dict[str, str | int | bool | None]:
    """The rules of `length` as plain data for a script in the browser.

    It replaces `\\r\\n` by `\\n`, normalises to `form`, and replaces each match of `pattern` (a regular
    expression for the flags `giu`): with group `url` by `url_length` letters where that is not null,
    else by group `handle` where `short_handles` holds. What is left counts in `unit`: code points for
    `"characters"`, `Intl.Segmenter` graphemes for `"graphemes"`. For `"weighted"` each match of `emoji`
    (flags `gu`) counts `heavy`, each match of `light` (flags `gu`) one, every other code point `heavy`.
    Where `bytes_length` is not null, the text must not take more bytes than that in UTF-8. Where
    `free_mentions` holds, the answered handles at the beginning do not count.
    """
    weighted = limits.unit == "weighted"
    rules: dict[str, str | int | bool | None] = {
        "length": limits.length,
        "unit": limits.unit,
        "url_length": limits.url_length,
        "short_handles": limits.short_handles,
        "form": "NFC",
        "pattern": _pattern_on_x() if weighted else _SPECIAL,
        "bytes_length": limits.bytes_length,
        "free_mentions": limits.free_mentions,
    }
    if weighted:
        rules |= {"emoji": _EMOJI, "light": f"[{_LIGHT}]", "heavy": _HEAVY_WEIGHT}
    return rules


@cache
def _pattern_on_x() -> str:
    """What X sees as an address, for a script: with or without `https://`, under a known ending only."""
    ending = rf"(?:{_x().generic_endings}|{_x().country_endings}|xn--[\-0-9a-z]+)"
    within = r"[\p{L}\p{N}_\-]{0,61}[\p{L}\p{N}]"
    host = rf"(?:[\p{{L}}\p{{N}}](?:{within})?\.)*[\p{{L}}\p{{N}}](?:{within.replace('_', '')})?\.{ending}"
    bare = rf"(?:[\-0-9a-z\u00c0-\u024f]+\.)+{ending}"
    return (
        rf"(?<![A-Za-z0-9@$#_])(?<url>(?:https?:\/\/{host}|(?<![.\/\-]){bare}){_PORT}"
        rf"(?:\/{_WAY})?(?:\?{_WAY})?)|{_HANDLE}"
    )


def split(text: str, limits: Limits, *, suffix: str = "") -> tuple[str, ...]:
    """`text` in parts that fit, each ending in `suffix` (give it its own leading blank), none numbered.

    A part ends with a line or a sentence where that fills at least half of it, else with a word; an
    overlong word is cut between graphemes, but never an address or a handle. Blanks at the cuts go.
    Raises `ValueError` where a single address, handle or grapheme with the suffix exceeds the limit.
    """
    parts: list[str] = []
    whole = _tidy(text).strip()
    begin = 0
    while begin < len(whole):
        rest = _enough(whole, begin, limits, suffix)
        goes_on = begin + len(rest) < len(whole)
        cut = len(rest) if fits(rest + suffix, limits) else _cut(rest, limits, suffix, goes_on=goes_on)
        parts.append(rest[:cut] + suffix)
        begin += cut
        while whole[begin : begin + 1].isspace():
            begin += 1
    return tuple(parts)


def _enough(whole: str, begin: int, limits: Limits, suffix: str) -> str:
    """As much as one must look at to know the next part: too much for one, or all that is left."""
    size = 4 * limits.length
    while begin + size < len(whole) and fits(whole[begin : begin + size] + suffix, limits):
        size *= 2
    return whole[begin : begin + size]


def _cut(rest: str, limits: Limits, suffix: str, *, goes_on: bool) -> int:
    words = [match.end() for match in _word.finditer(rest)]
    if goes_on and len(words) > 1:
        words.pop()  # it may be longer than is seen here
    fitting = _fitting(words, rest, limits, suffix)
    if not fitting:
        return _cut_word(rest[: words[0]], limits, suffix)
    ends = [
        end for end in words[:fitting] if rest[end : end + 1] in {"\n", "\r"} or _ends_sentence(rest[:end])
    ]
    longest = words[fitting - 1]
    return ends[-1] if ends and 2 * ends[-1] >= longest else longest


def _fitting(ends: Sequence[int], rest: str, limits: Limits, suffix: str) -> int:
    """How many of the growing beginnings `rest[:end]` fit with the suffix, found by halving."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(rest[: ends[middle]] + suffix, limits):
            low = middle + 1
        else:
            high = middle
    return low


def _cut_word(word: str, limits: Limits, suffix: str) -> int:
    """Where to cut a word that is longer than a part: after a grapheme, address or handle."""
    whole = _unbroken(word, limits)
    edges = [0, *(edge for span in whole for edge in span), len(word)]
    ends: list[int] = []
    for begin, end in pairwise(edges):
        if (begin, end) in whole:
            ends.append(end)
        else:
            ends.extend(match.end() for match in _grapheme.finditer(word, begin, end))
    fitting = _fitting(ends, word, limits, suffix)
    if not fitting:
        raise ValueError(f"{word[: ends[0]]!r} cannot be split and does not fit into {limits.length}.")
    return ends[fitting - 1]


def _unbroken(word: str, limits: Limits) -> list[tuple[int, int]]:
    """Where the addresses and handles of a word stand, as its network sees them."""
    if limits.unit == "weighted":
        return addresses_in_word(word)
    return [match.span() for match in _special.finditer(word)]


def _ends_sentence(text: str) -> bool:
    """A full stop ends one only after a longer word: "z. B.", "Nr. 5" and "3. Mai" go on."""
    match = _sentence_end.search(text[-64:])
    if match is None:
        return False
    return match["word"] is None or match["word"].lower() not in _ABBREVIATIONS


def with_signature(text: str, initials: str) -> str:
    """`text` signed by the person who sends it, as `^ab`; an earlier signature at its end is replaced.

    Raises `ValueError` unless `initials` are one to four letters.
    """
    if not initials.isalpha() or len(initials) > 4:
        raise ValueError(f"Initials are one to four letters, not {initials!r}.")
    body = _signature.sub("", _tidy(text).rstrip()).rstrip()
    return f"{body} ^{initials}".lstrip()


def _tidy(text: str) -> str:
    """One form for what looks the same: composed characters, and plain line breaks."""
    return normalize("NFC", text.replace("\r\n", "\n"))
