"""Verbs that show the form of address without a pronoun: informal imperatives, and `kannst uns schreiben`.

Here lives where in a sentence such a verb must stand and what must follow, so that a noun (`Rat`), a
statement that drops its `ich` (`Prüfe das und melde mich`) or its subject (`Freut uns`), or an instruction
(`Rechnung beilegen`) is not taken for one. Polite requests always have their `Sie`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_places import FUNCTION, GREETING, JOINING, LEADING, NO_REQUEST, Place
from resonanz.annotate.german_words import CLAUSE, JOINED, OPENING, keys

if TYPE_CHECKING:
    from resonanz.annotate.german_words import Word

_SUBORDINATING = keys("warum wieso weshalb ob wann wie was dass weil wenn wo")
_I = keys("ich i ick ik ih icke ech bin")
_CUES = keys(
    "bescheid uns mir mich ihm ihn mal doch bitte einfach gern gerne kurz ruhig nochmal noch es dich dir "
    "euch dein deine deinen deinem deiner nochma amol moi amal ma üs eus öis ens"
)
_OBJECTS = keys(
    "den dem die das diesen diese dieses ein eine einen nicht nie sie durch meinen meine mein meinem unseren "
    "unsere unser unserem genug ausreichend"
)
_PREPOSITIONS = keys(
    "bei beim im in am an auf aus für mit nach ohne seit über um unter vom von vor zu zum zur bis gegen"
)
_OBJECTS_OF_ORDERS = _OBJECTS - {"nicht", "nie", "durch"} | keys("ihrem ihrer meiner unserer der euren eurem")
_WELL = keys("gut gesund munter fair ehrlich")
PARTICLES = keys(
    "an ab auf aus ein mit nach vor zu zurück weiter los her hin durch um vorbei rein raus rüber hoch weg "
    "frei fest runter rauf bei dran drauf zusammen hinein heraus hinaus herein herunter herauf hinunter "
    "herum zurecht fort"
)
_WHERE = keys("auf an hier dort nach unter bei im in vor")
_GOING = keys("klick tipp tippe fahr steig pass such")  # "Klick auf den Link", but "Halt auf freier Strecke"
_PLURAL_CUES = keys(
    "uns mir mal doch bitte einfach gern gerne ruhig hier auf in den dem euch eure euren kurz noch nach "
    "unter an es ihn vorbei dran gut weiter gesund rein her mit nicht nie vorsichtig langsam ens mol ma emal "
    "vörbei"
)
_THIRD_CUES = keys(
    "bitte vorbei ruhig mal dran gesund euch her rein heim hause hoch rum rüber treu gewogen neugierig "
    "wachsam"
)
_MEANT = frozenset("stimmt ab,macht weiter,macht's gut,folgt uns,folgt mir,folgt dem".split(","))
_ARTICLES = keys("das die eine ein")
_SUBJECTS = keys("der die das sein seine ihre unser unsere mein meine es man er sie sich")
_GOES_ON = keys(
    "das die der es ihr wir er ich sonst denn damit bevor bis sobald weil und oder falls wenn nicht auch"
)
_SUBJECT_PRONOUNS = keys(
    "es er man wir ich jemand alles das dies niemand keiner sie einer etwas nichts nur sich"
)
_SWISS_DETERMINERS = keys("dis dini dine dinere dem de d dä eus euses eues euri eui mis mini es em")
_CONDITIONS = JOINING - _SUBJECTS
_GOVERNING = _PREPOSITIONS | keys("den dem einen einem euren eurem")
_SOUNDS = keys(
    "lach freu wein träum jubel seufz schmunzel lächel zwinker grübel heul grins kicher"
)  # "*freu*" is what the writer does
_FOREFIELD = keys("dann sonst danach jetzt nun so zuerst vorher ansonsten notfalls ja")
_BRINGING = keys("bringt macht dreht löst haltet")
_REFLECTING = keys(
    "melde freue kümmere bedanke beeile wundere schäme ärgere meld freu kümmer entschuldige fühl fühle"
)
_DONE_TO_ME = keys("verbinde kontaktiere benachrichtige unterstütze verschone überrasche leite")
_FOR_MYSELF = keys(
    "schau schaue guck gucke hol hole kauf kaufe bestell bestelle hör höre such suche merk merke lad lade "
    "notier notiere"
)
_WE = keys("wir wi wa mia mer")
_HOW_TO_SPEAK = keys("mit über nicht nie lauter leiser langsam langsamer deutlich deutlicher")
_TELLING = keys("erzähl red mach lass sag")  # "Erzähl keinen Quatsch"
_URGING = keys("bitte mal halt endlich gefälligst doch")
_PARDON = keys("entschuldige entschuldig verzeih verzeihe")
_REPORTED = keys("es das er sie man der die dies dahingestellt denn ihm ihr ihnen")
_STRAIGHT = keys("gerade gleich sofort soeben hiermit selbst selber")  # "Leite die Fotos gleich weiter"
_WHEN = keys(
    "gleich jetzt heute morgen nie wieder immer seit grade gerade schon noch eben später bald nachher nun "
    "nicht selbst auch langsam kaum"
)
_ON_ONES_OWN = keys("find glaub denk versteh kenn wart steh sitz wohn zahl hör feier wünsch lieb fühl tu hab")
_AT_ONCE = keys(
    "gerade gleich sofort schon eben jetzt soeben hiermit gern gerne noch heute morgen leider nur"
)
_TODAY = keys("heute morgen nachher später")  # "Schicke es heute noch los"
_IT = keys("es ihn sie das")
_SOON_DONE = _AT_ONCE - {"gern", "gerne"}
_ASKING = keys("bitte mal doch uns mir dich dir dein deine deinen einfach")
_WISHING = keys("bitte geduld spaß verständnis dank mut vertrauen keine noch einen ein viel etwas nachsicht")
WISHED = keys("geduld verständnis dank nachsicht erbarmen vertrauen")
_ADVERBS = keys("locker leer still kühl halt sicher reich check fest näher rate koste folgt macht miet")
_LACKED = keys("ahnung lust zeit bock idee plan problem probleme frage fragen")
_NO_STEM = tuple(keys("en n t te e er es em ig lich isch los bar s ung heit keit"))
_FINITE = keys(
    "ist hat wird war kann muss läuft gilt geht kommt soll darf sind haben werden können macht lohnt bleibt"
)
_SOON = keys(
    "gestern heute wann einer einem einigen mehreren letzter anfang ende tagen wochen stunden jahren montag"
)


def addresses_informally(place: Place) -> bool:
    """Whether the verb at `place` says du, or ihr in outgoing texts, without a pronoun beside it."""
    word = place.word
    if (word.capital and not word.opens and not place.shouted) or _is_half_a_noun(place) or _we_go_on(place):
        return False  # a noun, or no request
    if verbs.second_singular(word.key):
        return True
    if verbs.second_plural(word.key) and word.key != "wart" and starts(place) and not _is_since(place):
        return place.direction == "out"
    if verbs.singular_imperative(word.key):
        return not _is_about_me(place) and _asks_one(place)
    if verbs.plural_imperative(word.key) or verbs.swiss_imperative(word.key):
        return place.direction == "out" and _asks_many(place)
    return _asks_by_place(place)


def _is_half_a_noun(place: Place) -> bool:
    """`Dreh- und Angelpunkt`: a hyphen parts the word from `und`."""
    following = place.following()
    return bool(following) and place.after in {"und", "oder"} and following[0].start > place.word.end + 1


def _we_go_on(place: Place) -> bool:
    """`Wi hebbt dat opschreven un kiekt na`: in Low German the form goes with wir, too."""
    if place.last not in {"un", "und"}:
        return False
    return any(word.key == "wi" for word in place.sentence.words[: place.at])


def starts(place: Place) -> bool:
    """Whether the word begins a clause, or follows words that only lead in (`bitte`, `und`, a greeting)."""
    lead = place.sentence.words[place.begin : place.at]
    if place.word.key == "halt" and any(word.key not in LEADING | GREETING for word in lead):
        return False  # "Nehme dann halt den Bus"
    if not lead or place.last in LEADING:
        return True
    return lead[0].key in GREETING | LEADING and all(word.capital for word in lead[1:])


def _is_since(place: Place) -> bool:
    """The misspelling `seid gestern`."""
    return place.word.key == "seid" and (place.after in _SOON or place.after.isdecimal())


# --- One person is asked -----------------------------------------------------------------------------


def _asks_one(place: Place) -> bool:
    word = place.word
    if place.after in _WE | {"euch"} or _is_ours(place) or (not place.rest and _stands_alone(place)):
        return False
    if word.key == "schick":  # elegant, too
        return place.after in _CUES | {"per"} or (place.after in _OBJECTS and starts(place))
    if not starts(place):
        return _asks_within(place)
    if _is_best(place) or _insists(place):
        return not _has_finite(place)
    return _asks_at_start(place)


def _is_ours(place: Place) -> bool:
    """`Schau ma moi`: let us see, in Bavarian."""
    return place.after == "ma" and len(place.rest) > 1 and place.rest[1].key in {"moi", "mal", "amoi"}


def _asks_at_start(place: Place) -> bool:
    word = place.word
    if word.capital and (verbs.likely_noun(word.key) or verbs.noun_without_e(word.key)):
        return place.after in _CUES - {"bitte"} or (place.after in _OBJECTS and not _has_finite(place))
    if verbs.doubtful_imperative(word.key) and word.key != "hab":
        return _asks_in_doubt(place)
    return _asks_clearly(place)


def _is_best(place: Place) -> bool:
    """`Ruf am besten vor acht an`."""
    return place.after == "am" and len(place.rest) > 1 and place.rest[1].key in {"besten", "liebsten"}


def _asks_within(place: Place) -> bool:
    word = place.word
    if word.capital or word.key in _ADVERBS:
        return False
    return (place.after in _CUES and not verbs.doubtful_imperative(word.key)) or _follows_phrase(place)


def _asks_in_doubt(place: Place) -> bool:
    """The word could be a noun as well: what stands behind it must say that it is none."""
    word, after = place.word.key, place.after
    if word.endswith("e") and (after in _WELL or (after == "bitte" and len(place.rest) == 1)):
        return False  # "Ende gut, alles gut", "Ruhe bitte!"
    if word == "sprich":  # else it means "that is"
        return after in _CUES | _HOW_TO_SPEAK
    if after in _CUES | _WELL or _is_small_verb(place) or _ends_with_particle(place):
        return True
    if after in {"was", "etwas"}:  # "Tu was!"
        return word in {"tu", "mach"} or "!" in place.sentence.ending
    wanted = _OBJECTS | _WHERE if word in _GOING else _OBJECTS
    return after in wanted and not _has_finite(place) and not (after == "nicht" and _is_reported(place))


def _is_reported(place: Place) -> bool:
    """`Test nicht bestanden`, `Koch nicht zu stoppen`: a headline."""
    last = place.rest[-1]
    return not last.capital and (last.key.endswith("en") or verbs.participle(last.key))


def _stands_alone(place: Place) -> bool:
    """`*freu*`, and the first of a list of nouns: `Buche, Eiche oder Ahorn`."""
    following = place.following()
    listed = bool(following) and following[0].capital and following[0].before == CLAUSE
    return place.word.key in _SOUNDS or (listed and place.word.capital)


def _follows_phrase(place: Place) -> bool:
    """`Bei Regen nimm den Bus`: behind a phrase that stands where the first part of a statement would."""
    lead = place.sentence.words[place.begin : place.at]
    if lead[0].key not in _PREPOSITIONS or not lead[-1].capital or not place.style.nouns:
        return False
    if place.word.key.endswith("e") or _has_finite(place) or any(word.key in _FINITE for word in lead):
        return False
    return place.after in _CUES | _OBJECTS | _PREPOSITIONS | {"alles", "erst", "lieber"}


def _ends_with_particle(place: Place) -> bool:
    """`Pack Hut und Mantel ein`: the verb's other part closes the clause."""
    rest = [word.key for word in place.rest]
    if place.direction == "in" or place.word.key.endswith("e") or _has_finite(place):
        return False
    if len(rest) > 1 and rest[0] in PARTICLES and rest[1] in {"und", "oder"}:  # "Ruf an oder schreib"
        return True
    return len(rest) > 1 and rest[-1] in PARTICLES and rest[0] not in _PREPOSITIONS | {"und", "oder"}


