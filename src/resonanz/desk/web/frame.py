"""The small things of the frame around every page: appearance and language from the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from resonanz.desk.models import Agent
from resonanz.desk.models.people import Theme
from resonanz.desk.web.guard import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

CHOICES = {"theme": {value for value, _ in Theme.choices}, "language": {code for code, _ in LANGUAGES}}


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep a choice made in the menu and go back to where the person was."""
    agent = cast(Agent, request.user)
    chosen = {name: request.POST[name] for name, known in CHOICES.items() if request.POST.get(name) in known}
    if chosen:
        Agent.objects.filter(pk=agent.pk).update(**chosen)
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if here else "/")
