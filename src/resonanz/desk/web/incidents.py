"""Incidents: their list, one of them, texts that are confirmed together, and the link in a conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import (
    care,
    events,
    reading_incidents,
    reading_replies,
    wording,
    wording_incidents,
    wording_replies,
)
from resonanz.desk.access import visible_to
from resonanz.desk.care import incident_answers as answers
from resonanz.desk.care import incident_lists as lists
from resonanz.desk.care import incident_proposals, incident_renewal, incidents, saved
from resonanz.desk.models import Agent, Brand, Conversation, Delivery, Incident, IncidentLink, Role
from resonanz.desk.web.acting import agent_of, talk_of, undo, whole_number
from resonanz.phrases import PhraseError

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.care.incident_answers import Prepared
    from resonanz.desk.care.incident_lists import Need
    from resonanz.desk.web.acting import Told, Verb

    _ModelForm = forms.ModelForm[Incident]
else:
    _ModelForm = forms.ModelForm

FROM_MOST = 50
LOCAL = "%Y-%m-%dT%H:%M"


class IncidentForm(_ModelForm):
    """What a lead writes down about an incident."""

    next_update_at = forms.DateTimeField(
        label=later("next news by"),
        required=False,
        input_formats=[LOCAL, f"{LOCAL}:%S"],
        widget=forms.DateTimeInput(format=LOCAL, attrs={"type": "datetime-local"}),
    )
    words = forms.CharField(
        label=later("words that point to it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    class Meta:
        model = Incident
        fields = (
            "title", "brand", "facts", "text", "text_en", "next_update_at", "owner", "words",
            "solved_text", "solved_text_en",
        )  # fmt: skip
        labels = {"brand": later("brand"), "owner": later("who keeps it up to date")}  # noqa: RUF012
        widgets = {  # noqa: RUF012
            "facts": forms.Textarea(attrs={"rows": 3}),
            "text": forms.Textarea(attrs={"rows": 5}),
            "text_en": forms.Textarea(attrs={"rows": 4}),
            "solved_text": forms.Textarea(attrs={"rows": 3}),
            "solved_text_en": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands = reading_incidents.brands_of(agent)
        brand = cast("forms.ModelChoiceField[Brand]", self.fields["brand"])
        brand.queryset = Brand.objects.filter(pk__in=[one.pk for one in brands])
        brand.empty_label = None
        if len(brands) == 1:
            brand.initial, brand.widget = brands[0].pk, forms.HiddenInput()
        owner = cast("forms.ModelChoiceField[Agent]", self.fields["owner"])
        owner.queryset = Agent.objects.filter(is_active=True).exclude(role=Role.TRAINEE)
        owner.empty_label, owner.required = _("whoever opened it"), False
        if self.instance.pk is not None:
            self.initial["words"] = _as_lines(self.instance.words)
            self.fields["brand"].disabled = True

    def wanted(self) -> incidents.Wanted:
        """Return what was written, as the verb takes it."""
        kept = {name: self.cleaned_data[name] for name in self.fields if name not in {"brand", "words"}}
        return incidents.Wanted(words=_as_rules(self.cleaned_data["words"]), **kept)


def _as_lines(rules: list[list[str]]) -> str:
    return "\n".join(" + ".join(rule) for rule in rules)


def _as_rules(lines: str) -> incidents.Rules:
    rules = (tuple(word.strip() for word in line.split("+") if word.strip()) for line in lines.splitlines())
    return tuple(rule for rule in rules if rule)


def _known(request: HttpRequest, number: int) -> Incident:
    found = reading_incidents.incidents_of(agent_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404(_("This incident does not exist."))
    return found


# Pages -------------------------------------------------------------------------------------------


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """List the incidents that last, and those that are over."""
    agent = agent_of(request)
    context = {
        "lasting": reading_incidents.rows(agent, solved=False),
        "solved": reading_incidents.rows(agent, solved=True),
        "is_lead": agent.has_role(Role.LEAD),
        "area": "incidents",
    }
    return render(request, "incidents/page.html", context)


@require_GET
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """Show an incident: what is known, who still needs something, who might belong."""
    agent, known = agent_of(request), _known(request, number)
    row = reading_incidents.row(agent, known)
    context = {
        "row": row,
        "incident": known,
        "needs": [
            (need, count, wording_incidents.need_words(need)[0])
            for need, count in row.needs
            if (need == "follow_up") == (known.solved_at is not None)
        ],
        "proposals": reading_incidents.proposals(agent, known),
        "belonging": reading_incidents.belonging(agent, known),
        "leaving": reading_incidents.leaving(agent, known),
        "outdated": reading_incidents.outdated(agent, known),
        "shows_left": request.GET.get("left") == "1",
        "few": reading_incidents.wordings_of(known.text),
        "next_local": _local(known),
        "is_lead": agent.has_role(Role.LEAD),
        "can_change": agent.has_role(Role.AGENT),
        "area": "incidents",
    }
    return render(request, "incidents/incident.html", context)


def _local(known: Incident) -> str:
    at = known.next_update_at
    return "" if at is None else timezone.localtime(at).strftime(LOCAL)


def edit(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Open an incident, perhaps from conversations, or change one."""
    agent = agent_of(request)
    known = None if number is None else _known(request, number)
    talks = _from(request, agent) if known is None else []
    form = IncidentForm(agent, request.POST or None, instance=known, initial=_initial(talks, known))
    if form.is_valid():
        try:
            kept = _save(request, form, known, talks)
        except care.CareError as error:
            _say(form, error)
        else:
            return HttpResponseRedirect(reverse("incident", args=[kept.pk]))
    context = {
        "form": form,
        "known": known,
        "talks": list(zip(talks, incident_proposals.says(talks), strict=True)),
        "area": "incidents",
        "is_lead": agent.has_role(Role.LEAD),
        "previews": _previews(form),
    }
    return render(request, "incidents/edit.html", context, status=422 if form.is_bound else 200)


