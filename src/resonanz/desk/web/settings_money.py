"""An account's money: what it cost, what it may cost, and what stopped for want of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from resonanz.desk import charts_money, reading_money, spending, wording, wording_money
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Role
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Channel
    from resonanz.desk.reading_money import Money
    from resonanz.desk.spending import Cost


class BudgetForm(forms.Form):
    """What an account may cost in a month."""

    budget = forms.DecimalField(
        label=later("At most, in US dollars a month"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        max_digits=12,
        decimal_places=2,
        localize=True,
        help_text=later(
            "Empty: no limit, everything is only counted. With a limit, saved queries and the live "
            "connection stop first, when a fifth is left; answers and what is said to us stop last."
        ),
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )


@for_role(Role.LEAD)
def money(request: HttpRequest, number: int) -> HttpResponse:
    """Show what an account costs; POST sets its budget."""
    agent, now = signed_in(request), timezone.now()
    channel = get_object_or_404(channels_visible_to(agent), pk=number)
    found = reading_money.money(channel, agent, now)
    if found is None:
        raise Http404(_("This network takes no money."))
    form = BudgetForm(request.POST or None, initial={"budget": found.cost.budget})
    if request.method == "POST" and form.is_valid():
        budget = form.cleaned_data["budget"]
        spending.allow(channel, None if budget is None else float(budget), by=agent)
        messages.success(request, _set(budget is None))
        return redirect("settings-channel-money", channel.pk)
    context = _shown(channel, found) | {"form": form, "at": "channels"}
    return render(request, "settings/money.html", context, status=422 if form.errors else 200)


@require_safe
@for_role(Role.LEAD)
def short(request: HttpRequest) -> HttpResponse:
    """Go to the account whose money is shortest."""
    seen = [channel for channel in channels_visible_to(signed_in(request)) if spending.is_metered(channel)]
    found = spending.costs(seen)
    if not found:
        return redirect("settings-channels")
    return redirect("settings-channel-money", max(found, key=_used).channel.pk)


def _used(cost: Cost) -> float:
    """Return how much of its budget an account has used, as a share."""
    if cost.budget is None:
        return 0.0
    return cost.month / cost.budget if cost.budget else 1.0


def _set(unlimited: bool) -> str:  # noqa: FBT001 - one yes or no
    if unlimited:
        return _("No limit any more. Everything is only counted.")
    return _("Set. What waited for money goes on now.")


def _shown(channel: Channel, found: Money) -> dict[str, object]:
    cost = found.cost
    most = max(found.days, key=lambda day: day.dollars)
    words = wording_money.picture_words(most.dollars, date_format(most.on, "j. F"), found.share)
    by_call: dict[str, float] = {}
    for call, amount in cost.by_call.items():
        word = wording_money.call_word(call)
        by_call[word] = by_call.get(word, 0.0) + amount
    calls = sorted(by_call.items(), key=lambda call: -call[1])
    dollars, row = wording_money.dollars, NETWORKS[channel.network].capabilities
    return {
        "channel": channel,
        "network": wording.network_label(channel.network),
        "headline": wording_money.headline(cost),
        "figures": [
            (_("Today"), dollars(cost.today)),
            (_("This month"), dollars(cost.month)),
            (_("At its end, at this pace"), dollars(cost.forecast)),
            (_("Budget"), _("no limit") if cost.budget is None else dollars(cost.budget)),
        ],
        "stopped": wording_money.stopped_words(found.stopped) if cost.stopped_at else "",
        "goes_on_at": found.goes_on_at,
        "picture": most.dollars and charts_money.days([d.dollars for d in found.days], found.share, words),
        "picture_words": words,
        "days": [(day.on, dollars(day.dollars)) for day in found.days if day.dollars],
        "calls": [(word, dollars(amount)) for word, amount in calls],
        "prices": [
            (wording_money.price_word(name), dollars(price / 1_000_000)) for name, price in row.prices
        ],
        "prices_since": row.prices_since,
        "invites": cost.budget is None and not cost.month,
        "dearest": [(dear.talk, dollars(dear.dollars)) for dear in found.dearest],
    }
