"""Settings of one's own: name, signature, language, look, keys, password."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from resonanz.desk import people
from resonanz.desk.web.forms import OwnForm, PasswordForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent

CHOICES = tuple(people.Preferences.__dataclass_fields__)


def front(_request: HttpRequest) -> HttpResponse:
    """Open the settings at the page that everybody has."""
    return redirect("settings-own")


def own(request: HttpRequest) -> HttpResponse:
    """Show and keep what somebody chooses for themselves."""
    agent = cast("Agent", request.user)
    form = OwnForm(request.POST or None, initial=_chosen(agent))
    if form.is_valid():
        people.choose(agent, people.Preferences(**form.cleaned_data))
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            messages.success(request, _("Saved. It applies at once."))
        return redirect("settings-own")
    status = 422 if form.is_bound else 200
    return render(request, "settings/own.html", {"form": form, "at": "own"}, status=status)


def _chosen(agent: Agent) -> dict[str, object]:
    chosen = {name: getattr(agent, name) for name in CHOICES}
    return chosen | {"first_name": agent.get_full_name()}


@sensitive_post_parameters("old", "new")
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; other sessions end, this one stays."""
    agent = cast("Agent", request.user)
    form = PasswordForm(agent, request.POST or None)
    if form.is_valid():
        people.set_password(agent, form.cleaned_data["new"])
        update_session_auth_hash(request, agent)
        messages.success(request, _("Your password is changed. You are signed out everywhere else."))
        return redirect("settings-own")
    status = 422 if form.is_bound else 200
    return render(request, "settings/password.html", {"form": form, "at": "own"}, status=status)
