"""Order and customer numbers, known by the words around them: "Bestellnummer 48213", "4711 ist die Kd-Nr.".

A number of a matter, which begins and is settled, is an order number (order, parcel, invoice, ticket, claim);
one of a person's standing, which lasts, is a customer number (contract, member, policy, meter, tax).

A keyword is strong where it can name nothing but a number ("Bestellnummer", "Kd-Nr."), weak where it also
names the matter itself ("Auftrag", "Vertrag"): then the number must stand close, or look like a code.
Last, any other noun with "Nummer" names a number, but for those of things, places and telephones.
What is spoken for already comes in as `HIDDEN` characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, TypeAlias

from resonanz.annotate.cues import Cues, needed, small, words_of
from resonanz.annotate.quiet import HIDDEN, digits_of, quiet_word, windows

NumberKind: TypeAlias = Literal["order_number", "customer_number"]
NamedNumber: TypeAlias = tuple[NumberKind, int, int]  # kind, start, end


_NUMBER = (
    r"(?:[-.\s]{0,2}(?:num+e?rn?|numbers?|nrn?\b\.?|no\b\.?|num\b\.?|#|ids?\b|codes?\b|kennung(?:en)?|kennzahl|"
    r"kennziffer|zeichen|ref\b\.?|referenz(?:num+er|nr)?|reference\b))"
)
_BARE_NUMBER = r"(?:[-.\s]{0,2}(?:num+e?rn?|numbers?|nrn?\b\.?|no\b\.?|#))"
# A person's standing: what one is or has for years. Its number is a customer number.
_CUSTOMER_STRONG = (
    r"(?:kund(?:inn)?en?|vertrags?(?:partner|konto)?|mitglied(?:s|er|schafts?)?|abo|abonnenten|abonnements?|"
    r"poli[cz]z?en?|versicherungs?(?:schein)?|versicherten|krankenkassen|teilnehmer|benutzer|nutzer|bahn-?card|"
    r"(?:kunden|mitglieds|jahres|dauer)-?(?:karten?|card)|"
    r"(?:bonus|vorteils?|treue|club|klub|stamm|leser|gäste)(?:-?(?:karten?|card))?|"
    r"(?<!\w)(?:pol|vers|vertr|mitgl|matr|teiln)\.|"
    r"kundenkonto|geschäftspartner|debitoren|personen(?:konto)?|customer|client|account|contract|member(?:ship)?|"
    r"loyalty|policy|subscriber|subscription|user|patients?|patient(?:inn)?en|klienten|mandanten|mieter|gäste|spender|pächter|"
    r"matrikel|immatrikulations|studierenden|studenten|schüler|student|pupil|mitarbeiter|personal|employee|staff|"
    r"beitrags(?:konto)?|prämienkonto|darlehens?|kredit(?:vertrags?|konto)|bauspar|leasing|"
    r"steuer(?:identifikations)?|(?<!\w)(?:sv|ahv|rv)|"
    r"ausweis|driver(?:['’]?s)?[- ]licen[cs]e|frequent[- ]flyer|"
    r"(?:national|social)[- ](?:insurance|security)|nhs|passport|"
    r"(?:strom|gas|wasser|wärme|haupt|zweirichtungs)?zähler(?:punkt|platz)?|zählpunkts?|mess?lokations|"
    r"marktlokations|verbrauchsstellen?|abnahmestellen?|lieferstellen?|anlagen|(?<!\w)(?:gas|water|power)?\s?meter|"
    r"(?<!\w)(?:mpan|mprn|ma-?lo|me-?lo)|(?<!\w)post|(?<!\w)kd|(?<!\w)ku?\.|payback|miles|vielflieger|"
    rf"(?<!\w)knd?){_NUMBER}|(?:(?:reise|studenten)?(?<!\w)pass|reisepass|führerschein){_BARE_NUMBER}|"
    rf"anschluss{_NUMBER}(?![^\w+]*(?:ist\s|lautet\s)?[+0])|(?:steuer|zugangs|anschluss)-?(?:id\b|kennung)|"
    r"(?<!\w)(?:kundenkonto|vertragskonto|zählpunkt(?:bezeichnung)?)|(?<!\w)(?:kd-?nr|knr|svnr|mpan|mprn)\b\.?|"
    r"customer\saccount"
)
# A matter: what begins one day and is settled on another. Its number is an order number.
_ORDER_STRONG = (
    r"(?:bestell(?:ungs?)?|best\.|auftrags?|order|rechnungs?|faktura|sendungs?(?:verfolgungs?)?|pakets?|"
    r"tracking|liefer(?:schein|ungs?)?|frachtbrief|gepäck|abhol(?:ungs?)?|nachforschungs(?:auftrags?)?|"
    r"buchungs?|reservierungs?|retouren?|rücksende|rücksendungs?|versand|beleg|bons?|quittungs?|"
    r"referenz|transaktions?|zahlungs?|erstattungs?|gutschrifts?|mahn(?:ungs?)?|bestätigungs|einkaufs|kauf|"
    r"vorgangs?|bearbeitungs?|geschäfts(?:fall|vorfalls?)|vorfalls?|(?<!not)(?<!un)(?:fall|falles)(?:akten?)?|"
    r"(?<!\w)akten|dossier|beschwerden?|rekla(?:mations?)?|(?<!\w)(?:auftr|bearb|rekl|beschw|vorg|sdg|rechn|buch|schad|anfr)\.|schadens?(?:fall|falls)?|schäden|"
    r"anfragen?|antrags?|anliegens?|meldungs?|widerspruchs?|"
    r"reparatur(?:en|auftrags?)?|termins?|einsatz|angebots?|offert(?:en|s)?|garantie(?:fall)?|storno|"
    r"stornierungs?|kündigungs?|umzugs|verlust|fundsachen?|tickets?|"
    r"(?<!\w)(?:case|claims?|incident|request|complaint|dispute|repair|appointment|refund|receipt|inquiry|"
    r"enquiry|job|docket|file|waybill|quote|application|service\srequest)|purchase|invoice|booking|"
    r"reservation|shipment|shipping|parcel|package|confirmation|reference|return|transaction|payment|"
    rf"(?<!\w)(?:rg|re|ab|ls|po)(?=[-.])|rma){_NUMBER}|störungs{_NUMBER}(?![^\w+]*(?:ist\s|lautet\s)?[+0])|"
    r"pnr\b|(?<!\w)(?:aktenz(?:eichen|\.)|kassenzeichen|geschäftszeichen|geschäftszahl|gesch\.?-?z\.?|az\b\.?|gz\b\.?)|"
    rf"(?<!\w)(?:unser|ihr|euer)\szeichen\b|"
    rf"(?<!\w)(?:sendungsverfolgung|tracking)(?=\s?[:#])|(?<!\w)(?:our|your|my|booking|case)\sref\b\.?"
)
_CUSTOMER_WEAK = (
    r"kunden?|kundin|vertrag|kundenkarte|abo|mitglied|bahn-?card|customer|contract|member(?:ship)?|account"
)
_ORDER_WEAK = (
    r"bestellung(?:en)?|auftr[aä]ge?s?|orders?|rechnung(?:en)?|sendung(?:en)?|pakete?s?|päckchen|"
    r"lieferung|buchung|"
    r"reservierung|retoure|lieferschein|(?:auftrags|bestell|versand)bestätigung|invoice|parcel|"
    r"booking|shipment|package|reservation|tracking|purchase|delivery"
)
# Words that stand with many a number that is none of theirs: what is theirs follows at once and is long.
_CUSTOMER_NEAR = (
    r"[^\W\d_]{0,30}(?:versicherung|poli(?:ce|zze)|vertrag)|versicherungsschein|"
    r"[^\W\d_]{0,30}zähler|(?:bonus|vorteils|treue|club|mitglieds)-?(?:karte|card)|"
    r"[^\W\d_]{0,30}ausweis|reisepass|policy|patient(?:in)?|passport|(?<!\d\s)meter|"
    r"(?:verbrauchs|liefer|abnahme)stelle|(?:markt|mess)lokation|mitgliedschaft|abonnement"
)
_ORDER_NEAR = (
    r"[^\W\d_]{0,30}-?tickets?|vorg[aä]nge?s?|(?:(?:schadens?|service|support|garantie|versicherungs|leistungs|"
    r"beschwerde|reklamations|störungs|kunden|streit)-?)?f[aä]lle?s?|(?:fall|schadens?|kunden)?-?akten?|dossier|"
    r"[^\W\d_]{0,30}(?:anfrage|antrag|reklamation|beschwerde|meldung)|(?:[^\W\d_]{3,30})?schaden|störung|"
    r"reparatur|"
    r"(?:[^\W\d_]{3,30})(?:auftrag|rechnung|sendung|paket|buchung|bestellung|retoure)|quittung|beleg|bon|"
    r"kassenbon|offerte|angebot|gutschrift|mahnung|termin|case|claim|incident|complaint|receipt|refund|request|reference|referenz|rekla"
)
_STRONG = rf"(?P<customer>{_CUSTOMER_STRONG})|(?P<order>{_ORDER_STRONG})"
_WEAK = (
    rf"(?<![^\W\d])(?:(?P<weak_customer>{_CUSTOMER_WEAK})|(?P<weak_order>{_ORDER_WEAK})"
    rf"|(?:(?P<weak_near_customer>{_CUSTOMER_NEAR})|(?P<weak_near_order>{_ORDER_NEAR}))"
    rf"(?!{_NUMBER}))(?![^\W\d])"
)
_keyword, _weak_keyword = re.compile(f"{_STRONG}|{_WEAK}"), re.compile(_WEAK)  # read in small letters
_some_number = re.compile(r"\d\D?\d|[A-Z0-9]{6}")
_WITHIN = r"(?:[A-Za-z_/.–-]|[ \u00a0](?=[\dA-Z–/-]))*"  # between two digits of `_token` or `_shaped`
_code = re.compile(rf"[\dA-Z](?:(?<=\d){_WITHIN}\d{_WITHIN}\d|[A-Z0-9]{{5}})")
_KEYWORD_KINDS: dict[str, NumberKind] = {
    "customer": "customer_number",
    "order": "order_number",
    "weak_customer": "customer_number",
    "weak_order": "order_number",
    "weak_near_customer": "customer_number",
    "weak_near_order": "order_number",
}

# What may stand between a keyword and its number, to either side.
_SEPARATORS = r"[\s:#=.,\-–—\"'„“”‚‘’»«(\[*>→_|?!✅👉]*"
_LINK_WORDS = (
    r"ist|is|war|was|wäre|lautet|lautete|lauten|sind|are|die|das|der|den|dem|meine|meiner|mein|my|"
    r"our|unsere|unserer|your|"
    r"ihre|ihrer|deine|eure|ja|hier|here|nochmal|noch|mal|again|also|auch|bitte|please|natürlich|"
    r"dazu|dafür|folgende|"
    r"folgt|wie|of|nummer|nr|number|no|code|sie|it|it's|should|be|sollte|sein|hab|habe|ich|hätte|wir|"
    r"haben|dann|die|"
    r"eine|angeblich|jetzt|now|zur|zu|for|for\sthis|gleich|gern|gerne|s|re|vom|von|am|from|under|"
    r"unter|lt|laut|mit|with"
)
_gap = re.compile(rf"{_SEPARATORS}(?:(?:{_LINK_WORDS})(?![^\W_]){_SEPARATORS}){{0,6}}", re.IGNORECASE)
_count_word = re.compile(
    r"\b(?:von|vom|über|für|mit|ab|seit|in|im|for|of|since|from|am|um|bis|nach)\b", re.IGNORECASE
)
_number_word = re.compile(r"\b(?:nummer|nr|number|no|code|id)\b|#", re.IGNORECASE)
_example = re.compile(
    r"\bz\.\s?b\b|beispiel|\be\.g|example|format|beginn|fängt|starts|stellig|etwa\b|artikel", re.IGNORECASE
)
_for_example = re.compile(r"(?:\bbeispiel|\bz\.\s?b\.|\bbspw\.|\be\.g\.|\bexample)[:,\s]+\Z", re.IGNORECASE)
_stop = re.compile(r"[.!?]\s+[A-ZÄÖÜ][a-zäöü]{2}|\n\s*\n")
_back_gap = re.compile(
    r"[\s\"'“”)\]]*(?:[,:;=(\[–—-]\s?)?\s*(?P<words>(?:(?:ist|is|war|was|lautet|wäre|sollte|sein|als|"
    r"as|das|dies|that|that's|"
    r"this|die|der|the|meine|my|meiner|unsere|our|ihre|eure|your|nämlich|heißt|heisst|mein|zu|zur|"
    r"zum|für|for|gehört|to|"
    r"belongs|unter|läuft|steht|stand|steht\sals|auf|on|hab|habe|ich|von|s)(?![^\W_])[\s,:=(]*){0,6})"
    r"(?:(?:dhl|dpd|gls|ups|hermes|amazon|online)[\s-])?",
    re.IGNORECASE,
)
_token = re.compile(
    r"(?<![^\W_])#?(?:[A-Z]{1,5}[ \u00a0](?=\d{3}|\d{2}[-./ ]\d))?[A-Za-z0-9]{1,40}"
    r"(?:[-_/.–][A-Za-z0-9]{1,30}){0,6}(?:(?<=\d)[ \u00a0]\d{2,20}(?![^\W_])){0,6}"
    r"(?:(?<=\d[ \u00a0]\d\d)[ \u00a0]\d(?=[.,;:!?)]?(?:\s|$)(?!\s*\w)|[.,;:!?)]))?(?![^\W_])"
)
_shaped = re.compile(  # as courts, offices and meters write them, and groups held together by spaced dashes
    r"(?:[IVX]{1,5}|\d{1,4}|[A-Z])(?:[ \u00a0][A-Z][A-Za-z]{0,4}){1,2}[ \u00a0]\d{1,6}/\d{2,4}"
    r"(?:-\d{1,3}|[a-z])?(?!\w)|\d{2}[ \u00a0]\d{6}[ \u00a0][A-Z][ \u00a0]\d{3}(?!\w)"
    r"|\d[ \u00a0][A-Z]{3}(?:[ \u00a0]\d{2,4}){2,4}(?!\w)|\d{1,8}(?:(?: [-–/] ?| ?[-–/] )\d{1,8}){2,4}(?!\w)"
)
_wordy_end = re.compile(r"(?:[-_/.–](?:[A-Z]?[a-z]{2,}|[A-Z]{4,}))+$")
_wordy_start = re.compile(
    r"^#?(?:(?i:[A-Za-z]{0,12}(?:nr|no|nummer|number))[-_/.–]?|[A-Za-z]?[a-z]{3,}[-_/.–])(?=#?\w*\d)"
)
_no_code = re.compile(
    r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?|\d{1,2}\.\d{1,2}\.?|\d{1,2}[._/-]\d{1,2}[._/-](?:19|20)?\d\d|"
    r"(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./]\d\d|\d{1,2}/(?:19|20)\d\d"
)
_long_digits = re.compile(r"0\d{12,30}(?!\w)")
_lettered = re.compile(  # not a currency, a train, a day of the week
    r"(?!(?:EUR|CHF|USD|GBP|ICE|IC|EC|RE|RB|RJ|NJ|Mo|Di|Mi|Do|Fr|Sa|So)\b)[A-Z]{2,5}[ -]?"
    r"(?P<digits>\d{1,4}(?:[./-]\d{2,8}){1,4})(?!\w|[,.]\d)"
)
_grouped = re.compile(r"(?!\d+(?:\.\d{3})+(?![.\d]))\d{2,4}(?:\.\d{2,8}){2,4}(?!\w|[,.]\d)")
_mixed = re.compile(r"\d[A-Z]+\d|[A-Z]\d+[A-Z]")
_town = re.compile(r"\s[A-ZÄÖÜ][a-zäöü]")
_is_said = re.compile(
    r"(?:das |this |that )?(?:ist|is|war|was|lautet|heißt|steht als|als|as)\b", re.IGNORECASE
)
_counted = re.compile(r"\b(?:von|über|für|ab|seit|um|bis|in|im|for|of|since|from)\s+$", re.IGNORECASE)
_placed = re.compile(
    r"[^\d.!?\ue000]{0,50}\b(?:auf|in|im|aus|von|zu|zum|zur|für|bei|on|in|from|for|of|to)"
    r"(?:\s(?:der|die|das|den|dem|meiner|meinen|meinem|meine|dieser|eurer|ihrer|letzten|the|my|this))*\s$",
    re.IGNORECASE,
)
_booked = re.compile(r"buchung|reservierung|booking|reservation|code|pnr", re.IGNORECASE)
_more = re.compile(r"\s?(?:,|und|and|sowie|/|&|\+|oder|or)\s(?:die\s|the\s|auch\s)?(?=[#\w])", re.IGNORECASE)
_hash_code = re.compile(r"(?<![\w#&/])#(?:[A-Z]{1,4}-?)?\d{4,}[\dA-Z-]*(?<!-)(?![^\W_])")
_generic = re.compile(
    r"(?<![^\W_])(?:nummern?|number|nr\.?|num|no\.|unter|under|aktenzeichen|zeichen|referenz)(?=[\s:#])",
    re.IGNORECASE,
)
_tracking = re.compile(
    r"(?<![^\W_])(?:JJD\d{14,22}|1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}(?:DE|AT|CH|GB|CN|US)|003404\d{14}|"
    r"\d{3}-\d{7}-\d{7})(?![^\W_])"
)
_any_noun = re.compile(
    r"(?<![^\W_])(?P<noun>[^\W\d_]{3,40}?)-?(?:num+ern?|nrn?\b\.?|kennung|kennziffer|(?<=-)id\b)(?![^\W_])",
    re.IGNORECASE,
)
_nobodys = re.compile(  # whose numbers name a thing, a place or a service, or are found as what they are
    r"(?:artikel|modell|typ|typen|serien?|teile?|material|chargen?|produkt|katalog|farb|größen?|geräte?|fahrgestell|"
    r"fahrzeug|zug|wagen|waggon|linien?|bus|flug|fahrt|gleis|bahnsteig|kilometer|straßen|platz|reihen?|raum|zimmer|"
    r"tisch|tür|haus|stand|hallen?|leit|seiten?|kapitel|band|heft|ausgaben?|folgen?|bild|abbildungs?|tabellen|"
    r"ordnungs|zeilen|versions?|build|fehler|status|port|kanal|programm|rücken|trikot|start|los|glücks|spiel|warte|"
    r"aufruf|tarif|kurs|lied|set|karten|konto|bank|register|amts|umsatzsteuer|telefon|tel|handy|mobil|natel|fax|ruf|"
    r"hotline|service|not|notfall|kontakt|info|privat|büro|durchwahl|whatsapp|festnetz|sonder|kurz|gesetz(?:es)?|"
    r"drucksachen?|urteils?|prüf)\Z",
    re.IGNORECASE,
)
_deed = re.compile(
    r"(?:ungs?|tausch|nahmen?|gaben?|wechsel|verlust|ations?)\Z", re.IGNORECASE
)  # done once: a matter
_somebodys = re.compile(
    r"\b(?:mein|unser|dein|ihr|euer|eure|my\b|our\b|your\b|ich\b|hab\b|lautet\b)", re.IGNORECASE
)
_file_sign = re.compile(r"zeichen|\b[ag]z\b|geschäftszahl", re.IGNORECASE)
_court = re.compile(
    r"gericht|urteil|urteilt|rechtsprechung|grundsatzentscheidung|\b(?:BGH|EuGH|OGH|OLG|LG|BAG|BSG|BFH|BVerf[GW]G?|VGH?|BVwG)\b"
)
_hotline = re.compile(r"0(?:800|180\d?|900|137|848|810|820)(?!\d)|1(?:1[02356]\d{0,3}|33|44)(?!\d)")
_order_context = re.compile(
    r"bestell|auftr[aä]g|\border|liefer|paket|päckchen|sendung|rechnung|buchung|gebucht|retour|"
    r"ware\b|ship|deliver|parcel|"
    r"package|invoice|booking|purchase|\breturn|ticket|anliegen|anfrage|vorgang|beschwerde|reklam|schaden|störung|"
    r"antrag|meldung|complaint|\bcase\b|\bclaim",
    re.IGNORECASE,
)
_customer_context = re.compile(
    r"kund(?:e|in)|vertr[aä]g|mitglied|konto|customer|client|member|contract|account|\babo\b|tarif|"
    r"gekündigt|kündigung",
    re.IGNORECASE,
)


# What a text must hold for a number to be named in it -------------------------------------------------

_EXPLAINED = "|".join(search.pattern for search in (_any_noun, _order_context, _customer_context))
_cues = Cues(map(needed, (_STRONG.replace("|#", ""), _STRONG, _WEAK, _EXPLAINED)))
_STRONGLY, _STRONGLY_BY_SIGN, _WEAKLY, _EXPLAINS = 1, 2, 4, 8  # their bits
_long_mixed = re.compile(r"\d[\w.-]{13}")
_mixed_word = re.compile(r"\d[^\W\d]")
_digit = re.compile(r"\d")


@lru_cache(maxsize=8)  # one text is asked about several times
def has_code(text: str) -> bool:
    """Whether `text` has what any step here could find: three digits of one number, or a booking code."""
    return _code.search(text) is not None


def may_name_number(text: str) -> bool:
    """Whether a word in `text` may name a number that it has."""
    return has_code(text) and bool(_names(text, _said(text)))


def _names(text: str, said: int) -> int:
    """Which keywords may stand in `text`, as bits; "Paket #4711" needs its sign to name a number."""
    return said & (_STRONGLY_BY_SIGN | _WEAKLY if "#" in text else _STRONGLY | _WEAKLY)


def may_be_coded(text: str) -> bool:
    """Whether something in `text` may explain a code that it has."""
    return has_code(text) and (bool(_said(text) & _EXPLAINS) or _tracking.search(text) is not None)


@lru_cache(maxsize=8)
def _said(text: str) -> int:
    return _cues.mask(words_of(text))


def may_name_when_quiet(text: str) -> bool:
    """Whether one of the two holds for `text` when `quiet_numbers` are out of sight, which may cut words."""
    if not has_code(text):
        return False
    said = _said(text)
    if said & _EXPLAINS or _names(text, said) or _long_mixed.search(text) or _tracking.search(text):
        return True
    if _mixed_word.search(text) is None:
        return False
    words = words_of(text)
    for word in list(words):
        if digit := _digit.search(word):
            words += [word[start:] for start in range(digit.end(), len(word))]
    return bool(_cues.mask(words))


@lru_cache(maxsize=8)  # three ways to name a number look for them
def _keywords(text: str) -> tuple[re.Match[str], ...]:
    low = small(text)
    search = _weak_keyword if _names(text, _said(text)) == _WEAKLY else _keyword
    return tuple(
        keyword
        for start, end in windows(text, _some_number, before=130, after=90)
        for keyword in search.finditer(low, start, end)
        if not (_file_sign.search(keyword[0]) and _is_judged(text, keyword))
        and not _for_example.search(text, max(0, keyword.start() - 15), keyword.start())
    )


def _is_judged(text: str, sign: re.Match[str]) -> bool:
    """Whether a file's sign is one of a court, whose judgements everybody may quote."""
    return _court.search(text, max(0, sign.start() - 80), sign.end() + 80) is not None


