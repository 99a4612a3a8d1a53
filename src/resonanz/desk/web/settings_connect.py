"""Connecting an account: its network, then signing in in the browser or secrets typed here; tested at once.

What each network asks for stands in `ways_in.py`. Nothing is stored before it works; connecting again keeps
cursor, settings and budget.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import channels as verbs
from resonanz.desk import ways_in, wording
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Brand, Budget, Channel, Role
from resonanz.desk.models.listening import OFFLINE
from resonanz.desk.spending import is_metered
from resonanz.desk.storage import lock, unlock
from resonanz.desk.web.channel_words import connect_error
from resonanz.desk.web.forms_connect import WayForm
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.networks import Credentials, Login, NetworkError, Secret
from resonanz.networks.http import server_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.ways_in import Entrance, Way

SESSION_KEY = "channel_login"  # a sign-in half way, locked with the vault key
ABOUT_SECRETS = {"token_revoked", "scope_missing", "not_allowed_here", "refused", "unpaid"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request is about: a network's ways in, the one that was sent, the channel to connect again."""

    entrance: Entrance
    sent: str = ""
    again: Channel | None = None

    @property
    def way(self) -> Way:
        """The way that was sent."""
        way = self.entrance.way(self.sent)
        assert way is not None
        return way


@require_safe
@for_role(Role.LEAD)
def connect(request: HttpRequest) -> HttpResponse:
    """Ask for the network and offer its ways in. `again` names a channel to connect again."""
    channel = _channel_again(request, request.GET.get("again", ""))
    asked = _Asked(_entrance(channel.network if channel else request.GET.get("network", "")), again=channel)
    return _page(request, asked, _forms(request, asked), opened=request.GET.get("way", ""))


def _entrance(network: str) -> Entrance:
    """Return the ways into a network; the usual one where none is named."""
    known = ways_in.entrances()
    found = next((one for one in known if one.network == network), None if network else known[0])
    if found is None:
        raise Http404(_("Accounts of this network are not connected here."))
    return found


def _channel_again(request: HttpRequest, number: str) -> Channel | None:
    seen = channels_visible_to(signed_in(request)).exclude(network__in=OFFLINE)
    return seen.filter(pk=number).first() if number.isdecimal() else None


def _sent(request: HttpRequest, *, by_browser: bool) -> _Asked:
    """Return what a form was sent for; Http404 for a way that the network does not have."""
    entrance = _entrance(request.POST.get("network", ""))
    ways = [way.name for way in entrance.ways if way.by_browser == by_browser]
    name = request.POST.get("way") or next(iter(ways), "")
    if name not in ways:
        raise Http404
    return _Asked(entrance, name, _channel_again(request, request.POST.get("again", "")))


def _forms(request: HttpRequest, asked: _Asked) -> dict[str, WayForm]:
    """Return the form of every way, filled in where it was sent."""
    forms = {}
    for way in asked.entrance.ways:
        before = {} if asked.again is None else asked.again.secret
        has = before if way.by_browser else _beside(way, before)
        data = request.POST if way.name == asked.sent else None
        forms[way.name] = WayForm(asked.entrance, way, data, initial=_initial(request, asked, way), has=has)
    return forms


def _beside(way: Way, secret: Secret) -> dict[str, str]:
    """Return what is kept with the tokens, of no use for signing in."""
    kept = [ask.key for ask in way.asks if ask.is_beside and not ask.is_tick]
    return {key: secret[key] for key in kept if secret.get(key)}


def _initial(request: HttpRequest, asked: _Asked, way: Way) -> dict[str, object]:
    channel = asked.again
    if channel is not None:
        plain = {ask.name: channel.secret.get(ask.key, "") for ask in way.asks if not ask.is_secret}
        return plain | {"server": channel.base_url, "brand": channel.brand_id}
    found: dict[str, object] = {
        "brand": Brand.objects.order_by("pk").first()
    }  # archives brought theirs later
    if settings.DEMO_NETWORK_URL:
        found["server"] = settings.DEMO_NETWORK_URL  # the demo's networks stand on this machine
    return found | {name: request.POST[name] for name in ("server", "brand") if request.POST.get(name)}


