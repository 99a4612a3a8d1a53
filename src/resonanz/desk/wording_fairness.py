"""Verdicts of the fairness report as sentences. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from resonanz.desk.models.care import Matter
from resonanz.desk.wording import network_label
from resonanz.fairness import GROUP_LEAST

if TYPE_CHECKING:
    from resonanz.fairness import Dimension


def dimension_name(name: str) -> str:
    """Return what a dimension is called."""
    return {
        "reach": pgettext("fairness", "Reach"),
        "network": pgettext("fairness", "Network"),
        "language": pgettext("fairness", "Language"),
        "kind": pgettext("fairness", "Kind"),
    }[name]


def group_name(dimension: str, group: str) -> str:
    """Return what a group of a dimension is called."""
    if group == "unknown":
        return pgettext("fairness", "unknown")
    if dimension == "reach":
        return _reach(group)
    if dimension == "network":
        return network_label(group)
    if dimension == "kind":
        return str(Matter[group.upper()].label)
    return {"de": _("German"), "en": _("English"), "fr": _("French")}.get(group, group)


def _reach(band: str) -> str:
    return {
        "<100": _("fewer than 100 followers"),
        "100–999": _("100 to 999 followers"),
        "1k–9.9k": _("1,000 to 9,999 followers"),
        "10k+": _("10,000 followers and more"),
    }[band]


def verdict_word(verdict: str) -> tuple[str, str]:
    """Return a verdict as the level of its mark and a word."""
    return {
        "fair": ("calm", pgettext("fairness", "fair")),
        "unfair": ("late", pgettext("fairness", "unequal")),
        "too_few": ("none", pgettext("fairness", "too few to say")),
    }[verdict]


def sentence(dimension: Dimension) -> str:
    """Return what a dimension's verdict says."""
    if dimension.verdict == "too_few":
        return _(
            "Not enough to compare yet: two groups need %(least)s waits each, begun at about the same time "
            "with the same target."
        ) % {"least": GROUP_LEAST}
    if dimension.verdict == "fair":
        return {
            "reach": _("Whoever has few followers is answered as soon as whoever has many."),
            "network": _("No network is answered sooner than another."),
            "language": _("No language is answered sooner than another."),
            "kind": _("No kind of matter with the same target is answered sooner than another."),
        }[dimension.name]
    return _unequal(dimension)


def _unequal(dimension: Dimension) -> str:
    assert dimension.effect is not None
    assert dimension.effect_of is not None
    facts = {
        "group": group_name(dimension.name, dimension.effect_of),
        "times": number_format(max(dimension.effect, 1 / dimension.effect), 1, use_l10n=True),
    }
    if dimension.effect > 1:
        return _("“%(group)s” is served first: at each moment %(times)s times as likely to be next.") % facts
    return (
        _("“%(group)s” waits longer: at each moment the others are %(times)s times as likely to be next.")
        % facts
    )