def _save(
    request: HttpRequest, form: IncidentForm, known: Incident | None, talks: list[Conversation]
) -> Incident:
    agent = agent_of(request)
    if known is None:
        made = incidents.open_incident(form.cleaned_data["brand"], agent, form.wanted(), talks)
        messages.success(request, _("Opened. Who asks about it is proposed here from now on."))
        return made
    fresh = _known(request, known.pk)
    moved = incidents.change(fresh, agent, form.wanted())
    told = wording_incidents.moved_words(moved) if moved else _("Kept.")
    messages.success(request, told)
    return fresh


def _from(request: HttpRequest, agent: Agent) -> list[Conversation]:
    numbers = [whole_number(one) for one in (request.GET or request.POST).getlist("from")[:FROM_MOST]]
    seen = visible_to(agent).filter(pk__in=[one for one in numbers if one is not None])
    return list(seen.select_related("customer", "channel", "brand").order_by("pk"))


def _initial(talks: list[Conversation], known: Incident | None) -> dict[str, object]:
    if known is not None or not talks:
        return {}
    return {
        "words": _as_lines(incident_proposals.suggested_words(talks)),
        "brand": talks[0].brand_id,
    }


def _say(form: IncidentForm, error: care.CareError) -> None:
    named = {"title_missing": "title", "text_missing": "text", "in_the_past": "next_update_at"}
    field = named.get(error.code) or error.facts.get("field")
    if error.code == "phrase":
        facts = error.facts
        words = wording_replies.flaw(str(facts["flaw"]), facts["position"], str(facts["found"]))
        form.add_error(str(facts["field"]), words)
    else:
        form.add_error(None if field is None else str(field), wording.care_error(error))


def _previews(form: IncidentForm) -> list[dict[str, str]]:
    """Return how the texts read in du, in Sie and in English, as far as they can be read."""
    shown = []
    for field, way, language, label in (
        ("text", "du", "de", "du"), ("text", "sie", "de", "Sie"), ("text_en", "du", "en", _("English")),
    ):  # fmt: skip
        source = str(form[field].value() or "")
        try:
            text = saved.sample(source, cast("Any", way), language, "Nordlicht") if source.strip() else ""
        except PhraseError:
            text = ""
        if text:
            shown.append({"label": label, "text": text, "language": language})
    return shown


# Texts that are confirmed together ----------------------------------------------------------------


def batch(request: HttpRequest, number: int, need: str) -> HttpResponse:
    """Show up to twenty prepared texts, and send those that were confirmed."""
    if need not in lists.NEEDS:
        raise Http404
    known, agent, what = _known(request, number), agent_of(request), need
    refused: dict[int, care.CareError] = {}
    said = ""
    if request.method == "POST":
        try:
            sent = answers.send(
                known,
                agent,
                what,
                _confirmed(request),
                version=whole_number(request.POST.get("version", "")),
                seen=whole_number(request.POST.get("seen", "")),
                then_resolve=request.POST.get("then") == "resolve",
            )
        except care.CareError as error:
            said = wording.care_error(error)
        else:
            if sent.deliveries:
                messages.success(request, wording_incidents.sent_words(len(sent.deliveries)))
            refused = {link: one for link, one in sent.refused.items() if one.code != "done_already"}
            if not refused:
                return HttpResponseRedirect(_onward(known, agent, what))
    return _batch(request, known, what, refused, said)


def _onward(known: Incident, agent: Agent, need: Need) -> str:
    """Return where an agent goes on: the next texts, else the incident."""
    if lists.in_need(known, agent, need).exists():
        return reverse("incident-batch", args=[known.pk, need])
    return reverse("incident", args=[known.pk])


