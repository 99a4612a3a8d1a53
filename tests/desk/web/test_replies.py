"""The reply box's pages: strip, stops, files, finder, saved replies, and which guards are worth it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from PIL import Image

from resonanz.desk import care, events
from resonanz.desk.care import attachments, guards, saved
from resonanz.desk.models import Attachment, Delivery, SavedReply, Unsent
from resonanz.desk.wording_replies import reaction_words
from resonanz.post import Audience
from tests import fake as network
from tests.cast import ADA, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from resonanz.desk.models import Agent, Conversation
    from tests.fake import World

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def case(desk: Desk, fake: World) -> Conversation:
    question = said("1", "Wo bleibt mein Paket? Meine Nummer: 0171 2345678", at=timezone.now())
    hear(desk.channel, question)
    return conversation_of(question)


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def html(response: HttpResponseBase) -> str:
    return b"".join(response).decode()


def words(response: HttpResponseBase) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(response))).strip()


def picture() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(written, "PNG")
    return SimpleUploadedFile("karton.png", written.getvalue())


def told(response: HttpResponseBase) -> dict[str, object]:
    found: dict[str, object] = json.loads(response["HX-Trigger"])["resonanz:done"]
    return found


def test_the_strip_says_what_is_to_be_looked_at_and_mostly_nothing(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    path = f"/c/{case.pk}/check"
    assert words(client.post(path, {"text": "Kommt morgen."})) == ""
    assert html(client.post(path, {"text": "  "})) == ""
    assert words(client.post(path, {"text": "Kommt morgen!!!"})).startswith("One mark is enough: “!!!”")
    page = html(client.post(path, {"text": "Wir erreichen Sie unter 0171 2345678."}))
    assert 'class="hint hard"' in page
    assert 'data-from="24" data-to="36"' in page
    private = client.post(path, {"text": "Wir erreichen Sie unter 0171 2345678.", "audience": "0"})
    assert words(private) == ""


def test_the_strip_offers_parts_and_shows_them(case: Conversation, desk: Desk) -> None:
    text = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 25))
    page = signed_in(desk.anna).post(f"/c/{case.pk}/check", {"text": text})
    assert "It fits into 3." in words(page)
    assert html(page).count("/ 500</span>") == 3
    assert "Shorten it." in words(signed_in(desk.anna).post(f"/c/{case.pk}/check", {"text": "x" * 99_999}))


def test_a_stop_comes_with_what_the_same_key_sends_back(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    form = {"text": "Wir erreichen Sie unter 0171 2345678!!!", "seen": str(events.newest())}
    refused = client.post(f"/c/{case.pk}/reply", form, headers=HTMX)
    assert refused.status_code == 422
    despite = re.findall(r'name="despite" value="([^"]+)"', html(refused))
    assert [one.split(":")[0] for one in despite] == ["private_data", "repeated_punctuation"]
    assert "The same key again sends it all the same." in words(refused)
    sent = client.post(f"/c/{case.pk}/reply", form | {"despite": despite}, headers=HTMX)
    assert (sent.status_code, Delivery.objects.count()) == (204, 1)


def test_without_a_script_the_whole_page_comes_back_with_text_and_reason(
    case: Conversation, desk: Desk
) -> None:
    client = signed_in(desk.anna)
    page = html(client.post(f"/c/{case.pk}/reply", {"text": "Kommt morgen!!!"}))
    assert "Kommt morgen!!!</textarea>" in page
    assert 'name="despite" value="repeated_punctuation:' in page


def test_words_of_another_tab_are_handed_back(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    first = told(client.post(f"/c/{case.pk}/unsent", {"text": "Eins", "known": "0"}, headers=HTMX))
    assert first["aside"] == ""
    Unsent.objects.update(text="Zwei", written_at=timezone.now() + timedelta(seconds=2))
    again = told(
        client.post(f"/c/{case.pk}/unsent", {"text": "Eins und", "known": first["kept"]}, headers=HTMX)
    )
    assert (again["aside"], Unsent.objects.get().text) == ("Zwei", "Eins und")


def test_each_network_has_its_own_words_for_reactions(monkeypatch: pytest.MonkeyPatch, fake: World) -> None:
    with translation.override("en"):
        mine = [reaction_words(name, "mastodon") for name in ("favourite", "unboost")]
        monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, reactions="like"))
        others = [reaction_words(name, "mastodon") for name in ("favourite", "unboost")]
    assert mine == [("Favourite", "favourited", "Favourited"), ("Boost", "boosted", "Boosted")]
    assert others == [("Like", "liked", "Liked"), ("Repost", "reposted", "Reposted")]


# To private, reactions ---------------------------------------------------------------------------


def test_moving_to_private_prepares_the_invitation_and_can_be_undone(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    done = told(client.post(f"/c/{case.pk}/private", headers=HTMX))
    invite = done["invite"]
    assert isinstance(invite, dict)
    assert invite["exposed"] == "Everybody can read a telephone number in the customer's post."
    assert set(invite) == {"text", "delete", "exposed"}
    page = html(client.get(f"/c/{case.pk}/"))
    assert '<p class="audience private">' in page
    assert 'data-open-audience="3"' in page
    undo = done["undo"]
    assert isinstance(undo, dict)
    client.post(undo["url"], headers=HTMX)
    page = html(client.get(f"/c/{case.pk}/"))
    assert '<p class="audience public">' in page
    assert "data-open-audience" not in page


def test_an_answer_in_public_has_to_be_named(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    client.post(f"/c/{case.pk}/private", headers=HTMX)
    client.post(
        f"/c/{case.pk}/reply", {"text": "Wir haben privat geantwortet.", "audience": "3"}, headers=HTMX
    )
    client.post(f"/c/{case.pk}/reply", {"text": "Danke.", "audience": ""}, headers=HTMX)
    assert list(Delivery.objects.order_by("pk").values_list("audience", flat=True)) == [
        Audience.PUBLIC,
        Audience.DIRECT,
    ]


def test_a_favourite_says_whether_somebody_still_waits(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    done = told(client.post(f"/c/{case.pk}/react", {"reaction": "favourite"}, headers=HTMX))
    assert done["say"] == "Favourited; the customer still waits for an answer"
    page = html(client.get(f"/c/{case.pk}/"))
    assert "favourited · being sent" in re.sub(r"<[^>]+>", "", page)
    assert 'class="post ours outgo' not in page
    client.post(f"/d/{Delivery.objects.get().pk}/unreact", headers=HTMX)
    assert Delivery.objects.get().state == "cancelled"
    refused = client.post(f"/c/{case.pk}/react", {"reaction": "applause"}, headers=HTMX)
    assert refused.status_code == 422


# Files -------------------------------------------------------------------------------------------


def test_a_picture_is_brought_described_shown_and_taken_away(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    listed = html(client.post(f"/c/{case.pk}/attach", {"file": picture()}))
    (attached,) = Attachment.objects.all()
    assert f'src="/file/{attached.pk}/"' in listed
    shown = client.get(f"/file/{attached.pk}/")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(shown).startswith(b"\x89PNG")
    client.post(f"/file/{attached.pk}/describe", {f"alt-{attached.pk}": "Ein Karton"})
    assert 'value="Ein Karton"' in html(client.get(f"/c/{case.pk}/"))
    gone = client.post(f"/file/{attached.pk}/detach")
    assert (html(gone).strip(), told(gone)["say"]) == ("", "File taken away")
    back = told(gone)["undo"]
    assert isinstance(back, dict)
    client.post(back["url"])
    assert list(attachments.beside(case, desk.anna)) == [attached]


def test_a_file_that_cannot_go_is_refused_in_words(case: Conversation, desk: Desk) -> None:
    hostile = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")
    page = signed_in(desk.anna).post(f"/c/{case.pk}/attach", {"file": hostile})
    assert "neither a picture nor a film" in words(page)
    assert Attachment.objects.count() == 0


def test_a_file_that_was_sent_long_ago_is_gone_and_its_page_too(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    client.post(f"/c/{case.pk}/attach", {"file": picture()})
    kept = Attachment.objects.get()
    assert b"".join(client.get(f"/file/{kept.pk}/")).startswith(b"\x89PNG")
    Attachment.objects.update(file="")
    assert client.get(f"/file/{kept.pk}/").status_code == 404


def test_nobody_else_sees_files_beside_unsent_words(case: Conversation, desk: Desk) -> None:
    signed_in(desk.anna).post(f"/c/{case.pk}/attach", {"file": picture()})
    number = Attachment.objects.get().pk
    for path in (f"/file/{number}/", f"/file/{number}/detach"):
        ben = signed_in(desk.ben)
        assert (ben.get(path) if path.endswith("/") else ben.post(path)).status_code == 404
    care.reply(
        case, desk.anna, care.Reply(text="So.", despite=[guards.file_stops(case, desk.anna)[0].despite])
    )
    shown = signed_in(desk.ben).get(f"/file/{number}/")
    assert b"".join(shown).startswith(b"\x89PNG")


# Saved replies -----------------------------------------------------------------------------------


def test_writing_a_saved_reply_down_and_finding_it_in_the_box(case: Conversation, desk: Desk) -> None:
    clara = signed_in(desk.clara)
    form = {
        "title": "Sendung hängt fest",
        "text": "{du:Schick uns deine|sie:Schicken Sie uns Ihre} Nummer, {name}.",
        "text_en": "",
        "facts": "Ticket 4711",
        "source": "",
        "valid_until": "",
        "brand": "",
    }
    assert clara.post("/replies/new/", form)["Location"] == "/replies/"
    assert "approved" in words(clara.get("/replies/"))
    found = html(signed_in(desk.anna).get(f"/c/{case.pk}/saved?words=sendung"))
    assert "Schicken Sie uns Ihre Nummer, Ada Lamm." in found
    assert 'data-facts="Ticket 4711"' in found
    piece = SavedReply.objects.get()
    other = signed_in(desk.anna).get(f"/c/{case.pk}/saved/{piece.pk}?form=du")
    assert other.json() == {"text": "Schick uns deine Nummer, Ada."}
    assert "No saved reply has “xyz”." in words(signed_in(desk.anna).get(f"/c/{case.pk}/saved?words=xyz"))


def test_a_text_that_cannot_be_read_names_the_place(desk: Desk) -> None:
    form = {"title": "x", "text": "Hallo {nam}", "text_en": "", "facts": "", "source": "", "brand": ""}
    page = signed_in(desk.anna).post("/replies/new/", form)
    assert page.status_code == 422
    assert "At character 8, “nam”: there is no such variable" in words(page)
    assert SavedReply.objects.count() == 0


def test_the_preview_reads_as_customers_do(desk: Desk) -> None:
    page = signed_in(desk.anna).post(
        "/replies/preview/", {"title": "", "text": "{du:du|sie:Sie}, {name}", "text_en": "you, {name"}
    )
    assert words(page) == (
        "du du, Robin Sie Sie, Robin Muster English At character 6, “{name”: this brace is never closed."
    )


def test_an_agents_words_wait_for_the_lead_and_expired_ones_warn(desk: Desk) -> None:
    piece = saved.save(desk.anna, saved.Piece(title="Von Anna", text="Gern."))
    old = saved.Piece(title="Alt", text="Früher.", valid_until=timezone.localdate() - timedelta(days=1))
    saved.save(desk.clara, old)
    page = words(signed_in(desk.clara).get("/replies/"))
    assert "1 waits for your approval." in page
    assert "1 has expired and is no longer offered." in page
    signed_in(desk.ben).post(f"/replies/{piece.pk}/approve")
    assert SavedReply.objects.get(pk=piece.pk).approved_at is None
    signed_in(desk.clara).post(f"/replies/{piece.pk}/approve")
    assert SavedReply.objects.get(pk=piece.pk).approved_by == desk.clara
    signed_in(desk.clara).post(f"/replies/{piece.pk}/drop")
    assert "Von Anna" in words(signed_in(desk.clara).get("/replies/?show=dropped"))
    assert "Use again" in words(signed_in(desk.clara).get("/replies/?show=dropped"))


def test_the_box_hints_at_an_expired_piece(case: Conversation, desk: Desk) -> None:
    passed = timezone.localdate() - timedelta(days=1)
    piece = saved.save(desk.clara, saved.Piece(title="Alt", text="Früher.", valid_until=passed))
    client = signed_in(desk.anna)
    form = {"text": "Früher.", "saved": piece.pk}
    assert "“Alt” was valid until" in words(client.post(f"/c/{case.pk}/check", form))
    assert "was valid until" not in words(client.post(f"/c/{case.pk}/check", form | {"saved": ""}))
    refused = client.post(f"/c/{case.pk}/reply", form, headers=HTMX)
    assert (refused.status_code, "“Alt” was valid until" in words(refused)) == (422, True)
    assert "Expired saved reply" in words(client.get("/reports/guards/"))


def test_the_bell_of_an_expired_piece_leads_to_the_saved_replies(desk: Desk) -> None:
    passed = timezone.localdate() - timedelta(days=1)
    saved.save(desk.clara, saved.Piece(title="Alt", text="Früher.", valid_until=passed))
    assert saved.expire_next()
    client = signed_in(desk.clara)
    facts = client.get("/bell/", headers={"accept": "application/json"}).json()
    assert (facts["count"], facts["newest"]["url"]) == (1, "/replies/")
    assert "a saved reply that you look after has expired" in words(client.get("/bell/"))
    assert client.post("/bell/", {"kind": "expired"})["Location"] == "/replies/"
    assert client.get("/bell/", headers={"accept": "application/json"}).json()["count"] == 0


# Guards ------------------------------------------------------------------------------------------


def test_the_report_shows_which_guards_are_overridden(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    assert "No guard has stopped a reply" in words(client.get("/reports/guards/"))
    form = {"text": "Kommt morgen!!!"}
    refused = html(client.post(f"/c/{case.pk}/reply", form, headers=HTMX))
    despite = re.findall(r'name="despite" value="([^"]+)"', refused)
    client.post(f"/c/{case.pk}/reply", form | {"despite": despite}, headers=HTMX)
    page = words(client.get("/reports/guards/"))
    assert "Many marks !!! and ??? 1 1 100 %" in page.replace("&nbsp;", " ")
    assert "Switch off" not in page
    lead = signed_in(desk.clara)
    assert "Switch off" in words(lead.get("/reports/guards/"))
    lead.post("/reports/guards/", {"rule": "repeated_punctuation", "on": "0"})
    assert guards.switched_off() == {"repeated_punctuation"}
    client.post("/reports/guards/", {"rule": "repeated_punctuation", "on": "1"})
    assert guards.switched_off() == {"repeated_punctuation"}


def test_queries_of_the_box_do_not_grow(case: Conversation, desk: Desk) -> None:
    def count(path: str) -> int:
        client = signed_in(desk.anna)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        return len(asked)

    paths = [f"/c/{case.pk}/saved?words=send", "/replies/", "/reports/guards/", f"/c/{case.pk}/"]
    saved.save(desk.clara, saved.Piece(title="Sendung 0", text="Gern."))
    signed_in(desk.anna).post(f"/c/{case.pk}/attach", {"file": picture()})
    before = [count(path) for path in paths]
    for number in range(1, 4):
        saved.save(desk.clara, saved.Piece(title=f"Sendung {number}", text="Gern."))
        signed_in(desk.anna).post(f"/c/{case.pk}/attach", {"file": picture()})
        hear(desk.channel, said(f"m{number}", "Und?", ADA, to=said("1", ""), at=timezone.now()))
    assert [count(path) for path in paths] == before


def test_an_answer_can_be_marked_where_the_network_shows_it(
    case: Conversation, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(desk.anna)
    assert 'name="label"' not in html(client.get(f"/c/{case.pk}/"))
    labels = frozenset({"paid", "by_machine"})
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, labels=labels))
    shown = html(client.get(f"/c/{case.pk}/"))
    for name, mark in (("paid", "Paid partnership"), ("by_machine", "Made with AI")):
        assert f'name="label" value="{name}"><span>{mark}</span>' in shown
    client.post(f"/c/{case.pk}/reply", {"text": "Anzeige: unser Neues", "label": ["paid"]})
    assert Delivery.objects.get().paid is True
    assert (
        "Paid partnership</span>" in html(client.get(f"/c/{case.pk}/")).partition('class="post ours outgo')[2]
    )


def test_what_others_marked_as_paid_is_shown(desk: Desk) -> None:
    told = said("9", "Das Neue von Nordlicht ist da")
    hear(desk.channel, replace(told, post=replace(told.post, paid=True)))
    shown = html(signed_in(desk.anna).get(f"/c/{conversation_of(told).pk}/"))
    assert '<span class="tag">Paid partnership</span>' in shown
