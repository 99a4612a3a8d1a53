"""Enquiries to departments: asking from a conversation, and the page outside on which departments answer.

The outside page has no login, no cookie and no script that it needs; its address is the only key to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from resonanz.annotate.private_data import KINDS
from resonanz.desk import care, own_address, reading_enquiries, wording, wording_enquiries
from resonanz.desk.care import enquiries as verbs
from resonanz.desk.models import Agent, Conversation, Department, Enquiry, Role
from resonanz.desk.web.acting import agent_of, talk_of, undo, whole_number
from resonanz.desk.web.entry import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from resonanz.desk.web.acting import Told, Verb

WINDOW_S = 600
WRONG_MOST = 30  # links that lead nowhere, from one address within the window
WRITES_MOST = 60  # answers and corrections of one enquiry within the window


# Asking ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """What an agent has filled in so far."""

    department: Department | None
    text: str
    posts: tuple[int, ...]
    shows: tuple[str, ...]
    due_at: datetime | None
    by_letter: bool

    def due(self, talk: Conversation) -> datetime | None:
        """When the answer would be due; None as long as nobody is chosen."""
        if self.due_at is not None or self.department is None:
            return self.due_at
        return verbs.due_for(self.department, talk.brand_id, timezone.now())


def _filled(request: HttpRequest) -> Form:
    typed = request.POST
    number = whole_number(typed.get("department", ""))
    known = [kind for kind in KINDS if kind in typed.getlist("show")]
    return Form(
        department=None if number is None else Department.objects.filter(pk=number).first(),
        text=typed.get("question", "").replace("\r\n", "\n"),
        posts=tuple(order for text in typed.getlist("post") if (order := whole_number(text)) is not None),
        shows=tuple(known),
        due_at=_moment(typed.get("due", "")),
        by_letter=typed.get("by", "letter") == "letter" and settings.MAIL is not None,
    )


def _moment(text: str) -> datetime | None:
    """Return a time that a field of the browser sent, in the desk's zone; None where there is none."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None)) if text else None
    except ValueError:
        return None


def address(request: HttpRequest) -> str:
    """Return the desk's address as links to it begin."""
    return own_address.of_desk(request.build_absolute_uri("/"))


