"""What a post is about, as pages show it: chips, the panel that says why, and correcting it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from resonanz.annotate.urgency import REASONS
from resonanz.case import Urgency
from resonanz.desk import care, lookalikes, queries, streams, understanding, understood
from resonanz.desk.models import (
    Agent,
    Annotation,
    Conversation,
    Correction,
    LearntModel,
    Mention,
    StreamKind,
)
from resonanz.desk.understanding import models
from resonanz.desk.web import sorting
from resonanz.desk.wording_safety import why_pressing
from tests.cast import MIA, OTTO, Desk, conversation_of, hear, said
from tests.desk.little_model import kept
from tests.desk.test_lookalikes import FALSE

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ANGRY = "Das ist furchtbar, alles verspätet"


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models, "SHIPPED", kept(tmp_path, "resonanz"))
    monkeypatch.setattr(settings, "HOME", tmp_path)


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def case_of(desk: Desk, text: str, name: str = "1", **how: object) -> Conversation:
    post = said(name, text, at=timezone.now() - timedelta(minutes=5), **how)  # type: ignore[arg-type]
    hear(desk.channel, post)
    while understanding.annotate_next():
        pass
    return conversation_of(post)


def chips(page: str) -> list[str]:
    line = re.search(r'<details class="noted".*?</summary>', page, re.DOTALL)
    assert line is not None
    found = re.findall(r'<span class="tag[^>]*>(?:<svg.*?</svg>)?([^<]*)</span>', line[0], re.DOTALL)
    return [words.strip() for words in found]


def panel(client: Client, talk: Conversation) -> str:
    order = Mention.objects.get(conversation=talk).pk
    return client.get(f"/c/{talk.pk}/noted/{order}/").content.decode()


def labels_of(shown: str) -> dict[str, str]:
    """Return the lines of a panel: what each is called, and all that it says."""
    lines = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown, re.DOTALL)
    return {name: " ".join(re.sub("<[^>]*>", " ", said).split()) for name, said in lines}


def relabel(client: Client, talk: Conversation, kind: str, value: str) -> dict[str, object]:
    order = Mention.objects.get(conversation=talk).pk
    sent = {"order": order, "kind": kind, "value": value}
    answer = client.post(f"/c/{talk.pk}/relabel", sent, headers=HTMX)
    told: dict[str, dict[str, object]] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return told.get("resonanz:done", {"status": answer.status_code})


def test_words_are_named_as_they_were_written(desk: Desk) -> None:
    shown = panel(signed_in(desk.anna), case_of(desk, "FURCHTBAR, alles Verspätet!"))
    assert set(re.findall(r"<q>(.*?)</q>", shown)) == {"FURCHTBAR", "Verspätet"}
    assert re.findall(r"<mark>(.*?)</mark>", shown) == ["FURCHTBAR", "Verspätet"]


def test_a_post_shows_what_it_is_about_and_why(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    client = signed_in(desk.anna)
    assert chips(client.get(f"/c/{talk.pk}/").content.decode()) == ["negative", "complaint", "delay"]
    shown = panel(client, talk)
    assert re.findall(r"<mark>(.*?)</mark>", shown) == ["furchtbar", "verspätet"]
    assert "almost certain (96%)" in shown
    assert "Judged by the model “resonanz”." in shown
    assert 'data-key-of="1" aria-pressed="true"' in shown


def test_what_is_unsure_says_so(desk: Desk) -> None:
    talk = case_of(desk, "Na dann")
    page = signed_in(desk.anna).get(f"/c/{talk.pk}/").content.decode()
    assert chips(page) == ["feeling unsure", "unsure whether about us"]
    labels = labels_of(panel(signed_in(desk.anna), talk))
    assert labels["Feeling"] == "feeling unsure most likely neutral, 60%"
    assert labels["About us"] == "unsure whether about us most likely about us, 59%"
    assert labels["Reason"] == "reason unsure"


def test_how_urgent_it_is_says_why(desk: Desk) -> None:
    talk = case_of(desk, "Hilfe, mein Kind ist im Aufzug eingesperrt!")
    shown = panel(signed_in(desk.anna), talk)
    told = "danger somebody is shut in, danger to people because of eingesperrt"
    assert labels_of(shown)["How urgent"] == told
    assert "<mark>eingesperrt</mark>" in shown
    calm = case_of(desk, ANGRY, "2", author=OTTO)
    assert labels_of(panel(signed_in(desk.anna), calm))["How urgent"] == "normal"


def test_what_somebody_wants_presses_in_the_panel_too(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    Annotation.objects.update(intents=json.dumps({"press": 930, "legal": 700}))
    assert labels_of(panel(signed_in(desk.anna), talk))["How urgent"] == "urgent a journalist asks"
    understanding.switch("intent", desk.clara, on=False)
    assert labels_of(panel(signed_in(desk.anna), talk))["How urgent"] == "normal"


def test_switched_off_nothing_says_how_urgent_it_is(desk: Desk) -> None:
    talk = case_of(desk, "Hilfe, mein Kind ist im Aufzug eingesperrt!")
    understanding.switch("urgency", desk.clara, on=False)
    shown = panel(signed_in(desk.anna), talk)
    assert ("How urgent" in labels_of(shown), "somebody is shut in" in shown) == (False, False)


def test_switched_off_a_danger_that_is_known_keeps_its_advice(desk: Desk) -> None:
    talk = case_of(desk, "Ich will nicht mehr leben")
    care.sort(talk, desk.clara, urgency=Urgency.SAFETY)
    told = sorting.safety_of(Conversation.objects.get(pk=talk.pk))
    understanding.switch("urgency", desk.clara, on=False)
    assert told is not None
    assert told.words
    assert sorting.safety_of(Conversation.objects.get(pk=talk.pk)) == told


def test_every_reason_that_presses_has_its_words(desk: Desk) -> None:
    words = {why_pressing(code) for code in REASONS}
    assert len(words) == len(REASONS)


def test_a_correction_is_shown_and_can_be_taken_back(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    client = signed_in(desk.anna)
    told = relabel(client, talk, "sentiment", "positive")
    made = Correction.objects.get()
    assert told["say"] == "Corrected: positive. It will be learnt from."
    assert told["undo"] == {
        "url": f"/c/{talk.pk}/unlabel",
        "seconds": 30,
        "values": {"correction": made.pk},
    }
    assert chips(client.get(f"/c/{talk.pk}/thread").content.decode())[0] == "positive"
    assert "decided by Anna" in panel(client, talk)
    relabel(client, talk, "intent", "question")
    assert relabel(client, talk, "sentiment", "positive")["say"] == "That is so already"
    assert list(Correction.objects.values_list("value", flat=True)) == ["positive", "complaint,question"]
    client.post(f"/c/{talk.pk}/unlabel", {"correction": made.pk}, headers=HTMX)
    assert chips(client.get(f"/c/{talk.pk}/thread").content.decode())[0] == "negative"


def test_language_and_address_stand_with_their_words_and_are_corrected(desk: Desk) -> None:
    talk = case_of(desk, "Könntest du mir bitte helfen, mein Paket fehlt seit Tagen")
    client = signed_in(desk.anna)
    lines = labels_of(panel(client, talk))
    assert lines["Language"].startswith("German almost certain (9")
    assert lines["Du or Sie"] == "du because of Könntest , du"
    assert relabel(client, talk, "language", "nl")["say"] == "Corrected: Dutch."
    relabel(client, talk, "address_form", "none")
    lines = labels_of(panel(client, talk))
    assert lines["Language"] == "Dutch decided by Anna"
    assert lines["Du or Sie"] == "neither du nor Sie decided by Anna"
    understanding.switch("address_form", desk.clara, on=False)
    assert "Du or Sie" not in labels_of(panel(client, talk))
    other = case_of(desk, "12345", "2", author=OTTO, language="de")
    assert labels_of(panel(client, other))["Language"] == "German by what its network says"


def test_how_urgent_it_is_is_corrected_and_sorts(desk: Desk) -> None:
    talk = case_of(desk, "Hilfe, mein Kind ist im Aufzug eingesperrt!")
    client = signed_in(desk.anna)
    assert re.search(r'data-value="safety" data-key-of="!" aria-pressed="true"', panel(client, talk))
    assert relabel(client, talk, "urgency", "urgent")["say"] == "Corrected: urgent."
    assert labels_of(panel(client, talk))["How urgent"] == "urgent decided by Anna"
    assert Conversation.objects.get().urgency == Urgency.URGENT


def test_private_data_stand_with_what_rules_found_and_are_corrected(desk: Desk) -> None:
    talk = case_of(desk, "Ruft an: 0171 2345678 oder 0171 2345679")
    client = signed_in(desk.anna)
    shown = panel(client, talk)
    assert labels_of(shown)["Private data"] == "phone number because of 0171 2345678 , 0171 2345679"
    assert "<mark>0171 2345678</mark>" in shown
    assert (
        relabel(client, talk, "private_data", "address")["say"] == "Corrected: postal address, phone number."
    )
    relabel(client, talk, "private_data", "address")
    told = relabel(client, talk, "private_data", "phone")
    assert told["say"] == "Corrected: no private data."
    shown = panel(client, talk)
    assert labels_of(shown)["Private data"] == "no private data decided by Anna"
    assert "<mark>0171" not in shown
    understanding.switch("private_data", desk.clara, on=False)
    assert "Private data" not in labels_of(panel(client, talk))


def test_each_choice_has_its_own_key(desk: Desk) -> None:
    shown = panel(signed_in(desk.anna), case_of(desk, ANGRY))
    keys = [key for key in re.findall(r'data-key-of="([^"]*)"', shown) if key]
    assert len(keys) == len(set(keys)) > 40
    assert not set(keys) & {"g", "u", "x", "y", "/", "?"}  # these are everybody's


def test_trainees_look_and_do_not_correct(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    client = signed_in(desk.tom)
    assert "<mark>furchtbar</mark>" in panel(client, talk)
    assert "relabel" not in panel(client, talk)
    assert relabel(client, talk, "sentiment", "positive") == {"status": 422}


def test_what_is_not_there_cannot_be_asked_about(desk: Desk) -> None:
    talk, other = case_of(desk, ANGRY), case_of(desk, "Hallo", "2", author=OTTO)
    client = signed_in(desk.anna)
    order = Mention.objects.get(conversation=other).pk
    assert client.get(f"/c/{talk.pk}/noted/{order}/").status_code == 404
    assert client.post(f"/c/{talk.pk}/relabel", {"order": "x"}, headers=HTMX).status_code == 404
    assert client.post(f"/c/{talk.pk}/unlabel", {"correction": "7"}, headers=HTMX).status_code == 422


def test_before_it_is_noted_the_page_waits(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    hear(desk.channel, said("9", "Und noch etwas", at=timezone.now()))
    page = signed_in(desk.anna).get(f"/c/{conversation_of(said('9', '')).pk}/").content.decode()
    assert "data-waits" in page
    assert "is being read" in page
    Annotation.objects.all().delete()
    shown = panel(signed_in(desk.anna), talk)
    assert "Nothing is noted about this post yet." in shown
    assert 'data-key-of="1"' in shown


def test_what_is_switched_off_is_not_shown(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    for kind in ("sentiment", "intent"):
        understanding.switch(kind, desk.clara, on=False)
    client = signed_in(desk.anna)
    assert chips(client.get(f"/c/{talk.pk}/").content.decode()) == ["delay"]
    shown = panel(client, talk)
    assert ("Feeling" in shown, "Intent" in shown, "Reason" in shown) == (False, False, True)
    assert re.findall(r"<mark>(.*?)</mark>", shown) == ["furchtbar", "verspätet"]  # about us, by the first
    understanding.switch("relevance", desk.clara, on=False)
    assert re.findall(r"<mark>(.*?)</mark>", panel(client, talk)) == ["verspätet"]


def test_who_asks_for_what_is_switched_off_is_told(desk: Desk) -> None:
    case_of(desk, ANGRY)
    client, said_so = signed_in(desk.anna), "so nothing is known of it here: Feeling"
    query = queries.save(desk.anna, "Wut", "furchtbar sentiment:negative")
    tab = streams.add_tab(desk.anna, "Meine")
    column = streams.add(desk.anna, tab, streams.Wanted(StreamKind.QUERY, str(query.pk)))
    looks = {"name": "Wut", "of": "query", "query": query.pk, "rule": "least", "least_count": 1, "times": 3}
    looks |= {"span_s": 3600, "people": [desk.anna.pk]}

    def told() -> list[str]:
        pages = {
            "box": client.get("/search/", {"q": "furchtbar -sentiment:negative"}),
            "editor": client.post("/queries/look/", {"expression": "furchtbar sentiment:positive"}),
            "query": client.get(f"/queries/{query.pk}/"),
            "column": client.get(f"/streams/column/{column.pk}/"),
            "alarm": client.post("/alarms/look/", looks),
        }
        return [name for name, page in pages.items() if said_so in page.content.decode()]

    assert told() == []
    understanding.switch("sentiment", desk.clara, on=False)
    understanding.switch("language", desk.clara, on=False)
    assert told() == ["box", "editor", "query", "column", "alarm"]
    other = client.get("/search/", {"q": "furchtbar intent:complaint lang:de"}).content.decode()
    assert "Switched off" not in other  # a network tells languages too


def test_lists_show_what_stands_out(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    case_of(desk, "Ganz sachlich verspätet", "2", author=OTTO)
    client = signed_in(desk.anna)
    tab = streams.add_tab(desk.anna, "Meine")
    column = streams.add(desk.anna, tab, streams.Wanted(StreamKind.MENTIONS))
    pages = (
        "/search/?q=verspätet",
        '/search/?q="alles verspätet" OR sachlich',
        f"/streams/column/{column.pk}/",
    )

    def shown(page: str) -> list[str]:
        said = re.findall(
            r'class="brief">(?:<svg.*?</svg>)?([^<]*)<', client.get(page).content.decode(), re.DOTALL
        )
        return [words.strip() for words in said]

    assert [shown(page) for page in pages] == [["negative", "complaint"]] * 3
    understanding.switch("sentiment", desk.clara, on=False)
    assert [shown(page) for page in pages] == [["complaint"]] * 3
    hear(desk.channel, said("3", "Auch das ist furchtbar", at=timezone.now()))
    assert client.get(pages[2]).content.decode().count("data-unread") == 1
    assert f'href="/c/{talk.pk}/"' in client.get(pages[0]).content.decode()


# Settings ----------------------------------------------------------------------------------------


def settings_say(client: Client, **sent: str) -> str:
    return client.post("/settings/understanding/", sent, follow=True).content.decode()


def test_kinds_are_switched_off_and_what_is_stored_is_deleted_once_asked(desk: Desk) -> None:
    case_of(desk, ANGRY)
    client = signed_in(desk.clara)
    assert signed_in(desk.anna).get("/settings/understanding/").status_code == 403
    assert "Switched off: Feeling" in settings_say(client, do="switch", kind="sentiment", on="0")
    assert "Delete 1 stored …" in client.get("/settings/understanding/").content.decode()
    asked = settings_say(client, do="forget", kind="sentiment")
    assert "Delete “Feeling” from 1 post?" in asked
    assert Annotation.objects.exclude(sentiment="").count() == 1
    assert "Deleted from 1 post." in settings_say(client, do="forget", kind="sentiment", sure="1")
    assert Annotation.objects.exclude(sentiment="").count() == 0
    assert "Switched on: Feeling" in settings_say(client, do="switch", kind="sentiment", on="1")
    assert "Switch it off first" in settings_say(client, do="forget", kind="sentiment", sure="1")
    assert "That choice does not exist" in settings_say(client, do="switch", kind="mood", on="1")
    assert "That choice does not exist" in settings_say(client, do="forget", kind="mood")
    assert settings_say(client, do="nothing").count("<h1>") == 1


def test_that_danger_is_heard_no_more_is_asked_back(desk: Desk) -> None:
    asked = settings_say(signed_in(desk.clara), do="switch", kind="urgency", on="0")
    assert ("Hear danger no more?" in asked, understood.switched_off()) == (True, frozenset())
    sent = {"do": "switch", "kind": "urgency", "sure": "1"}
    assert "Switched off: How urgent" in settings_say(signed_in(desk.clara), **sent)
    assert understood.switched_off() == {"urgency"}
    assert "Switched on: How urgent" in settings_say(signed_in(desk.clara), **sent | {"on": "1"})


def test_accounts_that_were_found_are_deleted_once_asked(desk: Desk) -> None:
    hear(desk.channel, said("1", "Schick uns deine Nummer!", FALSE))
    lookalikes.check_next()
    client = signed_in(desk.clara)
    settings_say(client, do="switch", kind="lookalikes", on="0")
    asked = settings_say(client, do="forget", kind="lookalikes")
    assert "Delete 1 account that looks like yours?" in asked
    assert "What was decided about them goes as well." in asked
    assert "Deleted: 1 account." in settings_say(client, do="forget", kind="lookalikes", sure="1")
    settings_say(client, do="switch", kind="topics", on="0")
    assert "Deleted from 0 posts." in settings_say(client, do="forget", kind="topics", sure="1")


def test_reasons_and_learning_are_a_leads_to_set(desk: Desk) -> None:
    client = signed_in(desk.clara)
    assert "Added: Umbau." in settings_say(client, do="add", name="Umbau")
    assert "There is a reason of this name already." in settings_say(client, do="add", name="umbau")
    assert "Kept: Tarif" in settings_say(client, do="change", code="price", name="Tarif")
    assert "Kept: delay" in settings_say(client, do="change", code="delay", active="0")
    page = client.get("/settings/understanding/").content.decode()
    assert (page.count('class="resting"'), "reason:umbau" in page, 'value="Tarif"' in page) == (1, True, True)
    assert "Models do not learn from corrections." in settings_say(client, do="learns", on="0")
    assert "Models learn from corrections." in settings_say(client, do="learns", on="1")
    assert "New conversations get a kind by what is noted." in settings_say(client, do="sorts", on="1")
    assert "People alone choose the kind." in settings_say(client, do="sorts", on="0")


# Quality -----------------------------------------------------------------------------------------


def quality(client: Client) -> str:
    page = client.get("/reports/quality/")
    assert page.status_code == 200
    return page.content.decode()


def check(client: Client, post: Mention, **said: object) -> str:
    sent = {"order": post.pk, "place": "1", **said}
    return client.post("/reports/quality/check/", sent).headers["Location"]


def test_posts_drawn_by_lot_tell_how_good_it_is(desk: Desk) -> None:
    case_of(desk, ANGRY)
    client = signed_in(desk.clara)
    assert signed_in(desk.anna).get("/reports/quality/check/").status_code == 403
    assert "is not known yet" in quality(client)
    page = client.get("/reports/quality/check/").content.decode()
    post = Mention.objects.get()
    assert ("Post 1 of 20" in page, ANGRY in page) == (True, True)
    assert "checked" not in page.partition('id="checking"')[2].partition("</form>")[0]
    nones = re.findall(r'name="(\w+)" value="-" data-key-of="(.)">none of these', page)
    assert nones == [("intent", "x"), ("private_data", "-")]
    assert check(client, post, do="skip") == "/reports/quality/check/?place=1"
    assert check(client, post) == "/reports/quality/check/?place=1"  # nothing was said
    where = check(client, post, sentiment="negative", intent=["request"], reason="delay")
    assert where == "/reports/quality/check/?place=2"
    rows = Correction.objects.order_by("kind").values_list("kind", "was", "value", "sampled")
    assert list(rows) == [
        ("intent", "complaint", "request", True),
        ("reason", "delay", "delay", True),
        ("sentiment", "negative", "negative", True),
    ]
    page = quality(client)
    assert "in truth 21% to 100%" in page
    assert "1 decision checked" in page
    assert check(client, post, intent="-") == "/reports/quality/check/?place=2"
    assert Correction.objects.filter(kind="intent").latest("pk").value == ""
    assert "There is no post left to check" in client.get("/reports/quality/check/").content.decode()
    assert check(client, post, place="20", sentiment="grumpy") == "/reports/quality/check/?place=20"
    assert check(client, post, place="20", sentiment="neutral") == "/reports/quality/"


def test_what_was_corrected_before_counts_by_what_the_model_said(desk: Desk) -> None:
    case_of(desk, ANGRY)
    post, client = Mention.objects.get(), signed_in(desk.clara)
    understanding.correct(post, desk.anna, "sentiment", "neutral")
    check(client, post, sentiment="neutral")
    made = Correction.objects.get(sampled=True, kind="sentiment")
    assert (made.was, made.model) == ("negative", "resonanz")


def test_twenty_checks_make_a_headline(desk: Desk) -> None:
    for number in range(20):
        case_of(desk, f"{ANGRY} {number}", str(number))
        post = Mention.objects.get(uri__endswith=f"/{number}")
        value = "negative" if number else "neutral"
        understanding.correct(post, desk.clara, "sentiment", value, sampled=True)
    client = signed_in(desk.clara)
    assert "Where resonanz says a feeling, it is right in 95% of the posts you checked" in quality(client)
    Correction.objects.filter(value="negative").update(model="desk-1 +e5")
    page = quality(client)
    assert (
        "is not known yet" in page,
        "Decisions of other models were checked too: desk-1 (19)." in page,
    ) == (
        True,
        True,
    )
    page = client.get("/reports/quality/?models=all").content.decode()
    assert "Where a model said a feeling, it was right in 95% of the posts you checked" in page
    assert "All models together: desk-1 (19), resonanz (1)." in page


def desk_model(number: int, **more: object) -> LearntModel:
    """Make a model that learnt here and was better."""
    kept(models.folder(), f"desk-{number}")
    known = {"made_at": timezone.now(), "based_on": "resonanz", "corrections_count": 41, "held_count": 9}
    known |= {"figures": {"before": {"sentiment": [6, 9]}, "after": {"sentiment": [8, 9]}}}
    known |= {"file": f"desk-{number}.model"}
    return LearntModel.objects.create(name=f"desk-{number}", **known | more)


def use(client: Client, **sent: object) -> str:
    return client.post("/reports/quality/use", sent, follow=True).content.decode()


def test_models_are_chosen_and_the_way_back_is_one_click(desk: Desk) -> None:
    first, client = desk_model(1), signed_in(desk.clara)
    page = quality(client)
    assert ("Feeling: 6 of 9 (67%)" in page, "Feeling: 8 of 9 (89%)" in page) == (True, True)
    assert "The model “desk-1” is in use." in use(client, model=first.pk)
    assert "Back to the earlier model" in quality(client)
    assert "The model “resonanz” is in use." in use(client, do="back")
    assert "there is none before it" in use(client, do="back")
    use(client, model=first.pk)
    use(client, model="")
    assert "Back to the earlier model" in quality(client)
    models.SHIPPED.unlink()
    page = quality(client)
    assert "The model “resonanz” cannot be used. Its file is missing." in page
    assert "Posts get only what rules find" in page


def test_what_a_person_chose_holds_and_a_new_model_is_proposed(desk: Desk) -> None:
    first, client = desk_model(1), signed_in(desk.clara)
    use(client, model=first.pk)
    assert "A person has chosen" not in quality(client)
    use(client, do="back")
    page = quality(client)
    assert ("A person has chosen" in page, "is ready" in page) == (True, False)
    desk_model(2)
    page = quality(client)
    assert "desk-2 is ready: Feeling 89% instead of 67%." in page
    page = use(client, do="automatic")
    assert "New models are taken into use by themselves again." in page
    assert "The model “desk-2” is in use." in page
    use(client, do="back")
    LearntModel.objects.filter(name="desk-2").update(file="")
    page = use(client, do="automatic")
    assert ("by themselves again" in page, "is in use." in page) == (True, False)


def test_each_model_says_how_it_stands(desk: Desk) -> None:
    client = signed_in(desk.clara)
    worse = {"before": {"sentiment": [9, 9]}, "after": {"sentiment": [1, 9]}}
    desk_model(1, figures=worse, file="")
    desk_model(2, file="")
    desk_model(3, figures={"before": {"sentiment": [1, 2]}, "after": {"sentiment": [2, 2]}})
    desk_model(4, based_on="", figures={})
    page = quality(client)
    assert [
        "was worse at Feeling, not used" in page,
        page.count("file removed"),
        "not measured yet: about 15 more corrections" in page,
        page.count("not measured yet"),
        "brought in from a file" in page,
    ] == [True, 1, True, 1, True]


def test_a_broken_model_is_told_when_the_page_is_opened(desk: Desk) -> None:
    row, client = desk_model(1), signed_in(desk.clara)
    use(client, model=row.pk)
    file = models.folder() / row.file
    file.write_bytes(file.read_bytes()[:-1])
    page = quality(client)
    assert "The model “desk-1” cannot be used. Its file is cut off or was changed." in page
    assert "The model that came with Resonanz judges in its place." in page
    assert re.findall(r'<span class="due \w+">([^<]*)</span>', page) == ["cannot be used"]


def test_the_panel_says_who_says_why(desk: Desk) -> None:
    talk, client = case_of(desk, ANGRY), signed_in(desk.anna)
    assert "Its file is gone" not in panel(client, talk)
    Annotation.objects.update(model="desk-9")
    page = panel(client, talk)
    assert "Judged by the model “desk-9”." in page
    assert "Its file is gone; which words carry this is said by “resonanz”, the model in use." in page
    relabel(client, talk, "sentiment", "positive")
    assert panel(client, talk).count("because of") == page.count("because of") - 1


# Reports -----------------------------------------------------------------------------------------


def test_how_people_feel_is_counted_by_the_day(desk: Desk) -> None:
    client = signed_in(desk.anna)
    assert "No post was judged in this time" in client.get("/reports/feelings/").content.decode()
    case_of(desk, ANGRY)
    case_of(desk, "Das war wunderbar, Nordlicht", "2", author=OTTO)
    case_of(desk, "Das Polarlicht ist furchtbar schön", "3", author=MIA)
    understanding.correct(Mention.objects.get(uri__endswith="/3"), desk.anna, "relevance", "others")
    page = client.get("/reports/feelings/?days=7").content.decode()
    assert "50% negative, 50% positive" in page
    assert '<a href="/search/?q=intent%3Acomplaint">complaint</a>' in page
    assert '<a href="/search/?q=reason%3Adelay">delay</a>' in page
    assert page.count('<svg class="chart"') + page.count('class="chart"') >= 2
    desk.ben.teams.clear()
    assert "No post was judged in this time" in signed_in(desk.ben).get("/reports/feelings/").content.decode()
    for kind in ("sentiment", "intent", "reason"):
        understanding.switch(kind, desk.clara, on=False)
    assert "No post was judged in this time" in client.get("/reports/feelings/").content.decode()
