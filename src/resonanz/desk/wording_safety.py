"""Why a post presses, and what the desk advises whoever answers somebody in danger. Part of `wording`.

A brand's own advice stands in its place. Numbers are those of Germany.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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


def why_pressing(code: str) -> str:
    """Return in a few words why a post presses, by the code of a rule (`annotate.urgency.REASONS`)."""
    return _reasons(get_language())[code]


@cache
def _reasons(_language: str | None) -> Mapping[str, str]:
    return {
        "own_word": pgettext("urgency", "one of your own words for danger"),
        "shut_in": pgettext("urgency", "somebody is shut in"),
        "heat": pgettext("urgency", "somebody is shut in where it is hot"),
        "child_missing": pgettext("urgency", "a child is alone or missing"),
        "fire": pgettext("urgency", "fire or smoke"),
        "gas": pgettext("urgency", "gas or fumes"),
        "current": pgettext("urgency", "electric current"),
        "medical": pgettext("urgency", "somebody is ill and needs help"),
        "injured": pgettext("urgency", "somebody is hurt"),
        "accident": pgettext("urgency", "an accident"),
        "swallowed": pgettext("urgency", "something was swallowed"),
        "harmful_goods": pgettext("urgency", "goods that do harm"),
        "poisoned": pgettext("urgency", "something poisonous"),
        "vehicle": pgettext("urgency", "a vehicle that is not safe"),
        "weapon": pgettext("urgency", "a weapon"),
        "violence": pgettext("urgency", "violence or a threat"),
        "danger": pgettext("urgency", "danger to people"),
        "deadly": pgettext("urgency", "danger to life"),
        "fraud": pgettext("urgency", "fraud, or an account in wrong hands"),
        "spied_on": pgettext("urgency", "somebody is spied on"),
        "self_harm": pgettext("urgency", "thoughts of suicide"),
        "life_support": pgettext("urgency", "what somebody needs to stay alive"),
        "medicine": pgettext("urgency", "medicine that is missing"),
        "cut_off": pgettext("urgency", "without power, water, heating or telephone"),
        "stranded": pgettext("urgency", "somebody is stranded"),
        "today": pgettext("urgency", "it must be today"),
        "blocked_abroad": pgettext("urgency", "without money on the way"),
        "pressing": pgettext("urgency", "somebody says that it presses"),
        "blocked": pgettext("urgency", "somebody stands before a closed door or does not get in"),
        "deadline": pgettext("urgency", "a deadline"),
        "accused": pgettext("urgency", "somebody cries fraud"),
        "legal_threat": pgettext("urgency", "a lawyer, a court or an authority"),
        "press_enquiry": pgettext("urgency", "a journalist asks"),
        "data_request": pgettext("urgency", "a request about personal data"),
        "threat": pgettext("urgency", "somebody threatens"),
    }
