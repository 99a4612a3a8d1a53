"""A second look at posts that the model is unsure of: in notes, beside what a team taught, switched off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from resonanz.annotate import second_look
from resonanz.annotate.model import Floats
from resonanz.desk import care, understanding
from resonanz.desk.models import Agent, Annotation
from resonanz.desk.understanding import models
from tests.cast import ADA, OTTO, Desk, hear, said

pytestmark = pytest.mark.django_db

UNSURE = "Nordlicht hat das jetzt mal so geregelt"  # neither the small model nor a person could say
PLAIN = "Vielen Dank, super schnell geliefert und so nett!"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, settings: object) -> list[str]:
    """Let embeddings be made here, of what is said plainly: all point to where the heads say negative."""
    texts: list[str] = []
    heads = second_look.read_second()
    columns = heads.weights[:, heads.columns("sentiment")].astype(np.float32)
    angry = columns[:, 0] - columns[:, 1]

    def embedded(some: Sequence[str]) -> Floats:
        texts.extend(some)
        return np.tile(3 * angry / np.linalg.norm(angry), (len(some), 1))

    def look(model: object) -> second_look.SecondLook | None:
        made = real(model)  # type: ignore[arg-type]
        if made is not None:
            made._embed = embedded
        return made

    real = models.second_look
    monkeypatch.setattr("resonanz.desk.understanding.annotating.second_look", look)
    monkeypatch.setattr(models, "is_installed", lambda: True)
    settings.SECOND_LOOK = True  # type: ignore[attr-defined]
    return texts


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def annotate_all() -> None:
    while understanding.annotate_next():
        pass


def note_of(name: str) -> Annotation:
    return Annotation.objects.get(mention__uri__endswith=f"/{name}")


def test_only_what_the_model_is_unsure_of_is_looked_at_twice(desk: Desk, seen: list[str]) -> None:
    hear(desk.channel, said("1", UNSURE, ADA), said("2", PLAIN, OTTO))
    annotate_all()
    assert seen == [UNSURE]
    assert (note_of("1").sentiment, note_of("1").model) == ("negative", f"resonanz{understanding.TWICE}")
    assert (note_of("2").sentiment, note_of("2").model) == ("positive", "resonanz")


def test_the_panel_says_that_it_was_unsure(desk: Desk, seen: list[str]) -> None:
    hear(desk.channel, said("1", UNSURE, ADA))
    annotate_all()
    post = note_of("1").mention
    page = signed_in(desk.anna).get(f"/c/{post.conversation_id}/noted/{post.pk}/").content.decode()
    assert "It was unsure and looked twice." in page
    assert "“resonanz”" in page


def test_what_a_team_taught_counts_in_full(desk: Desk, seen: list[str]) -> None:
    base, taught = models.shipped(), models.shipped()
    assert base is not None
    looks = models.second_look(base)
    other = models.second_look(None)
    assert taught is base
    assert looks is not None
    assert other is not None
    assert (looks._base, other._base) == (None, base)


def test_a_lead_switches_it_off(desk: Desk, seen: list[str]) -> None:
    with pytest.raises(care.CareError, match="lead_needed"):
        understanding.look_twice(desk.anna, on=False)
    client = signed_in(desk.clara)
    address = reverse("settings-understanding")
    assert "Second look" in client.get(address).content.decode()
    client.post(address, {"do": "look_twice", "on": "0"})
    hear(desk.channel, said("1", UNSURE, ADA))
    annotate_all()
    assert (seen, note_of("1").model) == ([], "resonanz")
    page = client.post(address, {"do": "look_twice", "on": "1"}, follow=True).content.decode()
    assert "Unsure posts are looked at twice." in page
    assert models.second_look(None) is not None


def test_where_it_cannot_be_taken_posts_are_looked_at_once(
    desk: Desk, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_look, "SHIPPED", second_look.SHIPPED.with_name("no.model"))
    assert models.second_look(None) is None
    monkeypatch.setattr(models, "is_installed", lambda: False)
    client = signed_in(desk.clara)
    page = client.get(reverse("settings-understanding")).content.decode()
    assert "not installed" in page
    assert "resonanz[embeddings]" in page
