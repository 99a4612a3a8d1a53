"""Words as search sees them: one folding for the matcher, the store's full text and the search box.

Here lives the folding; whoever compares words folds both sides with it and never otherwise. It makes
tokens of ASCII letters and digits, `#`, `@`, `$`, `_` and non-ASCII characters only, so that SQLite's
FTS5 tokenizer `ascii` with `tokenchars '#@$_'` cuts `folded(text)` exactly at its blanks.

What is folded together:

- Case, `ß` = `ss`, and Latin letters with and without marks: `Café` = `cafe`, `Łódź` = `lodz`, also
  those of decorative and full-width alphabets. Other scripts keep their letters and marks.
- Umlauts in all three spellings: `Zürich` = `Zuerich` = `Zurich`. `ae`, `oe` and `ue` lose their `e`
  wherever they stand, as there is no way to tell by letters which `ue` is an umlaut. So `neue` becomes
  `neu`, `Steuer` `steur` and `Goethe` `gothe`. A search still finds them, because it is folded the same
  way. The price is a few false friends: `neue` = `neu`, `Bauer` = `Baur`, `euer` = `EUR`, English
  `due` = German `du`. We take that over missing a customer who has no umlauts on the keyboard.
- Emoji are tokens; skin tone, variant and joiner go, so a family is its members, a flag one token.
- Of an address, host and path count: no scheme, `www.`, query or fragment.

`#tag`, `@handle` and `$cash` give their bare words in their place, so that `bahn` and the phrase
`liebe bahn` find `Liebe #Bahn`, and once more with their mark behind all words, so that `#bahn` finds
only the tag. Marks that only repeat words of the text, as a list at its end, add no second bare word:
that makes folding idempotent.
"""

from __future__ import annotations

import re
from unicodedata import category, decimal, normalize

import regex

_NON_ASCII = re.compile(rb"[\x80-\xff]+")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{1,2}")  # two regional indicators
_URL = re.compile(rb"https?://(?:www\.)?([^\s\x1c-\x1f?#]*)[^\s\x1c-\x1f]*")
_UMLAUTS = tuple(
    (sign.encode(), plain)
    for signs, plain in (("äÄ", b"a"), ("öÖ", b"o"), ("üÜ", b"u"), ("ß", b"ss"))
    for sign in signs
)
_WITH_E = ((b"a", b"ae"), (b"o", b"oe"), (b"u", b"ue"))
_MARKED = re.compile(r"[#@$](?<![^ #@$].)[^ #@$]+")  # not inside a word: in anna@example.org, `@` is no mark

# Tables over UTF-8 bytes: those of non-ASCII characters stay. Many times faster than a regular expression.
_SMALL = bytes(ord(chr(i).lower()) if i < 128 else i for i in range(256))
_WORDS = bytes(i if i > 127 or chr(i).isalnum() else 32 for i in range(256))
_WORDS_AND_MARKS = bytes(i if chr(i) in "#@$_" else _WORDS[i] for i in range(256))

_PICTURE = regex.compile(r"\p{Extended_Pictographic}")
# Letters, symbols and formats by category, yet readers take them for the end of a word.
_BLANK = frozenset("©®™‼⁉〰〽ʼʻʹ\u200b")
_PLAIN = {
    "æ": "ae", "ø": "o", "œ": "oe", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n",
    "ŧ": "t", "ƒ": "f", "ɨ": "i", "ʉ": "u", "ƶ": "z", "ǥ": "g", "ɍ": "r", "ȼ": "c", "ⱥ": "a", "ɇ": "e",
}  # fmt: skip
_FORMS_KEPT = 20_000  # so that no flood of odd characters can fill the memory


def fold(text: str) -> tuple[str, ...]:
    """The tokens of `text`: its words in reading order, then its marked ones (`#tag`), each once.

    Never raises; folding the tokens joined by blanks gives the same tokens again.
    """
    raw = _raw(text)
    if b"#" in raw or b"@" in raw or b"$" in raw:
        return _with_marked(raw.translate(_WORDS_AND_MARKS).decode().rstrip())
    return tuple(raw.translate(_WORDS).decode().split())


