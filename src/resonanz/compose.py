"""Writing for a network: how long a text is there, whether it fits, how to split it, who signed it.

Here live the counting rules, as code and as data that a browser script can follow. The limits
themselves come with the network (`post.Limits`), what a text says is weighed elsewhere, and sending is
the network's. Rules follow the networks' own documents (Mastodon: "Posting", instance entity field
`characters_reserved_per_url`; Unicode Standard Annex 29 for what a person sees as one character).

An address is `http://` or `https://`, a dotted host that ends in letters, and a path that stops before
blanks, quotation marks, emoji and punctuation at its end; brackets belong to it in pairs only.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import normalize

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.post import Limits

# The patterns are valid both for the package `regex` and for JavaScript with the flags "giu". In each
# repetition the alternatives begin with different characters, so matching takes linear time.
_LETTERS = r"\p{Script=Latin}\p{Script=Cyrillic}0-9"
_CALM = rf"[{_LETTERS}_~\/#@$%&=+*\|\-]"  # may end an address
_RESTLESS = r"[.,:;!?']"  # may stand in it, but not at its end
_PAIRED = rf"\((?:{_CALM}|{_RESTLESS})*\)|\[(?:{_CALM}|{_RESTLESS})*\]"
_HOST = r"[\p{L}\p{N}_\-]+(?:\.[\p{L}\p{N}_\-]+)*\.\p{L}{2,}(?![\p{L}\p{N}_])"
_URL = (
    rf"(?<![A-Za-z0-9@$#_])https?:\/\/{_HOST}(?::[0-9]{{1,5}})?"
    rf"(?:[\/?#](?:{_RESTLESS}*(?:{_CALM}|{_PAIRED}))*)?"
)
_LOCAL = r"[A-Za-z0-9_]+(?:[.\-]+[A-Za-z0-9_]+)*"
_SERVER = r"[\p{L}\p{N}_]+(?:[.\-]+[\p{L}\p{N}_]+)*"
_HANDLE = rf"(?<![\p{{L}}\p{{N}}_\/=])(?<handle>@{_LOCAL})@{_SERVER}"
_SPECIAL = rf"(?<url>{_URL})|{_HANDLE}"

_special = regex.compile(_SPECIAL, regex.IGNORECASE)
_grapheme = regex.compile(r"\X")
_word = regex.compile(r"\S+")
_signature = regex.compile(r"(?:^|\s+)\^\p{L}{1,4}$")
_sentence_end = regex.compile(r"(?:[!?…]|(?<word>\p{L}{3,})\.)[\"'“”’»«)\]]*$")
_ABBREVIATIONS = frozenset(
    {"abs", "art", "bspw", "bzw", "ebd", "etc", "evtl", "exkl", "ggf", "inkl"}
    | {"max", "min", "mind", "str", "tel", "usw", "vgl", "zzgl"}
)


def length(text: str, limits: Limits) -> int:
    """How long `text` is for a network, in its own unit, after canonical composition (NFC).

    A line break counts one, however it is written. Addresses count `limits.url_length` where that is
    set; of `@user@server` only `@user` counts where `limits.short_handles` is set.
    """

    def stand_in(match: regex.Match[str]) -> str:
        if match["url"] is not None:
            return match[0] if limits.url_length is None else "x" * limits.url_length
        return str(match["handle"]) if limits.short_handles else match[0]

    counted = _special.sub(stand_in, _tidy(text))
    return len(counted) if limits.unit == "characters" else sum(1 for _ in _grapheme.finditer(counted))


def fits(text: str, limits: Limits) -> bool:
    """Whether the network takes `text` as one post, as far as length goes."""
    return length(text, limits) <= limits.length


def counting_rules(limits: Limits) -> dict[str, str | int | bool | None]:
    """The rules of `length` as plain data for a script in the browser.

    It replaces `\\r\\n` by `\\n`, normalises to `form`, and replaces each match of `pattern` (a regular
    expression for the flags `giu`): with group `url` by `url_length` letters where that is not null,
    else by group `handle` where `short_handles` holds. What is left counts in `unit`: code points for
    `"characters"`, `Intl.Segmenter` graphemes for `"graphemes"`.
    """
    return {
        "length": limits.length,
        "unit": limits.unit,
        "url_length": limits.url_length,
        "short_handles": limits.short_handles,
        "form": "NFC",
        "pattern": _SPECIAL,
    }


def split(text: str, limits: Limits, *, suffix: str = "") -> tuple[str, ...]:
    """`text` in parts that fit, each ending in `suffix` (give it its own leading blank), none numbered.

    A part ends with a line or a sentence where that fills at least half of it, else with a word; an
    overlong word is cut between graphemes, but never an address or a handle. Blanks at the cuts go.
    Raises `ValueError` where a single address, handle or grapheme with the suffix exceeds the limit.
    """
    parts: list[str] = []
    rest = _tidy(text).strip()
    while rest:
        cut = len(rest) if fits(rest + suffix, limits) else _cut(rest, limits, suffix)
        parts.append(rest[:cut] + suffix)
        rest = rest[cut:].lstrip()
    return tuple(parts)


def _cut(rest: str, limits: Limits, suffix: str) -> int:
    words = [match.end() for match in _word.finditer(rest)]
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
    whole = [match.span() for match in _special.finditer(word)]
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