def _is_small_verb(place: Place) -> bool:
    """`Glückwunsch, fahr vorsichtig`: no noun, for this writer gives nouns a capital."""
    word = place.word.key
    if place.word.capital or not place.style.nouns or word in _ADVERBS or word.endswith("e"):
        return False
    if place.direction == "in" or _has_finite(place):
        return False
    return bool(place.rest) and not place.rest[0].capital


def _asks_clearly(place: Place) -> bool:
    """A customer who drops his `ich` writes the same form: he must ask by something else, too."""
    word, after = place.word.key, place.after
    if (word == "komm" and after == "schon") or (word in _TELLING and after.startswith("kein")):
        return True
    if word == "sei":
        return bool(after) and after not in _REPORTED | {"dank"}
    if word == "schau" and after == "an":
        return len(place.rest) > 1
    if place.direction == "out" or after in _CUES | _WELL or word in _PARDON | {"hab"}:
        return True
    return verbs.strong_imperative(word) or place.last == "bitte" or _orders(place) or _urges(place)


def _urges(place: Place) -> bool:
    """`Mach hin`, `Lass stecken`, and anything with `bitte`, `mal` or an exclamation mark."""
    word, rest = place.word.key, place.rest
    if word.endswith("e"):
        return False
    if rest and word == "lass" and verbs.plural_verb(rest[-1].key) and not place.after.startswith("mein"):
        return True
    if len(rest) == 1 and rest[0].key in PARTICLES:
        return True
    asks = any(other.key in _URGING and not other.capital for other in rest)
    return asks or "!" in place.sentence.ending