def _past_gap(text: str, position: int) -> int:
    """Where what may stand between a keyword and its number ends, if it begins at `position`."""
    gap = _gap.match(text, position)
    return position if gap is None else gap.end()


def named_closely(text: str) -> Iterator[NamedNumber]:
    """Numbers right behind a word that can name nothing else, such as "Bestellnummer"."""
    for keyword in _keywords(text):
        position = _past_gap(text, keyword.end())
        if _is_weak(keyword) and not _is_sure(text, keyword, position):
            continue
        code = _shape_at(text, position) or _code_at(text, position)
        if code is not None and _is_named(text[slice(*code)], keyword):
            yield from _with_more(text, _KEYWORD_KINDS[keyword.lastgroup or ""], code)


def named_loosely(text: str) -> Iterator[NamedNumber]:
    """Numbers some words behind a keyword, and those right behind a vaguer one such as "Auftrag"."""
    keywords = list(_own_keywords(text))
    for keyword, following in zip(keywords, (*keywords[1:], None), strict=False):
        if text.startswith(HIDDEN, _past_gap(text, keyword.end())):
            continue  # its number stands right behind it and is found already
        limit = min(keyword.end() + 80, len(text) if following is None else following.start())
        for code in _codes(text, keyword.end(), limit):
            gap = text[keyword.end() : code[0]]
            if _stop.search(gap) or _example.search(gap):
                break
            if _is_reached(text, keyword, code) and not _is_named_later(text, keyword, code, following):
                yield from _with_more(text, _KEYWORD_KINDS[keyword.lastgroup or ""], code)
                break


