"""Postal addresses in German, Austrian, Swiss and English ways of writing, found by their shape.

A street is known by how its name ends or begins and by the house number behind it, a place name used as a
street ("Am Alten Markt 3b") by a postcode or by words about living and delivering. No list of real streets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import TypeAlias

from resonanz.annotate.cues import Cues, needed, plain, words_of
from resonanz.annotate.quiet import MONTHS as _MONTHS
from resonanz.annotate.quiet import SHORT_UNITS, hide, quiet_word, windows
from resonanz.annotate.quiet import UNITS as _UNITS

_house = re.compile(r"\d(?<!\d\d)\d{0,5}(?!\d)")
_HOUSE_ENDS = (
    r"(?:\s?[a-h](?!\w))?(?:\s?[-–/+]\s?\d{1,3}(?:\s?[a-h](?!\w))?){0,3}"
    rf"(?![\w:]|[.,]\d|\.?\s?(?:{_MONTHS})(?!\w)|\s?[-–/]\s?\d|\s?{_UNITS}|\s?{SHORT_UNITS})"
    r"(?!\.\s?(?:mal|stock|etage|klasse|liga|platz|spieltag|advent|tag|runde)\b)"
)
_HOUSE = rf"(?:(?:nr\.?|no\.?|nummer|hausnummer|hausnr\.?)\s?)?\d{{1,3}}{_HOUSE_ENDS}"
_TOWN = (
    r"[^\W\d_][^\W\d_'.-]+(?:-[^\W\d_]+)*(?:\s(?:am|an\sder|im|in|ob\sder|bei|a\.\s?d\.)\s[A-ZÄÖÜ][^\W\d_]+)?"
)
_TAIL = (
    r"(?:[,\s]{1,3}(?:top|tür|stiege|stg\.?|wohnung|whg\.?|apt\.?|app\.?|apartment|flat|hinterhaus|hof|"
    r"\d{1,2}\.\s?(?:og|stock|etage))\b(?:\s?\d{1,3}\b)?){0,3}"
    rf"(?:[\s,;|·/–-]{{1,4}}(?:in\s)?(?:(?:d|de|a|at|ch)-\s?)?\d{{4,5}}\s{{1,2}}(?:(?:Bad|Sankt|"
    rf"St\.)\s)?{_TOWN})?"
)
_KINDS_OF_STREET = (
    r"straße|strasse|straẞe|str\.?|gasse|allee|weg|platz|ring|damm|ufer|chaussee|promenade|stieg|kai|"
    r"quai|steig|"
    r"pfad|twiete|graben|zeile|gürtel|lände|brücke|redder|markt|hof|berg|garten|park|feld|kamp|tor|"
    r"hang|bogen|wall|"
    r"winkel|anger|höhe|rain|gässle|gässli|gässchen|plan|rondell|grund|stiege|steg|heide|wiese|mühle|"
    r"esplanade"
)
_one_word = re.compile(
    rf"(?<![\w@#.-])(?P<name>(?:[^\W\d_]|(?<=[\w.])['’-](?=\w)|"
    rf"(?<=\w)\.(?=-)){{3,60}}+\.?)[\s,]{{0,2}}(?P<house>{_HOUSE}){_TAIL}",
    re.IGNORECASE,
)
_street_end = re.compile(rf"(?<=\w|-)(?:{_KINDS_OF_STREET})\Z", re.IGNORECASE)
_two_words = re.compile(
    rf"(?<![\w@#])(?P<name>[^\W\d_][\w'’.-]{{1,40}})\s(?P<type>{_KINDS_OF_STREET})[\s,]{{0,2}}{_HOUSE}{_TAIL}",
    re.IGNORECASE,
)
_OF_SOMETHING = r"(?:straße|strasse|str\.|platz|allee|ufer|weg|brücke)\s(?:des|der|am|zum|zur|an\sder|im)\s"
_of_something = re.compile(
    rf"(?<![\w@#]){_OF_SOMETHING}(?:\d{{1,2}}\.\s?)?[^\W\d_][\w-]{{1,40}}(?:\s[^\W\d_]\w{{1,30}}){{0,1}}\s{_HOUSE}{_TAIL}",
    re.IGNORECASE,
)
_ROMANCE = (
    r"(?<!\w)(?i:rue|avenue|av\.|chemin|ch\.|boulevard|bd|quai|place|route|impasse|via|viale|piazza|corso|"
    r"vicolo)\s"
)
_romance = re.compile(
    rf"{_ROMANCE}(?:(?i:de\sla|de\sl['’]|de|du|des|della|delle|del|dei|di)\s?)?(?:[A-ZÀ-Ý][\w'’-]+\s?){{1,3}}"
    rf",?\s?(?i:{_HOUSE}{_TAIL})"
)
_PLACE_WORDS = r"(?P<noun>(?:[A-ZÄÖÜ][\wäöü-]{2,30}\s){0,2}[A-ZÄÖÜ][\wäöüß-]{2,40})"
_with_preposition = re.compile(
    r"(?<![\w@#])(?:Am|An\sde[rnm]|Im|In\sde[rnm]|Auf\sde[rnm]|Zum|Zur|Unter\sde[rnm]|"
    r"Hinter\sde[rnm]|Vor\sde[rnm]|"
    r"Bei\sde[rnm]|Beim|Zu\sden|am|im|an\sde[rnm]|auf\sde[rnm]|in\sde[rnm]|zum|zur|unter\sden|An|"
    r"Hinterm|Vorm)\s"
    rf"{_PLACE_WORDS}\s(?P<house>(?i:{_HOUSE}))(?P<tail>(?i:{_TAIL}))"
)
_before_postcode = re.compile(
    r"(?<![\w@#])(?P<name>[A-ZÄÖÜ][\wäöüß'’.-]*(?:\s[A-ZÄÖÜ][\wäöüß'’.-]*){0,2})\s(?i:"
    rf"{_HOUSE})[\s,;|·/–-]{{1,4}}(?:(?:D|A|CH|DE|AT)-\s?)?(?!(?:19|20)\d\d\b)\d{{4,5}}\s(?:Bad\s|"
    rf"Sankt\s|St\.\s)?"
    r"[A-ZÄÖÜ][^\W\d_]+"
)
_square = re.compile(r"(?<!\w)[A-U]\s?\d,?\s\d{1,2}[a-z]?,?\s\d{5}\s[A-ZÄÖÜ][^\W\d_]+")
_ENGLISH_STREET = (
    r"\b(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Way|Court|Square|Gardens|Terrace|Crescent|"
    r"Boulevard|Blvd|Grove|Hill|Row|Mews)"
)
_ENGLISH = rf"{_ENGLISH_STREET}\b"
_ENGLISH_NAME = r"[a-zA-Z]?,?\s(?:[A-Z][\w'’-]*\s){1,3}"
_english = re.compile(
    r"(?<![\w.,:#-])(?:(?i:flat|apt\.?|unit)\s\d{1,4}[a-zA-Z]?,?\s)?"
    rf"\d{{1,4}}{_ENGLISH_NAME}{_ENGLISH}"
    r"(?:\.(?=,|\s[A-Z]))?(?:,?\s(?i:flat|apt\.?|unit)\s\d{1,4}\w?)?"
    r"(?:,\s[A-Z][a-z]+(?:,?\s[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}|,?\s[A-Z]{2}\s\d{5})?)?"
)
_BOX = (
    r"(?<!\w)(?:packstation|postfach|po\sbox|p\.\s?o\.\s?box|postfiliale|paketstation|case\spostale|"
    r"paketbox)\s"
)
_box = re.compile(
    rf"{_BOX}(?:nr\.?\s|nummer\s)?\d{{1,3}}(?:\s?\d{{1,3}}){{0,3}}(?![\d])(?!\s?{_UNITS}|[\s-]?{SHORT_UNITS}){_TAIL}",
    re.IGNORECASE,
)
_postcode_before = re.compile(
    r"(?<![\w.,-])(?:(?:D|A|CH)-)?\d{4,5}\s[A-ZÄÖÜ][^\W\d_]+(?:\s[^\W\d_]+)?[,;\s]{1,3}$"
)

# What ends like a street and is none, by its ending.
_NO_STREETS = {
    "platz": "sitz park stell arbeits fenster gang steh spiel camping tabellen studien ausbildungs "
    "kita fest lade "
    "schlaf liege speicher golf fußball sport rast treff start flug bau handels tennis krippen "
    "betreuungs reserve "
    "server ersatz listen lager wickel abstell stamm rollstuhl traum wohn bolz schul",
    "weg": "um aus heim hin rück schul arbeits rad fuß geh feld vertriebs liefer transport lebens "
    "lösungs rechts "
    "dienst post verkehrs ab wander anfahrts fahr brems durch schleich versand bezahl kontakt "
    "übertragungs melde",
    "steig": "bahn bus ein aus um auf ab bürger quer",
    "hof": "bahn haupt fried bauern innen schul hinter güter gast pferde bau betriebs reiter "
    "hauptbahn betriebsbahn",
    "markt": "super bau floh weihnachts wochen aktien arbeits wohnungs drogerie getränke bio möbel "
    "elektro garten fach "
    "finanz kapital strom gebraucht jahr media einkaufs immobilien schwarz welt verbraucher tech",
    "ring": "nürburg hockenheim sachsen lausitz autobahn ehe stadtbahn he sp ohr schlüssel dichtungs "
    "schwimm rettungs "
    "st-b s-bahn b verlobungs red-bull- norisr",
    "straße": "autobahn bundes landes kreis schnell daten einbahn einkaufs durchgangs umgehungs "
    "zufahrts land wasch "
    "neben seiten milch produktions fertigungs meeres haupteinkaufs",
    "berg": "nürn heidel bam wol wittem württem vorarl luxem eis",
    "garten": "kinder bier klein schreber tier wein",
    "park": "freizeit wind solar fuhr maschinen europa national tier vergnügungs themen fahrzeug "
    "industrie legoland",
    "feld": "eigen tor dosen text eingabe such mittel spiel um duis biele kre",
    "tor": "eigen gegen führungs anschluss ausgleichs sieg mo trak fak direk fac edi moni redak dok "
    "reak sek au",
    "bogen": "frage melde antrags regen ellen",
    "hang": "an zusammen vor über um",
    "plan": "fahr netz spiel zeit dienst bebauungs tarif stunden raten bau sitz lage stadt linien "
    "speise zahlungs",
    "grund": "hinter vorder unter ab kündigungs haupt",
    "zeile": "kopf betreff befehls fuß",
    "wall": "fire",
    "gasse": "sack rettungs",
    "pfad": "datei trampel lern",
    "winkel": "blick",
    "höhe": "an gebühren preis schadens",
}
_no_street = frozenset(first + kind for kind, firsts in _NO_STREETS.items() for first in firsts.split())
_no_first_word = frozenset(
    "der die das den dem des ein eine einen einem einer kein keine keinen mein meine meinen meiner "
    "unser unsere "
    "unseren euer eure ihr ihre sein seine dieser diese diesen dieses jeder jede jeden welcher "
    "welche welchen "
    "erster erste ersten zweiter zweite zweiten dritter dritte dritten vierter letzter letzte "
    "letzten nächster "
    "nächste nächsten ganzer ganze ganzen halber halbe halben gleiche gleichen selbe selben beste "
    "besten bester "
    "freie freien freier richtige richtigen eigene gesperrte sichere weitere weiterer weiteren viel "
    "reihe".split()
)
_SURE_STREETS = re.compile(r"stra(?:ß|ss|ẞ)e|str\.?|gasse|allee|chaussee|promenade", re.IGNORECASE)
_GOOD_STREETS = re.compile(
    r"weg|platz|ring|damm|ufer|stieg|twiete|redder|pfad|gürtel|lände|graben|steig", re.IGNORECASE
)
_place_noun = re.compile(
    r"(?:markt|mühle|kirche|park|hang|berg|bach|see|wald|linden?|wiesen?|grund|gärten|garten|heide|"
    r"feld|felde|felder|"
    r"anger|dorf|teich|brunnen|tor|graben|rain|sportplatz|friedhof|rathaus|schloss|weiher|ufer|hof|höhe|"
    r"eichen?|buchen?|birken?|tannen?|weiden?|ziegelei|schmiede|bleiche|burg|kamp|winkel|eck|ecke|"
    r"sand|moos|moor|"
    r"bruch|busch|holz|loh|acker|äckern?|wall|damm|deich|hafen|kanal|fleet|steg|brücke|post|schule|"
    r"quelle|aue|auen|"
    r"wehr|zoll|turm|kloster|stein|platz|weinberg|hügel|steig|pfad|tal|trift|koppel|warte|gasse)$",
    re.IGNORECASE,
)
_no_place = re.compile(
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|wochenende|abend|morgen|gleis|"
    r"zug|ice|wagen|bus|"
    r"bahnhof|hauptbahnhof|bahnsteig|flughafen|ende|anfang|preis|glück|schnitt|jahr|monat|kapitel|"
    r"platz|rang|stand|"
    r"supermarkt|weihnachtsmarkt|baumarkt|terminal|gate|paket|tarif|stock|reihe|linie|tor|wert|"
    r"klasse|liga|version)$",
    re.IGNORECASE,
)
_lives_here = re.compile(
    r"\b(?:wohn|adress|anschrift|zuhause|zu hause|daheim|liefer|schick|sende|zustell|zugestellt|"
    r"umgezogen|umzug|ziehe|"
    r"lives?\b|living|deliver|ship|filiale|laden\b|geschäft|shop|standort|büro|praxis|hausnummer|"
    r"klingel|abhol)",
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses begin and end in `text`, those of the surest way of writing first, none overlapping."""
    rest, held = text, dict[_Test, bool]()
    for possible, search, fits in WAYS:
        if possible not in held:
            held[possible] = possible(rest)
        if not held[possible]:
            continue
        spans: list[tuple[int, int]] = []
        for start, end in windows(rest, _house, before=90, after=120):
            matches = (match for match in search.finditer(rest, start, end) if fits(match, text))
            spans += [(_with_postcode(rest, match.start()), match.end()) for match in matches]
        if spans:
            yield from spans
            rest, held = hide(rest, spans), {}