def _insists(place: Place) -> bool:
    """`Antworte endlich!`: no statement that lost its `ich`."""
    return place.after == "gefaelligst" or (place.after == "endlich" and "!" in place.sentence.ending)


def _orders(place: Place) -> bool:
    """`Lösch das, da steht es`; a customer who drops his `ich` says when: `Ruf gleich den Anwalt`."""
    word = place.word.key
    if word.endswith("e") or word.removesuffix("'s") in _ON_ONES_OWN:
        return False
    if any(other.key in _WHEN for other in place.rest):
        return False
    return place.after in _OBJECTS_OF_ORDERS or word.endswith("'s")


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
    if any(word.key in _I and not _is_swiss_in(words, word) for word in _own_clause(place)):
        return True
    if _continues_mine(place) or place.last == "man":
        return True
    if place.last in {"und", "oder", "sowie"} and any(word.key in _I for word in words[: place.at]):
        return True
    if any(first.key in _REFLECTING and second.key == "mich" for first, second in pairwise(words)):
        return True
    if place.after == "mir" and any(word.key == "vor" for word in place.rest):  # "Stell mir gerade vor"
        return True
    return _drops_ich(place) or (place.word.key in _FOR_MYSELF and place.after == "mir")


def _is_swiss_in(words: tuple[Word, ...], word: Word) -> bool:
    """`i dis Postfach`: in, not I."""
    at = words.index(word)
    return word.key == "i" and at + 1 < len(words) and words[at + 1].key in _SWISS_DETERMINERS