def _confirmed(request: HttpRequest) -> list[answers.Confirmed]:
    typed = request.POST
    links = [link for one in typed.getlist("use") if (link := whole_number(one)) is not None]
    return [
        answers.Confirmed(
            link=link,
            text=typed.get(f"text-{link}", "").replace("\r\n", "\n"),
            despite=tuple(typed.getlist(f"despite-{link}")),
        )
        for link in links
    ]


def _batch(
    request: HttpRequest, known: Incident, need: Need, refused: dict[int, care.CareError], said: str
) -> HttpResponse:
    agent = agent_of(request)
    seen = events.newest()  # asked before reading: what comes while the page is drawn counts as unseen
    prepared = answers.prepare(known, agent, need) if agent.has_role(Role.AGENT) else []
    title, lead, empty = wording_incidents.need_words(need)
    left = lists.in_need(known, agent, need).count()
    context = {
        "incident": known,
        "need": need,
        "seen": seen,
        "promise_rule": _promise_rule(known, need),
        "rows": [_row(request, known, need, one, refused.get(one.link.pk)) for one in prepared],
        "title": title,
        "lead": lead,
        "empty": empty,
        "left": left,
        "later": max(0, left - len(prepared)),
        "said": said,
        "area": "incidents",
    }
    return render(request, "incidents/batch.html", context, status=422 if refused or said else 200)


def _row(
    request: HttpRequest, known: Incident, need: Need, one: Prepared, error: care.CareError | None
) -> dict[str, object]:
    """Return a row of the page: what was typed stays, beside why it was not sent."""
    network = one.conversation.channel.network
    typed = request.POST.get(f"text-{one.link.pk}") if error is not None else None
    stops = [] if error is None else reading_replies.stops_of(error, network)
    text = one.text if typed is None else typed
    return {
        "link": one.link.pk,
        "talk": one.conversation,
        "says": one.says,
        "text": text,
        "form": "" if one.language == "en" else ("du" if one.form == "du" else "Sie"),
        "language": one.language,
        "promise": _promise(known, need, text),
        "other": one.other and (*one.other, _promise(known, need, one.other[1])),
        "hint": wording_incidents.hint(one.hint),
        "chosen": one.hint in {"", "too_alike"} or error is not None,
        "error": "" if error is None or stops else wording.care_error(error, network),
        "stops": stops,
    }


def _promise(known: Incident, need: Need, text: str) -> str:
    """Return whether a promise goes with a text, "" where nothing is promised to anybody."""
    if not _promise_rule(known, need):
        return ""
    return wording_incidents.promise_words(answers.promised_by(known, text), timezone.now())


def _promise_rule(known: Incident, need: Need) -> str:
    at, now = known.next_update_at, timezone.now()
    if need == "follow_up" or at is None or at <= now:
        return ""
    return wording_incidents.promise_rule(at, now)


# Doing -------------------------------------------------------------------------------------------


