"""How a brand speaks: du or Sie, its words, and the texts it says when an agent presses one key.

Texts are phrases (`resonanz.phrases`): du, Sie and variables from one source, in German and English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Literal, cast

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from resonanz import guards
from resonanz.annotate.address_form import form_for_reply
from resonanz.annotate.language import spoken
from resonanz.annotate.private_data import OwnPattern
from resonanz.desk.care.base import CareError, expect_lead
from resonanz.desk.models import Agent, Brand, Channel, Conversation, Mention, Voice
from resonanz.desk.prepared import prepared
from resonanz.desk.understood import BITS, switched_off
from resonanz.phrases import PhraseError, greeting_name, parse

Form = Literal["du", "sie"]
FORMS = ("du", "sie")
LANGUAGES = ("de", "en")
VARIABLES = frozenset({"name", "brand", "agent", "due", "link", "ways", "opens"})
TEXT_LENGTH_MOST = 2_000  # characters of a text's source
WAYS = ("email", "phone", "form")
LAST_SAID = 3  # posts of a customer that tell in which language they write

# Each text that the desk has ready, as it comes with it. Brands change them in their settings.
TEXTS: dict[str, dict[str, str]] = {
    "acknowledge": {
        "de": "{du:{Hallo|Hi}|sie:{Guten Tag|Hallo}} {name}, wir sind dran und "
        "{du:melden uns bis {due} bei dir|sie:melden uns bis {due} bei Ihnen}.",
        "en": "{Hello|Hi} {name}, we are on it and will get back to you by {due}.",
    },
    "automatic": {
        "de": "Automatische Antwort: Unser Team ist gerade nicht im Dienst. "
        "{du:Wir lesen deine Nachricht|sie:Wir lesen Ihre Nachricht} ab {opens} "
        "und antworten dann persönlich.",
        "en": "Automatic answer: our team is off duty right now. "
        "We read your message from {opens} on and will answer in person.",
    },
    "automatic_danger": {
        "de": "Automatische Antwort: Unser Team ist gerade nicht im Dienst. In Gefahr bitte sofort den "
        "Notruf 112 rufen; die TelefonSeelsorge ist Tag und Nacht da: 0800 1110111. "
        "{du:Wir lesen deine Nachricht|sie:Wir lesen Ihre Nachricht} ab {opens}.",
        "en": "Automatic answer: our team is off duty right now. In danger please call 112 at once; "
        "someone to talk to is found day and night at findahelpline.com. "
        "We read your message from {opens} on.",
    },
    "invite": {
        "de": "{du:{Hallo|Hi}|sie:{Guten Tag|Hallo}} {name}, "
        "{du:schreib|sie:schreiben Sie} uns das bitte hier in einer "
        "privaten Nachricht, dann schauen wir uns {du:deinen Fall|sie:Ihren Fall} an.",
        "en": "{Hello|Hi} {name}, please tell us here in a private message, then we can look into it.",
    },
    "ways": {
        "de": "{du:{Hallo|Hi}|sie:{Guten Tag|Hallo}} {name}, "
        "{du:melde dich|sie:melden Sie sich} damit bitte direkt bei uns: "
        "{ways}",
        "en": "{Hello|Hi} {name}, please contact us about this directly: {ways}",
    },
    "remove_own": {
        "de": "{du:{Hallo|Hi}|sie:{Guten Tag|Hallo}} {name}, "
        "in {du:deinem|sie:Ihrem} öffentlichen Beitrag stehen persönliche Angaben. "
        "{du:Lösch ihn bitte zu deinem Schutz und schreib|sie:Löschen Sie ihn bitte zu Ihrem Schutz und "
        "schreiben Sie} uns privat.",
        "en": "{Hello|Hi} {name}, your public post contains personal details. Please delete it for your own "
        "protection and write to us in private.",
    },
    "closing": {
        "de": "{Schön, dass es geklappt hat|Gern geschehen|Das freut uns}, {name}. Falls noch etwas ist: "
        "{du:schreib uns einfach wieder|sie:schreiben Sie uns einfach wieder}.",
        "en": "{Glad that it worked out|You are welcome}, {name}. "
        "If there is anything else, just write again.",
    },
}
# What a text has to hold, in any writing: an automatic answer says that it is one.
NEEDED = {
    "acknowledge": "{due}",
    "automatic": "automat",
    "automatic_danger": "automat",
    "ways": "{ways}",
}


@dataclass(frozen=True, slots=True)
class Address:
    """How a customer is addressed, and whose rule that is: `brand`, `customer`, `channel` or `usual`."""

    form: Form
    why: str


def voice_of(brand: Brand) -> Voice:
    """Return a brand's voice; one with the usual texts where nobody has set any. Writes nothing."""
    return next(iter(_voices(brand.pk)), None) or Voice(brand=brand)


