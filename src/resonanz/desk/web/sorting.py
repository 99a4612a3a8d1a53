"""Sorting by hand, and what stands above the reply box while somebody may be in danger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from resonanz import case
from resonanz.desk import care
from resonanz.desk.care.sorting import reasons_in
from resonanz.desk.models import Matter, Mention, Urgency, Voice
from resonanz.desk.web.acting import undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb

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
    """Return what stands above the reply box: the brand's guidance, or a good one; None for other cases."""
    if talk.urgency != case.Urgency.SAFETY or talk.state != case.State.OPEN:
        return None
    said = Mention.objects.filter(conversation=talk, incoming=True, author=talk.customer, deleted_at=None)
    newest = said.order_by("-order")[:LOOKED_AT_MOST]
    reasons = [r for mention in newest for r in reasons_in(mention, talk.brand_id).reasons]
    pressing = [r for r in reasons if r.level is case.Urgency.SAFETY]
    own = Voice.objects.filter(brand=talk.brand_id).values_list("safety_guidance", flat=True).first()
    guidance = (own or "").strip() or _guidance({reason.code for reason in pressing})
    return Safety(guidance, tuple(dict.fromkeys(reason.text for reason in pressing))[:3])


def _guidance(codes: set[str]) -> str:
    """Return what to do, where the brand has written nothing of its own. Numbers are those of Germany."""
    if "self_harm" in codes:
        return _self_harm()
    if codes & {"fraud", "spied_on"}:
        return _(
            "First stop the damage: block the account or the card, ask for no password and no code. "
            "Then answer, in private. In an emergency the customer calls the police: 110 in Germany."
        )
    return _(
        "Answer at once and in one or two sentences: people first. Whoever is in danger calls 112 "
        "(all over Europe). Tell your team lead, and note what you did."
    )


def _self_harm() -> str:
    """Return how to answer somebody who speaks of taking their life."""
    return _(
        "Take it seriously. Answer calmly and at once, in private if you can: say that you have read it and "
        "that help is there right now. TelefonSeelsorge, free of charge, day and night: 0800 1110111 or "
        "116 123. In acute danger call 112 yourself. Do not stay alone with it: tell your team lead."
    )


VERBS: dict[str, Verb] = {"sort": _sort}
