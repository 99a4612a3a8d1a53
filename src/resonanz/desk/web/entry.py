"""Signing in and out, and the first steps of a new desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import factors
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.care import shifts
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Role
from resonanz.desk.models.listening import OFFLINE
from resonanz.desk.web import guesses, proof
from resonanz.desk.web.forms import LoginForm
from resonanz.desk.web.passkeys import can_be_used

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

START_COOKIE = "resonanz_start"  # "seen" once somebody put the first steps away
YEAR_S = 365 * 24 * 3600


def address_of(request: HttpRequest) -> str:
    """Return from where somebody signs in; behind our proxy that is the last address it noted."""
    noted = request.headers.get("X-Forwarded-For", "") if settings.PUBLIC_ADDRESS else ""
    return noted.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


@login_not_required
@sensitive_post_parameters("password")
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; go on to the page that was wanted."""
    wanted = safe_next(request)
    if request.user.is_authenticated:
        return redirect(wanted or settings.LOGIN_REDIRECT_URL)
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST":
        agent = _recognised(request, form)
        if agent is not None:
            return _after_password(request, agent, wanted)
        status = 422
    shown = {"form": form, "next": wanted, "passkeys": can_be_used(request)}
    return render(request, "entry/login.html", shown, status=status)


def _after_password(request: HttpRequest, agent: Agent, wanted: str) -> HttpResponse:
    """Go on to the second step where somebody has one or must have one; until then nobody is signed in."""
    if factors.has_one(agent):
        proof.begin(request, agent, wanted)
        return redirect("second-step")
    if factors.is_required():
        proof.begin(request, agent, wanted)
        return redirect("second-setup")
    return welcome(request, agent, wanted)


def _recognised(request: HttpRequest, form: LoginForm) -> Agent | None:
    """Return who signs in, or None with the form's errors saying why not."""
    if not form.is_valid():
        return None
    username, address = form.cleaned_data["username"], address_of(request)
    if guesses.is_waiting(username, address):
        form.add_error(None, _("Five wrong passwords for this name. Please try again in ten minutes."))
        return None
    agent = auth.authenticate(request, username=username, password=form.cleaned_data["password"])
    if agent is None:
        guesses.was_wrong(username, address)
        form.add_error(None, _("Name and password do not fit together. Look at caps lock and try again."))
        return None
    guesses.was_right(username, address)
    return agent


def welcome(request: HttpRequest, agent: Agent, wanted: str) -> HttpResponse:
    """Sign in somebody who has proved everything, and go on to the page that was wanted."""
    proof.forget(request)
    auth.login(request, agent)
    proof.refresh(request)
    with transaction.atomic():
        happen("signed_in", timezone.now(), actor=agent.pk)
    if wanted:
        return redirect(wanted)
    first = request.COOKIES.get(START_COOKIE) != "seen" and not _has_channel(agent)
    return redirect("start" if first else settings.LOGIN_REDIRECT_URL)


def safe_next(request: HttpRequest) -> str:
    """Return the page of this desk that was wanted before signing in, or ""."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if is_ours and wanted != resolve_url(settings.LOGIN_URL) else ""


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this browser's session, and with it the shift: what is open goes back to everybody."""
    if request.user.is_authenticated:
        shifts.leave(request.user)
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """One step to the first answered customer, and where to take it ("" where somebody else does)."""

    title: str
    words: str
    done: bool
    url: str = ""
    button: str = ""


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead from an empty desk to the first answered customer."""
    steps = first_steps(cast("Agent", request.user))
    done = sum(step.done for step in steps)
    coming = next((number for number, step in enumerate(steps) if not step.done), None)
    return render(request, "entry/start.html", {"steps": steps, "done": done, "coming": coming})


@require_POST
def start_seen(_request: HttpRequest) -> HttpResponse:
    """Put the first steps away; the page stays where it is."""
    response = redirect(settings.LOGIN_REDIRECT_URL)
    response.set_cookie(START_COOKIE, "seen", max_age=YEAR_S, httponly=True, samesite="Lax")
    return response


def first_steps(agent: Agent) -> list[FirstStep]:
    """Return the five steps as they stand, read from what the desk has."""
    may = agent.has_role(Role.LEAD)
    channels = list(channels_visible_to(agent).exclude(network__in=OFFLINE).only("filtered"))
    cases = visible_to(agent).exclude(channel__network="archive")
    return [
        _own_step(agent),
        _channel_step(done=bool(channels), may=may),
        _private_step(done=bool(channels) and not any(channel.filtered for channel in channels), may=may),
        FirstStep(
            title=_("Wait for the first customer"),
            words=_(
                "Somebody mentions your account or writes to it privately: it stands in the inbox at once."
            ),
            done=cases.exists(),
            url=reverse("inbox"),
            button=_("Open the inbox"),
        ),
        FirstStep(
            title=_("Answer"),
            words=_("Open the conversation, write, send. You see when your network has accepted the answer."),
            done=cases.filter(answered_at__isnull=False).exists(),
            url=reverse("inbox"),
            button=_("Open the inbox"),
        ),
    ]


def _own_step(agent: Agent) -> FirstStep:
    return FirstStep(
        title=_("Say who you are"),
        words=_("Your name for colleagues, and the signature under your answers."),
        done=bool(agent.first_name and agent.initials),
        url=reverse("settings-own"),
        button=_("Name and signature"),
    )


def _channel_step(*, done: bool, may: bool) -> FirstStep:
    words = _("The account that customers write to. Takes two minutes.")
    if not may:
        words = _("A team lead connects the account that customers write to.")
    url, button = (reverse("settings-channel-connect"), _("Connect an account")) if may else ("", "")
    return FirstStep(title=_("Connect a channel"), words=words, done=done, url=url, button=button)


def _private_step(*, done: bool, may: bool) -> FirstStep:
    return FirstStep(
        title=_("Let private messages through"),
        words=_("Many servers hold back private messages from strangers, so from nearly every customer."),
        done=done,
        url=reverse("settings-channels") if may else "",
        button=_("Look at the channels") if may else "",
    )


def _has_channel(agent: Agent) -> bool:
    return channels_visible_to(agent).exclude(network__in=OFFLINE).exists()
