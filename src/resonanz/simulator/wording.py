"""The words of the simulator's pages, in German and English, chosen by the browser's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

WORDS: dict[str, dict[str, str]] = {
    "de": {
        "title": "Simuliertes Netzwerk",
        "notice": (
            "Alles hier ist erfunden. Dieses Netzwerk läuft nur auf diesem Rechner, niemand sonst liest mit."
        ),
        "timeline": "Das Neueste",
        "timeline_as": "Was {name} sieht",
        "thread": "Unterhaltung",
        "posts": "Beiträge",
        "write": "Als Kundin oder Kunde schreiben",
        "write_short": "Schreiben",
        "who": "Wer schreibt",
        "text": "Text",
        "audience": "Wer es lesen darf",
        "public": "Alle",
        "public_hint": "öffentlich im Netzwerk",
        "direct": "Nur Genannte",
        "direct_hint": "private Erwähnung",
        "send": "Absenden",
        "reply": "Antworten",
        "replying": "Antwort auf {name}",
        "no_reply": "doch keine Antwort",
        "see_as": "Ansicht",
        "everybody": "Alle (öffentlich)",
        "show": "Anzeigen",
        "console": "Regie",
        "private": "privat",
        "company": "Firma",
        "bot": "Automat",
        "edited": "bearbeitet",
        "liked": "★ {names}",
        "boosted": "geteilt von {names}",
        "no_alt": "ohne Beschreibung",
        "followers": "Follower",
        "empty": "Noch hat niemand etwas geschrieben.",
        "empty_hint": "Schreiben Sie den ersten Beitrag.",
        "fresh": "Neue Beiträge anzeigen",
        "back": "Zur Übersicht",
        "not_found": "Diese Seite gibt es nicht",
        "not_found_hint": "Vielleicht wurde der Beitrag gelöscht, oder er ist privat.",
        "blank": "Bitte schreiben Sie einen Text.",
        "too_long": "Der Text ist zu lang: {count} von 500 Zeichen.",
        "refused": "Das Netzwerk hat den Beitrag abgelehnt.",
        "consent": "Anmelden bei {app}",
        "consent_hint": (
            "{app} möchte im Namen einer Firma lesen und schreiben. Mit welcher soll es das dürfen?"
        ),
        "consent_go": "Erlauben",
        "consent_no": "Ablehnen",
        "code": "Ihr Code",
        "code_hint": "Kopieren Sie ihn in das Programm, das danach fragt.",
        "just_now": "gerade eben",
        "minutes": "vor {n} min",
        "hours": "vor {n} h",
        "days": "vor {n} T",
        "counted": "von 500",
    },
    "en": {
        "title": "Simulated network",
        "notice": (
            "Everything here is made up. This network runs on this machine only; nobody else can read it."
        ),
        "timeline": "Latest",
        "timeline_as": "What {name} sees",
        "thread": "Conversation",
        "posts": "Posts",
        "write": "Write as a customer",
        "write_short": "Write",
        "who": "Who is writing",
        "text": "Text",
        "audience": "Who may read it",
        "public": "Everybody",
        "public_hint": "public on the network",
        "direct": "Named people only",
        "direct_hint": "private mention",
        "send": "Post",
        "reply": "Reply",
        "replying": "Reply to {name}",
        "no_reply": "not a reply after all",
        "see_as": "View",
        "everybody": "Everybody (public)",
        "show": "Show",
        "console": "Control room",
        "private": "private",
        "company": "Company",
        "bot": "Bot",
        "edited": "edited",
        "liked": "★ {names}",
        "boosted": "boosted by {names}",
        "no_alt": "no description",
        "followers": "followers",
        "empty": "Nobody has written anything yet.",
        "empty_hint": "Write the first post.",
        "fresh": "Show new posts",
        "back": "Back to the network",
        "not_found": "There is no such page",
        "not_found_hint": "The post may have been deleted, or it is private.",
        "blank": "Please write some text.",
        "too_long": "The text is too long: {count} of 500 characters.",
        "refused": "The network refused the post.",
        "consent": "Sign in to {app}",
        "consent_hint": "{app} wants to read and write for a company. Which one may it act for?",
        "consent_go": "Allow",
        "consent_no": "Refuse",
        "code": "Your code",
        "code_hint": "Copy it into the program that asks for it.",
        "just_now": "just now",
        "minutes": "{n} min ago",
        "hours": "{n} h ago",
        "days": "{n} d ago",
        "counted": "of 500",
    },
}


def language(request: Request) -> str:
    """Return `de` or `en`, whichever the browser likes better; English for all others."""
    best, weight = "en", 0.0
    for wish in request.headers.get("accept-language", "").split(","):
        tag, _, rest = wish.strip().partition(";")
        name = tag.partition("-")[0].lower()
        try:
            liked = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            liked = 0.0
        if name in WORDS and liked > weight:
            best, weight = name, liked
    return best
