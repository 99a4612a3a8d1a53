"""Settings of channels: how each one is, pausing, and private messages that a network holds back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import channels as verbs
from resonanz.desk import listen, spending, wording, wording_money
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Channel, Role, Webhook
from resonanz.desk.models.listening import OFFLINE, ChannelState
from resonanz.desk.web.channel_words import (
    Health,
    Held,
    connect_error,
    health_of,
    held_back,
    limits_words,
    notices_of,
    stream_words,
)
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.networks import NETWORKS, NetworkError

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

URGENCY = ("late", "soon", "calm", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A channel as its page shows it."""

    channel: Channel
    label: str
    health: Health
    has_login: bool
    has_stream: bool
    no_stream: str
    money: str
    webhook: str
    notices: list[str]
    held: Held | None
    more: list[tuple[str, str]]


@require_safe
def channels(request: HttpRequest) -> HttpResponse:
    """List the channels that somebody may see, each with its health."""
    agent, now = signed_in(request), timezone.now()
    seen = channels_visible_to(agent).select_related("brand").order_by("network", "name", "handle")
    shown = [_shown(channel, health_of(channel, now), now) for channel in seen]
    shown.sort(key=lambda each: URGENCY.index(each.health.level))  # what needs a person comes first
    context = {
        "live": [each for each in shown if not each.channel.is_archive and not each.channel.is_by_hand],
        "archives": [each for each in shown if each.channel.is_archive],
        "may": agent.has_role(Role.LEAD),
        "at": "channels",
    }
    return render(request, "settings/channels.html", context)


def _shown(channel: Channel, health: Health, now: datetime) -> Shown:
    row = NETWORKS.get(channel.network)
    cost = next(iter(spending.costs([channel], now=now)), None)
    return Shown(
        channel=channel,
        label=wording.network_label(channel.network),
        health=health,
        has_login=row is not None and bool(row.capabilities.login),
        has_stream=row is not None and row.capabilities.stream and channel.state == ChannelState.OK,
        no_stream=stream_words(),
        money=wording_money.headline(cost) if cost is not None else "",
        webhook=_webhook_words(channel, now),
        notices=notices_of(channel, now),
        held=held_back(channel),
        more=limits_words(channel, now),
    )


def _webhook_words(channel: Channel, now: datetime) -> str:
    """Return whether the network calls us, "" where it never does."""
    if listen.hook_of(channel) is None:
        return ""
    row = Webhook.objects.filter(channel=channel).first()
    if row is None:
        return _("Webhook: closed")
    if row.told_at is None:
        return _("Webhook: open, not called yet")
    return _("Webhook: last called %(ago)s") % {"ago": wording.ago(row.told_at, now)}


def _live(number: int) -> Channel:
    return get_object_or_404(Channel.objects.exclude(network__in=OFFLINE), pk=number)


@require_POST
@for_role(Role.LEAD)
def pause(request: HttpRequest, number: int) -> HttpResponse:
    """Stop reading and sending on a channel."""
    verbs.pause(_live(number))
    messages.success(request, _("Paused. Customers can still write there; it is read when you resume."))
    return redirect("settings-channels")


@require_POST
@for_role(Role.LEAD)
def resume(request: HttpRequest, number: int) -> HttpResponse:
    """Read and send again."""
    verbs.resume(_live(number))
    messages.success(request, _("Resumed. What was said meanwhile is read now."))
    return redirect("settings-channels")


@require_POST
@for_role(Role.LEAD)
def everybody(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the network to let strangers' private messages through."""
    channel = _live(number)
    try:
        verbs.accept_everybody(channel, signed_in(request))
    except NetworkError as error:
        messages.error(request, connect_error(error, wording.network_label(channel.network)))
    else:
        messages.success(request, _("Done. Private messages of strangers arrive in the inbox now."))
    return redirect("settings-channels")
