"""Saved replies: the page of what the team knows, and the finder in the reply box."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import reading_lookalikes, reading_replies, wording, wording_lookalikes, wording_replies
from resonanz.desk.care import CareError, guards, saved
from resonanz.desk.models import Brand, Role, SavedReply
from resonanz.desk.web.acting import agent_of, talk_of, whole_number
from resonanz.phrases import PhraseError

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent

PREVIEWS = (("text", "du", "de"), ("text", "sie", "de"), ("text_en", "du", "en"))
REPORT_DAYS = 30


class PieceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What somebody writes down about one matter."""

    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    class Meta:
        model = SavedReply
        fields = ("title", "text", "text_en", "facts", "source", "valid_until", "brand")
        labels = {"brand": gettext_lazy("For")}  # noqa: RUF012 - Django's own way to say it
        widgets = {  # noqa: RUF012
            "text": forms.Textarea(attrs={"rows": 5, "data-preview": "text"}),
            "text_en": forms.Textarea(attrs={"rows": 4, "data-preview": "text_en"}),
            "facts": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        brand = self.fields["brand"]
        assert isinstance(brand, forms.ModelChoiceField)
        brand.empty_label = _("every brand")
        brand.required = False

    def piece(self) -> saved.Piece:
        """Return what was written, as the verb takes it."""
        found = self.cleaned_data
        return saved.Piece(
            title=found["title"],
            facts=found["facts"],
            text=found["text"],
            text_en=found["text_en"],
            source=found["source"],
            valid_until=found["valid_until"],
            brand=found["brand"],
        )


# The page ----------------------------------------------------------------------------------------


@require_GET
def replies(request: HttpRequest) -> HttpResponse:
    """List what the team knows; `words` searches, `show=dropped` lists what is out of use."""
    agent, words = agent_of(request), request.GET.get("words", "")[:200]
    dropped = request.GET.get("show") == "dropped"
    today = timezone.localdate()
    rows = [reading_replies.saved_row(one, today) for one in saved.listed(words, dropped=dropped)]
    context = {
        "rows": rows,
        "words": words,
        "dropped": dropped,
        "area": "replies",
        "is_lead": agent.has_role(Role.LEAD),
        "to_approve": sum(row.standing == "proposed" for row in rows),
        "expired": sum(row.standing == "expired" for row in rows),
    }
    whole = request.headers.get("HX-Target") != "saved-rows"
    return render(request, "replies/page.html" if whole else "replies/rows.html", context)


def piece(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Write a saved reply down, or change one."""
    agent = agent_of(request)
    known = None if number is None else _known(number)
    form = PieceForm(
        request.POST if request.method == "POST" else None, instance=known, initial=_begun(request, agent)
    )
    if form.is_valid():
        before = None if known is None else SavedReply.objects.get(pk=known.pk)
        try:
            kept = saved.save(agent, form.piece(), before)
        except CareError as error:
            _say(form, error)
        else:
            _thank(request, kept)
            return HttpResponseRedirect(reverse("replies"))
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "known": known,
        "area": "replies",
        "previews": _previews(form),
        "is_lead": agent.has_role(Role.LEAD),
    }
    return render(request, "replies/piece.html", context, status=status)


def _begun(request: HttpRequest, agent: Agent) -> dict[str, object] | None:
    """Return how a reply begins that warns of a false account, None where none is asked for."""
    number = whole_number(request.GET.get("warn", ""))
    one = None if number is None else reading_lookalikes.visible(agent).filter(pk=number).first()
    return None if one is None else wording_lookalikes.warning(one) | {"brand": one.brand_id}


def _say(form: PieceForm, error: CareError) -> None:
    field = {"title_missing": "title", "text_missing": "text", "text_long": "text"}.get(error.code)
    if error.code == "phrase":
        facts = error.facts
        words = wording_replies.flaw(str(facts["flaw"]), facts["position"], str(facts["found"]))
        form.add_error(str(facts["field"]), words)
    else:
        form.add_error(field, wording.care_error(error))


def _thank(request: HttpRequest, kept: SavedReply) -> None:
    if kept.approved_at is not None:
        messages.success(request, _("Kept. Everybody finds “%(title)s” from now on.") % {"title": kept.title})
    else:
        words = _("Kept. You find “%(title)s” already; for everybody a team lead approves it.")
        messages.success(request, words % {"title": kept.title})


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show how a text reads in du, in Sie and in English, or where it cannot be read."""
    form = PieceForm(request.POST)
    form.is_valid()
    return render(request, "replies/preview.html", {"previews": _previews(form)})


def _previews(form: PieceForm) -> list[dict[str, str]]:
    brand = Brand.objects.order_by("pk").first()
    names = {"du": "du", "sie": "Sie"}
    shown = []
    for field, way, language in PREVIEWS:
        source = str(form[field].value() or "")
        label = _("English") if language == "en" else names[way]
        row = {"label": label, "text": "", "wrong": "", "language": language}
        try:
            how = "du" if way == "du" else "sie"
            row["text"] = saved.sample(source, how, language, brand.name if brand else "")  # type: ignore[arg-type]
        except PhraseError as error:
            row["wrong"] = wording_replies.flaw(error.code, error.position + 1, error.found)
        shown.append(row)
    return shown


@require_POST
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Approve a saved reply, drop it, or take the dropping back."""
    known, agent = _known(number), agent_of(request)
    acts = {"approve": saved.approve, "drop": saved.drop, "restore": saved.restore}
    if verb not in acts:
        raise Http404
    try:
        acts[verb](known, agent)
    except CareError as error:
        messages.error(request, wording.care_error(error))
    else:
        said = {
            "approve": _("Approved: “%(title)s”"),
            "drop": _("Out of use: “%(title)s”. Under “dropped” you can take that back."),
            "restore": _("In use again: “%(title)s”"),
        }[verb]
        messages.success(request, said % {"title": known.title})
    return HttpResponseRedirect(reverse("replies"))


def _known(number: int) -> SavedReply:
    found = SavedReply.objects.filter(pk=number).first()
    if found is None:
        raise Http404(_("This saved reply does not exist."))
    return found


# The finder --------------------------------------------------------------------------------------


@require_GET
def find(request: HttpRequest, number: int) -> HttpResponse:
    """Offer saved replies for a conversation, as their texts would read there."""
    talk, agent = talk_of(request, number), agent_of(request)
    words, form = request.GET.get("words", "")[:100], request.GET.get("form", "")
    found = saved.find(talk, agent, words, form=form)
    return render(request, "replies/found.html", {"found": found, "words": words})


@require_GET
def filled(request: HttpRequest, number: int, reply: int) -> JsonResponse:
    """Return a saved reply's text for a conversation, in another form of address."""
    talk, agent = talk_of(request, number), agent_of(request)
    text = saved.text_for(_known(reply), talk, agent, form=request.GET.get("form", ""))
    return JsonResponse({"text": text})


# Which guards are worth it -----------------------------------------------------------------------


def guards_report(request: HttpRequest) -> HttpResponse:
    """Show how often each guard spoke up and was overridden; leads switch hints off and on."""
    agent = agent_of(request)
    if request.method == "POST":
        return _switch(request, agent)
    days = whole_number(request.GET.get("days", "")) or REPORT_DAYS
    since = timezone.now() - timedelta(days=min(days, 3660))
    rows = reading_replies.rules(since)
    spoke = sum(row.tally.shown for row in rows)
    context = {
        "rows": rows,
        "spoke": spoke,
        "overridden": sum(row.tally.overridden for row in rows),
        "doubtful": [row for row in rows if row.tally.shown >= 10 and row.tally.share >= 0.8],
        "days": days,
        "spans": [(7, _("7 days")), (30, _("30 days")), (365, pgettext("span", "a year"))],
        "is_lead": agent.has_role(Role.LEAD),
        "area": "reports",
        "here": "guards",
    }
    return render(request, "replies/guards.html", context)


def _switch(request: HttpRequest, agent: Agent) -> HttpResponse:
    rule, on = request.POST.get("rule", ""), request.POST.get("on") == "1"
    try:
        guards.switch(rule, agent, on=on)
    except CareError as error:
        messages.error(request, wording.care_error(error))
    else:
        name, _watches = wording_replies.rule_words(rule)
        words = _("“%(name)s” speaks up again.") if on else _("“%(name)s” keeps silent from now on.")
        messages.success(request, words % {"name": name})
    return HttpResponseRedirect(reverse("report-guards"))
