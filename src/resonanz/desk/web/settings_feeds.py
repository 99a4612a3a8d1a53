"""Following a blog or a news site: its address, the feeds found there, the one that is read from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from resonanz.desk import channels as verbs
from resonanz.desk.models import Brand, Role
from resonanz.desk.web.channel_words import feed_error
from resonanz.desk.web.forms import FeedForm
from resonanz.desk.web.settings_connect import may_be_simulated
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.networks import Credentials, NetworkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from resonanz.networks.feed import Found


@for_role(Role.LEAD)
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for a site, find its feeds, and follow the one that was chosen or is the only one."""
    form = FeedForm(request.POST or None, initial={"brand": Brand.objects.order_by("pk").first()})
    found: Sequence[Found] = ()
    if form.is_valid():
        chosen = request.POST.get("feed", "")
        address = chosen or form.cleaned_data["address"]
        simulated = may_be_simulated(address)
        try:
            found = verbs.find_feeds(address, simulated=simulated)
            if chosen or len(found) == 1:
                return _followed(request, found[0], form.cleaned_data["brand"], simulated=simulated)
        except NetworkError as error:
            form.add_error("address", feed_error(error))
        except verbs.ChannelTaken as taken:
            words = _("This feed belongs to the brand “%(brand)s” already. Choose that one.")
            form.add_error("brand", words % {"brand": str(taken)})
    brands = list(Brand.objects.all()[:2])
    only = brands[0] if len(brands) == 1 else None
    context = {"form": form, "found": found, "only_brand": only, "at": "channels"}
    return render(request, "settings/feed.html", context, status=422 if form.errors else 200)


def _followed(request: HttpRequest, feed: Found, brand: Brand, *, simulated: bool) -> HttpResponse:
    credentials = Credentials(base_url=feed.address, secret={}, simulated=simulated)
    application = verbs.Application(network="feed", brand=brand, credentials=credentials)
    channel = verbs.connect(application, signed_in(request))
    words = _("“%(name)s” is read from now on. Saved queries find what stands there.")
    messages.success(request, words % {"name": channel.name or channel.handle})
    return redirect("settings-channels")
