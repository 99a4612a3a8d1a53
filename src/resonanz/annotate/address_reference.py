"""What `sie` and `ihr` may refer to, and whether a `Sie` that opens a sentence means the reader after all.

German writes `Sie kommen morgen` for the parcels and for the reader alike. Here lives what was named
before (several things, a woman), and how the sentence itself tells the two apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_places import FUNCTION, GREETING
from resonanz.annotate.german_words import CLAUSE, JOINED, SENTENCE, keys

if TYPE_CHECKING:
    from resonanz.annotate.address_places import Place
    from resonanz.annotate.german_words import Word

_PLURAL_ARTICLES = keys(
    "die alle viele unsere meine diese einige mehrere beide manche keine deine eure ihre seine jene"
)
_COUNTING = keys(
    "zwei drei vier fünf sechs sieben acht neun zehn zwölf alle viele einige mehrere beide manche paar"
)
_ONE = keys("der das ein eine einen dem den sie wir")
_WE = keys("wir sie")
_NO_NOUN = FUNCTION | _PLURAL_ARTICLES | _COUNTING | keys("sie ihr ihnen ihrem ihren ihrer ihres")
_MEASURES = keys(
    "tage tagen wochen woche stunden stunde minuten monate monaten jahre jahren euro prozent sekunden "
    "werktage werktagen uhr meter kilometer"
)
_MANY = ("e", "en", "er", "s", "n", "el")
_MANY_WITH_ARTICLE = ("en", "ern", "eln", "er")
_SINGULAR_ER = tuple(keys("nummer dauer steuer mutter tochter schwester ziffer feier mauer kammer leiter"))
_FEMALE = keys("frau kollegin mutter schwester tochter chefin freundin oma tante dame nachbarin kundin mama")
_FEMALE_ARTICLES = keys("die eine meine unsere deine ihre diese seine eure")
_SINGULAR = keys("ist hat wird war hatte wurde kann muss soll will darf kommt geht liegt steht läuft meldet")


def refers_back(place: Place, *, women: bool = True) -> bool:
    """Whether something was named before that `sie` or `ihr` could mean: several things, or a woman."""
    return any(
        _names_many(words, at) or (women and _names_woman(words, at))
        for words in place.before
        for at in range(len(words))
    )


def woman_before(place: Place) -> bool:
    """Whether a woman, or one thing of feminine gender, was spoken of before."""
    return any(_names_woman(words, at) for words in place.before for at in range(len(words)))


def _names_many(words: tuple[Word, ...], at: int) -> bool:
    """`die Pakete sind`, `zwei Pakete`, `unsere Kollegen`; `die Anfrage` is one, `wir haben` names nobody."""
    word, noun = words[at], _noun_behind(words, at)
    counted = word.key in _COUNTING or (word.key.isdecimal() and word.key != "1")
    if noun is None:
        return _names_many_in_small(words, at, counted=counted)
    known = words[noun].key
    if counted:
        return known.endswith(_MANY) and known not in _MEASURES
    if noun == at:
        return _plural_at(words, at + 1) and (at == 0 or words[at - 1].key not in _ONE)
    if word.key not in _PLURAL_ARTICLES or any(other.key in {"seid", "bist"} for other in words):
        return False
    return _agrees(words, at, noun) or (
        known.endswith(_MANY_WITH_ARTICLE) and not known.endswith(_SINGULAR_ER)
    )


def _agrees(words: tuple[Word, ...], article: int, noun: int) -> bool:
    """Whether a plural verb stands behind the noun or before its article, and nobody else does it."""
    if any(word.key in _WE for word in words):
        return False
    if article == 0 and noun + 1 < len(words) and words[noun + 1].before == JOINED:
        return verbs.plural_verb(words[noun + 1].key)
    return _plural_at(words, noun + 1) or (article > 0 and verbs.common_plural_verb(words[article - 1].key))


def _names_many_in_small(words: tuple[Word, ...], at: int, *, counted: bool) -> bool:
    """`die sind`, and without capitals `die züge sind`, `zwei pakete`."""
    following = words[at + 1].key if at + 1 < len(words) else ""
    if counted:
        return not following.isdecimal() and following not in _MEASURES and following.endswith(_MANY)
    if words[at].key not in _PLURAL_ARTICLES:
        return False
    return _plural_at(words, at + 2) or (words[at].before >= CLAUSE and _plural_at(words, at + 1))


def _plural_at(words: tuple[Word, ...], at: int) -> bool:
    if not 0 < at < len(words) or words[at].before != JOINED:
        return False
    return (words[at].shouted or not words[at].capital) and verbs.common_plural_verb(words[at].key)


def _noun_behind(words: tuple[Word, ...], at: int) -> int | None:
    """The place of the noun that belongs to the article or number at `at`; the word itself may be it."""
    for place in range(at, min(at + 4, len(words))):
        word = words[place]
        if place > at and word.before != JOINED:
            return None
        if word.capital and word.key not in _NO_NOUN:
            return place
    return None


def _names_woman(words: tuple[Word, ...], at: int) -> bool:
    """A woman who is spoken of, not to, or a feminine thing that does the verb: `die App ist neu`."""
    word = words[at]
    if word.key == "frau":
        return _article_before(words, at) or _does(words, at + 2)
    if word.key in _FEMALE or (word.capital and word.key.endswith("in")):
        begins = at == 0 or words[at - 1].key in GREETING
        return _article_before(words, at) or (word.key in _FEMALE and (not begins or _does(words, at + 2)))
    begins = word.before == SENTENCE and word.key in _FEMALE_ARTICLES
    return begins and _does(words, at + 2) and words[at + 1].capital


def _does(words: tuple[Word, ...], at: int) -> bool:
    """Whether a verb in the singular stands at `at`, in the clause of the word before."""
    if at >= len(words) or words[at].before != JOINED or words[at].capital:
        return False
    return words[at].key in _SINGULAR or verbs.maybe_second_plural(words[at].key)


def _article_before(words: tuple[Word, ...], at: int) -> bool:
    return any(before.key in _FEMALE_ARTICLES for before in words[max(0, at - 2) : at])


# What belongs to the reader in a company's replies; compounds end so (`Kundennummer`).
READERS_OWN = tuple(
    keys(
        "nummer bestellung anfrage nachricht anliegen konto vertrag daten rechnung paket sendung mail "
        "adresse feedback hilfe geduld verständnis meinung beschwerde termin ticket buchung tarif reise "
        "zahlung erstattung gutschrift wunsch frage fragen idee hinweis vertrauen team rückmeldung "
        "unterlagen anschluss service antwort"
    )
)
_DOES_GLADLY = keys(
    "dürfen möchten erhalten bekommen finden sehen brauchen benötigen erreichen wählen klicken hören "
    "kennen sparen"
)
_DOES_TOO = keys("können haben müssen wollen wissen sollten")
_ABOUT = keys(
    "uns mir mich bitte jederzeit gern gerne dort hier dazu darüber dafür diese dieses sie es ihn selbst"
)
_DONE_TO = keys(
    "benachrichtigt informiert kontaktiert angerufen verbunden gebeten zurückgerufen angeschrieben"
)


def speaks_to_reader(place: Place) -> bool:
    """Whether a `Sie` or `Ihr` that could refer back means the reader by what he does or what is his."""
    if place.word.key != "sie":
        return any(word.capital and word.key.endswith(READERS_OWN) for word in place.following()[:3])
    rest = [word.key for word in place.rest]
    if _DONE_TO.intersection(rest):
        return True
    if not rest or rest[-1] == "werden":
        return False
    return rest[0] in _DOES_GLADLY or (rest[0] in _DOES_TOO and not _ABOUT.isdisjoint(rest))
