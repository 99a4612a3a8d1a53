"""Understanding posts: noting what they are about, correcting it, learning from that."""

from __future__ import annotations

from resonanz.desk.understanding.annotating import annotate_next, own_numbers
from resonanz.desk.understanding.correcting import confirm, correct, label_of, undo
from resonanz.desk.understanding.explaining import judge_of, pieces, why
from resonanz.desk.understanding.learning import learn_next
from resonanz.desk.understanding.models import (
    SHIPPED_NAME,
    TWICE,
    InUse,
    automatic,
    base,
    bring_in,
    can_look_twice,
    current,
    judged,
    proposed,
    roll_back,
    state,
    use,
)
from resonanz.desk.understanding.switching import (
    add_reason,
    change_reason,
    forget,
    learns,
    look_twice,
    noted_count,
    sorts,
    switch,
)

__all__ = [
    "SHIPPED_NAME",
    "TWICE",
    "InUse",
    "add_reason",
    "annotate_next",
    "automatic",
    "base",
    "bring_in",
    "can_look_twice",
    "change_reason",
    "confirm",
    "correct",
    "current",
    "forget",
    "judge_of",
    "judged",
    "label_of",
    "learn_next",
    "learns",
    "look_twice",
    "noted_count",
    "own_numbers",
    "pieces",
    "proposed",
    "roll_back",
    "sorts",
    "state",
    "switch",
    "undo",
    "use",
    "why",
]
