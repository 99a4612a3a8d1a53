"""Alarms: the list with what rings now, making one while seeing what it would have done, a ring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import alarming, columns, reading_alarms, shapes, wording_alarms, wording_streams
from resonanz.desk.access import channels_visible_to
from resonanz.desk.alarming import AlarmError, Wanted
from resonanz.desk.models import (
    Agent,
    Alarm,
    AlarmAddress,
    AlarmOf,
    AlarmRing,
    Channel,
    Query,
    Role,
    Stream,
)
from resonanz.desk.web.acting import agent_of, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LEAST, TIMES = "least", "times"
FIRST_LEAST = 10  # what a new alarm begins with
FIRST_TIMES = 3
SNOOZES = (  # its key, its name, its words
    ("1", "half_hour", later("for 30 minutes")),
    ("2", "two_hours", later("for 2 hours")),
    ("3", "tomorrow", later("until tomorrow, 8:00")),
)
PLACES = {  # where a flaw is shown
    "name_missing": "name",
    "query_missing": "query",
    "column_missing": "stream",
    "number_small": "least_count",
    "times_small": "times",
    "span_unknown": "span_s",
    "quiet_half": "quiet_until",
    "nobody": "people",
}


def clock_input() -> forms.TimeInput:
    """Return the browser's own field for a time of day."""
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def offer_columns(field: forms.ModelChoiceField[Stream], agent: Agent) -> None:
    """Offer the columns that somebody sees, each under the tab in which it stands."""
    field.queryset = shapes.streams_visible_to(agent)
    groups = [
        (tab.name, [(stream.pk, wording_streams.title(stream)) for stream in columns.columns_of(tab)])
        for tab in columns.tabs(agent)
    ]
    field.choices = [("", field.empty_label or ""), *(group for group in groups if group[1])]


