"""What is noted about a post: the panel that says why, and correcting it with one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from resonanz.annotate.address_form import address_form
from resonanz.annotate.language import DESK as LANGUAGES
from resonanz.annotate.language import identify
from resonanz.annotate.private_data import KINDS as PRIVATE
from resonanz.annotate.private_data import find_private_data
from resonanz.desk import care, reading_notes, understanding, understood, wording_safety
from resonanz.desk import wording_understanding as wording
from resonanz.desk.care import pressing
from resonanz.desk.models import Annotation, Conversation, Correction, Kind, Mention, Role, Urgency
from resonanz.desk.web.acting import agent_of, talk_of, undo, whole_number
from resonanz.query.reading import INTENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent, Reason
    from resonanz.desk.understanding.explaining import Because
    from resonanz.desk.web.acting import Told, Verb

FEELING_KEYS = {"negative": "1", "neutral": "2", "positive": "3"}
ABOUT_KEYS = {"us": "4", "others": "5"}
LANGUAGE_KEYS = {"de": "6", "en": "7"} | dict.fromkeys(LANGUAGES[2:], "")
FORM_KEYS = {"du": "8", "sie": "9", "none": "0"}
URGENCY_KEYS = {"normal": ",", "urgent": ".", "safety": "!"}
PRIVATE_KEYS: dict[str, str] = dict(zip(PRIVATE, "qrstvwz", strict=True))
INTENT_KEYS = dict(zip(INTENTS, "abcdefhijklmnop", strict=True))  # g and u are everybody's
REASON_KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key sets."""

    kind: str
    value: str
    words: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One label in the panel: how likely, because of which words, and who decided."""

    name: str
    words: str
    score: int  # thousandths; -1: nobody reckons one
    certainty: str  # in words; where nothing is certain, what is likeliest; of urgency what presses
    because: tuple[str, ...]
    by: str


@require_safe
def panel(request: HttpRequest, number: int, order: int) -> HttpResponse:
    """Show why something is noted about a post, and what else it could be."""
    talk, agent = talk_of(request, number), agent_of(request)
    post = _post_of(talk, order)
    note = reading_notes.note_of(post)
    reasons = {one.code: one for one in understood.reasons(active=False)}
    off = understood.switched_off()
    by = {} if note is None else reading_notes.decided_by(note)
    because = [] if note is None else understanding.why(post.text, note)
    because = [one for one in because if one.kind not in off]
    urgency = [] if "urgency" in off else [_urgency(post, note, by)]
    private = [] if note is None or "private_data" in off else _private(post.text, note, by)
    words = [word for one in because for word in one.words]
    words += [word for line in (*urgency, *private) for word in line.because]
    may_correct = agent.has_role(Role.AGENT) and not talk.channel.is_archive
    context = {
        "talk": talk,
        "post": post,
        "note": note,
        "judge": "" if note is None else note.model.removesuffix(understanding.TWICE),
        "looked_twice": note is not None and note.model.endswith(understanding.TWICE),
        "instead": understanding.judge_of(note).instead if because and note is not None else "",
        "lines": [
            *([] if note is None else _lines(note, post.text, because, reasons, by)),
            *urgency,
            *private,
        ],
        "pieces": understanding.pieces(post.text, words),
        "choices": _corrections(post, note) if may_correct else (),
    }
    return render(request, "understanding/panel.html", context)


def _post_of(talk: Conversation, order: int) -> Mention:
    post = Mention.objects.filter(pk=order, conversation=talk, incoming=True, deleted_at=None).first()
    if post is None:
        raise Http404(_("This post does not exist any more."))
    return post


def _lines(
    note: Annotation,
    text: str,
    because: Sequence[Because],
    reasons: Mapping[str, Reason],
    by: Mapping[str, str],
) -> list[Line]:
    """Return a line for each label, with whoever decided it."""
    words = {(one.kind, one.label): one.words for one in because}
    if "address_form" not in by:
        seen = address_form(text, direction="in").evidence
        words["address_form", note.form] = tuple(dict.fromkeys(one.text for one in seen))
    off = understood.switched_off()
    return [
        Line(
            wording.kind_name(one.kind),
            wording.label(one.kind, one.label, reasons),
            one.score,
            "" if one.kind in by else _certainty(one),
            words.get((one.kind, understood.RELEVANCE.get(one.likeliest, one.likeliest)), ()),
            by.get(one.kind, ""),
        )
        for one in _scored(note, text)
        if one.kind not in off
    ]


class Scored(NamedTuple):
    """A label with what is likeliest (itself, unless it is unsure), and how likely in thousandths or -1."""

    kind: str
    label: str
    likeliest: str
    score: int


def _scored(note: Annotation, text: str) -> list[Scored]:
    feelings = {"negative": note.negative, "neutral": note.neutral, "positive": note.positive}
    about = {"us": note.about_us, "others": 1000 - note.about_us}
    found = [_of_shares("sentiment", note.sentiment, feelings), _of_shares("relevance", note.about, about)]
    intents = understood.intents_of(note.intents).items()
    found += [Scored("intent", name, name, score) for name, score in intents]
    score = -1 if note.reason == understood.UNSURE else note.reason_score  # of what, is not kept
    found.append(Scored("reason", note.reason, note.reason, score))
    spoken = identify(text)
    score = round(spoken.certainty * 1000) if spoken.code == note.language else -1
    found.append(Scored("language", note.language, note.language, score))
    if note.form != "none" or note.by_hand & understood.BITS["address_form"]:
        found.append(Scored("address_form", note.form, note.form, -1))
    return [one for one in found if one.label]


def _of_shares(kind: str, label: str, shares: Mapping[str, int]) -> Scored:
    likeliest = label if label in shares else max(shares, key=lambda name: shares[name])
    return Scored(kind, label, likeliest, shares[likeliest] if any(shares.values()) else -1)


def _certainty(one: Scored) -> str:
    if one.score < 0:
        return _("by what its network says") if one.kind == "language" else ""
    if one.label == one.likeliest:
        return wording.certainty(one.score)
    return wording.likeliest(wording.label(one.kind, one.likeliest), one.score)


def _urgency(post: Mention, note: Annotation | None, by: Mapping[str, str]) -> Line:
    """Return how urgent a post is, with the words that say so."""
    level = pressing.level_of(post, note)
    found = pressing.found_in(post, note).reasons if "urgency" not in by else ()
    codes = dict.fromkeys(reason.code for reason in found)
    return Line(
        wording.kind_name("urgency"),
        str(Urgency(level).label),
        -1,
        ", ".join(map(wording_safety.why_pressing, codes)),
        tuple(dict.fromkeys(reason.text for reason in found if reason.text)),
        by.get("urgency", ""),
    )


def _private(text: str, note: Annotation, by: Mapping[str, str]) -> list[Line]:
    """Return a line for each kind of private data, with the data that rules find."""
    found: dict[str, list[str]] = {}
    for one in find_private_data(text, patterns=understanding.own_numbers()):
        found.setdefault(one.kind, []).append(text[one.start : one.end])
    said = list(filter(None, understanding.label_of(note, "private_data").split(",")))
    return [
        Line(
            wording.kind_name("private_data"),
            wording.label("private_data", kind),
            -1,
            "",
            tuple(dict.fromkeys(found.get(kind, ()))),
            by.get("private_data", ""),
        )
        for kind in said or (["none"] if "private_data" in by else [])
    ]


def _corrections(post: Mention, note: Annotation | None) -> list[tuple[str, list[Choice]]]:
    """Return what can be set with one key, in groups with a heading each, and what stands now."""
    now: dict[str, set[str]] = {"urgency": {pressing.level_of(post, note).name.lower()}}
    if note is not None:
        kinds = (kind for kind in understood.BITS if kind != "urgency")
        now |= {kind: set(understanding.label_of(note, kind).split(",")) for kind in kinds}
    return choices(now)


def choices(now: Mapping[str, Collection[str]]) -> list[tuple[str, list[Choice]]]:
    """Return what can be said of a post, in groups with a heading each; `now`: what is said, by kind."""
    off = understood.switched_off()
    groups: dict[str, Mapping[str, str]] = {
        "sentiment": FEELING_KEYS,
        "relevance": ABOUT_KEYS,
        "intent": INTENT_KEYS,
        "reason": _reason_keys(),
        "urgency": URGENCY_KEYS,
        "language": LANGUAGE_KEYS,
        "address_form": FORM_KEYS,
        "private_data": PRIVATE_KEYS,
    }
    reasons = {one.code: one for one in understood.reasons()}
    return [
        (
            wording.kind_name(kind),
            [
                Choice(kind, value, wording.label(kind, value, reasons), key, value in now.get(kind, ()))
                for value, key in keys.items()
            ],
        )
        for kind, keys in groups.items()
        if kind not in off
    ]


def _reason_keys() -> dict[str, str]:
    codes = ["none", *(reason.code for reason in understood.reasons())]
    return {code: REASON_KEYS[n] if n < len(REASON_KEYS) else "" for n, code in enumerate(codes)}


# Correcting --------------------------------------------------------------------------------------


def _relabel(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    """Set a label; an intent or a kind of private data is put to the others or taken from them."""
    post = _post_of(talk, whole_number(request.POST.get("order", "")) or 0)
    kind, value = request.POST.get("kind", ""), request.POST.get("value", "")
    if kind in understood.SEVERAL:
        value = _toggled(post, kind, value)
    made = understanding.correct(post, agent, kind, value)
    if made is None:
        now = Urgency(Conversation.objects.get(pk=talk.pk).urgency)
        if now != talk.urgency:  # what was said before counts again
            return {"say": _("Sorted: %(words)s") % {"words": now.label}, "changed": True}
        return {"say": _("That is so already")}
    reasons = {one.code: one for one in understood.reasons()}
    nothing = _("no intent") if kind == Kind.INTENT else wording.label("private_data", "none")
    names = [wording.label(kind, one, reasons) for one in value.split(",") if one] or [nothing]
    path = reverse("change", args=[talk.pk, "unlabel"])
    is_learnt = kind in understood.LEARNT
    said = _("Corrected: %(words)s. It will be learnt from.") if is_learnt else _("Corrected: %(words)s.")
    said %= {"words": ", ".join(names)}
    return {"say": said, "changed": True, "undo": undo(path, correction=made.pk)}


def _toggled(post: Mention, kind: str, label: str) -> str:
    note = reading_notes.note_of(post) or Annotation(mention=post)
    held = set(filter(None, understanding.label_of(note, kind).split(",")))
    return ",".join(sorted(held ^ {label}))


def _unlabel(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    number = whole_number(request.POST.get("correction", "")) or 0
    made = Correction.objects.filter(pk=number, mention__conversation=talk).select_related("mention").first()
    if made is None:
        raise care.CareError("not_known")
    understanding.undo(made, agent)
    return {"say": _("Taken back"), "changed": True}


VERBS: dict[str, Verb] = {"relabel": _relabel, "unlabel": _unlabel}
