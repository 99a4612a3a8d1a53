"""The page of accounts that look like ours, the mark at the person, and the bell."""

from __future__ import annotations

import pytest
from django.utils import translation

from resonanz.desk import lookalikes, understanding, wording_lookalikes
from resonanz.desk.models import Lookalike, SavedReply, Verdict
from tests.cast import Desk, conversation_of, hear, said
from tests.desk.test_lookalikes import FALSE, compare_all
from tests.desk.web.client import signed_in, text

pytestmark = pytest.mark.django_db
PAGE = "/reports/lookalikes/"


@pytest.fixture
def fooled(desk: Desk) -> Desk:
    asked = said("1", "Wo bleibt mein Rad?")
    hear(desk.channel, asked, said("2", "Ada, schick uns deine Nummer!", FALSE, to=asked))
    hear(desk.channel, said("3", "@nordlicht Ihr seid gesperrt", FALSE))
    compare_all()
    return desk


def test_nothing_found_teaches_what_would_be(desk: Desk) -> None:
    shown = text(signed_in(desk.clara).get(PAGE))
    assert "Nobody poses as you, as far as the desk can hear" in shown
    assert "Fans, namesakes and critics are left in peace." in shown
    assert "Names and spellings" in shown
    assert "Nothing here yet" in text(signed_in(desk.anna).get(f"{PAGE}?show=harmless"))


def test_the_page_shows_why_and_what_they_wrote(fooled: Desk) -> None:
    answer = signed_in(fooled.clara).get(PAGE)
    shown = text(answer)
    for words in (
        "1 account looks like one of yours",
        "very likely an imitation",
        "“о” for o (Cyrillic)",
        "Ada, schick uns deine Nummer!",
        "to Ada Lamm",
        "Report it on Mastodon",
        "Write a warning for customers",
        "I have reported it",
    ):
        assert words in shown, words
    assert "<ins>о</ins>" in answer.content.decode()


def test_agents_see_it_and_leads_decide(fooled: Desk) -> None:
    one = Lookalike.objects.get()
    anna = signed_in(fooled.anna)
    assert "Team leads decide whether it was reported" in text(anna.get(PAGE))
    assert anna.post(f"{PAGE}{one.pk}/", {"verdict": "reported"}).status_code == 403
    assert signed_in(fooled.tom).get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("reported", "Noted that @nоrdlicht_hilfe@other.example was reported."),
        ("harmless", "@nоrdlicht_hilfe@other.example is not shown as an imitation any more."),
    ],
)
def test_deciding_moves_it_and_can_be_taken_back(fooled: Desk, verdict: str, words: str) -> None:
    one, clara = Lookalike.objects.get(), signed_in(fooled.clara)
    answer = clara.post(f"{PAGE}{one.pk}/", {"verdict": verdict}, follow=True)
    assert words in text(answer)
    assert "I have reported it" not in text(answer)
    assert "Take back" in text(clara.get(f"{PAGE}?show={verdict}"))
    answer = clara.post(f"{PAGE}{one.pk}/", {"verdict": "open", "back": verdict}, follow=True)
    assert answer.redirect_chain == [(f"{PAGE}?show={verdict}", 302)]
    assert "is open again" in text(answer)
    assert Lookalike.objects.get().verdict == Verdict.OPEN


def test_switched_off_the_page_says_so_and_nobody_is_marked(fooled: Desk) -> None:
    talk = conversation_of(said("3", ""))
    one, clara = Lookalike.objects.get(), signed_in(fooled.clara)
    assert "Looks like us, but is not" in text(clara.get(f"/c/{talk.pk}/"))
    understanding.switch("lookalikes", fooled.clara, on=False)
    shown = text(clara.get(PAGE))
    assert ("Lookalikes are switched off" in shown, "Understanding posts" in shown) == (True, True)
    assert "Undecided" not in shown
    assert "Understanding posts" not in text(signed_in(fooled.anna).get(PAGE))
    assert "Looks like us, but is not" not in text(clara.get(f"/c/{talk.pk}/"))
    assert clara.post(f"{PAGE}{one.pk}/", {"verdict": "reported"}).status_code == 404


