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

from resonanz.desk import understanding
from resonanz.desk.models import Agent, Annotation, Conversation, Correction, Mention
from resonanz.desk.understanding import models
from tests.cast import OTTO, Desk, conversation_of, hear, said
from tests.desk.little_model import kept

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


def relabel(client: Client, talk: Conversation, kind: str, value: str) -> dict[str, object]:
    order = Mention.objects.get(conversation=talk).pk
    sent = {"order": order, "kind": kind, "value": value}
    answer = client.post(f"/c/{talk.pk}/relabel", sent, headers=HTMX)
    told: dict[str, dict[str, object]] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return told.get("resonanz:done", {"status": answer.status_code})


def test_a_post_shows_what_it_is_about_and_why(desk: Desk) -> None:
    talk = case_of(desk, ANGRY)
    client = signed_in(desk.anna)
    assert chips(client.get(f"/c/{talk.pk}/").content.decode()) == ["negative", "complaint", "delay"]
    shown = panel(client, talk)
    assert re.findall(r"<mark>(.*?)</mark>", shown) == ["furchtbar", "verspätet"]
    assert "almost certain (96 %)" in shown
    assert "Judged by the model “resonanz”." in shown
    assert 'data-key-of="1" aria-pressed="true"' in shown


def test_what_is_unsure_says_so(desk: Desk) -> None:
    talk = case_of(desk, "Na dann")
    page = signed_in(desk.anna).get(f"/c/{talk.pk}/").content.decode()
    assert chips(page) == ["feeling unsure", "unsure whether about us"]


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
