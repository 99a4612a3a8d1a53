"""Settings of hours, targets and brands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from resonanz.desk import brands
from resonanz.desk.models import Brand, Channel, Role
from resonanz.desk.web.forms import BrandForm, HoursForm
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.hours import add_service_time

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FRIDAY = 4


@for_role(Role.LEAD)
def hours(request: HttpRequest) -> HttpResponse:
    """Show and keep a brand's targets and hours."""
    every = _with_live_channels_first()
    brand = _chosen(request, every)
    promised = brands.promise_of(brand)
    form = HoursForm(request.POST if request.method == "POST" else None, initial=promised)
    if form.is_valid():
        return _keep(request, brand, form.promise())
    shown = {
        "form": form,
        "brand": brand,
        "brands": every,
        "example": example(promised, timezone.now()),
        "holidays": _coming(promised),
        "zones": sorted(available_timezones()),
        "at": "hours",
    }
    return render(request, "settings/hours.html", shown, status=422 if form.is_bound else 200)


def _with_live_channels_first() -> list[Brand]:
    """Return the brands by name, those of archives after those whose customers can be answered."""
    live = set(Channel.objects.exclude(network="archive").values_list("brand", flat=True))
    return sorted(Brand.objects.order_by("name"), key=lambda brand: brand.pk not in live)


def _chosen(request: HttpRequest, every: list[Brand]) -> Brand:
    wanted = request.GET.get("brand", "")
    return next((brand for brand in every if str(brand.pk) == wanted), every[0])


def _keep(request: HttpRequest, brand: Brand, promised: brands.Promise) -> HttpResponse:
    brands.promise(brand, promised, by=signed_in(request))
    messages.success(request, _("Saved. It applies to what customers say from now on."))
    response = redirect("settings-hours")
    response["Location"] += f"?brand={brand.pk}"
    return response


def _coming(promised: brands.Promise) -> list[brands.Holiday]:
    today = timezone.now().astimezone(ZoneInfo(promised.zone)).date()
    return brands.next_holidays(promised, today=today, language=get_language() or "de")


def example(promised: brands.Promise, now: datetime) -> str:
    """Return in words when something said next Friday at 19:30 would be due."""
    local = now.astimezone(ZoneInfo(promised.zone))
    ahead = (FRIDAY - local.weekday()) % 7 or 7
    said = (local + timedelta(days=ahead)).replace(hour=19, minute=30, second=0, microsecond=0)
    limit = timedelta(seconds=promised.first_response_s)
    if promised.in_service_hours:
        due = add_service_time(promised.hours, said, limit).astimezone(said.tzinfo)
    else:
        due = (said.astimezone(ZoneInfo("UTC")) + limit).astimezone(said.tzinfo)
    return _("Somebody writes on %(said)s: the first answer is due on %(due)s.") % {
        "said": _day_and_time(said),
        "due": _day_and_time(due),
    }


def _day_and_time(moment: datetime) -> str:
    return f"{date_format(moment, 'l')}, {date_format(moment, 'DATE_FORMAT')}, {moment:%H:%M}"


@require_safe
@for_role(Role.LEAD)
def states(request: HttpRequest) -> HttpResponse:
    """Return the field of states for a country, to be put in place when another country is chosen."""
    form = HoursForm(country=request.GET.get("country", ""))
    return render(request, "settings/field.html", {"field": form["subdivision"]})


@for_role(Role.LEAD)
def brand_list(request: HttpRequest) -> HttpResponse:
    """List the brands; POST adds one."""
    form = BrandForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            brands.add(form.cleaned_data["name"], by=signed_in(request))
        except brands.BrandError:
            form.add_error("name", _("There is a brand of that name already."))
        else:
            messages.success(request, _("Added, with the usual hours."))
            return redirect("settings-brands")
    shown = {
        "form": form,
        "brands": Brand.objects.order_by("name").prefetch_related("channels"),
        "at": "brands",
    }
    return render(request, "settings/brands.html", shown, status=422 if form.is_bound else 200)


@for_role(Role.LEAD)
def rename(request: HttpRequest, number: int) -> HttpResponse:
    """Give a brand another name."""
    brand = get_object_or_404(Brand, pk=number)
    form = BrandForm(request.POST if request.method == "POST" else None, initial={"name": brand.name})
    if form.is_valid():
        try:
            brands.rename(brand, form.cleaned_data["name"], by=signed_in(request))
        except brands.BrandError:
            form.add_error("name", _("There is a brand of that name already."))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings-brands")
    shown = {"form": form, "brand": brand, "at": "brands"}
    return render(request, "settings/brand.html", shown, status=422 if form.is_bound else 200)