def _page(
    request: HttpRequest, asked: _Asked, forms: dict[str, WayForm], *, opened: str = ""
) -> HttpResponse:
    brands, entrance = list(Brand.objects.all()[:2]), asked.entrance
    shown = {
        "entrance": entrance,
        "entrances": ways_in.entrances(),
        "forms": forms,
        "opened": asked.sent or opened or entrance.ways[0].name,
        "again": asked.again,
        "only_brand": brands[0] if len(brands) == 1 else None,
        "network": entrance.label,
        "callback": request.build_absolute_uri(reverse("settings-channel-oauth-callback")),
        "asks_server": settings.DEMO or not entrance.is_one_place,
        "at": "channels",
    }
    return render(request, "settings/connect.html", shown, status=422 if asked.sent else 200)


def may_be_simulated(address: str) -> bool:
    """Whether the demo is on and an address is one of this machine: then plain http is allowed."""
    if not settings.DEMO:
        return False
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(typed: str) -> tuple[str, bool]:
    """Return a typed address as the network's door takes it, and whether it is a simulated network's."""
    simulated = may_be_simulated(typed.rpartition("@")[2] if "://" not in typed else typed)
    if simulated and "://" not in typed:
        typed = "http://" + typed.rpartition("@")[2]
    return typed, simulated


@require_POST
@sensitive_post_parameters()
@for_role(Role.LEAD)
def by_secret(request: HttpRequest) -> HttpResponse:
    """Connect with a token, keys or a password that were typed."""
    asked = _sent(request, by_browser=False)
    forms = _forms(request, asked)
    form = forms[asked.sent]
    if form.is_valid():
        brand = form.cleaned_data["brand"]
        try:
            return _connected(request, asked.entrance.network, _credentials(asked, form), brand)
        except NetworkError as error:
            _say(form, error)
        except verbs.ChannelTaken as taken:
            form.add_error("brand", _taken(taken))
    return _page(request, asked, forms)


def _credentials(asked: _Asked, form: WayForm) -> Credentials:
    address, simulated = address_of(form.cleaned_data["server"] or form.entrance.server)
    base_url = server_address(address, simulated=simulated)
    before = {} if asked.again is None else asked.again.secret
    secret = _beside(form.way, before) | ways_in.secret_of(form.way, form.cleaned_data)
    return Credentials(base_url=base_url, secret=secret, simulated=simulated)


def _say(form: WayForm, error: NetworkError) -> None:
    """Say an error beside the field that it is about."""
    about_secrets = error.code in ABOUT_SECRETS
    words = connect_error(error, form.entrance.label, refused=str(form.way.refused))
    form.add_error(form.first if about_secrets else "server", words)


def _taken(taken: verbs.ChannelTaken) -> str:
    return _("This account belongs to the brand “%(brand)s” already. Choose that one.") % {
        "brand": str(taken)
    }


def _connected(request: HttpRequest, network: str, credentials: Credentials, brand: Brand) -> HttpResponse:
    application = verbs.Application(network=network, brand=brand, credentials=credentials)
    channel = verbs.connect(application, signed_in(request))
    words = _("@%(handle)s is connected. New mentions arrive in the inbox from now on.")
    messages.success(request, words % {"handle": channel.handle})
    if is_metered(channel) and not Budget.objects.filter(channel=channel, most__isnull=False).exists():
        return redirect("settings-channel-money", channel.pk)  # what may it cost? before it costs anything
    return redirect("settings-channels")


@require_POST
@sensitive_post_parameters()
@for_role(Role.LEAD)
def by_browser(request: HttpRequest) -> HttpResponse:
    """Register with the server, then show the way there.

    A link and no redirect: the content security policy lets forms go to the desk only.
    """
    asked = _sent(request, by_browser=True)
    forms = _forms(request, asked)
    form = forms[asked.sent]
    if form.is_valid():
        try:
            login, more = _begun(request, asked, form)
        except NetworkError as error:
            _say(form, error)
        else:
            return _keep_login(request, asked, login, more | {"brand": str(form.cleaned_data["brand"].pk)})
    return _page(request, asked, forms)