def folded_words(text: str, *, keep: str) -> bytes:
    """The words of a text in UTF-8, marked ones without their marks, parted by one blank or several.

    `keep` is an ASCII sign that stays where it stands: many texts can be folded in one piece.
    """
    table = bytearray(_WORDS)
    table[ord(keep)] = ord(keep)
    return _raw(text).translate(bytes(table))


def _raw(text: str) -> bytes:
    """The text with its letters as they are compared, in UTF-8; signs still stand between the words.

    It works on bytes, as changing the case of a whole text that is not ASCII takes longer than all the rest.
    """
    raw = text.encode(errors="surrogatepass").translate(_SMALL)
    if not raw.isascii():
        for umlaut, plain in _UMLAUTS:  # nearly all that German needs
            raw = raw.replace(umlaut, plain)
        if not raw.isascii():
            raw = _NON_ASCII.sub(_plain_run, raw)
    if b"://" in raw:
        raw = _URL.sub(rb" \1 ", raw)
    for vowel, with_e in _WITH_E:
        while with_e in raw:
            raw = raw.replace(with_e, vowel)
    return raw


def folded(text: str) -> str:
    """The tokens of `text` joined by blanks: what the full-text row holds."""
    return " ".join(fold(text))


def _words(plain: str) -> list[str]:
    return plain.encode().translate(_WORDS).decode().split()


def _with_marked(plain: str) -> tuple[str, ...]:
    marked = tuple(dict.fromkeys(_MARKED.findall(plain)))
    listed = " ".join(marked)
    if not plain.endswith(listed):
        return (*_words(plain), *marked)
    words = _words(plain[: len(plain) - len(listed)])
    bare = _words(listed)
    if not set(words).issuperset(bare):
        words += bare
    return (*words, *marked)


def _plain_run(match: re.Match[bytes]) -> bytes:
    run = match[0].decode(errors="surrogatepass").casefold()
    if len(run) == 1 and not _FLAG.match(run):
        return _forms[ord(run)].encode()
    run = normalize("NFC", normalize("NFC", run).translate(_forms))
    return _FLAG.sub(r" \g<0> ", run).encode()


class _Forms(dict[int, str]):
    """What stands for a non-ASCII character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        form = _form(chr(code))
        if len(self) < _FORMS_KEPT:
            self[code] = form
        return form


_forms = _Forms()


def _form(char: str) -> str:
    """Letters as they are compared, a blank for what parts words, nothing for what only adorns them."""
    if _FLAG.match(char):
        return char
    if char in _BLANK:
        return " "
    if _PICTURE.match(char):
        return f" {char} "
    composed = normalize("NFC", char)
    if composed != char:
        return composed.translate(_forms)
    return _ascii_form(char) or _form_by_category(char)


def _ascii_form(char: str) -> str:
    """Its ASCII letters, digits or mark, `""` where it has none."""
    bare = "".join(part for part in normalize("NFKD", char).casefold() if category(part) != "Mn")
    bare = "".join(_PLAIN.get(part, part) for part in bare)
    return bare if bare.isascii() and (bare.isalnum() or bare in {"#", "@", "$", "_"}) else ""


def _form_by_category(char: str) -> str:
    kind = category(char)
    if kind == "Nd":
        return str(decimal(char))
    if kind in {"Cf", "Me"} or _adorns(ord(char)):
        return ""
    if kind in {"So", "Sc"}:
        return f" {char} "
    if kind[0] in "ZPS" or kind in {"Cc", "Cs", "Co"} or ord(char) & 0xFFFE == 0xFFFE:
        return " "
    return char


def _adorns(code: int) -> bool:
    """Combining marks of Latin, variation selectors, skin tones."""
    return (
        0x0300 <= code <= 0x036F
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0x1F3FB <= code <= 0x1F3FF
    )
