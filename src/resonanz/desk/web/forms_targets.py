"""What leads fill in about targets: rules for some matters, and a brand's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk.models import Agent, Brand, Channel, Matter, Role, Urgency
from resonanz.desk.targets import Terms, Wish
from resonanz.desk.web.forms import LONGEST_S, UNITS

if TYPE_CHECKING:
    from resonanz.desk.models import SlaRule

ANY = ""
UNIT_CHOICES = [("m", later("minutes")), ("h", later("hours"))]
MORE_UNITS = {**UNITS, "d": 24 * 3600}
MORE_CHOICES = [*UNIT_CHOICES, ("d", later("days"))]


def _number(label: Any, help_text: Any, *, required: bool = True, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=required, min_value=least, max_value=9999
    )


def _unit(choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=later("Unit"), choices=choices)


class Spans(forms.Form):
    """A form whose numbers have a unit beside them, in a field of the same name with `_unit`."""

    def clean(self) -> dict[str, Any]:
        """Refuse spans of more than 30 days."""
        found = self.cleaned_data
        for name in [name for name in self.fields if f"{name}_unit" in self.fields]:
            seconds = self.seconds(name)
            if seconds is not None and seconds > LONGEST_S:
                self.add_error(name, _("30 days at most."))
        return found

    def seconds(self, name: str) -> int | None:
        """Return a span in seconds, None where nothing was typed."""
        number, unit = self.cleaned_data.get(name), self.cleaned_data.get(f"{name}_unit")
        return None if number is None or not unit else int(number) * MORE_UNITS[unit]


def shown_span(name: str, seconds: int | None, *, unit: str = "m") -> dict[str, object]:
    """Return a span as its two fields show it, in the largest unit that fits; `unit` is that of nothing."""
    if not seconds:
        return {name: seconds, f"{name}_unit": unit}
    fitting = next(u for u in ("h", "m") if seconds % MORE_UNITS[u] == 0 or u == "m")
    return {name: max(1, seconds // MORE_UNITS[fitting]), f"{name}_unit": fitting}


class RuleForm(Spans):
    """For which matters a rule is, and how soon they are due."""

    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=later("Channel"), required=False, empty_label=later("any channel")
    )
    private = forms.ChoiceField(
        label=later("Where it was said"),
        required=False,
        choices=[(ANY, later("public or private")), ("no", later("in public")), ("yes", later("in private"))],
    )
    matter = forms.ChoiceField(label=later("Kind"), required=False)
    urgency = forms.ChoiceField(label=later("Urgency"), required=False)
    first = _number(later("First answer within"), later("How soon a new matter of this kind is due."))
    first_unit = _unit(UNIT_CHOICES)
    following = _number(later("Further answers within"), later("When the customer writes again."))
    following_unit = _unit(UNIT_CHOICES)
    settled = _number(
        later("Settled within"), later("Empty: no target for the whole matter."), required=False
    )
    settled_unit = _unit(UNIT_CHOICES)
    in_service_hours = forms.BooleanField(
        label=later("Count service hours only"),
        required=False,
        help_text=later("Otherwise the clock runs day and night."),
    )

    def __init__(self, brand: Brand, data: Any = None, *, rule: SlaRule | None = None) -> None:
        super().__init__(data, initial=_as_typed(rule) if rule else {"first_unit": "m"})
        channels = cast("forms.ModelChoiceField[Channel]", self.fields["channel"])
        channels.queryset = Channel.objects.filter(brand=brand).exclude(network="archive")
        matters = [(str(m.value), m.label) for m in Matter if m.value]
        urgencies = [(str(u.value), u.label) for u in reversed(Urgency)]
        cast("forms.ChoiceField", self.fields["matter"]).choices = [(ANY, _("any kind")), *matters]
        cast("forms.ChoiceField", self.fields["urgency"]).choices = [(ANY, _("any urgency")), *urgencies]

    def wish(self) -> Wish:
        """Return the rule, once it is valid."""
        found = self.cleaned_data
        first, following = self.seconds("first"), self.seconds("following")
        assert first is not None
        assert following is not None
        return Wish(
            channel=found["channel"],
            private={"yes": True, "no": False}.get(found["private"]),
            matter=_chosen(found["matter"]),
            urgency=_chosen(found["urgency"]),
            first_response_s=first,
            next_response_s=following,
            resolution_s=self.seconds("settled"),
            in_service_hours=found["in_service_hours"],
        )


def _chosen(value: str) -> int | None:
    return None if value == ANY else int(value)


def _as_typed(rule: SlaRule) -> dict[str, object]:
    def typed(value: int | None) -> str:
        return ANY if value is None else str(value)

    return {
        "channel": rule.channel,
        "private": ANY if rule.private is None else "yes" if rule.private else "no",
        "matter": typed(rule.matter),
        "urgency": typed(rule.urgency),
        "in_service_hours": rule.in_service_hours,
        **shown_span("first", rule.first_response_s),
        **shown_span("following", rule.next_response_s),
        **shown_span("settled", rule.resolution_s, unit="h"),
    }


class TermsForm(Spans):
    """When a matter should be settled, when it comes back, and who is told when."""

    settled = _number(
        later("Settled within"),
        later("From the first post to “resolved”. Empty: you promise nothing about it."),
        required=False,
    )
    settled_unit = _unit(UNIT_CHOICES)
    reopen_days = forms.IntegerField(
        label=later("Comes back within days"),
        min_value=0,
        max_value=365,
        help_text=later("Writes the customer again within so many days, the same case opens again."),
    )
    warn = _number(
        later("Warn before"), later("Whoever has it is told so long before it is due. 0: never."), least=0
    )
    warn_unit = _unit(UNIT_CHOICES)
    escalate = _number(
        later("Tell others after"),
        later("So long after it was due, others hear of it. 0: at once."),
        least=0,
    )
    escalate_unit = _unit(UNIT_CHOICES)
    escalate_to = forms.ModelChoiceField(
        Agent.objects.none(),
        label=later("Whom"),
        required=False,
        empty_label=later("the team's leads"),
        help_text=later("By bell, and by e-mail where an address is known."),
    )

    def __init__(self, data: Any = None, *, terms: Terms | None = None) -> None:
        super().__init__(data, initial=_terms_as_typed(terms) if terms else None, auto_id="terms_%s")
        people = cast("forms.ModelChoiceField[Agent]", self.fields["escalate_to"])
        people.queryset = (
            Agent.objects.filter(is_active=True).exclude(role=Role.TRAINEE).order_by("first_name", "username")
        )

    def terms(self) -> Terms:
        """Return what was typed, once it is valid."""
        return Terms(
            resolution_s=self.seconds("settled"),
            reopen_days=self.cleaned_data["reopen_days"],
            warn_s=self.seconds("warn") or 0,
            escalate_s=self.seconds("escalate") or 0,
            escalate_to=self.cleaned_data["escalate_to"],
        )


def _terms_as_typed(terms: Terms) -> dict[str, object]:
    return {
        "reopen_days": terms.reopen_days,
        "escalate_to": terms.escalate_to,
        **shown_span("settled", terms.resolution_s, unit="h"),
        **shown_span("warn", terms.warn_s),
        **shown_span("escalate", terms.escalate_s),
    }