def test_what_is_not_there_cannot_be_decided(fooled: Desk) -> None:
    clara, one = signed_in(fooled.clara), Lookalike.objects.get()
    assert clara.post(f"{PAGE}{one.pk + 1}/", {"verdict": "open"}).status_code == 404
    assert clara.post(f"{PAGE}{one.pk}/", {"verdict": "guilty"}).status_code == 404


def test_the_bell_leads_to_the_page(fooled: Desk) -> None:
    clara = signed_in(fooled.clara)
    assert "an account looks like one of ours" in text(clara.get("/bell/"))
    assert clara.post("/bell/", {"kind": "lookalike"}).headers["Location"] == PAGE


def test_a_conversation_with_it_says_so(fooled: Desk) -> None:
    here = f"/c/{conversation_of(said('3', '')).pk}/"
    shown = text(signed_in(fooled.anna).get(here))
    assert "looks like us, but is not" in shown
    assert "Your name with words of a customer service beside it: “hilfe”." in shown
    assert "What to do" in shown
    assert "What to do" not in text(signed_in(fooled.tom).get(here))
    lookalikes.decide(fooled.clara, Lookalike.objects.get(), Verdict.REPORTED)
    assert "Reported to the network: " in text(signed_in(fooled.anna).get(here))
    lookalikes.decide(fooled.clara, Lookalike.objects.get(), Verdict.HARMLESS)
    assert "looks like us" not in text(signed_in(fooled.anna).get(here))
    assert "looks like us" not in text(signed_in(fooled.anna).get(f"/c/{conversation_of(said('1', '')).pk}/"))


def test_a_warning_for_customers_is_begun(fooled: Desk) -> None:
    clara, one = signed_in(fooled.clara), Lookalike.objects.get()
    shown = clara.get(f"/replies/new/?warn={one.pk}").content.decode()
    assert "das Konto @nоrdlicht_hilfe@other.example gehört nicht zu uns" in shown
    form = {"title": "Warnung", "text": wording_lookalikes.WARNING % {"handle": one.handle}}
    assert clara.post("/replies/new/", form).status_code == 302
    assert SavedReply.objects.get().title == "Warnung"
    assert "gehört nicht zu uns" not in clara.get(f"/replies/new/?warn={one.pk + 1}").content.decode()


def test_who_is_only_named_says_who_named_it(desk: Desk) -> None:
    compare_all()
    hear(desk.channel, said("1", "Gehört @nordlicht_hilfe zu euch?"))
    compare_all()
    shown = text(signed_in(desk.clara).get(PAGE))
    assert "Not heard itself yet; somebody names it Gehört @nordlicht_hilfe zu euch? Ada Lamm ·" in shown
    assert "Report it on" not in shown


def test_every_kind_has_a_sentence() -> None:
    def said_of(**found: object) -> list[str]:
        usual: dict[str, object] = {"kinds": [], "signs": [], "words": []}
        return wording_lookalikes.reasons(Lookalike(found=usual | found))

    with translation.override("en"):
        assert said_of(kinds=["homoglyph"]) == [
            "Letters stand for others that look alike, such as a large I for a small l."
        ]
        assert said_of(kinds=["homoglyph"], signs=["ο", "𝐍"]) == [
            "Letters of another alphabet pass for Latin ones: “ο” for o (Greek), “𝐍” for N (special sign)."
        ]
        assert said_of(kinds=["digits", "letter", "arranged", "name", "elsewhere"]) == [
            "Digits stand for letters.",
            "A letter is changed, doubled, left out or swapped.",
            "The same letters, otherwise parted or in another order.",
            "It bears your name, but is none of your accounts.",
            "It is your handle on another server or network.",
        ]
        assert [wording_lookalikes.how_sure(one)[0] for one in (0.9, 0.7, 0.6)] == ["late", "soon", ""]
