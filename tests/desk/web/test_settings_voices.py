"""The page of a brand's voice: what is filled in, how it reads at once, and where something is wrong."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.utils import translation

from resonanz.annotate.private_data import find_private_data
from resonanz.case import Urgency
from resonanz.desk import care
from resonanz.desk.care import voices
from resonanz.desk.models import Brand, Channel, Conversation, Voice
from resonanz.desk.web.sorting import safety_of
from tests.cast import ADA, MIA, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
PAGE = "/settings/voice/"


@pytest.fixture
def lead(desk: Desk) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(desk.clara)
    return browser


def filled(**changed: str) -> dict[str, str]:
    """The page's fields as they stand at first, some changed."""
    fields = {
        f"text-{name}-{language}": source
        for name, languages in voices.TEXTS.items()
        for language, source in languages.items()
    }
    return fields | {"form": "", "safety_guidance": ""} | changed


def test_the_page_shows_the_usual_texts_as_customers_read_them(desk: Desk, lead: Client) -> None:
    page = lead.get(PAGE).content.decode()
    assert "bei dir" in page
    assert "bei Ihnen" in page
    assert "Jana Krause" in page
    assert "TelefonSeelsorge" in page
    assert f"Usual on @{desk.channel.handle}" in page


def test_the_page_shows_what_really_stands_above_the_box(desk: Desk, lead: Client) -> None:
    said_ = {"Hilfe, hier brennt es": 2, "Ich will nicht mehr leben": 0, "Mein Konto wurde gehackt": 1}
    page = html.unescape(lead.get(PAGE).content.decode())
    shown = re.findall(r"<dd>(.*?)</dd>", page.split('<dl class="advice">')[1].split("</dl>")[0])
    for number, (text, place) in enumerate(said_.items()):
        post = said(str(number), text, author=(ADA, MIA, OTTO)[number])
        hear(desk.channel, post)
        talk = conversation_of(post)
        care.sort(talk, desk.anna, urgency=Urgency.SAFETY)
        with translation.override("en"):
            above = safety_of(Conversation.objects.get(pk=talk.pk))
        assert above is not None
        assert above.guidance == shown[place]
    assert re.search(r'<textarea name="safety_guidance"[^>]*>\s*</textarea>', page)


def test_own_words_in_danger_replace_the_advice(desk: Desk, lead: Client) -> None:
    assert lead.post(PAGE, filled(safety_guidance="Ruft Clara an.\r\n0151")).status_code == 302
    assert Voice.objects.get().safety_guidance == "Ruft Clara an.\n0151"
    page = lead.get(PAGE).content.decode()
    assert "Your own words stand above the reply box" in page
    assert "Ruft Clara an." in page


def test_agents_do_not_change_it(desk: Desk) -> None:
    browser = Client()
    browser.force_login(desk.anna)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE + "preview/").status_code == 403


def test_saving_nothing_new_keeps_the_usual(desk: Desk, lead: Client) -> None:
    assert lead.post(PAGE, filled()).status_code == 302
    kept = Voice.objects.get()
    assert (kept.texts, kept.safety_guidance, kept.automatic, kept.form) == ({}, "", False, "")


def test_everything_filled_in_is_kept_and_comes_back(desk: Desk, lead: Client) -> None:
    form = filled(
        form="du",
        automatic="on",
        email="hilfe@nordlicht.example",
        contact_form="https://nordlicht.example/hilfe",
        own_contacts="040 123456\r\n\r\n040 123456\r\n",
        orders="NL-######\r\n/A[0-9]{4}/",
        customers="K#####",
        forbidden_words="leider\nunmöglich",
        safety_words="Akku",
    )
    form["text-closing-de"] = "Bis bald, {name}!"
    form[f"channel-{desk.channel.pk}"] = "sie"
    assert lead.post(PAGE, form)["Location"] == f"{PAGE}?brand={desk.brand.pk}"
    kept = Voice.objects.get()
    assert (kept.form, kept.automatic, kept.texts) == ("du", True, {"closing": {"de": "Bis bald, {name}!"}})
    assert kept.private_ways == {
        "email": "hilfe@nordlicht.example",
        "form": "https://nordlicht.example/hilfe",
    }
    assert (kept.own_contacts, kept.forbidden_words, kept.safety_words) == (
        ["040 123456"],
        ["leider", "unmöglich"],
        ["Akku"],
    )
    assert Channel.objects.get().form == "sie"
    page = lead.get(PAGE).content.decode()
    for word in ("NL-######", "/A[0-9]{4}/", "K#####", "your own words", "Bis bald, Jana!"):
        assert word in page
    question = said("1", "Hallo")
    hear(desk.channel, question)
    patterns = voices.guards_voice(conversation_of(question)).patterns
    found = find_private_data("Bestellung NL-123456, Kunde K12345, Teil A1234", patterns=patterns)
    assert [one.kind for one in found] == ["order_number", "customer_number", "order_number"]


def test_a_text_that_cannot_be_read_says_where_and_keeps_what_was_typed(desk: Desk, lead: Client) -> None:
    form = filled(orders="/NL-[/", email="nobody", forbidden_words="leider")
    form["text-acknowledge-de"] = "Hallo {nam}, bis {due}"
    answer = lead.post(PAGE, form)
    page = answer.content.decode()
    assert (answer.status_code, Voice.objects.count()) == (422, 0)
    assert "At character 8, “nam”" in page
    assert "is no pattern" in page
    assert "“nobody” is no address" in page
    assert "Hallo {nam}, bis {due}" in page
    assert "\nleider</textarea>" in page


def test_the_preview_reads_along(desk: Desk, lead: Client) -> None:
    address = PAGE + f"preview/?brand={desk.brand.pk}&name=acknowledge&language="
    german = lead.post(
        address + "de", {"text-acknowledge-de": "{du:Du|sie:Sie}, {name}: {due}"}
    ).content.decode()
    assert re.findall(r"<dt>(\w+)</dt><dd[^>]*>([^:]*)", german) == [
        ("du", "Du, Jana"),
        ("Sie", "Sie, Jana Krause"),
    ]
    english = lead.post(address + "en", {"text-acknowledge-en": "By {due}"}).content.decode()
    assert re.findall(r"<dt>(\w+)</dt>", english) == ["English"]
    wrong = lead.post(address + "de", {"text-acknowledge-de": "{name"}).content.decode()
    assert "this brace is never closed" in wrong
    missing = lead.post(address + "de", {"text-acknowledge-de": "Hallo"}).content.decode()
    assert "{due} has to stand in this text." in missing
    usual = lead.post(PAGE + "preview/?name=nonsense").content.decode()
    assert "<dt>Sie</dt>" in usual


def test_a_machine_has_to_say_what_it_is(desk: Desk, lead: Client) -> None:
    form = filled()
    form["text-automatic-de"] = "Wir sind gerade nicht da."
    assert "Say in the text that it is automatic" in lead.post(PAGE, form).content.decode()


def test_brands_have_voices_of_their_own(desk: Desk, lead: Client) -> None:
    other = Brand.objects.create(name="Fjord")
    lead.post(f"{PAGE}?brand={other.pk}", filled(form="sie"))
    assert list(Voice.objects.values_list("brand__name", "form")) == [("Fjord", "sie")]
    assert "Fjord</option>" in lead.get(PAGE).content.decode()
