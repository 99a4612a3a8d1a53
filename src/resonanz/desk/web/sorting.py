"""Sorting by hand, and what stands above the reply box while somebody may be in danger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from resonanz import case
from resonanz.desk import care, understood, wording_safety
from resonanz.desk.care.sorting import reasons_in
from resonanz.desk.models import Annotation, Matter, Mention, Urgency, Voice
from resonanz.desk.web.acting import undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb

SAFETY = case.Urgency.SAFETY.name.lower()
LOOKED_AT_MOST = 20  # a customer's newest posts that are searched for what rang


@dataclass(frozen=True, slots=True)
class Safety:
    """What an agent needs who answers somebody in danger."""

    guidance: str
    words: tuple[str, ...]  # the customer's, for which a rule put it here; none where a hand did


def _sort(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    matter, urgency = (whole_number(request.POST.get(name, "")) for name in ("matter", "urgency"))
    known = (matter is None or matter in set(case.Matter)) and (
        urgency is None or urgency in set(case.Urgency)
    )
    if not known:
        raise care.CareError("not_known")
    care.sort(
        talk,
        agent,
        matter=None if matter is None else case.Matter(matter),
        urgency=None if urgency is None else case.Urgency(urgency),
    )
    path = reverse("change", args=[talk.pk, "sort"])
    back: dict[str, object] = {} if matter is None else {"matter": talk.matter}
    back |= {} if urgency is None else {"urgency": talk.urgency}
    words = [str(Matter(matter).label)] if matter is not None else []
    words += [str(Urgency(urgency).label)] if urgency is not None else []
    said = _("Sorted: %(words)s") % {"words": ", ".join(words)}
    return {"say": said, "changed": True, "undo": undo(path, **back)}


def choices(talk: Conversation) -> dict[str, object]:
    """Return what the menu of kind and urgency offers: value, word, key, and whether it is so now."""
    matters = [(m.value, m.label, str(m.value), m.value == talk.matter) for m in Matter if m.value]
    urgencies = [(u.value, u.label, str(7 + u.value), u.value == talk.urgency) for u in Urgency]
    return {"matters": matters, "urgencies": urgencies}


def safety_of(talk: Conversation) -> Safety | None:
    """Return what stands above the reply box: the brand's words, or the desk's advice; None elsewhere."""
    if talk.urgency != case.Urgency.SAFETY or talk.state != case.State.OPEN:
        return None
    said = Mention.objects.filter(conversation=talk, incoming=True, author=talk.customer, deleted_at=None)
    newest = said.order_by("-order")[:LOOKED_AT_MOST]
    calm = Annotation.objects.filter(mention__in=list(newest)).exclude(urgency=SAFETY)
    calmed = {note.mention_id for note in calm if note.by_hand & understood.BITS["urgency"]}
    heard = [mention for mention in newest if mention.pk not in calmed]
    reasons = [r for mention in heard for r in reasons_in(mention, talk.brand_id).reasons]
    pressing = [r for r in reasons if r.level is case.Urgency.SAFETY]
    own = Voice.objects.filter(brand=talk.brand_id).values_list("safety_guidance", flat=True).first()
    guidance = (own or "").strip() or wording_safety.advice(
        wording_safety.kind_of({reason.code for reason in pressing})
    )
    return Safety(guidance, tuple(dict.fromkeys(reason.text for reason in pressing))[:3])


VERBS: dict[str, Verb] = {"sort": _sort}
