"""What is noted about posts, in words: labels, how sure they are, what each kind is for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from django.utils.translation import get_language, get_language_info, pgettext
from django.utils.translation import gettext as _

from resonanz.desk.models import Annotation, Reason, Urgency
from resonanz.desk.understood import LEVELS, UNSURE, intents_of
from resonanz.desk.wording_enquiries import private_kind

CERTAIN, LIKELY = 950, 800  # thousandths


class Chip(NamedTuple):
    """One label as a post shows it. `unsure`: nothing is likely enough; `by_hand`: somebody decided it."""

    kind: str
    words: str
    icon: str
    unsure: bool
    by_hand: bool


def label(kind: str, name: str, reasons: Mapping[str, Reason] | None = None) -> str:
    """Return a label in a word or two."""
    if kind == "reason":
        return reason_name(name, reasons or {})
    if kind == "language":
        return spoken(name) if name else _("no language told")
    if kind == "urgency":
        return str(Urgency(LEVELS[name]).label)
    if kind == "private_data":
        return _("no private data") if name == "none" else private_kind(name)
    return _labels(get_language())[kind].get(name, name)


@cache
def _labels(_language: str | None) -> Mapping[str, Mapping[str, str]]:
    return {
        "sentiment": {
            "negative": pgettext("feeling", "negative"),
            "neutral": pgettext("feeling", "neutral"),
            "positive": pgettext("feeling", "positive"),
            UNSURE: _("feeling unsure"),
        },
        "relevance": {
            "us": _("about us"),
            "others": _("not about us"),
            UNSURE: _("unsure whether about us"),
        },
        "intent": intents(_language),
        "address_form": {
            "du": "du",
            "sie": "Sie",
            "mixed": _("du and Sie"),
            "none": _("neither du nor Sie"),
        },
    }


@cache
def intents(_language: str | None) -> Mapping[str, str]:
    """Return what each intent is called."""
    return {
        "complaint": pgettext("intent", "complaint"),
        "praise": pgettext("intent", "praise"),
        "question": pgettext("intent", "question"),
        "request": pgettext("intent", "request"),
        "thanks": pgettext("intent", "thanks"),
        "cancellation": pgettext("intent", "cancellation"),
        "purchase": pgettext("intent", "wants to buy"),
        "press": pgettext("intent", "press"),
        "legal": pgettext("intent", "legal threat"),
        "data_protection": pgettext("intent", "data protection"),
        "cooperation": pgettext("intent", "cooperation or job"),
        "abuse": pgettext("intent", "insult or threat"),
        "spam": pgettext("intent", "spam or advertising"),
        "news": pgettext("intent", "news"),
        "other": pgettext("intent", "something else"),
    }


def reason_name(code: str, reasons: Mapping[str, Reason]) -> str:
    """Return what a reason is called here."""
    own = reasons[code].name if code in reasons else ""
    return own or _reasons(get_language()).get(code, code)


@cache
def _reasons(_language: str | None) -> Mapping[str, str]:
    return {
        "delivery": pgettext("reason", "delivery"),
        "delay": pgettext("reason", "delay"),
        "outage": pgettext("reason", "outage"),
        "product": pgettext("reason", "product"),
        "price": pgettext("reason", "price"),
        "billing": pgettext("reason", "billing"),
        "staff": pgettext("reason", "staff"),
        "reachability": pgettext("reason", "reachability"),
        "website": pgettext("reason", "website or app"),
        "information": pgettext("reason", "information"),
        "comfort": pgettext("reason", "comfort"),
        "safety": pgettext("reason", "safety"),
        "privacy": pgettext("reason", "privacy"),
        "ethics": pgettext("reason", "conduct"),
        "availability": pgettext("reason", "availability"),
        "none": _("no reason"),
        UNSURE: _("reason unsure"),
    }


ACTED_UPON = frozenset(
    (
        "complaint",
        "question",
        "request",
        "cancellation",
        "purchase",
        "press",
        "legal",
        "data_protection",
        "abuse",
    )
)
BRIEF_MOST = 3
ICONS = {"negative": "frown", "neutral": "meh", "positive": "smile", UNSURE: "circle-question-mark"}


def chips(note: Annotation, off: frozenset[str], reasons: Mapping[str, Reason]) -> tuple[Chip, ...]:
    """Return what a post shows of its notes, in few words: what says nothing is left out."""
    found = []
    if note.sentiment and "sentiment" not in off:
        found.append(_chip(note, "sentiment", note.sentiment, ICONS[note.sentiment], 1))
    if note.about in {"others", UNSURE} and "relevance" not in off:
        found.append(_chip(note, "relevance", note.about, "circle-off", 2))
    if "intent" not in off:
        wants = [name for name in intents_of(note.intents) if name != "other"]
        found += [_chip(note, "intent", name, "message-circle", 4) for name in wants]
    if note.reason not in {"", "none", UNSURE} and "reason" not in off:
        words = reason_name(note.reason, reasons)
        found.append(Chip("reason", words, "tag", unsure=False, by_hand=bool(note.by_hand & 8)))
    return tuple(found)


def brief(note: Annotation, off: frozenset[str]) -> tuple[Chip, ...]:
    """Return what a list of posts shows of a post's notes: a feeling, and intents that somebody acts upon."""
    found = []
    if note.sentiment in {"negative", "positive"} and "sentiment" not in off:
        found.append(_chip(note, "sentiment", note.sentiment, ICONS[note.sentiment], 1))
    if "intent" not in off:
        wants = [name for name in intents_of(note.intents) if name in ACTED_UPON]
        found += [_chip(note, "intent", name, "message-circle", 4) for name in wants]
    return tuple(found[:BRIEF_MOST])