def _with_postcode(text: str, start: int) -> int:
    """Where an address begins whose street begins at `start`: postcode and town may stand before it."""
    before = _postcode_before.search(text, max(0, start - 50), start)
    return start if before is None else before.start()


def _fits_always(_match: re.Match[str], _text: str) -> bool:
    return True


def _fits_one_word(match: re.Match[str], text: str) -> bool:
    name = match["name"]
    kind = _street_end.search(name)
    if kind is None or name.lower().replace("strasse", "straße") in _no_street:
        return False
    parted = match.end("name") < match.start("house") or kind[0].endswith((".", "e", "E", "str"))
    return parted and _street_is_likely(kind[0], capital=name[0].isupper(), sure=_is_sure(match, text))


def _fits_two_words(match: re.Match[str], text: str) -> bool:
    first = match["name"]
    sure_street = _SURE_STREETS.fullmatch(match["type"]) is not None and first[0].isupper()
    ending = first.lower().endswith(("er", "en", "es", "s", "."))
    if first.lower() in _no_first_word or not (ending or sure_street):
        return False
    capital = first[0].isupper() and (match["type"][0].isupper() or first.lower().endswith("er"))
    return _street_is_likely(match["type"], capital=capital, sure=_is_sure(match, text))


def _street_is_likely(kind: str, *, capital: bool, sure: bool) -> bool:
    """Streets are streets however written, ways and squares with a capital letter, yards where one lives."""
    if _SURE_STREETS.fullmatch(kind):
        return True
    return capital and (sure or _GOOD_STREETS.fullmatch(kind) is not None)