class AlarmForm(forms.Form):
    """An alarm, as its page asks for it."""

    name = forms.CharField(label=later("Name"), max_length=alarming.NAME_MOST, required=False)
    of = forms.ChoiceField(choices=AlarmOf.choices)
    query = forms.ModelChoiceField(Query.objects.order_by("name"), label=later("Saved query"), required=False)
    stream = forms.ModelChoiceField(Stream.objects.none(), label=later("Column"), required=False)
    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=later("Channel"), required=False, empty_label=later("all channels")
    )
    rule = forms.ChoiceField(choices=[(LEAST, LEAST), (TIMES, TIMES)])
    least_count = forms.IntegerField(label=later("At least"), max_value=1_000_000)
    times = forms.FloatField(label=later("Times the usual"), localize=True, required=False, max_value=1000)
    span_s = forms.TypedChoiceField(
        label=later("Within"), coerce=int, choices=list(wording_alarms.SPANS.items())
    )
    quiet_from = forms.TimeField(label=later("From"), required=False, widget=clock_input())
    quiet_until = forms.TimeField(label=later("Until"), required=False, widget=clock_input())
    people = forms.ModelMultipleChoiceField(
        Agent.objects.filter(is_active=True).order_by("first_name", "username"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    addresses = forms.ModelMultipleChoiceField(
        AlarmAddress.objects.filter(dropped_at=None).order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, agent: Agent, data: Any = None, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial)
        offer_columns(cast("forms.ModelChoiceField[Stream]", self.fields["stream"]), agent)
        self.fields["channel"].queryset = (  # type: ignore[attr-defined]
            channels_visible_to(agent).exclude(network="archive").order_by("name")
        )

    def wanted(self) -> Wanted:
        """Return what was asked for, once it is valid."""
        said = self.cleaned_data
        return Wanted(
            name=said["name"],
            of=AlarmOf(said["of"]),
            query=said["query"],
            stream=said["stream"],
            channel=said["channel"],
            span_s=said["span_s"],
            least_count=said["least_count"],
            times=(said["times"] or 0.0) if said["rule"] == TIMES else None,
            quiet_from=said["quiet_from"],
            quiet_until=said["quiet_until"],
            people=list(said["people"]),
            addresses=list(said["addresses"]),
        )


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """List the alarms, those that ring first, and what rang lately."""
    agent = agent_of(request)
    rows = reading_alarms.rows(agent)
    dropped = whole_number(request.GET.get("dropped", ""))
    context = {
        "area": "alarms",
        "ringing": [row for row in rows if row.ring],
        "open_count": sum(row.is_open for row in rows),
        "calm": [row for row in rows if not row.ring],
        "lately": reading_alarms.lately(agent),
        "may_make": agent.has_role(Role.AGENT),
        "dropped": Alarm.objects.filter(pk=dropped).exclude(dropped_at=None).first() if dropped else None,
    }
    return render(request, "alarms/page.html", context)


def edit(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Make an alarm, or change one."""
    agent = agent_of(request)
    known = None if number is None else _known(agent, number)
    if request.method == "POST":
        form = AlarmForm(agent, request.POST)
        kept = _kept(request, agent, form, known) if form.is_valid() else None
        if kept is not None:
            messages.success(request, _("Kept: %(name)s") % {"name": kept.name})
            return HttpResponseRedirect(reverse("alarms"))
    else:
        form = AlarmForm(agent, initial=_of_known(known) if known else _fresh(request, agent))
    context = {
        "area": "alarms",
        "form": form,
        "known": known,
        "may_change": agent.has_role(Role.AGENT) if known is None else alarming.may_change(agent, known),
        "preview": reading_alarms.preview(known) if known is not None else None,
        "mail_less": not reading_alarms.can_mail(),
    }
    return render(request, "alarms/edit.html", context, status=422 if form.is_bound else 200)


def _kept(request: HttpRequest, agent: Agent, form: AlarmForm, known: Alarm | None) -> Alarm | None:
    try:
        kept = alarming.save(agent, form.wanted(), known, address=request.build_absolute_uri("/"))
    except AlarmError as error:
        form.add_error(PLACES.get(error.code), wording_alarms.refusal(error.code))
        return None
    alarming.check(kept)
    return kept


def _fresh(request: HttpRequest, agent: Agent) -> dict[str, object]:
    return {
        **_asked(request, agent),
        "rule": LEAST,
        "least_count": FIRST_LEAST,
        "times": FIRST_TIMES,
        "span_s": 3600,
        "people": [agent.pk],
    }


def _asked(request: HttpRequest, agent: Agent) -> dict[str, object]:
    """Return what the page that leads here wants to be watched."""
    stream = whole_number(request.GET.get("stream", ""))
    if stream is not None and (found := shapes.columns_seen(agent, [stream])):
        return {"name": wording_streams.title(found[0]), "of": AlarmOf.STREAM, "stream": found[0]}
    query = Query.objects.filter(pk=whole_number(request.GET.get("query", "")) or 0).first()
    of = next((of for of in (AlarmOf.STREAM, AlarmOf.QUERY) if of.value in request.GET), AlarmOf.HEARD)
    return {"name": "" if query is None else query.name, "of": of, "query": query}


def _of_known(alarm: Alarm) -> dict[str, object]:
    names = ("name", "of", "query", "stream", "channel", "least_count", "span_s", "quiet_from", "quiet_until")
    return {name: getattr(alarm, name) for name in names} | {
        "rule": LEAST if alarm.times is None else TIMES,
        "times": alarm.times or FIRST_TIMES,
        "people": list(alarm.people.values_list("pk", flat=True)),
        "addresses": list(alarm.addresses.values_list("pk", flat=True)),
    }


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Say what an alarm would do, while it is written."""
    agent = agent_of(request)
    form = AlarmForm(agent, request.POST)
    shown: dict[str, object] = {}
    if form.is_valid():
        try:
            shown = {"preview": reading_alarms.preview(alarming.draft(agent, form.wanted()))}
        except AlarmError as error:
            shown = {"flaw": wording_alarms.refusal(error.code)}
    return render(request, "alarms/looked.html", shown)


@require_POST
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Let go of an alarm, or take that back."""
    agent = agent_of(request)
    alarm = alarming.alarms_visible_to(agent, dropped=True).filter(pk=number).first()
    if alarm is None or verb not in {"drop", "restore"}:
        raise Http404
    back = reverse("alarms")
    try:
        alarming.drop(agent, alarm, dropped=verb == "drop")
    except AlarmError as error:
        messages.error(request, wording_alarms.refusal(error.code))
    else:
        if verb == "drop":
            back += f"?dropped={alarm.pk}"
        else:
            alarming.check(alarm)
    return HttpResponseRedirect(back)


@require_GET
def ring(request: HttpRequest, number: int) -> HttpResponse:
    """Show a ring: how it stands, the newest posts, who was told, and how to answer."""
    agent, found = agent_of(request), _ring(request, number)
    context = {
        "area": "alarms",
        "ring": found,
        "alarm": found.alarm,
        "subject": wording_alarms.subject(found.alarm),
        "condition": wording_alarms.condition(found.alarm),
        "figure": reading_alarms.figure_now(found),
        "picture": reading_alarms.picture_of(found),
        "posts": reading_alarms.posts(agent, found),
        "told": reading_alarms.told(found),
        "snoozes": SNOOZES,
    }
    return render(request, "alarms/ring.html", context)


@require_POST
def answer(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Acknowledge or snooze a ring, or take that back."""
    agent, found = agent_of(request), _ring(request, number)
    if verb == "acknowledge":
        alarming.acknowledge(agent, found)
    elif verb == "back":
        alarming.take_back(agent, found)
    elif verb in alarming.SNOOZES:
        alarming.snooze(agent, found, verb)
    else:
        raise Http404
    return HttpResponseRedirect(reverse("alarm-ring", args=[number]))


def _known(agent: Agent, number: int) -> Alarm:
    found = alarming.alarms_visible_to(agent).filter(pk=number).select_related(*alarming.NEAR).first()
    if found is None:
        raise Http404(_("This alarm does not exist any more, or it is not for you."))
    return found


def _ring(request: HttpRequest, number: int) -> AlarmRing:
    found = reading_alarms.ring_of(agent_of(request), number)
    if found is None:
        raise Http404(_("This alarm does not exist any more, or it is not for you."))
    return found
