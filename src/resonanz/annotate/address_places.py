"""A German text word by word, each with what rules about the form of address need to see around it.

Here live the writer's use of capitals, speaking *about* du and Sie (`per Du`, titles, sayings), which is
hidden before anything is read, and the small words that several rules share. What a word then says is
judged in `address_form`, `address_reference` and `address_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import regex

from resonanz.annotate.german_words import (
    JOINED,
    OPENING,
    QUOTED_OR_NAMED,
    SENTENCE,
    Hiding,
    Sentence,
    is_shouted,
    keys,
    sentences,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resonanz.annotate.german_words import Word

Direction = Literal["out", "in"]

GREETING = keys("hallo guten liebe lieber sehr geehrte hi grüß moin danke servus grüezi vielen frau tag hey")
LEADING = keys(
    "bitte und oder dann einfach gern gerne also aber sonst doch ansonsten danach hallo hi hey moin "
    "servus ok okay ja na klar danke sorry so ach los komm notfalls zuerst vorher jetzt alternativ ggf "
    "nun huhu tipp nu jetz jez etz dan un denn na mensch ey alter leute"
)
JOINING = keys(
    "wenn dass das ob falls sobald weil damit was wie wo wann warum bevor nachdem solange da die den dem "
    "der welche welchen welches sofern indem obwohl bis während ehe sooft soweit soviel je wer wohin "
    "woher wofür womit als"
)
FUNCTION = keys(
    "für bei von mit zu an auf über unter ohne gegen um durch gegenüber neben zwischen vor nach aus "
    "hinter seit wegen ob dass wenn weil da wo wie was wer wann warum und oder aber auch nur leider danke "
    "schön super toll hier schade gut das es gerne gern bitte hat ist wird war wäre hatte hätte wurde "
    "würde kann will muss soll darf habe hab mag bin ich du er sie wir man der die den dem noch schon so "
    "als bis zur zum im am vom beim selbst bevor damit falls sobald einer jemand keiner niemand endlich "
    "lieber viel mehr sehr alles nichts etwas denn doch ja nein wohl eh klar immer nie wieder sogar egal "
    "neu klasse mal hallo hey hi sorry außer laut trotz während samt statt dank zwar nun per pro ab je "
    "hinweg dabei dazu trotzdem deshalb daher sonst somit also dann dort heute gestern morgen sei seien "
    "re aw fw fwd wg boa boah puh uff wow "
    "bi op ut vun för vo uf us fia füa fir amoi moi mol oamoi glei scho schon hoid hoit etz ned net nöd nid "
    "nich nit nix nu denn dat dit det wat des wo woans hüüt hüt morn gärn gau oafach eefach efach"
)
NO_REQUEST = ("en", "n", "t", "te", "ed", "ts")  # endings of words that ask for nothing

_SAYING = (
    r"(?:wir|ich|man|einfach|lieber|ruhig|hier|alle|alles|gern|gerne|uns|auch|einander|immer|grundsätzlich)"
)
_TITLED = "Songs?|Lied|Hit|Film|Kinofilm|Buch|Roman|Album|Serie|Podcast|Kampagne|Motto|Slogan|Magazin|Single"
_AFTER_TITLE = "von|ist|läuft|lief|war|im|als|hat|wird|mit|aus|bei|geht|kommt|startet"
_TO_TITLE_END = rf"[^.,;!?\n]{{0,60}}?(?=\s(?:{_AFTER_TITLE})\b|[.,;!?\n]|$)"
_NO_ADJECTIVE = r"(?!(?:hab|hätt|würd|wär|könnt|sollt|müsst|dürft|wollt|möcht|wurd|lass|mach|freu|werd)e\b)"
_ARTICLE = (  # with the ending that an adjective has behind it
    rf"(?:(?:das|dieses)\s+(?:{_NO_ADJECTIVE}\p{{Ll}}+e\s+)?|(?:dem|einem|des|unserem)\s+(?:\p{{Ll}}+en\s+)?"
    r"|(?:ein|kein|unser)\s+(?:\p{Ll}+es\s+)?)"
)
_SINGULAR_VERB = (  # behind `Das Du`; other words in -t may stand there, too
    r"(?!nicht|jetzt|mit\b|seit\b|echt|selbst|erst|sonst|fast|überhaupt|vielleicht|sofort|gut\b|oft\b|dort\b)"
    r"(?:\p{Ll}+(?<!s)t|war|wäre?|hätte|würde|wurde|kam|fand|klang|anbieten|anzubieten)\b"
)
_EITHER = r"\s*(?:oder|/|statt|vs\.?|bzw\.?|und|zum)\s*(?:das\s+|doch\s+|lieber\s+)?"
_EXCLAIMED = "güte|zeit|himmel|gott|neune|scheiße|scheisse|schande|schreck|ei|kacke|herrje|je"
_EXCLAIMING = "meine|lieber?|liebes|heilige[rs]?|grüne|dicke[rs]?|gute[rs]?|großer"
# What only speaks about du and Sie. The signs say less than the expressions behind them, but are found fast.
_SPEAKS_OF = Hiding(
    regex.compile(r"(?i)\b(?:du|sie|ihre[nr]?|euer|eure|dein\w{0,2})\b"),
    (
        r"[rmsRMSſ]\s+(?i:du|sie)",
        r"(?i:\b(?:per|beim|zum|vom|aufs|ins)\s+(?:du|sie)\b)",
    ),
    (r"[mntufMNTUF]\s+[Dd][Uu]", r"(?i:\b(?:im|mit|von|zu|auf)\s+du\b(?:\s+und\s+du\b)?)"),
    # "das vertraute Du", but not "das Paket, das Sie", "das Konto, auf das Sie"
    (
        r"(?:as|es|em|in|er)\s+(?:\S+\s+)?(?:Du|Sie)",
        rf"(?<![,;:]\s|[,;:]\s\p{{L}}{{2,8}}\s)(?<=\s){_ARTICLE}(?:Du|Sie)\b",
    ),
    (
        r"(?:Das|Ein|Unser|Dieses)\s+(?:\S+\s+)?(?:Du|Sie)\s",
        rf"\b(?:Das|Ein|Unser|Dieses)\s+(?:\p{{Ll}}+e[sn]?\s+)?(?:Du|Sie)\s+(?={_SINGULAR_VERB})",
    ),
    (r"[Ee]in\s+(?:\S+\s+)?(?:Du|Sie)", r"\b(?:[Ee]in|[Kk]ein)\s+(?:\p{Ll}+e?s\s+)?(?:Du|Sie)\b"),
    (rf"(?:[Dd][Uu]|Sie){_EITHER}(?:Sie|[Dd][Uu])", rf"\b(?i:du){_EITHER}Sie\b|\bSie{_EITHER}(?i:du)\b"),
    (
        r"[Ss]ag",
        rf"\b[Ss]ag\w*\s+(?:{_SAYING}\s+)+(?:Du|Sie)\b(?=\s*(?:[.,;!?)]|$)|\s+(?:zu|oder|statt)\b)",
    ),
    (r"Du\s+(?:zu\s+)?sag", r"\bDu\s+(?:zu\s+)?(?:sagen|sagt)\b"),
    (r"[Dd]u\s*&|&\s*[Dd]u", r"\b[Dd]u\s*&|&\s*[Dd]u\b"),  # a name
    (
        r"Majestät|Hoheit|Exzellenz|Durchlaucht|Eminenz|Ehren|Gnaden",
        r"\b(?:Ihre|Eure)[nr]?\s+(?:Majestät|Hoheit|Exzellenz|Durchlaucht|Eminenz)\b|\bEuer\s+(?:Ehren|Gnaden)\b",
    ),
    (
        r"(?:ort|chen|rede|ache|nomen|form|mit)\s+(?:Du|Sie)",
        r"(?:[Ww]ort|[Ww]örtchen|[Aa]nrede|Ansprache|[Pp]ronomen|Höflichkeitsform|Fürwort)\s+(?:mit\s+)?(?:Du|Sie)\b",
    ),
    (r"(?i:wie\s+du\s+mir)", r"(?i:\bwie\s+du\s+mir,?\s+so\s+ich\s+dir\b)"),
    (r"[Dd][iIİ][rR]\s+[nN]", r"(?i:\bmir\s+nichts,?\s+dir\s+nichts\b)"),
    (r"[mM][eE][iIİ][nN]\s+[uU]", r"(?i:\bmein\s+und\s+dein\b)"),
    (
        rf"(?i:du\s+(?:\S+\s+)?(?:{_EXCLAIMED.replace('ß', '.')}))",
        rf"(?i:\bdu\s+(?:{_EXCLAIMING})\s+(?:{_EXCLAIMED})\b|\b(?:ach|oh|o)\s+du\s+(?:{_EXCLAIMED})\b)",
    ),
    (
        rf"(?:{_TITLED})\s+(?:Du|Dein)",
        rf"(?<!\b[Ww]elche[mnrs]?\s)\b(?:{_TITLED})\s+(?:Du|Dein\w{{0,2}})\b{_TO_TITLE_END}",
    ),
)


class Style:
    """How a writer uses capitals: for nouns, or at least at the start of sentences."""

    def __init__(self, read: list[Sentence]) -> None:
        """The style of these sentences, looked at once somebody asks."""
        self._read = read

    @cached_property
    def nouns(self) -> bool:
        """Whether a capital stands where no sentence begins."""
        return self._has_capital(range(OPENING))

    @cached_property
    def starts(self) -> bool:
        """Whether a capital stands where a sentence begins."""
        return self._has_capital(range(OPENING, SENTENCE + 1))

    def _has_capital(self, befores: range) -> bool:
        return any(
            text[0].isupper() and before in befores and not is_shouted(text)
            for sentence in self._read
            for text, before in zip(sentence.texts, sentence.befores, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A word in its sentence, with the sentences before it, the writer's style, and who writes to whom."""

    sentence: Sentence
    at: int
    earlier: list[Sentence]
    style: Style
    direction: Direction

    @property
    def word(self) -> Word:
        """The word itself."""
        return self.sentence.words[self.at]

    @property
    def after(self) -> str:
        """The key of the next word in the clause, `""` at its end."""
        following = self.following()
        return following[0].key if following and following[0].before == JOINED else ""

    @property
    def last(self) -> str:
        """The key of the word before in the clause, `""` at its start."""
        return self.sentence.words[self.at - 1].key if self.at and self.word.before == JOINED else ""

    @property
    def begin(self) -> int:
        """Where the clause begins, as a place in the sentence."""
        begin = self.at
        while begin and self.sentence.words[begin].before == JOINED:
            begin -= 1
        return begin

    @property
    def rest(self) -> tuple[Word, ...]:
        """The words that follow in the same clause."""
        end = self.at + 1
        while end < len(self.sentence.words) and self.sentence.words[end].before == JOINED:
            end += 1
        return self.sentence.words[self.at + 1 : end]

    @property
    def clause(self) -> tuple[Word, ...]:
        """All words of the clause."""
        return (*self.sentence.words[self.begin : self.at + 1], *self.rest)

    @property
    def before(self) -> tuple[tuple[Word, ...], ...]:
        """What was said before: the words of the last two sentences, and of this one up to here."""
        return (*(sentence.words for sentence in self.earlier), self.sentence.words[: self.at])

    @property
    def shouted(self) -> bool:
        """Whether the sentence is written in capitals."""
        return self.sentence.shouted

    @property
    def polite_capital(self) -> bool:
        """Whether a capital means the reader: it stands where no sentence begins and nobody shouts."""
        return self.word.capital and not self.word.opens and not self.shouted

    @property
    def small(self) -> bool:
        """Whether the word's capital says nothing, for there is none or everything has one."""
        return not self.word.capital or self.shouted

    @property
    def careless(self) -> bool:
        """Whether the writer makes no difference between small letters and capitals."""
        return self.shouted or not (self.style.nouns or self.style.starts)

    def following(self) -> tuple[Word, ...]:
        """All words that follow in the sentence."""
        return self.sentence.words[self.at + 1 :]


def places(
    text: str, direction: Direction, of_interest: Callable[[Sentence, Direction], list[int]]
) -> Iterator[Place]:
    """Words of `text` in order that are German and not only quoted, named or spoken about.

    `of_interest` says of a sentence which words matter, by their places in it.
    """
    read = sentences(_SPEAKS_OF.hide(QUOTED_OR_NAMED.hide(text)))
    style = Style(read)
    for number, sentence in enumerate(read):
        for at in of_interest(sentence, direction):
            yield Place(sentence, at, read[max(0, number - 2) : number], style, direction)
