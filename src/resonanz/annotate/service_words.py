"""Words that companies put beside their name on social networks, and so do those who pose as a company.

German and English, written by hand; `ae`, `oe` and `ue` also stand for umlauts. Long ones count within a word
too (`hilfenordlicht`), short ones only as a word of their own.
"""

from __future__ import annotations

import re

LONG = (
    # who helps
    "kundenservice kundendienst kundenbetreuung kundencenter kundencentrum kundensupport kundenhilfe "
    "kunden service services servicecenter servicecentre serviceteam support supportteam hilfe hilft "
    "helfen hilfsteam help helps helpdesk helpline helpcenter hotline care customer customers "
    "customercare kontakt contact beratung betreuung assistenz assistance ansprechpartner center centre "
    "zentrale abteilung team chat whatsapp telegram signal messenger telefon phone info infos "
    "information auskunft antwort antworten "
    # who claims to be genuine
    "official offiziell offizielle offizieller offizielles officiel echt echte genuine verified "
    "verifiziert real authentic deutschland germany oesterreich austria schweiz switzerland europe "
    "europa global international online web website shop store outlet app apps konto konten account "
    "accounts login portal "
    # what customers are asked for
    "sicherheit security verifizierung verification bestaetigung datenschutz sperre freischaltung "
    "banking onlinebanking onlineservice pushtan photo zahlung zahlungen payment payments bezahlung "
    "rechnung rechnungen billing inkasso rueckerstattung erstattung refund refunds rueckzahlung "
    "entschaedigung guthaben bonus gewinnspiel gewinnspiele gewinn gewinne giveaway giveaways verlosung "
    "aktion aktionen promo promotion rabatt rabatte gutschein gutscheine coupon coupons voucher "
    "angebote deals sale "
    # what it is about
    "beschwerde beschwerden reklamation reklamationen complaint complaints retoure retouren stornierung "
    "storno buchung buchungen booking bestellung bestellungen order orders lieferung lieferungen "
    "delivery versand shipping sendung verfolgung sendungsverfolgung tracking paket zoll schaden "
    "schadensmeldung garantie vertrag vertraege tarif tarife kuendigung termin termine ticket tickets "
    "melden meldung karriere jobs bewerbung recruiting presse news aktuell zentral verwaltung vertrieb "
    "buero office verkauf "
).split()
SHORT = frozenset(
    "de at ch eu uk us en int tv hq cs kd 24 24h 24x7 tan pin id it dach cc ag gmbh se kg co inc ltd und the "
    "der das die von by of fuer für for ihr ihre your".split()
)
TICKS = "✓✔✅☑"

_GLUE = r"(?:[esn]|es|en)?"
_UMLAUTS = (("ae", "(?:ae|ä|a)"), ("oe", "(?:oe|ö|o)"), ("ue", "(?:ue|ü|u)"))


def _pattern(word: str) -> str:
    for typed, either in _UMLAUTS:
        word = word.replace(typed, either)
    return word


_ANY = f"(?:{'|'.join(_pattern(word) for word in sorted(LONG, key=len, reverse=True))})"
_whole = re.compile(f"(?:{_ANY}{_GLUE})+")
_NUMBER = re.compile(r"\d{1,3}")
_KEPT_LEAST = 3  # letters that are left when words at the ends are cut off


def is_service_word(word: str) -> bool:
    """Whether a word in small letters is made of them, or is a number that means nothing, such as `24`."""
    return word in TICKS or word in SHORT or bool(_NUMBER.fullmatch(word) or _whole.fullmatch(word))


def is_telling(word: str) -> bool:
    """Whether one of them says that a company speaks: `de`, `the` and numbers stand with people too."""
    return word not in SHORT and not word.isdigit()


def cuts(word: str) -> list[tuple[int, int]]:
    """Return where what is left of a word in small letters may begin and end without those at its ends."""
    size = len(word)
    starts = [0, *(at for at in range(1, size) if _whole.fullmatch(word, 0, at))]
    ends = [size, *(at for at in range(size - 1, 0, -1) if _is_end(word, at))]
    return [(start, end) for start in starts for end in ends if end - start >= _KEPT_LEAST][1:]


def _is_end(word: str, at: int) -> bool:
    return bool(_NUMBER.fullmatch(word, at) or _whole.fullmatch(word, at))
