"""What speaks up before a reply goes out, and whether that was right.

Hard stops are few: private data in public, a second answer, a changed thread. (A private matter answered in
public is none of them: the verb refuses it.) All else is a hint. Both are answered with the same key: what
somebody was told, and sends all the same, comes back as `despite` and is counted. The rules for texts are
`resonanz.guards`; here they meet the conversation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from resonanz import guards
from resonanz.desk.care.base import CareError, expect_lead, tell
from resonanz.desk.care.room import room_for
from resonanz.desk.care.voices import FORMS, Form, address_for, guards_voice
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Attachment, Conversation, Event, Mention, SavedReply, Setting
from resonanz.post import Audience, MediaKind

# Numbers for good: events tell rules by them.
RULES = {
    "changed_thread": 1,
    "answered_already": 2,
    "private_data": 3,
    "too_alike": 4,
    "address_form": 5,
    "forbidden_word": 6,
    "names_other": 7,
    "link_shortener": 8,
    "shouting": 9,
    "repeated_punctuation": 10,
    "markup": 11,
    "placeholder": 12,
    "alt_missing": 13,
    "expired_reply": 14,
}
HARD = frozenset({"changed_thread", "answered_already", "private_data", "too_alike"})
HINTS = tuple(rule for rule in RULES if rule not in HARD)  # these a lead may switch off
OFF = "guards_off"  # the setting that names those that are
ELSEWHERE = frozenset({"empty", "too_long"})  # said by the reply itself
DESCRIBED = (MediaKind.IMAGE, MediaKind.GIF)


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to look at before sending. `number` tells this case of the rule from any other."""

    rule: str
    number: int
    facts: dict[str, int | str] = field(default_factory=dict)
    problem: guards.Problem | None = None
    code: str = ""  # of the sentence, where it is not the rule's name

    @property
    def despite(self) -> str:
        """What somebody sends back who was told this and sends all the same."""
        return f"{self.rule}:{self.number}"

    @property
    def is_hard(self) -> bool:
        """Whether it is more than a hint."""
        return self.rule in HARD


class Stopped(CareError):
    """A reply that its writer should look at once more; `stops` are all reasons, the hard ones first."""

    def __init__(self, stops: Sequence[Stop]) -> None:
        first = stops[0]
        super().__init__(first.code or first.rule, **first.facts, despite=first.despite)
        self.stops = tuple(stops)


def expect_told(stops: Iterable[Stop], despite: Iterable[str], conversation: Conversation, by: Agent) -> None:
    """Raise Stopped for what the writer has not been told yet; what they send in spite of is counted.

    Call in the transaction of the reply.
    """
    told, found = set(despite), list(stops)
    fresh = [stop for stop in found if stop.despite not in told]
    if fresh:
        raise Stopped(sorted(found, key=lambda stop: (stop not in fresh, not stop.is_hard)))
    for stop in found:
        tell("overrode", timezone.now(), conversation, by, rule=RULES[stop.rule])


def count(stopped: Stopped, despite: Iterable[str], conversation: Conversation, by: Agent) -> None:
    """Write down which rules stopped a reply, each time that they were shown for the first time."""
    told = set(despite)
    with transaction.atomic():
        for stop in stopped.stops:
            if stop.despite not in told:
                tell("stopped", timezone.now(), conversation, by, rule=RULES[stop.rule])


# The text ----------------------------------------------------------------------------------------


def problems(
    conversation: Conversation, text: str, *, answers: Mention, audience: Audience, form: str = ""
) -> tuple[guards.Problem, ...]:
    """Return what is to be looked at in a text, hard ones first; rules that are switched off keep silent.

    `form` is the form of address that its writer chose for this once. Where nothing says whether to write
    du or Sie, neither is wrong; only both in one text are.
    """
    voice, address = guards_voice(conversation), address_for(conversation)
    if voice.form != "none":
        if form in FORMS:
            voice = replace(voice, form=cast("Form", form))
        elif address.why == "usual":
            voice = replace(voice, form="none")
    found = guards.check(
        text,
        limits=room_for(conversation.channel, answers, audience).limits,
        audience_private=audience.is_private,
        voice=voice,
        named=(answers.author.handle, conversation.customer.handle),
    )
    silent = switched_off() | ELSEWHERE
    return tuple(problem for problem in found if problem.kind not in silent)


