"""Verbs that show the form of address without a pronoun: informal imperatives, and `kannst uns schreiben`.

Here lives where in a sentence such a verb must stand and what must follow, so that a noun (`Rat`), a
statement that drops its `ich` (`Prüfe das und melde mich`) or its subject (`Freut uns`), or an instruction
(`Rechnung beilegen`) is not taken for one. Polite requests always have their `Sie`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_places import FUNCTION, GREETING, JOINING, LEADING
from resonanz.annotate.german_words import CLAUSE, JOINED, keys

if TYPE_CHECKING:
    from resonanz.annotate.address_places import Place

_I = keys("ich i ick ik ih icke ech bin")
_CUES = keys(
    "uns mir mich ihm ihn mal doch bitte einfach gern gerne kurz ruhig nochmal noch es dich dir euch dein "
    "deine deinen deinem deiner nochma amol moi amal ma üs eus öis ens"
)
_OBJECTS = keys("den dem die das diesen diese dieses ein eine einen nicht nie sie durch")
_WHERE = keys("auf an hier dort nach unter bei im in vor")
_GOING = keys("klick tipp tippe fahr steig pass such")  # "Klick auf den Link", but "Halt auf freier Strecke"
_PLURAL_CUES = keys(
    "uns mir mal doch bitte einfach gern gerne ruhig hier auf in den dem euch eure euren kurz noch nach "
    "unter an es ihn vorbei dran gut weiter gesund rein her mit nicht nie vorsichtig langsam"
)
_THIRD_CUES = keys("bitte vorbei ruhig mal dran gesund euch her rein heim hause hoch")
_MEANT = frozenset(
    {("macht", "weiter"), ("macht's", "gut"), ("folgt", "uns"), ("folgt", "mir"), ("folgt", "dem")}
)
_ARTICLES = keys("das die eine ein")
_REFLECTING = keys(
    "melde freue kümmere bedanke beeile wundere schäme ärgere meld freu kümmer entschuldige fühl fühle"
)
_FOR_MYSELF = keys(
    "schau schaue guck gucke hol hole kauf kaufe bestell bestelle hör höre such suche merk merke lad lade"
)
_PARDON = keys("entschuldige entschuldig verzeih verzeihe")
_REPORTED = keys("es das er sie man der die dies dahingestellt denn ihm ihr ihnen")
_AT_ONCE = keys(
    "gerade gleich sofort schon eben jetzt soeben hiermit gern gerne noch heute morgen leider nur"
)
_ASKING = keys("bitte mal doch uns mir dich dir dein deine deinen einfach")
_WISHING = keys("bitte geduld spaß verständnis dank mut vertrauen keine noch einen ein viel etwas nachsicht")
_WISHED = keys("geduld verständnis dank nachsicht erbarmen vertrauen")
_LACKED = keys("ahnung lust zeit bock idee plan problem probleme frage fragen")
_FINITE = keys(
    "ist hat wird war kann muss läuft gilt geht kommt soll darf sind haben werden können macht lohnt bleibt"
)
_SOON = keys(
    "gestern heute wann einer einem einigen mehreren letzter anfang ende tagen wochen stunden jahren montag"
)


def addresses_informally(place: Place) -> bool:
    """Whether the verb at `place` says du, or ihr in outgoing texts, without a pronoun beside it."""
    word = place.word
    if word.capital and not word.opens and not place.shouted:
        return False  # a noun
    if verbs.second_singular(word.key):
        return True
    if verbs.second_plural(word.key) and word.key != "wart" and starts(place) and not _is_since(place):
        return place.direction == "out"
    if verbs.singular_imperative(word.key):
        return not _is_about_me(place) and _asks_one(place)
    if verbs.plural_imperative(word.key):
        return place.direction == "out" and _asks_many(place)
    return _asks_by_place(place)


def starts(place: Place) -> bool:
    """Whether the word begins a clause, or follows words that only lead in (`bitte`, `und`, a greeting)."""
    lead = place.sentence.words[place.begin : place.at]
    if not lead or place.last in LEADING:
        return True
    return lead[0].key in GREETING | LEADING and all(word.capital for word in lead[1:])


def _is_since(place: Place) -> bool:
    """The misspelling `seid gestern`."""
    return place.word.key == "seid" and (place.after in _SOON or place.after.isdecimal())


# --- One person is asked -----------------------------------------------------------------------------


def _asks_one(place: Place) -> bool:
    word, after = place.word, place.after
    if word.key == "schick":  # elegant, too
        return after in _CUES or after == "per" or (after in _OBJECTS and starts(place))
    if not starts(place):
        return not word.capital and after in _CUES and not verbs.doubtful_imperative(word.key)
    if word.capital and verbs.likely_noun(word.key):
        return after in _CUES and after != "bitte"
    if verbs.doubtful_imperative(word.key) and word.key != "hab":
        wanted = _CUES | _OBJECTS | _WHERE if word.key in _GOING else _CUES | _OBJECTS
        return after in wanted and (after in _CUES or not _has_finite(place))
    return _asks_clearly(place)


def _asks_clearly(place: Place) -> bool:
    """A customer who drops his `ich` writes the same form: he must ask by something else, too."""
    word, after = place.word.key, place.after
    if word == "sei":
        return bool(after) and after not in _REPORTED
    if word == "schau" and after == "an":
        return len(place.rest) > 1
    if word in _PARDON or word == "hab":
        return True
    if place.direction == "out" or after in _CUES or verbs.strong_imperative(word):
        return True
    asks = "!" in place.sentence.ending or any(other.key in {"bitte", "mal"} for other in place.rest)
    return asks and not word.endswith("e")


def _has_finite(place: Place) -> bool:
    """Whether the clause has a verb of its own, so that its first word is a noun."""
    return any(
        not word.capital
        and (word.key in _FINITE or (verbs.maybe_second_plural(word.key) and not word.key.startswith("ge")))
        for word in place.rest
    )


def _is_about_me(place: Place) -> bool:
    """Whether the form is first person: `ich schau`, `schau ich`, `Prüfe das und melde mich`."""
    words = place.sentence.words
    if any(word.key in _I for word in place.clause):
        return True
    if place.last in {"und", "oder", "sowie"} and any(word.key in _I for word in words[: place.at]):
        return True
    if any(first.key in _REFLECTING and second.key == "mich" for first, second in pairwise(words)):
        return True
    return _drops_ich(place) or (place.word.key in _FOR_MYSELF and place.after == "mir")


def _drops_ich(place: Place) -> bool:
    """`Leite das gleich weiter`, `Schicke die Liste, ich kläre das`, `Frag mich, ob`, `Hab ihn gefragt`."""
    word, after = place.word.key, place.after
    known = {other.key for other in place.sentence.words}
    if word in {"frag", "frage"} and after == "mich":
        return place.direction == "in" or not JOINING.isdisjoint(known)
    if word == "hab":
        return not _wishes(place, known)
    if not word.endswith("e") or word in _PARDON or not _ASKING.isdisjoint(known):
        return False
    return after in _AT_ONCE or _is_pronoun(place, after) or not _I.isdisjoint(known)


def _is_pronoun(place: Place, after: str) -> bool:
    """Whether `das` stands alone, not as the article of a noun."""
    return after == "das" and place.style.nouns and not any(word.capital for word in place.following()[1:3])


def _wishes(place: Place, known: set[str]) -> bool:
    """`Hab Geduld`, `hab einen schönen Tag`, but not `Hab die Fahrer gefragt`."""
    if place.direction == "in":
        return not _WISHED.isdisjoint(known)
    if place.after not in _WISHING or not _LACKED.isdisjoint(known):
        return False
    last = place.rest[-1]
    return last.capital or not last.key.endswith(("t", "en"))


def _asks_by_place(place: Place) -> bool:
    """An unknown word where an imperative stands, with us as object: `Besuch uns`, `Stups mich bitte`."""
    word, after = place.word.key, place.after
    if after == "mich":
        asks = any(other.key in {"bitte", "mal", "doch"} for other in place.sentence.words)
    else:
        asks = after == "uns" or (after == "mir" and not word.endswith("e"))
    if not asks or word in FUNCTION or word.endswith(("en", "n", "t", "te")):
        return False
    if not (place.word.opens or place.last == "bitte") or _is_about_me(place):
        return False
    return place.direction == "out" or not word.endswith("e")


# --- Several people are asked ------------------------------------------------------------------------


def _asks_many(place: Place) -> bool:
    word, after = place.word.key, place.after
    lead = place.sentence.words[place.begin : place.at]
    if "?" in place.sentence.ending or any(known.key not in LEADING or known.key == "und" for known in lead):
        return False
    if any(known.key == "wer" for known in place.sentence.words[: place.at]):  # "Wer kann, bleibt bitte"
        return False
    if verbs.rather_third_person(word):
        return (word, after) in _MEANT or _is_sent_off(place)
    if after in _ARTICLES:  # else a condition: "Zeigt das Gerät einen Fehler, hilft ein Neustart"
        ends = len(place.rest) == len(place.following())
        return ends and place.word.before != CLAUSE
    return after in _PLURAL_CUES and not _has_subject(place)


def _is_sent_off(place: Place) -> bool:
    """`Kommt gut heim`, `Bleibt gesund`, but not `Kommt heute noch rein`."""
    return place.after not in _AT_ONCE and any(word.key in _THIRD_CUES for word in place.rest)


def _has_subject(place: Place) -> bool:
    """`…, schickt uns DHL eine Meldung`: the one who does it stands behind the pronoun."""
    if place.word.before == JOINED or place.word.opens or len(place.rest) < 2:
        return False
    return place.rest[1].capital or place.rest[1].key == "der"
