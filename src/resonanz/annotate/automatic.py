"""Whether a post was written by a machine that answers by itself: another desk, an absence notice.

Only what the text says of itself counts: a title in front ("Automatische Antwort: …", "[Auto-Reply]") or a
formula that people do not write ("Diese Nachricht wurde automatisch erstellt"). Somebody who complains about
automatic answers is no machine.
"""

from __future__ import annotations

import regex

READ_MOST = 2_000  # characters; a machine says it soon

_HANDLES = regex.compile(r"^(?:\s*@[\w.@:-]+[\s,:]*)+")
_ADORNS = regex.compile(r"^[^\p{L}\p{N}]+")
_TITLE = regex.compile(
    r"(?:automatische|automatisierte)\s+(?:antwort|nachricht|rückmeldung|eingangsbestätigung|abwesenheits\p{L}*)"
    r"|auto(?:matisch|matic)?[\s\-]?(?:antwort|reply|response|responder)\b"
    r"|automat(?:ic|ed)\s+(?:reply|response|answer|message|acknowledge?ment)"
    r"|abwesenheits(?:notiz|nachricht|meldung|assistent)|out\s+of\s+(?:the\s+)?office|eingangsbestätigung\b",
    regex.IGNORECASE,
)
_END_OF_TITLE = regex.compile(r"\s*(?:[:\])}>|*\n–—.!-]|$)")
_FORMULAS = regex.compile(
    r"(?:dies|das|hier)\s+ist\s+eine\s+automati(?:sche|sierte|sch\s+\p{L}+)\s+(?:antwort|nachricht|rückmeldung)"
    r"|diese[rs]?\s+(?:antwort|nachricht|mail|e-mail|beitrag|post|text)\s+(?:wurde|ist|wird)\s+automatisch"
    r"|ich\s+bin\s+ein\s+(?:bot|chatbot|automat)\b|(?:bitte\s+)?nicht\s+auf\s+diese\s+nachricht\s+antworten"
    r"|antworten\s+sie\s+(?:bitte\s+)?nicht\s+auf\s+diese"
    r"|this\s+is\s+an\s+auto(?:mat(?:ic|ed)|[\s-]?generated)\s+(?:reply|message|response|answer)"
    r"|this\s+(?:message|reply|post)\s+(?:was|is)\s+(?:sent\s+|generated\s+)?automatically"
    r"|do\s+not\s+reply\s+to\s+this\s+(?:message|post|mail)|i(?:'|’)?\s?a?m\s+a\s+bot\b"
    r"|beep\s+boop",
    regex.IGNORECASE,
)


def says_it_is_automatic(text: str) -> bool:
    """Whether a text says of itself that nobody wrote it by hand, in German or English."""
    read = text[:READ_MOST]
    begins = _ADORNS.sub("", _HANDLES.sub("", read))
    title = _TITLE.match(begins)
    if title is not None and _END_OF_TITLE.match(begins, title.end()):
        return True
    return _FORMULAS.search(read) is not None