def _continues_mine(place: Place) -> bool:
    """`Bin gern draußen, wander viel`: a customer's list of what he does."""
    words = place.sentence.words
    if place.direction == "out" or place.word.before != CLAUSE or place.after in _ASKING:
        return False
    return words[0].key not in _CONDITIONS and words[0].key in _I | {"habe", "hab"}


def _own_clause(place: Place) -> tuple[Word, ...]:
    """The clause without what a conjunction adds to it where the writer sets no comma."""
    rest = place.rest
    end = next((at for at in range(1, len(rest)) if _adds(rest, at)), len(rest))
    return (*place.sentence.words[place.begin : place.at], *rest[:end])


def _adds(words: tuple[Word, ...], at: int) -> bool:
    """Whether another clause begins at `at`: `warum ich`, `oder ich`."""
    if words[at].key in {"oder", "und", "sonst"}:
        return at + 1 < len(words) and words[at + 1].key in _I
    return words[at].key in _SUBORDINATING


def _drops_ich(place: Place) -> bool:
    """`Leite das gleich weiter`, `Schicke die Liste, ich kläre das`, `Frag mich, ob`, `Hab ihn gefragt`."""
    word, after = place.word.key, place.after
    known = {other.key for other in place.sentence.words}
    if word in {"frag", "frage"} and after == "mich":
        return place.direction == "in" or not JOINING.isdisjoint(known)
    if word == "hab":
        return not _wishes(place, known)
    if not word.endswith("e") or word in _PARDON:
        return False
    if not _ASKING.isdisjoint(known) or (word == "warte" and _is_until(place)):
        return after in {"spaeter", "nachher"}  # "Schaue später noch mal rein"
    if place.direction == "in":
        asks = after == "mich" and (word in _DONE_TO_ME or "!" in place.sentence.ending)
        return not (asks or _insists(place))
    return _company_drops_ich(place, known)