@prepared
def _voices(brand: int) -> QuerySet[Voice]:
    return Voice.objects.filter(brand=brand)


def address_for(conversation: Conversation, voice: Voice | None = None) -> Address:
    """Return how to address a conversation's customer: brand rule, then as they do, then the channel's.

    How they do it does not count where that is switched off.
    """
    known = voice or voice_of(conversation.brand)
    rules = {
        "brand": _form(known.form),
        "customer": "none" if "address_form" in switched_off() else _form(conversation.customer.form),
        "channel": _form(conversation.channel.form),
    }
    form = form_for_reply(rules["brand"], rules["customer"], rules["channel"])
    if form == "none":
        return Address("sie", "usual")
    return Address(form, next(why for why, rule in rules.items() if rule == form))


def _form(stored: str) -> Literal["du", "sie", "none"]:
    return cast(Form, stored) if stored in FORMS else "none"


def form_for(conversation: Conversation) -> Form:
    """Return `du` or `sie` for a conversation's customer."""
    return address_for(conversation).form


def language_of(conversation: Conversation) -> str:
    """Return in which of LANGUAGES a customer writes: English if the last posts say so, else German.

    What somebody said of a post's language counts before all else.
    """
    corrects = 0 if "language" in switched_off() else BITS["language"]
    found = ""
    for network, text, noted, by_hand in _last_said(conversation.pk):
        found = (noted or "") if (by_hand or 0) & corrects else network or spoken(text)
        if found:
            break
    return "en" if found.startswith("en") else "de"


def spoken_in(posts: Iterable[Mention]) -> str:
    """Return the language of the first of some posts that has one, "" where none has.

    It is what the network says, else what the words say: many programs send no language along.
    """
    return next((found for post in posts if (found := post.language or spoken(post.text))), "")


@prepared
def _last_said(talk: int) -> QuerySet[Mention, tuple[str, str, str | None, int | None]]:
    said = Mention.objects.filter(conversation=talk, incoming=True).order_by("-order")
    return said.values_list("language", "text", "annotation__language", "annotation__by_hand")[:LAST_SAID]


def text_of(voice: Voice, name: str, language: str) -> str:
    """Return the source of one of TEXTS: the brand's own, else the usual."""
    own = voice.texts.get(name, {}).get(language, "")
    return own or TEXTS[name][language]


def values_for(conversation: Conversation, agent: Agent | None, language: str, form: Form) -> dict[str, str]:
    """Return what the variables of a text mean in a conversation."""
    ways = voice_of(conversation.brand).private_ways
    return {
        "name": greeting_name(conversation.customer.shown_name, form="du" if language == "en" else form),
        "brand": conversation.brand.name,
        "agent": "" if agent is None else agent.first_name,
        "due": "",
        "link": "",
        "opens": "",
        "ways": " · ".join(str(ways[way]) for way in ("email", "phone", "form") if ways.get(way)),
    }


def rendered(source: str, conversation: Conversation, agent: Agent | None, /, **values: str) -> str:
    """Return a phrase as this customer reads it; raises phrases.PhraseError."""
    language, form = language_of(conversation), form_for(conversation)
    known = values_for(conversation, agent, language, form) | values
    return parse(source, variables=VARIABLES).render(form=form, values=known, seed=conversation.pk)


def render(conversation: Conversation, name: str, agent: Agent | None = None, /, **values: str) -> str:
    """Return one of TEXTS as this customer reads it."""
    source = text_of(voice_of(conversation.brand), name, language_of(conversation))
    return rendered(source, conversation, agent, **values)


def moment(at: datetime, language: str, zone: tzinfo | None = None) -> str:
    """Return a time as customers read it, in a zone (else the desk's): the time alone today, else the day."""
    with override(language):
        local = timezone.localtime(at, zone)
        clock = f"{local:%H:%M}" + (" Uhr" if language == "de" else "")
        days = (local.date() - timezone.localdate(timezone=zone)).days
        if days == 0:
            return clock
        if days == 1:
            return f"morgen, {clock}" if language == "de" else f"tomorrow, {clock}"
        return f"{date_format(local, 'l, j. F' if language == 'de' else 'l, j F')}, {clock}"


