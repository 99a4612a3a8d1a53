"""What `sie` and `ihr` may refer to, and whether a `Sie` that opens a sentence means the reader after all.

German writes `Sie kommen morgen` for the parcels and for the reader alike. Here lives what was named
before (several things, a woman), and how the sentence itself tells the two apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_persons import (
    FEMALE,
    NO_WOMAN,
    OTHERS,
    PEOPLE_IN_DATIVE,
    STAFF,
    TEAMS,
    THINGS_IN_A,
    WOMEN,
    WOMENS_NAMES,
    Kind,
    kind_of,
)
from resonanz.annotate.address_places import FUNCTION, GREETING, LEADING
from resonanz.annotate.german_words import CLAUSE, JOINED, OPENING, SENTENCE, keys

if TYPE_CHECKING:
    from resonanz.annotate.address_places import Place
    from resonanz.annotate.german_words import Word

_PLURAL_ARTICLES = keys(
    "die alle viele unsere meine diese einige mehrere beide manche keine deine eure ihre seine jene"
)
_COUNTING = keys(
    "zwei drei vier fünf sechs sieben acht neun zehn zwölf alle viele einige mehrere beide manche paar"
)
_WE = keys("wir sie")
_ONLY = keys("nur auch noch bisher derzeit aktuell insbesondere")
_ONE_THING = keys(
    "der das ein eine einen einer den zur zum im am vom beim ins ans mein unser dein sein kein jede jeder "
    "jeden keinen meinen unseren unsern deinen ihren seinen diesen dieser meiner unserer deiner ihrer seiner "
    "herr frau liebe lieber hallo familie ihre"
)
_NO_NOUN = FUNCTION | _PLURAL_ARTICLES | _COUNTING | keys("sie ihr ihnen ihrem ihren ihrer ihres")
_TO_THEM = keys(
    "allen vielen einigen mehreren beiden unseren unsern meinen diesen den manchen zwei drei vier"
)
_MEASURES = keys(
    "tage tagen wochen woche stunden stunde minuten monate monaten jahre jahren euro prozent sekunden "
    "werktage werktagen uhr meter kilometer"
)
_WITH = keys("mit von bei zu aus nach")
_CONCERNING = keys("wegen bezüglich betreffs hinsichtlich zu")
_MANY = ("e", "en", "er", "s", "n", "el")
_MANY_WITH_ARTICLE = ("en", "ern", "eln", "er")
_SINGULAR_ER = tuple(keys("nummer dauer steuer mutter tochter schwester ziffer feier mauer kammer leiter"))
_FEMALE_ARTICLES = keys("die eine meine unsere deine ihre diese seine eure")
_TO_HER = keys("der einer meiner unserer deiner ihrer dieser seiner eurer")
_FROM = keys("aus von vom in im an am auf bei beim zur zum für mit der des")
_ABOUT_HER = keys("an von mit für durch dank")
_NO_PERSON_BEHIND = (
    _ONE_THING | _PLURAL_ARTICLES | _TO_HER | keys("in nach aus bis richtung per bei ab zwischen")
)
_SINGULAR = keys(
    "ist hat wird war hatte wurde kann muss soll will darf kommt geht liegt steht läuft meldet "
    "kam ging lag stand lief blieb fiel fand gab hielt rief schrieb begann musste konnte sollte wollte"
)


def refers_back(place: Place, *, women: bool = True) -> bool:
    """Whether something was named before that `sie` or `ihr` could mean: several things, or a woman."""
    named = _referents(place)
    if not women:
        named -= {"woman", "name", "feminine", "owner"}
    return bool(named)


def names_many_alone(words: tuple[Word, ...]) -> bool:
    """Whether `words` are no more than several things: `unsere Pakete`, `die ersten Beeren des Jahres`."""
    if not words or words[0].key not in _PLURAL_ARTICLES:
        return False
    noun = _noun_behind(words, 0)
    if noun is None or not words[noun].key.endswith(_MANY):
        return False
    return not any(_does(words, at) or _plural_at(words, at) for at in range(noun + 1, len(words)))


def woman_before(place: Place) -> bool:
    """Whether a woman, or one thing of feminine gender, was spoken of before."""
    return not _referents(place).isdisjoint({"woman", "feminine"})


Referent = Kind | Literal["woman", "name", "feminine", "owner"]
_PERSONS: frozenset[Referent] = frozenset({"staff", "others", "animals", "woman", "name"})


def _referents(place: Place) -> set[Referent]:
    """What was named before that `sie` or `ihr` could mean."""
    named = {_named(words, at) for words in place.before for at in range(len(words))}
    known: set[Referent] = {referent for referent in named if referent}
    if place.word.key == "sie" and "things" not in known and _may_be_done_by_things(place):
        return known | {"things"}
    return known


def _may_be_done_by_things(place: Place) -> bool:
    """Whether something was named that may be several, and what is done tells it from a single one."""
    candidates = [
        (words, at) for words in place.before for at in range(len(words)) if _may_name_many(words, at)
    ]
    if not candidates or _done_by_things(place):
        return bool(candidates)
    rest = [word.key for word in place.rest]
    if not place.word.opens or place.shouted or not rest or _reader_does(rest, place, {"things"}):
        return False
    does = rest[0] in _ARE or rest[0] in _THINGS_DO
    return any(
        _is_object(words, at) and (does or not words[at].key.endswith("e")) for words, at in candidates
    )


def _named(words: tuple[Word, ...], at: int) -> Referent | None:
    if _names_woman(words, at):
        return "woman"
    return _named_many(words, at) or _named_one(words, at)


def _named_many(words: tuple[Word, ...], at: int) -> Referent | None:
    if _names_many(words, at):
        noun = _noun_behind(words, at)
        return "others" if noun is None else kind_of(words[noun].key)
    if _are_many(words, at) or _are_two(words, at) or _gets(words, at):
        return "others"
    if words[at].key.endswith(TEAMS) and at and words[at - 1].key in {"die", "der"}:
        return "staff"
    if _is_topic(words, at):
        return kind_of(words[-1].key)
    if _is_asked_about(words, at):
        return kind_of(words[at].key)
    return "things" if _is_with_many(words, at) else None


def _named_one(words: tuple[Word, ...], at: int) -> Referent | None:
    if _is_first_name(words, at):
        return "name"
    if _names_feminine(words, at):
        return "feminine"
    return "owner" if _names_owner(words, at) else None


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
        return not word.shouted and _is_bare_plural(words, at)
    if word.key not in _PLURAL_ARTICLES or any(other.key in {"seid", "bist"} for other in words):
        return False
    described = noun - at > 1 and words[noun - 1].key.endswith("en") and known.endswith(_MANY)
    if described or known.endswith(_MANY_WITH_ARTICLE):  # "die roten Bänke", but "die rote Bank"
        return described or not known.endswith(_SINGULAR_ER) or _agrees(words, at, noun)
    return known.endswith(STAFF + OTHERS) or _agrees(words, at, noun)


def _is_bare_plural(words: tuple[Word, ...], at: int) -> bool:
    """`Pakete sind da`, `betroffen sind nur Pakete`: a bare plural, and the verb that agrees."""
    before = words[at - 1].key if at and words[at].before == JOINED else ""
    if _plural_at(words, at + 1):
        whose = words[at + 2].key if at + 2 < len(words) else ""
        return before not in _ONE_THING and whose not in _WE
    if not words[at].key.endswith(_MANY) or any(word.key in _WE | {"ich"} for word in words):
        return False
    verb = at - 2 if before in _ONLY or before.endswith("e") else at - 1
    return verb > 0 and words[verb + 1].before == JOINED and verbs.common_plural_verb(words[verb].key)


def _are_many(words: tuple[Word, ...], at: int) -> bool:
    """`dass viele warten`, `einige haben`: a number of people without a noun, and the verb that agrees."""
    if words[at].key not in _COUNTING or (at and words[at - 1].key in _WE):
        return False
    end = at + 1
    while end < len(words) and words[end].before == JOINED and not words[end].capital:
        end += 1
    if end < len(words) and words[end].capital and words[end].before == JOINED:
        return _plural_at(words, at + 1)
    return end > at + 1 and (verbs.plural_verb(words[end - 1].key) or _plural_at(words, at + 1))


def _are_two(words: tuple[Word, ...], at: int) -> bool:
    """`Tim und seine Kollegin verlegen`, `heute kochen Tim und Eva`: two, and the verb that agrees."""
    if words[at].key != "und" or not 0 < at < len(words) - 1 or not words[at - 1].capital:
        return False
    noun = _noun_behind(words, at + 1)
    if noun is None or any(word.key in _WE | {"ich"} for word in words):
        return False
    end = noun + 1
    if end < len(words) and words[end].before == JOINED and not words[end].capital:
        return verbs.plural_verb(words[end].key)
    return any(
        not word.capital and (verbs.common_plural_verb(word.key) or verbs.asked_of_people(word.key))
        for word in words[: at - 1]
    )


def _gets(words: tuple[Word, ...], at: int) -> bool:
    """`dankt allen Helferinnen`, `mit vielen Kunden`: people in the dative."""
    noun = _noun_in_dative(words, at)
    return noun is not None and words[noun].key.endswith(PEOPLE_IN_DATIVE)


def _is_with_many(words: tuple[Word, ...], at: int) -> bool:
    """`mit den Stühlen`: no singular looks so behind such a preposition."""
    noun = _noun_in_dative(words, at)
    if noun is None or not at or words[at].before != JOINED or not words[noun].key.endswith(("n", "s")):
        return False
    return words[at - 1].key in _WITH and words[noun].key not in _MEASURES


def _noun_in_dative(words: tuple[Word, ...], at: int) -> int | None:
    if words[at].key not in _TO_THEM or at + 1 >= len(words):
        return None
    return _noun_behind(words, at + 1)


def _is_topic(words: tuple[Word, ...], at: int) -> bool:
    """`Die Pakete?` and `Wegen der Akten:`, several things and no more in the sentence."""
    article = words[at].key
    if article not in _PLURAL_ARTICLES and article not in {"der", "den"}:
        return False
    start = at - 1 if at and words[at - 1].key in _CONCERNING else at
    if words[start].before < SENTENCE or (start == at and article in {"der", "den"}):
        return False
    noun = _noun_behind(words, at)
    return noun is not None and noun + 1 == len(words) and words[noun].key.endswith(_MANY)


def _is_asked_about(words: tuple[Word, ...], at: int) -> bool:
    """`Bücher bitte nicht knicken`: what a request in the infinitive begins with."""
    word, last = words[at], words[-1]
    if word.before < OPENING or not word.capital or word.key in _NO_NOUN or not word.key.endswith(_MANY):
        return False
    asks = any(other.key in {"bitte", "nicht", "nie"} for other in words[at:])
    return asks and not last.capital and verbs.plural_verb(last.key)


def _may_name_many(words: tuple[Word, ...], at: int) -> bool:
    """`die Preise`, `neue Räder`: only the verb behind `sie` can tell it from `die Anfrage`."""
    word = words[at]
    if not word.capital or word.key in _NO_NOUN or not word.key.endswith(_MANY):
        return False
    before = words[at - 1].key if at and word.before == JOINED else ""
    return before not in _ONE_THING and not before.endswith(("em", "es"))


def _is_object(words: tuple[Word, ...], at: int) -> bool:
    """`wir haben die Briefe`: behind its article, and nothing in the sentence says that it is one."""
    if not at or words[at].before != JOINED or words[at - 1].key not in _PLURAL_ARTICLES:
        return False
    return not any(_does(words, verb) and not verbs.participle(words[verb].key) for verb in range(len(words)))


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
    if following.endswith(STAFF + OTHERS) and not words[at].capital:
        return True
    if at and verbs.plural_verb(words[at - 1].key) and following.endswith(_MANY_WITH_ARTICLE):
        return words[at].before == JOINED and _WE.isdisjoint(word.key for word in words[:at])
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
    """A woman who is spoken of, not to."""
    word = words[at]
    if word.key == "frau":
        titled = at + 2 < len(words) and words[at + 2].capital and words[at + 2].before == JOINED
        verb = at + (3 if titled else 2)
        return _article_before(words, at) or _does(words, verb) or _is_within(words, at, verb)
    if word.capital and word.key.endswith(WOMEN) and word.key not in FEMALE:
        return _article_before(words, at)
    if word.capital and word.key.endswith("in") and _is_praised(words, at):
        return True
    if word.key in FEMALE or (word.capital and word.key.endswith("in")):
        begins = at == 0 or words[at - 1].key in GREETING
        return _article_before(words, at) or (word.key in FEMALE and (not begins or _does(words, at + 2)))
    return False


def _is_praised(words: tuple[Word, ...], at: int) -> bool:
    """`Super nette Bäckerin heute`."""
    if not at or words[0].key in GREETING or words[at].key.endswith(NO_WOMAN) or words[at].key == "hin":
        return False
    return (
        words[at].before == JOINED and words[at - 1].key.endswith("e") and words[at - 1].key not in _ONE_THING
    )


def _is_within(words: tuple[Word, ...], at: int, behind: int) -> bool:
    """`das hat Frau Abel`, `Frau Abel aus der Küche`: nobody is spoken to like this."""
    if at:
        before = words[at - 1]
        spoken_to = before.key in GREETING | LEADING or (before.capital and before.key not in _SINGULAR)
        return words[at].before == JOINED and not spoken_to
    return _is_from(words, behind)


def _is_from(words: tuple[Word, ...], at: int) -> bool:
    return at < len(words) and words[at].before == JOINED and words[at].key in _FROM


def _is_first_name(words: tuple[Word, ...], at: int) -> bool:
    """`Das freut Svea`, `Nele kommt`, `an Eva`, `unser Mitglied Tabea Krull`: she is spoken of."""
    word = words[at]
    if not word.capital or word.shouted:
        return False
    if word.key not in WOMENS_NAMES and (not word.key.endswith("a") or word.key.endswith(THINGS_IN_A)):
        return False
    if at == 0 or word.before != JOINED:
        return _does(words, at + 1) or (at == 0 and _is_from(words, 1))
    before = words[at - 1]
    if before.key in _ABOUT_HER:
        return True
    adjective = not before.capital and before.key.endswith(("e", "en"))
    if adjective or before.key in _NO_PERSON_BEHIND or words[0].key in GREETING:
        return False
    return any(_does(words, other) for other in range(len(words)))


def _names_feminine(words: tuple[Word, ...], at: int) -> bool:
    """One thing of feminine gender that does the verb: `die neue App ist`."""
    if words[at].before != SENTENCE or words[at].key not in _FEMALE_ARTICLES:
        return False
    noun = _noun_behind(words, at + 1)
    if noun is None or words[at + 1].before != JOINED:
        return False
    if noun + 1 < len(words) and words[noun + 1].key in _FROM:
        return any(_does(words, verb) for verb in range(noun + 2, noun + 7))
    return _does(words, noun + 1)


def _names_owner(words: tuple[Word, ...], at: int) -> bool:
    """`der Umzug der Bücherei`: what something belongs to, and more may."""
    if words[at].key not in _TO_HER or not at or words[at].before != JOINED or not words[at - 1].capital:
        return False
    return at + 1 < len(words) and words[at + 1].capital and words[at + 1].before == JOINED


def _does(words: tuple[Word, ...], at: int) -> bool:
    """Whether a verb in the singular stands at `at`, in the clause of the word before."""
    if at >= len(words) or words[at].before != JOINED or words[at].capital:
        return False
    return words[at].key in _SINGULAR or verbs.maybe_second_plural(words[at].key)


def _article_before(words: tuple[Word, ...], at: int) -> bool:
    articles = _FEMALE_ARTICLES if words[at].key.endswith(NO_WOMAN) else _FEMALE_ARTICLES | _TO_HER
    return any(before.key in articles for before in words[max(0, at - 2) : at])


# What belongs to the reader in a company's replies; compounds end so (`Kundennummer`).
READERS_OWN = tuple(
    keys(
        "nummer bestellung anfrage nachricht anliegen konto vertrag daten rechnung paket sendung mail "
        "adresse feedback hilfe geduld verständnis meinung beschwerde termin ticket buchung tarif reise "
        "zahlung erstattung gutschrift wunsch frage fragen idee hinweis vertrauen team rückmeldung "
        "unterlagen anschluss service antwort"
    )
)
_HERS = keys("meinung team reise idee ideen hilfe service geduld wunsch")  # a woman has them as well
_FIRMS = tuple(keys("hotline kundendienst support website warteschleife app onlineshop"))
_COMPANYS = tuple(keys("antwort rechnung rückmeldung nachricht mail nummer"))
_DOES_GLADLY = keys(
    "dürfen möchten erhalten bekommen finden sehen brauchen benötigen erreichen wählen klicken hören kennen "
    "sparen"
)
_DOES_TOO = keys("können haben müssen wollen wissen sollten")
_ABOUT = keys(
    "uns mir mich bitte jederzeit gern gerne dort hier dazu darüber dafür diese dieses sie es ihn selbst"
)
_DONE_TO = keys(
    "gefilmt beobachtet bedient betreut begrüßt eingeladen gefragt benachrichtigt informiert kontaktiert "
    "angerufen verbunden gebeten zurückgerufen angeschrieben"
)


# What a thing has and a reader hardly: parts, measures, and what becomes of it.
_OF_THINGS = tuple(
    keys(
        "heit keit schaft dauer laufzeit preis preise vorteil vorteile nachteil nachteile name namen "
        "farbe größe inhalt zahl reichweite versorgung verbrauch spannung temperatur auflösung anzahl "
        "ziel wirkung ankunft abfahrt verspätung verkauf produktion herkunft gewicht maße zustand "
        "qualität besitzer inhaber ende anfang start umbau sanierung nachfolger vorgänger fassade "
        "steuerung motor technik funktion funktionen bedienung form inhalte titel wert autor herausgeber "
        "chefin hersteller motto betreiber betreiberin leiter leiterin fahrer fahrerin gründer gründerin "
        "eröffnung oberfläche rückseite vorderseite spitze kosten folgen ursache ursachen zutaten akku "
        "akkus batterie batterien deckel abriss bau ausbau einbau transport austausch betrieb einsatz "
        "verlauf umfang aufbau wiederaufbau kette rad räder griff henkel knopf display bildschirm gehäuse "
        "scheibe rahmen sitz lehne fenster wand turm mauer ecke kante kern schale blätter blüten früchte "
        "wurzeln stamm wände bremse bremsen öffnungszeiten stärke stärken schwäche schwächen macher länge "
        "breite höhe tiefe dach türen räume mitglieder verbleib fundort echtheit bestand umsatz gründung "
        "repertoire auftritt spielplan besetzung flotte gebäude urteil fazit rolle nest gehege fell "
        "gefieder junges jungen nachwuchs revier stall käfig futter halsband fohlen kalb"
    )
)
_THINGS_DO = tuple(
    keys(
        "steigen sinken kommen fahren gehen bleiben stehen liegen passen gelten ausfallen entfallen fehlen "
        "laufen halten dauern reichen kosten verkehren funktionieren starten enden verfallen ankommen sein "
        "eintreffen erscheinen abweichen variieren enthalten aussehen trocknen abkühlen reifen schmecken "
        "riechen leuchten blinken wiegen bestehen gehören hängen wirken klemmen brennen platzen reißen "
        "tauchen springen klingen rutschen rollen kippen sitzen ruhen kleben frieren blühen schmelzen "
        "schließen öffnen wachsen helfen warten drehen zeigen lösen werden wechseln schützen lohnen"
    )
)
_THINGS_DO_APART = tuple(keys("aussehen ausfallen ankommen abfahren abweichen zunehmen"))
_THINGS_DID = tuple(
    keys(
        "gestiegen gesunken gefallen abgelaufen angekommen eingetroffen ausgefallen kaputt leer voll teurer "
        "billiger teuer defekt verfallen gekommen gefahren geliefert vergriffen ausverkauft unterwegs "
        "erschienen gebraucht hoch niedrig fertig lieferbar verfügbar da weg gültig hübsch lecker kalt warm "
        "alt neu schmutzig pünktlich verspätet gestrichen"
    )
)
_THINGS_ONLY_DO = keys(
    "steigen sinken stehen liegen passen gelten fehlen reichen kosten verkehren funktionieren enden "
    "verfallen erscheinen variieren enthalten trocknen reifen schmecken riechen leuchten blinken wiegen "
    "bestehen gehören hängen wirken klemmen brennen platzen wachsen zeigen dauern standen lagen galten "
    "kosteten hingen fehlten"
)
_ONLY_OF_PEOPLE = keys("richtig falsch goldrichtig daneben schlange leitung ihnen ihr ihre ihren")
_CUSTOMERS_DO = keys(
    "zahlen bezahlen buchen bestellen nutzen tauschen machen verlangen behaupten geben senden schicken "
    "überweisen unterschreiben kündigen sparen wissen meinen schreiben fragen irren kaufen verwenden "
    "vergessen lesen rufen holen nehmen legen stellen klicken tippen riskieren verpassen verlieren gefährden"
)
_DONE_TO_THINGS = tuple(
    keys(
        "stellt liefert schickt sandt baut druckt setzt packt räumt tauscht repariert putzt reinigt legt "
        "hängt öffnet füllt nutzt verteilt erneuert teurer billiger gebucht strichen waschen gestrichen "
        "verkauft"
    )
)
_HAS = keys(
    "glück recht pech anspruch zeit fragen wahl möglichkeit bedenken interesse lust geduld aufenthalt "
    "anschluss vorrang frist"
)
_HAS_DONE = tuple(
    keys(
        "bestellt gekauft gebucht gewählt bezahlt geschrieben erhalten bekommen angegeben gemeldet gefragt "
        "gesagt getan gemacht gehört gelesen storniert reklamiert gesehen gefunden vergessen verpasst "
        "bemerkt übersehen eingegeben gewonnen versucht probiert geschickt gesendet verstanden geholfen"
    )
)
_IS = keys(
    "eingeladen willkommen zufrieden berechtigt unsicher sicher spät früh enttäuscht dran verpflichtet"
)
_ACCUSATIVE = keys("den einen meinen unseren diesen keinen ihn uns")
_PLEASED = keys("gefehlt gefallen geschmeckt gedient genützt")  # with a dative: "uns gefehlt"
_HAVE = keys("haben hatten hätten")
_ARE = keys("sind waren wären")
_MODALS = keys("können müssen wollen sollen sollten könnten müssten wollten dürfen dürften möchten")


def speaks_to_reader(place: Place) -> bool:
    """Whether a `Sie` or `Ihr` that could refer back means the reader by what he does or what is his."""
    named = _referents(place)
    if place.word.key == "sie":
        return _reader_does([word.key for word in place.rest], place, named)
    if place.word.key == "ihnen":
        return named.isdisjoint({"staff", "others"})
    nouns = [word.key for word in place.following()[:3] if word.capital]
    hers = not named.isdisjoint({"woman", "name"})
    if place.direction == "in" and any(noun.endswith(_FIRMS) for noun in nouns):
        return True
    if any(
        noun.endswith(READERS_OWN) and not (hers and (noun in _HERS or _is_writers(place, noun)))
        for noun in nouns
    ):
        return True
    return bool(nouns) and named.isdisjoint(_PERSONS) and not _is_a_things(place, nouns[0])


def _is_writers(place: Place, noun: str) -> bool:
    """`Ihr Anschluss`, which no company has, where somebody writes to one."""
    return place.direction == "in" and not noun.endswith(_COMPANYS)


def is_called_by_name(place: Place) -> bool:
    """`Sie sind dabei, liebe Frau Kilic!`: the sentence names the one it speaks to."""
    following = place.following()
    return any(
        word.key in {"herr", "frau"}
        and following[at + 1].capital
        and (word.before == CLAUSE or (at and following[at - 1].key in {"liebe", "lieber"}))
        for at, word in enumerate(following[:-1])
    )


def _reader_does(rest: list[str], place: Place, named: set[Referent]) -> bool:
    if not _DONE_TO.isdisjoint(rest) or "besten" in rest or (rest and rest[0] in _MODALS and "sie" in rest):
        return True  # "Sie können sie abholen", "Sie nehmen am besten"
    if (
        not rest
        or rest[-1] == "werden"
        or rest[-1] in _PLEASED
        or (rest[-1] + rest[0]).endswith(_THINGS_DO_APART)
        or "others" in named
    ):
        return False
    if "staff" in named and place.direction == "in":
        return False
    gladly = rest[0] in _DOES_GLADLY and not (rest[0] == "duerfen" and "nicht" in rest)
    if gladly or (rest[0] in _DOES_TOO and not _ABOUT.isdisjoint(rest)):
        return True
    if "uns" in rest and not _DOES_GLADLY.isdisjoint(rest):  # "Sie stehen auf der Liste und hören von uns"
        return True
    return "staff" not in named and _does_as_people_do(rest)


def _does_as_people_do(rest: list[str]) -> bool:
    """`Sie können online bestellen`, `Sie haben Glück`: nothing a parcel does."""
    first, last = rest[0], rest[-1]
    if first in _HAVE:
        if verbs.participle(last) and not _ACCUSATIVE.isdisjoint(rest):
            return True
        return last.endswith(_HAS_DONE) or not _HAS.isdisjoint(rest)
    if first in _ARE:
        return not _IS.isdisjoint(rest)
    if first not in _MODALS:
        return first in _CUSTOMERS_DO
    forbidden = first == "duerfen" and "nicht" in rest  # "Sie dürfen das Haus nicht verlassen"
    return verbs.asked_of_people(last) and not (forbidden or last.endswith(_THINGS_DO))


def _done_by_things(place: Place) -> bool:
    """`Sie steigen`, `Sie sind gestiegen`: what is seldom said of people."""
    rest = [word.key for word in place.rest]
    if not rest or not _ONLY_OF_PEOPLE.isdisjoint(rest):
        return False
    if rest[0] in {"werden", "wurden"}:
        return rest[-1].endswith(_DONE_TO_THINGS)
    if rest[:2] == ["lassen", "sich"]:  # "Sie lassen sich verstellen"
        return True
    return rest[0] in _THINGS_ONLY_DO or (rest[0] in _ARE and rest[-1].endswith(_THINGS_DID))


def _is_a_things(place: Place, noun: str) -> bool:
    """`Ihr größter Vorteil`, `Ihr Preis`: what the thing named before has."""
    return noun.endswith(_OF_THINGS) or place.after.endswith(("ster", "ste", "stes", "sten"))
