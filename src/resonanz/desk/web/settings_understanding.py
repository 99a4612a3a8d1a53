"""Settings of understanding posts: what is noted at all, what is deleted, and the list of reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from resonanz.desk import care, understanding, understood, wording
from resonanz.desk import wording_understanding as words
from resonanz.desk.models import Role
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent


@for_role(Role.LEAD)
def page(request: HttpRequest) -> HttpResponse:
    """Show what is noted about posts; POST changes one thing of it."""
    if request.method == "POST":
        do = DOES.get(request.POST.get("do", ""))
        if do is not None and (asked := _do(request, do)) is None:
            return HttpResponseRedirect(reverse("settings-understanding"))
        return render(request, "settings/understanding.html", _shown() | {"asked": asked if do else None})
    return render(request, "settings/understanding.html", _shown())


def _do(request: HttpRequest, do: Callable[[HttpRequest, Agent], object]) -> object:
    """Do what a form asks for; return what has to be asked back, None where it is done."""
    try:
        return do(request, signed_in(request))
    except care.CareError as error:
        messages.error(request, wording.care_error(error))
    return None


def _shown() -> dict[str, object]:
    off = understood.switched_off()
    reasons = understood.reasons(active=False)
    names = {reason.code: reason for reason in reasons}
    return {
        "kinds": [
            {
                "name": kind,
                "label": words.kind_name(kind),
                "use": words.kind_use(kind),
                "off": kind in off,
                "count": understanding.noted_count(kind) if kind in off else 0,
            }
            for kind in understood.SWITCHES
        ],
        "learns": understood.setting()["learns"],
        "looks_twice": understood.setting()["second_look"],
        "can_look_twice": understanding.can_look_twice(),
        "sorts": understood.setting()["sorts"],
        "reasons": [(reason, words.reason_name(reason.code, names)) for reason in reasons],
        "at": "understanding",
    }


def _switch(request: HttpRequest, agent: Agent) -> dict[str, object] | None:
    """Switch a kind; that danger is heard no more is asked back."""
    kind, on = request.POST.get("kind", ""), request.POST.get("on") == "1"
    if kind == "urgency" and not on and request.POST.get("sure") != "1":
        return {
            "do": "switch",
            "kind": kind,
            "title": _("Hear danger no more?"),
            "words": _(
                "Nobody is told any more that somebody is in danger or that something presses; colleagues"
                " see it for themselves. What is urgent now stays so. Automatic answers still tell whoever is"
                " in danger where help is."
            ),
        }
    understanding.switch(kind, agent, on=on)
    said = _("Switched on: %(kind)s") if on else _("Switched off: %(kind)s")
    messages.success(request, said % {"kind": words.kind_name(kind)})
    return None


def _forget(request: HttpRequest, agent: Agent) -> dict[str, object] | None:
    """Delete what is stored of a kind, once it was asked whether that is meant."""
    kind = request.POST.get("kind", "")
    if kind not in understood.SWITCHES:
        raise care.CareError("not_known")
    is_of_accounts = kind == "lookalikes"
    if request.POST.get("sure") != "1":
        return {
            "do": "forget",
            "kind": kind,
            **_forgetting(kind, understanding.noted_count(kind), is_of_accounts=is_of_accounts),
        }
    count = understanding.forget(kind, agent)
    said = (
        ngettext("Deleted: %(count)s account.", "Deleted: %(count)s accounts.", count)
        if is_of_accounts
        else ngettext("Deleted from %(count)s post.", "Deleted from %(count)s posts.", count)
    )
    messages.success(request, said % {"count": number_format(count)})
    return None


def _forgetting(kind: str, count: int, *, is_of_accounts: bool) -> dict[str, str]:
    """Return what is asked before something is deleted for good."""
    if is_of_accounts:
        title = ngettext(
            "Delete %(number)s account that looks like yours?",
            "Delete %(number)s accounts that look like yours?",
            count,
        )
        also = _("What was decided about them goes as well. This cannot be undone.")
    else:
        title = ngettext(
            "Delete “%(label)s” from %(number)s post?", "Delete “%(label)s” from %(number)s posts?", count
        )
        also = _("Corrections of it go as well. This cannot be undone.")
    return {"title": title % {"label": words.kind_name(kind), "number": number_format(count)}, "words": also}


def _learns(request: HttpRequest, agent: Agent) -> None:
    on = request.POST.get("on") == "1"
    understanding.learns(agent, on=on)
    messages.success(
        request, _("Models learn from corrections.") if on else _("Models do not learn from corrections.")
    )


def _look_twice(request: HttpRequest, agent: Agent) -> None:
    on = request.POST.get("on") == "1"
    understanding.look_twice(agent, on=on)
    messages.success(
        request, _("Unsure posts are looked at twice.") if on else _("Posts are looked at once.")
    )


def _sorts(request: HttpRequest, agent: Agent) -> None:
    on = request.POST.get("on") == "1"
    understanding.sorts(agent, on=on)
    messages.success(
        request,
        _("New conversations get a kind by what is noted.") if on else _("People alone choose the kind."),
    )


def _add(request: HttpRequest, agent: Agent) -> None:
    made = understanding.add_reason(agent, request.POST.get("name", ""))
    said = _("Added: %(name)s. Choose it a few times, and the model knows it.")
    messages.success(request, said % {"name": made.name})


def _change(request: HttpRequest, agent: Agent) -> None:
    code = request.POST.get("code", "")
    active = {"1": True, "0": False}.get(request.POST.get("active", ""))
    name = request.POST.get("name") if active is None else None
    if name == words.reason_name(code, {}):
        name = ""  # its usual name, which each reader has in their own language
    changed = understanding.change_reason(agent, code, name=name, active=active)
    said = _("Kept: %(name)s")
    messages.success(request, said % {"name": words.reason_name(code, {code: changed})})


DOES: dict[str, Callable[[HttpRequest, Agent], object]] = {
    "switch": _switch,
    "forget": _forget,
    "learns": _learns,
    "look_twice": _look_twice,
    "sorts": _sorts,
    "add": _add,
    "change": _change,
}
