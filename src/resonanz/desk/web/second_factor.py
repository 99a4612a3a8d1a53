"""The second step of signing in: giving it, setting it up, asking everybody for it, resetting it.

Two kinds of people come here: who is signed in and looks at the own settings, and who has given the right
password (`proof.py`) and is led through the same set-up pages because the desk asks everybody.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from qrcode.main import QRCode

from resonanz.desk import factors
from resonanz.desk.factors import FactorError
from resonanz.desk.models import Agent, Role
from resonanz.desk.storage import lock, unlock
from resonanz.desk.web import guesses, passkeys, proof
from resonanz.desk.web.entry import address_of, safe_next, welcome
from resonanz.desk.web.settings_people import for_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Owned = Callable[[HttpRequest, Agent], HttpResponse]

IN_SETTINGS, AT_THE_DOOR = "settings/frame.html", "mfa/door.html"


class CodeForm(forms.Form):
    """A code of an app, or a recovery code."""

    code = forms.CharField(
        label=later("Code"),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "class": "code"}
        ),
    )


class PasskeyForm(forms.Form):
    """What to call a passkey."""

    name = forms.CharField(
        label=later("Name of the passkey"),
        max_length=factors.NAME_MOST,
        help_text=later(
            "Such as “Laptop” or “blue key”, so that you know which one to remove when it is lost."
        ),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class ConfirmForm(forms.Form):
    """The own password once more."""

    password = forms.CharField(
        label=later("Password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )


# Signing in --------------------------------------------------------------------------------------


@login_not_required
@never_cache
def step(request: HttpRequest) -> HttpResponse:
    """Ask for the code; sign in who gives the right one."""
    half = proof.half(request)
    if half is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and (means := _accepted(half.agent, form)):
        if means == factors.CODES:
            _tell_codes_left(request, factors.standing_of(half.agent).codes_left)
        return welcome(request, half.agent, half.wanted)
    standing = factors.standing_of(half.agent)
    shown = {
        "form": form,
        "standing": standing,
        "passkeys": standing.passkeys and passkeys.can_be_used(request),
    }
    return render(request, "mfa/step.html", shown, status=422 if form.is_bound else 200)


def _accepted(agent: Agent, form: CodeForm) -> str:
    """Return what took the code, "" with the form's errors saying why nothing did."""
    if not form.is_valid():
        return ""
    if guesses.is_waiting(_name_of(agent), ""):
        form.add_error("code", _("Five wrong codes. Please try again in ten minutes."))
        return ""
    means = factors.accepts(agent, form.cleaned_data["code"])
    if not means:
        guesses.was_wrong(_name_of(agent), "")
        form.add_error("code", _("This code is not right, or was used before. Wait for the next one."))
        return ""
    guesses.was_right(_name_of(agent), "")
    return means


def _tell_codes_left(request: HttpRequest, left: int) -> None:
    words = ngettext(
        "That was a recovery code. %(number)s is left.",
        "That was a recovery code. %(number)s are left.",
        left,
    )
    messages.warning(request, words % {"number": left})


def _name_of(agent: Agent) -> str:
    """Return by what guesses of the second step are counted: wherever they come from."""
    return f"second step of {agent.pk}"


@login_not_required
@require_POST
def passkey_ask(request: HttpRequest, *, second: bool) -> HttpResponse:
    """Return the question for a passkey: of whoever owes the second step, or of anybody."""
    half = proof.half(request)
    if second and half is None:
        return redirect("login")
    return passkeys.ask_known(half.agent if second and half else None)


@login_not_required
@require_POST
@never_cache
def passkey(request: HttpRequest, *, second: bool) -> HttpResponse:
    """Sign in who has shown a passkey, alone or as the second step."""
    half = proof.half(request) if second else None
    if second and half is None:
        return redirect("login")
    wanted = half.wanted if half else safe_next(request)
    try:
        agent, number = passkeys.proved(request, half.agent if half else None)
    except passkeys.PasskeyError:
        messages.error(request, _("This passkey does not open the desk. Try again, or use another way."))
        back = reverse("second-step" if second else "login")
        return redirect(f"{back}?{urlencode({'next': wanted})}" if wanted and not second else back)
    factors.was_used(number)
    return welcome(request, agent, wanted)


