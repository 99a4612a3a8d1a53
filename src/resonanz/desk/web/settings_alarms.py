"""Settings of where alarms go: the named addresses of chats and services, each with a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from resonanz.desk import notifying, wording_alarms
from resonanz.desk.models import AlarmAddress, Role
from resonanz.desk.notifying import NotTold
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PLACES = {"name_missing": "name", "name_taken": "name"}


class AddressForm(forms.Form):
    """A named address."""

    name = forms.CharField(
        label=later("Name"),
        max_length=notifying.NAME_MOST,
        required=False,
        help_text=later("As colleagues choose it, such as Storm room or On call."),
    )
    url = forms.CharField(
        label=later("Address"),
        max_length=notifying.URL_MOST,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(label=later("Language of the texts"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, known: AlarmAddress | None = None) -> None:
        initial = {"language": "de"} if known is None else {"name": known.name, "language": known.language}
        super().__init__(data, initial=initial)
        if known is not None:
            self.fields["url"].help_text = _("Kept is: %(shown)s. Empty leaves it as it is.") % {
                "shown": known.shown
            }


@for_role(Role.OPERATOR)
def addresses(request: HttpRequest) -> HttpResponse:
    """List the addresses."""
    found = AlarmAddress.objects.order_by("name")
    shown = {
        "addresses": found.filter(dropped_at=None),
        "dropped": found.exclude(dropped_at=None),
        "kinds": sorted({place.label for place in notifying.PLACES.values()}, key=str.lower),
        "at": "alarms",
    }
    return render(request, "alarms/addresses.html", shown)


@never_cache
@for_role(Role.OPERATOR)
def edit(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Add an address, or change one."""
    known = None if number is None else get_object_or_404(AlarmAddress, pk=number)
    form = AddressForm(request.POST if request.method == "POST" else None, known)
    if form.is_valid():
        said = form.cleaned_data
        try:
            kept = notifying.keep(signed_in(request), said["name"], said["url"], said["language"], known)
        except NotTold as error:
            form.add_error(PLACES.get(error.code, "url"), wording_alarms.refusal(error.line))
        else:
            words = _("Kept: %(name)s. Send a test to see whether it arrives.")
            messages.success(request, words % {"name": kept.name})
            return redirect("settings-alarms")
    shown = {"form": form, "known": known, "at": "alarms", "schemes": sorted(notifying.PLACES)}
    return render(request, "alarms/address.html", shown, status=422 if form.is_bound else 200)


@require_POST
@for_role(Role.OPERATOR)
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Send a test to an address, use it no more, or use it again."""
    known, agent = get_object_or_404(AlarmAddress, pk=number), signed_in(request)
    name = {"name": known.name}
    if verb == "test":
        try:
            notifying.try_out(known)
        except NotTold as error:
            reason = wording_alarms.refusal(error.line)
            words = _("The test for %(name)s could not be delivered: %(reason)s")
            messages.error(request, words % (name | {"reason": reason}))
        else:
            messages.success(
                request, _("%(name)s has taken the test. Look whether you can read it there.") % name
            )
    else:
        notifying.drop(agent, known, dropped=verb != "restore")
        said = _("%(name)s is told again.") if verb == "restore" else _("%(name)s is told no more.")
        messages.success(request, said % name)
    return redirect("settings-alarms")
