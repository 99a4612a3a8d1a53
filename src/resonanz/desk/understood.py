"""What of posts is noted at this desk: which kinds are switched on, and how notes are read.

What is switched off is not computed, not shown and not found, whatever still lies in the store.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from resonanz.annotate.labelled import REASONS
from resonanz.case import Urgency
from resonanz.desk import looks
from resonanz.desk.models import Annotation, Mention, Reason, Setting
from resonanz.query import And, Node, Not, Op, Or, Term

if TYPE_CHECKING:
    from django.db.models import QuerySet

SETTING = "understanding"
KINDS = ("sentiment", "relevance", "intent", "reason", "private_data", "address_form", "language", "urgency")
SWITCHES = (*KINDS, "topics", "lookalikes")  # events name them by their place: add at the end
ASKED = {
    Op.SENTIMENT: "sentiment",
    Op.ABOUT: "relevance",
    Op.INTENT: "intent",
    Op.REASON: "reason",
    Op.LANG: "language",
    Op.URGENCY: "urgency",
    Op.PRIVATE: "private_data",
    Op.FORM: "address_form",
}
BITS = {  # in `Annotation.by_hand`, of what people correct
    "sentiment": 1,
    "relevance": 2,
    "intent": 4,
    "reason": 8,
    "language": 16,
    "address_form": 32,
    "urgency": 64,
    "private_data": 128,
}
LEVELS = {level.name.lower(): level for level in Urgency}  # how urgent a post is, as people say it
LEARNT = ("sentiment", "relevance", "intent", "reason")  # what models say and learn; rules say the others
COLUMNS = {
    "sentiment": ("sentiment", "negative", "neutral", "positive"),
    "relevance": ("about", "about_us"),
    "intent": ("intents",),
    "reason": ("reason", "reason_score"),
    "private_data": ("private",),
    "address_form": ("form",),
    "language": ("language",),
    "urgency": ("urgency",),
}
SEVERAL = ("intent", "private_data")  # of these a post may have any number, parted by commas
LIST = """INSERT INTO desk_unannotated (mention_id, times) {}
    ON CONFLICT (mention_id) DO UPDATE SET times = times + 1"""
LIST_ONE = LIST.format(
    "VALUES (%s, 1)"
)  # a post that is to be annotated; who reads the list sees it by `times`
TROUBLE = "understanding_trouble"  # the name of a setting: {"code": …, "model": …}
UNSURE = "unsure"
ABOUT = {"true": "us", "false": "others", UNSURE: UNSURE}  # what relevance is called in queries
RELEVANCE = {"us": "true", "others": "false"}


def setting() -> dict[str, Any]:
    """Return what is set: `off`, which of SWITCHES are off; `learns`; `sorts`, kinds of matters;
    `second_look`.
    """
    return looks.once("understanding", _setting)


def _setting() -> dict[str, Any]:
    found = Setting.objects.filter(name=SETTING).values_list("value", flat=True).first()
    return {"off": [], "learns": True, "sorts": False, "second_look": True} | (found or {})


def switched_off() -> frozenset[str]:
    """Return which of SWITCHES are off."""
    return frozenset(setting()["off"])


def asked_in(node: Node) -> frozenset[str]:
    """Return the kinds of notes that an expression asks about."""
    if isinstance(node, Term):
        return frozenset({ASKED[node.op]}) if node.op in ASKED else frozenset()
    if isinstance(node, Not):
        return asked_in(node.part)
    assert isinstance(node, And | Or)
    return frozenset[str]().union(*map(asked_in, node.parts))


def is_asked_to_lack(node: Node) -> bool:
    """Whether an expression asks for posts of which something is not noted."""
    if isinstance(node, Term):
        return False
    return bool(asked_in(node)) if isinstance(node, Not) else any(map(is_asked_to_lack, node.parts))


def without_notes(node: Node) -> Node | None:
    """Return what an expression asks for but for what is noted about posts; None where nothing is left.

    All that the whole fits, what is returned fits too. The language stays: its network tells it as well.
    """
    if isinstance(node, Term):
        return None if node.op in ASKED and node.op is not Op.LANG else node
    if isinstance(node, Not):
        return None if without_notes(node.part) is None else node
    assert isinstance(node, And | Or)
    parts = [without_notes(part) for part in node.parts]
    left = tuple(part for part in parts if part is not None)
    if not left or (isinstance(node, Or) and None in parts):
        return None
    return left[0] if len(left) == 1 else type(node)(left)


def in_batches(batches: Collection[int]) -> QuerySet[Annotation]:
    """Return the notes of some batches. The index has no notes of older posts, so the question names that."""
    return Annotation.objects.filter(batch__gt=0, batch__in=batches)


def is_by_hand(mention: Mention, kind: str) -> bool:
    """Whether a person decided what is noted of a kind about a post."""
    by_hand = Annotation.objects.filter(mention=mention).values_list("by_hand", flat=True).first()
    return bool((by_hand or 0) & BITS[kind])


def intents_of(kept: str) -> Mapping[str, int]:
    """Return labels with their scores in thousandths, the likeliest first."""
    found: dict[str, int] = json.loads(kept) if kept else {}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def reasons(*, active: bool = True) -> list[Reason]:
    """Return the usual reasons as this desk has them, then its own."""
    kept = {one.code: one for one in looks.once("reasons", lambda: list(Reason.objects.order_by("pk")))}
    usual = [kept.pop(code) if code in kept else Reason(code=code) for code in REASONS]
    return [reason for reason in (*usual, *kept.values()) if reason.active or not active]


def without(asked: Collection[str]) -> dict[str, object]:
    """Return what a post's notes of some kinds are while nobody may see them."""
    empty: dict[str, dict[str, object]] = {
        "sentiment": {"sentiment": ""},
        "relevance": {"about": ""},
        "intent": {"intents": ()},
        "reason": {"reason": ""},
        "language": {"spoken": ""},
        "urgency": {"urgency": ""},
        "private_data": {"private": ()},
        "address_form": {"form": ""},
    }
    return {name: value for kind in asked if kind in empty for name, value in empty[kind].items()}
