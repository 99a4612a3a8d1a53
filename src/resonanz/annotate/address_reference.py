"""What `sie` and `ihr` may refer to, and whether a `Sie` that opens a sentence means the reader after all.

German writes `Sie kommen morgen` for the parcels and for the reader alike. Here lives what was named
before (several things, a woman), and how the sentence itself tells the two apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

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
_TEAMS = tuple(keys("wehr polizei crew wacht rettung mannschaft truppe besatzung belegschaft"))
_CONCERNING = keys("wegen bezüglich betreffs hinsichtlich zu")
_MANY = ("e", "en", "er", "s", "n", "el")
_MANY_WITH_ARTICLE = ("en", "ern", "eln", "er")
_STAFF = tuple(
    keys(
        "kollegen kolleginnen kräfte kräften hilfen leute damen herren boten monteure monteuren techniker "
        "technikern fahrer fahrern arbeiter arbeitern arbeiterinnen leiter leitern leiterinnen berater "
        "beratern beraterinnen betreuer betreuern isten enten azubis teams handwerker handwerkern "
        "mitarbeitende mitarbeitenden fachleute profis chefs verkäufer verkäufern experten expertinnen "
        "pfleger pflegern ingenieure kontrolleure kontrolleuren sachbearbeiter schaffner zusteller "
        "zustellern kellner köche bäcker gärtner entwickler entwicklern sprecher planer angestellte "
        "angestellten beamte beamten abteilungen partner partnern redakteure redakteuren piloten trainer "
        "helfer helfern retter ärzte ärzten lehrer lehrern anbieter vermieter händler händlern geber gebern "
        "bauer bauern"
    )
)
_THINGS_IN_ER = tuple(  # other plurals in -er are people as a rule
    keys(
        "koffer fehler zähler drucker filter bücher häuser räder bilder kleider zimmer fenster messer teller "
        "ordner router roller container computer hörer schalter ticker sender fernseher rechner becher eimer "
        "körper keller muster wasser wetter länder dächer gläser blätter wälder bänder schilder felder "
        "lichter lieder eier güter löcher tücher flieger anhänger lager nummern trailer newsletter gelder "
        "wörter kleber pullover cover poster server scanner adapter stecker ständer fächer dörfer bretter "
        "finger bagger dampfer tanker kutter trecker ufer ziffern steuern federn mauern kammern feiern "
        "lautsprecher staubsauger melder toaster mixer wecker kocher trockner öffner halter träger puffer "
        "zylinder register kalender banner center theater thermometer speicher fühler regler kühler brenner "
        "stapler dünger reiniger blinker werfer wunder opfer laster abenteuer"
    )
)
_OTHERS = tuple(
    keys(
        "eltern kinder kindern kunden kundinnen gäste gästen nachbarn freunde freunden männer männern frauen "
        "innen personen menschen nehmer nehmern schüler schülern studierende studierenden jungs mädels "
        "brüder schwestern söhne töchter familien käufer käufern besucher besuchern spieler spielern "
        "bewohner bewohnern mieter mietern läufer läufern reisende reisenden hunde hunden katzen tiere "
        "tieren vögel wartende wartenden betroffene betroffenen autoren künstler musiker zuschauer fans "
        "abonnenten follower gewinner gewinnern sieger siegern patienten touristen affen mitglieder rentner "
        "linge lingen bürger bürgern einwohner bienen fische wölfe bären pferde kühe schafe enten hühner "
        "ranger pilger urlauber zwillinge omas opas paare"
    )
)
_PEOPLE_IN_DATIVE = tuple(end if end.endswith("n") else end + "n" for end in (*_STAFF, *_OTHERS))
_SINGULAR_ER = tuple(keys("nummer dauer steuer mutter tochter schwester ziffer feier mauer kammer leiter"))
_FEMALE = keys("frau kollegin mutter schwester tochter chefin freundin oma tante dame nachbarin kundin mama")
_WOMEN = tuple(  # compounds, too
    keys(
        "frau mutter schwester tochter dame tante nichte cousine witwe braut hebamme fachkraft lehrkraft "
        "pflegekraft"
    )
)
_FEMALE_ARTICLES = keys("die eine meine unsere deine ihre diese seine eure")
_TO_HER = keys("der einer meiner unserer deiner ihrer dieser seiner eurer")
_NO_WOMAN = tuple(keys("termin kamin delfin pinguin cousin rubin benzin robin"))
_SINGULAR = keys("ist hat wird war hatte wurde kann muss soll will darf kommt geht liegt steht läuft meldet")


def refers_back(place: Place, *, women: bool = True) -> bool:
    """Whether something was named before that `sie` or `ihr` could mean: several things, or a woman."""
    named = _referents(place)
    if not women:
        named -= {"woman", "feminine", "owner"}
    return bool(named)


def names_many_alone(words: tuple[Word, ...]) -> bool:
    """Whether `words` are no more than several things: `unsere Pakete`."""
    if not words or words[0].key not in _PLURAL_ARTICLES:
        return False
    noun = _noun_behind(words, 0)
    return noun is not None and noun + 1 == len(words) and words[noun].key.endswith(_MANY)


def woman_before(place: Place) -> bool:
    """Whether a woman, or one thing of feminine gender, was spoken of before."""
    return not _referents(place).isdisjoint({"woman", "feminine"})


Referent = Literal["staff", "others", "things", "woman", "feminine", "owner"]
_PERSONS: frozenset[Referent] = frozenset({"staff", "others", "woman"})


def _referents(place: Place) -> set[Referent]:
    """What was named before that `sie` or `ihr` could mean."""
    named = {_named(words, at) for words in place.before for at in range(len(words))}
    known: set[Referent] = {referent for referent in named if referent}
    if place.word.key == "sie" and "things" not in known and _done_by_things(place):
        names = any(_may_name_many(words, at) for words in place.before for at in range(len(words)))
        return known | {"things"} if names else known
    return known


def _named(words: tuple[Word, ...], at: int) -> Referent | None:
    if _names_woman(words, at):
        return "woman"
    if _names_many(words, at):
        noun = _noun_behind(words, at)
        return "others" if noun is None else _kind(words[noun].key)
    if _are_many(words, at) or _are_two(words, at) or _gets(words, at):
        return "others"
    if words[at].key.endswith(_TEAMS) and at and words[at - 1].key in {"die", "der"}:
        return "staff"
    if _is_topic(words, at):
        return _kind(words[-1].key)
    return _named_one(words, at)


def _named_one(words: tuple[Word, ...], at: int) -> Referent | None:
    if _names_feminine(words, at):
        return "feminine"
    return "owner" if _names_owner(words, at) else None


def _kind(noun: str) -> Referent:
    if noun.endswith(_STAFF):
        return "staff"
    if noun.endswith(_OTHERS):
        return "others"
    return "staff" if noun.endswith(("er", "ern")) and not noun.endswith(_THINGS_IN_ER) else "things"


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
    if known.endswith(_MANY_WITH_ARTICLE):
        return not known.endswith(_SINGULAR_ER) or _agrees(words, at, noun)
    return known.endswith(_STAFF + _OTHERS) or _agrees(words, at, noun)


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
    """`Tim und seine Kollegin verlegen`: two of them, and the verb that agrees."""
    if words[at].key != "und" or not 0 < at < len(words) - 1 or not words[at - 1].capital:
        return False
    noun = _noun_behind(words, at + 1)
    if noun is None or any(word.key in _WE | {"ich"} for word in words):
        return False
    end = noun + 1
    if end >= len(words) or words[end].before != JOINED or words[end].capital:
        return False
    return verbs.plural_verb(words[end].key)


def _gets(words: tuple[Word, ...], at: int) -> bool:
    """`dankt allen Helferinnen`, `mit vielen Kunden`: people in the dative."""
    if words[at].key not in _TO_THEM or at + 1 >= len(words):
        return False
    noun = _noun_behind(words, at + 1)
    return noun is not None and words[noun].key.endswith(_PEOPLE_IN_DATIVE)


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


def _may_name_many(words: tuple[Word, ...], at: int) -> bool:
    """`die Preise`, `neue Räder`: only the verb behind `sie` can tell it from `die Anfrage`."""
    word = words[at]
    if not word.capital or word.key in _NO_NOUN or not word.key.endswith(_MANY):
        return False
    before = words[at - 1].key if at and word.before == JOINED else ""
    return before not in _ONE_THING and not before.endswith(("em", "es"))


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
    if following.endswith(_STAFF + _OTHERS) and not words[at].capital:
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
        return _article_before(words, at) or _does(words, at + (3 if titled else 2))
    if word.capital and word.key.endswith(_WOMEN) and word.key not in _FEMALE:
        return _article_before(words, at)
    if word.key in _FEMALE or (word.capital and word.key.endswith("in")):
        begins = at == 0 or words[at - 1].key in GREETING
        return _article_before(words, at) or (word.key in _FEMALE and (not begins or _does(words, at + 2)))
    return False


def _names_feminine(words: tuple[Word, ...], at: int) -> bool:
    """One thing of feminine gender that does the verb: `die neue App ist`."""
    if words[at].before != SENTENCE or words[at].key not in _FEMALE_ARTICLES:
        return False
    noun = _noun_behind(words, at + 1)
    return noun is not None and words[at + 1].before == JOINED and _does(words, noun + 1)


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
    articles = _FEMALE_ARTICLES if words[at].key.endswith(_NO_WOMAN) else _FEMALE_ARTICLES | _TO_HER
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
_HERS = keys("team reise idee ideen hilfe service geduld wunsch")  # a woman has them as well
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
        "heit keit schaft dauer laufzeit preis preise vorteil vorteile nachteil nachteile name namen farbe "
        "größe inhalt zahl reichweite versorgung verbrauch spannung temperatur auflösung anzahl ziel wirkung "
        "ankunft abfahrt verspätung verkauf produktion herkunft gewicht maße zustand qualität besitzer "
        "inhaber ende anfang start umbau sanierung nachfolger vorgänger fassade steuerung motor technik "
        "funktion funktionen bedienung form inhalte titel wert autor herausgeber chefin hersteller motto "
        "betreiber betreiberin leiter leiterin fahrer fahrerin gründer gründerin eröffnung oberfläche "
        "rückseite vorderseite spitze kosten folgen ursache ursachen zutaten akku akkus batterie batterien "
        "deckel abriss bau ausbau einbau transport austausch betrieb einsatz verlauf umfang aufbau "
        "wiederaufbau kette rad räder griff henkel knopf display bildschirm gehäuse scheibe rahmen sitz "
        "lehne fenster wand turm mauer ecke kante kern schale blätter blüten früchte wurzeln stamm wände "
        "bremse bremsen öffnungszeiten stärke stärken schwäche schwächen macher länge breite höhe tiefe dach "
        "türen räume mitglieder verbleib fundort echtheit "
        "bestand umsatz gründung repertoire auftritt spielplan besetzung flotte gebäude"
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
    "vergessen lesen rufen holen nehmen legen stellen klicken tippen"
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
    if _is_called_by_name(place):
        return True
    named = _referents(place)
    if place.word.key == "sie":
        return _reader_does([word.key for word in place.rest], place, named)
    if place.word.key == "ihnen":
        return named.isdisjoint({"staff", "others"})
    nouns = [word.key for word in place.following()[:3] if word.capital]
    if any(noun.endswith(READERS_OWN) and not (noun in _HERS and "woman" in named) for noun in nouns):
        return True
    return bool(nouns) and named.isdisjoint(_PERSONS) and not _is_a_things(place, nouns[0])


def _is_called_by_name(place: Place) -> bool:
    """`Sie sind dabei, Frau Kilic!`: the sentence names the one it speaks to."""
    following = place.following()
    return any(
        word.key in {"herr", "frau"} and word.before == CLAUSE and following[at + 1].capital
        for at, word in enumerate(following[:-1])
    )


def _reader_does(rest: list[str], place: Place, named: set[Referent]) -> bool:
    if _DONE_TO.intersection(rest):
        return True
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
    if rest[0] in _DOES_GLADLY or (rest[0] in _DOES_TOO and not _ABOUT.isdisjoint(rest)):
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
    return verbs.asked_of_people(last) and not last.endswith(_THINGS_DO)


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