# Changing it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A voice as a lead wants it; the fields are those of the model."""

    form: str = ""
    forbidden_words: list[str] = field(default_factory=list)
    number_patterns: list[dict[str, str]] = field(default_factory=list)
    own_contacts: list[str] = field(default_factory=list)
    private_ways: dict[str, str] = field(default_factory=dict)
    safety_words: list[str] = field(default_factory=list)
    safety_guidance: str = ""
    automatic: bool = False
    texts: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a wanted voice. `place` is the field, with a text's name and language.

    Codes: those of phrases (facts position, found), `too_long` (length, limit), `needed` (found),
    `pattern` (found, problem), `address` (found).
    """

    place: str
    code: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


class VoiceRefused(CareError):
    """A voice that cannot be kept; `flaws` say what and where."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__("voice")
        self.flaws = flaws


def flaws_of(wanted: Wanted) -> tuple[Flaw, ...]:
    """Return everything that is wrong with a wanted voice."""
    return tuple(flaw for look in _LOOKS for flaw in look(wanted))


def set_voice(brand: Brand, wanted: Wanted, *, by: Agent) -> Voice:
    """Keep how a brand speaks. CareError: `lead_needed`; VoiceRefused with all that is wrong."""
    expect_lead(by)
    if flaws := flaws_of(wanted):
        raise VoiceRefused(flaws)
    return Voice.objects.update_or_create(brand=brand, defaults=asdict(wanted))[0]


def set_channel_form(channel: Channel, form: str, *, by: Agent) -> None:
    """Keep how customers are usually addressed on a channel: one of FORMS, or "" for no rule."""
    expect_lead(by)
    if form not in {"", *FORMS}:
        raise CareError("not_known")
    Channel.objects.filter(pk=channel.pk).update(form=form)


def text_flaw(name: str, source: str) -> Flaw | None:
    """Return what is wrong with the source of one of TEXTS, None where all is well; `place` is left empty."""
    if len(source) > TEXT_LENGTH_MOST:
        return Flaw("", "too_long", {"length": len(source), "limit": TEXT_LENGTH_MOST})
    try:
        parse(source, variables=VARIABLES)
    except PhraseError as error:
        return Flaw("", error.code, {"position": error.position, "found": error.found})
    needed = NEEDED.get(name, "")
    if needed not in source.lower().replace(" ", ""):
        return Flaw("", "needed", {"found": needed})
    return None


def _text_flaws(wanted: Wanted) -> Iterator[Flaw]:
    for name, languages in wanted.texts.items():
        for language, source in languages.items():
            flaw = text_flaw(name, source) if source else None
            if flaw is not None:
                yield Flaw(f"texts.{name}.{language}", flaw.code, flaw.facts)


def _pattern_flaws(wanted: Wanted) -> Iterator[Flaw]:
    for pattern in wanted.number_patterns:
        try:
            OwnPattern(cast("Literal['order_number']", pattern["kind"]), pattern["regex"])
        except ValueError as error:
            yield Flaw(
                "number_patterns", "pattern", {"found": pattern["regex"], "problem": _reason(str(error))}
            )


def _reason(sentence: str) -> str:
    return sentence.rpartition(": ")[2]


def _way_flaws(wanted: Wanted) -> Iterator[Flaw]:
    address, form = wanted.private_ways.get("email", ""), wanted.private_ways.get("form", "")
    if address and ("@" not in address or " " in address):
        yield Flaw("private_ways.email", "address", {"found": address})
    if form and not form.startswith("https://"):
        yield Flaw("private_ways.form", "address", {"found": form})


_LOOKS: tuple[Callable[[Wanted], Iterator[Flaw]], ...] = (_text_flaws, _pattern_flaws, _way_flaws)


def preview(source: str, language: str, form: Form, *, brand: Brand, agent: Agent) -> str:
    """Return how a text reads to an invented customer; raises phrases.PhraseError."""
    at = moment(timezone.now().replace(minute=0) + timedelta(hours=2), language)
    values = {
        "name": greeting_name("Jana Krause", form=form),
        "brand": brand.name,
        "agent": agent.first_name,
        "due": at,
        "link": "https://example.org",
        "ways": " · ".join(voice_of(brand).private_ways.values()) or "service@example.org",
        "opens": at,
    }
    return parse(source, variables=VARIABLES).render(form=form, values=values, seed=0)


# For the guards ----------------------------------------------------------------------------------


def guards_voice(conversation: Conversation) -> guards.Voice:
    """Return what the guards of outgoing texts need to know of a conversation's brand and customer."""
    voice = voice_of(conversation.brand)
    english = language_of(conversation) == "en"
    return guards.Voice(
        form="none" if english else address_for(conversation, voice).form,
        forbidden_words=tuple(voice.forbidden_words),
        patterns=tuple(OwnPattern(one["kind"], one["regex"]) for one in voice.number_patterns),
        own_contacts=(*voice.own_contacts, *(str(way) for way in voice.private_ways.values())),
    )