@login_not_required
@require_safe
@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Lead somebody without a second step to one, because the desk asks everybody."""
    half = proof.half(request)
    if half is None or factors.has_one(half.agent):
        return redirect("login")
    return render(request, "mfa/set_up.html", {"passkeys": passkeys.can_be_used(request)})


# Setting up --------------------------------------------------------------------------------------


def owned(view: Owned) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page to its owner: signed in and lately proved, or half signed in with nothing set up yet."""

    @login_not_required
    @never_cache
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        agent, half = proof.signed_in(request), proof.half(request)
        if agent is not None:
            return view(request, agent) if proof.is_fresh(request) else redirect("factors-confirm")
        if half is None or factors.has_one(half.agent):
            return redirect("login")
        return view(request, half.agent)

    return answer


@sensitive_post_parameters("password")
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password once more before the way of signing in can be changed."""
    agent = cast("Agent", request.user)
    form = ConfirmForm(request.POST or None)
    if form.is_valid() and _knows_password(request, agent, form):
        proof.refresh(request)
        return redirect("factors")
    status = 422 if form.is_bound else 200
    return render(request, "mfa/confirm.html", {"form": form, "at": "own"}, status=status)


def _knows_password(request: HttpRequest, agent: Agent, form: ConfirmForm) -> bool:
    name, address = agent.username, address_of(request)
    if guesses.is_waiting(name, address):
        form.add_error("password", _("Five wrong passwords for this name. Please try again in ten minutes."))
        return False
    if not agent.check_password(form.cleaned_data["password"]):
        guesses.was_wrong(name, address)
        form.add_error("password", _("That is not your password."))
        return False
    guesses.was_right(name, address)
    return True


@owned
def overview(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show what somebody has beside the password; POST with `do` takes one away or makes new codes."""
    if proof.signed_in(request) is None:
        return redirect("second-setup")
    if request.method == "POST":
        try:
            return _change(request, agent)
        except FactorError as error:
            messages.error(request, sentence(error))
            return redirect("factors")
    shown = {"standing": factors.standing_of(agent), "passkeys": passkeys.can_be_used(request)}
    return render(request, "mfa/overview.html", shown | {"at": "own"})


def _change(request: HttpRequest, agent: Agent) -> HttpResponse:
    wanted, number = request.POST.get("do"), request.POST.get("number", "")
    if wanted == "codes":
        return _show_codes(request, factors.fresh_codes(agent), reverse("factors"))
    if wanted == "app-off":
        factors.remove_app(agent)
        messages.success(request, _("The app is switched off. You can remove the desk from it."))
    elif wanted == "remove" and number.isdecimal():
        factors.remove_passkey(agent, int(number))
        messages.success(request, _("The passkey is removed. You can delete it on your device, too."))
    elif wanted == "rename" and number.isdecimal() and request.POST.get("name", "").strip():
        factors.rename_passkey(agent, int(number), request.POST["name"].strip())
        messages.success(request, _("Saved."))
    return redirect("factors")


@owned
def app(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show an app's secret as a square code; keep it once the app has shown that it knows it."""
    form = CodeForm(request.POST or None)
    secret = _secret_in(request, agent) or factors.new_secret()
    if form.is_valid():
        try:
            return _done(request, agent, factors.add_app(agent, secret, form.cleaned_data["code"]))
        except FactorError as error:
            form.add_error("code", sentence(error))
    address = factors.app_address(agent, secret)
    shown = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "kept": lock({"secret": secret, "secret_of": str(agent.pk)}),
        "address": address,
        "square": square(address),
    }
    return render(request, "mfa/app.html", shown | _frame(request), status=422 if form.is_bound else 200)


def _secret_in(request: HttpRequest, agent: Agent) -> str:
    """Return the secret that this very page has shown before, "" if there was none of this person's."""
    try:
        kept = unlock(request.POST.get("kept", ""))
    except PermissionError:
        return ""
    return kept.get("secret", "") if kept.get("secret_of") == str(agent.pk) else ""


def square(words: str) -> dict[str, Any]:
    """Return a square code as one drawn path of dark modules, with its width; four light ones around."""
    code = QRCode(border=4)
    code.add_data(words)
    code.make(fit=True)
    rows: list[list[bool]] = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return {"path": "".join(dark), "width": len(rows)}


