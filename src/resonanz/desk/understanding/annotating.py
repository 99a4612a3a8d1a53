"""Noting what posts are about, beside intake and never in its way: a batch at a time, in one transaction.

A post is to be annotated from the moment that it is stored, and again when its author changes it: intake
puts it into `Unannotated`. Whoever waits for us comes first, then the newest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from threading import Lock
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from resonanz.annotate.annotation import Annotation, Wanted, annotate
from resonanz.annotate.private_data import OwnPattern
from resonanz.case import State, Waiting
from resonanz.desk import understood
from resonanz.desk.events import happen
from resonanz.desk.models import Setting, Unannotated, Voice
from resonanz.desk.storage import to_ms
from resonanz.desk.understanding.models import TWICE, InUse, current, judge_again, second_look

Value = str | int
BATCH = 256
TOLD_FOR = timedelta(hours=1)  # of older posts nobody has a page open that waits for their notes
_at_it = Lock()

PENDING = """SELECT u.mention_id, u.times, m.text, m.heard_at, m.language FROM {source}
    WHERE m.deleted_at IS NULL {more} ORDER BY u.mention_id DESC LIMIT %s"""
NEWEST = PENDING.format(source='desk_unannotated u JOIN desk_mention m ON m."order" = u.mention_id', more="")
OF_WAITING = PENDING.format(
    source="desk_conversation c CROSS JOIN desk_mention m ON m.conversation_id = c.id "
    'CROSS JOIN desk_unannotated u ON u.mention_id = m."order"',
    more=f"AND c.state = {State.OPEN.value} AND c.waiting = {Waiting.US.value}",
)
COLUMNS = tuple(column for columns in understood.COLUMNS.values() for column in columns)
KEEPS = {
    column: f"CASE WHEN by_hand & {bit} THEN {column} ELSE excluded.{column} END"
    for kind, bit in understood.BITS.items()
    for column in understood.COLUMNS[kind][:1]
}
WRITE = f"""INSERT INTO desk_annotation (mention_id, model, at, batch, by_hand, {", ".join(COLUMNS)})
    VALUES (%s, %s, %s, %s, 0, {", ".join(["%s"] * len(COLUMNS))})
    ON CONFLICT (mention_id) DO UPDATE SET model = excluded.model, at = excluded.at, batch = excluded.batch,
    {", ".join(f"{column} = {KEEPS.get(column, f'excluded.{column}')}" for column in COLUMNS)}"""
DONE = "DELETE FROM desk_unannotated WHERE mention_id = %s AND times = %s"


class Waits(NamedTuple):
    """A post that is to be annotated; `times` tells whether it was changed since it was read.

    `language` is what its network says, "" where it says none.
    """

    order: int
    times: int
    text: str
    heard_ms: int
    language: str


def annotate_next() -> bool:
    """Annotate a batch of posts; True if there was any."""
    if not _at_it.acquire(blocking=False):
        return False
    try:
        return _annotate_some()
    finally:
        _at_it.release()


def _annotate_some() -> bool:
    posts = waiting(BATCH)
    if not posts:
        return _clear_stale()
    in_use = current()
    hints = [post.language for post in posts]
    found = annotate([post.text for post in posts], in_use.model, wanted(), hints, second_look(in_use.model))
    known = {reason.code for reason in understood.reasons()} | {"none", understood.UNSURE}
    rows = [_values(one, known) for one in found]
    name = "" if in_use.model is None else in_use.model.name
    _write(posts, rows, [f"{name}{TWICE}" if one.looked_twice else name for one in found])
    _note_trouble(in_use)
    return True


def waiting(most: int) -> list[Waits]:
    """Return the posts that are annotated next: of a backlog those whose customers wait, then the newest."""
    first: dict[int, Waits] = {}
    if Unannotated.objects.all()[most : most + 1].exists():
        first = {post.order: post for post in _asked(OF_WAITING, most)}
    newest = {post.order: post for post in _asked(NEWEST, most)}
    return list((first | newest).values())[:most]


def _asked(statement: str, most: int) -> list[Waits]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [most])
        return [Waits(*row) for row in cursor.fetchall()]


def _clear_stale() -> bool:
    """Forget posts that were deleted before their turn came."""
    return bool(Unannotated.objects.exclude(mention__deleted_at=None).delete()[0])


def wanted() -> Wanted:
    """Return what is noted at this desk."""
    kinds = frozenset(understood.KINDS) - understood.switched_off()
    words = Voice.objects.values_list("safety_words", flat=True)
    return Wanted(
        kinds=kinds,
        patterns=own_numbers(),
        pressing=[word for some in words for word in some or ()],
        why=False,
    )


def own_numbers() -> list[OwnPattern]:
    """Return how the desk's own customer and order numbers look."""
    own = Voice.objects.values_list("number_patterns", flat=True)
    return [OwnPattern(one["kind"], one["regex"]) for some in own for one in some]


def _values(found: Annotation, reasons: Collection[str]) -> tuple[Value, ...]:
    """Return the columns of COLUMNS."""
    intents = {one.label: round(one.score * 1000) for one in found.intents}
    about = found.relevance
    reason = "" if found.reason is None else found.reason.label
    return (
        "" if found.sentiment is None else found.sentiment.label,
        *(round(share * 1000) for share in found.feelings or (0, 0, 0)),
        "" if about is None else understood.ABOUT[about.label],
        0 if about is None else round(1000 * (about.score if about.likeliest == "true" else 1 - about.score)),
        json.dumps(intents) if intents else "",
        reason if reason in reasons or not reason else "none",
        0 if found.reason is None else round(found.reason.score * 1000),
        ",".join(sorted({one.kind for one in found.private_data})),
        "" if found.address_form is None else found.address_form.form,
        found.language,
        "" if found.urgency is None else found.urgency.level.name.lower(),
    )


def _write(posts: Sequence[Waits], rows: Sequence[tuple[Value, ...]], judges: Sequence[str]) -> None:
    now = timezone.now()
    now_ms, since = to_ms(now), to_ms(now - TOLD_FOR)
    batches = [now_ms if post.heard_ms >= since else 0 for post in posts]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            WRITE,
            [
                (post.order, judge, now_ms, batch, *row)
                for post, judge, batch, row in zip(posts, judges, batches, rows, strict=True)
            ],
        )
        cursor.executemany(DONE, [(post.order, post.times) for post in posts])
        if any(batches):
            happen("annotated", now, batch=now_ms)


def _note_trouble(in_use: InUse) -> None:
    """Write down what is wrong with the model, once; once it is as wanted, posts are judged again by it."""
    told = Setting.objects.filter(name=understood.TROUBLE).values_list("value", flat=True).first()
    found = {"code": in_use.trouble, "model": in_use.lacking} if in_use.trouble else None
    if told == found:
        return
    if found is None:
        Setting.objects.filter(name=understood.TROUBLE).delete()
        judge_again()
    else:
        Setting.objects.update_or_create(name=understood.TROUBLE, defaults={"value": found})