def _begun(request: HttpRequest, asked: _Asked, form: WayForm) -> tuple[Login, dict[str, str]]:
    """Begin a sign-in; returns with it what is not the network's but belongs to the tokens."""
    address, simulated = address_of(form.cleaned_data["server"] or asked.entrance.server)
    before = {} if asked.again is None else asked.again.secret
    typed = ways_in.secret_of(asked.way, form.cleaned_data)
    known = {ask.key: before.get(ask.key, "") for ask in asked.way.asks if not ask.is_tick} | typed
    beside = {ask.key for ask in asked.way.asks if ask.is_beside}
    back_url = request.build_absolute_uri(reverse("settings-channel-oauth-callback"))
    login = verbs.begin_login(
        asked.entrance.network,
        address,
        redirect_uri=back_url,
        simulated=simulated,
        app={key: value for key, value in known.items() if key not in beside} or None,
    )
    return login, {key: value for key, value in known.items() if key in beside and value}


def _keep_login(request: HttpRequest, asked: _Asked, login: Login, more: dict[str, str]) -> HttpResponse:
    brand = more.pop("brand")
    kept = {
        "network": asked.entrance.network,
        "way": asked.sent,
        "again": "" if asked.again is None else str(asked.again.pk),
        "base_url": login.base_url,
        "secret": json.dumps(login.secret),
        "more": json.dumps(more),
        "simulated": "yes" if login.simulated else "",
        "brand": brand,
    }
    request.session[SESSION_KEY] = lock(kept)
    shown = {"url": login.url, "host": _host(asked.entrance.network, login), "at": "channels"}
    return render(request, "settings/connect_go.html", shown | {"network": asked.entrance.network})


def _host(network: str, login: Login) -> str:
    """Return what a person calls the place: the server, or the network where it is all one."""
    entrance = ways_in.entrance_of(network)
    if entrance is not None and login.base_url == entrance.server:
        return entrance.label
    return urlsplit(login.base_url).netloc


@never_cache
@sensitive_post_parameters()
@for_role(Role.LEAD)
def back(request: HttpRequest) -> HttpResponse:
    """Come back from the server with a code: GET asks once more and writes nothing, POST connects."""
    kept = unlock(request.session[SESSION_KEY]) if SESSION_KEY in request.session else None
    if kept is None:
        return _not_back(request, {}, _("The sign-in is too old. Please begin again."))
    sent = request.POST if request.method == "POST" else request.GET
    login, brand = _half_way(kept), Brand.objects.get(pk=kept["brand"])
    if "code" not in sent:
        return _not_back(request, kept, _("The sign-in was broken off there. Nothing was connected."))
    if not secrets.compare_digest(sent.get("state", "").encode(), login.secret["state"].encode()):
        return _not_back(request, kept, _("This answer does not belong to your sign-in. Please begin again."))
    if request.method != "POST":
        host = _host(kept["network"], login)
        shown = {"code": sent["code"], "state": sent["state"], "host": host, "brand": brand, "at": "channels"}
        return render(request, "settings/connect_back.html", shown)
    return _finish(request, kept, sent["code"], brand)


def _half_way(kept: dict[str, str]) -> Login:
    return Login(
        url="",
        base_url=kept["base_url"],
        secret=json.loads(kept["secret"]),
        simulated=bool(kept["simulated"]),
    )


def _finish(request: HttpRequest, kept: dict[str, str], code: str, brand: Brand) -> HttpResponse:
    del request.session[SESSION_KEY]  # a code works once
    network = kept["network"]
    try:
        found = verbs.finish_login(network, _half_way(kept), code)
        more = replace(found, secret=found.secret | json.loads(kept["more"]))
        return _connected(request, network, more, brand)
    except NetworkError as error:
        words = connect_error(error, wording.network_label(network), refused=_refused(kept))
        return _not_back(request, kept, words)
    except verbs.ChannelTaken as taken:
        return _not_back(request, kept, _taken(taken))


def _refused(kept: dict[str, str]) -> str:
    """Return what is said where the network does not take what was typed for a sign-in."""
    entrance = ways_in.entrance_of(kept["network"])
    way = None if entrance is None else entrance.way(kept["way"])
    return "" if way is None else str(way.refused)


def _not_back(request: HttpRequest, kept: dict[str, str], why: str) -> HttpResponse:
    """Go back to the form from where the sign-in began, and say why it did not work."""
    messages.error(request, why)
    begun = {key: kept[key] for key in ("network", "way", "again") if kept.get(key)}
    return redirect(f"{reverse('settings-channel-connect')}?{urlencode(begun)}")