@require_POST
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do something with an incident: one of ACTS."""
    known, agent = _known(request, number), agent_of(request)
    if verb not in ACTS:
        raise Http404
    try:
        said, back = ACTS[verb](known, agent, request)
    except care.CareError as error:
        messages.error(request, wording.care_error(error))
        return HttpResponseRedirect(reverse("incident", args=[known.pk]))
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(back)


def _here(known: Incident) -> str:
    return reverse("incident", args=[known.pk])


def _decide(known: Incident, agent: Agent, request: HttpRequest) -> tuple[str, str]:
    """Link the chosen proposals; `all` says that those not chosen do not belong."""
    shown = _links(known, agent, request.POST.getlist("shown"))
    chosen = {whole_number(one) for one in request.POST.getlist("link")}
    belong = [one for one in shown if one.pk in chosen]
    others = [one for one in shown if one.pk not in chosen]
    linked, refused = incidents.decide(known, agent, belong, others)
    return wording_incidents.decided_words(linked, refused), _here(known)


def _links(known: Incident, agent: Agent, numbers: list[str]) -> list[IncidentLink]:
    wanted = [number for one in numbers[:200] if (number := whole_number(one)) is not None]
    return list(lists.links_of(agent).filter(incident=known, pk__in=wanted))


def _claim(known: Incident, agent: Agent, request: HttpRequest) -> tuple[str, str]:
    need = request.POST.get("need", "")
    if need not in lists.NEEDS:
        raise Http404
    answers.claim(known, agent, need)
    return "", reverse("incident-batch", args=[known.pk, need])


def _move(known: Incident, agent: Agent, request: HttpRequest) -> tuple[str, str]:
    typed = request.POST.get("next_update_at", "")
    field = forms.DateTimeField(input_formats=[LOCAL, f"{LOCAL}:%S"], required=False)
    try:
        until = field.clean(typed)
    except forms.ValidationError:
        until = None
    if until is None:
        raise care.CareError("in_the_past")
    return wording_incidents.moved_words(incidents.move_update(known, agent, until)), _here(known)


def _solve(known: Incident, agent: Agent, request: HttpRequest) -> tuple[str, str]:
    texts = [request.POST.get(name, "").strip() for name in ("solved_text", "solved_text_en")]
    incidents.solve(known, agent, *texts)
    return _("Over. Everybody who belongs to it is listed here until told."), _here(known)


def _reopen(known: Incident, agent: Agent, _request: HttpRequest) -> tuple[str, str]:
    incidents.reopen_incident(known, agent)
    return _("Open again. Who asks about it is proposed here."), _here(known)


def _renew(known: Incident, agent: Agent, request: HttpRequest) -> tuple[str, str]:
    alike = ("too_alike",) if request.POST.get("despite") == "too_alike" else ()
    done = incident_renewal.renew(known, agent, despite=alike)
    for error in {one.code: one for one in done.refused.values()}.values():
        count = sum(other.code == error.code for other in done.refused.values())
        messages.warning(request, wording_incidents.kept_words(error, count))
    said = wording_incidents.renewed_words(done.count) if done.count else ""
    return said, f"{_here(known)}?left=1" if done.refused else _here(known)


def _withdraw(known: Incident, agent: Agent, _request: HttpRequest) -> tuple[str, str]:
    return wording_incidents.withdrawn_words(answers.withdraw(known, agent)), _here(known)


ACTS = {
    "decide": _decide,
    "claim": _claim,
    "move": _move,
    "solve": _solve,
    "reopen": _reopen,
    "renew": _renew,
    "withdraw": _withdraw,
}


# In a conversation -------------------------------------------------------------------------------


@require_GET
def menu(request: HttpRequest, number: int) -> HttpResponse:
    """Offer the incidents that last for a conversation, the best match first."""
    talk, agent = talk_of(request, number), agent_of(request)
    offers = incident_proposals.offers(talk)
    context = {"talk": talk, "offers": offers, "is_lead": agent.has_role(Role.LEAD)}
    return render(request, "incidents/menu.html", context)


def _link(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    known = _named(request)
    before = incidents.link(talk, agent, known)
    path = reverse("change", args=[talk.pk, "unlink"])
    told: Told = {"say": _("Linked to “%(title)s”") % {"title": known.title}, "changed": True}
    return told | {"undo": undo(path, incident=known.pk, to=before or "none")}


def _unlink(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    known, to = _named(request), request.POST.get("to", "refused")
    states = {"none": "", "proposed": "proposed", "refused": "refused", "linked": "linked"}
    before = incidents.unlink(talk, agent, known, states.get(to, "refused"))
    path = reverse("change", args=[talk.pk, "unlink"])
    said = _("Does not belong to “%(title)s”") % {"title": known.title}
    return {"say": said, "changed": True, "undo": undo(path, incident=known.pk, to=before or "none")}


def _named(request: HttpRequest) -> Incident:
    return _known(request, whole_number(request.POST.get("incident", "")) or 0)


def put_in(talk: Conversation, request: HttpRequest) -> Incident | None:
    """Return the incident whose text stands in the box, in the version that was put in."""
    number, _dot, version = request.POST.get("incident", "").partition(".")
    if not number:
        return None
    known = Incident.objects.filter(pk=whole_number(number) or 0, brand=talk.brand_id).first()
    if known is not None:
        known.version = min(known.version, whole_number(version) or 0)
    return known


def with_incident(wanted: care.Reply, talk: Conversation, request: HttpRequest) -> care.Reply:
    """Return a reply with the incident whose text it says, and the promise that this text makes."""
    known = put_in(talk, request)
    if known is None:
        return wanted
    need: Need = "answer" if known.solved_at is None else "follow_up"
    writer = answers.Writer(known, agent_of(request), need)
    return replace(
        wanted,
        incident=known,
        as_prepared=wanted.promise_until is None and writer.wrote(talk, wanted.text),
        promise_until=wanted.promise_until or answers.promised_by(known, wanted.text),
    )


def _use_new(delivery: Delivery, agent: Agent) -> Told:
    if delivery.incident is None:
        raise care.CareError("too_late")
    if not delivery.as_prepared:
        raise care.CareError("changed_by_hand")
    done = incident_renewal.renew(delivery.incident, agent, delivery, despite=("too_alike",))
    for error in done.refused.values():
        raise error
    if not done.count:
        raise care.CareError("too_late")
    return {"say": _("Says the new text now"), "changed": True}


VERBS: dict[str, Verb] = {"link": _link, "unlink": _unlink}
DELIVERY_VERBS = {"renew": _use_new}
