"""Settings of rules and warnings: which matters are due sooner or later than the usual, who is told when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from resonanz.desk import brands, targets
from resonanz.desk.models import Brand, Channel, Matter, Role, SlaRule, Urgency
from resonanz.desk.policies import DANGER_S
from resonanz.desk.web.forms_targets import RuleForm, TermsForm
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

REFUSALS: dict[str, Callable[[], str]] = {
    "no_condition": lambda: _("Choose at least one thing that makes this rule special."),
    "taken": lambda: _("There is a rule for just these matters already."),
}


@for_role(Role.LEAD)
def rules(request: HttpRequest) -> HttpResponse:
    """Show what applies; POST keeps the terms."""
    brand, every = _brand(request)
    form = TermsForm(request.POST if request.method == "POST" else None, terms=targets.terms_of(brand))
    if form.is_valid():
        targets.agree(brand, form.terms(), by=signed_in(request))
        messages.success(request, _("Saved. It applies at once."))
        return _back(brand)
    shown = _shown(brand, every) | {"form": form, "rule_form": RuleForm(brand)}
    return render(request, "targets/rules.html", shown, status=422 if form.is_bound else 200)


@require_POST
@for_role(Role.LEAD)
def add(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    brand, every = _brand(request)
    form = RuleForm(brand, request.POST)
    if form.is_valid():
        try:
            targets.add_rule(brand, form.wish(), by=signed_in(request))
        except targets.TargetError as error:
            form.add_error(None, REFUSALS[error.code]())
        else:
            messages.success(request, _("Added. It applies to what customers say from now on."))
            return _back(brand)
    terms = TermsForm(terms=targets.terms_of(brand))
    shown = _shown(brand, every) | {"form": terms, "rule_form": form}
    return render(request, "targets/rules.html", shown, status=422)


@for_role(Role.LEAD)
def rule(request: HttpRequest, number: int) -> HttpResponse:
    """Show a rule; POST keeps it changed."""
    known = get_object_or_404(SlaRule.objects.select_related("policy__brand", "channel"), pk=number)
    brand = known.policy.brand
    form = RuleForm(brand, request.POST if request.method == "POST" else None, rule=known)
    if form.is_valid():
        try:
            targets.change_rule(known, form.wish(), by=signed_in(request))
        except targets.TargetError as error:
            form.add_error(None, REFUSALS[error.code]())
        else:
            messages.success(request, _("Saved. It applies to what customers say from now on."))
            return _back(brand)
    shown = {"form": form, "rule": known, "brand": brand, "words": sentence(known), "at": "targets"}
    return render(request, "targets/rule.html", shown, status=422 if form.is_bound else 200)


@require_POST
@for_role(Role.LEAD)
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a rule."""
    known = get_object_or_404(SlaRule.objects.select_related("policy__brand"), pk=number)
    targets.drop_rule(known, by=signed_in(request))
    messages.success(request, _("Removed: %(rule)s") % {"rule": sentence(known)})
    return _back(known.policy.brand)


def _brand(request: HttpRequest) -> tuple[Brand, list[Brand]]:
    live = set(Channel.objects.exclude(network="archive").values_list("brand", flat=True))
    every = sorted(Brand.objects.order_by("name"), key=lambda brand: brand.pk not in live)
    wanted = request.GET.get("brand", "")
    return next((brand for brand in every if str(brand.pk) == wanted), every[0]), every


def _back(brand: Brand) -> HttpResponse:
    return redirect(f"{reverse('settings-targets')}?brand={brand.pk}")


def _shown(brand: Brand, every: list[Brand]) -> dict[str, object]:
    found = targets.rules_of(brand)
    danger = any(rule.urgency == Urgency.SAFETY and _is_plain(rule) for rule in found)
    return {
        "brand": brand,
        "brands": every,
        "rules": [(rule, sentence(rule)) for rule in found],
        "usual": usual_sentence(brand),
        "danger": "" if danger else _danger_sentence(),
        "at": "targets",
    }


def _is_plain(rule: SlaRule) -> bool:
    return rule.channel_id is None and rule.private is None and rule.matter is None


# In words ----------------------------------------------------------------------------------------


def sentence(rule: SlaRule) -> str:
    """Return a rule as a person would say it."""
    parts = [
        "" if rule.urgency is None else str(Urgency(rule.urgency).label),
        "" if rule.matter is None else str(Matter(rule.matter).label),
        _("any channel") if rule.channel is None else str(rule.channel),
        "" if rule.private is None else _("in private") if rule.private else _("in public"),
    ]
    subject = ", ".join(part for part in parts if part)
    return _("%(subject)s: %(targets)s") % {
        "subject": subject[:1].upper() + subject[1:],
        "targets": _targets(rule),
    }


def _targets(rule: SlaRule | brands.Promise) -> str:
    resolution = getattr(rule, "resolution_s", None)
    words = [
        _("first answer within %(span)s") % {"span": span(rule.first_response_s)},
        _("further ones within %(span)s") % {"span": span(rule.next_response_s)},
    ]
    if resolution is not None:
        words.append(_("settled within %(span)s") % {"span": span(resolution)})
    words.append(_("in service hours") if rule.in_service_hours else _("day and night"))
    return ", ".join(words)


def usual_sentence(brand: Brand) -> str:
    """Return a brand's usual targets as a person would say them."""
    return _("Everything else: %(targets)s") % {"targets": _targets(brands.promise_of(brand))}


def _danger_sentence() -> str:
    return _("Danger, unless you say otherwise: every answer within %(span)s, day and night") % {
        "span": span(DANGER_S)
    }


def span(seconds: int) -> str:
    """Return a span in the largest unit that fits."""
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    minutes = max(1, round(seconds / 60))
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