def text_stops(found: Iterable[guards.Problem]) -> list[Stop]:
    """Return the problems of a text as reasons to stop, one a rule; other words make another number."""
    by_rule: dict[str, list[guards.Problem]] = {}
    for problem in found:
        by_rule.setdefault(problem.kind, []).append(problem)
    return [
        Stop(rule, _fingerprint(same.text for same in alike), dict(alike[0].facts), alike[0])
        for rule, alike in by_rule.items()
    ]


def _fingerprint(words: Iterable[str]) -> int:
    return crc32("\x00".join(sorted(words)).encode("utf-8", "surrogatepass"))


def file_stops(conversation: Conversation, agent: Agent) -> list[Stop]:
    """Return a hint where pictures that go along lack the description that blind people hear."""
    if "alt_missing" in switched_off():
        return []
    bare = Attachment.objects.filter(
        conversation=conversation, agent=agent, delivery=None, number__gte=0, alt="", kind__in=DESCRIBED
    )
    numbers = list(bare.order_by("pk").values_list("pk", flat=True))
    return [Stop("alt_missing", numbers[-1], {"count": len(numbers)})] if numbers else []


def knowledge_stops(saved: SavedReply | None) -> list[Stop]:
    """Return a hint where a saved reply was put in that has expired since, or while its words lay there."""
    over = saved is not None and saved.valid_until is not None and saved.valid_until < timezone.localdate()
    if saved is None or not over or "expired_reply" in switched_off():
        return []
    facts: dict[str, int | str] = {"title": saved.title, "until": str(saved.valid_until)}
    return [Stop("expired_reply", saved.pk, facts)]


# The thread --------------------------------------------------------------------------------------


def bystanders(conversation: Conversation, seen: int) -> int:
    """Return how many posts of others came into the thread since an event; they stop nobody."""
    since = Event.objects.filter(pk=seen).values_list("at", flat=True).first()
    if since is None:
        return 0
    others = Mention.objects.filter(thread=conversation.thread_id, incoming=True, heard_at__gt=since)
    return others.exclude(conversation=conversation).count()


# Mending the rules -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a rule stopped a reply, and how often it was sent all the same."""

    rule: str
    shown: int
    overridden: int
    is_off: bool

    @property
    def share(self) -> float:
        """Which share of the stops was overridden, from 0 to 1; a high one speaks against the rule."""
        return min(1.0, self.overridden / self.shown) if self.shown else 0.0


def tallies(since: datetime) -> tuple[Tally, ...]:
    """Return for every rule what became of it since a moment, from the events."""
    facts = Event.objects.filter(kind__in=["stopped", "overrode"], at__gte=since)
    counts: dict[tuple[str, str], int] = {}
    for key in facts.values_list("kind", "facts"):
        counts[key] = counts.get(key, 0) + 1
    off = switched_off()

    def of(kind: str, rule: str) -> int:
        return counts.get((kind, f'{{"rule":{RULES[rule]}}}'), 0)

    return tuple(Tally(rule, of("stopped", rule), of("overrode", rule), rule in off) for rule in RULES)


def switched_off() -> frozenset[str]:
    """Return the rules that the desk has switched off."""
    kept = Setting.objects.filter(pk=OFF).values_list("value", flat=True).first()
    return frozenset(kept or ()) & frozenset(HINTS)


def switch(rule: str, by: Agent, *, on: bool) -> None:
    """Switch a hint on or off for everybody; hard stops stay. CareError: `lead_needed`, `not_known`."""
    expect_lead(by)
    if rule not in HINTS:
        raise CareError("not_known")
    with transaction.atomic():
        off = switched_off() - {rule} if on else switched_off() | {rule}
        Setting.objects.update_or_create(name=OFF, defaults={"value": sorted(off)})
        happen("guard_switched", timezone.now(), actor=by.pk, rule=RULES[rule], on=int(on))
