"""What people fill in on settings and sign-in pages: fields, their words, and what each value must be.

A form says what happens when a field changes. It writes nothing; the verbs do (`people.py`,
`brands.py`, `channels.py`).
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import Case, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk import brands
from resonanz.desk.models import Agent, Brand, Channel, Role, Team
from resonanz.desk.models.people import Density, TextSize, Theme
from resonanz.desk.web.places import country_names, day_names
from resonanz.desk.wording import network_label

if TYPE_CHECKING:
    TicksBase = forms.ModelMultipleChoiceField[Channel]
else:
    TicksBase = forms.ModelMultipleChoiceField

MINUTE_S = 60
UNITS = {"m": 60, "h": 3600}
DAY_MINUTES = 24 * 60
LONGEST_S = 30 * 24 * 3600
LANGUAGES = [
    ("", later("As the browser says")),
    ("de", "Deutsch (Sie)"),
    ("de-du", "Deutsch (Du)"),
    ("en", "English"),
]

_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")

AS_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}  # names and addresses


class LoginForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=later("Name to sign in"),
        max_length=150,
        widget=forms.TextInput(
            {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=later("Password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """The own password: the old one, and the new one once, for it can be shown."""

    old = forms.CharField(
        label=later("Password until now"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=later("New password"),
        strip=False,
        max_length=500,
        help_text=later(
            "At least 10 characters; three or four words that do not belong together are good. "
            "You stay signed in here and are signed out everywhere else."
        ),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, agent: Agent, data: Any = None) -> None:
        super().__init__(data)
        self.agent = agent

    def clean_old(self) -> str:
        """Return the old password if it is right."""
        old: str = self.cleaned_data["old"]
        if not self.agent.check_password(old):
            raise forms.ValidationError(_("That is not your password until now."))
        return old

    def clean_new(self) -> str:
        """Return the new password if it is good enough."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.agent)
        return new