def _is_sure(text: str, keyword: re.Match[str], position: int) -> bool:
    """Whether even a vague word names what stands there, by its shape.

    That is a long parcel number, letters before many digits, or groups that are not thousands: they would
    else be taken for a telephone number, an amount or a version.
    """
    if keyword.lastgroup == "weak_order" and _long_digits.match(text, position):
        return True
    lettered, grouped = _lettered.match(text, position), _grouped.match(text, position)
    if lettered is not None:
        return _no_code.fullmatch(lettered["digits"]) is None
    return grouped is not None and _no_code.fullmatch(grouped[0]) is None


def _own_keywords(text: str) -> Iterator[re.Match[str]]:
    """The keywords, without the vague ones that only place a surer one: "Kundennummer auf der Rechnung"."""
    sure_end = -80
    for keyword in _keywords(text):
        if not _is_weak(keyword):
            sure_end = keyword.end()
        elif _placed.match(text, max(sure_end, 0), keyword.start()) and keyword.start() - sure_end < 60:
            continue
        yield keyword


def named_before(text: str) -> Iterator[NamedNumber]:
    """Numbers that stand before their keyword: "12345678 ist meine Kundennummer"."""
    for keyword in _keywords(text):
        if text.startswith(HIDDEN, _past_gap(text, keyword.end())):
            continue
        weak, near = _is_weak(keyword), _is_near(keyword)
        for code in _codes(text, max(0, keyword.start() - 70), keyword.start()):
            between = _back_gap.fullmatch(text, code[1], keyword.start())
            if near and between and not _is_said.match(between["words"]):
                continue
            if between and (between["words"] or not weak) and _size(text[slice(*code)]) >= 4 + weak:
                yield _KEYWORD_KINDS[keyword.lastgroup or ""], *code


