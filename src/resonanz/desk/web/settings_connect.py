"""Connecting an account: its server, then signing in in the browser or an access token; tested at once."""

from __future__ import annotations

import ipaddress
import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import channels as verbs
from resonanz.desk import wording
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Brand, Role
from resonanz.desk.models.listening import OFFLINE
from resonanz.desk.storage import lock, unlock
from resonanz.desk.web.channel_words import connect_error
from resonanz.desk.web.forms import ServerForm, TokenForm
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.networks import Credentials, Login, NetworkError
from resonanz.networks.http import server_address

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

NETWORK = "mastodon"
SESSION_KEY = "channel_login"  # a sign-in half way, locked with the vault key


@require_safe
@for_role(Role.LEAD)
def connect(request: HttpRequest) -> HttpResponse:
    """Ask for the server, and offer the two ways in. `again` names a channel to connect again."""
    initial = _initial(request)
    return _page(request, ServerForm(initial=initial), TokenForm(initial=initial))


def _initial(request: HttpRequest) -> dict[str, object]:
    number = request.GET.get("again", "")
    seen = channels_visible_to(signed_in(request)).exclude(network__in=OFFLINE)
    channel = seen.filter(pk=number).first() if number.isdecimal() else None
    if channel is None:
        return {"brand": Brand.objects.order_by("pk").first()}  # archives brought theirs later
    return {"server": channel.base_url, "brand": channel.brand_id}


def _page(request: HttpRequest, browser: forms.Form, token: forms.Form, *, status: int = 200) -> HttpResponse:
    brands = list(Brand.objects.all()[:2])
    shown = {
        "browser": browser,
        "token": token,
        "by_token": token.is_bound or "token" in request.GET,
        "only_brand": brands[0] if len(brands) == 1 else None,
        "network": wording.network_label(NETWORK),
        "at": "channels",
    }
    return render(request, "settings/connect.html", shown, status=status)


def may_be_simulated(address: str) -> bool:
    """Whether the demo is on and an address is one of this machine: then plain http is allowed."""
    if not settings.DEMO:
        return False
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(typed: str) -> tuple[str, bool]:
    """Return a typed address as the network's door takes it, and whether it is a simulated network's."""
    simulated = may_be_simulated(typed.rpartition("@")[2] if "://" not in typed else typed)
    if simulated and "://" not in typed:
        typed = "http://" + typed.rpartition("@")[2]
    return typed, simulated


@require_POST
@sensitive_post_parameters("token")
@for_role(Role.LEAD)
def by_token(request: HttpRequest) -> HttpResponse:
    """Connect with an access token."""
    form = TokenForm(request.POST)
    if form.is_valid():
        found = form.cleaned_data
        try:
            base_url, simulated = _server(found["server"])
            credentials = Credentials(
                base_url=base_url, secret={"access_token": found["token"].strip()}, simulated=simulated
            )
            return _connected(request, credentials, found["brand"])
        except NetworkError as error:
            form.add_error(_field_of(error), connect_error(error, wording.network_label(NETWORK)))
        except verbs.ChannelTaken as taken:
            form.add_error("brand", _taken(taken))
    return _page(request, ServerForm(initial={"server": request.POST.get("server")}), form, status=422)


def _server(typed: str) -> tuple[str, bool]:
    address, simulated = _address(typed)
    return server_address(address, simulated=simulated), simulated


def _field_of(error: NetworkError) -> str:
    return "token" if error.code in {"token_revoked", "scope_missing", "not_allowed_here"} else "server"


def _taken(taken: verbs.ChannelTaken) -> str:
    return _("This account belongs to the brand “%(brand)s” already. Choose that one.") % {
        "brand": str(taken)
    }


def _connected(request: HttpRequest, credentials: Credentials, brand: Brand) -> HttpResponse:
    application = verbs.Application(network=NETWORK, brand=brand, credentials=credentials)
    channel = verbs.connect(application, signed_in(request))
    words = _("@%(handle)s is connected. New mentions arrive in the inbox from now on.")
    messages.success(request, words % {"handle": channel.handle})
    return redirect("settings-channels")


@require_POST
@for_role(Role.LEAD)
def by_browser(request: HttpRequest) -> HttpResponse:
    """Register with the server, then show the way there.

    A link and no redirect: the content security policy lets forms go to the desk only.
    """
    form = ServerForm(request.POST)
    if form.is_valid():
        address, simulated = _address(form.cleaned_data["server"])
        back_url = request.build_absolute_uri(reverse("settings-channel-oauth-callback"))
        try:
            login = verbs.begin_login(NETWORK, address, redirect_uri=back_url, simulated=simulated)
        except NetworkError as error:
            form.add_error("server", connect_error(error, wording.network_label(NETWORK)))
        else:
            return _keep_login(request, login, form.cleaned_data["brand"])
    token = TokenForm(initial={"server": request.POST.get("server"), "brand": request.POST.get("brand")})
    return _page(request, form, token, status=422)


def _keep_login(request: HttpRequest, login: Login, brand: Brand) -> HttpResponse:
    kept = {
        "base_url": login.base_url,
        "secret": json.dumps(login.secret),
        "simulated": "yes" if login.simulated else "",
        "brand": str(brand.pk),
    }
    request.session[SESSION_KEY] = lock(kept)
    host = urlsplit(login.base_url).netloc
    return render(request, "settings/connect_go.html", {"url": login.url, "host": host, "at": "channels"})


@never_cache
@for_role(Role.LEAD)
def back(request: HttpRequest) -> HttpResponse:
    """Come back from the server with a code: GET asks once more and writes nothing, POST connects."""
    kept = unlock(request.session[SESSION_KEY]) if SESSION_KEY in request.session else None
    if kept is None:
        return _not_back(request, _("The sign-in is too old. Please begin again."))
    sent = request.POST if request.method == "POST" else request.GET
    login, brand = _half_way(kept), Brand.objects.get(pk=kept["brand"])
    if "code" not in sent:
        return _not_back(request, _("The sign-in was broken off at the server. Nothing was connected."))
    if not secrets.compare_digest(sent.get("state", "").encode(), login.secret["state"].encode()):
        return _not_back(request, _("This answer does not belong to your sign-in. Please begin again."))
    if request.method != "POST":
        host = urlsplit(login.base_url).netloc
        shown = {"code": sent["code"], "state": sent["state"], "host": host, "brand": brand, "at": "channels"}
        return render(request, "settings/connect_back.html", shown)
    return _finish(request, login, sent["code"], brand)


def _half_way(kept: dict[str, str]) -> Login:
    return Login(
        url="",
        base_url=kept["base_url"],
        secret=json.loads(kept["secret"]),
        simulated=bool(kept["simulated"]),
    )


def _finish(request: HttpRequest, login: Login, code: str, brand: Brand) -> HttpResponse:
    del request.session[SESSION_KEY]  # a code works once
    try:
        return _connected(request, verbs.finish_login(NETWORK, login, code), brand)
    except NetworkError as error:
        return _not_back(request, connect_error(error, wording.network_label(NETWORK)))
    except verbs.ChannelTaken as taken:
        return _not_back(request, _taken(taken))


def _not_back(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("settings-channel-connect")