def _is_sure(match: re.Match[str], text: str) -> bool:
    near = _lives_here.search(text, max(0, match.start() - 60), match.start())
    return near is not None or re.search(r"\d{4,5}\s", match[0]) is not None


def _fits_preposition(match: re.Match[str], text: str) -> bool:
    noun = match["noun"]
    if re.search(r"\d{4,5}", match["tail"]):
        return True
    kind, lower = _street_end.search(noun), match[0][0].islower()
    if _no_place.search(noun) or (kind and (_SURE_STREETS.fullmatch(kind[0]) or (lower and " " not in noun))):
        return False  # a street proper is found without its preposition
    lone = re.match(r"\s[A-ZÄÖÜ]", text[match.end() : match.end() + 2]) is None  # else it counts what follows
    signs = (not lower, _place_noun.search(noun) is not None, _is_sure(match, text))
    return lone and sum(signs) >= 2


def _fits_postcode(match: re.Match[str], _text: str) -> bool:
    return quiet_word.search(match["name"]) is None


# What a text must hold for each way of writing: tried first, as most numbers are no house's. An expression
# that begins with a digit passes over the rest of a text many times faster than one that begins before it.
# `addresses` looks at parts of a text, which may end within a long number or word: so those will do as well.

_WORDED = (_OF_SOMETHING, _ROMANCE, _ENGLISH)
_cues = Cues(map(needed, _WORDED))
_STREET_ENDS = tuple(
    ending
    for kind in _KINDS_OF_STREET.replace(r"\.?", "").lower().split("|")
    for ending in (kind, f"{kind}.")
)
_NUMBER_WORDS = ("nr", "nr.", "no", "no.", "nummer")
_BEHIND_WORD = r"(?<=[^\W\d_]\..)|(?<=[\w'’.-][\s,].)|(?<=[\w'’.-][\s,]{2}.)|(?<=[\w'’.-][\s,]{3}.)"
_IN_WORD = r"(?<=[^\W\d].)|(?<=[\w'’-]['’-].)"
_IS_HOUSE = rf"(?:(?:{_BEHIND_WORD})\d{{0,2}}|(?:{_IN_WORD})\d*)(?i:{_HOUSE_ENDS})|\d{{6}}"
_IS_BEFORE_TOWN = r"\d{3,4}\s(?:Bad\s|Sankt\s|St\.\s)?[A-ZÄÖÜ]"
_IS_BEFORE_STREET = rf"(?<![\w.,:#-].)\d{{0,3}}{_ENGLISH_NAME}{_ENGLISH_STREET}"
_IS_BEHIND_BOX = (
    r"(?i:(?<=station\s.)|(?<=postfach\s.)|(?<=box\s.)|(?<=postfiliale\s.)|(?<=postale\s.)|"
    r"(?<=nr\s.)|(?<=nr\.\s.)|(?<=nummer\s.))"
)
_some_house = re.compile(rf"\d(?:{_IS_HOUSE})")
_postcode_and_town = re.compile(rf"\d{_IS_BEFORE_TOWN}")
_house_and_street = re.compile(rf"\d{_IS_BEFORE_STREET}")
_number_behind_box = re.compile(rf"\d{_IS_BEHIND_BOX}")
_any_way = re.compile(rf"\d(?:{_IS_HOUSE}|{_IS_BEHIND_BOX}|{_IS_BEFORE_STREET}|{_IS_BEFORE_TOWN})")
_noun_and_house = re.compile(r"[A-ZÄÖÜ][\w-]{2,40}\s(?:(?i:nr|no|nummer|hausn)\w*\.?\s?)?\d")