def _is_until(place: Place) -> bool:
    """`Warte kurz`, `warte ab`, and of a company `Warte noch bis Montag`."""
    until = place.direction == "out" and any(word.key == "bis" for word in place.rest)
    return until or place.after in {"kurz", "ab"}


def _company_drops_ich(place: Place, known: set[str]) -> bool:
    """`Halte Sie auf dem Laufenden`, `Schicke es heute noch los`; not `Ändere sofort das Passwort!`."""
    after = place.after
    if "?" in place.sentence.ending or after in {"sie", "ihnen"}:
        return True
    if "!" in place.sentence.ending and after in _AT_ONCE:
        return not any(other.capital for other in place.rest)
    if after in _AT_ONCE or _is_pronoun(place, after) or not _I.isdisjoint(known):
        return True
    straight = _STRAIGHT | _TODAY if after in _IT else _STRAIGHT
    return any(other.key in straight for other in place.rest)


def _is_pronoun(place: Place, after: str) -> bool:
    """Whether `das` stands alone, not as the article of a noun."""
    return after == "das" and place.style.nouns and not any(word.capital for word in place.following()[1:3])


def _wishes(place: Place, known: set[str]) -> bool:
    """`Hab Geduld`, `hab einen schönen Tag`, but not `Hab die Fahrer gefragt`."""
    if place.direction == "in":
        return not WISHED.isdisjoint(known)
    if place.after not in _WISHING or not _LACKED.isdisjoint(known):
        return False
    last = place.rest[-1]
    return last.capital or not last.key.endswith(("t", "en"))


def _asks_by_place(place: Place) -> bool:
    """An unknown word where an imperative stands: `Besuch uns`, `Stups mich bitte`, `hak dort mal nach`."""
    word = place.word.key
    if _is_parted(place):
        return True
    if not _asks_for_us(place) or word in FUNCTION or word.endswith(NO_REQUEST):
        return False
    if place.after == "doch":
        return starts(place) and not _is_about_me(place)
    if not (place.word.opens or place.last == "bitte") or _is_about_me(place):
        return False
    return place.direction == "out" or not word.endswith("e")


def _asks_for_us(place: Place) -> bool:
    word, after = place.word.key, place.after
    if after == "mich":
        return any(other.key in {"bitte", "mal", "doch"} for other in place.sentence.words)
    if after == "mal":  # "Wackel mal am Kabel", but not "Urlaub mal anders"
        second = place.rest[1].key if len(place.rest) > 1 else ""
        return not word.endswith("e") and second in _PREPOSITIONS | _ARTICLES | {"den"}
    if after in {"den", "einen", "deinen"}:
        return _takes(place)
    if after == "doch":  # "kapier doch bitte"
        return len(place.rest) > 1 and place.rest[1].key in {"bitte", "mal", "einfach", "endlich"}
    return after == "uns" or (after in {"mir", "ihn"} and not word.endswith("e"))


def _points(word: str) -> bool:
    """`darauf`, `hiervon`, `womit`: no verb; nor is a number."""
    return word.isdecimal() or any(
        word.removeprefix(start) in _PREPOSITIONS for start in ("da", "dar", "hier", "wo", "wor")
    )


