"""How a brand speaks: which form, which language, its texts, and what cannot be kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.compose import length
from resonanz.desk import care
from resonanz.desk.care import voices
from resonanz.desk.care.voices import LANGUAGES, NEEDED, TEXTS, VARIABLES, Wanted
from resonanz.desk.models import Channel, Conversation, Voice
from resonanz.phrases import parse
from resonanz.post import Limits
from tests.cast import Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(desk: Desk) -> Conversation:
    question = said("1", "Wo bleibt mein Paket?")
    hear(desk.channel, question)
    return conversation_of(question)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_texts_can_be_read_hold_what_they_need_and_fit_a_post(name: str, language: str) -> None:
    source = TEXTS[name][language]
    assert voices.text_flaw(name, source) is None
    phrase = parse(source, variables=VARIABLES)
    assert phrase.has_forms or language == "en" or name not in {"acknowledge", "automatic", "invite", "ways"}
    values = dict.fromkeys(VARIABLES, "x" * 24)
    for form in voices.FORMS:
        for seed in range(phrase.variants_count):
            said_so = phrase.render(form="du" if form == "du" else "sie", values=values, seed=seed)
            assert length(said_so, Limits(length=500)) <= 420, said_so


def test_precedence_is_brand_then_customer_then_channel_then_sie(case: Conversation) -> None:
    def now() -> tuple[str, str]:
        found = voices.address_for(Conversation.objects.get(pk=case.pk))
        return found.form, found.why

    assert now() == ("sie", "usual")
    Channel.objects.update(form="du")
    assert now() == ("du", "channel")
    case.customer.form = "sie"
    case.customer.save()
    assert now() == ("sie", "customer")
    Voice.objects.create(brand=case.brand, form="du")
    assert now() == ("du", "brand")


def test_a_times_words_depend_on_the_day() -> None:
    today = timezone.localtime().replace(hour=16, minute=0, second=0, microsecond=0)
    assert voices.moment(today, "de") == "16:00 Uhr"
    assert voices.moment(today, "en") == "16:00"
    assert voices.moment(today + timedelta(days=1), "de") == "morgen, 16:00 Uhr"
    assert voices.moment(today + timedelta(days=1), "en") == "tomorrow, 16:00"
    far = today + timedelta(days=3)
    assert voices.moment(far, "de").endswith(", 16:00 Uhr")
    assert str(far.day) in voices.moment(far, "de")


def test_a_voice_is_kept_by_leads_and_used(case: Conversation, desk: Desk) -> None:
    wanted = Wanted(
        form="du", texts={"closing": {"de": "Tschüss, {name}!"}}, private_ways={"email": "a@b.example"}
    )
    with pytest.raises(care.CareError, match="lead_needed"):
        voices.set_voice(desk.brand, wanted, by=desk.anna)
    voices.set_voice(desk.brand, wanted, by=desk.clara)
    voices.set_voice(desk.brand, wanted, by=desk.clara)
    assert Voice.objects.count() == 1
    assert voices.render(case, "closing", desk.anna) == "Tschüss, Ada!"
    assert "wir sind dran" in voices.render(case, "acknowledge", desk.anna, due="16 Uhr")
    assert voices.guards_voice(case).own_contacts == ("a@b.example",)


@pytest.mark.parametrize(
    ("wanted", "flaws"),
    [
        (
            Wanted(texts={"acknowledge": {"de": "Hallo {nam}, bis {due}"}}),
            [("texts.acknowledge.de", "unknown_variable", {"position": 7, "found": "nam"})],
        ),
        (
            Wanted(texts={"acknowledge": {"de": "Wir sind dran.", "en": "On it, { due }"}}),
            [("texts.acknowledge.de", "needed", {"found": "{due}"})],
        ),
        (
            Wanted(texts={"automatic": {"en": "Nobody is here."}}),
            [("texts.automatic.en", "needed", {"found": "automat"})],
        ),
        (
            Wanted(texts={"closing": {"de": "x" * 2001, "en": ""}}),
            [("texts.closing.de", "too_long", {"length": 2001, "limit": 2000})],
        ),
        (
            Wanted(number_patterns=[{"kind": "order_number", "regex": "NL-["}]),
            [("number_patterns", "pattern", None)],
        ),
        (
            Wanted(private_ways={"email": "uns", "form": "http://nordlicht.example", "phone": "040 1"}),
            [("private_ways.email", "address", {"found": "uns"}), ("private_ways.form", "address", None)],
        ),
    ],
)
def test_what_cannot_be_kept_is_told_with_its_place(
    desk: Desk, wanted: Wanted, flaws: list[tuple[str, str, dict[str, object] | None]]
) -> None:
    with pytest.raises(voices.VoiceRefused) as refused:
        voices.set_voice(desk.brand, wanted, by=desk.clara)
    found = refused.value.flaws
    assert [(flaw.place, flaw.code) for flaw in found] == [(place, code) for place, code, _facts in flaws]
    for flaw, (_place, _code, facts) in zip(found, flaws, strict=True):
        assert facts is None or dict(flaw.facts) == facts
    assert Voice.objects.count() == 0


def test_a_channels_form_is_kept_by_leads(desk: Desk) -> None:
    voices.set_channel_form(desk.channel, "du", by=desk.clara)
    assert Channel.objects.get().form == "du"
    with pytest.raises(care.CareError, match="not_known"):
        voices.set_channel_form(desk.channel, "ihr", by=desk.clara)
    with pytest.raises(care.CareError, match="lead_needed"):
        voices.set_channel_form(desk.channel, "", by=desk.anna)


def test_what_is_needed_is_asked_of_known_texts_only() -> None:
    assert set(NEEDED) <= set(TEXTS)
