"""What the desk advises whoever answers somebody in danger. Part of `wording`.

A brand's own words stand in its place. Numbers are those of Germany.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

if TYPE_CHECKING:
    from collections.abc import Collection

SELF_HARM, FRAUD, OTHER = "self_harm", "fraud", "other"
KINDS = (SELF_HARM, FRAUD, OTHER)  # in the order in which settings show them


def kind_of(codes: Collection[str]) -> str:
    """Return which of KINDS a danger is, by the codes of the rules that saw it; the gravest one wins."""
    if "self_harm" in codes:
        return SELF_HARM
    return FRAUD if {"fraud", "spied_on"} & set(codes) else OTHER


def kind_name(kind: str) -> str:
    """Return what one of KINDS is called."""
    return {
        OTHER: pgettext("danger", "Any other danger"),
        SELF_HARM: pgettext("danger", "Thoughts of suicide"),
        FRAUD: pgettext("danger", "Fraud, or somebody spied on"),
    }[kind]


def advice(kind: str) -> str:
    """Return what to do in one of KINDS."""
    if kind == SELF_HARM:
        return _self_harm()
    if kind == FRAUD:
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