def _takes(place: Place) -> bool:
    """`Entstaub den Lüfter`, but not `Dank den Helfern`: an unknown verb and its object."""
    word = place.word.key
    if place.direction == "in" or place.last or word.endswith(_NO_STEM) or _points(word):
        return False
    if _has_finite(place) or (verbs.plural_verb(place.rest[-1].key) and not place.rest[-1].capital):
        return False  # "Sonntag den Hof fegen"
    noun = next((word for word in place.rest if word.capital), None)
    return noun is not None and not noun.key.endswith(("n", "s"))


def _is_parted(place: Place) -> bool:
    """`aber hak dort noch mal nach`: an unknown verb that begins the clause, its particle ends it."""
    word, rest = place.word, place.rest
    if place.direction == "in" or len(rest) < 2 or rest[-1].key not in PARTICLES or not starts(place):
        return False
    if word.key in FUNCTION or word.key.endswith(_NO_STEM) or verbs.plural_verb(word.key):
        return False
    if _has_finite(place) or _is_about_me(place):
        return False
    wanted = _OBJECTS if word.capital or not place.style.nouns else _CUES | _OBJECTS | _WHERE
    return place.after in wanted


# --- Several people are asked ------------------------------------------------------------------------


def _asks_many(place: Place) -> bool:
    word, after = place.word.key, place.after
    lead = {known.key for known in place.sentence.words[place.begin : place.at]}
    before = {
        known.key for known in place.sentence.words[: place.at]
    }  # "Wenn ihr Gas riecht, … und ruft an!"
    opening = LEADING if place.begin == 0 or not before.isdisjoint({"ihr", "euch"}) else LEADING - {"und"}
    if _is_question(place) or lead - opening or after in _WE or _has_subject_before(place):
        return False
    if verbs.swiss_imperative(word):
        return bool(after) and not place.rest[0].capital and starts(place)  # "Lueged emal", "Lueged Si"
    if verbs.rather_third_person(word):
        return f"{word} {after}" in _MEANT or _is_sent_off(place)
    if lead & _FOREFIELD and _is_told(place):
        return False
    if after in _ARTICLES:
        return _asks_for_thing(place)
    alone = place.word.before == CLAUSE and not _is_done(place) and _lacks_subject(place)
    return alone or _has_plural_cue(place)


def _is_question(place: Place) -> bool:
    """Whether a question mark closes the sentence; in `Stimmt ab: Welche Farbe?` it belongs to the rest."""
    opens = any(word.before == OPENING for word in place.following())
    return "?" in place.sentence.ending and not opens


def _is_done(place: Place) -> bool:
    """`Prognosen, veröffentlicht am Dienstag`: a participle behind its noun, and no condition before it."""
    return verbs.participle(place.word.key) and place.sentence.words[0].key not in _CONDITIONS


def _has_subject_before(place: Place) -> bool:
    """`Wer kann, bleibt bitte`: what stands before does it."""
    return any(known.key == "wer" for known in place.sentence.words[: place.at]) or _goes_on(place)


def _goes_on(place: Place) -> bool:
    """`Die Kollegin kennt den Ablauf, fragt aber nach`: the clause before has the subject."""
    if place.word.before != CLAUSE:
        return False
    before = Place(place.sentence, place.at - 1, [], place.style, place.direction).clause
    if before[0].key in _CONDITIONS:
        return False
    third = [word.key for word in before[1:] if not word.capital]
    return _has_own_subject(before) and any(verbs.maybe_second_plural(word) for word in third)


def _has_own_subject(clause: tuple[Word, ...]) -> bool:
    if clause[0].key in _SUBJECTS:
        return not any(word.key in LEADING - {"so"} for word in clause)
    named = len(clause) > 1 and clause[0].capital and clause[0].key not in FUNCTION | LEADING | GREETING
    return named and verbs.maybe_second_plural(clause[1].key)


def _asks_for_thing(place: Place) -> bool:
    """`Schneidet die Blumen`, but not `Zeigt das Gerät einen Fehler, hilft ein Neustart`."""
    if place.after == "die" and len(place.rest) > 1 and place.rest[1].key.endswith(("en", "ern", "eln")):
        return True  # several things cannot do what a verb in -t says
    return place.word.before != CLAUSE and not _sets_condition(place)


