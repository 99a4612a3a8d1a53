"""Whether a text names a time to come: "bis 9", "by 9 am", "morgen", "in two hours".

What lies behind us (`seit 8 Uhr`, `since this morning`) is no promise, and neither are amounts and dates that
only look like one.
"""

from __future__ import annotations

import regex

_HOUR_DE = "eins|ein|zwei|drei|vier|fünf|fuenf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwoelf"
_HOUR_EN = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_HOURS = rf"(?:2[0-4]|1\d|0?\d|{_HOUR_DE}|{_HOUR_EN})"
_CLOCK = r"(?:2[0-4]|1\d|0?\d)"
_SPAN = r"(?:minuten?|min|stunden?|std|tage?n?|wochen?|minutes?|mins?|hours?|hrs?|days?|weeks?)"
_SOME = rf"(?:\d+|{_HOUR_DE}|{_HOUR_EN}|einer|einem|wenigen|an|a|a\s+few|half\s+an|einer\s+halben)"
_DAY = (
    r"(?:(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
_PART = r"(?:mittags?|mitternacht|nachmittags?|abends?|vormittags?|feierabend|noon|midday|midnight|tonight)"
_BY = r"(?:bis|by|until|till|before|vor|um|gegen|ab|at|around|spätestens|spaetestens)"
_LOOSELY = (
    r"(?:(?:spätestens|spaetestens|etwa|circa|ca\.?|zum|about|around|at|the|latest|kurz\s+nach)\s+){0,2}"
)
_NO_COUNT = rf"(?![\d.,:]*\d|\s*(?:%|€|eur|euro|prozent|percent|mal\b|x\b|{_SPAN}\b|\p{{L}}*kilometer|km\b))"

_TIME = regex.compile(
    "|".join(
        (
            rf"{_CLOCK}:[0-5]\d(?!\d)",
            rf"{_CLOCK}(?:[.:][0-5]\d)?\s?(?:uhr|h|a\.?m|p\.?m|o['’]clock)\b",
            rf"(?:{_HOUR_DE})\s+uhr\b|(?:{_HOUR_EN})\s+o['’]clock\b",
            rf"{_BY}\s+{_LOOSELY}(?:{_CLOCK}\.[0-5]\d(?!\.?\d)|{_HOURS}\b{_NO_COUNT})",
            rf"{_BY}\s+{_LOOSELY}(?:{_PART}|{_DAY})\b|(?:am|on|next|nächsten|naechsten|kommenden)\s+{_DAY}\b",
            rf"(?:in|within|innerhalb\s+von|binnen)\s+{_LOOSELY}{_SOME}\s+{_SPAN}\b",
            r"(?<!\b(?:guten|schönen|heute|gestern)\s)morgen\b|übermorgen\b|uebermorgen\b|tomorrow\b|tonight\b",
            r"heute\s+(?:noch|abend|nachmittag|mittag|vormittag|nacht)\b|noch\s+heute\b|im\s+laufe\s+des\s+\p{L}+",
            r"(?:later|still)\s+today\b|this\s+(?:afternoon|evening)\b|in\s+the\s+(?:afternoon|evening)\b",
        )
    ),
    regex.IGNORECASE,
)
_BEHIND = regex.compile(
    r"\b(?:seit|since|from|von)\s+(?:(?:heute|gestern|vorgestern|etwa|ca\.?|circa|about|around|the|dem)\s+){0,2}$",
    regex.IGNORECASE,
)
_BOUND = regex.compile(r"[\p{L}\p{N}]")


def names_time(text: str) -> bool:
    """Return whether a text names a time to come, on the clock, by the day or as a span."""
    return any(_is_ahead(text, match.start()) for match in _TIME.finditer(text))


def _is_ahead(text: str, start: int) -> bool:
    within_a_word = start > 0 and _BOUND.match(text[start - 1]) is not None
    return not within_a_word and _BEHIND.search(text[:start]) is None