def _chip(note: Annotation, kind: str, name: str, icon: str, bit: int) -> Chip:
    by_hand = bool(note.by_hand & bit)
    return Chip(kind, label(kind, name), icon, unsure=name == UNSURE, by_hand=by_hand)


def certainty(score: int) -> str:
    """Return how likely something is, in words with its share; `score` in thousandths."""
    facts = {"share": share(score / 1000)}
    if score >= CERTAIN:
        return _("almost certain (%(share)s)") % facts
    if score >= LIKELY:
        return _("likely (%(share)s)") % facts
    if score >= 500:
        return _("rather likely (%(share)s)") % facts
    return _("unlikely (%(share)s)") % facts


def likeliest(name: str, score: int) -> str:
    """Return what an unsure label is most likely, with its share; `score` in thousandths."""
    return _("most likely %(label)s, %(share)s") % {"label": name, "share": share(score / 1000)}


def share(part: float) -> str:
    """Return a share in whole percents; nearly all is not all, and nearly none is not none."""
    number = round(part * 100)
    number = min(99, max(1, number)) if 0 < part < 1 else number
    return pgettext("share", "%(number)s%%") % {"number": number}


def kind_name(kind: str) -> str:
    """Return what a kind of note is called."""
    return _kinds(get_language())[kind][0]


def kind_use(kind: str) -> str:
    """Return in one sentence what a kind of note does and where it is used."""
    return _kinds(get_language())[kind][1]


@cache
def _kinds(_language: str | None) -> Mapping[str, tuple[str, str]]:
    return {
        "sentiment": (
            _("Feeling"),
            _("Whether a post sounds negative, neutral or positive about us. For filters, alarms, reports."),
        ),
        "relevance": (
            _("About us"),
            _("Whether a post speaks of us, or of something else of the same name. For filters and alarms."),
        ),
        "intent": (
            _("Intent"),
            _("What somebody wants: a complaint, praise, a question and more. For filters, alarms, reports."),
        ),
        "reason": (
            _("Reason"),
            _("What it is about, from the list below. For filters, alarms and reports."),
        ),
        "private_data": (
            _("Private data"),
            _(
                "Whether a post has a phone number, an account or the like. Only the kind is stored."
                " For filters."
            ),
        ),
        "address_form": (
            _("Du or Sie"),
            _("How a customer addresses us; replies do likewise, unless the brand has its own rule."),
        ),
        "language": (
            _("Language"),
            _("Which language a post is in, by its words. For filters and alarms; else the network's word."),
        ),
        "urgency": (
            _("How urgent"),
            _(
                "Whether somebody is in danger or something presses; that comes first, danger rings."
                " For filters."
            ),
        ),
        "topics": (
            _("Themes"),
            _("What more people speak of than usual. Reckoned when somebody looks; nothing is stored."),
        ),
        "lookalikes": (
            _("Lookalikes"),
            _("Whether the name of somebody who speaks imitates yours. For the report, the bell and a mark."),
        ),
    }


def trouble(code: str, model: str) -> str:
    """Return what is wrong with a model, and what goes on all the same."""
    sentences = {
        "missing": _("Its file is missing."),
        "no_model": _("Its file is no model."),
        "other_format": _("It was made by another version of Resonanz."),
        "cut_off": _("Its file is cut off or was changed."),
        "damaged": _("Its file is damaged."),
        "other_kind": _("It is a model for another use."),
        "worse": _("It was worse than the one before and was not kept."),
        "gone": _("Its file was removed."),
    }
    why = sentences.get(code, _("Its file cannot be read."))
    return _("The model “%(name)s” cannot be used. %(why)s") % {"name": model, "why": why}


def sentences() -> dict[str, str]:
    """Return why a verb of understanding refused."""
    return {
        "switched_off": _("This is switched off at your desk. A team lead can switch it on in the settings."),
        "still_on": _("Switch it off first; then what is stored can be deleted."),
        "reason_there": _("There is a reason of this name already."),
        "too_many_reasons": _("There are %(limit)s reasons of your own; no more are possible."),
        "nothing_before": _("The model that came with Resonanz is in use; there is none before it."),
        "no_model": _("This model cannot be used: its file is missing, broken, or was not kept."),
    }


def spoken(code: str) -> str:
    """Return the name of a language that was told by a post's words."""
    return str(get_language_info(code)["name_translated"])
