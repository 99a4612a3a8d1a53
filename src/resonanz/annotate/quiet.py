"""Numbers that say nothing about a person: prices, dates, times, trains, models, measures, scores, versions.

They are put out of sight before telephone numbers and loosely named numbers are sought, for most false
alarms come from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resonanz.annotate.cues import small

HIDDEN = "\ue000"  # stands for each character that is spoken for; neither letter, digit nor blank

UNITS = (
    r"(?:°|%|€|\$|£|(?:min\b|minuten?|minutes?|mins?\b|std\b|stunden?|hours?|sek\b|sekunden?|uhr|"
    r"tagen?|tage?|days?|wochen?|weeks?|"
    r"monaten?|months?|jahren?|years?|km|kilometern?|meter|cm\b|mm\b|kg\b|gramm|liter|ml\b|gb\b|mb\b|tb\b|"
    r"mbit|kwh|watt|volt|grad|prozent|percent|euro?s?\b|eur\b|chf\b|franken|cent|dollars?|times|"
    r"stück|stk\b|punkten?|points?|personen|people|leuten?|menschen|kunden|customers|follower\w*|"
    r"likes?\b|autos?\b|"
    r"busse\b|züge\b|zügen|unfälle\w*|bäume\w*|seiten?|pages|plätze\w*|sterne?\b|stars|mio|mrd|"
    r"millionen|tausend|hundert|ps\b|zoll|inch|wagen|gleise?|spuren|stockwerke|geschäfte|läden)(?![^\W_]))"
)
SHORT_UNITS = r"(?:mal|x|k|m|h|g|artikeln?|teilen?|items)(?![^\W_])"
MONTHS = (
    r"jan(?:uar|uary|\b)|jänner|feb(?:ruar|ruary|\b)|märz|march|mar\b|apr(?:il|\b)|mai|may|juni?|"
    r"june|juli?|july|"
    r"aug(?:ust|\b)|sep(?:tember|t?\b)|okt(?:ober|\b)|oct(?:ober|\b)|nov(?:ember|\b)|dez(?:ember|\b)|"
    r"dec(?:ember|\b)"
)

_MONEY = (
    r"€|eur\b|euros?\b|cent\b|chf\b|franken\b|fr\.|sfr\.?|\$|£|usd\b|dollars?\b|pfund\b|pounds?\b|"
    r",-|\.-|\.–|,–"
)
_AMOUNT = r"\d{1,3}(?:[.' \u00a0]\d{3})+(?:,\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_TRAINS = (
    r"ice|ic|ece?|re|rb|rjx?|ire|tgv|nj|en|flx|rs|sprinter|eurocity|intercity|railjet|nightjet|westbahn|"
    r"(?:s|u)-?bahn|tram|straßenbahn|bus|linie|line|zug|train|flug|flight|lh|os|lx|ew|4u|ba|af|kl|u2|"
    r"fr|tk|ek|sn|"
    r"gleis|platform|wagen|coach|platz|seat|sitz|gate|terminal|reihe|halle|raum|zimmer|room"
)
_MODELS = (
    r"iphone|ipad|galaxy|pixel|rtx|gtx|rx|ryzen|core|modell|model|typ|type|serie|series|playstation|"
    r"ps|xbox|windows|"
    r"android|ios|macbook|thinkpad|fritz!?\s?box|firmware|version|release|build|update|kernel|canon|"
    r"nikon|eos|"
    r"office|mx|sony|bosch|dell|surface|echo|kindle|switch|golf|audi|bmw|tesla"
)
_OTHER_NUMBERS = (
    r"artikel|art\.|serien|modell|typen|teile|material|chargen|los|start|rücken|zug|wagen|linien|"
    r"flug|fehler|status|"
    r"versions|raum|zimmer|gleis|sitzplatz|platz|haus|konto|amts|handelsregister|aktenzeichen|"
    r"model|serial|part|article|item|product|produkt|katalog|version|flight|train|gate"
)
_CODES = (
    r"isbn|ean|gtin|pzn|imei|sku|asin|wkn|isin|iso|din|rfc|cve|hrb|hra|ust-?id(?:nr)?\.?|vat|"
    r"fehler(?:code|meldung)?|"
    r"errors?(?:\scode)?|http|status(?:\s?code)?|code|plz|postleitzahl|zip|vorwahl|az\.?|aktenzeichen|"
    r"paragraph|artikel|seriennr\.?|blz|bic|pin|puk|tan|e\d|no\.\s?1"
)
_quiet = re.compile(
    r"(?<![\w.,+])(?:[0-3]?\d\.\s?[01]?\d\.\s?(?:19|20)\d\d|[0-3]\d-[01]\d-(?:19|20)\d\d|[01]?\d/(?:19|20)\d\d)(?![\d/-])"
    r"|(?<![\w.,+])(?<!\d[ /()-])(?!0\d\d)(?:"
    r"(?:(?:mo|di|mi|do|fr|sa|so)\.?,?\s)?\d{1,2}\.\s?(?:\d{1,2}\.(?:\s?(?:19|20)?\d\d(?!\d))?|(?:"
    + MONTHS
    + r")\.?"
    r"(?:\s(?:19|20)\d\d(?!\d))?)"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d(?![\d-])|[0-3]?\d/[01]?\d/(?:19|20)?\d\d(?![\d/])|(?:19|"
    r"20)\d\d[/-](?:20)?\d\d(?![\d/-])"
    r"|(?:[a-z]{3,9}\.?\s)?\d{1,2}(?:st|nd|rd|th)\b"
    r"|\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[-–]\s?\d{1,2}[:.]\d\d)?(?:\s?(?:uhr|h|am|pm|a\.m\.|"
    r"p\.m\.)\b|(?![\d.:/-]))"
    r"|\d{1,2}(?:\s?[-–]\s?\d{1,2})?\s?(?:uhr|h|am|pm)\b"
    r"|\d{1,3}\s?:\s?\d{1,3}(?![\d:])"
    r"|\d{1,4}(?:,\d)?(?:\s?[x×*]\s?\d{1,4}(?:,\d)?){1,2}(?!\w)"
    rf"|(?:{_AMOUNT})\s?(?:{_MONEY})|(?:{_AMOUNT})\s?{UNITS}|\d{{1,3}}\s?{SHORT_UNITS}"
    r"|\d{1,6},\d{1,2}(?![\d,.-])|\d{1,5}\.\d\d(?![\d.-])|\d{1,3}(?:\.\d{3}){1,3}(?![\d.-])"
    r"|v?\d{1,3}(?:\.\d{1,4}){2,4}(?![\d])|-?\d{1,3}\.\d{3,8}°?(?:\s?[nsew]\b)?,\s?-?\d{1,3}\.\d{3,8}"
    r"|§§?\s?\d{1,4}\w?"
    rf"|(?:{_TRAINS})\s?-?(?:nr\.?|nummer|no\.?)?\s?\d{{1,5}}[a-z]?(?![\w-])|"
    rf"[suabkcdemntz]-?\d{{1,3}}(?![\w-])"
    r")"
    rf"|(?<![\w.+])(?:€|eur|euro|chf|fr\.|\$|£|usd)\s?(?:{_AMOUNT})(?![\d])"
    rf"|(?<!\w)(?:{_MODELS})[\s-]?(?:[a-z]{{1,3}}[\s-]?)?\d[\w.-]{{0,12}}"
    rf"|(?<!\w)(?:{_OTHER_NUMBERS})-?\s?(?:nummer|number|nr\.?|no\.?|id)[\s:#]{{1,3}}(?:ist\s|"
    rf"lautet\s|is\s)?[\w/-]*\d[\w/.-]*(?:\s\d+)*"
    rf"|(?<!\w)(?:{_CODES})[\s:#.-]{{1,3}}(?:[a-z]{{1,4}}[\s-]?)?\d[\dx]*(?:[ -]\d+)*"
    r"|§§?\s?\d+\w?",
)  # read in small letters
quiet_word = re.compile(
    rf"(?<!\w)(?:{_TRAINS}|{_MODELS}|seite|kapitel|folge|staffel|saison|heft|ausgabe|teil|artikel|"
    rf"stand|kanal|band|§)$",
    re.IGNORECASE,
)


def quiet_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers that are nobody's begin and end in `text`, with the word or sign that shows it."""
    for match in _quiet.finditer(small(text)):
        yield match.span()


def hide(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with `HIDDEN` for each character of the spans, which come in order and apart."""
    parts: list[str] = []
    last = 0
    for start, end in spans:
        parts += [text[last:start], HIDDEN * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


def digits_of(text: str) -> str:
    """The digits in `text`, without what stands between them."""
    return "".join(re.findall(r"\d", text))


def windows(text: str, anchor: re.Pattern[str], *, before: int, after: int) -> Iterator[tuple[int, int]]:
    """The parts of `text` that lie around a match of `anchor`, so that a slow search may skip the rest."""
    start, end = 0, -1
    for match in anchor.finditer(text):
        if match.start() - before > end >= 0:
            yield start, end
            start = match.start() - before
        elif end < 0:
            start = max(0, match.start() - before)
        end = min(len(text), match.end() + after)
    if end >= 0:
        yield start, end