@require_GET
def ask_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show the form that asks a department; asked by a script, only what stands in the panel."""
    talk = talk_of(request, number)
    in_panel = request.headers.get("HX-Target") == "ask-panel"
    departments = reading_enquiries.departments()
    choices = reading_enquiries.choices(talk)
    one = departments[0] if len(departments) == 1 else None
    ticked = tuple(choice.mention.order for choice in choices if choice.ticked)
    form = Form(one, "", ticked, (), None, by_letter=True)
    context = {
        "talk": talk,
        "departments": departments,
        "choices": choices,
        "kinds": _kinds(choices),
        "server": settings.MAIL is not None,
        "local": not settings.PUBLIC_ADDRESS,
        "lead": agent_of(request).has_role(Role.LEAD),
        "may_ask": agent_of(request).has_role(Role.AGENT) and not talk.channel.is_archive,
        "most": verbs.QUESTION_MOST,
    } | _preview(talk, agent_of(request), form)
    return render(request, "enquiries/ask.html" if in_panel else "enquiries/ask_page.html", context)


def _kinds(choices: Iterable[reading_enquiries.Choice]) -> list[tuple[str, str]]:
    found = {kind for choice in choices for kind in choice.kinds}
    return [(kind, wording_enquiries.private_kind(kind)) for kind in KINDS if kind in found]


@require_POST
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """Show exactly what the department will see of what is filled in."""
    talk = talk_of(request, number)
    return render(request, "enquiries/preview.html", _preview(talk, agent_of(request), _filled(request)))


def _preview(talk: Conversation, agent: Agent, form: Form) -> dict[str, object]:
    due = form.due(talk)
    orders = list(talk.mentions.filter(order__in=form.posts).values_list("order", flat=True))
    return {
        "form": form,
        "question": form.text.strip(),
        "question_names": reading_enquiries.private_in(talk, form.text),
        "excerpt": reading_enquiries.excerpt(talk, orders, form.shows),
        "due": "" if due is None else wording_enquiries.moment(due),
        "asked_by": agent.shown_name,
    }


def _ask(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    form = _filled(request)
    if form.department is None:
        raise care.CareError("no_department")
    wanted = verbs.Question(
        department=form.department,
        text=form.text,
        excerpt=form.posts,
        shows=form.shows,
        due_at=form.due_at,
        by_letter=form.by_letter,
    )
    enquiry = verbs.ask(talk, agent, wanted, address=address(request))
    said = _("%(department)s has been asked") % {"department": form.department.name}
    back = undo(reverse("change", args=[talk.pk, "withdraw_enquiry"]), enquiry=enquiry.pk)
    link = "" if form.by_letter else verbs.link_of(enquiry, address(request))
    return {"say": said, "undo": back, "changed": True, "enquired": {"link": link}}


def _withdraw(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    enquiry = _enquiry_of(talk, request)
    verbs.withdraw(enquiry, agent)
    back = undo(reverse("change", args=[talk.pk, "restore_enquiry"]), enquiry=enquiry.pk)
    said = _("The question to %(department)s is withdrawn") % {"department": enquiry.department.name}
    return {"say": said, "undo": back, "changed": True}


def _restore(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    enquiry = _enquiry_of(talk, request)
    verbs.restore(enquiry, agent)
    said = _("%(department)s is asked again") % {"department": enquiry.department.name}
    return {"say": said, "changed": True}


def _enquiry_of(talk: Conversation, request: HttpRequest) -> Enquiry:
    number = whole_number(request.POST.get("enquiry", ""))
    found = talk.enquiries.select_related("department", "asked_by", "conversation__brand")
    enquiry = None if number is None else found.filter(pk=number).first()
    if enquiry is None:
        raise care.CareError("not_known")
    return enquiry


VERBS: dict[str, Verb] = {"ask": _ask, "withdraw_enquiry": _withdraw, "restore_enquiry": _restore}


# Outside -----------------------------------------------------------------------------------------


@csrf_exempt  # no cookie stands behind this page: whoever knows its address may answer, nobody else can
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: HttpRequest, token: str) -> HttpResponse:
    """Show a department its question and take its answer."""
    enquiry = _known(request, token)
    if enquiry is None:
        return _quietly(render(request, "enquiries/nowhere.html", status=404))
    shown = reading_enquiries.outside(enquiry)
    wrong = _answered(request, shown) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        return _quietly(redirect("enquiry", token))
    context = {
        "shown": shown,
        "wrong": wrong,
        "text": request.POST.get("answer", "" if shown.is_over else enquiry.answer),
        "name": request.POST.get("name", enquiry.answered_by),
        "most": verbs.ANSWER_MOST,
        "correcting": "correct" in request.GET or bool(wrong and enquiry.answered_at),
    }
    page = "enquiries/over.html" if shown.is_over else "enquiries/outside.html"
    return _quietly(render(request, page, context, status=422 if wrong else 200))


def _answered(request: HttpRequest, shown: reading_enquiries.Outside) -> str:
    """Take an answer in; returns what is wrong with it, "" where all is well."""
    enquiry = shown.enquiry
    if shown.is_over and enquiry.answered_at is None:
        return wording.care_error(care.CareError("enquiry_over"))
    if _too_many(f"answers-{enquiry.pk}", WRITES_MOST):
        return _("That was very often within a few minutes. Please try again a little later.")
    try:
        verbs.answer(enquiry, request.POST.get("answer", ""), request.POST.get("name", ""))
    except care.CareError as error:
        return wording.care_error(error)
    return ""


@csrf_exempt
@login_not_required
@require_POST
def outside_opened(request: HttpRequest, token: str) -> HttpResponse:
    """Remember that somebody there has looked: the page's script says so; who fetches links has none."""
    enquiry = _known(request, token)
    if enquiry is not None:
        verbs.opened(enquiry)
    return _quietly(HttpResponse(status=204 if enquiry else 404))


def _known(request: HttpRequest, token: str) -> Enquiry | None:
    """Return whose link it is. Unknown, withdrawn and tried too often look the same from outside."""
    place = f"nowhere-{address_of(request)}"
    if int(cache.get(_key(place), 0)) >= WRONG_MOST:
        return None
    enquiry = verbs.by_token(token)
    if enquiry is None:
        _too_many(place, WRONG_MOST)
    return enquiry


def _too_many(name: str, most: int) -> bool:
    """Count something and say whether that was too often within the window."""
    if cache.add(_key(name), 1, WINDOW_S):
        return False
    try:
        return int(cache.incr(_key(name))) > most
    except ValueError:  # the window ended between the two
        return False


def _key(name: str) -> str:
    return "enquiry-" + sha256(name.encode()).hexdigest()


def _quietly(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines, caches and other sites' logs."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
