"""The rules of `urgency` for what somebody is blocked in, deadlines, cries of a few words, and intents.

A cry is a whole post: "Kind allein", "dringend!!!". What it means is not said, so a person looks. A bare
"Das ist Betrug!" is urgent and no more: mostly it is said of a price, now and then of the own account, and
nobody can tell. Beside a product or a price ("So ein Betrug, die Packung ist halb leer") it is a manner of
speaking; with the own card, account or name, or a shop in our name, it is fraud (`OTHERS`).

Intents lift a post at most to urgent: a model notes them, and danger is left to words that one can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resonanz.annotate.urgency_words import NOW, Rule, W, safety, urgent
from resonanz.case import Urgency as Level

CHILD = (
    rf"(?:kind(?:er)?|kleinkind{W}*|baby|tochter|töchter|sohn|söhne|enkel{W}*|neffe|nichte|mädchen|junge|bub|"
    r"child|kids?|toddler|daughter|son|girl|boy)"
)
_NEEDS = (
    r"(?:antwort\w*|rückruf|rückmeldung|bescheid|bestätigung|zusage|hilfe|helf\w*|helft|hilft|lösung|meld\w*|"
    r"ruf\w*|anruf\w*|kontakt\w*|ansprechpartner\w*|auskunft|stellungnahme|termin|statement|comment|reply|"
    r"answer|call|help)"
)
_SOON = (
    r"(?:heute|morgen(?! wieder)|heut|übermorgen|in (?:\d{1,2}|einer|zwei|drei|wenigen) (?:stunden?|std|"
    r"min\w*)|"
    r"\d{1,2}(?::\d\d|\.\d\d)? ?uhr|mitternacht|"
    r"today|tonight|tomorrow|by noon|\d{1,2}(?::\d\d)? ?(?:pm\b|o'?clock)|in \d{1,2} hours?)"
)
_TERM = (
    rf"(?:(?:abgabe|kündigungs|widerrufs|einspruchs|widerspruchs|anmelde|zahlungs|bewerbungs|buchungs|"
    rf"rückgabe|melde|einreich\w*|antrags)?frist\w*|{W}*(?:redaktions|druck|sende|anmelde|annahme|einsende|"
    r"melde|abgabe|bewerbungs)schluss|deadline|drucktermin|abgabetermin|press time|cut-?off)"
)
_RUNS_OUT = (
    r"(?:(?:ver|er)f[aä]ll(?:t|en)|erlischt|erlöschen|läuft (?:\w+ )?(?:ab|aus)|abläuft|ausläuft|platzt|"
    r"wird (?:\w+ )?storniert|weg ist|ist weg|expires?|lapses?|runs out|is (?:lost|cancelled|gone))"
)
_PLACE = (
    rf"(?:{W}*(?:zug|bahn|bus|tram|abteil|wagen|auto|flieger|flugzeug|fähre|haus|wohnung|zimmer|hotel|"
    rf"laden|markt|"
    r"filiale|halle|gebäude|büro|garage|studio|saal|praxis|bahnhof|bahnsteig|gleis|gelände|keller|"
    r"packstation|"
    r"schließfach|schwimmbad|stadion|kino|schranke|sperre|drehkreuz)|tür|tor)\b"
)
_OUT = r"(?:rein|hinein|herein|raus|heraus|heim|hause)\b"
_INTO = (
    rf"(?:(?:(?:in|an|auf|durch|zu|aus) (?:d\w+|mein\w*|unser\w*|eur\w*|ihr\w*|s)|ins) (?:\w+ )?{_PLACE}|"
    rf"(?:mehr )?(?:nach )?{_OUT})"
)
_SCREEN = (  # what one also "does not get into", at no door
    rf"(?:konto|{W}*konto|{W}*app|account|login|portal|web{W}*|homepage|{W}*shop|system|spiel|buch|thema|"
    rf"musik|film|"
    r"serie|hosen?|kleid|schuhe?|rhythmus|chat|hotline|seite|level|passwort|password)\b"
)
_ELSEWHERE = rf"(?!{_SCREEN})"
_JUST = (
    rf"(?:(?: {_ELSEWHERE}[^\W_]+){{0,3}}? (?:gerade|grad|grade|jetzt|eben|aktuell|momentan|immer noch)|"
    r"(?:(?<=gerade komme)|(?<=grad komme)|(?<=grade komme)|(?<=jetzt komme)|(?<=gerade kommen)|"
    r"(?<=jetzt kommen)) (?:ich|wir))"
)
_NOT = r"(?:nicht|nimmer|ned|net|nid)"
_BLOCKED = (
    r"(?:verschlossene|geschlossene|abgesperrte|zugesperrte|abgeschlossene|verriegelte|verrammelte|zue)"
)

PRESSING: tuple[Rule, ...] = (
    # A child alone, said without who one is ------------------------------------------------------------
    safety(
        "child_missing",
        rf"\b{CHILD}\b(?:\W+\d+\b)?(?:\W+(?:jahre|jahr|years|old|alt|ist|sitzt|steht|läuft|weint|ganz|völlig|"
        r"jetzt|gerade|hier|mutterseelen|is|sitting|standing|all|und)\b){0,5}\W+(?:alleine?|alone)\b"
        r"(?=\W+(?:am|im|an|auf|in|bei|vor|on|at)\b)",
        r"\b(?:zug|bahn\w*|s-bahn|u-bahn|tram|bahnsteig|gleis\w*|auto|bus|busbahnhof|flughafen|haltestelle|"
        r"bushaltestelle|parkplatz|parkhaus|wagen|abteil|terminal|straße|bahnhof|train|platform|station|car|"
        r"airport|stop|carriage)\b",
        despite_denial=True,
    ),
    safety(
        "child_missing",
        rf"\b{CHILD}\b[^.!?]{{0,50}}\b(?:alleine?|ohne (?:mich|uns|begleitung|mama|papa)|alone|without "
        r"(?:me|us))\b(?=\W+(?:\w+ )?(?:weitergefahren|losgefahren|abgefahren|davongefahren|weggefahren|"
        r"gefahren|"
        r"ausgestiegen|eingestiegen|drin geblieben|drin\b|left on|gone off))",
        rf"{NOW}|\b(?:zug|bahn\w*|bus|gleis|bahnsteig|platform|train)\b",
        despite_denial=True,
    ),
    safety(
        "child_missing",
        rf"\b(?:{CHILD}|(?:mein|unser)e? (?:kleine|kleiner))\b[^.!?]{{0,20}}\bist (?:[^\W_]+ ){{1,4}}"
        r"(?:weg|verschwunden)\b(?! (?:von|vom))",
        r"\b(?:seit|hilfe|finde\w*|durchsage|ruf\w*|ausrufen|personal|info|sucht|suche|suchen|minuten)\b",
        despite_denial=True,
    ),
    # Blocked right now ---------------------------------------------------------------------------------
    urgent(
        "blocked",
        rf"\bkomm(?:e|en|t)?\b(?={_JUST} (?:{_ELSEWHERE}[^\W_]+ ){{0,4}}?{_NOT} (?:{_ELSEWHERE}[^\W_]+ "
        rf"){{0,2}}?{_INTO}"
        rf"(?!(?: [^\W_]+){{0,3}} {_SCREEN}))(?: [^\W_]+){{1,9}}? (?:{_PLACE}|{_OUT})",
        despite_denial=True,
    ),
    urgent(
        "blocked",
        r"\b(?:steh|stehe|stehen|sitz|sitze|sitzen|wart|warte|warten|bin|sind)\b[^.!?]{0,40}\bvor "
        rf"(?:[^\W_]+ ){{0,2}}{_BLOCKED}[nrm]?\b(?= (?:[^\W_]+ )?(?:{W}*tür(?:e|en)?|{W}*tore?n?|schranken?|"
        rf"{W}*eingang|laden|filiale|geschäft|markt|halle|büro|schalter|packstation)\b)(?: [^\W_]+)?",
        despite_denial=True,
    ),
    urgent(
        "blocked",
        r"\b(?:standing|stood|sitting|waiting|i'?m|we'?re) (?:[^\W_]+ ){0,4}(?:outside|in front of|at) "
        r"(?:[^\W_]+ ){0,3}(?:locked|closed|shut) (?:[^\W_]+ )?(?:door|doors|gate|gates|store|shop|"
        r"branch|office)\b",
        despite_denial=True,
    ),
    urgent(
        "blocked",
        r"\b(?:can'?t|cannot|unable to) get (?:on|onto|off|through|out of|into|inside) (?:the|my|this|"
        r"our|your) "
        r"(?:[^\W_]+ )?(?:train|bus|tram|ferry|plane|flight|platform|gate|barrier|car|room|building|"
        r"house|flat|"
        r"apartment|hotel|locker|garage)\b",
        rf"{NOW}|\b(?:door|doors|gate|gates|leaves|leaving|minutes)\b",
        despite_denial=True,
    ),
    # Deadlines -----------------------------------------------------------------------------------------
    urgent("deadline", rf"\b{_TERM}\b[^.!?]{{0,40}}\b{_SOON}", despite_denial=True),
    urgent("deadline", rf"\b{_SOON}\b[^.!?]{{0,40}}\b{_TERM}\b", despite_denial=True),
    urgent(
        "deadline",
        rf"\b(?:bis|spätestens|noch|vor|by|before) (?:[^\W_]+ )?{_SOON}",
        rf"\b(?:sonst|ansonsten|andernfalls|otherwise|{_NEEDS})\b",
        r"\b(?:brauch\w*|benötig\w*|bitte|sonst|ansonsten|andernfalls|muss|need|please|otherwise|must)\b",
        despite_denial=True,
    ),
    urgent(
        "deadline",
        rf"\b{W}*(?:reservierung|buchung|option|termin|visum|ticket|fahrkarte|anspruch|zusage|"
        rf"reservation|booking|visa)\b[^.!?]{{0,40}}\b{_RUNS_OUT}",
        rf"\b{_SOON}",
        despite_denial=True,
    ),
    # Said to be urgent ---------------------------------------------------------------------------------
    urgent("pressing", r"\b(?:dringend|eilig|eilt sehr|urgent)\s*(?:!|:)"),
    urgent(
        "pressing",
        rf"\b(?:dringend\w*|eilig\w*|urgent(?:ly)?)\b[^.!?]{{0,30}}\b{_NEEDS}\b|"
        rf"\b{_NEEDS}\b[^.!?]{{0,20}}\b(?:dringend|eilig|urgently)\b",
        r"\b(?:bitte|brauch\w*|benötig\w*|könnt\w*|kann|please|need|can)\b",
    ),
)

# Whole posts, as words with one blank between them -----------------------------------------------------


class Cry(NamedTuple):
    """A post of a few words that says nothing else."""

    code: str
    level: Level
    words: str


CRY_MOST = 60  # characters of a post that may be a cry
CRIES: tuple[Cry, ...] = (
    Cry(
        "child_missing",
        Level.SAFETY,
        rf"(?:(?:hilfe|achtung|hallo|mein|meine|unser|unsere|ein|eine|kleines|kleiner|help|my|our|a|"
        rf"small|little) )*"
        rf"{CHILD}(?: \d+)?(?: (?:ist|sind|sitzt|steht|ganz|völlig|jetzt|gerade|hier|is|are|all|left|here))* "
        r"(?:allein|alleine|alone)(?: (?:hier|jetzt|unterwegs|here))?(?: (?:hilfe|help))?",
    ),
    Cry(
        "accused",
        Level.URGENT,
        r"(?:(?:hilfe|achtung|hallo|das|dies|hier|es|ist|war|wird|läuft|doch|ja|ganz|klar|klarer|reiner|"
        r"glatter|"
        r"einfach|so|ein|this|that|it|is|it's|that's|a|total|pure) )*(?:betrug|fraud|scam)",
    ),
    Cry(
        "pressing",
        Level.URGENT,
        r"(?:(?:bitte|sehr|super|ganz|es|ist|wirklich|hallo|hilfe|please|very|really|it's|this|is) )*"
        r"(?:dringend|eilig|eilt|urgent|asap)(?: (?:bitte|hilfe|sehr|please|help))*",
    ),
)

# What a model notes ------------------------------------------------------------------------------------
INTENTS: Mapping[str, str] = {
    "legal": "legal_threat",
    "press": "press_enquiry",
    "data_protection": "data_request",
    "abuse": "threat",
}
"""The intents that lift a post to urgent, each with the code of its reason."""

THREAT = (
    r"\b(?:komm\w* (?:\w+ ){0,3}(?:vorbei|rüber|besuch\w*)|(?:besuch\w*|find\w*|krieg\w*|erwisch\w*|"
    r"hol\w*|schnapp\w*) "
    r"(?:ich |wir )?(?:euch|dich|sie)\b|(?:euch|dich) (?:\w+ ){0,3}(?:finden|kriegen|holen|fertig ?machen|"
    r"schlagen|erwischen|umbringen)|(?:werdet|wirst|werden) (?:\w+ ){0,3}(?:bereuen|büßen|erleben|sehen)|"
    r"(?:pass|passt|passen sie) (?:\w+ )?auf|fertig ?machen|weiß,? wo (?:ihr|du|sie|er)|aufs maul|in die "
    r"fresse|"
    r"auf die fresse|(?:den |eure? )?(?:laden|bude) (?:\w+ )?(?:anzünden|abfackeln|kurz und klein)|abstechen|"
    r"zusammenschlagen|umlegen|gnade euch|droh\w*|"
    r"you(?:'ll| will) (?:\w+ ){0,2}(?:regret|pay|see)|watch your back|i know where|come (?:over|for you|"
    r"after you)|"
    r"(?:find|get|hurt|beat) you|burn (?:\w+ ){0,3}down|threat\w*)"
)
"""What an abusive post must say besides to be a threat: insults alone press nobody."""