def coded(text: str) -> Iterator[NamedNumber]:
    """Codes that only the rest of the text explains: "#48213" in a text about an order."""
    for match in _tracking.finditer(text):
        yield "order_number", *match.span()
    yield from _by_any_noun(text)
    order, customer = _order_context.search(text), _customer_context.search(text)
    if order is None and customer is None:
        return
    kind: NumberKind = "customer_number" if order is None else "order_number"
    for match in _hash_code.finditer(text):
        if not _no_code.fullmatch(match[0].lstrip("#-ABCDEFGHIJKLMNOPQRSTUVWXYZ")):
            yield kind, *match.span()
    for word in _generic.finditer(text):
        code = _code_at(text, _past_gap(text, word.end()))
        if code and _size(text[slice(*code)]) >= 5 and not _hotline.match(text, code[0]):
            yield kind, *code


def _by_any_noun(text: str) -> Iterator[NamedNumber]:
    """Numbers behind other nouns with "Nummer": of what is done once, or of what is said to be somebody's."""
    for start, end in windows(text, _some_number, before=130, after=90):
        for noun in _any_noun.finditer(text, start, end):
            kind = _kind_of_noun(text, noun)
            code = _code_at(text, _past_gap(text, noun.end())) if kind else None
            if (
                kind
                and code
                and _size(text[slice(*code)]) >= 5
                and not re.search("[0+]", text[code[0] - 1 : code[0] + 1])
            ):
                yield kind, *code


