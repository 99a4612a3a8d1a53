"""Settings of a brand's voice: du or Sie, its words, its ready texts, and the automatic answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from resonanz.desk import wording_promises, wording_safety
from resonanz.desk.care import voices
from resonanz.desk.models import Brand, Channel, Role, Voice
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

PATTERNS = {"orders": "order_number", "customers": "customer_number"}
LINES_MOST = 200


def _forms() -> list[tuple[str, str]]:
    return [
        ("", pgettext("voice", "As the customer does")),
        ("du", pgettext("voice", "Always du")),
        ("sie", pgettext("voice", "Always Sie")),
    ]


def _channel_forms() -> list[tuple[str, str]]:
    return [
        ("", pgettext("voice", "No rule")),
        ("du", pgettext("voice", "du")),
        ("sie", pgettext("voice", "Sie")),
    ]


class Lines(forms.CharField):
    """One thing a line."""

    def __init__(self, *, rows: int = 3, **how: Any) -> None:
        widget = forms.Textarea({"rows": rows, "spellcheck": "false"})
        super().__init__(required=False, max_length=20_000, widget=widget, **how)

    def to_python(self, value: Any) -> Any:
        """Return the lines that hold something, each once."""
        lines = [line.strip() for line in (value or "").splitlines()]
        return list(dict.fromkeys(line for line in lines if line))[:LINES_MOST]

    def prepare_value(self, value: Any) -> str:
        """Return the lines as they are typed."""
        return value if isinstance(value, str) else "\n".join(value or ())


class VoiceForm(forms.Form):
    """How a brand speaks. The ready texts are fields beside this form: one for each text and language."""

    form = forms.ChoiceField(
        label=later("Form of address"),
        choices=_forms,
        required=False,
        widget=forms.RadioSelect,
        help_text=later("“As the customer does” follows whoever says du or Sie to you, then the channel."),
    )
    automatic = forms.BooleanField(
        label=later("Answer automatically outside of hours"),
        required=False,
        help_text=later(
            "Once for each matter, in private where the network can, never to machines or to somebody who "
            "did not write to you. It never counts as an answer."
        ),
    )
    email = forms.CharField(label=later("E-mail"), max_length=200, required=False)
    phone = forms.CharField(label=later("Telephone"), max_length=60, required=False)
    contact_form = forms.CharField(
        label=later("Form on your website"),
        max_length=500,
        required=False,
        help_text=later("Begins with https://"),
    )
    own_contacts = Lines(
        label=later("Further numbers and addresses of your own"),
        help_text=later("One a line. They are never taken for a customer's private data."),
    )
    orders = Lines(
        label=later("Your order numbers look like"),
        help_text=later("One a line, # for a digit: NL-######. Between slashes an expression: /NL-\\d{6,8}/"),
    )
    customers = Lines(
        label=later("Your customer numbers look like"), help_text=later("Written in the same way.")
    )
    forbidden_words = Lines(
        label=later("Words to avoid"), help_text=later("One a line. The reply box hints at them.")
    )
    safety_words = Lines(
        label=later("Words that mean danger at your house"),
        help_text=later("One a line, such as a product that is being recalled. They open the safety lane."),
    )
    safety_guidance = forms.CharField(
        label=later("Your own words instead"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        help_text=later(
            "They stand above the reply box in every danger. Empty: the desk's advice stands there."
        ),
    )

    def wanted(self, texts: dict[str, dict[str, str]]) -> voices.Wanted:
        """Return what was filled in."""
        typed = self.cleaned_data
        ways = {"email": typed["email"], "phone": typed["phone"], "form": typed["contact_form"]}
        patterns = [_pattern(kind, line) for name, kind in PATTERNS.items() for line in typed[name]]
        return voices.Wanted(
            form=typed["form"],
            automatic=typed["automatic"],
            private_ways={name: way.strip() for name, way in ways.items() if way.strip()},
            own_contacts=typed["own_contacts"],
            number_patterns=patterns,
            forbidden_words=typed["forbidden_words"],
            safety_words=typed["safety_words"],
            safety_guidance=typed["safety_guidance"].replace("\r\n", "\n").strip(),
            texts=texts,
        )


def _pattern(kind: str, shown: str) -> dict[str, str]:
    """Return a number's pattern as it is kept: the expression, and how a person wrote it."""
    if len(shown) > 2 and shown[0] == shown[-1] == "/":
        return {"kind": kind, "regex": shown[1:-1], "shown": shown}
    expression = re.escape(shown).replace(re.escape("#"), r"\d")
    return {"kind": kind, "regex": rf"\b{expression}\b", "shown": shown}


def _initial(voice: Voice) -> dict[str, object]:
    ways = voice.private_ways
    lines = {
        name: [one.get("shown", f"/{one['regex']}/") for one in voice.number_patterns if one["kind"] == kind]
        for name, kind in PATTERNS.items()
    }
    return lines | {
        "form": voice.form,
        "automatic": voice.automatic,
        "email": ways.get("email", ""),
        "phone": ways.get("phone", ""),
        "contact_form": ways.get("form", ""),
        "own_contacts": voice.own_contacts,
        "forbidden_words": voice.forbidden_words,
        "safety_words": voice.safety_words,
        "safety_guidance": voice.safety_guidance,
    }