class OwnForm(forms.Form):
    """What somebody chooses for themselves."""

    first_name = forms.CharField(
        label=later("Your name"),
        max_length=150,
        required=False,
        help_text=later("Colleagues read it on notes and on conversations that are yours. Customers do not."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    initials = forms.RegexField(
        r"^[^\W\d_]{0,4}$",
        label=later("Signature"),
        max_length=4,
        required=False,
        help_text=later("Stands under each of your answers, such as ^an. Empty: answers go out unsigned."),
        error_messages={"invalid": later("One to four letters.")},
    )
    language = forms.ChoiceField(
        label=later("Language"),
        choices=LANGUAGES,
        required=False,
        help_text=later("Changes the words of the desk for you alone, never what customers read."),
    )
    theme = forms.ChoiceField(
        label=later("Appearance"),
        choices=Theme.choices,
        help_text=later("Light or dark; “as the system” follows your computer through the day."),
    )
    density = forms.ChoiceField(
        label=later("Spacing"),
        choices=Density.choices,
        help_text=later("“Dense” shows about a third more conversations at once."),
    )
    text_size = forms.ChoiceField(
        label=later("Text size"),
        choices=TextSize.choices,
        help_text=later("Makes all texts of the desk larger, on every device you use it on."),
    )
    single_keys = forms.BooleanField(
        label=later("Single-letter shortcuts"),
        required=False,
        help_text=later(
            "With them, r answers and e resolves. Without them, only keys together with Ctrl act, "
            "which is better with speech input."
        ),
    )


class PersonForm(forms.Form):
    """Somebody new."""

    name = forms.CharField(
        label=later("Name"), max_length=150, help_text=later("Colleagues read it; customers do not.")
    )
    username = forms.RegexField(
        r"^[\w.@+\-]+$",
        label=later("Name to sign in"),
        max_length=150,
        help_text=later("Cannot be changed later. Letters, digits and . @ + - _"),
        error_messages={"invalid": later("Letters, digits and . @ + - _ only, without blanks.")},
        widget=forms.TextInput(AS_TYPED),
    )
    role = forms.ChoiceField(label=later("Role"), choices=Role.choices, initial=Role.AGENT)


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=later("Role"), choices=Role.choices)


class TeamForm(forms.Form):
    """A team's name."""

    name = forms.CharField(label=later("Name of the team"), max_length=80)


class ChannelTicks(TicksBase):
    """Channels to tick, each with its network, so that two of one name can be told apart."""

    def label_from_instance(self, obj: Channel) -> str:
        """Return a channel's name, network and handle."""
        label = network_label(obj.network)
        return (
            f"{obj.name} · {label}" if obj.is_archive else f"{obj.name or obj.handle} · {label} @{obj.handle}"
        )


class TeamMembersForm(forms.Form):
    """Who is in a team, and which channels it cares for."""

    agents = forms.ModelMultipleChoiceField(
        Agent.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label=later("Members")
    )
    channels = ChannelTicks(
        Channel.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label=later("Channels")
    )

    def __init__(self, team: Team, data: Any = None) -> None:
        super().__init__(data, initial={"agents": team.agents.all(), "channels": team.channels.all()})
        agents = cast("forms.ModelMultipleChoiceField[Agent]", self.fields["agents"])
        seen = cast("forms.ModelMultipleChoiceField[Channel]", self.fields["channels"])
        agents.queryset = Agent.objects.filter(is_active=True).order_by("first_name", "username")
        live_first = Case(When(network="archive", then=1), default=0)
        seen.queryset = Channel.objects.order_by(live_first, "name", "handle")


class BrandForm(forms.Form):
    """A brand's name."""

    name = forms.CharField(
        label=later("Name of the brand"),
        max_length=120,
        help_text=later(
            "Stands on channels and in reports. Channels, conversations and figures stay with it."
        ),
    )


class FeedForm(forms.Form):
    """Which site is followed, and for which brand."""

    address = forms.CharField(
        label=later("Address of the site or its feed"),
        max_length=2000,
        help_text=later(
            "Such as blog.example or https://news.example/feed.xml; the feed is found by itself."
        ),
        widget=forms.TextInput(AS_TYPED),
    )
    brand = forms.ModelChoiceField(Brand.objects.order_by("name"), label=later("Brand"), empty_label=None)


class Hours(forms.CharField):
    """One weekday's periods, such as "8:00–12:30, 13:30–18": minutes after midnight."""

    def to_python(self, value: Any) -> Any:
        """Return the periods in order; ValidationError says what cannot be read."""
        periods = sorted(_period(part) for part in re.split(r"[,;]", value or "") if part.strip())
        for (_begin, before), (begin, _end) in itertools.pairwise(periods):
            if begin < before:
                raise forms.ValidationError(_("These times overlap."))
        return [list(period) for period in periods]

    def prepare_value(self, value: Any) -> str:
        """Return the periods as a person writes them."""
        if isinstance(value, str) or not value:
            return value or ""
        return ", ".join(f"{_clock(begin)}–{_clock(end)}" for begin, end in value)


def _period(text: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise forms.ValidationError(
            _("“%(text)s” is not a time span such as 8:00–12:30."), params={"text": text.strip()[:40]}
        )
    begin, end = (int(match[n]) * 60 + int(match[n + 1] or 0) for n in (1, 3))
    if not begin < end <= DAY_MINUTES or any(int(match[n] or 0) > 59 for n in (2, 4)):
        raise forms.ValidationError(
            _("“%(text)s” must run forwards within one day; a night is two spans, such as 0–6, 22–24."),
            params={"text": text.strip()[:40]},
        )
    return begin, end


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class HoursForm(forms.Form):
    """A brand's targets and hours."""

    first = forms.IntegerField(
        label=later("First answer within"),
        min_value=1,
        max_value=9999,
        help_text=later("How soon a new matter is due. The queue is worked in this order."),
    )
    first_unit = forms.ChoiceField(
        label=later("Unit"), choices=[("m", later("minutes")), ("h", later("hours"))]
    )
    following = forms.IntegerField(
        label=later("Further answers within"),
        min_value=1,
        max_value=9999,
        help_text=later("How soon you answer when the customer writes again."),
    )
    following_unit = forms.ChoiceField(
        label=later("Unit"), choices=[("m", later("minutes")), ("h", later("hours"))]
    )
    in_service_hours = forms.BooleanField(
        label=later("Count service hours only"),
        required=False,
        help_text=later(
            "The clock stands still at night, on days off and on public holidays. Otherwise it always runs."
        ),
    )
    zone = forms.CharField(
        label=later("Time zone"),
        max_length=64,
        help_text=later("The hours above are meant there; summer time is taken care of."),
        widget=forms.TextInput({"list": "zones", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(
        label=later("Public holidays of"),
        required=False,
        help_text=later("On these days nobody is there, and nothing becomes due."),
    )
    subdivision = forms.ChoiceField(
        label=later("State"),
        required=False,
        help_text=later("Adds the holidays that only this state has."),
    )

    def __init__(self, data: Any = None, *, initial: brands.Promise | None = None, country: str = "") -> None:
        super().__init__(data, initial=_as_typed(initial) if initial else None)
        chosen = (data or {}).get("country", country or (initial.country if initial else ""))
        _set_choices(self, "country", [("", _("no public holidays")), *country_names()])
        states = brands.states_of(chosen) if chosen in brands.countries() else ()
        _set_choices(self, "subdivision", [("", _("only those of the whole country")), *states])
        if data and data.get("subdivision") not in dict(states):  # another country was chosen
            self.data = {**data.dict(), "subdivision": ""}
        for number, name in enumerate(day_names()):
            self.fields[f"day{number}"] = Hours(label=name, required=False, max_length=200)

    @property
    def days(self) -> list[forms.BoundField]:
        """The seven weekdays' fields, Monday first."""
        return [self[f"day{number}"] for number in range(7)]

    def clean_zone(self) -> str:
        """Return the zone's name."""
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone; an example is Europe/Berlin."))
        return zone

    def clean(self) -> dict[str, Any]:
        """Check what belongs together."""
        found = self.cleaned_data
        for name in ("first", "following"):
            number, unit = found.get(name), found.get(f"{name}_unit")
            if number and unit and number * UNITS[unit] > LONGEST_S:
                self.add_error(name, _("30 days at most."))
        if all(f"day{number}" in found and not found[f"day{number}"] for number in range(7)):
            self.add_error("day0", _("Somebody has to be there on one day at least."))
        return found

    def promise(self) -> brands.Promise:
        """Return what was typed, once it is valid."""
        found = self.cleaned_data
        return brands.Promise(
            first_response_s=found["first"] * UNITS[found["first_unit"]],
            next_response_s=found["following"] * UNITS[found["following_unit"]],
            in_service_hours=found["in_service_hours"],
            zone=found["zone"],
            periods={str(number): found[f"day{number}"] for number in range(7) if found[f"day{number}"]},
            country=found["country"],
            subdivision=found["subdivision"],
        )


def _set_choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    cast("forms.ChoiceField", form.fields[name]).choices = choices


def _as_typed(promised: brands.Promise) -> dict[str, object]:
    """Return a promise as its form shows it."""
    first, first_unit = _number_and_unit(promised.first_response_s)
    following, following_unit = _number_and_unit(promised.next_response_s)
    days = {f"day{number}": promised.periods.get(str(number), []) for number in range(7)}
    return days | {
        "first": first,
        "first_unit": first_unit,
        "following": following,
        "following_unit": following_unit,
        "in_service_hours": promised.in_service_hours,
        "zone": promised.zone,
        "country": promised.country,
        "subdivision": promised.subdivision,
    }


def _number_and_unit(seconds: int) -> tuple[int, str]:
    if seconds % UNITS["h"]:
        return max(1, round(seconds / MINUTE_S)), "m"
    return seconds // UNITS["h"], "h"