def _kind_of_noun(text: str, noun: re.Match[str]) -> NumberKind | None:
    word = noun["noun"].rstrip("-")
    if word.isupper() or _nobodys.search(word):
        return None
    if _deed.search(word):
        return "order_number"
    return "customer_number" if _somebodys.search(text, max(0, noun.start() - 40), noun.end() + 12) else None


def _shape_at(text: str, position: int) -> tuple[int, int] | None:
    match = _shaped.match(text, position)
    return None if match is None else match.span()


def _codes(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _token.finditer(text, start, end):
        code = _trimmed(match)
        if code is not None and (end >= len(text) or match.end() <= end):
            yield code


def _code_at(text: str, position: int) -> tuple[int, int] | None:
    match = _token.match(text, position)
    return None if match is None else _trimmed(match)


def _trimmed(match: re.Match[str]) -> tuple[int, int] | None:
    """The code without words glued to its ends; nothing where no code is left, or a year or a date."""
    code = _wordy_end.sub("", match[0])
    end = match.start() + len(code)
    word = _wordy_start.match(code)
    start = match.start() + (word.end() if word else 0)
    code = match.string[start:end]
    return (start, end) if _size(code) >= 2 or _is_booking_code(code) else None


def _size(code: str) -> int:
    """How many digits a code has; none where it reads as a year or a date."""
    return 0 if _no_code.fullmatch(code) else len(digits_of(code))


def _is_booking_code(code: str) -> bool:
    return re.fullmatch(r"[A-Z0-9]{6}", code) is not None


def _is_named(code: str, keyword: re.Match[str]) -> bool:
    """Whether the code right behind a strong keyword is one; booking codes may do with few digits or none."""
    if _is_hotline(code, keyword):
        return False
    if _is_booking_code(code) and code.isalpha():
        return _booked.search(keyword[0]) is not None
    return _size(code) >= 3 or (_is_booking_code(code) and not code.isdigit())


def _is_hotline(code: str, keyword: re.Match[str]) -> bool:
    """Whether a matter's noun only says what a number that anybody may ring is for: "Bestellung: 0800 …"."""
    return "order" in (keyword.lastgroup or "") and _hotline.match(code) is not None


def _is_weak(keyword: re.Match[str]) -> bool:
    return (keyword.lastgroup or "").startswith("weak")


def _is_near(keyword: re.Match[str]) -> bool:
    return (keyword.lastgroup or "").startswith("weak_near")


def _is_reached(text: str, keyword: re.Match[str], code: tuple[int, int]) -> bool:
    """Whether a keyword's meaning reaches as far as the code behind it."""
    gap, value = text[keyword.end() : code[0]], text[slice(*code)]
    size = _size(value)
    lettered = re.search(r"[A-Za-z]", value) is not None
    close = _gap.fullmatch(gap.replace(HIDDEN, "")) is not None
    if quiet_word.search(gap.rstrip(" :=")) or _is_hotline(value, keyword):
        return False
    if not _is_weak(keyword):
        return size >= (3 if close else 5 - lettered)
    if close and _is_booking_code(value) and lettered and not (_is_near(keyword) or value.isalpha()):
        return _booked.search(keyword[0]) is not None or _mixed.search(value) is not None
    if _is_near(keyword):
        counted = _count_word.search(gap) is not None and _number_word.search(gap) is None
        return close and not counted and _stands_alone(text, code)
    if close and not (_count_word.search(gap) and not _number_word.search(gap)):
        return size >= (4 if _number_word.search(gap) or _order_context.match(keyword[0]) else 5)
    marked = value.startswith("#") or gap.rstrip().endswith(("(", "#"))
    return size >= (4 if marked else 5 if lettered else 6) and _counted.search(gap) is None


def _stands_alone(text: str, code: tuple[int, int]) -> bool:
    """Whether a number is long, and neither a round one nor a postcode before its town."""
    value = text[slice(*code)]
    if value.isdigit() and (value.endswith("000") or (len(value) == 5 and _town.match(text, code[1]))):
        return False
    return _size(value) >= (4 if re.search(r"\w[-/]\w", value) else 5)


def _is_named_later(
    text: str, keyword: re.Match[str], code: tuple[int, int], later: re.Match[str] | None
) -> bool:
    """Whether the number belongs to the next keyword: "… und 48213 ist die Bestellnummer"."""
    if later is None or _gap.fullmatch(text, keyword.end(), code[0]):
        return False
    between = _back_gap.fullmatch(text, code[1], later.start())
    return between is not None and bool(between["words"])


def _with_more(text: str, kind: NumberKind, code: tuple[int, int]) -> Iterator[NamedNumber]:
    """The code, and those of like length that an "und" or a comma adds to it."""
    size = _size(text[slice(*code)])
    following: tuple[int, int] | None = code
    while following is not None:
        yield kind, *following
        joint = _more.match(text, following[1])
        following = _code_at(text, joint.end()) if joint else None
        if following and (abs(_size(text[slice(*following)]) - size) > 1 or size < 4):
            following = None
