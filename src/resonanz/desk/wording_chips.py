"""Chips in words: what their kinds are called, what may be chosen, why an expression cannot be shown so."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language, get_language_info, pgettext
from django.utils.translation import gettext as _

from resonanz.annotate.labelled import REASONS
from resonanz.desk.wording import audience_word, network_label
from resonanz.desk.wording_understanding import intents, label, reason_name
from resonanz.post import Audience
from resonanz.query.chips import NEAR
from resonanz.query.reading import (
    ABOUTS,
    AUDIENCES,
    FORMS,
    NETWORKS,
    PRIVATE,
    SENTIMENTS,
    STATES,
    URGENCIES,
)
from resonanz.query.tree import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resonanz.query import TooNestedError

Choices = tuple[tuple[str, str], ...]  # how it is written, and what it is called
LANGUAGES = ("de", "en", "fr", "it", "es", "nl", "pl", "tr", "uk", "ru", "ar", "pt", "cs", "da", "sv")


@cache
def kinds(_language: str | None) -> tuple[tuple[str, Choices], ...]:
    """Return the kinds of chips that are offered, in groups with a heading each."""
    words = (
        ("words", _("word, or words in a row")),
        (NEAR, _("words close together")),
        ("exact", _("spelled exactly so")),
        ("#", _("hashtag")),
        ("@", _("mention")),
        ("$", _("symbol with $")),
    )
    people = (
        ("from", _("by the account")),
        ("to", _("speaks first to")),
        ("author", _("name of the author")),
        ("followers", _("number of followers")),
    )
    posts = (
        ("url", _("link")),
        ("lang", _("language")),
        ("network", _("network")),
        ("has", _("has")),
        ("is", _("is")),
        ("audience", _("who can read it")),
        ("since", _("since")),
        ("until", _("until")),
    )
    says = (
        ("sentiment", _("sounds")),
        ("intent", _("wants")),
        ("reason", pgettext("chips", "reason")),
        ("about", pgettext("chips", "about")),
        ("urgency", _("how urgent")),
        ("private", _("private data")),
        ("form", _("du or Sie")),
    )
    ours = (("tag", _("our tag")), ("state", pgettext("chips", "state")), ("conversation_id", _("thread")))
    return (
        (_("Words"), words),
        (pgettext("chips", "People"), people),
        (_("About the post"), posts),
        (_("What it says"), says),
        (_("Our work"), ours),
    )


def kind(name: str) -> str:
    """Return what a kind of chip is called."""
    return _names(get_language()).get(name, name)


@cache
def _names(language: str | None) -> Mapping[str, str]:
    known = {name: label for _heading, offered in kinds(language) for name, label in offered}
    return known | {"words": _("word")}


def values(name: str) -> Choices:
    """Return what can be chosen for a kind of chip; nothing where it is written freely."""
    return _values(get_language()).get(name, ())


@cache
def _values(_language: str | None) -> Mapping[str, Choices]:
    return {
        "lang": tuple((code, str(get_language_info(code)["name_translated"])) for code in LANGUAGES),
        "network": tuple((name, network_label(name)) for name in NETWORKS),
        "audience": tuple((name, str(audience_word(Audience[name.upper()]))) for name in AUDIENCES),
        "has": (
            ("images", _("a picture")),
            ("videos", _("a film")),
            ("media", _("a picture, film or sound")),
            ("links", _("a link")),
            ("hashtags", _("a hashtag")),
            ("mentions", _("an account named with @")),
            ("cashtags", _("a symbol with $")),
        ),
        "is": (
            ("reply", _("a reply")),
            ("quote", _("a quote of another post")),
            ("retweet", _("only a repost")),
            ("verified", _("by a verified account")),
        ),
        "state": tuple(zip(STATES, _state_words(), strict=True)),
        "sentiment": tuple((name, label("sentiment", name)) for name in SENTIMENTS),
        "intent": tuple(intents(_language).items()),
        "about": tuple((name, label("relevance", name)) for name in ABOUTS),
        "reason": tuple((name, reason_name(name, {})) for name in (*REASONS, "none", "unsure")),
        "urgency": tuple((name, label("urgency", name)) for name in URGENCIES),
        "private": tuple((name, _private(name)) for name in PRIVATE),
        "form": tuple((name, label("address_form", name)) for name in FORMS),
    }


def _private(name: str) -> str:
    return _("of any kind") if name == ANY else label("private_data", name)


def _state_words() -> tuple[str, ...]:
    return (
        pgettext("state of a conversation", "open"),
        pgettext("state of a conversation", "waiting for us"),
        pgettext("state of a conversation", "answered"),
        pgettext("state of a conversation", "resolved"),
        pgettext("state of a conversation", "dismissed"),
        pgettext("state of a conversation", "nobody's"),
    )


def value(name: str, written: str) -> str:
    """Return a chip's value as people read it."""
    return dict(values(name)).get(written, written)


def hint(name: str) -> str:
    """Return an example of what a kind of chip takes, "" where there is nothing to explain."""
    return {
        "words": _("toner, or OTTO Office"),
        NEAR: _("toner empty ~3"),
        "exact": _("Zürich HB"),
        "#": _("rail"),
        "@": "jana",
        "from": "jana",
        "to": "jana",
        "author": _("Krause"),
        "url": "dpd.de/paket",
        "followers": _("1000, or 100..5000"),
    }.get(name, "")


def too_nested(error: TooNestedError) -> str:
    """Return why an expression cannot be shown as chips."""
    if error.code == "not_in_one":
        words = _("Chips cannot say that one of several ways to fit is: %(part)s. Go on in the written form.")
    else:
        words = _("Chips cannot show brackets within brackets: %(part)s. Go on in the written form.")
    return words % {"part": error.part}