def _has_plural_cue(place: Place) -> bool:
    word, after = place.word.key, place.after
    if verbs.participle(word) and not place.last and not word.endswith("iert"):  # "Verpackt in Folie"
        return after in _ASKING or (after == "nicht" and "!" in place.sentence.ending)
    if _is_best(place) or _joins_us(place) or _has_object(place) or _is_called_out(place):
        return True
    return after in _PLURAL_CUES and not _has_subject(place)


def _is_called_out(place: Place) -> bool:
    """`Speichert vorher ab!`, `Spendet jetzt Decken!`: nothing that could be the subject."""
    if "!" not in place.sentence.ending or not starts(place):
        return False
    if place.after == "jetzt":
        return _SUBJECTS.isdisjoint(word.key for word in place.rest)
    return bool(place.rest) and place.rest[-1].key in PARTICLES and _lacks_subject(place)


def _has_object(place: Place) -> bool:
    """`Probiert im Hofladen den Käse`: an object, and nothing that could be the subject."""
    pairs = pairwise(word.key for word in place.rest)
    return _lacks_subject(place) and any(
        second in {"den", "einen", "euren"} and first not in _PREPOSITIONS for first, second in pairs
    )


def _joins_us(place: Place) -> bool:
    """`Backt am Sonntag mit uns Brot`."""
    pairs = pairwise(word.key for word in place.rest)
    return ("mit", "uns") in pairs and place.after in _PREPOSITIONS


def _sets_condition(place: Place) -> bool:
    """Whether what follows the clause can be a main clause with its verb first, or begins with `dann`."""
    following = place.following()[len(place.rest) :]
    return bool(following) and following[0].key not in _GOES_ON | JOINING


def _lacks_subject(place: Place) -> bool:
    """`Wenn die Tür klemmt, drückt fest gegen den Rahmen`: nothing in the clause could do it."""
    rest = place.rest
    if len(rest) < 2 or not _SUBJECT_PRONOUNS.isdisjoint(word.key for word in rest):
        return False
    return all(
        not word.capital or any(before.key in _GOVERNING for before in rest[max(0, at - 3) : at])
        for at, word in enumerate(rest)
    )


def _is_told(place: Place) -> bool:
    """`danach löscht die App alles`, `dann sagt mir seine Mutter`: a statement, with its own subject."""
    rest = {word.key for word in place.rest}
    return not rest.isdisjoint(_SUBJECTS) and rest.isdisjoint({"bitte", "doch", "einfach", "gern", "gerne"})


def _is_sent_off(place: Place) -> bool:
    """`Kommt gut heim`, `Bleibt gesund`, but not `Kommt heute noch rein`."""
    if place.after in _SUBJECTS - {"die", "das"} or place.word.key.endswith("ts"):
        return False
    if place.word.key in {"stimmt", "passt", "reicht"}:  # "Reicht uns bitte die Nummer nach"
        return place.word.key == "reicht" and any(word.key == "bitte" for word in place.rest)
    if any(first.key == "alle" and not second.capital for first, second in pairwise(place.rest[:4])):
        return True  # "Kommt doch alle her", but not "Kommt alle Jahre"
    if place.word.key in _BRINGING and len(place.rest) > 1 and place.rest[-1].key in PARTICLES:
        return any(word.capital for word in place.rest) and place.after not in _SOON_DONE
    second, last = ([word.key for word in place.rest[index:][:1]] for index in (1, -1))
    good = place.after == "gut" and not {"in", "ins", "durch", "nach"}.isdisjoint(second)
    if good or (place.word.key == "kommt" and any(map(verbs.asked_of_people, last))):
        return True  # "Kommt gut ins neue Jahr", "Kommt uns besuchen!"
    return place.after not in _SOON_DONE and any(word.key in _THIRD_CUES for word in place.rest)


def _has_subject(place: Place) -> bool:
    """`…, schickt uns DHL eine Meldung`: the one who does it stands behind the pronoun."""
    if place.word.before == JOINED or place.word.opens or len(place.rest) < 2:
        return False
    return place.rest[1].capital or place.rest[1].key == "der"
