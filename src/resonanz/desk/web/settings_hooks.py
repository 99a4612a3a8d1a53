"""Settings of a webhook: the address that a network may call, opened and closed by leads."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk import listen, own_address, wording
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Role, Webhook
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Channel


class KeyForm(forms.Form):
    """What the network signs its calls with."""

    key = forms.CharField(
        label=later("API Key Secret"),
        max_length=300,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=later(
            "Also called consumer secret: under “Keys and tokens” of the app. The network signs its calls "
            "with it; it is kept encrypted and shown nowhere."
        ),
    )


@for_role(Role.LEAD)
def webhook(request: HttpRequest, number: int) -> HttpResponse:
    """Show the address that an account's network may call; POST opens a new one or closes it."""
    agent = signed_in(request)
    channel = get_object_or_404(channels_visible_to(agent), pk=number)
    if listen.hook_of(channel) is None:
        raise Http404(_("This network does not call."))
    form = KeyForm(request.POST or None)
    if request.method == "POST" and "close" in request.POST:
        listen.close_hook(channel, by=agent)
        messages.success(request, _("Closed. Whoever calls the old address finds nothing."))
        return redirect("settings-channel-webhook", channel.pk)
    if form.is_valid():
        key = form.cleaned_data["key"] or channel.secret.get("consumer_secret", "")
        if key:
            listen.open_hook(channel, key, by=agent)
            messages.success(request, _("Open. Enter the address at the network now."))
            return redirect("settings-channel-webhook", channel.pk)
        form.add_error("key", _("Paste the API key secret; without it no call can be checked."))
    context = _shown(request, channel) | {"form": form, "at": "channels"}
    return render(request, "settings/webhook.html", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest, channel: Channel) -> dict[str, object]:
    row = Webhook.objects.filter(channel=channel).first()
    address = own_address.of_desk(request.build_absolute_uri("/"))
    parts = urlsplit(address)
    return {
        "channel": channel,
        "network": wording.network_label(channel.network),
        "webhook": row,
        "address": address + reverse("hook", args=[channel.network, row.path]) if row else "",
        "is_public": parts.scheme == "https" and parts.port in {None, 443},
        "has_key": bool(channel.secret.get("consumer_secret")),
    }
