"""Settings of people: who works here, what they may do, and which team cares for which channel."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from resonanz.desk import factors
from resonanz.desk import people as verbs
from resonanz.desk.models import Agent, Role, Team
from resonanz.desk.web.forms import PersonForm, RoleForm, TeamForm, TeamMembersForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    View = Callable[..., HttpResponse]


def for_role(least: Role) -> Callable[[View], View]:
    """Refuse a page to agents whose role is below `least`."""

    def guarded(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not signed_in(request).has_role(least):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return answer

    return guarded


def signed_in(request: HttpRequest) -> Agent:
    """Return who asks; every page but the sign-in has somebody."""
    return cast("Agent", request.user)


@for_role(Role.OPERATOR)
def people(request: HttpRequest) -> HttpResponse:
    """List everybody and the teams."""
    agents = Agent.objects.order_by("-is_active", "first_name", "username").prefetch_related("teams")
    teams = Team.objects.order_by("name").prefetch_related("agents", "channels")
    shown = {"agents": agents, "teams": teams, "team_form": TeamForm(), "at": "people"}
    second = {"holders": factors.holders(), "required": factors.is_required()}
    return render(request, "settings/people.html", shown | second)


@never_cache
@for_role(Role.OPERATOR)
def add(request: HttpRequest) -> HttpResponse:
    """Add somebody; their first password is shown once, in the answer to this very request."""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            agent, password = verbs.create(wanted["username"], name=wanted["name"], role=Role(wanted["role"]))
        except verbs.PeopleError as error:
            form.add_error("username", sentence(error))
        else:
            return _show_password(request, agent, password)
    status = 422 if form.is_bound else 200
    return render(request, "settings/person_add.html", {"form": form, "at": "people"}, status=status)


def _show_password(request: HttpRequest, agent: Agent, password: str) -> HttpResponse:
    shown = {"person": agent, "password": password, "at": "people"}
    return render(request, "settings/person_password.html", shown)


@never_cache
@for_role(Role.OPERATOR)
def person(request: HttpRequest, number: int) -> HttpResponse:
    """Show somebody; POST with `do` changes the role, resets the password, switches off or on."""
    somebody = get_object_or_404(Agent, pk=number)
    if request.method == "POST":
        try:
            return _change(request, somebody)
        except verbs.PeopleError as error:
            messages.error(request, sentence(error))
            return redirect("settings-person", number)
    shown = {"person": somebody, "form": RoleForm(initial={"role": somebody.role}), "at": "people"}
    return render(request, "settings/person.html", shown | {"two_steps": factors.has_one(somebody)})


def _change(request: HttpRequest, somebody: Agent) -> HttpResponse:
    by, wanted = signed_in(request), request.POST.get("do")
    if wanted == "password":
        return _show_password(request, somebody, verbs.reset_password(somebody, by=by))
    if wanted == "deactivate":
        _tell_deactivated(request, verbs.deactivate(somebody, by=by))
    elif wanted == "reactivate":
        verbs.reactivate(somebody, by=by)
        messages.success(request, _("May sign in again."))
    elif wanted == "role":
        form = RoleForm(request.POST)
        if form.is_valid():
            verbs.change_role(somebody, Role(form.cleaned_data["role"]), by=by)
            messages.success(request, _("The new role applies from the next click."))
    return redirect("settings-person", somebody.pk)


def _tell_deactivated(request: HttpRequest, freed: int) -> None:
    if not freed:
        messages.success(request, _("Signed out for good."))
        return
    words = ngettext(
        "Signed out for good. %(number)s open conversation went back to everybody.",
        "Signed out for good. %(number)s open conversations went back to everybody.",
        freed,
    )
    messages.success(request, words % {"number": freed})


@for_role(Role.OPERATOR)
def add_team(request: HttpRequest) -> HttpResponse:
    """Add a team and go on to say who is in it."""
    form = TeamForm(request.POST or None)
    if form.is_valid():
        try:
            made = verbs.add_team(form.cleaned_data["name"], by=signed_in(request))
        except verbs.PeopleError:
            messages.error(request, _("There is a team of that name already."))
        else:
            return redirect("settings-team", made.pk)
    return redirect("settings-people")


@for_role(Role.OPERATOR)
def team(request: HttpRequest, number: int) -> HttpResponse:
    """Say who is in a team and which channels it cares for."""
    chosen = get_object_or_404(Team, pk=number)
    form = TeamMembersForm(chosen, request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = form.cleaned_data
        verbs.arrange_team(chosen, agents=found["agents"], channels=found["channels"], by=signed_in(request))
        messages.success(request, _("Saved. Who is in the team sees these channels from the next click."))
        return redirect("settings-people")
    return render(request, "settings/team.html", {"team": chosen, "form": form, "at": "people"})


def sentence(error: verbs.PeopleError) -> str:
    """Return why something could not be done with somebody."""
    return {
        "not_allowed": _("Only operators change people."),
        "taken": _("Somebody signs in by this name already."),
        "yourself": _("You cannot take your own access away. Ask another operator."),
        "last_operator": _("This is the only operator. Make somebody else one first."),
    }[error.code]