@dataclass(frozen=True, slots=True)
class Text:
    """One of the ready texts in one language, as the page shows it."""

    name: str
    language: str
    source: str
    is_own: bool
    error: str
    shown: tuple[tuple[str, str], ...]  # who reads it, and what they read

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"text-{self.name}-{self.language}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A ready text with its languages."""

    label: str
    hint: str
    texts: tuple[Text, ...]


@for_role(Role.LEAD)
def voice(request: HttpRequest) -> HttpResponse:
    """Show and keep how a brand speaks."""
    every = _with_live_channels_first()
    brand = next((one for one in every if str(one.pk) == request.GET.get("brand", "")), every[0])
    known = voices.voice_of(brand)
    form = VoiceForm(request.POST if request.method == "POST" else None, initial=_initial(known))
    texts = _typed(request) if form.is_bound else known.texts
    flaws: dict[str, str] = {}
    if form.is_valid():
        flaws = _keep(request, brand, form, texts)
        if not flaws:
            messages.success(request, _("Saved. It applies at once."))
            response = redirect("settings-voice")
            response["Location"] += f"?brand={brand.pk}"
            return response
    channels = Channel.objects.filter(brand=brand).exclude(network="archive").order_by("handle")
    shown = {
        "form": form,
        "brand": brand,
        "brands": every,
        "subjects": list(_subjects(request, brand, texts, flaws)),
        "advice": [(wording_safety.kind_name(k), wording_safety.advice(k)) for k in wording_safety.KINDS],
        "has_own_advice": bool(known.safety_guidance),
        "channels": [(channel, f"channel-{channel.pk}") for channel in channels],
        "channel_forms": _channel_forms(),
        "at": "voice",
    }
    return render(request, "settings/voice.html", shown, status=422 if form.is_bound else 200)


def _with_live_channels_first() -> list[Brand]:
    live = set(Channel.objects.exclude(network="archive").values_list("brand", flat=True))
    return sorted(Brand.objects.order_by("name"), key=lambda brand: brand.pk not in live)


def _typed(request: HttpRequest) -> dict[str, dict[str, str]]:
    """Return the ready texts that differ from the usual ones."""
    found: dict[str, dict[str, str]] = {}
    for name, languages in voices.TEXTS.items():
        for language, usual in languages.items():
            source = request.POST.get(f"text-{name}-{language}", "").replace("\r\n", "\n").strip()
            if source and source != usual:
                found.setdefault(name, {})[language] = source
    return found


def _keep(
    request: HttpRequest, brand: Brand, form: VoiceForm, texts: dict[str, dict[str, str]]
) -> dict[str, str]:
    """Keep the voice; return what is wrong with which field, nothing where all is kept."""
    agent = signed_in(request)
    try:
        voices.set_voice(brand, form.wanted(texts), by=agent)
    except voices.VoiceRefused as error:
        found = {flaw.place: wording_promises.voice_flaw(flaw) for flaw in error.flaws}
        _mark(form, found)
        return found
    for channel in Channel.objects.filter(brand=brand).exclude(network="archive"):
        chosen = request.POST.get(f"channel-{channel.pk}")
        if chosen in {"", *voices.FORMS} and chosen != channel.form:
            voices.set_channel_form(channel, chosen or "", by=agent)
    return {}


def _mark(form: VoiceForm, found: dict[str, str]) -> None:
    places = {
        "private_ways.email": "email",
        "private_ways.form": "contact_form",
        "number_patterns": "orders",
    }
    for place, name in places.items():
        if place in found:
            form.add_error(name, found[place])


def _subjects(
    request: HttpRequest, brand: Brand, own: dict[str, dict[str, str]], flaws: dict[str, str]
) -> Iterator[Subject]:
    for name, languages in voices.TEXTS.items():
        texts = []
        for language, usual in languages.items():
            source = own.get(name, {}).get(language, "")
            error = flaws.get(f"texts.{name}.{language}", "")
            shown = () if error else tuple(_previews(request, brand, source or usual, language))
            texts.append(Text(name, language, source or usual, bool(source), error, shown))
        yield Subject(*wording_promises.text_name(name), tuple(texts))


def _previews(request: HttpRequest, brand: Brand, source: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield who reads a text and what they read."""
    agent = signed_in(request)
    for form in voices.FORMS if language == "de" else ("du",):
        label = {"du": "du", "sie": "Sie"}[form] if language == "de" else "English"
        yield label, voices.preview(source, language, _form(form), brand=brand, agent=agent)


def _form(form: str) -> voices.Form:
    return "du" if form == "du" else "sie"


@require_POST
@for_role(Role.LEAD)
def preview(request: HttpRequest) -> HttpResponse:
    """Show how a text that is being written reads, or what is wrong with it."""
    brand = Brand.objects.filter(pk=request.GET.get("brand", "0")).first() or Brand.objects.order_by("pk")[0]
    name, language = request.GET.get("name", ""), request.GET.get("language", "")
    if name not in voices.TEXTS or language not in voices.LANGUAGES:
        name, language = "closing", "de"
    field = f"text-{name}-{language}"
    source = request.POST.get(field, "").strip() or voices.TEXTS[name][language]
    flaw = voices.text_flaw(name, source)
    error = "" if flaw is None else wording_promises.voice_flaw(flaw)
    shown = () if flaw else tuple(_previews(request, brand, source, language))
    text = Text(name, language, source, is_own=True, error=error, shown=shown)
    return render(request, "settings/voice_preview.html", {"text": text})
