"""Settings of departments: whom agents may ask, where letters go, and how soon an answer is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk import care, wording
from resonanz.desk.care import departments as verbs
from resonanz.desk.models import Department, Role
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

HOUR_S = 3600


class DepartmentForm(forms.Form):
    """A department."""

    name = forms.CharField(
        label=later("Name"),
        max_length=120,
        help_text=later("As colleagues call it, such as Warehouse or Accounts. Customers never read it."),
    )
    email = forms.EmailField(
        label=later("E-mail"), help_text=later("Questions and reminders go there, with a link to answer by.")
    )
    deputy_email = forms.EmailField(
        label=later("Deputy's e-mail"),
        required=False,
        help_text=later("Is asked when nobody has answered after half the time again. Empty: nobody."),
    )
    hours = forms.FloatField(
        label=later("Answers within (hours)"),
        min_value=0.25,
        max_value=400,
        localize=True,
        help_text=later(
            "Counted in the brand's service hours. Agents can choose another time. "
            "The customer's clock goes on."
        ),
    )
    language = forms.ChoiceField(
        label=later("Language of the letters"),
        choices=settings.LANGUAGES,
        help_text=later("The page behind the link speaks as the reader's browser does."),
    )

    def __init__(self, data: Any = None, department: Department | None = None) -> None:
        known: dict[str, object] = {"hours": 4, "language": "de"}
        if department is not None:
            known = {
                name: getattr(department, name) for name in ("name", "email", "deputy_email", "language")
            }
            known["hours"] = department.answer_s / HOUR_S
        super().__init__(data, initial=known)

    def wanted(self) -> verbs.Wanted:
        """Return what was typed, once it is valid."""
        found = dict(self.cleaned_data)
        return verbs.Wanted(answer_s=round(found.pop("hours") * HOUR_S), **found)


@for_role(Role.LEAD)
def departments(request: HttpRequest) -> HttpResponse:
    """List the departments."""
    known = Department.objects.filter(dropped_at=None).order_by("name")
    shown = {
        "departments": [(each, _hours(each)) for each in known],
        "dropped": Department.objects.exclude(dropped_at=None).order_by("name"),
        "server": settings.MAIL is not None,
        "local": not settings.PUBLIC_ADDRESS,
        "at": "departments",
    }
    return render(request, "enquiries/departments.html", shown)


def _hours(department: Department) -> str:
    hours = department.answer_s / HOUR_S
    return number_format(hours, 0 if hours.is_integer() else 2, use_l10n=True)


@for_role(Role.LEAD)
def add(request: HttpRequest) -> HttpResponse:
    """Add a department."""
    return _edited(request, None)


@for_role(Role.LEAD)
def department(request: HttpRequest, number: int) -> HttpResponse:
    """Change a department; POST with `do` drops it or takes it back."""
    known = get_object_or_404(Department, pk=number)
    if request.method == "POST" and request.POST.get("do") in {"drop", "restore"}:
        dropped = request.POST["do"] == "drop"
        verbs.drop_department(known, by=signed_in(request), dropped=dropped)
        said = _("%(name)s is not asked any more.") if dropped else _("%(name)s can be asked again.")
        messages.success(request, said % {"name": known.name})
        return redirect("settings-departments")
    return _edited(request, known)


def _edited(request: HttpRequest, known: Department | None) -> HttpResponse:
    form = DepartmentForm(request.POST if request.method == "POST" else None, known)
    if form.is_valid():
        try:
            verbs.keep_department(form.wanted(), by=signed_in(request), department=known)
        except care.CareError as error:
            form.add_error("name", wording.care_error(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings-departments")
    shown = {"form": form, "department": known, "at": "departments"}
    return render(request, "enquiries/department.html", shown, status=422 if form.is_bound else 200)