@owned
def new_passkey(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Name a passkey and keep what the browser has made."""
    form = PasskeyForm(request.POST or None)
    if form.is_valid():
        try:
            made = passkeys.made(request)
            return _done(request, agent, factors.add_passkey(agent, form.cleaned_data["name"], made))
        except passkeys.PasskeyError:
            form.add_error(None, _("No passkey came of it. Please try again."))
        except FactorError as error:
            form.add_error(None, sentence(error))
    shown = {"form": form, "passkeys": passkeys.can_be_used(request)} | _frame(request)
    return render(request, "mfa/passkey.html", shown, status=422 if form.is_bound else 200)


@require_POST
@owned
def new_passkey_ask(_request: HttpRequest, agent: Agent) -> HttpResponse:
    """Return the question after a new passkey."""
    return passkeys.ask_new(agent)


def _done(request: HttpRequest, agent: Agent, codes: list[str]) -> HttpResponse:
    """Go on after a set-up: sign in who came through the door, and show new recovery codes once."""
    onward = reverse("factors")
    if proof.signed_in(request) is None:
        half = proof.half(request)
        onward = welcome(request, agent, half.wanted if half else "").headers["Location"]
    if codes:
        return _show_codes(request, codes, onward)
    messages.success(request, _("It is set up."))
    return redirect(onward)


def _show_codes(request: HttpRequest, codes: list[str], onward: str) -> HttpResponse:
    halves = [f"{code[:4]} {code[4:]}" for code in codes]
    return render(request, "mfa/codes.html", {"codes": halves, "onward": onward, "at": "own"})


def _frame(request: HttpRequest) -> dict[str, str]:
    """Return the frame around a set-up page, and the way back from it."""
    if proof.signed_in(request) is None:
        return {"frame": AT_THE_DOOR, "back": reverse("second-setup")}
    return {"frame": IN_SETTINGS, "back": reverse("factors"), "at": "own"}


# Everybody ---------------------------------------------------------------------------------------


@require_POST
@for_role(Role.OPERATOR)
def require(request: HttpRequest) -> HttpResponse:
    """Ask everybody for a second step, or no longer."""
    by, on = cast("Agent", request.user), request.POST.get("on") == "yes"
    if not proof.is_fresh(request):
        return redirect("factors-confirm")
    try:
        ended = factors.require(on=on, by=by, keep=request.session.session_key or "")
    except FactorError as error:
        messages.error(request, sentence(error))
        return redirect("settings-people")
    messages.success(
        request, _told_all(ended) if on else _("The second step is everybody's own choice again.")
    )
    return redirect("settings-people")


def _told_all(ended: int) -> str:
    """Return what asking everybody has done."""
    if not ended:
        return _("Everybody needs a second step from now on.")
    words = ngettext(
        "Everybody needs a second step from now on. %(number)s person was signed out to set it up.",
        "Everybody needs a second step from now on. %(number)s people were signed out to set it up.",
        ended,
    )
    return words % {"number": ended}


@require_POST
@for_role(Role.OPERATOR)
def reset(request: HttpRequest, number: int) -> HttpResponse:
    """Take the second step away from a colleague who lost the phone."""
    somebody = get_object_or_404(Agent, pk=number)
    if not proof.is_fresh(request):
        return redirect("factors-confirm")
    factors.reset(somebody, by=cast("Agent", request.user))
    messages.success(request, _("The second step is gone and every session ended. The password stays."))
    return redirect("settings-person", number)


def sentence(error: FactorError) -> str:
    """Return why something could not be done with somebody's second step."""
    return {
        "wrong_code": _(
            "This code is not right. Type the next one; if that fails too, look at your phone's clock."
        ),
        "app_there": _("There is an app already. Switch it off first."),
        "too_many": _("Twenty passkeys are the most. Remove one first."),
        "required": _(
            "This desk asks everybody for a second step. Set up another one before you remove the last."
        ),
        "own_first": _("Set up your own second step first; otherwise you would lock yourself out."),
        "not_allowed": _("Only operators change people."),
        "gone": _("This is not there any more."),
    }[error.code]