@lru_cache(maxsize=8)  # asked for again when nothing was hidden meanwhile
def may_have_address(text: str) -> bool:
    """Whether a number in `text` stands as it does in one of the ways to write an address."""
    return _any_way.search(text) is not None


@lru_cache(maxsize=8)  # several ways of writing ask for it
def _has_house(text: str) -> bool:
    """Whether a number in `text` may be a house's, by what stands right before and behind it."""
    return _some_house.search(text) is not None


@lru_cache(maxsize=8)
def _said(text: str) -> int:
    """Which ways to begin an address stand in `text`, as bits in the order of `_WORDED`."""
    return _cues.mask(words_of(text))


def _has_street(text: str) -> bool:
    """Whether a number stands behind the end of a street's name, or behind a word for its number."""
    for house in _house.finditer(text) if _has_house(text) else ():
        before = plain(text[max(0, house.start() - 20) : house.start()]).rstrip().rstrip(",").rstrip()
        if before.endswith(_STREET_ENDS) or before.endswith(_NUMBER_WORDS):
            return True
    return False


def _has_house_of(beginning: str, text: str) -> bool:
    return _has_house(text) and _has_words(beginning, text)


def _has_noun(text: str) -> bool:
    return _has_house(text) and _noun_and_house.search(text) is not None


def _has_postcode(text: str) -> bool:
    return _postcode_and_town.search(text) is not None


def _has_english(text: str) -> bool:
    return _house_and_street.search(text) is not None and _has_words(_ENGLISH, text)


def _has_box(text: str) -> bool:
    return _number_behind_box.search(text) is not None


def _has_words(beginning: str, text: str) -> bool:
    return bool(_said(text) >> _WORDED.index(beginning) & 1)


_Test: TypeAlias = Callable[[str], bool]
_Way: TypeAlias = tuple[_Test, re.Pattern[str], Callable[[re.Match[str], str], bool]]
WAYS: tuple[_Way, ...] = (
    (_has_street, _one_word, _fits_one_word),
    (_has_street, _two_words, _fits_two_words),
    (partial(_has_house_of, _OF_SOMETHING), _of_something, _fits_always),
    (partial(_has_house_of, _ROMANCE), _romance, _fits_always),
    (_has_noun, _with_preposition, _fits_preposition),
    (_has_postcode, _before_postcode, _fits_postcode),
    (_has_postcode, _square, _fits_always),
    (_has_english, _english, _fits_always),
    (_has_box, _box, _fits_always),
)
